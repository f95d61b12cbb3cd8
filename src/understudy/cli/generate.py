"""`understudy generate`, `check` and `template`: one work from local files, done here or on a server.

Knows both ways. Working here uses the very engine a server uses, without tasks, keys or bills; a server is reached
through the Python client. Must not know how options are written (order) nor how things are shown (show, cards).
"""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.catalog.validate import complete
from understudy.cli import show
from understudy.cli.here import HereStage
from understudy.cli.order import HERE, Order, find_card, paths_of, read_order
from understudy.core.card import ModelCard
from understudy.core.faults import InvalidRequest, Refused, UnderstudyError, ViolationKind
from understudy.core.findings import Findings
from understudy.core.request import Capability, Profile, VideoRequest
from understudy.core.task import Take
from understudy.core.wire import RemoteTask
from understudy.media.child import ChildDied, Death
from understudy.service.making import Making

if TYPE_CHECKING:
    from understudy.client import Client

_ADVICE = {
    Death.OUT_OF_MEMORY: "it needs more memory than it may use. Ask for a smaller or shorter one, or raise "
    "UNDERSTUDY_ENGINE_MEMORY_MB.",
    Death.TOO_LONG: "it took longer than it may. Ask for a smaller or shorter one, or raise UNDERSTUDY_TASK_SECONDS.",
    Death.NO_ROOM: "the disk for temporary files is full. Free some space, or name another folder in TMPDIR.",
    Death.KILLED: "its process was killed, most likely because this machine has no more memory. "
    "Ask for a smaller one or end other programs.",
}
_OTHERWISE = "its process ended before it was done. The lines above tell why; please report them."

ACCEPTED = " accepted"
"""How the client's note ends that names a task once it has been taken; before it stands `task ID`."""

OUR_WIRE = "native"
"""The wire of `--server`, if no other is named."""


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


def keep(film: Path, output: Path) -> None:
    """Move `film` to `output`, whole or not at all: an older film there stays until the new one is complete."""
    output = output.resolve()
    if output.exists() and not output.is_file():  # a device or a pipe is written to, never replaced
        with film.open("rb") as source, output.open("wb") as target:
            shutil.copyfileobj(source, target)
        return
    partial = output.with_name(f".understudy-{os.getpid()}.part")
    try:
        shutil.move(film, partial)  # which copies where the folder is on another disk
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)


def generate(
    order: Order,
    output: Path,
    data: Path | None,
    server: str | None,
    key: str | None,
    dialect: str = OUR_WIRE,
    *,
    captions: bool,
) -> None:
    """Make the film, or take the template, and write `output`; on a `server` a template stays there.

    Raises:
        UnderstudyError: why there is none, and what to do.
    """
    if server is None:
        take = _make_here(order, data, output, captions=captions)
        facts = take.facts
        assert facts is not None
        show.say(f"{output}: {facts.size}, {facts.seconds} s, {'with' if facts.has_sound else 'without'} sound")
        for note in take.notes:
            show.say(f"note: {note}")
        print(output)
        return
    told = _ask_server(order, output, server, key, dialect)
    for note in told.notes:
        show.say(f"note: {note}")
    if told.findings is not None and told.findings.template_id is not None:
        show.say("The motion is kept by the server; give its id to generate with --template.")
    print(told.findings.template_id if told.findings and told.findings.template_id else output)


def check(order: Order, data: Path | None, server: str | None, key: str | None, dialect: str = OUR_WIRE) -> Findings:
    """What is found on a picture. Raises UnderstudyError."""
    told = _make_here(order, data, None) if server is None else _ask_server(order, None, server, key, dialect)
    found = told.findings
    if found is None:
        raise UnderstudyError(f"{order.model} answered without a finding.")
    return found


