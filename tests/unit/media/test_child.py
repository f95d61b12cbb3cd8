"""A child process hands in a result, a fault or nothing; whatever it does, the house stays whole."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from understudy.core.faults import InvalidRequest, MediaProblem, MediaRefused, Violation, ViolationKind
from understudy.media.child import ChildDied, ChildLimits, Death, run_child

GENEROUS = ChildLimits(memory_bytes=1024**3, cpu_seconds=20, wall_seconds=20.0)

HEAD = """
import json, os, signal, subprocess, sys, time
from understudy.core.faults import *
from understudy.media.child import serve_order
def handle(order, progress):
"""
FOOT = """
if __name__ == "__main__":
    serve_order(handle)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Writes a module whose handler has the given body, where children find it."""
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))

    def write(body: str, *, whole: bool = False) -> str:
        text = body if whole else HEAD + textwrap.indent(textwrap.dedent(body), "    ") + FOOT
        (folder / "handler.py").write_text(textwrap.dedent(text))
        return "handler"

    return write


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def our_children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


async def until_file(path: Path) -> str:
    """What a child wrote to a file, once it has."""
    while not (path.exists() and path.read_text().endswith("\n")):
        await asyncio.sleep(0.01)
    return path.read_text().strip()


def gone(pid: int) -> bool:
    """Neither running nor left as a zombie of ours."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE and psutil.Process(pid).ppid() != os.getpid()
    except psutil.NoSuchProcess:
        return True


# What comes back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, 7, "早安", [1.5, None], {"a": {"b": []}}], ids=repr)
async def test_a_result_comes_back_as_it_was_given(module: Callable[..., str], workdir: Path, value: Any) -> None:
    name = module("return order['value']")
    assert await run_child(name, {"value": value}, limits=GENEROUS, workdir=workdir) == value
    assert our_children() == []


async def test_orders_and_results_larger_than_any_pipe(module: Callable[..., str], workdir: Path) -> None:
    name = module("return order['value'] * 2")
    result = await run_child(name, {"value": "长" * 500_000}, limits=GENEROUS, workdir=workdir)
    assert result == "长" * 1_000_000


async def test_progress_is_told_in_order_and_kept_between_0_and_1(module: Callable[..., str], workdir: Path) -> None:
    name = module("""
        progress(-1, "casting")
        progress(0.5, "painting")
        progress(3, "done")
    """)
    told: list[tuple[float, str]] = []

    async def hear(fraction: float, note: str) -> None:
        told.append((fraction, note))

    assert await run_child(name, {}, limits=GENEROUS, workdir=workdir, on_progress=hear) is None
    assert told == [(0.0, "casting"), (0.5, "painting"), (1.0, "done")]


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (
            "MediaRefused(MediaProblem.BOMB, 'too big', path='input.media[0].url', limits={'pixels': 9})",
            MediaRefused(MediaProblem.BOMB, "too big", path="input.media[0].url", limits={"pixels": 9}),
        ),
        (
            "InvalidRequest.of('input.prompt', 'Field required: input.prompt', ViolationKind.MISSING)",
            InvalidRequest(Violation("input.prompt", "Field required: input.prompt", ViolationKind.MISSING)),
        ),
    ],
    ids=["media", "request"],
)
async def test_a_fault_crosses_the_border_whole(
    module: Callable[..., str], workdir: Path, raised: str, expected: Any
) -> None:
    name = module(f"raise {raised}")
    with pytest.raises(type(expected)) as caught:
        await run_child(name, {}, limits=GENEROUS, workdir=workdir)
    assert caught.value.record() == expected.record()


async def test_what_libraries_print_does_not_break_the_protocol(module: Callable[..., str], workdir: Path) -> None:
    name = module("""
        print('{"result": "a lie"}', flush=True)
        os.system("echo '{\\"fault\\": 1}'")
        os.write(1, b"raw noise")
        return "the truth"
    """)
    assert await run_child(name, {}, limits=GENEROUS, workdir=workdir) == "the truth"


async def test_noise_before_the_order_is_read_is_skipped(module: Callable[..., str], workdir: Path) -> None:
    name = module("print('hello'); print('[1]'); print('{}')\n" + HEAD + "    return 1" + FOOT, whole=True)
    assert await run_child(name, {}, limits=GENEROUS, workdir=workdir) == 1


# How it ends otherwise ---------------------------------------------------------------------------------------------

TIGHT = ChildLimits(memory_bytes=400 * 1024**2, cpu_seconds=20, wall_seconds=20.0)
BRIEF = ChildLimits(memory_bytes=1024**3, cpu_seconds=1, wall_seconds=20.0)
HURRIED = ChildLimits(memory_bytes=1024**3, cpu_seconds=20, wall_seconds=0.7)


