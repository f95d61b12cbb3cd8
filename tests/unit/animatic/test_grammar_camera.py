"""Camera words: what each term means, and where the same word means nothing."""

from __future__ import annotations

import pytest

from understudy.animatic.grammar.camera import find_angle, find_moves, find_size
from understudy.animatic.grammar.text import plain


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("大远景，雪山", "wide"),
        ("远景", "wide"),
        ("全景：森林", "wide"),
        ("Establishing wide of a harbor", "wide"),
        ("extreme wide", "wide"),
        ("Wide, high-angle crane shot", "wide"),
        ("全身镜头", "full"),
        ("full body, running", "full"),
        ("中景", "medium"),
        ("半身，图1系领带", "medium"),
        ("medium two-shot", "medium"),
        ("waist-up", "medium"),
        ("近景", "medium_close"),
        ("中近景", "medium_close"),
        ("Medium close-up on her", "medium_close"),
        ("特写", "close"),
        ("close-up", "close"),
        ("Tight shot of the ring", "close"),
        ("大特写", "extreme_close"),
        ("微距拍摄水珠", "extreme_close"),
        ("macro", "extreme_close"),
        ("extreme close-up of an eye", "extreme_close"),
        ("不要特写", None),
        ("no close-ups", None),
        ("他全身湿透", None),
        ("照全身镜子", None),
        ("a wide smile", None),
        ("eyes open wide", None),
        ("she stands close to him", None),
        ("medium heat", None),
    ],
)
def test_size(text: str, size: str | None) -> None:
    assert find_size(plain(text)) == size


@pytest.mark.parametrize(
    ("text", "angle"),
    [
        ("俯拍", "top"),
        ("top-down", "top"),
        ("high-angle shot", "top"),
        ("低角度仰拍", "low"),
        ("low angle", "low"),
        ("平视", "eye"),
        ("eye level", "eye"),
        ("过肩镜头", "over_shoulder"),
        ("over-the-shoulder", "over_shoulder"),
        ("第一人称", "pov"),
        ("POV镜头", "pov"),
        ("drone shot", None),
        ("不要俯拍", None),
        ("from a different angle", None),
    ],
)
def test_angle(text: str, angle: str | None) -> None:
    assert find_angle(plain(text)) == angle


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("镜头缓缓推近", ["push_in"]),
        ("镜头推到他的眼睛", ["push_in"]),
        ("slow dolly in", ["push_in"]),
        ("Quick push in on Image 1", ["push_in"]),
        ("运镜：缓推", ["push_in"]),
        ("镜头不断拉远", ["pull_out"]),
        ("zooms out to show the shelf", ["pull_out"]),
        ("镜头从左摇到右", ["pan"]),
        ("pan到他的脸", ["pan"]),
        ("slow pan across trophies", ["pan"]),
        ("camera pans left", ["pan"]),
        ("镜头从脚尖上摇到脸部", ["tilt"]),
        ("tilt up to the sky", ["tilt"]),
        ("镜头从两人身上仰到天空", ["tilt"]),
        ("镜头向右横移，扫过同学", ["truck"]),
        ("slow truck left", ["truck"]),
        ("镜头升起", ["crane"]),
        ("镜头下降到地面", ["crane"]),
        ("crane up over the valley", ["crane"]),
        ("镜头绕到他正面", ["orbit"]),
        ("camera arcs 180 degrees around it", ["orbit"]),
        ("环绕运镜", ["orbit"]),
        ("侧面跟拍", ["track"]),
        ("The camera follows her", ["track"]),
        ("镜头缓缓跟在她身后", ["track"]),
        ("手持镜头", ["handheld"]),
        ("handheld", ["handheld"]),
        ("画面轻微晃动的手持感", ["handheld"]),
        ("固定机位", ["static"]),
        ("机位全程别动", ["static"]),
        ("the camera does not move at all", ["static"]),
        ("locked-off tripod shot", ["static"]),
        ("不要推拉镜头", []),
        ("no camera shake", []),
        ("without zooming in", []),
        ("图1手持话筒", []),
        ("图1推开门", []),
        ("the robot tilts its head", []),
        ("a dog follows Image 1", []),
        ("holding a burnt pan", []),
        ("图1对着镜头转一圈", []),
        ("she pushes aside a curtain", []),
        ("慢动作", []),
        ("slow motion", []),
        ("运镜参考视频1", []),
        ("he rises from the chair", []),
    ],
)
def test_moves(text: str, moves: list[str]) -> None:
    assert [m.move for m in find_moves(plain(text))] == moves


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("镜头向右横移", "right"),
        ("camera pans left", "left"),
        ("tilt up", "up"),
        ("镜头下降到地面", "down"),
        ("镜头推近", None),
    ],
)
def test_side(text: str, side: str | None) -> None:
    assert find_moves(plain(text))[0].side == side
