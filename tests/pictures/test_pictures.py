"""Golden frames: what the studio paints, before encoding, beside stored pictures.

Drawing libraries round differently on other machines, so a picture may differ a little everywhere and a lot nowhere.
After an intended change, look at the new pictures and record them: `RECORD_PICTURES=1 pytest tests/pictures`.
A picture that differs is left with its difference (eight times as strong) in the folder the failure names.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from stage import SIZE, Still, cast_of, person, plate, shot_of, thing
from understudy.animatic.canvas import Canvas
from understudy.animatic.performer import Cast, Kind
from understudy.animatic.scene import Stagehand
from understudy.animatic.screenplay import Act, Angle, CameraMove, Delivery, Move, Part, ShotSize, Side, Verb, Weather
from understudy.animatic.storyboard import Placement, Shot, TimedLine
from understudy.core.units import Size

STORED = Path(__file__).parent / "stored"
MOST_BYTES = 30_000
MEAN, EXTREME = 1.5, 28.0  # mean difference, and the difference that one pixel in 500 may exceed

pytestmark = pytest.mark.pictures

PAIR = (Placement("图1", x=0.3), Placement("图2", x=0.7))
BOTH = (person("图1"), person("图2", upper=0.5, colour=(40, 90, 150)))


def line(text: str) -> TimedLine:
    return TimedLine(0, "图1", text, Delivery.SAY, 0, 40)


def wide_room() -> tuple[Cast, Shot]:
    return cast_of(*BOTH), shot_of(ShotSize.WIDE, *PAIR, place="客厅", lines=(line("今天的茶真香，你也尝一尝。"),))


def rainy_night() -> tuple[Cast, Shot]:
    shot = shot_of(ShotSize.MEDIUM, *PAIR, place="雨夜的街道", focus=("图1", "图2"), moves=(CameraMove(Move.PUSH_IN),))
    return cast_of(*BOTH), shot


def close_at_sea() -> tuple[Cast, Shot]:
    shot = shot_of(ShotSize.CLOSE, PAIR[0], place="the beach at sunset", focus=("图1",), weather=(Weather.SUNSET,))
    return cast_of(*BOTH), shot


def orbit_before_a_plate() -> tuple[Cast, Shot]:
    shot = shot_of(
        ShotSize.FULL, Placement("图1"), background="图9", focus=("图1",), moves=(CameraMove(Move.ORBIT, Side.LEFT),)
    )
    return cast_of(person(), plate()), replace(shot, angle=Angle.LOW)


def snow_on_the_mountain() -> tuple[Cast, Shot]:
    acts = (Act("图1", Verb.JUMP),)
    shot = shot_of(ShotSize.WIDE, Placement("图1", x=0.4, acts=acts), place="雪山", weather=(Weather.SNOW,))
    return cast_of(person()), shot


def a_held_thing_and_a_card() -> tuple[Cast, Shot]:
    shot = shot_of(
        ShotSize.FULL,
        Placement("图1", x=0.35),
        Placement("图2", Part.PROP, x=0.4, held_by="图1"),
        Placement("图3", x=0.75),
        place="便利店",
    )
    return cast_of(person(), thing("图2"), thing("图3", (220, 200, 60), Kind.CARD)), shot


def fog_in_the_park() -> tuple[Cast, Shot]:
    shot = shot_of(ShotSize.FULL, *PAIR, place="公园", focus=("图1", "图2"), weather=(Weather.FOG,))
    return cast_of(*BOTH), shot


def an_upright_panel() -> tuple[Cast, Shot]:
    picture = cv2.rotate(plate(width=300, height=160).plate, cv2.ROTATE_90_CLOCKWISE)
    return cast_of(panels=(np.ascontiguousarray(picture),)), shot_of(ShotSize.WIDE, panel=0)


def upright_in_the_woods() -> tuple[Cast, Shot]:
    shot = shot_of(
        ShotSize.MEDIUM_CLOSE, Placement("图2"), place="bamboo forest", focus=("图2",), lines=(line("Hush!"),)
    )
    return cast_of(*BOTH), shot


def a_player_and_a_giver() -> tuple[Cast, Shot]:
    """Two half bodies, one cut at his side; a long thing across a chest, another on its way onto a table."""
    play = Placement("图1", x=0.3, acts=(Act("图1", Verb.PLAY, "图3"),))
    shot = shot_of(
        ShotSize.FULL,
        play,
        Placement("图2", x=0.7),
        Placement("图3", Part.PROP, held_by="图1"),
        Placement("图4", Part.PROP, x=0.7, held_by="图2", travels_to=0.5),
        focus=("图1", "图2"),
        text="图1弹着图3，图2把图4放到桌上",
    )
    sprite = np.zeros((240, 100, 4), np.uint8)
    sprite[110:236, 4:96] = sprite[4:110, 42:58] = (150, 96, 50, 255)
    guitar = replace(thing("图3"), size=(100, 240), pictures=Still(sprite))
    cut = person("图2", upper=0.3, colour=(40, 90, 150), cut=frozenset({Side.LEFT}))
    return cast_of(person("图1", upper=0.5), cut, guitar, thing("图4", (230, 200, 60))), shot


def over_a_shoulder() -> tuple[Cast, Shot]:
    """One from behind at the edge, the other beside him, a thing in his hand."""
    shot = shot_of(
        ShotSize.MEDIUM_CLOSE,
        Placement("图1", x=0.12, depth=0.0, turned_away=True),
        Placement("图2", x=0.65),
        Placement("图3", Part.PROP, x=0.65, held_by="图2"),
        focus=("图2",),
        place="办公室",
    )
    return cast_of(person("图1", upper=0.5), BOTH[1], thing("图3")), replace(shot, angle=Angle.OVER_SHOULDER)


SCENES = [
    (over_a_shoulder, SIZE),
    (a_player_and_a_giver, SIZE),
    (wide_room, SIZE), (rainy_night, SIZE), (close_at_sea, SIZE), (orbit_before_a_plate, SIZE),
    (snow_on_the_mountain, SIZE), (a_held_thing_and_a_card, SIZE), (an_upright_panel, SIZE), (fog_in_the_park, SIZE),
    (upright_in_the_woods, Size(180, 320)),
]  # fmt: skip


@pytest.mark.parametrize(("scene", "size"), SCENES, ids=[scene.__name__ for scene, _ in SCENES])
def test_the_picture_is_as_stored(scene, size: Size, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    cast, shot = scene()
    canvas = Canvas(size)
    hand = Stagehand(cast, size, 11, watermark=scene is close_at_sea)
    hand.settle([shot])
    hand.set_up(shot, {}).paint(canvas, 20)
    picture = canvas.rgb()
    path = STORED / f"{scene.__name__}.png"
    if os.environ.get("RECORD_PICTURES"):
        STORED.mkdir(exist_ok=True)
        # few colours keep the stored files small; the tolerance allows for it
        content = cv2.imencode(
            ".png", cv2.cvtColor(picture // 6 * 6 + 3, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 9]
        )
        path.write_bytes(content[1].tobytes())
    assert path.exists(), f"{path.name} was never recorded: look at the picture, then RECORD_PICTURES=1"
    assert path.stat().st_size <= MOST_BYTES
    stored = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    assert stored.shape == picture.shape
    # both sides in the stored picture's few colours, softened, so that a step of rounding is no difference
    mine = cv2.GaussianBlur((picture // 6 * 6 + 3).astype(np.float32), (0, 0), 1.0)
    difference = np.abs(mine - cv2.GaussianBlur(stored.astype(np.float32), (0, 0), 1.0)).max(axis=2)
    if difference.mean() > MEAN or float(np.quantile(difference, 0.998)) > EXTREME:
        cv2.imwrite(str(tmp_path / "painted.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        cv2.imwrite(str(tmp_path / "difference.png"), np.clip(difference * 8, 0, 255).astype(np.uint8))
        pytest.fail(f"{path.name} differs by {difference.mean():.2f} on average; see {tmp_path}")


def test_a_changed_picture_would_be_noticed() -> None:
    """The tolerance is no blindness: a person two percent aside, or a slightly other light, is beyond it."""
    cast, shot = wide_room()
    moved = replace(shot, placements=(replace(PAIR[0], x=0.32), PAIR[1]))
    pictures = []
    for variant in (shot, moved):
        canvas = Canvas(SIZE)
        Stagehand(cast, SIZE, 11).set_up(variant, {}).paint(canvas, 20)
        pictures.append(cv2.GaussianBlur(canvas.rgb().astype(np.float32), (0, 0), 1.0))
    difference = np.abs(pictures[0] - pictures[1]).max(axis=2)
    assert float(np.quantile(difference, 0.998)) > EXTREME or difference.mean() > MEAN
