"""Matte: from a rough idea of where a subject is to a clean edge and honest edge colours.

Knows masks and colours. Must not know what the subject is, nor where the rough idea came from (cutout).
Masks are (h, w) float32, 0..1; pictures (h, w, 3) uint8 sRGB. Everything here gives the same result every time.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate, Sprite

Colours = NDArray[np.float32]
"""(n, 3) or (h, w, 3) Lab."""

_EDGE = 0.008  # reach of the guided filter, over the longer side of a cut-out
_GRABCUT_SIDE = 448  # pixels; GrabCut's time grows with area, and the guided filter brings the detail back
_GRABCUT_ROUNDS = 2
_COLOUR_SAYS = 1.1  # logit that GrabCut's opinion weighs: tips likelihoods from 0.25 to 0.75
_LEANING_SAYS, _CLEAR_LEANING = 1.5, 0.3  # logit of a colour that is surely one side's; from where it overrules GrabCut
_DISTANCE_SAYS, _FREE_DISTANCE = 70.0, 0.010  # logit per longer side away from the sure inside, beyond the free part
_THREAD = 0.015  # over the longer side: thinner undecided parts are rags, not limbs
_DOUBT = 0.25  # what is open is a little likelier not the subject: a missing hair is seen less than a halo
_CORE = 0.95  # the sure inside that haze is measured from
_NECK = 0.25  # over the root of a body's area: narrower is a neck
_SURE = 0.92  # masks this far from 0.5 are not asked about again


def settle(picture: Plate, rough: Mask) -> Mask:
    """A clear mask from a rough one: GrabCut and nearness decide what the rough mask leaves open.

    Colour may tip what is open but not overrule a clear opinion, and haze far from the sure inside counts for little:
    so look flags and furniture that the models half take for a person. About 100 ms.
    """
    height, width = rough.shape
    scale = min(1.0, _GRABCUT_SIDE / max(height, width))
    small_size = max(8, round(width * scale)), max(8, round(height * scale))
    small = np.asarray(cv2.resize(picture, small_size, interpolation=cv2.INTER_AREA), np.uint8)
    likely = np.asarray(cv2.resize(rough, small_size, interpolation=cv2.INTER_AREA), np.float32)
    reach = max(3, round(max(small_size) * 0.014)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    core = (likely > _SURE).astype(np.uint8)
    labels = np.where(likely >= 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[cv2.erode(core, kernel) > 0] = cv2.GC_FGD
    labels[cv2.dilate((likely > 1 - _SURE).astype(np.uint8), kernel) == 0] = cv2.GC_BGD
    if not (np.any(labels & 1) and np.any(labels & 1 == 0)):
        return (rough >= 0.5).astype(np.float32)
    lean = _leaning_of_open(small, labels)
    cv2.setRNGSeed(7)  # GrabCut draws its first colour clusters by lot
    inside, outside = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, (0, 0, *small_size), outside, inside, _GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    pockets = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(max(small_size) * 0.07) | 1,) * 2)
    heart = cv2.morphologyEx((likely > _CORE).astype(np.uint8), cv2.MORPH_CLOSE, pockets)
    odds = np.clip(likely, 0.01, 0.99)
    vote = np.where(labels & 1, 1, -1)
    # GrabCut learns from doubtful pixels too: where the sure ones contradict it, it has no say
    vote = np.where((np.abs(lean) > _CLEAR_LEANING) & (np.sign(lean) != vote), 0, vote)
    away = np.asarray(cv2.distanceTransform(1 - heart, cv2.DIST_L2, 3), np.float32) / max(small_size)
    logit = np.log(odds / (1 - odds)) + _COLOUR_SAYS * vote
    logit += _LEANING_SAYS * lean
    logit -= _DOUBT + _DISTANCE_SAYS * np.maximum(away - _FREE_DISTANCE, 0)
    clear = (1 / (1 + np.exp(-2 * logit))).astype(np.float32)
    clear[_threads(clear, likely, max(3, round(max(small_size) * _THREAD) | 1))] *= 0.3
    return np.asarray(cv2.resize(clear, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _threads(clear: Mask, likely: Mask, size: int) -> NDArray[np.bool_]:
    """Undecided pixels on parts of a clear mask that are thinner than `size`: rags of the backdrop."""
    body = (clear > 0.5).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    wide = cv2.copyMakeBorder(body, size, size, size, size, cv2.BORDER_REPLICATE)
    solid = cv2.morphologyEx(wide, cv2.MORPH_OPEN, kernel)[size:-size, size:-size]
    thick = cv2.dilate(np.asarray(solid, np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray((body > 0) & (thick == 0) & (likely < _SURE))


def _leaning_of_open(picture: Plate, labels: NDArray[np.uint8]) -> Mask:
    """How much the colours of undecided pixels lean to the sure inside (1) or the sure outside (-1); 0 elsewhere."""
    lean = np.zeros(labels.shape, np.float32)
    lab = lab_of(picture)
    inside, outside = lab[labels == cv2.GC_FGD], lab[labels == cv2.GC_BGD]
    undecided = labels >= cv2.GC_PR_BGD
    if len(inside) and len(outside) and undecided.any():
        lean[undecided] = leaning(lab[undecided], main_colours(inside, 8), main_colours(outside, 8))
    return np.asarray(cv2.GaussianBlur(lean, (0, 0), 1.0) * undecided, np.float32)


def lab_of(picture: Plate) -> Colours:
    """The picture in Lab, where distances are about as large as they look: 2 is hardly seen, 20 is plain."""
    return np.asarray(cv2.cvtColor(np.asarray(picture, np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)


def main_colours(colours: Colours, count: int = 5) -> Colours:
    """The middles of the `count` clusters that (n, 3) Lab colours fall into; all of them where there are no more."""
    if len(colours) <= count:
        return colours
    cv2.setRNGSeed(7)  # k-means draws its first centres by lot
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    sample = np.ascontiguousarray(colours[:: max(1, len(colours) // 6000)])
    _, _, middles = cv2.kmeans(sample, count, np.zeros((0, 1), np.int32), stop, 1, cv2.KMEANS_PP_CENTERS)
    return np.asarray(middles, np.float32)


def leaning(colours: Colours, inside: Colours, outside: Colours) -> NDArray[np.float32]:
    """How much nearer (n, 3) colours are to one of the inside's main colours than to one of the outside's, -1..1."""
    to_inside = np.min([np.linalg.norm(colours - each, axis=1) for each in inside], axis=0)
    to_outside = np.min([np.linalg.norm(colours - each, axis=1) for each in outside], axis=0)
    return np.asarray((to_outside - to_inside) / np.maximum(to_outside + to_inside, 1e-3), np.float32)


def snap(picture: Plate, mask: Mask, radius: int, evenness: float = 1e-4, work_side: int = 1024) -> Mask:
    """The mask with its edge moved onto the edges of the picture: a guided filter over all three colours.

    `radius` in pixels of the picture; `evenness` is the colour variance (of 0..1 values) below which an area counts
    as flat. Coefficients are found at no more than `work_side` pixels and applied at full size.
    Source: He, Sun and Tang, Guided Image Filtering; the fast form by the same authors.
    """
    height, width = mask.shape
    scale = min(1.0, work_side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    guide = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32) * np.float32(1 / 255)
    wanted = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32)
    reach = max(1, round(radius * scale))

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        window = (2 * reach + 1, 2 * reach + 1)
        return np.asarray(cv2.blur(values, window, borderType=cv2.BORDER_REFLECT), np.float32)

    mean_guide, mean_wanted = mean(guide), mean(wanted)
    shared = mean(guide * wanted[..., None]) - mean_guide * mean_wanted[..., None]
    r, g, b = (guide[..., i] for i in range(3))
    products = mean(np.dstack([r * r, r * g, r * b]))
    rr, rg, rb = (products[..., i] - mean_guide[..., 0] * mean_guide[..., i] for i in range(3))
    products = mean(np.dstack([g * g, g * b, b * b]))
    gg = products[..., 0] - mean_guide[..., 1] ** 2
    gb = products[..., 1] - mean_guide[..., 1] * mean_guide[..., 2]
    bb = products[..., 2] - mean_guide[..., 2] ** 2
    rr, gg, bb = rr + evenness, gg + evenness, bb + evenness
    # inverse of the symmetric 3 x 3 colour covariance, written out
    i_rr, i_rg, i_rb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    i_gg, i_gb, i_bb = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    whole = 1 / np.maximum(rr * i_rr + rg * i_rg + rb * i_rb, 1e-12)
    s_r, s_g, s_b = (shared[..., i] for i in range(3))
    slope = np.dstack(
        [
            (i_rr * s_r + i_rg * s_g + i_rb * s_b) * whole,
            (i_rg * s_r + i_gg * s_g + i_gb * s_b) * whole,
            (i_rb * s_r + i_gb * s_g + i_bb * s_b) * whole,
        ]
    ).astype(np.float32)
    offset = mean_wanted - (slope * mean_guide).sum(axis=2)
    model = mean(np.dstack([slope, offset]).astype(np.float32))
    if size != (width, height):
        model = np.asarray(cv2.resize(model, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
        guide = picture.astype(np.float32) * np.float32(1 / 255)
    return np.clip((model[..., :3] * guide).sum(axis=2) + model[..., 3], 0, 1).astype(np.float32)


def firm(mask: Mask, low: float = 0.18, high: float = 0.86) -> Mask:
    """The mask with faint haze made clear and nearly solid parts made solid; soft in between."""
    ramp = np.clip((mask - low) / (high - low), 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp), np.float32)


def edged(picture: Plate, rough: Mask) -> Mask:
    """A rough mask of the picture's size made clear, with its edge on the picture's own: `settle`, `snap`, `firm`."""
    reach = max(2, round(max(picture.shape[:2]) * _EDGE))
    return firm(snap(picture, settle(picture, rough), reach))


def whole(mask: Mask, around: tuple[float, float] | None = None, hole_share: float = 0.003) -> Mask:
    """One connected part of the mask, with pinholes up to `hole_share` of its area filled.

    The part that holds the point `around` (x, y), or else the largest. Empty where there is none.
    """
    solid = (mask > 0.5).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    if count < 2:
        return np.zeros_like(mask)
    height, width = mask.shape
    chosen = 0
    if around is not None:
        chosen = int(labels[min(height - 1, max(0, int(around[1]))), min(width - 1, max(0, int(around[0])))])
    chosen = chosen or 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    body = (labels == chosen).astype(np.uint8)
    reach = 2 * max(2, round(max(mask.shape) * 0.006)) + 1
    near = cv2.dilate(body, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    kept = np.where(near > 0, mask, 0).astype(np.float32)
    kept[(solid > 0) & (body == 0)] = 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - body, connectivity=4)
    for index in range(1, count):
        left, top, w, h, area = stats[index]
        inside = left > 0 and top > 0 and left + w < width and top + h < height
        if inside and area <= hole_share * body.sum():
            kept[labels == index] = 1
    return kept


def without_holes(body: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A 0 / 1 mask with everything filled that cannot be reached from the picture's border."""
    outlines, _ = cv2.findContours(body, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(np.zeros_like(body), outlines, -1, 1, cv2.FILLED), np.uint8)


