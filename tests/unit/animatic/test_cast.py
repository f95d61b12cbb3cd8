"""From references to performers: who is somebody, who is somewhere, whose voice is whose."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from test_panels import sheet

from sight import models_folder, photo, swaying, write_clip
from subjects import BACKDROPS, before
from understudy.animatic.brief import Brief, LocalSubject
from understudy.animatic.cast import assemble, palette
from understudy.animatic.performer import Body, Cast, Kind
from understudy.animatic.screenplay import Act, CastMember, Line, Part, Screenplay, ScriptShot, Side, Verb
from understudy.core.faults import MediaRefused, Refused
from understudy.core.request import LocalMedia, MediaFacts, Medium
from understudy.core.units import Size
from understudy.media.image import write_png
from understudy.media.probe import probe_file

FILM = Size(640, 360)


def media(path: Path) -> LocalMedia:
    return LocalMedia(path, probe_file(path))


def still(folder: Path, name: str, picture: NDArray[np.uint8]) -> LocalMedia:
    write_png(folder / f"{name}.png", picture)
    return media(folder / f"{name}.png")


def said(*members: CastMember, shots: int = 1, is_storyboard: bool = False) -> Screenplay:
    """A screenplay whose every shot has these members."""
    return Screenplay(tuple(ScriptShot("…", cast=members) for _ in range(shots)), is_storyboard=is_storyboard)


def brief(*subjects: LocalSubject, first_frame: LocalMedia | None = None, has_models: bool = True) -> Brief:
    models = models_folder() if has_models else None
    return Brief("…", FILM, 20, subjects, first_frame=first_frame, models=models)


def staged(order: Brief, screenplay: Screenplay, folder: Path) -> Cast:
    return assemble(order, screenplay, folder, lambda fraction, note: None)


# Stills --------------------------------------------------------------------------------------------------------------


def test_a_person_is_ready_to_act(tmp_path: Path) -> None:
    subject = LocalSubject("图1", still(tmp_path, "girl", photo("astronaut")))
    performer = staged(brief(subject), said(CastMember("图1")), tmp_path).performers["图1"]
    assert performer.kind is Kind.PERSON
    assert performer.body is Body.HALF
    assert Side.DOWN in performer.cut_sides
    assert performer.own_sound is None
    assert not performer.is_video
    assert performer.notes == ()
    assert performer.pictures.face(0) is not None
    width, height = performer.size
    assert performer.pictures.sprite(0).shape == (height, width, 4)
    assert height <= 1.3 * FILM.height
    assert performer.plate.shape == (512, 512, 3)
    assert len(performer.palette) >= 2
    assert any(r > 150 and b < 110 for r, g, b in performer.palette)  # the orange suit


def test_a_landscape_is_a_place_without_a_note(tmp_path: Path) -> None:
    subject = LocalSubject("图1", still(tmp_path, "pad", photo("rocket")))
    cast = staged(brief(subject), said(CastMember("图1", Part.BACKGROUND)), tmp_path)
    assert cast.performers["图1"].kind is Kind.PLACE
    assert cast.notes == ()


@pytest.mark.parametrize("part", [Part.SEAT, Part.PROP, Part.ACTOR])
def test_a_landscape_that_is_called_something_else_becomes_the_set(tmp_path: Path, part: Part) -> None:
    """在图1的椅子上, before the launch pad of 图1: nothing can be cut out, and the shot has no other set."""
    subjects = (
        LocalSubject("图1", still(tmp_path, "pad", photo("rocket"))),
        LocalSubject("图2", still(tmp_path, "girl", photo("astronaut"))),
    )
    shot = ScriptShot("…", cast=(CastMember("图1", part), CastMember("图2")), acts=(Act("图2", Verb.STAND, "图1"),))
    cast = staged(brief(*subjects), Screenplay((shot,)), tmp_path)
    performer = cast.performers["图1"]
    assert performer.kind is Kind.PLACE
    assert performer.size == performer.plate.shape[1::-1]  # no frame around it
    assert cast.notes == (
        "图1 shows a whole place and nothing in it could be cut out: it is the set of the shots that name it.",
    )


ROCKET = CastMember("图1", Part.SEAT)


@pytest.mark.parametrize(
    "shot",
    [
        ScriptShot("…", cast=(ROCKET, CastMember("图2", Part.BACKGROUND))),
        ScriptShot("…", cast=(CastMember("图1", Part.PROP, held_by="图2"), CastMember("图2"))),
        ScriptShot("…", cast=(ROCKET,), acts=(Act("图1", Verb.FLY),)),
        ScriptShot("…", cast=(CastMember("图1"),), lines=(Line("图1", "你好"),)),
    ],
    ids=["another set", "held", "does something", "speaks"],
)
def test_a_landscape_stays_a_card_where_it_cannot_be_the_set(tmp_path: Path, shot: ScriptShot) -> None:
    subjects = (
        LocalSubject("图1", still(tmp_path, "pad", photo("rocket"))),
        LocalSubject("图2", still(tmp_path, "second", photo("rocket"))),
    )
    cast = staged(brief(*subjects), Screenplay((shot,)), tmp_path)
    assert cast.performers["图1"].kind is Kind.CARD
    assert any(note.startswith("图1 is shown as a framed picture: no person was seen in it") for note in cast.notes)


def test_of_two_landscapes_in_a_shot_the_first_is_the_set(tmp_path: Path) -> None:
    subjects = tuple(LocalSubject(f"图{n}", still(tmp_path, str(n), photo("rocket"))) for n in (1, 2))
    cast = staged(brief(*subjects), said(CastMember("图1", Part.SEAT), CastMember("图2", Part.PROP)), tmp_path)
    assert [cast.performers[s.name].kind for s in subjects] == [Kind.PLACE, Kind.CARD]
    apart = Screenplay(tuple(ScriptShot("…", cast=(CastMember(s.name, Part.PROP),)) for s in subjects))
    (tmp_path / "apart").mkdir()
    cast = staged(brief(*subjects), apart, tmp_path / "apart")
    assert [cast.performers[s.name].kind for s in subjects] == [Kind.PLACE, Kind.PLACE]


def test_an_upright_picture_stays_a_card(tmp_path: Path) -> None:
    upright = np.random.default_rng(3).integers(0, 256, (300, 200, 3), np.uint8)
    subject = LocalSubject("图1", still(tmp_path, "tall", upright))
    cast = staged(brief(subject), said(CastMember("图1", Part.SEAT)), tmp_path)
    assert cast.performers["图1"].kind is Kind.CARD


@pytest.mark.parametrize(("part", "kind"), [(Part.ACTOR, Kind.CARD), (Part.SEAT, Kind.PLACE)])
def test_without_models_nobody_takes_an_actor_for_a_place(tmp_path: Path, part: Part, kind: Kind) -> None:
    subject = LocalSubject("图1", still(tmp_path, "pad", photo("rocket")))
    cast = staged(brief(subject, has_models=False), said(CastMember("图1", part)), tmp_path)
    assert cast.performers["图1"].kind is kind


def test_a_picture_nobody_names_and_nobody_is_in_is_a_place(tmp_path: Path) -> None:
    subjects = (
        LocalSubject("图1", still(tmp_path, "pad", photo("rocket"))),
        LocalSubject("图2", still(tmp_path, "girl", photo("astronaut"))),
    )
    cast = staged(brief(*subjects), said(), tmp_path)
    assert cast.performers["图1"].kind is Kind.PLACE
    assert cast.performers["图1"].pictures.sprite(0)[..., 3].min() == 255
    assert cast.performers["图2"].kind is Kind.PERSON


@pytest.mark.parametrize(
    "shot",
    [
        ScriptShot("…", cast=(CastMember("图1", Part.BACKGROUND),), acts=(Act("图1", Verb.WALK),)),
        ScriptShot("…", cast=(CastMember("图1", Part.BACKGROUND),), lines=(Line("图1", "你好"),)),
        ScriptShot("…", cast=(CastMember("图1", Part.BACKGROUND), CastMember("图1", Part.ACTOR))),
    ],
    ids=["acts", "speaks", "is an actor too"],
)
def test_who_acts_or_speaks_is_no_place(tmp_path: Path, shot: ScriptShot) -> None:
    subject = LocalSubject("图1", still(tmp_path, "girl", photo("astronaut")))
    assert staged(brief(subject), Screenplay((shot,)), tmp_path).performers["图1"].kind is Kind.PERSON


def test_a_thing_before_a_plain_backdrop_is_an_object(tmp_path: Path) -> None:
    subject = LocalSubject("图1", still(tmp_path, "cup", before("cup", BACKDROPS["blue"])))
    performer = staged(brief(subject), said(CastMember("图1", Part.PROP)), tmp_path).performers["图1"]
    assert performer.kind is Kind.OBJECT
    assert performer.body is None


def test_without_models_it_works_with_cards_and_says_how_to_get_them(tmp_path: Path) -> None:
    subject = LocalSubject("图1", still(tmp_path, "girl", photo("astronaut")))
    for models in (None, tmp_path / "none"):
        order = Brief("…", FILM, 20, (subject,), models=models)
        cast = staged(order, said(CastMember("图1")), tmp_path)
        assert cast.performers["图1"].kind is Kind.CARD
        assert any("understudy models install" in note for note in cast.notes)


def test_a_transparent_file_keeps_its_outline(tmp_path: Path) -> None:
    sprite = np.zeros((120, 200, 4), np.uint8)
    cv2.circle(sprite, (100, 60), 40, (200, 40, 40, 255), cv2.FILLED)
    subject = LocalSubject("图1", still(tmp_path, "ball", sprite))
    performer = staged(brief(subject), said(CastMember("图1", Part.PROP)), tmp_path).performers["图1"]
    assert performer.kind is Kind.OBJECT
    assert performer.palette == ((200, 40, 40),)
    assert tuple(performer.plate[0, 0]) == (255, 255, 255)


def test_a_sound_cannot_be_cast(tmp_path: Path) -> None:
    song = LocalMedia(tmp_path / "song.mp3", MediaFacts(Medium.AUDIO, "mp3", 9))
    with pytest.raises(Refused, match="Give a picture or a video"):
        staged(brief(LocalSubject("图1", song)), said(CastMember("图1")), tmp_path)


def test_a_broken_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n, no more")
    broken = LocalMedia(tmp_path / "broken.png", MediaFacts(Medium.IMAGE, "png", 9))
    with pytest.raises(MediaRefused):
        staged(brief(LocalSubject("图1", broken)), said(CastMember("图1")), tmp_path)


# Clips and voices ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    pictures = swaying("astronaut", 12, 240, 240)
    write_clip(folder / "sounding.mp4", pictures, sound=True)
    write_clip(folder / "silent.mp4", pictures)
    return folder


@pytest.mark.parametrize(
    ("clip", "has_voice", "own_sound"),
    [
        ("sounding", False, "sounding.mp4"),
        ("sounding", True, "voice.mp4"),
        ("silent", False, None),
        ("silent", True, "voice.mp4"),
    ],
)
def test_own_sound_is_the_voice_file_else_the_video_itself(
    clips: Path, tmp_path: Path, clip: str, has_voice: bool, own_sound: str | None
) -> None:
    (tmp_path / "voice.mp4").write_bytes((clips / "sounding.mp4").read_bytes())
    voice = media(tmp_path / "voice.mp4") if has_voice else None
    subject = LocalSubject("视频1", media(clips / f"{clip}.mp4"), voice=voice)
    performer = staged(brief(subject), said(CastMember("视频1")), tmp_path).performers["视频1"]
    assert performer.is_video
    assert performer.kind is Kind.PERSON
    assert (performer.own_sound.name if performer.own_sound else None) == own_sound


def test_the_same_brief_gives_the_same_cast_to_the_byte(clips: Path, tmp_path: Path) -> None:
    subjects = (
        LocalSubject("图1", still(tmp_path, "girl", photo("astronaut"))),
        LocalSubject("视频1", media(clips / "sounding.mp4")),
    )
    casts = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        casts.append(staged(brief(*subjects), said(CastMember("图1"), CastMember("视频1")), tmp_path / str(number)))
    for name in ("图1", "视频1"):
        one, other = (cast.performers[name] for cast in casts)
        assert one.cut_sides == other.cut_sides
        assert one.palette == other.palette
        for frame in (0, 7):
            np.testing.assert_array_equal(one.pictures.sprite(frame), other.pictures.sprite(frame))
            ours, theirs = one.pictures.face(frame), other.pictures.face(frame)
            assert ours is not None
            assert theirs is not None
            np.testing.assert_array_equal(ours.mesh, theirs.mesh)


def test_a_clip_as_background_is_a_moving_place(clips: Path, tmp_path: Path) -> None:
    subject = LocalSubject("视频1", media(clips / "silent.mp4"))
    performer = staged(brief(subject), said(CastMember("视频1", Part.BACKGROUND)), tmp_path).performers["视频1"]
    assert performer.kind is Kind.PLACE
    assert performer.is_video
    assert performer.pictures.count == 12


def test_a_clip_is_not_longer_than_the_film(clips: Path, tmp_path: Path) -> None:
    order = Brief("…", FILM, 5, (LocalSubject("视频1", media(clips / "silent.mp4")),), models=models_folder())
    assert staged(order, said(CastMember("视频1")), tmp_path).performers["视频1"].pictures.count == 5


def test_progress_rises_to_one_and_names_who_is_cast(clips: Path, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    subjects = (
        LocalSubject("图1", still(tmp_path, "pad", photo("rocket"))),
        LocalSubject("视频1", media(clips / "silent.mp4")),
    )
    assemble(
        brief(*subjects), said(CastMember("视频1")), tmp_path, lambda fraction, note: told.append((fraction, note))
    )
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {"casting 图1", "casting 视频1"} <= {note for _, note in told}


# First frames and storyboard sheets ----------------------------------------------------------------------------------


def test_the_first_frame_fills_the_film_and_keeps_the_face(tmp_path: Path) -> None:
    tall = np.full((900, 400, 3), 90, np.uint8)
    tall[500:900] = cv2.resize(photo("astronaut"), (400, 400), interpolation=cv2.INTER_AREA)
    cast = staged(brief(first_frame=still(tmp_path, "opening", tall)), said(), tmp_path)
    assert cast.first_frame is not None
    assert cast.first_frame.shape == (FILM.height, FILM.width, 3)
    assert cast.first_frame.std() > 40  # cropped from the middle it would hold grey and hair
    assert staged(brief(), said(), tmp_path).first_frame is None


@pytest.mark.parametrize(
    ("is_storyboard", "shots", "count"),
    [(True, 4, 4), (True, 1, 4), (False, 4, 4), (False, 2, 0), (False, 3, 0), (False, 1, 0)],
)
def test_a_sheet_is_split_if_the_prompt_says_so_or_tells_exactly_its_shots(
    tmp_path: Path, is_storyboard: bool, shots: int, count: int
) -> None:
    subject = LocalSubject("图1", still(tmp_path, "sheet", sheet([2, 2], size=(600, 440))[0]))
    cast = staged(brief(subject), said(CastMember("图1"), shots=shots, is_storyboard=is_storyboard), tmp_path)
    assert len(cast.panels) == count
    if count:
        assert cast.performers["图1"].kind is Kind.PLACE
        assert cast.notes == ()


def test_a_photograph_is_not_split_even_if_a_storyboard_is_spoken_of(tmp_path: Path) -> None:
    subject = LocalSubject("图1", still(tmp_path, "girl", photo("astronaut")))
    cast = staged(brief(subject), said(CastMember("图1"), shots=4, is_storyboard=True), tmp_path)
    assert cast.panels == ()
    assert cast.performers["图1"].kind is Kind.PERSON


# Palette -------------------------------------------------------------------------------------------------------------


def test_the_palette_is_of_what_is_seen_commonest_first() -> None:
    sprite = np.zeros((60, 60, 4), np.uint8)
    sprite[...] = (0, 255, 0, 0)  # clear
    sprite[:40] = (200, 20, 20, 255)
    sprite[40:50] = (20, 20, 200, 255)
    assert palette(sprite) == ((200, 20, 20), (20, 20, 200))
    assert palette(np.zeros((4, 4, 4), np.uint8)) == ()
