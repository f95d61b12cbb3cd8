"""Links: what medium one shows of itself.

Knows suffixes and data URLs. Must not know any vendor's fields, nor open anything: what a link hides is found out when
the file is probed.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from understudy.core.request import Medium

_SUFFIXES = {
    Medium.IMAGE: ("jpg", "jpeg", "png", "bmp", "webp"),
    Medium.VIDEO: ("mp4", "mov", "avi", "mkv", "webm", "m4v"),
    Medium.AUDIO: ("wav", "mp3", "m4a", "aac", "flac", "ogg"),
}
_MEDIA = {suffix: medium for medium, suffixes in _SUFFIXES.items() for suffix in suffixes}
_DATA = re.compile(r"^data:(image|video|audio)/", re.IGNORECASE)
_SEEN = (Medium.IMAGE, Medium.VIDEO)


def plain_medium(url: str, among: Collection[Medium] = _SEEN) -> Medium:
    """The medium a URL shows by its data type or suffix, if it is one of `among`; UNKNOWN otherwise.

    An OSS key may have no suffix at all.
    """
    if url[:5].lower() == "data:":
        given = _DATA.match(url)
        medium = Medium(given[1].lower()) if given else Medium.UNKNOWN
    else:
        suffix = re.split(r"[?#]", url, maxsplit=1)[0].rpartition("/")[2].rpartition(".")[2].lower()
        medium = _MEDIA.get(suffix, Medium.UNKNOWN)
    return medium if medium in among else Medium.UNKNOWN
