"""How a numbered reference is spelt: 图1, 圖一, 第一张图, Image 1, the second picture, 参考视频里的.

Knows spellings only, as patterns for the form `text.plain` gives. Must not know which references a prompt has.
Source of the numbered names: seed 003, questions; spec/dashscope.md §5.
"""

from __future__ import annotations

NUMBERED = (
    r"(?P<image>(?<![地截拼版构插意])(?:参考)?(?:图片|图像|照片|图)\s?#?(?:(?P<i1>\d{1,2})|"
    r"(?P<i2>[一二三四五六七八九](?![个种些次点下会儿起切样])))"
    r"|第(?P<i3>\d|[一二三四五六七八九])[张幅](?:(?:参考)?(?:图片|图像|照片|图)|(?=[是为]|[里中上]?[的,。;、:]))"
    r"|\b(?:reference )?(?:image|img|picture|photo|pic)[ _-]?#?"
    r"(?P<i4>\d{1,2}(?!\d)|(?:one|two|three|four|five|six|seven|eight|nine)\b)"
    r"|\b(?:the )?(?P<i5>first|second|third|fourth|fifth) (?:reference )?(?:image|picture|photo)\b"
    r"|(?:(?<=\bin )|(?<=\bfrom ))the (?P<i6>second|third|fourth|fifth)(?: one)?(?=\s?[.,;:!?]|$))"
    r"|(?P<video>(?:参考)?(?:视频|影片)\s?#?(?:(?P<v1>\d{1,2})|"
    r"(?P<v2>[一二三四五六七八九](?![个种些次点下会儿起切样])))"
    r"|第(?P<v3>\d|[一二三四五六七八九])[个段](?:参考)?视频"
    r"|\b(?:reference )?video[ _-]?#?(?P<v4>\d{1,2}(?!\d)|(?:one|two|three|four|five)\b)"
    r"|\b(?:the )?(?P<v5>first|second|third|fourth|fifth) (?:reference )?video\b)"
    r"|(?P<any>\b(?:character|subject|char)[ _-]?#?(?P<c1>\d{1,2})(?!\d)|(?:角色|主体|人物)(?P<c2>\d{1,2}|"
    r"[一二三四五]))"
)
SOLE_IMAGE = (
    r"参考(?:图片|图像|图|照片)(?!\d)|这张(?:图片|图|照片)|该图片?|上传的(?:图片|图|照片)|"
    r"(?<![截意])图片?[里中](?=的)|照片[里中](?=的)|原图|"
    r"the (?:reference|provided|uploaded|given|attached|input|source)? ?(?:image|picture|photo)\b(?! ?\d)|"
    r"this (?:image|picture|photo)\b"
)
SOLE_VIDEO = (
    r"参考视频(?!\d)|这段视频|该视频|上传的视频|视频[里中](?=的)|原视频|"
    r"the (?:reference|provided|uploaded|given|attached|input|source)? ?(?:video|clip)\b(?! ?\d)|this (?:video|"
    r"clip)\b"
)
