"""Whose shoulder, whose eyes, whose hand: read from the words, then seen in the picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stage import SIZE, Still, cast_of, person, shot_of, thing
from understudy.animatic.camera import View
from understudy.animatic.canvas import Canvas
from understudy.animatic.grammar import NamedSubject, read_screenplay
from understudy.animatic.holding import box_of
from understudy.animatic.layers.acting import Motion, hand_over
from understudy.animatic.layers.shoulder import Shoulder
from understudy.animatic.scene import Scene, Stagehand
from understudy.animatic.screenplay import Angle, CameraMove, Move, ScriptShot, ShotSize
from understudy.animatic.staging import draw_storyboard
from understudy.animatic.storyboard import Facing, Placement, Shot, Storyboard
from understudy.animatic.viewing import with_vertigo
from understudy.animatic.viewpoint import comes_to_camera, gifts_of, over_whom, through_eyes

ZH = (NamedSubject("图1", kind="person"), NamedSubject("视频1", medium="video", kind="person"),
      NamedSubject("图2", kind="object"))  # fmt: skip
EN = (NamedSubject("Image 1", kind="person"), NamedSubject("Video 1", medium="video", kind="person"),
      NamedSubject("Image 2", kind="object"))  # fmt: skip


def first(prompt: str) -> tuple[ScriptShot, tuple[NamedSubject, ...]]:
    subjects = EN if prompt.isascii() else ZH
    return read_screenplay(prompt, subjects).shots[0], subjects


def board(prompt: str, frames: int = 120) -> Storyboard:
    subjects = [s for s in (EN if prompt.isascii() else ZH) if s.name in prompt]
    return draw_storyboard(read_screenplay(prompt, subjects), frames, subjects=subjects)


@pytest.mark.parametrize(
    ("prompt", "whose"),
    [
        ("过肩镜头，越过视频1的肩膀看图1，图1说：“你好。”", "视频1"),
        ("过肩镜头，从图1的左肩后方拍视频1，图1说：“你好。”", "图1"),
        ("过肩镜头，图1对视频1说：“你好。”", "视频1"),
        ("过肩镜头，图1看着视频1。", "图1"),
        ('Over-the-shoulder shot: Image 1 listens while Video 1 says: "Let\'s go."', "Image 1"),
        ("Over Video 1's shoulder we see Image 1 say: \"Let's go.\"", "Video 1"),
        ("过肩镜头，图1说：“你好。”", None),
        ("中景，图1对视频1说：“你好。”", None),
    ],
)
def test_over_whose_shoulder(prompt: str, whose: str | None) -> None:
    shot, subjects = first(prompt)
    assert over_whom(shot, subjects, [line.speaker or "" for line in shot.lines]) == whose


def test_two_who_talk_over_shoulders_are_seen_in_turn() -> None:
    shots = board("过肩镜头，越过视频1的肩膀看图1，图1说：“你在想什么？”视频1说：“没什么。”", 180).shots
    assert [[p.name for p in shot.placements if p.turned_away] for shot in shots] == [["视频1"], ["图1"]]
    assert [[line.speaker for line in shot.lines] for shot in shots] == [["图1"], ["视频1"]]
    fronts = [next(p.x for p in shot.placements if p.turned_away) for shot in shots]
    assert fronts[0] > 0.5 > fronts[1] or fronts[0] < 0.5 < fronts[1], "both keep their side of the picture"


@pytest.mark.parametrize(
    ("prompt", "whose"),
    [
        ("主观镜头，从视频1的视角看，图1在公园里向他走来。", "视频1"),
        ("视频1的第一人称视角，图1挥手。", "视频1"),
        ("POV shot of Image 1 looking at Video 1, who waves.", "Image 1"),
        ("Video 1's point of view: Image 1 waves.", "Video 1"),
        ("主观镜头，图1和视频1挥手。", None),
        ("中景，图1看着视频1。", None),
    ],
)
def test_through_whose_eyes(prompt: str, whose: str | None) -> None:
    shot, subjects = first(prompt)
    seen, viewer = through_eyes(shot, subjects)
    assert viewer == whose
    assert whose is None or whose not in {m.name for m in seen.cast} | {a.who for a in seen.acts} | {
        a.target for a in seen.acts
    }


def test_a_subjective_shot_looks_at_the_others_and_says_who_is_not_seen() -> None:
    drawn = board("主观镜头，从视频1的视角看，图1向他走来，挥手。")
    (shot,) = drawn.shots
    (placement,) = shot.placements
    assert (placement.name, placement.facing, placement.enters_from) == ("图1", Facing.CAMERA, None)
    assert any(note.startswith("视频1 is not seen in shot 1") for note in drawn.notes)


@pytest.mark.parametrize(
    ("prompt", "gift"),
    [
        ("图1把图2递给视频1，视频1微笑。", ("图2", "图1", "视频1")),
        ("图1拿着图2，把图2交给视频1。", ("图2", "图1", "视频1")),
        ("Image 1 hands Image 2 to Video 1.", ("Image 2", "Image 1", "Video 1")),
        ("Image 1 gives Video 1 Image 2.", ("Image 2", "Image 1", "Video 1")),
        ("图1拿着图2，说：“把图2递给视频1。”", None),
        ("图1拿着图2，看着视频1。", None),
    ],
)
def test_what_is_handed_over(prompt: str, gift: tuple[str, str, str] | None) -> None:
    shot, subjects = first(prompt)
    found = [(g.thing, g.giver, g.taker) for g in gifts_of(shot, subjects)]
    assert found == ([] if gift is None else [gift])


def test_what_was_given_stays_with_its_taker() -> None:
    shots = board("第一个镜头：图1把图2递给视频1。第二个镜头：视频1看着图2。", 240).shots
    things = [next(p for p in shot.placements if p.name == "图2") for shot in shots]
    assert [(t.held_by, t.given_to) for t in things] == [("图1", "视频1"), ("视频1", None)]


@pytest.mark.parametrize(
    ("text", "comes"),
    [("图1向镜头走来。", True), ("图1朝着镜头慢慢跑来。", True), ("Image 1 walks towards the camera.", True),
     ("图1向右走。", False), ("图1对着镜头微笑。", False)],
)  # fmt: skip
def test_who_walks_to_the_camera_does_not_cross_the_picture(text: str, comes: bool) -> None:
    shot, _ = first(text)
    assert comes_to_camera(shot) is comes
    if comes:
        (placement,) = board(text).shots[0].placements
        assert (placement.travels_to, placement.enters_from) == (None, None)


def over_shoulder(side: float) -> Scene:
    shot = shot_of(
        ShotSize.MEDIUM_CLOSE,
        Placement("图1", x=0.6),
        Placement("图2", x=side, depth=0.0, turned_away=True),
        focus=("图1",),
        moves=(CameraMove(Move.STATIC),),
        angle=Angle.OVER_SHOULDER,
    )
    white = person("图2", upper=0.5, colour=(250, 250, 250))
    return Stagehand(cast_of(person("图1", upper=0.5), white), SIZE, 3).set_up(shot, {})


@pytest.mark.parametrize("side", [0.12, 0.88])
def test_the_front_figure_is_dark_at_its_edge_and_the_other_is_framed_beside_it(side: float) -> None:
    scene = over_shoulder(side)
    assert [s.name for s in scene.stands] == ["图1"]
    canvas, bare = Canvas(SIZE), Canvas(SIZE)
    scene.paint(canvas, 15)
    replace(scene, layers=tuple(x for x in scene.layers if not isinstance(x, Shoulder))).paint(bare, 15)
    changed = np.abs(canvas.rgb().astype(int) - bare.rgb()).max(axis=2) > 24
    near = changed[:, : SIZE.width // 3] if side < 0.5 else changed[:, -SIZE.width // 3 :]
    assert near.mean() > 0.35
    assert near.sum() > 0.75 * changed.sum()
    assert near[-1].mean() > 0.8, "the shoulder must reach the lower edge"
    assert canvas.rgb()[changed].mean() < 0.6 * 250
    head = scene.stands[0].head
    assert head is not None
    x = (scene.views[15].matrix(scene.stands[0].near, SIZE) @ ((head[0] + head[2]) / 2, head[3], 1.0))[0]
    assert bool(x > 0.55 * SIZE.width) is (side < 0.5)


def test_a_thing_goes_from_one_hand_to_the_other() -> None:
    placements = (
        Placement("图1", x=0.3), Placement("图2", x=0.7),
        replace(Placement("图3", x=0.3), held_by="图1", given_to="图2"),
    )  # fmt: skip
    cast = cast_of(person("图1", upper=0.5), person("图2", upper=0.5), thing("图3"))
    scene = Stagehand(cast, SIZE, 3).set_up(shot_of(ShotSize.MEDIUM, *placements, focus=("图1", "图2")), {})
    gives, takes, held = (next(s for s in scene.stands if s.name == n) for n in ("图1", "图2", "图3"))
    taken = replace(held, x=takes.x - (held.x - gives.x), tilt=-held.tilt)
    motion = hand_over(held, taken, Motion(60), gives, Motion(60), takes)
    assert motion.x[0] == pytest.approx(0, abs=0.5)
    assert held.x + motion.x[-1] == pytest.approx(taken.x, abs=0.5)
    assert (np.diff(motion.x) >= -1e-6).all()


def test_a_dolly_zoom_keeps_people_and_changes_what_is_behind() -> None:
    shot = Shot(0, 0, 60, ShotSize.MEDIUM, moves=(CameraMove(Move.PUSH_IN),), text="希区柯克变焦，图1站着。")
    rest = View(160, 90, zoom=1.5)
    views = with_vertigo(shot, rest, [replace(rest, zoom=1.5 + n / 100) for n in range(60)])
    near, far = ([v.matrix(depth, SIZE)[0, 0] for v in views] for depth in (1.0, 0.4))
    assert max(near) == pytest.approx(min(near))
    assert far[-1] > 1.5 * far[0]
    assert (np.diff(far) >= 0).all()


def held_in(size: ShotSize) -> Scene:
    held = replace(Placement("图3", x=0.5), held_by="图1")
    shot = shot_of(size, Placement("图1", x=0.5), held, focus=("图1",), moves=(CameraMove(Move.STATIC),))
    tall = replace(thing("图3"), size=(60, 150))
    sprite = np.full((150, 60, 4), 255, np.uint8)
    tall = replace(tall, pictures=Still(sprite))
    return Stagehand(cast_of(person("图1", upper=0.5), tall), SIZE, 3).set_up(shot, {})


@pytest.mark.parametrize("size", [ShotSize.WIDE, ShotSize.FULL, ShotSize.MEDIUM, ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE])
def test_what_a_hand_holds_is_at_the_body_clear_of_the_face_and_in_the_picture(size: ShotSize) -> None:
    scene = held_in(size)
    holder, held = (next(s for s in scene.stands if s.name == n) for n in ("图1", "图3"))
    left, top, right, bottom = box_of(held)
    head = holder.head
    assert head is not None
    unit = head[3] - head[1]
    assert right <= head[0] or left >= head[2] or top >= head[3], "the face stays free"
    # it overlaps the body, or its stem does below the picture: nothing floats beside a shoulder
    assert left < holder.x + holder.width / 2
    assert right > holder.x - holder.width / 2
    assert (top + bottom) / 2 > head[3] - 0.15 * unit
    seen = scene.views[15].rectangle(held.near, SIZE)
    assert (min(bottom, seen[3]) - top) / (bottom - top) > 0.55
    assert seen[0] <= left
    assert right <= seen[2]


def test_a_push_keeps_the_air_above_the_head() -> None:
    shot = shot_of(ShotSize.MEDIUM, Placement("图1"), focus=("图1",), moves=(CameraMove(Move.PUSH_IN),), frames=90)
    scene = Stagehand(cast_of(person("图1", upper=0.5)), SIZE, 3).set_up(shot, {})
    (stand,) = scene.stands
    assert stand.head is not None
    tops = [float((v.matrix(stand.near, SIZE) @ (stand.x, stand.head[1], 1.0))[1]) for v in scene.views]
    assert scene.views[-1].zoom > 1.15 * scene.views[0].zoom
    assert max(tops) - min(tops) < 0.02 * SIZE.height


def test_a_push_that_nobody_asked_for_keeps_the_feet_of_a_full_shot() -> None:
    for text, stays in (("图1站着。", True), ("图1站着，镜头推近。", False)):
        shot = shot_of(ShotSize.FULL, Placement("图1"), focus=("图1",), moves=(CameraMove(Move.PUSH_IN),), text=text)
        scene = Stagehand(cast_of(person("图1")), SIZE, 3).set_up(replace(shot, frame_count=120), {})
        bottom = scene.views[-1].rectangle(scene.stands[0].near, SIZE)[3]
        assert bool(scene.stands[0].y <= bottom) is stays
