"""Headed parts of a prompt: characters, style, requirements, camera, dialogue.

Knows headings that are not shots. Must not know where shots begin; it is handed their marks.
"""

from __future__ import annotations

from understudy.animatic.grammar.text import compile_words

_NOT_SHOTS: tuple[tuple[str, str], ...] = (
    (
        r"角色(?:设定|介绍|说明)?|人物(?:设定|介绍|说明)?|主角|演员(?:表)?|出场人物|cast|characters?|casting|"
        r"subjects?|模特|参考(?:素材|说明)|"
        r"references?",
        "cast",
    ),
    (r"场景(?:设定|描述)?|地点|环境|背景|场地|setting|location|scene|environment|background|place|set", "place"),
    (
        r"分镜(?:头)?(?:脚本|列表|表|描述|内容)?|镜头(?:列表|脚本|安排|设计)?|脚本|剧本|情节|剧情|画面(?:内容|描述)?|"
        r"故事(?:板)?|内容|shots?|shot list|"
        r"storyboard|script|"
        r"action(?:s)?|sequence|timeline|动作|story|plot|prompt|description",
        "shots",
    ),
    (
        r"台词|对白|对话|旁白|配音|解说词?|口播(?:文案)?|文案|dialog(?:ue)?s?|lines?|voice[ -]?over|narration|vo|"
        r"speech",
        "speech",
    ),
    (
        r"运镜|机位|景别|镜头(?:语言|运动|角度)|拍摄(?:手法|方式)?|摄影|构图|视角|camera(?: (?:shot|move|movement|"
        r"work|motion|angle))?|"
        r"cinematography|framing|"
        r"shot (?:type|size)|composition|lens",
        "camera",
    ),
    (
        r"风格|画风|整体风格|色调|色彩|氛围|情绪|光线|光影|灯光|质感|画质|基调|style|look|mood|tone|lighting|palette|"
        r"atmosphere|aesthetic|"
        r"color|colour|vibe|grade|visual style|genre|类型|时长|比例|画幅|format|duration|aspect ratio",
        "style",
    ),
    (
        r"要求|注意(?:事项)?|备注|限制|约束|其他(?:要求)?|禁止|负面(?:提示词)?|negative(?: prompt)?|requirements?|"
        r"notes?|constraints?|"
        r"avoid|rules?|"
        r"important|产品(?:信息)?|卖点|product",
        "rules",
    ),
    (
        r"音乐|配乐|bgm|音效|声音|背景音乐?|背景音|音频|环境音|audio|sounds?|sfx|music|soundtrack|score|amb(?:ience|"
        r"ient)(?: sound)?",
        "audio",
    ),
)
_HEADING = compile_words(
    r"(?:(?=[【\[])|(?<=[\n。;.!?|】)\]”\"])|^|"
    r"(?<=\s)(?<!\b(?:to|at|on) )(?<!\bthe )(?<!\binto )|(?<=[,，]))[#*\s]{0,4}(?:(?P<open>[【\[])\s?)?(?:"
    + "|".join(f"(?P<{kind}>{words})" for words, kind in _NOT_SHOTS)
    + r")(?(open)\s?[】\]]\s?:?|\**\s?:\**)"
)
_BILLED = compile_words(
    r"(?:(?<=[,。;\n])|^)\s?(?:(?P<cast>产品|商品|代言人|模特|主角|男主角?|女主角?|演员|人物|角色|道具|服装)|"
    r"(?P<place>场景|背景|场地))(?:是|为|用|=)?\s?@?\[?(?:图片?|视频|image |video )\s?\d{1,2}\]?(?=[,。;\n]|$)"
)
"""A part and the reference that plays it, with no verb: 产品图1，代言人图2。"""


def kind_at(blocks: list[tuple[int, int, str]], position: int) -> str:
    """The kind of the headed part around a position; empty outside of all."""
    return next((kind for start, end, kind in blocks if start <= position < end), "")


def find_blocks(view: str, marks: list[int]) -> list[tuple[int, int, str]]:
    """Headed parts of the page: (start, end, kind). `marks` are the places where shots may begin.

    A part ends at the next heading, at the mark of a shot, or with its line; a heading alone on its line reaches to
    the next empty line. A heading of the shots themselves reaches to the next heading.
    """
    found = list(_HEADING.finditer(view))
    blocks: list[tuple[int, int, str]] = []
    for index, match in enumerate(found):
        start, content = match.span()
        kind = next(k for k, v in match.groupdict().items() if v and k != "open")
        end = found[index + 1].start() if index + 1 < len(found) else len(view)
        if kind != "shots":
            end = min([end, *(m for m in marks if content <= m < end)])
            line, empty = view.find("\n", content), view.find("\n\n", content)
            if line >= 0 and view[content:line].strip():
                end = min(end, line)
            elif empty >= 0 and view[content:empty].strip():
                end = min(end, empty)
        blocks.append((start, end, kind))
    billed = [(m.start(), m.end(), m.lastgroup or "") for m in _BILLED.finditer(view)]
    return blocks + [b for b in billed if not kind_at(blocks, b[0]) and not kind_at(blocks, b[1] - 1)]