def _make_here(order: Order, data: Path | None, output: Path | None, *, captions: bool = True) -> Take:
    """Work in this process's own children; the take's file is moved to `output`."""
    from understudy.settings import load
    from understudy.wiring import open_engine, open_shelf

    settings = load(data=data, captions=captions)
    card = find_card(open_shelf(settings), order)
    _must_fit(card, wants_check=output is None)
    request = complete(read_order(order, card, HERE), card, Profile.COMPAT, paths=paths_of(card))
    request = request.but(seed=secrets.randbelow(card.seed_most + 1) if request.seed is None else request.seed)
    engine = open_engine(settings, "animatic")
    if output is not None:
        _must_be_writable(output)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave as by Ctrl-C: no child and no folder stays
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # a terminal that is closed; nohup has it ignored
        signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))

    async def make() -> Take:
        with tempfile.TemporaryDirectory(prefix="understudy-") as folder, show.progress(_doing(card)) as move:
            await engine.setup()
            making = Making(request, card, HereStage(Path(folder), card, move), [engine])
            try:
                take = await making.take("here", _nobody)
            except ChildDied as death:
                show.say(death.tail)  # whoever renders here may read a trace; a caller of a server never does
                raise UnderstudyError(f"It was not made: {_ADVICE.get(death.reason, _OTHERWISE)}") from death
            if output is not None:
                if take.path is None:
                    raise Refused(f"{card.model} made nothing that could be written to {output}.")
                keep(take.path, output)
            return take

    return asyncio.run(make())


def _doing(card: ModelCard) -> str:
    if card.makes.is_check:
        return "looking"
    return "following the motion" if card.makes is Capability.MOTION_TEMPLATE else "rendering"


def _must_fit(card: ModelCard, *, wants_check: bool) -> None:
    """Whether the model answers to this command at all. Raises InvalidRequest."""
    if card.makes.is_check is wants_check:
        return
    way = (
        f"it looks at a picture: understudy check PICTURE --model {card.model}"
        if card.makes.is_check
        else f"it makes something: understudy generate --model {card.model}"
    )
    raise InvalidRequest.of("--model", f"--model {card.model}: {way}.", ViolationKind.CHOICE)


async def _nobody(engine: str) -> None:
    """There is one engine here, and no task to write its name on."""


def _ask_server(order: Order, output: Path | None, server: str, key: str | None, dialect: str) -> RemoteTask:
    """Send the order to a server of that wire; what it makes is downloaded to `output`."""
    from understudy.client import Client
    from understudy.client.dialects import speaks
    from understudy.core.plugs import find_plugs
    from understudy.settings import load
    from understudy.wiring import open_shelf

    if not key:
        raise InvalidRequest.of("--key", "--server needs --key (or DASHSCOPE_API_KEY).", ViolationKind.MISSING)
    wires = {name: wire for name, wire in find_plugs("understudy.dialects", "DIALECT").items() if speaks(wire)}
    if dialect not in wires:
        reason = f"--dialect: there is no wire {dialect!r} for clients; there are {', '.join(sorted(wires))}."
        raise InvalidRequest.of("--dialect", reason, ViolationKind.CHOICE)
    wire = wires[dialect]
    card = find_card(open_shelf(load()), order)
    _must_fit(card, wants_check=output is None)
    request = read_order(order, card, "")
    if output is not None and card.makes is not Capability.MOTION_TEMPLATE:
        _must_be_writable(output)

    accepted: list[str] = []

    async def ask() -> RemoteTask:
        async with Client(server, key, wire) as client:
            with show.progress("on the server") as move:

                def hear(fraction: float, note: str) -> None:
                    if note.endswith(ACCEPTED):
                        accepted.append(note.removesuffix(ACCEPTED))
                    move(fraction, note)

                try:
                    return await _answer(client, request, card, output, hear)
                except asyncio.CancelledError:
                    for task in accepted:
                        show.say(f"Nobody waits for it here any more, but {task} goes on at {server} and is charged "
                                 "if it succeeds. Ask for it there, or cancel it.")  # fmt: skip
                    raise

    return asyncio.run(ask())


async def _answer(
    client: Client, request: VideoRequest, card: ModelCard, output: Path | None, move: Callable[[float, str], None]
) -> RemoteTask:
    if output is None:
        return await client.check(request, card=card, on_progress=move)
    if card.makes is not Capability.MOTION_TEMPLATE:
        return await client.generate(request, output, card=card, on_progress=move)
    task_id = await client.submit(request, card=card, on_progress=move)
    told = await client.wait(task_id, on_progress=move)
    if told.findings is None:
        raise Refused(f"{told.message or 'The server ended the task without a template.'} (task {told.task_id})")
    return told
