"""Face check: whether a picture shows one face that a portrait film can be made of, and where it is.

Knows measures of a face, the limits they must keep, and how a frame is laid around a face. Must not know who asks, a
vendor's words, or files. Pictures are (h, w, 3) uint8 RGB; boxes are whole pixels of the picture handed in.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face, Plate
from understudy.core.findings import Box, CheckProblem, Findings
from understudy.core.units import Ratio

# GUESS, all of these: set on some sixty pictures made of two portraits (scaled, turned, blurred, covered by bars, cut,
# side by side) and on things without a face; the doubt also on a hundred small faces of many people.
LEAST_WIDTH = 80
"""Pixels of the original from ear to ear; less cannot be shown at 512 pixels."""
LEAST_SHARE = 0.08
"""Of the picture's shorter side. Source: spec/animatic.md §5."""
MOST_YAW = 20.0
"""Degrees as the mesh shows them: a head turned in space by 45 reads 24, by 35 reads 17."""
MOST_ROLL = 20.0
"""Degrees. Source: spec/animatic.md §5."""
MOST_PITCH = 20.0
"""Degrees up or down from level: a head tilted by 15 reads 14, by 25 reads 24."""
LEAST_SHARPNESS = 0.010
"""Variance of the Laplacian over that of the face, 128 pixels high: clear faces 0.05 to 0.6, also dark ones; visibly
soft from 0.010 down."""
DOUBTED = 1e-3
"""Of 1, what the mesh lacks in confidence where a good part of a face is hidden: covered faces 4e-3 to 0.8, whole ones
below 2e-4 but for a few of 25 pixels."""
SUSPECTED = 6e-6
"""The same where the skin beside the nose or below the eyes does not look like the rest: hands, bars, dark glasses."""
STRANGE_SHARE = 0.3
"""Of the points there that look strange; whole faces 0.0 to 0.1."""
MOST_OUTSIDE = 0.06
"""Of the face's width or height that may lie beyond the picture's edge."""
PASSER_BY = 0.25
"""Of the main face's area; a smaller second face is somebody in the background."""
NO_FACE_YET = 0.65
"""Detector's score from which on something the mesh doubts is still called a face; a cat and roof tiles reach 0.63."""
_GLIMPSED = 0.15  # mesh confidence that must be there even so; blurred and half hidden faces 0.18 and more
_GUESSED = 0.5  # doubt from which on a mesh says nothing about angles
_PERSON = 0.5  # sureness from which on there is a person
_ROOM = 2.5  # side of a square frame over the longer side of the face. GUESS
_LEAST_ROOM = 1.25
_FACE_DOWN = 0.54  # where the middle of the face stands in its frame, downwards: hair needs more than a chin
_PITCH_LEVEL = 8.5  # degrees from forehead to chin in a level face

_LEFT_EYE, _RIGHT_EYE = (33, 133), (362, 263)
_BESIDE_NOSE = (120, 119, 118, 349, 348, 347, 121, 350)
_SKIN = (
    *(1, 4, 5, 195, 197, 6, 45, 275, 51, 281, 131, 360, 49, 279),  # nose
    *(50, 101, 205, 36, 118, 117, 123, 147, 187, 207, 192, 213),  # left cheek
    *(280, 330, 425, 266, 347, 346, 352, 376, 411, 427, 416, 433),  # right cheek
    *(164, 165, 391, 92, 322, 57, 287, 43, 273, 106, 335, 182, 406, 83, 313, 18, 200, 199, 175),  # around the mouth
    *(9, 8, 151, 108, 337, 69, 299, 107, 336),  # forehead
)
_STRANGE = 26.0  # distance of colours from which on skin is not the same skin; lightness counts for less
_LIGHTNESS = 0.35
_LOOKED_AT = 128  # pixels of a face whose sharpness is measured


