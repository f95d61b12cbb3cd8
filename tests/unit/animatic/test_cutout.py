"""Cut-outs measured against known outlines, and photographs that must be refused rather than torn to pieces."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sight import models_folder, photo
from subjects import BACKDROPS, SHAPES, SIDE, agreement_of, before, outline
from understudy.animatic import backdrop, matte
from understudy.animatic.cutout import Cut, cut, cut_sides, over
from understudy.animatic.frame import framed
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Kind
from understudy.animatic.screenplay import Side

LARGE = (2000, 2000)


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes(models_folder())


@pytest.fixture(scope="module")
def astronaut(eyes: Eyes) -> Cut:
    return cut(photo("astronaut"), eyes, *LARGE)


def rgb(name: str) -> NDArray[np.uint8]:
    picture = photo(name)
    return picture if picture.ndim == 3 else np.dstack([picture] * 3)


# Persons ---------------------------------------------------------------------------------------------------------


def test_a_person_is_cut_out_with_face_and_cut_sides(astronaut: Cut) -> None:
    assert astronaut.kind is Kind.PERSON
    assert astronaut.note == ""
    assert Side.DOWN in astronaut.sides  # the photograph ends at the waist
    assert Side.UP not in astronaut.sides
    assert astronaut.face is not None
    left, top, right, bottom = astronaut.face.box
    height, width = astronaut.sprite.shape[:2]
    assert 0 < left < right < width
    assert 0 < top < bottom < height
    columns, rows = astronaut.face.mesh[:, :2].round().astype(int).T
    assert (astronaut.sprite[rows, columns, 3] > 200).mean() > 0.97


def test_the_background_is_gone_and_the_body_is_solid(astronaut: Cut) -> None:
    alpha = astronaut.sprite[..., 3]
    offset = 512 - astronaut.sprite.shape[0]  # cropped at the top only: the body runs out of the photograph below
    assert alpha[130 - offset, 224] == 255  # face
    assert alpha[400 - offset, 180] == 255  # suit
    assert alpha[60 - offset, 430] == 0  # the shuttle model behind
    assert 0.4 < (alpha > 128).mean() < 0.75


def test_no_light_seam_of_the_old_backdrop(astronaut: Cut) -> None:
    """The studio wall is bright: hair before a dark set must not be rimmed by it.

    Measured on the soft edge of the hair: nowhere nearly as bright as the wall (about 200 of 255).
    """
    sprite = astronaut.sprite[:100]
    edge = (sprite[..., 3] > 20) & (sprite[..., 3] < 235)
    assert edge.sum() > 60
    luma = sprite[edge][:, :3].astype(float).mean(axis=1)
    assert np.percentile(luma, 95) < 165


def test_colours_under_clear_pixels_are_the_subjects_own(astronaut: Cut) -> None:
    """Scaling a sprite mixes in what lies under its clear pixels."""
    ring = cv2.dilate((astronaut.sprite[..., 3] > 200).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    ring &= astronaut.sprite[..., 3] < 8
    wall = astronaut.sprite[ring][:100, :3].astype(float).mean()
    assert wall < 190


def test_a_cut_is_one_piece(astronaut: Cut) -> None:
    assert matte.largest_share(astronaut.sprite[..., 3].astype(np.float32) / 255) > 0.995


@pytest.mark.parametrize("side", [220, 400])
def test_sprites_are_never_larger_than_asked_nor_enlarged(eyes: Eyes, side: int) -> None:
    small = cut(photo("astronaut"), eyes, side, side)
    assert max(small.sprite.shape[:2]) == pytest.approx(side, abs=1)
    assert small.face is not None
    assert 0.15 * side < small.face.box[2] - small.face.box[0] < 0.3 * side
    assert max(cut(photo("astronaut"), eyes, 5000, 5000).sprite.shape[:2]) <= 512


def test_a_small_person_in_a_large_frame_is_found_by_his_face(eyes: Eyes) -> None:
    wide = cv2.resize(photo("rocket"), (1500, 1000), interpolation=cv2.INTER_AREA)
    figure = cut(photo("astronaut"), eyes, 300, 300).sprite
    height, width = figure.shape[:2]
    spot = wide[1000 - height :, 400 : 400 + width]
    alpha = figure[..., 3:] / 255
    wide[1000 - height :, 400 : 400 + width] = figure[..., :3] * alpha + spot * (1 - alpha)
    found = cut(wide, eyes, *LARGE)
    assert found.kind is Kind.PERSON
    assert found.sprite.shape[1] < 1.25 * width
    assert found.sprite.shape[0] > 0.8 * height


@pytest.mark.parametrize("overlap", [-40, 60])
def test_of_two_people_side_by_side_one_is_cut_out(eyes: Eyes, astronaut: Cut, overlap: int) -> None:
    """The one with the larger face, alone, whether the two touch or not."""
    picture = cv2.resize(photo("rocket"), (1100, 560), interpolation=cv2.INTER_AREA)
    large = astronaut.sprite
    small = cv2.resize(large, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    for figure, left in ((small, 40 + large.shape[1] - overlap), (large, 40)):
        height, width = figure.shape[:2]
        spot = picture[560 - height :, left : left + width]
        alpha = figure[..., 3:] / 255
        spot[:] = (figure[..., :3] * alpha + spot * (1 - alpha)).astype(np.uint8)
    assert len(eyes.faces(picture)) == 2
    found = cut(picture, eyes, *LARGE)
    assert found.kind is Kind.PERSON
    assert found.sprite.shape[1] < 1.15 * large.shape[1]
    assert found.sprite.shape[0] > 0.9 * large.shape[0]
    assert len(eyes.faces(over(found.sprite, (128, 128, 128)))) == 1


# Things ------------------------------------------------------------------------------------------------------------


def test_things_before_plain_backdrops_keep_their_outline(eyes: Eyes, capsys: pytest.CaptureFixture[str]) -> None:
    """Intersection over union with the drawn outline; a thing that looks like its backdrop may become a card."""
    table: dict[tuple[str, str], float | None] = {}
    for shape in SHAPES:
        for name, colour in BACKDROPS.items():
            found = cut(before(shape, colour), eyes, *LARGE)
            assert found.kind in (Kind.OBJECT, Kind.CARD)
            is_cut = found.kind is Kind.OBJECT
            table[shape, name] = agreement_of(found.sprite, outline(shape)) if is_cut else None
    with capsys.disabled():
        print("\n" + "".join(f"{name:>9}" for name in ("", *BACKDROPS)))
        for shape in SHAPES:
            cells = [table[shape, name] for name in BACKDROPS]
            print(f"{shape:>9}" + "".join(f"{'card' if cell is None else f'{cell:.3f}':>9}" for cell in cells))
    cuts = [value for value in table.values() if value is not None]
    assert len(cuts) >= 13
    assert min(cuts) >= 0.82
    assert float(np.median(cuts)) >= 0.98


def test_the_handle_of_a_cup_is_open(eyes: Eyes) -> None:
    sprite = cut(before("cup", BACKDROPS["blue"]), eyes, *LARGE).sprite
    height, width = sprite.shape[:2]
    row = sprite[int(height * 0.46), :, 3]
    assert row[int(width * 0.3)] == 255
    assert row[int(width * 0.80)] == 0  # inside the handle
    assert row[int(width * 0.97)] > 200


def test_a_thing_cut_by_the_picture_says_so(eyes: Eyes) -> None:
    whole = before("bottle", BACKDROPS["blue"])
    found = cut(np.ascontiguousarray(whole[: int(SIDE * 0.7)]), eyes, *LARGE)
    assert found.kind is Kind.OBJECT
    assert found.sides == {Side.DOWN}


@pytest.mark.parametrize(
    ("name", "is_plain"),
    [("astronaut", False), ("chelsea", False), ("coffee", False), ("rocket", False), ("camera", False)],
)
def test_ordinary_photographs_have_no_plain_backdrop(name: str, is_plain: bool) -> None:
    assert backdrop.look(rgb(name)).is_plain is is_plain


@pytest.mark.parametrize("colour", BACKDROPS.values(), ids=BACKDROPS)
@pytest.mark.parametrize("noise", [0.5, 4.0])
def test_studio_backdrops_are_plain(colour: tuple[int, int, int], noise: float) -> None:
    assert backdrop.look(before("star", colour, noise)).is_plain


def test_a_backdrop_may_fade(eyes: Eyes) -> None:
    picture = before("cup", (140, 160, 190)).astype(np.float32)
    picture *= np.linspace(1.15, 0.75, SIDE)[:, None, None]
    found = cut(np.clip(picture, 0, 255).astype(np.uint8), eyes, *LARGE)
    assert found.kind is Kind.OBJECT
    assert agreement_of(found.sprite, outline("cup")) > 0.93


# Cards ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket", "coins"])
def test_what_cannot_be_cut_well_becomes_an_honest_card(eyes: Eyes, name: str) -> None:
    found = cut(rgb(name), eyes, 600, 500)
    assert found.kind is Kind.CARD
    assert found.note.startswith("shown as a framed picture: no person was seen")
    assert found.sides == frozenset()
    height, width = found.sprite.shape[:2]
    assert width <= 600
    assert height <= 500
    aspect = rgb(name).shape[1] / rgb(name).shape[0]
    assert width / height == pytest.approx(aspect, rel=0.12)


def test_without_models_a_person_becomes_a_card_that_says_what_to_do() -> None:
    found = cut(photo("astronaut"), None, *LARGE)
    assert found.kind is Kind.CARD
    assert "understudy models install" in found.note


def test_without_models_things_are_still_cut() -> None:
    assert cut(before("star", BACKDROPS["blue"]), None, *LARGE).kind is Kind.OBJECT


def test_two_things_apart_are_not_torn_into_one(eyes: Eyes) -> None:
    two = np.hstack([before("star", BACKDROPS["blue"]), before("cup", BACKDROPS["blue"])])
    assert cut(two, eyes, *LARGE).kind is Kind.CARD


def test_a_card_is_the_whole_picture_in_a_white_frame_with_a_shadow() -> None:
    picture = np.full((300, 400, 3), (200, 30, 30), np.uint8)
    sprite = framed(picture, 1000, 1000)
    height, width = sprite.shape[:2]
    middle = sprite[height // 2]
    assert tuple(middle[width // 2]) == (200, 30, 30, 255)
    solid = np.flatnonzero(middle[:, 3] == 255)
    paper = middle[solid[0] + 2]
    assert paper[:3].min() > 240
    assert (middle[solid[0] + 1 : solid[-1], 3] == 255).all()
    assert (middle[:, :3] == (200, 30, 30)).all(axis=1).sum() == 400
    shadow = sprite[-1 - height // 60, width // 2]
    assert 5 < shadow[3] < 130
    assert shadow[:3].max() < 30
    for edge in (sprite[0], sprite[-1], sprite[:, 0], sprite[:, -1]):
        assert edge[:, 3].max() == 0
    assert sprite[solid[0], solid[0], 3] < 200  # the corner is round


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (16, 16), (7, 300)])
@pytest.mark.parametrize("channels", [3, 4])
def test_tiny_and_noisy_pictures_do_no_harm(eyes: Eyes, shape: tuple[int, int], channels: int) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (*shape, channels), np.uint8)
    for picture in (noise, np.full_like(noise, 130)):
        assert cut(picture, eyes, 800, 468).sprite.shape[2] == 4


# Alpha ---------------------------------------------------------------------------------------------------------------


def test_the_files_own_alpha_is_taken_as_it_is(eyes: Eyes) -> None:
    sprite = np.zeros((200, 300, 4), np.uint8)
    cv2.ellipse(sprite, (150, 100), (60, 50), 0, 0, 360, (40, 160, 80, 255), cv2.FILLED)
    found = cut(sprite, eyes, *LARGE)
    assert found.kind is Kind.OBJECT
    assert found.sides == frozenset()
    assert found.sprite.shape[:2] == (103, 123)
    assert agreement_of(found.sprite, sprite[..., 3].astype(np.float32) / 255) == 1.0


def test_a_person_with_alpha_is_a_person_with_a_face(eyes: Eyes, astronaut: Cut) -> None:
    found = cut(astronaut.sprite, eyes, *LARGE)
    assert found.kind is Kind.PERSON
    assert found.face is not None
    assert Side.DOWN in found.sides


def test_a_fully_clear_file_is_not_an_error(eyes: Eyes) -> None:
    found = cut(np.zeros((50, 50, 4), np.uint8), eyes, *LARGE)
    assert found.kind is Kind.CARD
    assert "transparent" in found.note


# Parts ---------------------------------------------------------------------------------------------------------------


def test_cut_sides_need_more_than_a_hair() -> None:
    mask = np.zeros((100, 200), np.float32)
    mask[40:60, 0:50] = 1
    assert cut_sides(mask) == {Side.LEFT}
    mask[-1, 100:102] = 1
    assert cut_sides(mask) == {Side.LEFT}
    mask[-1, 100:130] = 1
    assert cut_sides(mask) == {Side.LEFT, Side.DOWN}


def test_whole_keeps_one_part_and_closes_pinholes_but_not_handles() -> None:
    mask = np.zeros((200, 200), np.float32)
    mask[20:150, 20:150] = 1
    mask[60:63, 60:63] = 0  # a pinhole
    mask[100:130, 100:130] = 0  # a handle
    mask[180:190, 180:190] = 1  # a stray patch
    kept = matte.whole(mask)
    assert kept[61, 61] == 1
    assert kept[115, 115] == 0
    assert kept[185, 185] == 0
    assert matte.whole(mask, around=(185, 185))[185, 185] == 1
    assert matte.whole(np.zeros_like(mask)).max() == 0


def test_snapping_moves_a_blurred_edge_onto_the_pictures_edge() -> None:
    picture = np.full((120, 120, 3), 40, np.uint8)
    picture[:, 60:] = (210, 190, 60)
    rough = np.zeros((120, 120), np.float32)
    rough[:, 57:] = 1  # three pixels off
    rough = np.asarray(cv2.blur(rough, (13, 13)), np.float32)
    mask = matte.firm(matte.snap(picture, rough, 6))
    assert mask[60, 54] < 0.1
    assert mask[60, 66] > 0.9
    assert 58 <= np.argmax(mask[60] > 0.5) <= 61


def test_over_mixes_straight_alpha() -> None:
    sprite = np.array([[[200, 100, 0, 128]]], np.uint8)
    assert tuple(over(sprite, (0, 0, 200))[0, 0]) == (100, 50, 100)


def test_same_picture_same_sprite(eyes: Eyes, astronaut: Cut) -> None:
    again = cut(photo("astronaut"), Eyes(models_folder()), *LARGE)
    np.testing.assert_array_equal(again.sprite, astronaut.sprite)
    assert again.sides == astronaut.sides
