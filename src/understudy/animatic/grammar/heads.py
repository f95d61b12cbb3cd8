"""Where shots begin: numbers, headings, timecodes, bullets and words of cutting.

Knows the marks writers put before shots and the headings that are not shots. Must not know who is in them.
Of all marks on a page one family is chosen: a writer who numbers shots does not also cut with every comma.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from understudy.animatic.grammar.blocks import find_blocks, kind_at
from understudy.animatic.grammar.text import NUMBER, Page, compile_words, number


@dataclass(frozen=True, slots=True)
class Head:
    """A mark: it stands at `start`..`end`; `start_second`/`end_second` where it is a timecode."""

    start: int
    end: int
    number: int | None = None
    start_second: float | None = None
    end_second: float | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A shot's text on the page, behind its mark, and its timecode in seconds."""

    start: int
    end: int
    head: int
    start_second: float | None = None
    end_second: float | None = None


@dataclass(slots=True)
class Layout:
    """The page divided: shots in order, what stands before them, and what is said of the whole film."""

    shots: list[Stretch]
    preamble: tuple[int, int] = (0, 0)
    blocks: list[tuple[int, int, str]] = field(default_factory=list)
    one_take: bool = False


_EDGE = r"(?:(?<=[\n。.!?;:,|)\]】」』”\"…~\ue000#*→➡⇒➔])|(?<=\s)|^|(?=[【])|(?<=[️🎬]))"
_AFTER = compile_words(r"\s?[】\])>]?\**\s?(?:[:.、|,/-]|—+)?\s?")