@dataclass(frozen=True, slots=True)
class FaceMeasures:
    """What was measured of the largest face of a picture.

    `box` are the bounds of its mesh, `size` those of the picture, in pixels. Angles in degrees, 0 is a level, frontal,
    upright face. `sharpness`, `doubt`, `strange` and `outside` are as the limits of this module describe them.
    `rivals` is the number of other faces that are no passers-by.
    """

    face: Face
    size: tuple[int, int]
    yaw: float
    roll: float
    pitch: float
    sharpness: float
    doubt: float
    strange: float
    outside: float
    rivals: int = 0

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self.face.box

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]


def find_face(picture: Plate, eyes: Eyes) -> FaceMeasures | None:
    """The largest face and its measures; None where there is none. A face on its side or head is found too."""
    faces = eyes.faces(picture)
    if faces:
        areas = [_area(face) for face in faces]
        return replace(_measured(picture, faces[0]), rivals=sum(area >= PASSER_BY * areas[0] for area in areas[1:]))
    for face in eyes.glimpses(picture, 2, NO_FACE_YET):
        if face.confidence >= _GLIMPSED:
            upright = _measured(picture, face)
            turned = _fallen(picture, eyes)
            return turned if turned is not None else upright
    return _fallen(picture, eyes)


def boxes_for(picture: Plate, eyes: Eyes, ratio: Ratio | None, scale: float = 1.0) -> Findings:
    """The verdict on a picture, with the box of the face and a frame of `ratio` around it (1:1 where None).

    `scale` is pixels of the original over pixels of `picture`, for sizes that are spoken of in the original's.
    """
    seen = find_face(picture, eyes)
    if seen is None:
        humanoid = _is_person(picture, eyes)
        there = "A person is there, but no face." if humanoid else "No face was found."
        return Findings(False, CheckProblem.NO_FACE, f"{there} Give a picture of one person's face.", humanoid=humanoid)
    problem = _problem(seen, scale)
    if problem is not None:
        return Findings(False, *problem, humanoid=True)
    frame = frame_around(seen.box, seen.size, Ratio(1, 1) if ratio is None else ratio)
    if seen.outside > MOST_OUTSIDE or frame is None:
        how = "is cut by the edge of the picture" if seen.outside > MOST_OUTSIDE else "stands too near its edges"
        return Findings(
            False,
            CheckProblem.FACE_AT_EDGE,
            f"The face {how}, so that no frame of the asked ratio fits around it. Give a picture with more room.",
            humanoid=True,
        )
    return Findings(face_box=_whole(seen.box, seen.size), frame_box=frame, humanoid=True)


