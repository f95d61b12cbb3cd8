"""Cut-outs: from a given picture to a subject that can stand on a set.

Knows the order of ways: the file's own alpha, a person, a thing before a plain backdrop, and else an honest framed
card. A weak cut-out is never shown: fragments look like a fault, a pinned photograph looks like a decision.
Must not know films, prompts or files (cast).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from understudy.animatic import backdrop, focus, matte, outline
from understudy.animatic.frame import framed
from understudy.animatic.matte import Box
from understudy.animatic.perception import Eyes, Mask
from understudy.animatic.performer import Face, Kind, Plate, Sprite
from understudy.animatic.screenplay import Side
from understudy.media.image import Picture, fit

_LOOK_SIDE = 1280  # pixels: persons and faces are looked for at no more than this
_PERSON_SURE = 0.6  # pose presence from which a person without a clear face counts. GUESS between 0.07 and 0.85
_PERSON_AREA = (0.004, 0.93)  # share of the picture a person may fill
_THING_AREA = (0.01, 0.85)
_ONE_PIECE = 0.8  # least share of the largest part in all of the mask; below are fragments
_LINE = 0.025  # over the longer side: lines so wide may part a thing without making two of it
_OPEN_SHARE = 0.28  # most of a person mask that may be undecided, over its sure part
_CUT_SHARE, _CUT_PIXELS = 0.02, 3  # a side is cut where so much of it touches the picture's edge


@dataclass(frozen=True, slots=True)
class Cut:
    """A subject cut out.

    `sprite` is cropped to what can be seen. `sides` are sides where the subject is cut by its picture's edge.
    `face` is in sprite pixels. `note` says in a sentence why it is a card; empty for a real cut-out.
    """

    sprite: Sprite
    sides: frozenset[Side]
    kind: Kind
    note: str = ""
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A person found in a picture: the rough mask, at a size of its own, and the face in pixels of the mask."""

    rough: Mask
    face: Face | None


def cut(picture: Picture, eyes: Eyes | None, max_width: int, max_height: int) -> Cut:
    """The subject of a picture as a sprite of at most max_width x max_height pixels, never enlarged.

    Without `eyes` persons are not recognised. Half a second for a person, a third for a thing.
    """
    if picture.shape[2] == 4:
        return _by_alpha(picture, eyes, max_width, max_height)
    plate: Plate = picture
    reason = "the perception models are not installed; run `understudy models install`"
    if eyes is not None:
        found = find_person(plate, eyes)
        if found is not None:
            person = _refined(plate, found.rough, found.face, max_width, max_height)
            if person is not None:
                return person
        reason = "its outline could not be told from its surroundings" if found else "no person was seen in it"
    thing, why_not = _thing(plate, max_width, max_height)
    if thing is not None:
        return thing
    reason += f", and {why_not}"
    return card(plate, f"shown as a framed picture: {reason}", max_width, max_height, None)


def find_person(plate: Plate, eyes: Eyes) -> Found | None:
    """Where a person is, roughly; None where the models see none that they are sure of.

    The person with the largest face is meant; who stands apart from him is left out.
    """
    small = fit(plate, _LOOK_SIDE, _LOOK_SIDE)
    faces = eyes.faces(small)
    face = faces[0] if faces else None
    rough = person_likelihood(small, eyes, face.box if face else None)
    for other in faces[1:]:
        rough = _apart(rough, faces[0], other)
    sure = float((rough > 0.9).mean())
    if not _PERSON_AREA[0] <= float((rough > 0.5).mean()) <= _PERSON_AREA[1]:
        return None
    if face is not None:
        left, top, right, bottom = (round(v) for v in face.box)
        inside = rough[max(0, top) : bottom, max(0, left) : right]
        if not inside.size or float(inside.mean()) < 0.6:
            return None
    else:
        box = matte.bounds(matte.whole(rough), threshold=0.5)
        undecided = float(((rough > 0.1) & (rough < 0.9)).mean())
        if box is None or undecided > _OPEN_SHARE * sure:
            return None
        if eyes.sureness(small, (box.left, box.top, box.right, box.bottom)) < _PERSON_SURE:
            return None
    return Found(rough, face)


