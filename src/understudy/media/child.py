"""Runs one of our modules in a limited child process, and is the child's side of that talk too.

Knows processes: limits, signals, pipes and the line protocol between parent and child (order as JSON on standard
input; JSON lines of progress and one result or fault back). Must not know what a child makes, nor import anything
heavy: the server imports this file at start-up.

Decoders and renderers read what strangers send. In a child they can crash, swell or hang without hurting the server;
the kernel holds the limits, and the whole process group dies with the work, or with the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import sysconfig
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

from understudy.core.faults import Fault, UnderstudyError, fault_from_record

Progress: TypeAlias = Callable[[float, str], None]
"""What a handler calls inside the child: a fraction 0 to 1 and the name of the stage of work."""

TERM_SECONDS = 0.3
"""How long a process group may take to end by itself after SIGTERM."""
EXIT_SECONDS = 1.0
"""How long a child that has handed in its result may take to leave."""
TAIL_BYTES = 8192
"""How much of the end of standard error is kept for the log."""
LINE_BYTES = 64 * 1024 * 1024
"""Longest line of the protocol."""

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONPATH", "TZ")
_ROOM_SIGNS = (b"No space left on device", b"Disk quota exceeded")
_MEMORY_SIGNS = (b"MemoryError", b"bad_alloc", b"Cannot allocate memory", b"Insufficient memory", b"map segment")


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one child may use.

    `memory_bytes` bounds its address space (not its resident memory, which is smaller), `cpu_seconds` the processor
    time of all its threads, `wall_seconds` the clock, `file_bytes` any one file it writes.
    """

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    file_bytes: int = 4 * 1024**3
    open_files: int = 256


class Death(StrEnum):
    """How a child ended that handed in nothing."""

    CRASHED = "crashed"
    KILLED = "killed"  # by a signal that is neither ours nor a limit's
    OUT_OF_MEMORY = "out_of_memory"
    TOO_LONG = "too_long"
    NO_ROOM = "no_room"  # the disk under its folder is full
    NO_RESULT = "no_result"


class ChildDied(UnderstudyError):
    """A child process ended without a result. Not a Fault: whoever ordered the work decides what to tell.

    `tail` is the end of what the child wrote to standard error, for the log, never for a caller.
    """

    def __init__(self, reason: Death, module: str, *, tail: str = "", exit_code: int | None = None) -> None:
        self.reason = reason
        self.module = module
        self.tail = tail
        self.exit_code = exit_code
        super().__init__(f"the child process {module} ended without a result: {reason} (exit code {exit_code})")


# The parent's side -------------------------------------------------------------------------------------------------


