"""What a caller says a reference is for (obj_or_bg) wins over what its picture shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from sight import models_folder, photo
from understudy.animatic.brief import Brief, LocalSubject
from understudy.animatic.cast import BACKGROUND, THING, assemble
from understudy.animatic.performer import Kind
from understudy.animatic.screenplay import CastMember, Part, Screenplay, ScriptShot
from understudy.core.request import LocalMedia
from understudy.core.units import Size
from understudy.media.image import write_png
from understudy.media.probe import probe_file


@pytest.mark.parametrize(
    ("picture", "description", "members", "kind"),
    [
        ("astronaut", BACKGROUND, (), Kind.PLACE),
        ("astronaut", BACKGROUND, (CastMember("图1"),), Kind.PLACE),
        ("astronaut", "", (CastMember("图1"),), Kind.PERSON),
        ("astronaut", THING, (), Kind.PERSON),
        ("brick", "", (CastMember("图1", Part.BACKGROUND),), Kind.PLACE),
        ("brick", THING, (), Kind.CARD),  # a wall that is not to be the set is a picture on it
    ],
)
def test_obj_or_bg(tmp_path: Path, picture: str, description: str, members: tuple[CastMember, ...], kind: Kind) -> None:
    path = tmp_path / "picture.png"
    write_png(path, photo(picture))
    subject = LocalSubject("图1", LocalMedia(path, probe_file(path)), description=description)
    brief = Brief("…", Size(320, 180), 10, (subject,), models=models_folder())
    script = Screenplay((ScriptShot("…", cast=members),))
    cast = assemble(brief, script, tmp_path, lambda fraction, note: None)
    assert cast.performers["图1"].kind is kind
