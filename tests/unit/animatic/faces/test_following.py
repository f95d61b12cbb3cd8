"""One face through a film: found, followed over cuts, and without trembling."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sight import models_folder, photo, swaying
from understudy.animatic.faces.following import follow, largest, presence, runs, steadied
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face
from unit.animatic.mask import drawn_face


@cache
def eyes() -> Eyes:
    return Eyes(models_folder())


def shaken(count: int, trembling: float, way: float = 0.0) -> list[Face | None]:
    """A drawn face that goes to the right by `way` a picture, its points trembling (pixels)."""
    face = drawn_face(200)[1]
    rng = np.random.default_rng(9)
    film: list[Face | None] = []
    for number in range(count):
        shaken_mesh = face.mesh + rng.normal(0, trembling, (468, 3)).astype(np.float32)
        shaken_mesh[:, 0] += way * number
        film.append(Face(shaken_mesh, 1.0))
    return film


def apart(faces: list[Face | None], truth: list[Face | None]) -> float:
    return float(
        np.mean(
            [
                np.abs(one.mesh - other.mesh)[:, :2].mean()
                for one, other in zip(faces, truth, strict=True)
                if one and other
            ]
        )
    )


def test_a_face_is_followed_and_empty_pictures_have_none() -> None:
    nobody = np.ascontiguousarray(np.roll(photo("coffee"), 0)[:240, :240])
    film = [*swaying("astronaut", 10, 240, 240), *([nobody] * 5), *swaying("astronaut", 10, 240, 240)]
    found = follow(film, eyes(), largest)
    seen = [face is not None for face in found]
    assert seen[:10] == [True] * 10
    assert not any(seen[10:15])
    assert sum(seen[15:]) >= 8  # looked for again within three pictures
    assert runs(found)[0].start == 0
    assert len(runs(found)) == 2


def test_who_is_not_meant_is_not_followed() -> None:
    assert follow(swaying("astronaut", 4, 240, 240), eyes(), lambda picture, faces: None) == [None] * 4


def test_a_cut_ends_a_run() -> None:
    near, far = shaken(5, 0), [Face(f.mesh + 90, 1.0) for f in shaken(5, 0) if f]
    assert [(run.start, run.stop) for run in runs([*near, *far])] == [(0, 5), (5, 10)]
    assert [(run.start, run.stop) for run in runs([None, *near, None, None, *far])] == [(1, 6), (8, 13)]
    assert runs([None, None]) == []


@pytest.mark.parametrize("way", [0.0, 3.0])
def test_trembling_goes_and_the_way_stays(way: float) -> None:
    truth, seen = shaken(40, 0, way), shaken(40, 0.7, way)
    calm = steadied(seen)
    assert apart(calm, truth) < 0.55 * apart(seen, truth)
    assert (
        abs(np.mean([c.mesh[:, 0].mean() - t.mesh[:, 0].mean() for c, t in zip(calm, truth, strict=True) if c and t]))
        < 0.2
    )


def test_a_mouth_that_opens_at_once_is_not_smeared_over_time() -> None:
    shut, parted = drawn_face(200)[1], drawn_face(200, teeth=24)[1]
    film: list[Face | None] = [shut] * 10 + [parted] * 10
    calm = [face.mesh[14, 1] - face.mesh[13, 1] for face in steadied(film) if face]
    before, after = shut.mesh[14, 1] - shut.mesh[13, 1], parted.mesh[14, 1] - parted.mesh[13, 1]
    assert calm[7] < before + 0.15 * (after - before)
    assert calm[12] > after - 0.15 * (after - before)


def test_nothing_is_averaged_over_a_cut() -> None:
    near, far = shaken(6, 0), [Face(f.mesh + 90, 1.0) for f in shaken(6, 0) if f]
    assert apart(steadied([*near, *far]), [*near, *far]) < 1e-3
    assert steadied([None, *near])[0] is None


def test_lips_come_and_go_softly_within_the_film_only() -> None:
    there = presence([*shaken(8, 0), None, None, *shaken(8, 0)], 3)
    assert list(there[:5]) == [1] * 5
    assert list(there[5:8]) == [0.75, 0.5, 0.25]
    assert not there[8:10].any()
    assert list(there[10:13]) == [0.25, 0.5, 0.75]
    assert there[-1] == 1