def _apart(rough: Mask, face: Face, other: Face) -> Mask:
    """The likelihood of one person with somebody beside him: nothing near that face, and doubt in between.

    Who stands in front of him or sits on his arm cannot be told from him by this, and stays.
    """
    (left, top, right, bottom), (o_left, o_top, o_right, o_bottom) = face.box, other.box
    mine, theirs = (left + right) / 2, (o_left + o_right) / 2
    if abs(theirs - mine) < max(right - left, abs((o_top + o_bottom) - (top + bottom)) / 2):
        return rough
    # from where on it is somebody else: larger faces are nearer, and have wider shoulders
    middle = mine + (theirs - mine) * (right - left) / (right - left + o_right - o_left)
    beyond = (np.arange(rough.shape[1]) - middle) / (theirs - middle)  # 0 in the middle, 1 at the other face
    most = np.interp(beyond, (-0.35, 0.0, 0.6), (1.0, 0.5, 0.02))
    return np.minimum(rough, most[None, :]).astype(np.float32)


def person_likelihood(
    plate: Plate, eyes: Eyes, face_box: tuple[float, float, float, float] | None, mirrored: bool = True
) -> Mask:
    """The person model's opinion, averaged over looks at the whole picture and, from the face on, at the person.

    A small person in a large frame is seen only in the second; what is behind him often only in the first.
    """
    height, width = plate.shape[:2]
    whole = _mean_look(plate, eyes, mirrored)
    if face_box is None:
        return whole
    left, top, right, bottom = face_box
    face_height, middle = bottom - top, (left + right) / 2
    reach = 2.6 if face_height > 0.16 * height else 3.4
    down = 4.5 if face_height > 0.16 * height else 9.0  # a small face may have a whole standing body below
    box = Box(
        max(0, int(middle - reach * face_height)),
        max(0, int(top - 1.3 * face_height)),
        min(width, int(middle + reach * face_height)),
        min(height, int(bottom + down * face_height)),
    )
    if box.width * box.height > 0.8 * width * height:
        return whole
    near = _mean_look(np.ascontiguousarray(plate[box.top : box.bottom, box.left : box.right]), eyes, mirrored)
    weight = _soft_window(box, width, height)
    seen = whole.copy()
    part = seen[box.top : box.bottom, box.left : box.right]
    small = face_height <= 0.16 * height
    blended = near if small else _average(part, near)
    part += weight * (blended - part)
    if small:  # who stands outside the window is somebody else
        outside = np.ones_like(seen, bool)
        outside[box.top : box.bottom, box.left : box.right] = False
        seen[outside] *= 0.2
    return seen


def moved(face: Face, left: float, top: float, scale: float) -> Face:
    """A face seen from another corner and at another scale: (point - corner) x scale."""
    mesh = (face.mesh - np.array([left, top, 0], np.float32)) * np.float32(scale)
    return replace(face, mesh=mesh.astype(np.float32))


def card(picture: Plate, note: str, max_width: int, max_height: int, face: Face | None) -> Cut:
    """The whole picture as a framed card, kept as it is."""
    return Cut(framed(np.asarray(picture), max_width, max_height), frozenset(), Kind.CARD, note, face)


def cut_sides(mask: Mask) -> frozenset[Side]:
    """Sides of the picture that the mask runs into."""
    edges = {Side.LEFT: mask[:, 0], Side.RIGHT: mask[:, -1], Side.UP: mask[0], Side.DOWN: mask[-1]}
    return frozenset(
        side for side, edge in edges.items() if (edge > 0.5).sum() >= max(_CUT_PIXELS, _CUT_SHARE * len(edge))
    )


