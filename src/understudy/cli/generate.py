"""`understudy generate`: one video from local files, rendered here or on a server.

Knows the command's options and both ways. Rendering here uses the very engine a server uses, without tasks, keys or
bills; a server is reached through the Python client.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from understudy.catalog.media import check_media, limits_for
from understudy.catalog.validate import complete
from understudy.cli import show
from understudy.cli.references import NamedFile, read_names
from understudy.core.card import ModelCard
from understudy.core.faults import InvalidRequest, Refused, UnderstudyError, ViolationKind
from understudy.core.request import LocalMedia, Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.media.child import ChildDied, Death
from understudy.service.making import Making

_ADVICE = {
    Death.OUT_OF_MEMORY: "it needs more memory than it may use. Ask for a smaller or shorter one, or raise "
    "UNDERSTUDY_ENGINE_MEMORY_MB.",
    Death.TOO_LONG: "it took longer than it may. Ask for a smaller or shorter one, or raise UNDERSTUDY_TASK_SECONDS.",
    Death.NO_ROOM: "the disk for temporary files is full. Free some space, or name another folder in TMPDIR.",
    Death.KILLED: "its process was killed, most likely because this machine has no more memory. "
    "Ask for a smaller one or end other programs.",
}
_OTHERWISE = "its process ended before it was done. The lines above tell why; please report them."

HERE = "oss://here/"
"""Stands before the path of a local file where a request wants a URL: rendering here, nothing is fetched."""

OPTIONS = {
    "prompt": "PROMPT",
    "size": "--size",
    "tier": "--resolution",
    "ratio": "--ratio",
    "seconds": "--duration",
    "seed": "--seed",
    "shot_type": "--shot-type",
    "references": "--ref",
    "sound": "--audio",
    "options": "--option",
}
"""What a refusal calls the fields of a request here."""


@dataclass(frozen=True, slots=True)
class Order:
    """The options of one `generate`, as typed."""

    prompt: str
    model: str
    references: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    seconds: int | None = None
    resolution: str | None = None
    ratio: str | None = None
    size: str | None = None
    shot_type: ShotType | None = None
    first_frame: Path | None = None
    negative_prompt: str = ""
    seed: int | None = None
    sound: bool | None = None
    watermark: bool = False


def read_order(order: Order, card: ModelCard, prefix: str) -> VideoRequest:
    """The order as a request; local files stand as `prefix` + path. Raises InvalidRequest."""
    named = read_names(order.references, card.naming)
    for file in named:
        _must_exist("--ref", file.path)
    voices = _read_voices(order.voices, named)
    references = [
        Reference(
            f"{prefix}{file.path}",
            file.medium,
            voice=f"{prefix}{voices[file.name]}" if file.name in voices else None,
            path=f"--ref {file.name}",
            voice_path=f"--voice {file.name}",
        )
        for file in named
    ]
    if order.first_frame is not None:
        _must_exist("--first-frame", order.first_frame)
        references.append(
            Reference(f"{prefix}{order.first_frame}", Medium.IMAGE, Role.FIRST_FRAME, path="--first-frame")
        )
    return VideoRequest(
        model=card.model,
        prompt=order.prompt,
        negative_prompt=order.negative_prompt,
        references=tuple(references),
        size=_parse("--size", order.size, Size.parse),
        tier=_parse("--resolution", order.resolution, Tier.parse),
        ratio=_parse("--ratio", order.ratio, Ratio.parse),
        seconds=order.seconds,
        shot_type=order.shot_type,
        sound=order.sound,
        watermark=order.watermark,
        seed=order.seed,
    )


def _read_voices(given: tuple[str, ...], named: tuple[NamedFile, ...]) -> dict[str, str]:
    voices: dict[str, str] = {}
    known = {name: file.name for file in named for name in (file.name, *file.aliases)}
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or name.strip() not in known:
            names = ", ".join(file.name for file in named) or "none"
            raise InvalidRequest.of(
                "--voice", f"{text!r}: write NAME=FILE with the name of a reference ({names}).", ViolationKind.CHOICE
            )
        _must_exist("--voice", Path(path))
        voices[known[name.strip()]] = path
    return voices


def _must_exist(option: str, path: Path | None) -> None:
    if path is None or not path.is_file():
        raise InvalidRequest.of(option, f"{option}: there is no file {str(path)!r}.", ViolationKind.URL)


def _must_be_writable(output: Path) -> None:
    """Asked before the work, not after it. Raises InvalidRequest."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=output.parent):
            pass
        if output.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
    except OSError as error:
        sentence = f"--output: {output} cannot be written: {error.strerror}. Choose another place."
        raise InvalidRequest.of("--output", sentence, ViolationKind.URL) from None


