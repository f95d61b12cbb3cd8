"""Which colour a prompt gives the marked thing, and that a dye keeps light and surroundings."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from filmed import scene
from understudy.animatic.footage.recolouring import COLOURS, Dye, wanted_colour


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ("把衣服变成红色", "红"),
        ("将汽车的颜色换成深蓝色", "深蓝"),
        ("make the shirt red", "red"),
        ("Turn the white car into a dark green one", "dark green"),
        ("把白色的车漆成黑色", "黑"),
        ("一辆红色的汽车驶过海边", "红"),
        ("蓝天白云下，她戴着一顶黄色的帽子", "黄"),
        ("a golden crown on his head", "golden"),
        ("视频展示了一家咖啡馆，一只穿着西装的狮子优雅地品着咖啡", None),
        ("去掉红色的汽车", None),
        ("remove the red car", None),
        ("红色的球和蓝色的盒子", None),  # which of the two is meant cannot be told
        ("一只橘猫", None),
        ("They walk through the town", None),
        ("", None),
    ],
)
def test_the_colour_a_prompt_asks_for(prompt: str, word: str | None) -> None:
    found = wanted_colour(prompt)
    assert (found and found[0].lower()) == word


@pytest.mark.parametrize("colour", [colour for _, colour in COLOURS])
def test_a_dye(colour: tuple[int, int, int]) -> None:
    picture = scene("coffee", 300)
    mask = np.zeros(picture.shape[:2], bool)
    cv2.ellipse(view := mask.astype(np.uint8), (150, 110), (60, 45), 0, 0, 360, 1, -1)
    mask = view.astype(bool)
    allowed = cv2.dilate(view, np.ones((7, 7), np.uint8)) > 0
    made = Dye(picture, mask, colour).paint(picture, mask, allowed)
    assert np.array_equal(made[~allowed], picture[~allowed])
    changed = np.abs(made.astype(int) - picture).sum(axis=2)[mask] > 24
    assert changed.mean() > 0.25
    before, after = (cv2.cvtColor(each, cv2.COLOR_RGB2GRAY)[mask].astype(float) for each in (picture, made))
    assert np.corrcoef(before, after)[0, 1] > 0.75
    lab = cv2.cvtColor(made[mask][None][:, changed].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[0].mean(axis=0)
    wanted = cv2.cvtColor(np.array([[colour]], np.float32) / 255, cv2.COLOR_RGB2Lab)[0, 0]
    if np.linalg.norm(wanted[1:]) > 25:  # a hue, not a grey: it points the same way
        assert float(lab[1:] @ wanted[1:]) > 0.8 * np.linalg.norm(lab[1:]) * np.linalg.norm(wanted[1:])
