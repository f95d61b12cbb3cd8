"""Recolouring: a thing in another colour, its light and folds kept; and the words that ask for that.

Knows colour words in Chinese and English, and Lab. Must not know where the thing is (masks).
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from understudy.animatic import matte
from understudy.animatic._opencv import cv2
from understudy.animatic.filling import Hole, Plate, box_of

Colour = tuple[int, int, int]

COLOURS: tuple[tuple[str, Colour], ...] = (
    (r"深红|暗红|酒红|\b(?:dark red|crimson|burgundy|maroon)\b", (122, 18, 34)),
    (r"粉红|粉色|\bpink\b", (238, 130, 165)),
    (r"橘红|橙红|\b(?:orange[- ]red|vermilion)\b", (224, 76, 38)),
    (r"红|\b(?:red|scarlet)\b", (200, 28, 36)),
    (r"橙|橘(?!猫|子)|\borange\b", (238, 132, 32)),
    (r"金黄|金色|\b(?:gold|golden)\b", (212, 168, 52)),
    (r"黄|\byellow\b", (240, 208, 44)),
    (r"深绿|墨绿|\bdark green\b", (22, 84, 50)),
    (r"绿|\bgreen\b", (52, 148, 66)),
    (r"青|\b(?:cyan|teal|turquoise)\b", (36, 160, 168)),
    (r"深蓝|藏青|\b(?:navy|dark blue)\b", (24, 42, 100)),
    (r"天蓝|浅蓝|淡蓝|\b(?:sky blue|light blue)\b", (118, 178, 232)),
    (r"蓝|\bblue\b", (38, 84, 192)),
    (r"紫|\b(?:purple|violet)\b", (128, 56, 164)),
    (r"棕|褐|咖啡色|\bbrown\b", (112, 72, 42)),
    (r"灰|\bgr[ae]y\b", (128, 128, 128)),
    (r"银|\bsilver\b", (188, 192, 198)),
    (r"黑|\bblack\b", (28, 28, 30)),
    (r"白|\bwhite\b", (240, 240, 238)),
)

# words with a colour in them that say nothing of a thing's colour
_NO_COLOURS = re.compile(
    r"蓝天|白云|青山|绿水|黑夜|白天|黑暗|明白|空白|白人|黑人|红毯|红绿灯|黄昏|黄金|灰尘|青年|青春|绿树|绿叶|红日|"
    r"blue sk(?:y|ies)|white clouds?|black and white|green (?:trees?|grass|leaves)|golden hour|white house",
    re.IGNORECASE,
)
_ONE = r"\W*(?:一(?:件|辆|个|只|条|顶|种))?(?:an?\W+)?(?P<rest>.{0,16})"
_CHANGES = (  # what something becomes is said more surely by the first
    re.compile(r"(?:变成|变为|改成|改为|换成|换为|染成|涂成|刷成|漆成|成为|\binto\b|\bto\b)" + _ONE, re.IGNORECASE),
    re.compile(
        r"(?:变|\b(?:make|paint|dye|turn|colou?r|recolou?r)(?:s|ed|ing)?\b(?:\W+\w+){0,5}?)" + _ONE, re.IGNORECASE
    ),
)
_REMOVE = re.compile(
    r"去掉|去除|移除|移走|删除|删掉|抹去|抹掉|擦除|擦掉|清除|消除|消失|不见|不要|"
    r"\b(?:remov(?:e|es|ed|ing)|delet(?:e|es|ed|ing)|eras(?:e|es|ed|ing)|clean(?:s|ed)? up|get rid of|without|"
    r"disappear(?:s|ed)?|vanish(?:es|ed)?)\b",
    re.IGNORECASE,
)
_DARK, _LIGHT = 45.0, 75.0  # of L 0..100: colours beyond change how light a thing is, not only its hue


def wanted_colour(prompt: str) -> tuple[str, Colour] | None:
    """The colour a prompt gives the marked thing, as it names it, or None.

    What it says to change something to comes first; otherwise a prompt with one colour word means that.
    A prompt that asks for removal means none.
    """
    if _REMOVE.search(prompt):
        return None
    plain = _NO_COLOURS.sub(" ", prompt)
    for pattern in _CHANGES:
        for change in pattern.finditer(plain):
            found = _colours_in(change["rest"])
            if found:
                return found[0]
    found = _colours_in(plain)
    return found[0] if len({word for word, _ in found}) == 1 else None


def _colours_in(text: str) -> list[tuple[str, Colour]]:
    """Every colour word of a text with its colour, in order; longer words win."""
    taken: list[tuple[int, int, str, Colour]] = []
    for pattern, colour in COLOURS:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if all(match.end() <= start or match.start() >= end for start, end, _, _ in taken):
                taken.append((match.start(), match.end(), match[0], colour))
    return [(word, colour) for _, _, word, colour in sorted(taken)]


class Dye:
    """One colour for one thing through a film: what the thing looks like is learnt once."""

    def __init__(self, picture: Plate, mask: Hole, colour: Colour) -> None:
        """Learn the thing.

        Args:
            picture: (h, w, 3), a picture that shows it.
            mask: where it is in that picture.
            colour: sRGB.
        """
        small, marked = _small(picture), _small_mask(mask)
        lab = matte.lab_of(small)
        around = cv2.dilate(marked.astype(np.uint8), np.ones((15, 15), np.uint8)).astype(bool) & ~marked
        inside = lab[marked] if marked.any() else lab.reshape(-1, 3)
        self._inside = matte.main_colours(inside, 5)
        self._outside = matte.main_colours(lab[around], 6) if around.any() else None
        self._middle = float(np.median(inside[:, 0]))
        self._target = matte.lab_of(np.array([[colour]], np.uint8))[0, 0]

    def paint(self, picture: Plate, mask: Hole, allowed: Hole) -> Plate:
        """The picture with the thing dyed; outside of `allowed` it stays bit for bit."""
        found = box_of(allowed)
        if found is None:
            return picture
        box = np.s_[found[1] : found[3], found[0] : found[2]]
        part = np.ascontiguousarray(picture[box])
        lab = matte.lab_of(part)
        share = self._share(part, lab, mask[box]) * allowed[box]
        light, target = lab[..., 0], self._target
        dyed = np.empty_like(lab)
        # light and dark colours shift and squeeze the thing's own light, all others keep it
        aim = float(np.clip(target[0], min(_DARK, self._middle), max(_LIGHT, self._middle)))
        if target[0] < _DARK or target[0] > _LIGHT:
            aim = float(target[0]) * 0.7 + self._middle * 0.3
        else:
            aim = self._middle
        spread = 0.75 if aim != self._middle else 1.0
        dyed[..., 0] = np.clip(aim + (light - self._middle) * spread, 0, 100)
        # deep shadows and highlights carry less colour
        depth = np.clip(dyed[..., 0] / 22, 0, 1) * np.clip((100 - dyed[..., 0]) / 18, 0, 1)
        dyed[..., 1:] = target[1:] * depth[..., None]
        mixed = lab + (dyed - lab) * share[..., None]
        rgb = np.clip(cv2.cvtColor(mixed.astype(np.float32), cv2.COLOR_Lab2RGB) * 255 + 0.5, 0, 255).astype(np.uint8)
        out = picture.copy()
        out[box] = np.where((share > 0.004)[..., None], rgb, part)
        return out

    def _share(self, part: Plate, lab: matte.Colours, mask: Hole) -> NDArray[np.float32]:
        """How much each pixel takes the colour, 0..1: it lies in the mask and looks like the thing."""
        height, width = mask.shape
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(1.0, 0.004 * max(part.shape)))
        if self._outside is None:
            return np.asarray(soft, np.float32)
        size = max(1, width // 2), max(1, height // 2)
        small = cv2.resize(lab, size, interpolation=cv2.INTER_AREA)
        lean = matte.leaning(small.reshape(-1, 3), self._inside, self._outside).reshape(size[1], size[0])
        # who painted the mask knows best: only what clearly looks like its surroundings is left out
        likely = np.clip((lean + 0.45) / 0.25, 0, 1)
        likely = cv2.GaussianBlur(likely, (0, 0), 1.2)
        return np.asarray(soft * cv2.resize(likely, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _small(picture: Plate) -> Plate:
    scale = min(1.0, 400 / max(picture.shape))
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _small_mask(mask: Hole) -> Hole:
    scale = min(1.0, 400 / max(*mask.shape, 3))
    small = cv2.resize(mask.astype(np.uint8) * 255, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small > 127)