async def run_child(
    module: str,
    order: Mapping[str, Any],
    *,
    limits: ChildLimits,
    workdir: Path,
    on_progress: Callable[[float, str], Awaitable[None]] | None = None,
    cancelled: asyncio.Event | None = None,
) -> Any:
    """Run `python -m <module>` in a child process of its own group and return its result.

    The child starts in `workdir`, which is its temporary folder too, and sees only the few environment variables it
    needs: none of ours, which hold keys. The module's `__main__` part calls `serve_order`.

    Args:
        module: dotted name of one of our modules.
        order: JSON-ready values.
        limits: what the child may use; held by the kernel, `wall_seconds` by us.
        workdir: an existing folder.
        on_progress: awaited for each report; what it raises ends the child.
        cancelled: when set, the child is ended and asyncio.CancelledError raised.

    Raises:
        Fault: the one the handler raised in the child, rebuilt.
        ChildDied: the child ended without a result, or took too long.
        asyncio.CancelledError: `cancelled` was set, or the awaiting task was cancelled. In each case, by the time
            this raises, the whole process group is dead and reaped.
    """
    if cancelled is not None and cancelled.is_set():
        raise asyncio.CancelledError
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # the workdir holds callers' files: nothing there may be imported
        "-m",
        "understudy.media.child",
        module,
        json.dumps({**asdict(limits), "parent": os.getpid()}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=workdir,
        env=_environment(workdir),
        start_new_session=True,
        limit=LINE_BYTES,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    tail = bytearray()
    helpers = [
        asyncio.create_task(_feed(process.stdin, json.dumps(order).encode())),
        asyncio.create_task(_keep_tail(process.stderr, tail)),
    ]
    listening = asyncio.create_task(_listen(process.stdout, on_progress))
    waiting: set[asyncio.Task[Any]] = {listening}
    if cancelled is not None:
        waiting.add(asyncio.create_task(cancelled.wait()))
    outcome: Mapping[str, Any] | None = None
    exit_code: int | None = None  # of a child that ended by itself: what we end tells nothing by its code
    try:
        await asyncio.wait(waiting, timeout=limits.wall_seconds, return_when=asyncio.FIRST_COMPLETED)
        in_time = listening.done()
        if in_time:
            outcome = listening.result()
            with contextlib.suppress(TimeoutError):
                exit_code = await asyncio.wait_for(process.wait(), EXIT_SECONDS)
    finally:
        # shielded: a second cancellation must not leave a process behind
        ending = asyncio.create_task(_end(process, [*helpers, *waiting]))
        interrupted = False
        while not ending.done():
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:
                interrupted = True
    if interrupted:
        raise asyncio.CancelledError
    if not in_time:
        if cancelled is not None and cancelled.is_set():
            raise asyncio.CancelledError
        raise ChildDied(Death.TOO_LONG, module, tail=_text(tail), exit_code=process.returncode)
    return _settle(outcome, module, exit_code, bytes(tail))


def _settle(outcome: Mapping[str, Any] | None, module: str, exit_code: int | None, tail: bytes) -> Any:
    if outcome is not None and "result" in outcome:
        return outcome["result"]
    if outcome is not None and "fault" in outcome:
        raise fault_from_record(outcome["fault"])
    if outcome is not None or any(sign in tail for sign in _MEMORY_SIGNS):
        reason = Death.OUT_OF_MEMORY
    elif any(sign in tail for sign in _ROOM_SIGNS):
        reason = Death.NO_ROOM
    elif exit_code == -signal.SIGXCPU:
        reason = Death.TOO_LONG
    elif exit_code in (-signal.SIGKILL, -signal.SIGTERM):
        reason = Death.KILLED
    elif exit_code == 0:
        reason = Death.NO_RESULT
    else:
        reason = Death.CRASHED
    raise ChildDied(reason, module, tail=_text(tail), exit_code=exit_code)


async def _feed(pipe: asyncio.StreamWriter, order: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the child's end tells more than this does
        pipe.write(order)
        await pipe.drain()
    pipe.close()


async def _keep_tail(pipe: asyncio.StreamReader, tail: bytearray) -> None:
    while piece := await pipe.read(TAIL_BYTES):
        tail += piece
        del tail[:-TAIL_BYTES]


async def _listen(
    pipe: asyncio.StreamReader, on_progress: Callable[[float, str], Awaitable[None]] | None
) -> Mapping[str, Any] | None:
    """The last word of the child: a result, fault or death line; None when it left without one."""
    while True:
        try:
            line = await pipe.readline()
        except ValueError:  # longer than LINE_BYTES: not our protocol any more
            return None
        if not line:
            return None
        try:
            said = json.loads(line)
        except ValueError:  # something printed before the child took standard output away
            continue
        if not isinstance(said, dict):
            continue
        if said.keys() & {"result", "fault", "died"}:
            return said
        if "progress" in said and on_progress is not None:
            await on_progress(float(said["progress"]), str(said.get("note", "")))


async def _end(process: asyncio.subprocess.Process, tasks: list[asyncio.Task[Any]]) -> None:
    """End the whole group, reap the child, close every pipe. Never raises."""
    if process.returncode is None:
        _signal_group(process, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), TERM_SECONDS)
    _signal_group(process, signal.SIGKILL)  # also what the child itself started and left behind
    with contextlib.suppress(TimeoutError):  # one that left the group may hold a pipe, and with it this wait
        await asyncio.wait_for(process.wait(), EXIT_SECONDS)
    for _ in range(20):  # a killed grandchild takes a moment to be gone; where nobody reaps it, it stays a name only
        if not _signal_group(process, 0):
            break
        await asyncio.sleep(0.01)
    # standard error may still hold the last words: it ends by itself now that every writer is dead
    await asyncio.wait(tasks, timeout=TERM_SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    process._transport.close()  # type: ignore[attr-defined]  # no public way closes the pipes of a half-read child


def _signal_group(process: asyncio.subprocess.Process, number: int) -> bool:
    """Whether there was anybody left to hear it."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _environment(workdir: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    root = str(Path(__file__).resolve().parents[2])
    if root not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):  # run from a source tree
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, [kept.get("PYTHONPATH"), root]))
    return {
        **kept,
        "TMPDIR": str(workdir),
        "PYTHONHASHSEED": "0",  # same inputs, same film: no set may be walked in a random order
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MiB of address space, which is what is limited
    }


def _text(tail: bytes | bytearray) -> str:
    return tail.decode("utf-8", "replace").strip()


# The child's side --------------------------------------------------------------------------------------------------


def serve_order(handle: Callable[[dict[str, Any], Progress], Any]) -> None:
    """Read the order, call `handle(order, progress)` and hand in what it returns; for a module's `__main__` part.

    A Fault it raises is handed in as a record, a MemoryError as a death; any other exception prints its traceback
    to standard error and ends the child with exit code 1. Whatever libraries print goes to standard error.
    """
    wire = os.fdopen(os.dup(1), "wb", buffering=0)  # not inherited by what the handler starts
    os.dup2(2, 1)
    order = json.loads(sys.stdin.buffer.read())

    turn = threading.Lock()

    def say(**line: Any) -> None:
        left = memoryview(json.dumps(line).encode() + b"\n")
        with turn:  # a handler may report from a thread of its own
            while left:
                left = left[wire.write(left) or 0 :]

    def progress(fraction: float, note: str = "") -> None:
        say(progress=min(max(float(fraction), 0.0), 1.0), note=note)

    try:
        result = handle(order, progress)
        say(result=result)
    except Fault as fault:
        say(fault=fault.record())
    except MemoryError:
        say(died=str(Death.OUT_OF_MEMORY))
        raise
    finally:
        sys.stdout.flush()
        wire.close()


def _limit_self(limits: Mapping[str, Any]) -> None:
    """Hold the limits from the first line on; no code of the parent runs between fork and exec."""
    import resource

    seconds = int(limits["cpu_seconds"])
    wanted = {
        resource.RLIMIT_AS: (int(limits["memory_bytes"]),) * 2,
        resource.RLIMIT_CPU: (seconds, seconds + 1),  # SIGXCPU first, so that the parent can tell why
        resource.RLIMIT_FSIZE: (int(limits["file_bytes"]),) * 2,
        resource.RLIMIT_NOFILE: (int(limits["open_files"]),) * 2,
        resource.RLIMIT_CORE: (0, 0),
    }
    for what, (soft, hard) in wanted.items():
        ceiling = resource.getrlimit(what)[1]
        if ceiling != resource.RLIM_INFINITY:  # never ask for more than we were given
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        with contextlib.suppress(OSError, ValueError):  # macOS refuses RLIMIT_AS; the other limits still hold
            resource.setrlimit(what, (soft, hard))


def _die_with_parent(parent: int) -> None:
    """On Linux: be killed when the server is, and gain no rights by running a program. Elsewhere: nothing."""
    if sys.platform == "linux":
        import ctypes

        prctl = ctypes.CDLL(None, use_errno=True).prctl
        prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def _start(arguments: list[str]) -> None:
    import faulthandler
    import runpy

    module, limits = arguments[0], json.loads(arguments[1])
    _die_with_parent(int(limits["parent"]))
    _limit_self(limits)
    faulthandler.enable()
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _start(sys.argv[1:])
