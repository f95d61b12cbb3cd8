"""Sets, people, weather and lettering: nobody floats, nothing is cut off, all is repeatable."""

from __future__ import annotations

import itertools
from dataclasses import replace

import cv2
import numpy as np
import pytest

from stage import SIZE, Clip, cast_of, figure, person, plate, red, shot_of, thing
from understudy.animatic.blocking import Stand, block, in_order, outline_of
from understudy.animatic.camera import View, move_views, seen
from understudy.animatic.canvas import Canvas
from understudy.animatic.holding import Grip, box_of, grips_of, tabled_in
from understudy.animatic.layers import light, sets
from understudy.animatic.layers._draw import BOTTOM, LEFT, RIGHT, TOP
from understudy.animatic.layers._layer import Moment
from understudy.animatic.layers._outdoors import Hour
from understudy.animatic.layers.acting import act_out
from understudy.animatic.layers.backdrop import Backdrop, fill_frame, hang_pieces, hang_plate
from understudy.animatic.layers.lettering import Letterer, break_text, captions, set_lines, watermark
from understudy.animatic.layers.performer import resized
from understudy.animatic.layers.weather import far_weather, near_weather
from understudy.animatic.performer import Body, Cast, Kind, Performer
from understudy.animatic.scene import Scene, Stagehand, at_home
from understudy.animatic.screenplay import Act, Angle, CameraMove, Delivery, Move, Part, ShotSize, Side, Verb, Weather
from understudy.animatic.sightline import width_of
from understudy.animatic.storyboard import Placement, Shot, Storyboard, TimedLine
from understudy.core.units import Size

SIZES = [SIZE, Size(180, 320), Size(240, 240)]


def painted(cast: Cast, shot: Shot, *frames: int, size: Size = SIZE, seed: int = 1) -> list[np.ndarray]:
    """RGB pictures of some frames of a shot."""
    scene = Stagehand(cast, size, seed, captions=True).set_up(shot, {})
    canvas, pictures = Canvas(size), []
    for frame in frames or (0,):
        scene.paint(canvas, frame)
        pictures.append(canvas.rgb())
    return pictures


# People ---------------------------------------------------------------------------------------------------------------


def test_a_person_is_where_the_storyboard_says() -> None:
    for x in (0.25, 0.5, 0.75):
        (picture,) = painted(
            cast_of(person(), plate()), shot_of(ShotSize.WIDE, Placement("图1", x=x), background="图9")
        )
        columns = np.flatnonzero(red(picture).any(axis=0))
        assert columns.mean() / SIZE.width == pytest.approx(x, abs=0.06)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shot_size", list(ShotSize))
