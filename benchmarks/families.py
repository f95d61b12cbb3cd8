"""Question: what does one picture of each family's draft cost?

Runs the embedded engine on one short request of each family (those of tests/socket/families.py, made a little longer)
and prints processor time per picture: of the child process as a whole, start and looking included, and of what another
second of film adds. Processor time, not the clock: other work on the machine matters little.

    python benchmarks/families.py [--only emo-v1 ...] [--longer 2]

Fetches the perception models once. One table on stdout, in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "tests" / "socket")]

import numpy as np  # noqa: E402
from families import CHECKS, DRAFTS, TEMPLATES, Row, make_media  # noqa: E402
from PIL import Image  # noqa: E402

from sight import models_folder, photo, write_clip  # noqa: E402
from understudy.catalog import validate  # noqa: E402
from understudy.catalog.shelf import Shelf  # noqa: E402
from understudy.core.request import LocalMedia, Profile, Reference  # noqa: E402
from understudy.core.task import Take  # noqa: E402
from understudy.core.wire import WireRequest  # noqa: E402
from understudy.dialects.dashscope import DIALECT  # noqa: E402
from understudy.engines.animatic import AnimaticEngine  # noqa: E402
from understudy.media.probe import probe_file  # noqa: E402
from understudy.service.making import Making  # noqa: E402

LONGER = {"@street.mp4": "@street-3s.mp4", "@word.wav": "@voice.wav", "@short.wav": "@voice.wav"}
"""For the second measure: films of three seconds instead of one, sounds of 2.4 instead of one or two."""
ORIGIN = "https://media.example"


class Stage:
    """A stage over a folder of media."""

    def __init__(self, media: Path, workdir: Path, template: LocalMedia | None) -> None:
        self.workdir = workdir
        self.cancelled = asyncio.Event()
        self._media = media
        self._template = template

    async def local(self, reference: Reference) -> LocalMedia:
        path = self._media / reference.url.rpartition("/")[2]
        return LocalMedia(path, probe_file(path))

    async def local_voice(self, reference: Reference) -> None:
        return None

    async def template(self, reference: Reference) -> LocalMedia:
        assert self._template is not None
        return self._template

    async def report(self, fraction: float, note: str = "") -> None:
        """Nobody asks."""

    async def remember(self, handle: Any) -> None:
        """Nothing to take up again."""

    def recall(self) -> None:
        return None


async def made(row: Row, media: Path, template: LocalMedia | None, keep: Path) -> tuple[Take, float]:
    """One take and the processor seconds of its child."""
    cards = Shelf.open()
    wire = WireRequest(
        "POST",
        row.path,
        headers={"x-dashscope-async": "enable"},
        body=json.dumps(row.body(ORIGIN, template="AACT.1")).encode(),
    )
    request = DIALECT.decode_submit(wire, cards, Profile.COMPAT)
    card = cards.find(request.model).of(request.function)
    complete = validate.complete(request, card, Profile.COMPAT).but(seed=7)
    workdir = Path(tempfile.mkdtemp(dir=keep))
    making = Making(complete, card, Stage(media, workdir, template), [AnimaticEngine(models=models_folder())])  # type: ignore[arg-type]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    take = await making.take("benchmark", _nobody)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return take, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def _nobody(engine: str) -> None:
    """No task to write the engine's name on."""


def pictures(take: Take) -> int:
    facts = probe_file(take.path) if take.path is not None and take.path.suffix == ".mp4" else take.facts
    return (facts.frame_count or 1) if facts is not None else 1


async def measure(only: list[str], longer: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        keep = Path(folder)
        (keep / "media").mkdir()
        media = make_media(keep / "media")
        street = np.asarray(Image.fromarray(np.array(photo("coffee"))).resize((384, 288)))
        write_clip(media / "street-3s.mp4", [np.roll(street, -n, axis=1) for n in range(90)], sound=True)
        template_take, template_cpu = await made(TEMPLATES[0], media, None, keep)
        assert template_take.path is not None
        assert template_take.facts is not None
        template = LocalMedia(template_take.path, template_take.facts)
        print("| family | pictures | ms a picture, all in | ms for one more picture |")
        print("|---|---|---|---|")
        for row in CHECKS:
            if not only or row.name in only:
                _, seconds = await made(row, media, None, keep)
                print(f"| {row.name} | 1 | {seconds * 1000:.0f} | |", flush=True)
        if not only or TEMPLATES[0].name in only:
            count = template_take.facts.frame_count or 60
            print(f"| {TEMPLATES[0].name} | {count} | {template_cpu * 1000 / count:.0f} | |", flush=True)
        for row in DRAFTS:
            if only and row.name not in only:
                continue
            take, seconds = await made(row, media, template, keep)
            count, more = pictures(take), ""
            given = {
                name: LONGER.get(value, value) if isinstance(value, str) else value for name, value in row.given.items()
            }
            asked = dict(row.parameters)
            if "duration" in asked:
                asked["duration"] = min(asked["duration"] + longer, 5)
            if (given, asked) != (row.given, row.parameters):
                long = replace(row, given=given, parameters=asked)
                long_take, long_seconds = await made(long, media, template, keep)
                added = pictures(long_take) - count
                if added > 0:
                    more = f"{(long_seconds - seconds) * 1000 / added:.0f}"
            print(f"| {row.name} | {count} | {seconds * 1000 / count:.0f} | {more} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="*", default=[], help="names of rows")
    parser.add_argument("--longer", type=int, default=2, help="seconds added for the second measure")
    given = parser.parse_args()
    asyncio.run(measure(given.only, given.longer))