_LABEL = compile_words(
    rf"{_EDGE}[【\[(<#*\s]{{0,4}}(?:"
    rf"第\s?({NUMBER})\s?(?:个|组|段|条)?\s?(?:分镜头|分镜|镜头|镜|画面|格|幕画面|页|屏|帧|步)(?!到|至)"
    rf"|(?:分镜头|分镜|镜头|画面|镜号|片段|镜|步骤)\s?(?:号|no\.?\s?)?[#-]?\s?({NUMBER})(?![一-鿿]?秒|个|位|只|张|"
    rf"号(?!镜)|[一-鿿]?人)"
    rf"|(?:分镜|镜头|画面|场景|shot|scene|panel)\s?[a-h](?=\s?[:.、)|\]】])"
    rf"|(?:(?:分镜|镜头|画面)?(?:序号|编号)|镜号|\bshot (?:no\.?|number))\s?:\s?({NUMBER})(?=\s*(?:[\n,;|]|$))"
    rf"|(?<![一-鿿])[格帧]\s?({NUMBER})(?=\s?[:.、|]|\s)"
    rf"|({NUMBER})号(?:镜头|机位|镜)"
    rf"|\b(?:shot|panel|frame|cut|clip|beat|segment|sequence|part|step)\s?[#-]?\s?({NUMBER})(?![\d%])"
    rf"|\b(?:the )?(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth) (?:shot|panel|frame|clip)\b"
    rf"|[psc](\d{{1,2}})(?=\s?[|:、.)\]】])|(?:(?<=\n)|^)[ps](\d{{1,2}})(?=\s)"
    rf")"
)
_SCENE = compile_words(
    rf"{_EDGE}[【\[(#*\s]{{0,4}}(?:第\s?(?:{NUMBER})\s?集\s{{0,2}})?(?:第\s?({NUMBER})\s?(?:场景|场戏|场|幕)(?!比赛|雨|雪)|(?:场景|场次|"
    rf"场)\s?[#-]?\s?({NUMBER})(?!个|位)|(?:(?<=\n)|^)幕\s?({NUMBER})(?=[\s:、.]|$)|"
    rf"\bscene\s?[#-]?\s?({NUMBER})\b|\b(?:act|scene)\s(?:[ivx]{{1,4}}|{NUMBER})(?=\s?[:.—-]))"
)
_SLUG = compile_words(r"(?:^|\n)\s?(?:\d{1,2}[.)]?\s)?((?:int|ext|int\.?/ext|i/e)[.\s]\s?[^\n]{2,80})")
_UNIT = r"(?:s|sec|secs|seconds|秒钟?)"
_SEC = r"(\d{1,3}(?:\.\d{1,2})?)"
_CLOCK = r"(\d{1,2}):(\d{2}(?:\.\d{1,3})?)"
_TO = r"\s?(?:-|~|到|至|–|—|to|–|->|→)\s?"
_TIME = compile_words(
    rf"[【\[(]{{0,2}}(?:时间|(?<![a-z])(?:time|timecode|t))?\s?[:=+]?\s?[【\[(]?(?<![\d.])(?<!\d:)(?:"
    rf"{_CLOCK}\s?{_TO}{_CLOCK}"
    rf"|(?:第|seconds? |from )?\s?{_SEC}\s?{_UNIT}?{_TO}(?:第|t\s?\+)?{_SEC}\s?{_UNIT}"
    r"(?![一-鿿]?后|左右|\s(?:later|long|after))"
    rf"|(?:前|开头|最初|开场)\s?({NUMBER})\s?秒(?!后)|(?:最后|末尾|结尾|后|中间|中段|接下来|紧接着|接着|随后|之后|下)(?:的)?\s?({NUMBER})\s?秒(?!后)"
    rf"|\b(?:the )?first ({NUMBER}) seconds?|\b(?:the )?(?:last|final|next|middle|following) ({NUMBER}) seconds?"
    rf"|seconds? {_SEC}\s?{_TO}{_SEC}"
    rf"|(?:(?<=\n)|(?<=\n第)|(?<=\n第 )|^|(?<=^第)){_SEC}\s?{_UNIT}(?=\s?:)"
    rf")\s?[】\])]{{0,2}}"
)
_POINT = compile_words(rf"(?:(?:^|\n)\s?[-*•]?\s?[\[(【]?{_CLOCK}[\])】]?|[\[【]{_CLOCK}[\]】])(?!\s?[-~到至–])")
_CIRCLED = {c: n for n, c in enumerate("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮", 1)} | {c: n for n, c in enumerate("❶❷❸❹❺❻❼❽❾❿", 1)}
_LISTED = compile_words(
    r"(?P<ring>[①-⑮❶-❿])\s?[.、:]?|(?:(?<=[\n。.!?;:)】」』”\"…~,])|(?<=\s)|^)(?:"
    r"(?P<dot>\d{1,2})\s?[.、](?!\d)|(?P<half>\d{1,2})\)|\((?P<full>\d{1,2})\)|(?P<key>\d)️?⃣|"
    r"(?P<han>[一二三四五六七八九十]{1,3})、|"
    r"\((?P<hanfull>[一二三四五六七八九十]{1,3})\)|(?P<colon>(?<=\n)\d{1,2}|^\d{1,2}):(?!\d)|#(?P<hash>\d{1,2})|"
    r"(?:(?<=\n)|^)(?P<roman>i{1,3}|iv|vi{0,3}|ix|x)[.)](?=\s)|"
    r"(?:(?<=\n)|^)(?:\[(?P<lettered>[a-h])\]|\((?P<letter>[a-h])\)|(?P<lettering>[a-h])\))(?=\s)|"
    r"(?:(?<=\n)|^)(?P<row>\d{1,2})(?=[ \t]{1,4}[^\d\s]|\s?\|))"
)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_NUMBERED_THING = compile_words(
    r"(?:image|video|character|picture|photo|subject|panel|shot|scene|图|图片|视频|角色|no\.?)\s?$"
)
_AFTER_TIME = compile_words(r"\s?(?:内|时|,|:|\.|、|\||-|—)?\s?")
_BULLET = compile_words(r"(?:^|\n)[ \t]{0,6}[-*•·▪●–—△▲>→](?!-)\s?(?=\S)")
_SIZE_HEAD = compile_words(
    r"(?:(?<=[\n。!?;])|^|(?<=\s))(?:大远景|远景|大全景|中?全景|中近景|近景|中景|半身|全身|大特写|特写|微距|俯拍|"
    r"仰拍|空镜|航拍|"
    r"(?:extreme )?wide(?: shot)?|establishing(?: shot)?|(?:medium )?close-?up|medium(?: shot)?|"
    r"(?:extreme )?close-?up|insert|pov|full shot)"
    r"(?:镜头)?\s?[:|]"
)
_SONG = r"前奏|主歌|导歌|副歌|间奏|桥段|尾奏|(?:pre-?)?chorus|verse(?: (?:\d|one|two))?|bridge|refrain|interlude"
_STAGE_HEAD = compile_words(
    r"(?:(?<=[\n。!?;])|^|(?<=\s))(?:开场|开头|开篇|起始|中段|中间|过渡|转折|高潮|结尾|收尾|结束|尾声|opening|"
    r"beginning|middle|climax|"
    r"ending|end|open|start|then|close|closing|finish|finally|"
    r"intro|outro|hook|turn|payoff|" + _SONG + r")(?:镜头|画面|shot)?\s?:"
    r"|[【\[]\s?(?:开场|开头|开篇|起始|中段|中间|过渡|转折|高潮|结尾|收尾|结束|尾声|opening|middle|climax|ending|"
    + _SONG
    + r")"
    r"(?:部分|镜头|画面|shot)?(?:\s?\d{1,2}\s?(?:秒|s\b))?\s?[】\]]"
)
_STAGE_SHOT = compile_words(r"[^\s:]{2,9}?\s?(?:镜头|画面|shot)\s?:")
_CUT = compile_words(
    r"(?:然后|随后|接着|再|突然|最后)?(?:镜头|画面|场景)?(?:快速|迅速|直接|突然|硬|再)?(?:切换?(?:到|至|回|入|为)|"
    r"切换(?=[,。;])|叠化(?:到|至|为|:)|淡入(?:到|至|:)|切(?=[大中]?(?:特写|近景|中景|远景|全景))|"
    r"(?<![一-鿿])切(?=[^,。;换断]{1,6}(?:特写|近景|中景|远景|全景))|(?<=再)切(?=图|视频|@|[一-鿿]{1,6}(?:席|台|内|外|里|边|上|处|画面|视角))|转场(?:到|至|"
    r",|:)|"
    r"闪回(?:到|至|,|:)|跳切(?:到|至)?|转切|切镜(?:到|至|[,:]))"
    r"|(?:镜头|画面)(?:一|突然)?(?:转场?|切)(?=[,:。])|(?:镜头|画面)切(?=[^换断到至回入为勿])|(?:镜头|画面|"
    r"场景)(?:一转|转换|跳转|切换)(?:到|至|为)?"
    r"|\b(?:then |and then |suddenly |we |(?:the )?(?:scene|camera|shot|film|video|view|picture|image) |and )*(?:"
    r"(?:smash|hard|jump|match|quick|whip|straight|finally|slow|sharp)?[ -]?cut(?:s|"
    r"ting)? (?:back )?(?:away )?to\b|cutaway(?: to|:)|cut(?:s|ting)? back(?=\s?[:,.])|"
    r"(?:smash|hard|jump|match) cut(?=\s?[.:;]\s)|fade in(?:to\b|:)|"
    r"switch(?:es|ing)? (?:back )?to\b(?= a| the| image| video| \w+ shot| close| wide| medium)|"
    r"(?:cross-?)?dissolves? (?:in)?to\b|transition(?:s|ing)? (?:in)?to\b|flash(?:es|back)? (?:back )?to\b|"
    r"(?:scene|shot) (?:changes|shifts|moves|jumps) to\b)"
    r"|(?:(?<=[.!?\n;])|^)\s?back to (?=image|video|the|her|him|[a-z]+ (?:in|at|on)\b)"
)
_SIZE_BEFORE = compile_words(
    r"(?<![一-鿿])(?:大远景|远景|大全景|中?全景|中近景|近景|中景|半身|全身|大?特写|微距)(?:镜头)?$"
)
_NEXT = compile_words(
    r"(?:(?<=[\n。!?;,:”\"」』])|^|(?<=\s))(?:【|\[)?(?:下一(?:个)?(?:镜头?|画面|场景|幕|格)|另一(?:个)?(?:镜头|画面|场景)|"
    r"最后一?(?:个)?(?:镜头?|"
    r"画面|格|幕)(?=[:,】是])|"
    r"接下来(?:的)?(?:镜头|画面)|(?:(?:the )?(?:opening|next|final|last|closing) (?:shot|panel|scene|frame)\b))(?:】|"
    r"\])?\s?[:,]?"
)
_NOT_BEFORE = compile_words(
    r"(?:不要|不|别|没有|无|禁止|避免|勿|\b(?:no|without|not|never|don't|avoid|any)\b)\s?(?:\S{0,6}\s?)$"
)
_ONE_TAKE = compile_words(
    r"一镜到底|(?<!第)一镜(?:直下|拍完|完成)|一个镜头(?:到底|拍完|完成)|不(?:要|切|需要)?\S{0,3}(?:切镜|剪辑|"
    r"切换镜头|切镜头|分镜|转场)|不切(?:换)?镜?|无剪辑|无切换|"
    r"没有剪辑|无转场|单镜头|全程一个镜头|连续(?:不断的)?长镜头|"
    r"(?:one|single)[ -](?:continuous |unbroken |long |uninterrupted )?(?:take|shot)(?! \d)|continuous (?:take|"
    r"shot)|unbroken (?:take|shot)|\boner\b|"
    r"(?:no|without(?: any)?) (?:cuts?|cutting|edits?|editing)\b|one-take|single-take|do not cut|don't cut|"
    r"never cuts?"
)


