"""Verdicts: what became of a request, kept for the next that differs from it in nothing but words and links.

Knows which fields of a request a verdict rests on. Must not know how anything is judged or filled in. Callers send the
same shape of request again and again; to judge each anew takes as long as reading it.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, TypeAlias

from understudy.core.card import ModelCard
from understudy.core.request import NOTHING, Profile, VideoRequest
from understudy.core.values import Once

Shape: TypeAlias = tuple[Any, ...]

MOST = 256
"""Shapes kept of one card; a caller who tries more begins them anew."""

_FILLED_IN = (
    "size", "tier", "ratio", "seconds", "shot_type", "sound", "watermark", "prompt_extend", "frames_per_second",
    "options",
)  # fmt: skip
"""The fields that completing a request may fill in, and that its verdict rests on beside its references' kinds."""
_filled_in = attrgetter(*_FILLED_IN)
_said = attrgetter("function", *_FILLED_IN[:-1])


class Verdicts:
    """Those of one card."""

    def __init__(self) -> None:
        self._kept: dict[Shape, Mapping[str, Any]] = {}

    def find(self, shape: Shape | None) -> Mapping[str, Any]:
        """What a request of this shape was completed with; nothing when none is known."""
        return NOTHING if shape is None else self._kept.get(shape, NOTHING)

    def keep(self, shape: Shape | None, asked: VideoRequest, complete: VideoRequest) -> None:
        """Remember what `asked` was completed to, where that rests on its shape alone."""
        if shape is None or complete.references is not asked.references:
            return
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[shape] = dict(zip(_FILLED_IN, _filled_in(complete), strict=True))


def shape_of(request: VideoRequest, profile: Profile) -> Shape | None:
    """All that decides about a request but its texts, links and seed; None for one with words of its model's own."""
    if request.options:
        return None
    references = [(r.role, r.medium, r.voice is None) for r in request.references]
    return (profile, _said(request), *references)


def _none_yet(_card: ModelCard) -> Verdicts:
    return Verdicts()


verdicts_of = Once(_none_yet)
