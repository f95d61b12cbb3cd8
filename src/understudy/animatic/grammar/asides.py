"""References a prompt speaks of that are not seen: sources of style, motion or voice, people looked for or only heard.

Knows the words around such a mention, in the form `text.plain` gives. Must not know shots or who acts.
"""

from __future__ import annotations

from understudy.animatic.grammar.text import compile_words

_GUIDE = compile_words(
    r"(?:运镜|音色|声音|嗓音|风格|画风|质感|氛围|影调|动作|舞蹈|舞步|节奏|色调|构图|光影|滤镜|口音|特效|表情|姿势|转场|"
    r"镜头语言)\S{0,4}?(?:参考|参照|模仿|按照?|采用|使用|来自|同|跟|"
    r"像|取自)\s?(?:了|自)?$|(?:style|moves?|movements?|motion|choreography|voice|rhythm|pacing|palette|lighting|"
    r"camera ?work|timbre|grading|"
    r"aesthetic|look|poses?|tone)\s(?:of|from|in|as in|like|taken from)\s(?:the\s)?$|in the style of\s$"
)
_GUIDE_OF = compile_words(
    r"^\s?(?:里|中)?的?(?:运镜|音色|声音|嗓音|风格|画风|动作|舞蹈动作|舞步|节奏|色调|构图|光影|滤镜|口音|特效|转场|"
    r"镜头语言|姿势|配音)|"
    r"^'s (?:style|voice|motion|moves?|movement|camera|choreography|rhythm|lighting|palette|grading|pacing|timbre)"
)
_GUIDE_VERB = compile_words(
    r"(?:参考|参照|模仿|按照?|沿用|采用|使用|复刻|用|以|借鉴|照着|同)\s?@?$|(?:reference|copy|match|mimic|use|follow|"
    r"imitate|like)\s$"
)
_UNSEEN_LEFT = compile_words(
    r"(?:没有|不见|不出现|找|寻找|等待|想念|想起|思念|怀念|提到|提起|想着|缺少|传来)\s?$|"
    r"(?:without|looking for|searching for|waiting for|thinks? (?:of|about)|misses|remembers|no|voice of|"
    r"sound of)\s(?:the\s)?$"
)
_UNSEEN_RIGHT = compile_words(
    r"^\s?的?(?:声音|喊声|歌声|笑声|呼喊|画外音|配音|哭声|名字)|^\s?\(?\s?(?:画外|off[ -]?screen|o\.s\.|v\.o\.|"
    r"offscreen)|"
    r"^,? ?\(?(?:off[ -]?screen|o\.s\.|v\.o\.|unseen)|^'s (?:voice|name)|^\s?(?:不在|没有?出现|不出现|不出镜|未出现)"
)


def is_aside(view: str, begin: int, start: int, right: str) -> bool:
    """Whether what is named at `start`, in a clause from `begin`, is not seen; `right` are the words behind it."""
    left = view[max(begin, start - 30) : start].rstrip("@[ ")
    left += "参考" if view.startswith("参考", start) else ""  # 参考图1 is one name, 音色参考图1 is none
    padded = left + " " if left and left[-1].isascii() else left
    if _GUIDE.search(padded) or _UNSEEN_LEFT.search(padded) or _UNSEEN_RIGHT.match(right):
        return True
    return bool(_GUIDE_OF.match(right) and (_GUIDE_VERB.search(padded) or _GUIDE_OF.match(right)))


def is_guide(near: str, right: str) -> bool:
    """Whether only style, motion, camera or voice is taken from what stands between these words."""
    return bool(_GUIDE.search(near.rstrip("@[ ")) or _GUIDE_OF.match(right))