def lay_out(page: Page) -> Layout:
    """Divide the page into shots. Always at least one."""
    view = page.view
    blocks = find_blocks(view, sorted(m.start() for p in (_LABEL, _SCENE) for m in p.finditer(view)))
    heads = _choose(page, view, blocks)
    first = heads[0].head if heads else 0
    one = _takes_one(view, first, heads)
    if len(heads) <= 1 or one:
        seconds = (heads[0].start_second, heads[-1].end_second) if heads else (None, None)
        return Layout([Stretch(0, len(view), 0, *seconds)], (0, 0), blocks, one)
    return Layout(heads, (0, first), blocks, False)


def _choose(page: Page, view: str, blocks: list[tuple[int, int, str]]) -> list[Stretch]:
    labels = _numbered(_LABEL, view)
    scenes = _numbered(_SCENE, view) or [Head(m.start(1), m.start(1)) for m in _SLUG.finditer(view)]
    times = _times(view)
    chain = _chain(view, blocks)
    bullets = _bullets(view, blocks, in_scenes=bool(scenes))
    sizes = [Head(m.start(), m.start()) for m in _SIZE_HEAD.finditer(view)]
    stages = [Head(m.start(), m.start()) for m in _STAGE_HEAD.finditer(view)]
    following = [Head(m.start(), m.end()) for m in _NEXT.finditer(view)]
    cuts = [_sized(view, m) for m in _CUT.finditer(view) if not _negated(view, m.start(), 12)]
    named = [s for s in stages if _STAGE_SHOT.match(view, s.start)]  # 开场画面：… 第二个画面：… 结尾画面：…
    if len(labels) >= 2 or (labels and (following or named)):
        return _stretches(view, _merge(labels, following, named), times)
    if len(times) >= 2:
        return _stretches(view, times, times)
    if len(chain) >= 2:
        return _stretches(view, _merge(chain, following), times)
    if len(bullets) >= 2:
        return _stretches(view, bullets, times)
    if len(scenes) >= 2:
        return _stretches(view, _merge(scenes, _inside(view, scenes, cuts + following)), times)
    if len(sizes) >= 2:
        return _stretches(view, sizes, times)
    if len(stages) >= 2:
        return _stretches(view, _merge(stages, _inside(view, stages, cuts)), times)
    return _by_cutting(view, _merge(cuts, following), labels + chain, blocks)


