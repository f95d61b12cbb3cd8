"""Requests and cards for the tests of the catalog."""

from __future__ import annotations

from decimal import Decimal

from understudy.catalog.shelf import Shelf
from understudy.core.request import MediaFacts, Medium, Reference, Role, VideoRequest
from understudy.core.units import Size

SHELF = Shelf.open()
ALL = ("wan2.7-r2v", "wan2.6-r2v", "wan2.6-r2v-flash")
KINDS = {"i": Medium.IMAGE, "v": Medium.VIDEO, "?": Medium.UNKNOWN, "f": Medium.IMAGE}


def references(kinds: str) -> tuple[Reference, ...]:
    """One reference per letter: `i` image, `v` video, `?` of unknown medium, `f` first frame."""
    return tuple(
        Reference(
            f"https://host/{number}",
            KINDS[kind],
            Role.FIRST_FRAME if kind == "f" else Role.SUBJECT,
            path=f"input.media[{number}].url",
        )
        for number, kind in enumerate(kinds)
    )


def a_request(model: str = "wan2.7-r2v", kinds: str = "i", **changes: object) -> VideoRequest:
    return VideoRequest(model, prompt="图1在沙发上看电影", references=references(kinds)).but(**changes)


def a_photo(width: int = 800, height: int = 600, **changes: object) -> MediaFacts:
    facts = {"medium": Medium.IMAGE, "container": "jpeg", "byte_count": 50_000, "size": Size(width, height)}
    return MediaFacts(**{**facts, **changes})


def a_clip(seconds: str = "5", **changes: object) -> MediaFacts:
    facts = {
        "medium": Medium.VIDEO,
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "byte_count": 900_000,
        "size": Size(640, 480),
        "seconds": Decimal(seconds),
        "frames_per_second": Decimal(30),
    }
    return MediaFacts(**{**facts, **changes})


def a_voice(seconds: str = "5", **changes: object) -> MediaFacts:
    facts = {"medium": Medium.AUDIO, "container": "mp3", "byte_count": 90_000, "seconds": Decimal(seconds)}
    return MediaFacts(**{**facts, **changes})
