"""The named ways a film gets its size: request, card and the facts of its media in, the settled request out.

Knows how sizes follow from pictures. Must not know a number or a model by name: tiers, areas and caps are the card's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from understudy.core.card import ModelCard
from understudy.core.request import MediaFacts, Role, VideoRequest
from understudy.core.units import Ratio, Size, Tier

Facts: TypeAlias = Mapping[Role, MediaFacts]
"""What was found in the media that set size, rate and length, one of each role."""

Sizing: TypeAlias = Callable[[VideoRequest, ModelCard, Facts], VideoRequest]

SIDE_STEP = 8
"""GUESS: sides of a film shaped by a picture are multiples of 8: the largest step that all documented sizes keep
(1080 = 8 x 135), so that a picture of a documented size gives that size."""
RATIO_TOLERANCE = Fraction(1, 50)
"""GUESS: a picture whose shape is within 2 % of a documented ratio gets the documented size ("近似", seed 003)."""
MOST_SIDE = 4096
"""Longest side of a film that follows its picture. Source: spec/catalog.json, liveportrait."""


def settle(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """The complete request with its final size, ratio and tier; see the functions of this file for how."""
    return SIZINGS[card.sizing](request, card, facts)


def by_table(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """As asked; with a first frame the film takes that picture's shape and the area of its tier.

    The tier, and so the price, stays what was asked for. A shape near a documented ratio gets the documented size.
    Source: seed 003, output size.
    """
    if "first-frame-overrides-ratio" not in card.rules:
        return request
    return _shaped_by(request, card, facts.get(Role.FIRST_FRAME) or facts.get(Role.FIRST_CLIP))


def by_portrait(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """The portrait's shape, the area of the tier."""
    return _shaped_by(request, card, facts.get(Role.PORTRAIT))