def _negated(view: str, position: int, window: int) -> bool:
    """Whether a negation stands within `window` characters before a mark, on its line; knot is none."""
    found = _NOT_BEFORE.search(view, max(0, position - window), position)
    return found is not None and not re.search(r"[\n,。;.]", found[0])


def _sized(view: str, cut: re.Match[str]) -> Head:
    """A size before the word of cutting is the size of what follows: 特写切到图1. Such words stay in the shot."""
    size = _SIZE_BEFORE.search(view, max(0, cut.start() - 8), cut.start())
    return Head(size.start(), size.start()) if size else Head(cut.start(), cut.end())


def _by_cutting(view: str, cuts: list[Head], labels: list[Head], blocks: list[tuple[int, int, str]]) -> list[Stretch]:
    """Words of cutting end the shot before them; what stands before the first is a shot, if it says anything."""
    kept: list[Head] = []
    for cut in cuts:
        said = view[kept[-1].end if kept else 0 : cut.start]
        if _says_something(said, first=not kept):
            kept.append(cut)
    if not kept:
        return []
    return [Stretch(0, kept[0].start, 0), *_stretches(view, kept, [])]


def _says_something(text: str, *, first: bool) -> bool:
    text = re.sub(r"[\s,。.;:!?、|()\[\]【】-]", "", text)
    return len(text) >= (4 if first else 2)


