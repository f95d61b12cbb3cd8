"""The engine of the page is installed as a package of somebody's own, found, and makes the film that was asked for."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from builders import a_card, a_request, a_video, an_image, tiny_image
from understudy.catalog.promises import promise
from understudy.core.plugs import find_plugs
from understudy.core.ports import Engine, Job
from understudy.core.request import LocalMedia, Reference
from understudy.media.probe import probe_file
from understudy.service.take import what_is_wrong

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "add-an-engine.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))


class Stage:
    """A stage over one picture."""

    def __init__(self, folder: Path) -> None:
        self.workdir = folder
        self.cancelled = asyncio.Event()
        self.told: list[float] = []
        self._picture = tiny_image(folder / "girl.png", (320, 240))

    async def local(self, reference: Reference) -> LocalMedia:
        return LocalMedia(self._picture, probe_file(self._picture))

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        return None

    async def report(self, fraction: float, note: str = "") -> None:
        self.told.append(fraction)

    async def remember(self, handle: Mapping[str, Any]) -> None:
        raise AssertionError("stills have nothing to remember")

    def recall(self) -> Mapping[str, Any] | None:
        return None


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    site = tmp_path / "site"
    metadata = site / "stills-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: stills\nVersion: 1.0\n")
    entry = re.search(r'entry-points\.("understudy\.engines")\]\n(.*)', BLOCKS["pyproject.toml"])
    assert entry is not None
    (metadata / "entry_points.txt").write_text(f"[{entry[1].strip(chr(34))}]\n{entry[2].replace(chr(34), '')}\n")
    for name in ("stills_engine.py", "stills_child.py"):
        (site / name).write_text(BLOCKS[name], encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))  # an installed package needs none; children see it
    yield find_plugs("understudy.engines", "ENGINE")["stills"]
    sys.modules.pop("stills_engine", None)


async def test_the_engine_of_the_page_makes_what_was_asked(engine: Engine, tmp_path: Path) -> None:
    card, request = a_card(), a_request(references=(an_image(), an_image()))
    assert engine.offers(card, request)
    assert not engine.offers(card, a_request(references=(a_video(),)))
    stage, promised = Stage(tmp_path), promise(request, card, {})
    take = await engine.perform(Job("here", request, card, 1, attempt=1, promise=promised), stage)
    assert what_is_wrong(probe_file(take.path), promised) == ""
    assert stage.told == sorted(stage.told)
    assert take.notes