def _by_alpha(picture: Sprite, eyes: Eyes | None, max_width: int, max_height: int) -> Cut:
    """The file's own alpha: nobody knows better."""
    mask: Mask = np.asarray(picture[..., 3].astype(np.float32) / 255, np.float32)
    box = matte.bounds(mask, margin=1)
    if box is None:
        blank = np.full((64, 64, 3), 255, np.uint8)
        return card(blank, "shown as an empty card: every pixel of its file is transparent", 64, 64, None)
    sprite = fit(np.ascontiguousarray(picture[box.top : box.bottom, box.left : box.right]), max_width, max_height)
    sides = cut_sides(mask)
    if eyes is None:
        return Cut(sprite, sides, Kind.OBJECT)
    seen = over(sprite, (128, 128, 128))
    faces = eyes.faces(seen)
    if faces:
        return Cut(sprite, sides, Kind.PERSON, face=faces[0])
    height, width = sprite.shape[:2]
    is_person = (
        float(eyes.person_mask(seen)[sprite[..., 3] > 128].mean()) > 0.6
        and eyes.sureness(seen, (0, 0, width, height)) >= _PERSON_SURE
    )
    return Cut(sprite, sides, Kind.PERSON if is_person else Kind.OBJECT)


def over(sprite: Sprite, colour: tuple[int, int, int]) -> Plate:
    """A sprite on a flat colour."""
    alpha = sprite[..., 3:].astype(np.float32) / 255
    mixed = sprite[..., :3] * alpha + np.array(colour, np.float32) * (1 - alpha)
    return np.asarray(mixed + 0.5, np.uint8)


def _thing(plate: Plate, max_width: int, max_height: int) -> tuple[Cut | None, str]:
    """What stands before a plain or a blurred backdrop; or None and why nothing does."""
    if backdrop.look(plate).is_plain:
        rough, behind = _single(backdrop.stands_out(plate, shrunk=True)), "plain"
    else:
        blurred = focus.stands_sharp(plate)
        if blurred is None:
            return None, "its backdrop is neither plain nor blurred"
        rough, behind = blurred, "blurred"
    share = float((rough > 0.5).mean())
    if not _THING_AREA[0] <= share <= _THING_AREA[1] or matte.largest_share(rough) < _ONE_PIECE:
        return None, f"what stands before its {behind} backdrop is not in one piece"
    found = _refined(plate, rough, None, max_width, max_height, kind=Kind.OBJECT)
    return found, f"what stands before its {behind} backdrop has no clear outline"