def _parse(option: str, text: str | None, read: Any) -> Any:
    if text is None:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise InvalidRequest.of(option, f"{option}: {error}", ViolationKind.CHOICE) from None


class HereStage:
    """The stage of a film made without a server: references are local files already."""

    def __init__(self, workdir: Path, card: ModelCard, move: Any) -> None:
        self.workdir = workdir
        self.cancelled = asyncio.Event()
        self._card = card
        self._move = move
        self._probed: dict[str, LocalMedia] = {}

    async def local(self, reference: Reference) -> LocalMedia:
        found = await self._probe(reference.url)
        check_media(found.facts, limits_for(self._card, reference, found.facts), reference.path)
        return found

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        if reference.voice is None:
            return None
        found = await self._probe(reference.voice)
        limits = self._card.media.get("voice")
        if limits is not None:
            check_media(found.facts, limits, reference.voice_path)
        return found

    async def template(self, reference: Reference) -> LocalMedia:
        """Templates live on a server. Raises Refused."""
        raise Refused("A motion template is kept by a server: use --server, or a model that takes the film itself.")

    async def _probe(self, url: str) -> LocalMedia:
        from understudy.media.probe import probe

        if url not in self._probed:
            path = Path(url.removeprefix(HERE)).resolve()
            self._probed[url] = LocalMedia(path, await probe(path, workdir=self.workdir))
        return self._probed[url]

    async def report(self, fraction: float, note: str = "") -> None:
        self._move(fraction, note)

    async def remember(self, handle: Mapping[str, Any]) -> None:
        """Nothing to remember: a film made here does not outlive its command."""

    def recall(self) -> Mapping[str, Any] | None:
        return None


def generate_here(order: Order, output: Path, data: Path | None, *, captions: bool) -> None:
    """Render in this process's own children and write `output`."""
    from understudy.settings import load
    from understudy.wiring import open_engine, open_shelf

    settings = load(data=data, captions=captions)
    card = open_shelf(settings).find(order.model)
    request = complete(read_order(order, card, HERE), card, Profile.COMPAT, paths=OPTIONS)
    request = request.but(seed=secrets.randbelow(card.seed_most + 1) if request.seed is None else request.seed)
    engine = open_engine(settings, "animatic")
    _must_be_writable(output)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave as by Ctrl-C: no child and no folder stays

    async def make() -> None:
        with tempfile.TemporaryDirectory(prefix="understudy-") as folder, show.progress("rendering") as move:
            await engine.setup()
            making = Making(request, card, HereStage(Path(folder), card, move), [engine])
            try:
                take = await making.take("here", _nobody)
            except ChildDied as death:
                show.say(death.tail)  # whoever renders here may read a trace; a caller of a server never does
                raise UnderstudyError(f"The film was not made: {_ADVICE.get(death.reason, _OTHERWISE)}") from death
            if take.path is None or take.facts is None:
                raise Refused(f"{card.model} makes no film; ask a server for it.")
            shutil.move(take.path, output)
        facts = take.facts
        show.say(f"{output}: {facts.size}, {facts.seconds} s, {'with' if facts.has_sound else 'without'} sound")
        for note in take.notes:
            show.say(f"note: {note}")
        print(output)

    asyncio.run(make())


async def _nobody(engine: str) -> None:
    """There is one engine here, and no task to write its name on."""


def generate_remotely(order: Order, output: Path, server: str, key: str | None) -> None:
    """Send the order to a server over the DashScope wire and download what it makes."""
    from understudy.client import Client
    from understudy.settings import load
    from understudy.wiring import open_shelf

    if not key:
        raise InvalidRequest.of("--key", "--server needs --key (or DASHSCOPE_API_KEY).", ViolationKind.MISSING)
    card = open_shelf(load()).find(order.model)
    request = read_order(order, card, "")
    _must_be_writable(output)

    async def make() -> None:
        async with Client(server, key) as client:
            with show.progress("on the server") as move:
                told = await client.generate(request, card, output, on_progress=move)
        for note in told.notes:
            show.say(f"note: {note}")
        print(output)

    asyncio.run(make())