@pytest.mark.parametrize("move", [Move.STATIC, Move.PULL_OUT, Move.CRANE, Move.HANDHELD])
@pytest.mark.parametrize("upper", [0.30, 0.5])
def test_no_torso_floats(size: Size, shot_size: ShotSize, move: Move, upper: float) -> None:
    """Whatever the size and the move, the set is never seen below a body that its reference cut off."""
    shot = shot_of(
        shot_size, Placement("图1", acts=(Act("图1", Verb.JUMP),)), background="图9", focus=("图1",),
        moves=(CameraMove(move, Side.UP),),
    )  # fmt: skip
    for picture in painted(cast_of(person(upper=upper), plate()), shot, 0, 14, 29, size=size):
        body = red(picture).sum(axis=1)
        assert body[-1] >= 0.85 * body[-size.height // 12], "the set shows below the body"
        assert body[-1] > 0


@pytest.mark.parametrize("shot_size", [ShotSize.FULL, ShotSize.MEDIUM, ShotSize.MEDIUM_CLOSE])
@pytest.mark.parametrize("uppers", [(1.0, 0.5), (0.5, 0.3), (0.3, 0.3), (1.0, 0.3)])
def test_heads_in_one_shot_have_one_size_and_about_one_level(shot_size: ShotSize, uppers: tuple[float, float]) -> None:
    one, two = (person(f"图{n}", upper=upper) for n, upper in enumerate(uppers, 1))
    shot = shot_of(shot_size, Placement("图1", x=0.35), Placement("图2", x=0.65), focus=("图1", "图2"))
    heads = [s.head for s in stands_of(cast_of(one, two), shot)]
    assert all(head is not None for head in heads)
    tall = [h[3] - h[1] for h in heads if h is not None]
    assert max(tall) / min(tall) == pytest.approx(1, abs=0.02)
    assert abs(heads[0][3] - heads[1][3]) < 1.2 * tall[0]  # type: ignore[index]


def stands_of(cast: Cast, shot: Shot, size: Size = SIZE) -> tuple[Stand, ...]:
    return Stagehand(cast, size, 1).set_up(shot, {}).stands


def by_name(cast: Cast, shot: Shot, size: Size = SIZE) -> dict[str, Stand]:
    return {s.name: s for s in stands_of(cast, shot, size)}


def shared(box: tuple[float, ...], other: tuple[float, ...]) -> float:
    across = max(0.0, min(box[2], other[2]) - max(box[0], other[0]))
    return across * max(0.0, min(box[3], other[3]) - max(box[1], other[1]))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shot_size", [ShotSize.FULL, ShotSize.MEDIUM, ShotSize.MEDIUM_CLOSE])
@pytest.mark.parametrize("xs", [(0.48, 0.52), (0.3, 0.34, 0.4), (0.14, 0.38, 0.62, 0.86), (0.5, 0.5)])
def test_faces_are_free_and_inside_the_picture(size: Size, shot_size: ShotSize, xs: tuple[float, ...]) -> None:
    names = [f"图{n}" for n in range(len(xs))]
    cast = cast_of(*(person(name, upper=(0.5, 0.3)[n % 2]) for n, name in enumerate(names)))
    shot = shot_of(shot_size, *(Placement(n, x=x) for n, x in zip(names, xs, strict=True)), focus=tuple(names))
    scene = Stagehand(cast, size, 1).set_up(shot, {})
    heads = {s.name: s.head for s in scene.stands}
    assert sorted(names, key=lambda n: heads[n][0]) == names, "somebody changed places"  # type: ignore[index]
    for one, two in itertools.combinations(heads.values(), 2):
        assert one is not None
        assert two is not None
        assert shared(one, two) < 0.02 * shared(one, one)
    view = scene.views[0].rectangle(1.0, size)
    for head in heads.values():
        assert head is not None
        assert head[0] >= view[0] - 0.1 * (head[2] - head[0])
        assert head[2] <= view[2] + 0.1 * (head[2] - head[0])


@pytest.mark.parametrize("upper", [1.0, 0.5, 0.3])
def test_the_planned_width_is_about_the_width_in_a_full_shot(upper: float) -> None:
    cast = cast_of(person(upper=upper))
    scene = Stagehand(cast, SIZE, 1).set_up(shot_of(ShotSize.FULL, Placement("图1"), focus=("图1",)), {})
    left, _, right, _ = scene.views[0].rectangle(1.0, SIZE)
    planned = width_of(outline_of(cast.performers["图1"]), SIZE)
    assert planned == pytest.approx(scene.stands[0].width / (right - left), rel=0.25)


def test_two_who_have_room_show_their_shoulders() -> None:
    cast = cast_of(person("图1", upper=0.5), person("图2", upper=0.5))
    shot = shot_of(ShotSize.FULL, Placement("图1", x=0.47), Placement("图2", x=0.53), focus=("图1", "图2"))
    found = by_name(cast, shot)
    assert found["图2"].x - found["图1"].x > 0.7 * found["图1"].width


def test_who_arrives_beside_somebody_stands_beside_him() -> None:
    cast = cast_of(person("图1", upper=0.5), person("图2", upper=0.5))
    walks = Placement("图2", x=0.9, travels_to=0.5)
    found = by_name(cast, shot_of(ShotSize.FULL, Placement("图1", x=0.5), walks, focus=("图1", "图2")))
    apart = abs(found["图2"].x + found["图2"].goal - found["图1"].x)
    assert apart > 0.55 * found["图1"].width


def test_what_is_held_is_painted_directly_after_its_holder_and_walkers_pass_behind() -> None:
    cast = cast_of(person("图1"), person("图2"), thing("图3"), thing("图4"), thing("图5"))
    shot = shot_of(
        ShotSize.FULL,
        Placement("图3", Part.PROP, x=0.3, depth=0.28, held_by="图1"),
        Placement("图1", x=0.3),
        Placement("图2", x=0.7, enters_from=Side.RIGHT),
        Placement("图4", Part.PROP, x=0.7, depth=0.1, held_by="图2"),
        Placement("图5", Part.PROP, x=0.3, depth=0.1, held_by="图3"),
        focus=("图1", "图2"),
    )
    assert [s.name for s in stands_of(cast, shot)] == ["图2", "图4", "图1", "图3", "图5"]


def test_things_that_hold_each_other_are_still_painted_once() -> None:
    cast = cast_of(thing("图1"), thing("图2"))
    pair = (Placement("图1", Part.PROP, held_by="图2"), Placement("图2", Part.PROP, held_by="图1"))
    stands = block(shot_of(ShotSize.FULL, *pair), cast.performers, outlines(cast), SIZE)
    assert sorted(s.name for s in in_order(stands)) == ["图1", "图2"]


def outlines(cast: Cast):  # type: ignore[no-untyped-def]
    return {name: outline_of(p) for name, p in cast.performers.items()}


def guitar(name: str = "图2") -> Performer:
    sprite = np.zeros((240, 100, 4), np.uint8)
    sprite[110:236, 4:96] = (40, 90, 220, 255)
    sprite[4:110, 42:58] = (40, 90, 220, 255)
    return Performer(name, Kind.OBJECT, Clip([sprite]), (100, 240), sprite[:, :, :3])


@pytest.mark.parametrize("shot_size", [ShotSize.FULL, ShotSize.MEDIUM, ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE])
@pytest.mark.parametrize("upper", [1.0, 0.5, 0.3])
def test_what_is_played_lies_across_the_chest_as_long_as_the_torso(shot_size: ShotSize, upper: float) -> None:
    cast = cast_of(person("图1", upper=upper), guitar())
    play = Placement("图1", acts=(Act("图1", Verb.PLAY, "图2"),))
    found = by_name(cast, shot_of(shot_size, play, Placement("图2", Part.PROP, held_by="图1"), focus=("图1",)))
    holder, held = found["图1"], found["图2"]
    assert holder.head is not None
    assert 1.3 < held.height / holder.head_height < 3.0
    assert 45 < held.tilt < 65, "30 to 40 degrees from lying flat, and a little"
    middle = (box_of(held)[0] + box_of(held)[2]) / 2
    assert abs(middle - holder.x) < 0.1 * holder.head_height
    assert (box_of(held)[1] + box_of(held)[3]) / 2 > holder.head[3]


@pytest.mark.parametrize("shot_size", [ShotSize.FULL, ShotSize.MEDIUM, ShotSize.CLOSE])
def test_what_is_held_in_a_hand_is_smaller_than_the_shoulders_and_hides_no_face(shot_size: ShotSize) -> None:
    cast = cast_of(person("图1"), person("图2", upper=0.5), thing("图3"))
    shot = shot_of(
        shot_size, Placement("图1", x=0.4), Placement("图2", x=0.6), Placement("图3", Part.PROP, x=0.45, held_by="图1"),
        focus=("图1", "图2"),
    )  # fmt: skip
    found = by_name(cast, shot)
    held, unit = found["图3"], found["图1"].head_height
    assert 0.3 * 1.8 * unit < max(held.width, held.height) < 0.65 * 1.8 * unit
    for name in ("图1", "图2"):
        head = found[name].head
        assert head is not None
        assert shared(box_of(held), head) < 0.03 * shared(head, head)


GRIPS = [
    ("图1弹奏图2", (Act("图1", Verb.PLAY, "图2"),), Grip.ARMS),
    ("图1抱着图2，弹奏民谣", (Act("图1", Verb.HOLD, "图2"), Act("图1", Verb.PLAY)), Grip.ARMS),
    ("图1抱着图2走来", (Act("图1", Verb.HOLD, "图2"),), Grip.ARMS),
    ("图1 hugs 图2", (Act("图1", Verb.HUG, "图2"),), Grip.ARMS),
    ("图1 is cradling 图2", (), Grip.ARMS),
    ("图1手里拿着图2", (Act("图1", Verb.HOLD, "图2"),), Grip.HAND),
    ("图1抱了抱店员，转身离开，手里还拿着图2", (Act("图1", Verb.HOLD, "图2"),), Grip.HAND),
    ("she holds it", (), Grip.HAND),
]


@pytest.mark.parametrize(("text", "acts", "grip"), GRIPS, ids=[g[0] for g in GRIPS])
def test_how_a_thing_is_held_follows_from_acts_and_words(text: str, acts: tuple[Act, ...], grip: Grip) -> None:
    shot = shot_of(ShotSize.FULL, Placement("图1", acts=acts), Placement("图2", Part.PROP, held_by="图1"), text=text)
    assert grips_of([shot]) == {"图2": grip}
    plain = shot_of(ShotSize.FULL, Placement("图1"), Placement("图2", Part.PROP, held_by="图1"))
    assert grips_of([plain, shot, plain]) == {"图2": grip}, "the same over the whole film"


def put_shot(text: str) -> Shot:
    return shot_of(
        ShotSize.FULL,
        Placement("图1", x=0.35),
        Placement("图2", x=0.65, acts=(Act("图2", Verb.PUT, "图1"),)),
        Placement("图3", Part.PROP, x=0.7, held_by="图2", travels_to=0.5),
        background="图9", focus=("图1", "图2"), frames=60, moves=(CameraMove(Move.STATIC),), text=text,
    )  # fmt: skip


def test_what_is_put_down_rests_at_the_foot_of_the_picture_and_keeps_its_size() -> None:
    cast = cast_of(person("图1", upper=0.5), person("图2", upper=0.5), thing("图3"), plate())
    shot = put_shot("图2把图3放到图1旁边")
    after = replace(
        shot, number=1, first_frame=60, placements=(*shot.placements[:2], Placement("图3", Part.PROP, x=0.5))
    )
    hand = Stagehand(cast, SIZE, 1)
    hand.settle([shot, after])
    canvas, spots = Canvas(SIZE), []
    for scene, frames in ((hand.set_up(shot, {}), (0, 59)), (hand.set_up(after, {}), (60,))):
        for frame in frames:
            scene.paint(canvas, frame)
            picture = canvas.rgb().astype(int)
            spots.append(np.argwhere((picture[:, :, 2] > 150) & (picture[:, :, 0] < 90)))
    held, put, stands = spots
    assert put.max(axis=0)[0] > 0.93 * SIZE.height
    assert held.mean(axis=0)[0] < put.mean(axis=0)[0] - 4
    areas = [len(s) for s in spots]
    assert max(areas) < 1.3 * min(areas)
    assert np.abs(put.mean(axis=0) - stands.mean(axis=0)).max() < 0.12 * SIZE.width


def test_a_table_is_drawn_where_the_prompt_puts_something_on_one() -> None:
    cast = cast_of(person("图1", upper=0.5), person("图2", upper=0.5), thing("图3"), plate())
    plain, table = put_shot("图2把图3放到图1旁边"), put_shot("图2把图3放到图1旁边的桌子上")
    assert tabled_in([plain]) == frozenset()
    assert tabled_in([table]) == {"图3"}
    pictures = []
    for shot in (plain, table):
        hand, canvas = Stagehand(cast, SIZE, 1), Canvas(SIZE)
        hand.settle([shot])
        hand.set_up(shot, {}).paint(canvas, 0)
        pictures.append(canvas.rgb().astype(int))
    rows = np.flatnonzero((np.abs(pictures[0] - pictures[1]).max(axis=2) > 25).any(axis=1))
    assert len(rows) > 4
    assert rows.min() > 0.8 * SIZE.height


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_a_side_cut_by_the_source_ends_in_a_soft_shoulder(side: Side) -> None:
    """No straight edge where the photograph ended: nothing solid at the cut, and no two rows end alike by accident."""
    sprite = figure(300, upper=0.4).copy()
    half = sprite[:, : sprite.shape[1] * 5 // 8] if side is Side.RIGHT else sprite[:, sprite.shape[1] * 3 // 8 :]
    half = np.ascontiguousarray(half)
    bust = Performer(
        "图1", Kind.PERSON, Clip([half]), (half.shape[1], half.shape[0]), half[:, :, :3], Body.BUST,
        frozenset({side, Side.DOWN}),
    )  # fmt: skip
    shot = shot_of(ShotSize.FULL, Placement("图1"), background="图9", focus=("图1",), moves=(CameraMove(Move.STATIC),))
    scene = Stagehand(cast_of(bust, plate()), Size(1280, 720), 1).set_up(shot, {})
    (stand,) = scene.stands
    assert stand.tapered == {side}
    canvas = Canvas(Size(1280, 720))
    scene.paint(canvas, 0)
    body = red(canvas.rgb())
    rows = np.flatnonzero(body.any(axis=1))
    ends = [np.flatnonzero(body[r])[0 if side is Side.LEFT else -1] for r in rows[len(rows) // 2 :]]
    assert np.ptp(ends) > 0.04 * stand.width, "the cut is still a straight line"
    assert np.abs(np.diff(ends)).max() < 0.03 * stand.width, "the line has a step"


def test_a_body_cut_at_one_side_stands_at_that_edge_or_is_tapered() -> None:
    cut = person(cut=frozenset({Side.LEFT}))
    for x in (0.08, 0.5):
        shot = shot_of(ShotSize.MEDIUM, Placement("图1", x=x), focus=("图1",), background="图9")
        scene = Stagehand(cast_of(cut, plate()), SIZE, 1).set_up(shot, {})
        (stand,) = scene.stands
        left = seen(scene.views, stand.near, SIZE)[0]
        assert stand.tapered == {Side.LEFT} or stand.x - stand.width / 2 <= left


def test_held_things_are_seen_and_leave_the_face_free() -> None:
    cast = cast_of(person("图1"), thing("图2"))
    for shot_size in (ShotSize.FULL, ShotSize.MEDIUM, ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE):
        shot = shot_of(shot_size, Placement("图1"), Placement("图2", Part.PROP, held_by="图1"), focus=("图1",))
        scene = Stagehand(cast, SIZE, 1).set_up(shot, {})
        holder, held = (next(s for s in scene.stands if s.name == name) for name in ("图1", "图2"))
        assert holder.head is not None
        box = box_of(held)
        assert shared(box, holder.head) < 0.03 * shared(box, box), shot_size
        view = scene.views[0].rectangle(held.near, SIZE)
        assert shared(box, view) > 0.8 * shared(box, box), shot_size


def test_the_camera_goes_over_to_who_speaks_outside_the_picture() -> None:
    line = TimedLine(0, "图2", "我们谈谈吧。", Delivery.SAY, 50, 80)
    cast = cast_of(person("图1"), person("图2", colour=(30, 160, 60)), plate())
    shot = shot_of(
        ShotSize.CLOSE, Placement("图1", x=0.25), Placement("图2", x=0.75), background="图9", focus=("图1",),
        lines=(line,), moves=(CameraMove(Move.STATIC),), frames=90,
    )  # fmt: skip
    first, last = painted(cast, shot, 0, 60)
    green = [float((p[:, :, 1].astype(int) - p[:, :, 0] > 60).mean()) for p in (first, last)]
    assert red(first).mean() > 0.1
    assert green[0] < 0.01
    assert green[1] > 0.1
    assert red(last).mean() < 0.01


def test_a_picture_that_somebody_leans_on_is_the_set() -> None:
    cast = cast_of(person(), thing("图3", (220, 200, 60), Kind.CARD))
    lean = Placement("图1", x=0.7, acts=(Act("图1", Verb.LEAN, "图3"),))
    (picture,) = painted(cast, shot_of(ShotSize.WIDE, lean, Placement("图3")))
    assert (picture[:20, :, 2].astype(int) < 110).mean() > 0.9  # its yellow is everywhere above


def test_a_seat_is_seen_around_who_sits_on_it() -> None:
    cast = cast_of(person("图1", upper=0.5), thing("图2"), plate())
    sit = Placement("图1", acts=(Act("图1", Verb.SIT, "图2"),))
    shot = shot_of(ShotSize.FULL, sit, Placement("图2", Part.SEAT), background="图9", focus=("图1",))
    (picture,) = painted(cast, shot)
    blue = (picture[:, :, 2].astype(int) - picture[:, :, 0] > 80) & (picture[:, :, 2] > 120)
    assert blue.mean() > 0.02


def test_a_held_thing_moves_with_its_holder() -> None:
    cast = cast_of(person("图1"), thing("图2"))
    shot = shot_of(
        ShotSize.FULL, Placement("图1", x=0.3, travels_to=0.7), Placement("图2", Part.PROP, x=0.3, held_by="图1"),
        moves=(CameraMove(Move.STATIC),), frames=60,
    )  # fmt: skip
    first, last = painted(cast, shot, 0, 59)
    blue = [np.argwhere((p[:, :, 2] > 150) & (p[:, :, 0] < 90)).mean(axis=0)[1] for p in (first, last)]
    body = [np.argwhere(red(p)).mean(axis=0)[1] for p in (first, last)]
    assert blue[1] - blue[0] == pytest.approx(body[1] - body[0], abs=8)
    assert blue[1] - blue[0] > 60


@pytest.mark.parametrize(("side", "axis", "sign"), [(Side.LEFT, 1, 1), (Side.RIGHT, 1, -1), (Side.UP, 0, 1)])
def test_who_enters_beside_others_is_not_seen_before_and_comes_from_that_side(side: Side, axis: int, sign: int) -> None:
    cast = cast_of(person(), person("图2", colour=(30, 160, 60)), plate())
    shot = shot_of(
        ShotSize.WIDE, Placement("图1", enters_from=side), Placement("图2", x=0.8), background="图9", frames=60
    )
    first, middle, last = (red(p) for p in painted(cast, shot, 0, 8, 59))
    assert first.sum() < 0.02 * last.sum()
    assert (np.argwhere(last).mean(axis=0)[axis] - np.argwhere(middle).mean(axis=0)[axis]) * sign > 10


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
@pytest.mark.parametrize("shot_size", [ShotSize.WIDE, ShotSize.FULL, ShotSize.MEDIUM])
def test_a_shot_does_not_begin_empty_where_one_comes_alone(side: Side, shot_size: ShotSize) -> None:
    shot = shot_of(shot_size, Placement("图1", enters_from=side), background="图9", focus=("图1",), frames=60)
    first, last = (red(p) for p in painted(cast_of(person(), plate()), shot, 0, 59))
    assert 0.3 * last.sum() < first.sum() < 0.9 * last.sum()
    edge = first[:, : SIZE.width // 4] if side is Side.LEFT else first[:, -SIZE.width // 4 :]
    assert edge.sum() > 0.9 * first.sum()


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_who_leaves_is_gone_at_the_end(side: Side) -> None:
    shot = shot_of(ShotSize.FULL, Placement("图1", leaves_to=side), background="图9", frames=60)
    first, last = (red(p) for p in painted(cast_of(person(), plate()), shot, 0, 59))
    assert last.sum() < 0.02 * first.sum()


@pytest.mark.parametrize("verb", list(Verb))
def test_acts_are_smooth_and_small(verb: Verb) -> None:
    """No act tears a figure: positions change by little per frame, turns and stretches stay within taste."""
    shot = shot_of(ShotSize.FULL, Placement("图1", x=0.4, acts=(Act("图1", verb),)))
    (stand,) = block(shot, {"图1": person()}, {"图1": outline_of(person())}, SIZE)
    motion = act_out(stand, {}, [View(160, 90)] * 90, SIZE, np.random.default_rng(2))
    assert np.abs(np.diff(motion.y)).max() < 0.06 * stand.body
    assert np.abs(np.diff(motion.x)).max() < 0.06 * stand.body
    assert np.abs(motion.turn).max() < 9
    assert np.abs(motion.tall - 1).max() < 0.06
    assert np.abs(motion.yaw).max() <= 11
    assert motion.blink.min() >= 0
    assert motion.blink.max() <= 1


def test_visible_acts_move_something() -> None:
    shown = {Verb.WALK, Verb.RUN, Verb.JUMP, Verb.FLY, Verb.DANCE, Verb.WAVE, Verb.LEAN, Verb.PLAY, Verb.HUG}
    faces = {
        Verb.CRY: "grief",
        Verb.NOD: "pitch",
        Verb.SHAKE_HEAD: "yaw",
        Verb.LOOK: "yaw",
        Verb.SMILE: "smile",
        Verb.EAT: "opening",
    }
    still = act_of(None)
    for verb in shown:
        motion = act_of(verb)
        moved = sum(np.ptp(getattr(motion, n) - getattr(still, n)) * k for n, k in (("x", 1), ("y", 1), ("turn", 1.0)))
        assert moved > 1.0, verb
    for verb, name in faces.items():
        assert np.ptp(getattr(act_of(verb), name) - getattr(still, name)) > 0.2, verb


def act_of(verb: Verb | None):  # type: ignore[no-untyped-def]
    acts = () if verb is None else (Act("图1", verb),)
    (stand,) = block(
        shot_of(ShotSize.FULL, Placement("图1", acts=acts)), {"图1": person()}, {"图1": outline_of(person())}, SIZE
    )
    return act_out(stand, {}, [View(160, 90)] * 90, SIZE, np.random.default_rng(2))


def test_a_reference_video_plays() -> None:
    sprites = [figure(300, (90 + 25 * n, 30, 20)) for n in range(6)]
    clip = Performer("图1", Kind.PERSON, Clip(sprites), (120, 300), sprites[0][:, :, :3], is_video=True)
    pictures = painted(
        cast_of(clip, plate()), shot_of(ShotSize.FULL, Placement("图1"), background="图9"), 0, 2, 4, 5, 6
    )
    shades = [float(p[:, :, 0][red(p)].mean()) for p in pictures[1:]]
    assert shades[0] < shades[1] < shades[2]
    assert shades[3] < shades[2]  # bounces at its end


def test_shrinking_keeps_edge_colours() -> None:
    sprite = np.zeros((60, 60, 4), np.uint8)
    sprite[:, :, 2] = 255  # blue where nothing is
    sprite[15:45, 15:45] = (200, 100, 20, 255)
    small = resized(sprite, 0.43)
    edge = (small[:, :, 3] > 20) & (small[:, :, 3] < 250)
    assert edge.any()
    assert np.abs(small[edge][:, :3].astype(int) - (200, 100, 20)).max() < 12


# Sets -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("move", list(Move))
def test_no_view_looks_past_the_set(size: Size, move: Move) -> None:
    """The hung plate covers all that any view sees, so the repeated edge is never in the picture."""
    rest = View(size.width * 0.7, size.height * 0.4, 1.4)
    views = move_views(
        rest,
        (CameraMove(move, Side.LEFT),),
        Angle.EYE,
        40,
        size,
        np.random.default_rng(0),
        track=[3.0 * n for n in range(40)],
    )
    rng = np.random.default_rng(5)
    picture = rng.integers(0, 255, (90, 200, 3), dtype=np.uint8)
    hung = hang_plate(picture, views, size, blur=0.0, grade=light.SAME)
    corners = np.array(
        [(0, 0, 1), (hung.paint.width, 0, 1), (0, hung.paint.height, 1), (hung.paint.width, hung.paint.height, 1)]
    )
    low, high = (corners @ hung.place.T).min(axis=0), (corners @ hung.place.T).max(axis=0)
    box = seen(views, hung.near, size)
    assert low[0] <= box[0] + 1
    assert low[1] <= box[1] + 1
    assert high[0] >= box[2] - 1
    assert high[1] >= box[3] - 1


def test_a_still_wide_view_shows_a_fitting_plate_whole() -> None:
    place = plate(width=640, height=360)
    hung = hang_plate(place.plate, [View(160, 90)], SIZE, blur=0, grade=light.SAME)
    canvas = Canvas(SIZE)
    Backdrop((hung,)).paint(canvas, Moment(0, 0, View(160, 90)))
    expected = cv2.resize(place.plate, (320, 180), interpolation=cv2.INTER_AREA)
    assert np.abs(canvas.rgb().astype(int) - expected).mean() < 4


def test_closer_sizes_put_the_set_out_of_focus() -> None:
    cast = cast_of(plate())
    sharpness = []
    for size in (ShotSize.WIDE, ShotSize.MEDIUM, ShotSize.CLOSE):
        (picture,) = painted(cast, shot_of(size, background="图9", moves=(CameraMove(Move.STATIC),)))
        sharpness.append(float(cv2.Laplacian(picture, cv2.CV_64F).var()))
    assert sharpness[0] > 2 * sharpness[1] > 4 * sharpness[2]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("深夜便利店", "shop"), ("a bamboo forest", "bamboo"), ("森林深处", "forest"), ("城市街头", "street"),
        ("the beach at dawn", "sea"), ("舞台中央", "stage"), ("教室", "classroom"), ("会议室", "office"),
        ("cozy living room", "room"),
        ("咖啡馆", "cafe"), ("雪山之巅", "mountain"), ("公园的草地", "meadow"), ("on the moon", "space"),
        ("沙漠", "desert"), (None, "studio"), ("the parking of thoughts", "studio"), ("rooftop", "street"),
    ],
)  # fmt: skip
def test_places_are_known_by_their_words(words: str | None, name: str) -> None:
    assert sets.place_of(words, ())[0] == name


def test_a_wall_told_by_the_way_is_no_reason_to_go_indoors_in_the_rain() -> None:
    told = "她靠在充满锈迹的墙壁上"
    assert sets.place_of(None, (), told)[0] == "room"
    assert sets.place_of(None, (Weather.RAIN, Weather.NIGHT), told)[0] == "street"
    assert sets.place_of("房间", (Weather.RAIN,), told)[0] == "room", "a place that is named is obeyed"


def test_shots_that_name_no_place_share_one() -> None:
    hand = Stagehand(cast_of(person()), SIZE, 1)
    shots = [
        shot_of(ShotSize.WIDE, Placement("图1"), text="图1走来"),
        replace(shot_of(ShotSize.WIDE, Placement("图1"), place="海边", text="图1站在海边"), number=1),
    ]
    hand.settle(shots)
    pictures = []
    for shot in (shots[0], replace(shots[1], number=0, text="图1走来")):
        canvas = Canvas(SIZE)
        hand.set_up(shot, {}).paint(canvas, 0)
        pictures.append(canvas.rgb().astype(int))
    assert np.abs(pictures[0] - pictures[1]).mean() < 1


def test_a_picture_that_could_not_be_cut_out_and_is_a_seat_is_the_set() -> None:
    cast = cast_of(person(), thing("图3", (220, 200, 60), Kind.CARD))
    shot = shot_of(ShotSize.WIDE, Placement("图1"), Placement("图3", Part.SEAT))
    board = at_home(Storyboard((shot, replace(shot, number=1, placements=(Placement("图1"),))), 60), cast)
    assert [s.background for s in board.shots] == ["图3", "图3"]
    assert at_home(board, cast) == board


def test_weather_is_also_in_a_places_name() -> None:
    assert sets.weather_of("雨夜的街道", ()) == (Weather.RAIN, Weather.NIGHT)
    assert sets.weather_of("雪山", ()) == ()
    assert sets.weather_of(None, (Weather.FOG,)) == (Weather.FOG,)


@pytest.mark.parametrize(
    "place",
    [
        "竹林",
        "森林",
        "街道",
        "便利店",
        "餐厅",
        "办公室",
        "客厅",
        "舞台",
        "海边",
        "雪山",
        "公园",
        "沙漠",
        "太空",
        "哪里",
    ],
)
def test_every_drawn_set_is_a_picture_in_every_light(place: str) -> None:
    """Not an empty gradient, other by night than by day, and equal when drawn again."""
    store, size = sets.SetStore(SIZE, 4), SIZE
    view = View(160, 90)
    seen_by: dict[Hour, np.ndarray] = {}
    for weather in ((), (Weather.NIGHT,), (Weather.SUNSET,)):
        drawn = store.find(place, weather)
        canvas = Canvas(size)
        Backdrop(tuple(hang_pieces(drawn.pieces, drawn.aspect, [view], size, blur=0))).paint(canvas, Moment(0, 0, view))
        seen_by[drawn.hour] = canvas.rgb().astype(int)
        if drawn.place != "studio":
            assert cv2.Laplacian(canvas.luma, cv2.CV_64F).var() > 5
    assert set(seen_by) == set(Hour)
    if store.find(place, ()).place not in ("stage", "shop", "space"):  # lit alike at any hour
        assert seen_by[Hour.NIGHT].mean() < 0.75 * seen_by[Hour.DAY].mean()
    again = sets.SetStore(SIZE, 4).find(place, ())
    assert all((a.picture == b.picture).all() for a, b in zip(again.pieces, store.find(place, ()).pieces, strict=True))


def test_boards_hold_more_than_the_picture() -> None:
    assert LEFT < 0 < 1 < RIGHT
    assert TOP < 0 < 1 < BOTTOM


def test_weather_stays_outside_and_in_its_place() -> None:
    hand = Stagehand(cast_of(person()), SIZE, 1)
    indoors = hand.set_up(shot_of(ShotSize.WIDE, place="客厅", weather=(Weather.RAIN,)), {})
    first = hand.set_up(shot_of(ShotSize.WIDE, place="街道", weather=(Weather.RAIN,)), {})
    second = hand.set_up(shot_of(ShotSize.CLOSE, Placement("图1"), place="街道"), {})
    names = [{type(layer).__name__ for layer in scene.layers} for scene in (indoors, first, second)]
    assert ["Rain" in n for n in names] == [False, True, True]


def test_a_panel_of_another_shape_is_shown_whole() -> None:
    tall = np.zeros((400, 200, 3), np.uint8)
    tall[:20], tall[-20:], tall[:, :10], tall[:, -10:] = 255, 255, 255, 255
    shot = shot_of(ShotSize.WIDE, panel=0, moves=(CameraMove(Move.STATIC),))
    (picture,) = painted(cast_of(panels=(tall,)), shot)
    bright = np.argwhere(picture.min(axis=2) > 200)
    assert bright.min(axis=0)[0] <= 1
    assert bright.max(axis=0)[0] >= SIZE.height - 2
    assert np.ptp(bright[:, 1]) == pytest.approx(90, abs=3)
    assert len(fill_frame(tall, [View(160, 90)], SIZE, grade=light.SAME)) == 2


@pytest.mark.parametrize("move", list(Move))
def test_the_first_frame_is_the_given_picture_and_the_camera_stays_in_it(move: Move) -> None:
    given = plate(width=320, height=180).plate
    shot = shot_of(ShotSize.WIDE, is_first_frame_picture=True, moves=(CameraMove(move, Side.RIGHT),), frames=60)
    first, last = painted(cast_of(first_frame=given), shot, 0, 59)
    assert np.abs(first.astype(int) - given).mean() < 4
    moved = np.abs(first.astype(int) - last).mean()
    assert moved < 1 if move is Move.STATIC else moved > 1


# Light and weather ----------------------------------------------------------------------------------------------------


def test_night_keeps_faces_more_readable_than_the_set() -> None:
    grey = np.full((1, 1, 3), (140, 128, 128), np.uint8)
    night = (Weather.NIGHT,)
    assert light.plate_grade(night).on(grey)[0, 0, 0] < light.people_grade(night).on(grey)[0, 0, 0] < 140


def test_lamps_stay_lit_at_night_but_a_bright_sky_does_not() -> None:
    yuv = np.full((120, 160, 3), (110, 128, 128), np.uint8)
    yuv[50:54, 70:74, 0] = 235
    dark = light.night_yuv(yuv, light.plate_grade((Weather.NIGHT,)))
    assert dark[52, 72, 0] > 180
    assert dark[10, 10, 0] < 80
    assert dark[52, 78, 0] > dark[10, 10, 0]  # its glow
    yuv[:60, :, 0] = 235
    assert light.night_yuv(yuv, light.plate_grade((Weather.NIGHT,)))[10, 10, 0] < 150


def test_people_are_drawn_towards_their_sets_light_but_never_far() -> None:
    sprite = figure()
    dark = np.full((50, 50, 3), (40, 150, 110), np.uint8)
    grade = light.match(np.ascontiguousarray(sprite[:, :, :3]), sprite[:, :, 3], dark)
    out = grade.on(np.full((1, 1, 3), (150, 128, 128), np.uint8))[0, 0].astype(int)
    assert 115 < out[0] < 150
    assert 128 < out[1] <= 133
    assert 123 <= out[2] < 128


@pytest.mark.parametrize("kind", [Weather.RAIN, Weather.SNOW, Weather.FOG, Weather.NEON])
def test_weather_moves_and_is_repeatable(kind: Weather) -> None:
    def frames() -> list[np.ndarray]:
        rng = np.random.default_rng(9)
        layers = [*far_weather((kind,), SIZE, rng), *near_weather((kind,), SIZE, rng)]
        pictures = []
        for number in (0, 1, 500):
            canvas = Canvas(SIZE)
            canvas.fill((80, 128, 128))
            for layer in layers:
                layer.paint(canvas, Moment(number, number, View(160, 90)))
            pictures.append(canvas.planes.copy())
        return pictures

    one, two = frames(), frames()
    assert all((a == b).all() for a, b in zip(one, two, strict=True))
    assert (one[0] != 80).any()
    assert (one[0] != one[1]).any() or kind is Weather.NEON


# Lettering ------------------------------------------------------------------------------------------------------------

TEXTS = [
    "你好。",
    "今天的雨真大啊，我们还是先找个地方躲一躲吧，等雨停了再走也不迟，反正时间还早。",
    "Hello, my friend! I have been waiting for you in this rain for more than three hours, you know.",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "混合 mixed 文字 with English words，以及标点——“引号”！",
    "word " * 60,
    "长" * 300,
]


@pytest.mark.parametrize("size", [Size(1280, 720), Size(720, 1280), Size(960, 960)])
@pytest.mark.parametrize("text", TEXTS)
def test_captions_are_never_cut(text: str, size: Size) -> None:
    measure = Letterer()
    rows, pixels = set_lines(text, size, measure)
    assert 1 <= len(rows) <= 2
    assert all(measure.width(row, pixels) <= size.width * 0.84 for row in rows)
    shown = "".join(rows).replace(" ", "")
    wanted = text.replace(" ", "").strip()
    assert shown == wanted or (shown.endswith("…") and wanted.startswith(shown[:-1]))
    (caption,) = captions([TimedLine(0, "图1", text, Delivery.SAY, 0, 40)], size, measure)
    assert caption.left >= 0.03 * size.width
    assert caption.left + caption.paint_.width <= 0.97 * size.width
    assert caption.top + caption.paint_.height <= 0.98 * size.height
    ink = caption.paint_.packed[:, :, 3]
    assert max(ink[0].max(), ink[-1].max(), ink[:, 0].max(), ink[:, -1].max()) <= 2, "ink touches its block's edge"


def test_lines_break_between_words_and_never_before_a_mark() -> None:
    measure = Letterer()
    for text in TEXTS[:3]:
        rows = break_text(text, 400, measure, 30)
        assert len(rows) > 1 or measure.width(text, 30) <= 400
        for row in rows[1:]:
            assert row[0] not in "，。！？,.!?”"
    english = break_text(TEXTS[2], 400, measure, 30)
    assert " ".join(english) == TEXTS[2]


def test_a_caption_gives_way_to_a_face() -> None:
    size = Size(1280, 720)
    said = TimedLine(0, "图1", "你好，好久不见。", Delivery.SAY, 0, 40)
    (low,) = captions([said], size, Letterer())
    (still,) = captions([said], size, Letterer(), lambda line: [(500.0, 100.0, 700.0, 400.0)])
    (high,) = captions([said], size, Letterer(), lambda line: [(400.0, 300.0, 900.0, 700.0)])
    assert low.top == still.top > 0.8 * size.height
    assert high.top + high.paint_.height < 300


def test_captions_stand_while_their_line_is_spoken_one_at_a_time() -> None:
    lines = [TimedLine(0, "图1", "One.", Delivery.SAY, 10, 30), TimedLine(1, "图2", "Two.", Delivery.SAY, 34, 60)]
    made = captions(lines, SIZE, Letterer())
    for frame in range(10, 60):
        shown = [c for c in made if c.end_frame is not None and c.first_frame <= frame < c.end_frame]
        assert len(shown) == 1
    assert not captions([TimedLine(0, None, "  ", Delivery.SAY, 0, 9)], SIZE, Letterer())


@pytest.mark.parametrize("size", SIZES)
def test_the_watermark_stands_bottom_right_only_when_asked(size: Size) -> None:
    mark = watermark(size, Letterer())
    assert mark.left > size.width * 0.55
    assert mark.top > size.height * 0.78
    assert mark.left + mark.paint_.width <= size.width
    assert mark.top + mark.paint_.height <= size.height
    shot = shot_of(ShotSize.WIDE, background="图9", moves=(CameraMove(Move.STATIC),))
    pictures = []
    for asked in (False, True):
        canvas = Canvas(size)
        Stagehand(cast_of(plate()), size, 1, watermark=asked).set_up(shot, {}).paint(canvas, 0)
        pictures.append(canvas.rgb().astype(int))
    changed = np.argwhere(np.abs(pictures[0] - pictures[1]).max(axis=2) > 12)
    assert len(changed)
    assert changed.min(axis=0)[0] >= mark.top - 2
    assert changed.min(axis=0)[1] >= mark.left - 2


# Whole scenes ---------------------------------------------------------------------------------------------------------


def test_equal_seeds_paint_equal_pictures_and_others_do_not() -> None:
    shot = shot_of(
        ShotSize.MEDIUM, Placement("图1"), place="街道", weather=(Weather.RAIN,), moves=(CameraMove(Move.HANDHELD),)
    )
    cast = cast_of(person())
    one, two, other = (painted(cast, shot, 20, seed=s)[0] for s in (5, 5, 6))
    assert (one == two).all()
    assert (one != other).any()


def test_frames_may_be_painted_in_any_order() -> None:
    scene = Stagehand(cast_of(person(), plate()), SIZE, 1).set_up(
        shot_of(ShotSize.MEDIUM, Placement("图1", acts=(Act("图1", Verb.DANCE),)), background="图9"), {}
    )
    assert isinstance(scene, Scene)
    orders = [(0, 7, 29), (29, 0, 7)]
    pictures: list[dict[int, np.ndarray]] = []
    for order in orders:
        canvas, found = Canvas(SIZE), {}
        for frame in order:
            scene.paint(canvas, frame)
            found[frame] = canvas.planes.copy()
        pictures.append(found)
    assert all((pictures[0][f] == pictures[1][f]).all() for f in (0, 7, 29))


def test_nobody_is_left_out_of_a_shot_that_names_him() -> None:
    cast = cast_of(person("图1"), person("图2", colour=(30, 160, 60)), thing("图3"), plate())
    shot = shot_of(
        ShotSize.WIDE,
        Placement("图1", x=0.25),
        Placement("图2", x=0.75),
        Placement("图3", x=0.5, depth=0.1),
        background="图9",
    )
    (picture,) = painted(cast, shot)
    green = (picture[:, :, 1].astype(int) - picture[:, :, 0] > 60) & (
        picture[:, :, 1].astype(int) - picture[:, :, 2] > 50
    )
    blue = (picture[:, :, 2].astype(int) - picture[:, :, 0] > 80) & (picture[:, :, 2] > 120)
    assert red(picture).sum() > 300
    assert green.sum() > 300
    assert blue.sum() > 100


def test_a_follower_keeps_the_walker_in_the_middle_while_the_set_passes() -> None:
    shot = shot_of(
        ShotSize.MEDIUM, Placement("图1", acts=(Act("图1", Verb.WALK),)), background="图9", focus=("图1",),
        moves=(CameraMove(Move.TRACK, Side.RIGHT),), frames=90,
    )  # fmt: skip
    pictures = painted(cast_of(person(), plate()), shot, 0, 45, 89)
    middles = [np.flatnonzero(red(p).any(axis=0)).mean() for p in pictures]
    assert max(middles) - min(middles) < 8
    strips = [p[: SIZE.height // 4, : SIZE.width // 4].astype(int) for p in pictures]
    assert all(np.abs(a - b).mean() > 2 for a, b in itertools.pairwise(strips))