def like_portrait(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """The portrait's own size, with even sides. Source: spec/dashscope.md §8.2, liveportrait: size follows image."""
    size = _size_of(facts.get(Role.PORTRAIT))
    return request if size is None else request.but(size=_even(_within(size, MOST_SIDE)))


def by_frame_box(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """The row of the table whose ratio is nearest to the frame box; the first row when there is none.

    Source: spec/dashscope.md §8.2, emo-v1: 512*512 or 512*704 by ext_bbox.
    """
    box = request.options.get("frame_box")
    option = card.sizes[0]
    if box:
        shape = Fraction(box[2] - box[0], box[3] - box[1])
        option = min(card.sizes, key=lambda o: abs(o.ratio.aspect / shape - 1))
    return request.but(size=option.size, tier=option.tier, ratio=option.ratio)


def like_source(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """The film's own size with even sides, scaled down to the area of the tier when it is larger.

    Source: spec/dashscope.md §7.1: keep the input's size when <= 720P, else scale down keeping the ratio. That 720P is
    a matter of area is a GUESS.
    """
    size = _size_of(source_of(facts))
    return request if size is None else _capped(request, card, size)


def like_source_or_ratio(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """The table's row for the asked ratio, else as `like_source`. Source: spec/catalog.json, wan2.7-videoedit."""
    if request.ratio is not None and request.tier is not None:
        option = card.option_for(request.tier, request.ratio)
        if option is not None:
            return request.but(size=option.size)
    return like_source(request, card, facts)


def as_source(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """The film's own size, with even sides. Source: spec/dashscope.md §8.2, videoretalk: input's size."""
    size = _size_of(source_of(facts))
    return request if size is None else request.but(size=_even(size))


def like_outpainted(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """The film's size grown by the four scales, then as `like_source`.

    Each scale is of that half of the picture: 1.5 on both sides makes it 1.5 times as large. Source:
    spec/dashscope.md §7.1, "input x scales"; that a scale counts from the middle is a GUESS.
    """
    size = _size_of(source_of(facts))
    if size is None:
        return request
    scale = {
        name: Fraction(str(request.options.get(f"{name}_scale", 1))) for name in ("top", "bottom", "left", "right")
    }
    width = round(size.width * (scale["left"] + scale["right"]) / 2)
    height = round(size.height * (scale["top"] + scale["bottom"]) / 2)
    return _capped(request, card, Size(width, height))


def by_short_side(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """The film's shape with a short side of `min_len` pixels, which is also the tier.

    Source: spec/dashscope.md §7.2: min_len = short side of the result and price tier.
    """
    lines = int(request.options.get("min_len") or card.tiers[0].lines)
    request = request.but(tier=Tier(lines))
    size = _size_of(source_of(facts))
    if size is None:
        return request
    scale = Fraction(lines, min(size.width, size.height))
    sides = (
        lines if side <= min(size.width, size.height) else _even_side(side * scale)
        for side in (size.width, size.height)
    )
    return request.but(size=Size(*sides))


def by_template(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """The shape of the motion's film, or, over the portrait's own background, the asked ratio; area of the tier.

    Source: spec/dashscope.md §8.2, animate-anyone-gen2: video_ratio only with use_ref_img_bg.
    """
    if request.options.get("use_ref_img_bg"):
        ratio = Ratio.parse(str(request.options.get("video_ratio", card.sizes[0].ratio)))
        option = card.option_for(card.tiers[0], ratio) or card.sizes[0]
        return request.but(size=option.size, tier=option.tier, ratio=option.ratio)
    return _shaped_by(request.but(tier=card.tiers[0]), card, source_of(facts))


def without(request: VideoRequest, card: ModelCard, facts: Facts) -> VideoRequest:
    """No film, no size."""
    return request


SIZINGS: Mapping[str, Sizing] = {
    "table": by_table,
    "portrait-shape": by_portrait,
    "portrait": like_portrait,
    "frame-box": by_frame_box,
    "source": like_source,
    "source-as-is": as_source,
    "source-or-ratio": like_source_or_ratio,
    "outpainted-source": like_outpainted,
    "short-side": by_short_side,
    "template": by_template,
    "none": without,
}
"""The closed list of names a card may use as `sizing`."""


def source_of(facts: Facts) -> MediaFacts | None:
    """The film, or picture, that the result takes after."""
    roles = (
        Role.SOURCE_VIDEO,
        Role.TEMPLATE,
        Role.DRIVING_VIDEO,
        Role.FIRST_CLIP,
        Role.LAST_CLIP,
        Role.FIRST_FRAME,
        Role.LAST_FRAME,
    )
    return next((facts[role] for role in roles if role in facts), None)


def _size_of(facts: MediaFacts | None) -> Size | None:
    return None if facts is None else facts.size


def _shaped_by(request: VideoRequest, card: ModelCard, picture: MediaFacts | None) -> VideoRequest:
    options = [o for o in card.sizes if o.tier == request.tier]
    if picture is None or picture.size is None or not options:
        return request
    shape = picture.size.aspect
    nearest = min(options, key=lambda o: abs(o.ratio.aspect / shape - 1))
    if abs(nearest.ratio.aspect / shape - 1) <= RATIO_TOLERANCE:
        return request.but(size=nearest.size, ratio=nearest.ratio)
    size = _of_shape(shape, options[0].size.area)
    return request.but(size=size, ratio=Ratio(size.aspect.numerator, size.aspect.denominator))


def _capped(request: VideoRequest, card: ModelCard, size: Size) -> VideoRequest:
    tier = request.tier or card.defaults.tier or card.tiers[0]
    area = max(option.size.area for option in card.sizes if option.tier == tier)
    if size.area > area:
        scale = math.sqrt(area / size.area)
        size = Size(max(1, int(size.width * scale)), max(1, int(size.height * scale)))
    return request.but(size=_even(size), tier=tier, ratio=None)


def _of_shape(shape: Fraction, area: int) -> Size:
    """The size of that aspect and about that area whose sides are whole steps."""
    width = math.sqrt(area * shape)
    sides = (max(1, round(side / SIDE_STEP)) * SIDE_STEP for side in (width, width / shape))
    return Size(*sides)


def _within(size: Size, most: int) -> Size:
    longest = max(size.width, size.height)
    return (
        size if longest <= most else Size(max(1, size.width * most // longest), max(1, size.height * most // longest))
    )


def _even(size: Size) -> Size:
    """With even sides, as H.264 needs them: an odd row or column is left off."""
    return Size(max(2, size.width & ~1), max(2, size.height & ~1))


def _even_side(length: Fraction) -> int:
    return max(2, round(length / 2) * 2)