def largest(body: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The largest connected part of a 0 / 1 mask."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(body, connectivity=4)
    if count < 2:
        return body
    return (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)


def alone(body: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The body without what hangs on by a neck, widens again and is cut by the picture's edge: something else."""
    size = round(_NECK * float(np.sqrt(body.sum()))) | 1
    lobe = cv2.morphologyEx(body, cv2.MORPH_OPEN, disc(size), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    main = largest(np.asarray(lobe, np.uint8))
    if not main.any() or _at_edge(main):
        return body
    near = cv2.dilate(main, disc(max(3, size // 6) | 1))
    ring = cv2.dilate(near, np.ones((9, 9), np.uint8)) > near
    rest = np.where(near > 0, 0, body).astype(np.uint8)
    wide = cv2.copyMakeBorder(rest, size, size, size, size, cv2.BORDER_REPLICATE)
    reach = cv2.distanceTransform(wide, cv2.DIST_L2, 3)[size:-size, size:-size]
    count, labels = cv2.connectedComponents(rest, connectivity=4)
    alone = body.copy()
    for part in (labels == label for label in range(1, count)):
        neck = float(reach[part & ring].max(initial=0))
        if neck and _at_edge(part.astype(np.uint8)) and float(reach[part].max()) > 1.25 * neck:
            alone[part] = 0
    return largest(alone)


def _at_edge(body: NDArray[np.uint8]) -> bool:
    return bool(body[0].any() or body[-1].any() or body[:, 0].any() or body[:, -1].any())


def disc(size: int) -> NDArray[np.uint8]:
    """A round kernel `size` pixels wide."""
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def largest_share(mask: Mask) -> float:
    """Area of the largest connected part over the area of all parts, 0..1; 0 for an empty mask."""
    solid = (mask > 0.5).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    areas = stats[1:count, cv2.CC_STAT_AREA]
    return float(areas.max() / areas.sum()) if len(areas) else 0.0


def own_colours(picture: Plate, mask: Mask, reach: int = 12) -> Plate:
    """The picture with the subject's own colours at its edge: what shone in from behind is taken out.

    Colours where the mask is not solid are grown from the solid inside, nearest first, and far outside too, so that
    warping and scaling the sprite later never draws in the old background. `reach` is in pixels.
    """
    solid = (mask > 0.97).astype(np.float32)
    solid = np.asarray(cv2.erode(solid, np.ones((3, 3), np.uint8)), np.float32)
    if not solid.any():
        return picture
    source = picture.astype(np.float32)
    grown, known = source * solid[..., None], solid.copy()
    radius = 1
    while radius <= reach * 4:
        window = (2 * radius + 1, 2 * radius + 1)
        weight = np.asarray(cv2.blur(known, window), np.float32)
        colour = np.asarray(cv2.blur(grown, window), np.float32) / np.maximum(weight, 1e-6)[..., None]
        fresh = (known < 0.5) & (weight > 1e-4)
        grown[fresh] = colour[fresh]
        known[fresh] = 1
        radius *= 2
    far = known < 0.5
    grown[far] = np.average(source.reshape(-1, 3), axis=0, weights=solid.reshape(-1))
    # a little of the picture's own fine structure stays, where the mask says it is mostly subject
    keep = np.clip((mask - 0.6) / 0.4, 0, 1)[..., None] ** 2
    keep = np.where(solid[..., None] > 0, 1.0, keep * 0.7)
    return np.asarray(np.clip(source * keep + grown * (1 - keep) + 0.5, 0, 255), np.uint8)


def sprite_of(picture: Plate, mask: Mask) -> Sprite:
    """Picture and mask as one RGBA sprite, straight alpha, with own edge colours."""
    colours = own_colours(picture, mask)
    return np.dstack([colours, np.clip(mask * 255 + 0.5, 0, 255).astype(np.uint8)])


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels: left and top inside, right and bottom just outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


def bounds(mask: Mask, margin: int = 0, threshold: float = 0.03) -> Box | None:
    """The box of all that can be seen of a mask, grown by `margin` inside the picture; None if nothing can."""
    rows = np.flatnonzero((mask > threshold).any(axis=1))
    columns = np.flatnonzero((mask > threshold).any(axis=0))
    if not len(rows):
        return None
    height, width = mask.shape
    return Box(
        max(0, int(columns[0]) - margin),
        max(0, int(rows[0]) - margin),
        min(width, int(columns[-1]) + 1 + margin),
        min(height, int(rows[-1]) + 1 + margin),
    )