@pytest.mark.parametrize(
    ("body", "limits", "reason", "said"),
    [
        ("raise ValueError('a bug')", GENEROUS, Death.CRASHED, "ValueError: a bug"),
        ("import threading; threading.Timer(60, print).start(); 1 / 0", GENEROUS, Death.CRASHED, ""),
        ("import faulthandler; faulthandler._sigsegv()", GENEROUS, Death.CRASHED, "Segmentation fault"),
        ("os.kill(os.getpid(), signal.SIGKILL)", GENEROUS, Death.KILLED, ""),
        ("return bytearray(800 * 1024**2) and 1", TIGHT, Death.OUT_OF_MEMORY, "MemoryError"),
        ("while True: pass", BRIEF, Death.TOO_LONG, ""),
        ("time.sleep(60)", HURRIED, Death.TOO_LONG, ""),
        ("signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", HURRIED, Death.TOO_LONG, ""),
        ("os._exit(0)", GENEROUS, Death.NO_RESULT, ""),
        ("return object()", GENEROUS, Death.CRASHED, "not JSON serializable"),
        ("open('/dev/full', 'wb', 0).write(b'film')", GENEROUS, Death.NO_ROOM, "No space left on device"),
    ],
    ids=["bug", "late", "segfault", "killed", "memory", "cpu", "clock", "deaf", "silent", "unspeakable", "disk"],
)
async def test_every_death_has_its_reason(
    module: Callable[..., str], workdir: Path, body: str, limits: ChildLimits, reason: Death, said: str
) -> None:
    with pytest.raises(ChildDied) as caught:
        await run_child(module(body), {}, limits=limits, workdir=workdir)
    assert caught.value.reason is reason
    assert said in caught.value.tail
    assert our_children() == []


async def test_an_unknown_module_is_a_crash_that_names_it(workdir: Path) -> None:
    with pytest.raises(ChildDied, match="no_such_module") as caught:
        await run_child("no_such_module", {}, limits=GENEROUS, workdir=workdir)
    assert caught.value.reason is Death.CRASHED
    assert "No module named" in caught.value.tail


async def test_only_the_end_of_a_flood_is_kept(module: Callable[..., str], workdir: Path) -> None:
    name = module("sys.stderr.write('x' * 3_000_000 + ' the end'); sys.stderr.flush(); os._exit(3)")
    with pytest.raises(ChildDied) as caught:
        await run_child(name, {}, limits=GENEROUS, workdir=workdir)
    assert caught.value.exit_code == 3
    assert caught.value.tail.endswith("the end")
    assert len(caught.value.tail) <= 8192


async def test_a_file_larger_than_allowed_cannot_be_written(module: Callable[..., str], workdir: Path) -> None:
    name = module("""
        try:
            with open("big", "wb") as file:
                file.write(bytes(order["bytes"]))
        except OSError as error:
            return error.strerror
    """)
    small = ChildLimits(1024**3, 20, 20.0, file_bytes=4096)
    assert await run_child(name, {"bytes": 4096}, limits=small, workdir=workdir) is None
    assert await run_child(name, {"bytes": 5000}, limits=small, workdir=workdir) == "File too large"


# Cancelling --------------------------------------------------------------------------------------------------------

FAMILY = """
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdout=2)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    second = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    second.stdout.readline()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open("pids", "w").write(f"{os.getpid()}\\n")
    time.sleep(60)
"""


@pytest.mark.parametrize("way", ["event", "task"])
async def test_cancelling_ends_the_whole_group(module: Callable[..., str], workdir: Path, way: str) -> None:
    wanted = asyncio.Event()
    name = module(FAMILY)
    running = asyncio.create_task(run_child(name, {}, limits=GENEROUS, workdir=workdir, cancelled=wanted))
    await until_file(workdir / "pids")
    family = [child.pid for child in our_children()]
    assert len(family) == 3
    if way == "event":
        wanted.set()
    else:
        running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 10)  # a guard against hanging, not a stopwatch
    assert all(gone(pid) for pid in family)


async def test_cancelling_twice_still_leaves_nobody(module: Callable[..., str], workdir: Path) -> None:
    running = asyncio.create_task(run_child(module(FAMILY), {}, limits=GENEROUS, workdir=workdir))
    await until_file(workdir / "pids")
    for _ in range(5):
        running.cancel()
        await asyncio.sleep(0.02)
    with pytest.raises(asyncio.CancelledError):
        await running
    assert our_children() == []


