"""Where spoken words stand in a prompt: quoted, behind a label, behind a speech verb, or as a screenplay sets them.

Knows labels and how far a turn reaches; `quoting` tells which quotes nobody speaks. Must not know who speaks
(`speech` decides).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from understudy.animatic import lexicon
from understudy.animatic.grammar.heads import Layout
from understudy.animatic.grammar.naming import Naming
from understudy.animatic.grammar.quoting import VERB_LAST, is_spoken
from understudy.animatic.grammar.text import HAN, Page, compile_words

_COLON = compile_words(r":\s{0,2}(?![\s“\"「『‘”'\ue000/\d])|(?:(?<!\d):|:\s)(?=\d)|:\s{0,2}(?=[♪♫])")
_SILENT = compile_words(r"^(?:无|没有|暂无|none|n/?a|no dialogue|无台词|无对白|-|—|\.\.\.)\s?$")
_EDGE = compile_words(r"(?<!\b(?:mr|ms|dr|st))(?<!\b(?:mrs))\.|[,。;!?\n|】\]\ue000”\"」』、]")
_BULLET = compile_words(r"^[\s\-*•·△▲>#]+")
_SAY_BLANK = compile_words(
    rf"(?:说道|说着|说|喊道|喊|问道|问|唱道|唱|回答|回道|答道)(?:\s{{1,3}}|道,)(?=[{HAN}\u3040-\u30ff\uac00-\ud7a3a-z])"
)
_MANNER = compile_words(rf"(?:语速|语气|语调|嗓音|口吻)[{HAN}]{{0,6}}$")
_HOW_SAID = compile_words(r"(?:\w+(?:ly|ing|ed)|with|without|in|from|to|under|off)\b(?: [a-z']+){0,4}")
_INLINE_LABEL = compile_words(r"(?<=[.!?\u2026])\s([a-z][a-z0-9 ,'-]{0,30}?)\s?:\s")
_PAUSE = compile_words(r"[\s。!?;\n\ue000“\"]")
_LATIN_PAUSE = compile_words(rf"[,。.!?;\n\ue000“\"]|\s?(?=[{HAN}])")
_LIST_MARK = compile_words(r"#|[-*•△▲]\s|[\[(]?\d{1,2}\s?[.)、:\]-]", re.IGNORECASE)
_CAPS = compile_words(r"^[ \t]*([A-Z][A-Z0-9 .'’-]{0,30}?)(?:\s?\([^()\n]*\))?[ \t]*$", re.MULTILINE)
_NOT_NAME = compile_words(
    r"^(?:INT|EXT|CUT|FADE|SCENE|SHOT|TITLE|THE END|PANEL|DISSOLVE|SMASH|END|SFX|VFX|BGM|POV|MUSIC|NOTE|STYLE)\b"
)
_NARRATIVE = compile_words(
    r"^\s?(?:然后|随后|接着|于是|最后|说完|镜头|画面|背景|音乐|字幕|she\b|he\b|they\b|it (?!is|'s)|then\b|"
    r"the camera\b|camera\b|cut\b|"
    r"no (?:background )?(?:music|subtitles|captions|text)|他|她|它|\(|图|视频|image\b|video\b|character|sfx|[-*•△])"
)
_ADDRESS = compile_words(r"[我你您咱]|\b(?:i|i'm|i'll|i've|you|you're|we|we're|my|your|me|us|let's|please)\b")
_FIRST_PERSON = compile_words(r"[我咱]|(?:i|i'm|i'll|i've|i'd|we|we're|we'll|my|let's)\b")
_NARRATION = compile_words(lexicon.DELIVERIES[3][0])


@dataclass(slots=True)
class Turn:
    """Words somebody speaks. `start`..`end` with marks, `text_start`..`text_end` without; `label` is where a label
    or the speaking clause before it begins; `by_name` holds a name a screenplay sets above its line.
    """

    start: int
    end: int
    text: str
    is_quote: bool
    by_name: tuple[int, int] | None = None
    is_labelled: bool = False


def find_turns(page: Page, naming: Naming, layout: Layout, people: re.Pattern[str]) -> list[Turn]:
    """All turns in order; the words of unquoted ones are blanked on the page."""
    turns = _screenplay_turns(page)
    taken = [(t.start, t.end) for t in turns]
    for turn in turns:
        page.blank(turn.start, turn.end)
    for turn in _unquoted(page, naming, layout, people):
        if not any(a < turn.end and turn.start < b for a, b in taken):
            turns.append(turn)
            taken.append((turn.start, turn.end))
            page.blank(turn.start, turn.end)
    for quote in page.quotes:
        if not any(a < quote.end and quote.start < b for a, b in taken) and is_spoken(page, quote, naming):
            turns.append(Turn(quote.start, quote.end, _clean(page.raw[quote.inner_start : quote.inner_end]), True))
    return sorted((t for t in turns if t.text), key=lambda t: t.start)


def _clean(text: str) -> str:
    text = re.sub(r"^\s*[(（][^()（）]{0,40}[)）]\s*", "", text)
    return text.strip(' \t\r\n\u3000♪♫🎵🎶"“”')


def _unquoted(page: Page, naming: Naming, layout: Layout, people: re.Pattern[str]) -> list[Turn]:
    view, turns = page.view, []
    for match in _COLON.finditer(view):
        if match.start() < naming.listed or any(s.head <= match.start() < s.start for s in layout.shots):
            continue
        edges = list(_EDGE.finditer(view, max(0, match.start() - 60), _before_bracket(view, match.start())))
        begin = edges[-1].end() if edges else max(0, match.start() - 60)
        shot = next((s for s in reversed(layout.shots) if s.start <= match.start()), None)
        begin = max(begin, shot.start if shot else 0)
        words = _BULLET.sub("", view[begin : match.start()]).strip()
        words = _own_cell(words, naming)
        block = next((b for b in layout.blocks if b[0] <= match.start() < b[1]), None)
        heading = (
            block is not None
            and match.end() - 3 <= block[0] + len(view[block[0] : match.end()])
            and _is_heading(view, block, match)
        )
        kind = block[2] if block else ""
        label = not heading and (
            _is_label(words, naming, people, at_line=_at_line(view, begin))
            or (len(edges) > 0 and _is_label(_before_manner(view, edges, words), naming, people, at_line=False))
        )
        speech = (kind == "speech") if heading else bool(VERB_LAST.search(words) or _MANNER.search(words))
        if speech and not label and _leads_to_speech(view, match.end(), naming):
            continue
        if kind in ("cast", "style", "camera", "place", "audio", "rules") and not (
            heading is False and (speech or (label and kind == "rules"))
        ):
            continue
        acts = heading is False and _acts_then_speaks(view, begin, words, naming, people)
        if not label and not speech and (not acts or _NARRATIVE.match(view[match.end() :])):
            continue
        whole = (label or heading) and _at_line(view, begin)
        limit = _limit(page, layout, match.end())
        if label and not whole and (answer := _answer(view, match.end(), limit, naming, people)) is not None:
            whole, limit = True, answer
        end = _turn_end(page, match.end(), limit, naming, people, whole=whole)
        raw = page.raw[match.end() : end].strip()
        if raw.endswith((":", "：")) or _only_names(view[match.end() : end], naming):
            continue
        if raw and not _SILENT.match(raw.lower().rstrip("。.")) and "\ue000" not in view[match.end() : end]:
            start = match.end() + (len(page.raw[match.end() : end]) - len(page.raw[match.end() : end].lstrip()))
            turns.append(Turn(start, end, _clean(raw), False, is_labelled=label))
    for match in _SAY_BLANK.finditer(view):
        end = _breath(view, match.end())
        if end - match.end() >= 2:
            turns.append(Turn(match.end(), end, _clean(page.raw[match.end() : end]), False))
    return turns


def _before_manner(view: str, edges: list[re.Match[str]], words: str) -> str:
    """The name in front of how it is said: Magician, deflated: …"""
    if edges[-1][0] != "," or not _HOW_SAID.fullmatch(words):
        return ""
    begin = edges[-2].end() if len(edges) > 1 else max(0, edges[-1].start() - 30)
    return view[begin : edges[-1].start()].strip()


def _answer(view: str, start: int, limit: int, naming: Naming, people: re.Pattern[str]) -> int | None:
    """Where the next label begins, if an English dialogue goes on in the same line; a turn reaches that far."""
    line = view.find("\n", start, limit)
    for match in _INLINE_LABEL.finditer(view, start, limit if line < 0 else line):
        name = match[1].split(",")[0].strip()
        if _is_label(name, naming, people, at_line=False):
            return match.start(1)
    return None


def _breath(view: str, start: int) -> int:
    """The end of words that follow 说 and a blank: the next pause, unless the speaker goes on speaking behind it."""
    pause = _LATIN_PAUSE if view[start].isascii() else _PAUSE
    stop = pause.search(view, start + 1)
    while stop is not None and stop[0].isspace() and stop[0] != "\n":
        rest = re.split(r"[\s。;\n\ue000]", view[stop.end() :], maxsplit=1)[0]
        if not _ADDRESS.search(rest) or _NARRATIVE.match(rest):
            break
        stop = pause.search(view, stop.end() + 1)
    if stop is None:
        return len(view)
    return stop.end() if stop[0] in "!?" else stop.start()


def _leads_to_speech(view: str, start: int, naming: Naming) -> bool:
    """口播：图1坐在书房，语速平稳：大家好. Behind the first colon somebody acts; his words follow the second."""
    sentence = re.split(r"[。!?;\n]", view[start:], maxsplit=1)[0]
    first = next(iter(naming.find(sentence)), None)
    return first is not None and first[0] <= 2 and ":" in sentence[first[1] + 1 :]


def _only_names(text: str, naming: Naming) -> bool:
    """小美：图1，阿强：图2 gives names; nobody speaks."""
    first = re.split(r"[,。;.\n]", text.strip(" @["), maxsplit=1)[0].strip("] ")
    return any(start == 0 and end == len(first) for start, end, _ in naming.find(first))


def _own_cell(words: str, naming: Naming) -> str:
    """Only the name where a blank sets it off from what stands before: 图1低头不语 图2：别走."""
    last = next((span for span in naming.find(words) if span[1] == len(words)), None)
    return words[last[0] :] if last and re.search(rf"[{HAN}]\s$", words[: last[0]]) else words


def _is_heading(view: str, block: tuple[int, int, str], match: re.Match[str]) -> bool:
    head = view[block[0] : match.start() + 1]
    return (
        not re.search(r"[,。;.!?\n]", head.strip()) and len(head.strip()) <= 24 and "(" not in head.strip()[1:]
    ) or bool(re.fullmatch(r"\W*[^\s:(]{1,8}\s?\([^()]{0,30}\)\s?:", head.strip()))


def _before_bracket(view: str, colon: int) -> int:
    """Where the words before a colon end when a bracket stands between: 图1（抬头，眼里有泪）："""
    stripped = view[:colon].rstrip()
    if stripped.endswith(")"):
        opening = stripped.rfind("(", max(0, len(stripped) - 60))
        if opening >= 0:
            return opening
    return colon


def _at_line(view: str, begin: int) -> bool:
    line = view.rfind("\n", 0, begin) + 1
    return not re.sub(r"[\s\-*•·△▲>|]+", "", view[line:begin]) or view[begin - 1 : begin] in ("|",)


_OFF_SCREEN = compile_words(
    r",?\s?(?:off[ -]?screen|(?<![a-z])o\.?s\.?|(?<![a-z])v\.?o\.?|内心|心声|旁白|画外音?)$|^(?:os|vo)\s?(?=[^a-z\s])"
)


def _is_label(words: str, naming: Naming, people: re.Pattern[str], *, at_line: bool) -> bool:
    bare = re.sub(r"\s?\([^()]*\)\s?$", "", words).strip()
    bare = _OFF_SCREEN.sub("", bare).strip()
    bare = re.sub(r"^(?:mrs?|ms|dr|st|prof)\.\s", "", bare)
    if not bare or len(bare) > 28:
        return False
    for start, end, _ in naming.find(bare):
        if start == 0 and end == len(bare):
            return True
    if (
        bare in naming.aliases
        or _NARRATION.fullmatch(bare)
        or re.fullmatch(r"(?:男声|女声|童声)?(?:旁白|画外音)", bare)
    ):
        return True
    match = people.search(bare)
    return bool(match and match.end() == len(bare) and (match.start() == 0 or (at_line and len(bare) <= 12)))


def _limit(page: Page, layout: Layout, position: int) -> int:
    heads = [s.head for s in layout.shots if s.head > position]
    blocks = [b[0] for b in layout.blocks if b[0] > position]
    quote = [q.start for q in page.quotes if q.start >= position]
    return min(heads + blocks + quote + [len(page.view)])


_STOP = compile_words(r"[。!?;\n|]+[”\"]?|\.+(?=\s|$)|\.(?=[" + HAN + r"])|\s(?=\()")


def _turn_end(page: Page, start: int, limit: int, naming: Naming, people: re.Pattern[str], *, whole: bool) -> int:
    """The end of the sentence or turn that begins at `start`."""
    for stop in _STOP.finditer(page.view, start, limit):
        mark = stop[0].strip('”"')
        if "\n" in mark or "|" in mark:
            return stop.start() + len(re.split(r"[\n|]", mark)[0])
        rest = page.view[stop.end() : limit]
        if mark and not rest.strip():
            return stop.end()
        if not mark:
            continue
        following = re.split(r"[。!?;\n|]|\.(?=\s|$)", rest.lstrip(), maxsplit=1)[0]
        goes_on = (
            bool(following.strip())
            and not _NARRATIVE.match(rest.lstrip())
            and not _opens_narrative(following, naming, people)
        )
        if mark[0] in ".。;" and not whole and not (goes_on and _FIRST_PERSON.match(following)):
            return stop.end()
        if not goes_on or (not whole and not _ADDRESS.search(following)):
            return stop.end()
    return limit


_BIDS = compile_words(r"(?:请|让|使|帮|给|把|将|要求|生成|制作|拍|做)")
_GESTURE = compile_words(
    r"(?:一笑|笑了笑?|笑笑|咧嘴|撇撇?嘴|努努?嘴|叹(?:了一?口)?气|[点摇]了?[点摇]?头|[摆挥招拍]了?[摆挥招拍一]?手|耸了?耸?肩|"
    r"皱了?皱?眉|[眨瞪]了?[眨瞪]?眼|翻(?:了个)?白眼|[回转抬低扭歪]过?头|转过?身|鞠了?一?躬|竖起大拇指|比了?个?心)\s?$"
)
_PERCEIVES = compile_words(r"(?:看到|看见|发现|显示|写着?|如下|包括|出现|是|为|有|分别|内容|要求|如图|画面|镜头)\s?$")


def _acts_then_speaks(view: str, begin: int, words: str, naming: Naming, people: re.Pattern[str]) -> bool:
    """图2拍拍她的背：深呼吸。 What a Chinese writer puts behind somebody's act and a colon is what he says.

    Who acts may stand earlier in the sentence where the last clause is a gesture: 图1滑出来，咧嘴一笑：收工！
    """
    if not re.search(f"[{HAN}]", words) or len(words) < 4 or _PERCEIVES.search(words) or _BIDS.match(words):
        return False
    if _led_by_somebody(words, naming, people):
        return True
    sentence = re.split(r"[。!?;\n|】]", view[max(0, begin - 60) : begin])[-1]
    return bool(_GESTURE.search(words)) and _led_by_somebody(sentence.strip(), naming, people)


def _led_by_somebody(words: str, naming: Naming, people: re.Pattern[str]) -> bool:
    first = next(iter(naming.find(words)), None)
    named = any(words.startswith(alias) for alias in naming.proper) or people.match(words) is not None
    return named or (
        first is not None and first[0] <= 2 and bool(re.match(rf"(?:\([^()]*\))?[{HAN}]", words[first[1] :]))
    )


def _opens_narrative(text: str, naming: Naming, people: re.Pattern[str]) -> bool:
    first = next(iter(naming.find(text)), None)
    if first and first[0] <= 2:
        return True
    if any(text.startswith(alias) for alias in naming.aliases):
        return True
    match = people.match(text)
    if match is None:
        return False
    vocative = re.match(r"\s?(?:[,!?~。、]|$)", text[match.end() :])
    return bool(re.match(r"(?:the|an?)\s", text)) or not (text[0].isascii() or vocative)


def _screenplay_turns(page: Page) -> list[Turn]:
    """NAME alone on its line, perhaps (how), then the words until an empty line or the next name."""
    turns: list[Turn] = []
    matches = [m for m in _CAPS.finditer(page.raw) if not _NOT_NAME.match(m[1]) and re.search(r"[A-Z]{2}", m[1])]
    for match in matches:
        position = match.end() + 1
        begin: int | None = None
        end = position
        while position < len(page.raw):
            stop = page.raw.find("\n", position)
            stop = len(page.raw) if stop < 0 else stop
            line = page.raw[position:stop].strip()
            if not line or _CAPS.fullmatch(page.raw[position:stop]) or _NOT_NAME.match(line):
                break
            if begin is None and _LIST_MARK.match(line):
                break  # a title above a list
            if not (line.startswith("(") and line.endswith(")")):
                begin = position if begin is None else begin
                end = stop
            position = stop + 1
        if begin is not None and end > begin:
            text = " ".join(part.strip() for part in page.raw[begin:end].splitlines() if part.strip())
            turns.append(Turn(begin, end, _clean(text), False, by_name=match.span(1), is_labelled=True))
    return turns