def _stretches(view: str, heads: list[Head], times: list[Head]) -> list[Stretch]:
    result = []
    for index, head in enumerate(heads):
        finish = heads[index + 1].start if index + 1 < len(heads) else len(view)
        span, begin = (head.start_second, head.end_second), head.end
        if span == (None, None):
            inside = [t for t in times if head.start <= t.start < min(finish, head.end + 12)]
            if inside:
                span = (inside[0].start_second, inside[0].end_second)
                begin = max(begin, min(inside[0].end, finish))
        result.append(Stretch(begin, finish, head.start, *span))
    return result


def _merge(*lists: Iterable[Head]) -> list[Head]:
    merged: list[Head] = []
    for head in sorted((h for heads in lists for h in heads), key=lambda h: (h.start, -h.end)):
        if not merged or head.start > merged[-1].end:
            merged.append(head)
    return merged


def _inside(view: str, outer: list[Head], inner: list[Head]) -> list[Head]:
    """Cuts that stand in the middle of a scene, not at its beginning."""
    kept = []
    for head in inner:
        before = [o for o in outer if o.start < head.start]
        if before and _says_something(view[before[-1].end : head.start], first=False):
            kept.append(head)
    return kept


def _numbered(pattern: re.Pattern[str], view: str) -> list[Head]:
    """Labels in rising order; one that repeats or falls back speaks of a shot, it does not begin one."""
    heads: list[Head] = []
    for match in pattern.finditer(view):
        value = number(next((g for g in match.groups() if g), ""))
        if heads and value is not None and heads[-1].number is not None and value <= heads[-1].number and value != 1:
            continue
        if _negated(view, match.start(), 4):
            continue
        finish = _AFTER.match(view, match.end())
        heads.append(Head(match.start(), finish.end() if finish else match.end(), value))
    return heads