async def test_what_is_already_cancelled_never_starts(module: Callable[..., str], workdir: Path) -> None:
    wanted = asyncio.Event()
    wanted.set()
    name = module("open('started', 'w').write('x')")
    with pytest.raises(asyncio.CancelledError):
        await run_child(name, {}, limits=GENEROUS, workdir=workdir, cancelled=wanted)
    assert list(workdir.iterdir()) == []


async def test_a_listener_that_fails_ends_the_child(module: Callable[..., str], workdir: Path) -> None:
    async def refuse(fraction: float, note: str) -> None:
        raise RuntimeError("lease lost")

    name = module("progress(0.1, ''); time.sleep(60)")
    with pytest.raises(RuntimeError, match="lease lost"):
        await run_child(name, {}, limits=GENEROUS, workdir=workdir, on_progress=refuse)
    assert our_children() == []


async def test_one_that_left_the_group_cannot_hold_us_up(module: Callable[..., str], workdir: Path) -> None:
    name = module("""
        leaver = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
        return leaver.pid
    """)
    leaver = await asyncio.wait_for(run_child(name, {}, limits=GENEROUS, workdir=workdir), 8)
    os.kill(leaver, 9)


async def test_a_child_that_lingers_after_its_result_is_not_waited_for(
    module: Callable[..., str], workdir: Path
) -> None:
    name = module("""
        import atexit
        atexit.register(time.sleep, 60)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        return "done"
    """)
    assert await run_child(name, {}, limits=GENEROUS, workdir=workdir) == "done"
    assert our_children() == []


async def test_no_pipe_is_left_open(module: Callable[..., str], workdir: Path) -> None:
    good, bad = module("return 1"), "no_such_module"
    await run_child(good, {}, limits=GENEROUS, workdir=workdir)
    before = psutil.Process().num_fds()
    for name in (good, bad, good, bad):
        with contextlib.suppress(ChildDied):
            await run_child(name, {"filler": "x" * 200_000}, limits=GENEROUS, workdir=workdir)
    assert psutil.Process().num_fds() == before


# What it sees ------------------------------------------------------------------------------------------------------


async def test_no_key_of_ours_reaches_the_child(
    module: Callable[..., str], workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSTUDY_KEYS", "me:sk-secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    seen = await run_child(module("return dict(os.environ)"), {}, limits=GENEROUS, workdir=workdir)
    assert "secret" not in json.dumps(seen)
    assert seen["TMPDIR"] == str(workdir)
    assert seen["PATH"] == os.environ["PATH"]


async def test_a_file_in_the_workdir_is_never_imported(module: Callable[..., str], workdir: Path) -> None:
    (workdir / "fractions.py").write_text("raise SystemExit('a caller named his file fractions.py')")
    name = module("import fractions; return [str(fractions.Fraction(1, 3)), os.getcwd()]")
    assert await run_child(name, {}, limits=GENEROUS, workdir=workdir) == ["1/3", str(workdir)]


async def test_limits_hold_in_the_child_and_not_here(module: Callable[..., str], workdir: Path) -> None:
    import resource

    ours = resource.getrlimit(resource.RLIMIT_AS)
    name = module("""
        import resource
        return [resource.getrlimit(getattr(resource, f"RLIMIT_{what}"))[0] for what in ("AS", "CPU", "CORE", "NOFILE")]
    """)
    limits = ChildLimits(memory_bytes=512 * 1024**2, cpu_seconds=9, wall_seconds=20.0, open_files=99)
    assert await run_child(name, {}, limits=limits, workdir=workdir) == [512 * 1024**2, 9, 0, 99]
    assert resource.getrlimit(resource.RLIMIT_AS) == ours


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children with their parent")
async def test_a_child_dies_with_its_server(module: Callable[..., str], workdir: Path) -> None:
    name = module("open('pid', 'w').write(f'{os.getpid()}\\n'); time.sleep(60)")
    server = f"""
import asyncio, pathlib
from understudy.media.child import ChildLimits, run_child
asyncio.run(run_child({name!r}, {{}}, limits=ChildLimits(1024**3, 20, 20.0), workdir=pathlib.Path({str(workdir)!r})))
"""
    source = Path(__file__).parents[3] / "src"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(source)])}
    parent = subprocess.Popen([sys.executable, "-c", server], env=environment)
    child = int(await until_file(workdir / "pid"))
    parent.kill()
    parent.wait()
    assert await asyncio.to_thread(psutil.wait_procs, [p for p in [_process(child)] if p], timeout=5)
    assert _process(child) is None


def _process(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def test_importing_the_parents_side_is_light() -> None:
    source = Path(__file__).parents[3] / "src"
    heavy = "import sys, understudy.media.child, understudy.media.probe; print({'numpy','av','PIL'} & set(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", heavy], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(source)}
    )
    assert told.stdout.strip() == "set()", told.stderr