def frame_around(box: tuple[float, float, float, float], size: tuple[int, int], ratio: Ratio) -> Box | None:
    """A frame of exactly `ratio` inside a picture of `size` (width, height), the face in it as in a portrait.

    None where even the smallest frame that holds the face does not fit.
    """
    left, top, right, bottom = box
    face = max(right - left, bottom - top)
    # as many whole times the ratio as a square of the wanted side has pixels: 1:1 and 3:4 hold about the same face
    unit = math.sqrt(ratio.across * ratio.down)
    steps = min(round(_ROOM * face / unit), size[0] // ratio.across, size[1] // ratio.down)
    width, height = steps * ratio.across, steps * ratio.down
    if steps < 1 or width < _LEAST_ROOM * (right - left) or height < _LEAST_ROOM * (bottom - top):
        return None
    x = round((left + right) / 2 - width / 2)
    y = round((top + bottom) / 2 - _FACE_DOWN * height)
    x, y = min(max(0, x), size[0] - width), min(max(0, y), size[1] - height)
    return x, y, x + width, y + height


# verdict --------------------------------------------------------------------------------------------------------------


def _problem(seen: FaceMeasures, scale: float) -> tuple[CheckProblem, str] | None:
    """The first limit that is not kept, in the order a photographer would name them."""
    for broken, problem, sentence in _LIMITS:
        if broken(seen, scale):
            return problem, sentence(seen, scale)
    return None


def _is_small(seen: FaceMeasures, scale: float) -> bool:
    return seen.width * scale < LEAST_WIDTH or seen.width < LEAST_SHARE * min(seen.size)


def _is_turned(seen: FaceMeasures, scale: float) -> bool:
    if seen.doubt > _GUESSED:  # the mesh is a guess there, and so are its angles
        return False
    return abs(seen.yaw) > MOST_YAW or abs(seen.roll) > MOST_ROLL or abs(seen.pitch) > MOST_PITCH


def _is_covered(seen: FaceMeasures, scale: float) -> bool:
    return seen.doubt > DOUBTED or (seen.doubt > SUSPECTED and seen.strange >= STRANGE_SHARE)


_Test = Callable[[FaceMeasures, float], bool]
_Sentence = Callable[[FaceMeasures, float], str]
_LIMITS: tuple[tuple[_Test, CheckProblem, _Sentence], ...] = (
    (
        lambda seen, scale: seen.rivals > 0,
        CheckProblem.MANY_FACES,
        lambda seen, scale: f"There are {seen.rivals + 1} faces. Give a picture of one person.",
    ),
    (
        _is_small,
        CheckProblem.FACE_SMALL,
        lambda seen, scale: (
            f"The face is {seen.width * scale:.0f} pixels wide, {seen.width / min(seen.size):.0%} of the picture's "
            f"shorter side; at least {LEAST_WIDTH} pixels and {LEAST_SHARE:.0%} are needed. Give a nearer picture."
        ),
    ),
    (
        _is_turned,
        CheckProblem.FACE_POSE,
        lambda seen, scale: (
            f"The face is turned by {abs(seen.yaw):.0f}, tilted by {abs(seen.roll):.0f} and raised or lowered by "
            f"{abs(seen.pitch):.0f} degrees; at most {MOST_YAW:.0f}, {MOST_ROLL:.0f} and {MOST_PITCH:.0f} can be used. "
            "Give a picture of a face that looks at the camera, upright."
        ),
    ),
    (
        lambda seen, scale: seen.sharpness < LEAST_SHARPNESS,
        CheckProblem.FACE_BLURRED,
        lambda seen, scale: (
            f"The face is blurred (sharpness {seen.sharpness:.3f}, at least {LEAST_SHARPNESS:.3f} is needed). "
            "Give a sharper picture."
        ),
    ),
    (
        _is_covered,
        CheckProblem.FACE_COVERED,
        lambda seen, scale: (
            "A part of the face is hidden. Give a picture with eyes, nose and mouth free of hands, masks and glasses."
        ),
    ),
)


# measures -------------------------------------------------------------------------------------------------------------


def _measured(picture: Plate, face: Face) -> FaceMeasures:
    height, width = picture.shape[:2]
    left, top, right, bottom = face.box
    wide, tall = max(1.0, right - left), max(1.0, bottom - top)
    outside = max(-left / wide, (right - width) / wide, -top / tall, (bottom - height) / tall, 0.0)
    down = face.mesh[152] - face.mesh[10]
    pitch = math.degrees(math.atan2(down[2], math.hypot(down[0], down[1]))) - _PITCH_LEVEL
    return FaceMeasures(
        face=face,
        size=(width, height),
        yaw=face.yaw,
        roll=face.roll,
        pitch=pitch,
        sharpness=_sharpness(picture, face),
        doubt=1.0 - face.confidence,
        strange=_strange(picture, face),
        outside=outside,
    )


def _sharpness(picture: Plate, face: Face) -> float:
    """Variance of the Laplacian over the variance of the face itself, or dark pictures would pass for blurred."""
    left, top, right, bottom = _whole(face.box, (picture.shape[1], picture.shape[0]))
    if right - left < 8 or bottom - top < 8:
        return 0.0
    scale = _LOOKED_AT / max(right - left, bottom - top)
    size = max(8, round((right - left) * scale)), max(8, round((bottom - top) * scale))
    view = cv2.resize(picture[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    luma = np.asarray(cv2.cvtColor(view, cv2.COLOR_RGB2GRAY), np.float32)
    return float(cv2.Laplacian(luma, cv2.CV_32F).var() / max(1.0, float(luma.var())))


def _strange(picture: Plate, face: Face) -> float:
    """Share of the points below the eyes and beside the nose whose colour is not that of the face's skin."""
    left, top, right, bottom = _whole(face.box, (picture.shape[1], picture.shape[0]))
    part = picture[top:bottom, left:right]
    if part.size == 0:
        return 0.0
    reach = max(1, (right - left) // 24) | 1
    colours = np.asarray(cv2.blur(cv2.cvtColor(part, cv2.COLOR_RGB2LAB), (reach, reach)), np.float32)
    skin = _at(colours, face.mesh[list(_SKIN)], left, top)
    usual = np.median(skin, axis=0)
    away = (_at(colours, face.mesh[list(_BESIDE_NOSE)], left, top) - usual) ** 2
    distance = np.sqrt(_LIGHTNESS * away[:, 0] + away[:, 1] + away[:, 2])
    return float((distance > _STRANGE).mean())


def _at(colours: NDArray[np.float32], points: NDArray[np.float32], left: int, top: int) -> NDArray[np.float32]:
    column = np.clip((points[:, 0] - left).round().astype(int), 0, colours.shape[1] - 1)
    row = np.clip((points[:, 1] - top).round().astype(int), 0, colours.shape[0] - 1)
    return np.asarray(colours[row, column], np.float32)


def _fallen(picture: Plate, eyes: Eyes) -> FaceMeasures | None:
    """A face that stands on its head or lies on its side, in the coordinates of the picture as it is."""
    height, width = picture.shape[:2]
    for quarters in (2, 1, 3):
        turned = np.ascontiguousarray(np.rot90(picture, quarters))
        faces = eyes.faces(turned, parts=2)
        if faces and _stays_upright(turned, faces[0], eyes):
            mesh = faces[0].mesh.copy()
            x, y = mesh[:, 0].copy(), mesh[:, 1].copy()
            back = {2: (width - 1 - x, height - 1 - y), 1: (width - 1 - y, x), 3: (y, height - 1 - x)}
            mesh[:, 0], mesh[:, 1] = back[quarters]
            turn = (faces[0].roll + 90.0 * quarters + 180.0) % 360.0 - 180.0
            return _measured(picture, Face(mesh, faces[0].confidence, faces[0].yaw, turn))
    return None


def _stays_upright(picture: Plate, face: Face, eyes: Eyes) -> bool:
    """Whether a tilted find is a face still once the picture is turned so that it stands: the side of a cat is none."""
    if abs(face.roll) <= MOST_ROLL:
        return True
    left, top, right, bottom = face.box
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((left + right) / 2, (top + bottom) / 2), face.roll, 1.0)
    upright = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return any(abs(found.roll) <= MOST_ROLL for found in eyes.faces(upright, parts=2))


def _is_person(picture: Plate, eyes: Eyes) -> bool:
    """Whether there is somebody, even without a face: from behind, or far away."""
    look = eyes.person_look(picture)
    rows, columns = np.nonzero(look > 0.5)
    if len(rows) < 0.01 * look.size:
        return False
    scale = picture.shape[1] / look.shape[1]
    box = columns.min() * scale, rows.min() * scale, (columns.max() + 1) * scale, (rows.max() + 1) * scale
    return eyes.sureness(picture, box) >= _PERSON


def _area(face: Face) -> float:
    left, top, right, bottom = face.box
    return (right - left) * (bottom - top)


def _whole(box: tuple[float, float, float, float], size: tuple[int, int]) -> Box:
    left, top, right, bottom = box
    return max(0, int(left)), max(0, int(top)), min(size[0], math.ceil(right)), min(size[1], math.ceil(bottom))