def _single(rough: Mask) -> Mask:
    """The mask of one thing: parts joined where only lines in the backdrop's colour part them, as in a sign painted
    in halves; or else without a neighbour that touches it.
    """
    if matte.largest_share(rough) >= _ONE_PIECE:
        body = matte.largest((rough > 0.5).astype(np.uint8))
        away = cv2.dilate(body & (1 - matte.alone(body)), np.ones((3, 3), np.uint8))
        return np.where(away > 0, 0, rough).astype(np.float32) if away.any() else rough
    size = round(_LINE * max(rough.shape)) | 1
    closed = cv2.morphologyEx(rough, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    return np.asarray(closed, np.float32)


def _refined(
    plate: Plate, rough: Mask, face: Face | None, max_width: int, max_height: int, kind: Kind = Kind.PERSON
) -> Cut | None:
    """The sprite of a roughly masked subject; None if what comes out is not one solid piece.

    `rough` may be smaller than the plate; `face` is in its pixels.
    """
    height, width = rough.shape
    around = (float(face.mesh[1, 0]), float(face.mesh[1, 1])) if face is not None else None
    near = matte.bounds(matte.whole(rough, around), margin=round(0.05 * max(height, width)), threshold=0.4)
    if near is None:
        return None
    high, wide = plate.shape[0] / height, plate.shape[1] / width
    box = Box(
        int(near.left * wide),
        int(near.top * high),
        min(plate.shape[1], round(near.right * wide)),
        min(plate.shape[0], round(near.bottom * high)),
    )
    part = np.ascontiguousarray(plate[box.top : box.bottom, box.left : box.right])
    view: Plate = np.asarray(fit(part, round(max_width * 1.12), round(max_height * 1.12)))
    size = (view.shape[1], view.shape[0])
    likely = cv2.resize(
        rough[near.top : near.bottom, near.left : near.right],
        size,
        interpolation=cv2.INTER_AREA if size[0] < near.width else cv2.INTER_LINEAR,
    )
    mask = matte.edged(view, np.asarray(np.clip(likely, 0, 1), np.float32))
    share = matte.largest_share(mask)
    scale = view.shape[0] / part.shape[0] * high
    inner = None if face is None else moved(face, box.left / wide, box.top / high, scale)
    nose = None if inner is None else (float(inner.mesh[1, 0]), float(inner.mesh[1, 1]))
    mask = matte.whole(mask, nose, hole_share=0.003 if kind is Kind.PERSON else 0.0005)
    mask = outline.fill_alike(view, mask)
    seen = matte.bounds(mask, margin=2)
    if seen is None or (face is None and (share < _ONE_PIECE or not outline.judge(view, mask).is_sound)):
        return None
    if inner is not None:
        left, top, right, bottom = inner.box
        if (mask > 0.5).sum() < 1.6 * (right - left) * (bottom - top):
            return None  # a face alone, without head and shoulders
    touched = _touched(mask, box, plate.shape[1], plate.shape[0])
    sprite = matte.sprite_of(view, mask)[seen.top : seen.bottom, seen.left : seen.right]
    sprite = fit(np.ascontiguousarray(sprite), max_width, max_height)
    final = sprite.shape[0] / seen.height
    return Cut(sprite, touched, kind, face=inner and moved(inner, seen.left, seen.top, final))


def _touched(mask: Mask, box: Box, width: int, height: int) -> frozenset[Side]:
    """Cut sides of a mask that covers `box` of a picture: only sides that are also the picture's."""
    own = {
        Side.LEFT: box.left == 0,
        Side.RIGHT: box.right == width,
        Side.UP: box.top == 0,
        Side.DOWN: box.bottom == height,
    }
    return frozenset(side for side in cut_sides(mask) if own[side])


def _mean_look(plate: Plate, eyes: Eyes, mirrored: bool) -> Mask:
    seen = eyes.person_mask(plate)
    if not mirrored:
        return seen
    return _average(seen, eyes.person_mask(np.ascontiguousarray(plate[:, ::-1]))[:, ::-1])


def _average(one: Mask, other: Mask) -> Mask:
    """Mean of two opinions by their odds: one that is sure outweighs one that is not."""
    a, b = np.clip(one, 0.004, 0.996), np.clip(other, 0.004, 0.996)
    odds = np.sqrt(a * b / ((1 - a) * (1 - b)))
    return np.asarray(odds / (1 + odds), np.float32)


def _soft_window(box: Box, width: int, height: int) -> Mask:
    """1 inside the box, falling to 0 at those of its sides that are not the picture's own."""
    ramp = max(2, round(0.08 * max(box.width, box.height)))
    x = np.minimum(1, (np.arange(box.width) + 1) / ramp) if box.left > 0 else np.ones(box.width)
    if box.right < width:
        x = np.minimum(x, np.minimum(1, np.arange(box.width, 0, -1) / ramp))
    y = np.minimum(1, (np.arange(box.height) + 1) / ramp) if box.top > 0 else np.ones(box.height)
    if box.bottom < height:
        y = np.minimum(y, np.minimum(1, np.arange(box.height, 0, -1) / ramp))
    return np.asarray(np.outer(y, x), np.float32)