def _times(view: str) -> list[Head]:
    heads: list[Head] = []
    for match in _TIME.finditer(view):
        head = _timed(match)
        if head is None:
            continue
        earlier = [h.start_second for h in heads if h.start_second is not None]
        if head.start_second is not None and earlier and head.start_second <= earlier[-1]:
            continue
        heads.append(head)
    if heads and heads[0].start_second not in (0.0, 1.0, None):
        return []
    if len(heads) >= 2:
        return heads
    points: list[Head] = []
    for match in _POINT.finditer(view):
        minutes, seconds = (match[1], match[2]) if match[1] else (match[3], match[4])
        value = int(minutes) * 60 + float(seconds)
        if not points or value > (points[-1].start_second or 0.0):
            points.append(Head(match.start(), match.end(), None, value))
    if len(points) < 2 or points[0].start_second:
        return heads
    ends = [p.start_second for p in points[1:]] + [None]
    return [Head(p.start, p.end, None, p.start_second, end) for p, end in zip(points, ends, strict=True)]


def _timed(match: re.Match[str]) -> Head | None:
    g = match.groups()
    start: float | None
    end: float | None
    if g[0]:
        start, end = int(g[0]) * 60 + float(g[1]), int(g[2]) * 60 + float(g[3])
    elif g[4]:
        start, end = float(g[4]), float(g[5])
    elif g[6] or g[8]:
        start, end = 0.0, float(number(g[6] or g[8]) or 0)
    elif g[7] or g[9]:
        start, end = None, None
    elif g[10]:
        start, end = float(g[10]), float(g[11])
    else:
        start, end = float(g[12]), float(g[12]) + 1
    if start is not None and end is not None and end <= start:
        return None
    follow = _AFTER_TIME.match(match.string, match.end())
    return Head(match.start(), follow.end() if follow else match.end(), None, start, end)


def _chain(view: str, blocks: list[tuple[int, int, str]]) -> list[Head]:
    """The longest list 1, 2, 3, … in one style that is not a list of people or demands."""
    styles: dict[str, list[Head]] = {}
    for match in _LISTED.finditer(view):
        style = match.lastgroup or ""
        text = match[style]
        value = _CIRCLED.get(text) if style == "ring" else number(text)
        if style == "roman":
            value = _ROMAN.index(text) + 1
        if style.startswith("letter"):
            value = "abcdefgh".index(text) + 1
        if _NUMBERED_THING.search(view[max(0, match.start() - 12) : match.start()]):
            continue
        if value is not None:
            styles.setdefault(style, []).append(Head(match.start(), match.end(), value))
    best: list[Head] = []
    for heads in styles.values():
        runs: list[list[Head]] = []
        for head in heads:
            if head.number == 1:
                runs.append([head])
            elif runs and head.number == len(runs[-1]) + 1:
                runs[-1].append(head)
        for run in runs:
            kind = kind_at(blocks, run[0].start)
            if kind not in ("cast", "rules", "style", "audio", "speech") and len(run) > len(best):
                best = run
    return best


def _bullets(view: str, blocks: list[tuple[int, int, str]], *, in_scenes: bool) -> list[Head]:
    """Bullets that are shots; the triangles of a Chinese screenplay mark the acts within its scenes."""
    heads = [Head(m.start(), m.end()) for m in _BULLET.finditer(view) if not (in_scenes and set(m[0]) & set("△▲"))]
    return [h for h in heads if kind_at(blocks, h.end) in ("", "shots") and not _within_actions(view, blocks, h.end)]


def _within_actions(view: str, blocks: list[tuple[int, int, str]], position: int) -> bool:
    """Bullets under Actions: beside a Dialogue: block are the moments of one scene."""
    kinds = {kind for _, _, kind in blocks}
    inside = next((b for b in blocks if b[0] <= position < b[1]), None)
    return (
        inside is not None
        and bool(kinds & {"speech", "camera"})
        and bool(re.match(r"\W*(?:actions?|动作)", view[inside[0] : inside[0] + 14]))
    )


def _takes_one(view: str, first: int, heads: list[Stretch]) -> bool:
    for match in _ONE_TAKE.finditer(view):
        if not heads or match.start() < first or match.start() >= heads[-1].start or heads[0].head == 0:
            inside = next((h for h in heads if h.start <= match.start() < h.end), None)
            if inside is not None and inside is not heads[-1] and len(heads) > 2:
                continue
            return True
    return False
