"""The command line against a live server: every form of work goes over the wire, and comes back."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from typer.testing import CliRunner

from builders import tiny_image, tiny_sound, tiny_video
from live import KEY, LiveServer
from understudy.catalog.shelf import Shelf
from understudy.cli.main import app
from understudy.client import Client
from understudy.core.faults import UnderstudyError
from understudy.core.findings import CheckProblem, Findings
from understudy.core.usage import Usage
from understudy.core.wire import Checked, RemoteTask, WireRequest
from understudy.dialects.dashscope import DIALECT

runner = CliRunner()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that draws test cards, and looks at pictures without the models it would need."""
    options = {"UNDERSTUDY_ENGINES": "testcard,animatic", "UNDERSTUDY_MODELS_AUTO_INSTALL": "false"}
    with LiveServer(tmp_path_factory.mktemp("server"), options=options) as live:
        yield live


@pytest.fixture
def there(server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that send an order to the server; files of the usual names lie in the working folder."""
    monkeypatch.chdir(tmp_path)
    tiny_image(tmp_path / "a.png", (512, 512))
    tiny_image(tmp_path / "b.png", (512, 512))
    tiny_sound(tmp_path / "a.wav", 2)
    tiny_video(tmp_path / "a.mp4", (320, 320), seconds=2)
    return ["--server", f"{server.url}/api/v1", "--key", KEY]


@pytest.mark.parametrize(
    ("words", "size", "frames"),
    [
        (["--model", "emo-v1", "--ref", "a.png", "--ref", "a.wav"], (512, 512), 30),
        (["--model", "video-style-transform", "--ref", "a.mp4", "--option", "min_len=540"], (540, 540), 30),
        (["光", "--model", "wanx2.1-kf2v-plus", "--ref", "a.png", "--ref", "last_frame=b.png", "--duration", "1"],
         (960, 960), 30),
        (["wide", "--model", "wanx2.1-vace-plus", "--function", "video_outpainting", "--ref", "source_video=a.mp4",
          "--option", "left_scale=2", "--duration", "1"], (480, 320), 30),
        (["a boat", "--model", "wanx2.1-t2v-turbo", "--resolution", "480P", "--ratio", "1:1", "--duration", "1",
          "--option", "fps=16"], (624, 624), 16),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else None,
)  # fmt: skip
def test_every_form_of_order_goes_over_the_wire(
    words: list[str], size: tuple[int, int], frames: int, there: list[str], tmp_path: Path
) -> None:
    told = runner.invoke(app, ["generate", *words, "-o", "out.mp4", *there])
    assert told.exit_code == 0, (told.output, told.exception)
    assert told.stdout.splitlines()[-1] == "out.mp4"
    with av.open(str(tmp_path / "out.mp4")) as film:
        video = film.streams.video[0]
        assert ((video.width, video.height), video.frames) == (size, frames)


def test_other_wires_of_a_server(there: list[str], tmp_path: Path) -> None:
    words = ["generate", "光", "--model", "wan2.7-r2v", "--ref", "a.png", "--duration", "2", "-o", "out.mp4", *there]
    told = runner.invoke(app, [*words, "--dialect", "dashscope"])
    assert told.exit_code == 0, (told.output, told.exception)
    assert (tmp_path / "out.mp4").exists()
    told = runner.invoke(app, [*words, "--dialect", "carrier-pigeon"])
    assert isinstance(told.exception, UnderstudyError), told.output
    assert "there is no wire 'carrier-pigeon' for clients; there are" in told.exception.message


def hear_ctrl_c() -> None:
    """As in a terminal: what a shell starts in the background is deaf to it, and so are its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_whoever_stops_waiting_is_told_what_goes_on(there: list[str]) -> None:
    words = ["generate", "图1 slow 2", "--ref", "图1=a.png", "--duration", "2", *there]
    command = [sys.executable, "-m", "understudy", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=hear_ctrl_c) as waiting:
        assert waiting.stderr is not None
        accepted = next(line for line in waiting.stderr if "accepted" in line)
        waiting.send_signal(signal.SIGINT)
        last = waiting.stderr.read().splitlines()[-1]
    task_id = accepted.split()[-2]
    assert (waiting.returncode, task_id in last, "cancel it" in last) == (130, True, True)


def test_what_the_server_refuses_is_one_sentence(there: list[str]) -> None:
    told = runner.invoke(app, ["generate", "--model", "video-style-transform", "--ref", "a.mp4",
                               "--option", "style=9", *there])  # fmt: skip
    assert isinstance(told.exception, UnderstudyError), told.output
    assert "The style is invalid." in told.exception.message


def test_a_template_of_a_server_is_named_not_sent(there: list[str]) -> None:
    told = runner.invoke(app, ["generate", "--model", "animate-anyone-gen2", "--ref", "a.png",
                               "--template", "AACT.12345678.abcdef-abcdef.1234567890ab", *there])  # fmt: skip
    assert isinstance(told.exception, UnderstudyError), told.output
    assert "template" in told.exception.message


def test_a_check_that_cannot_be_made_says_why(there: list[str]) -> None:
    told = runner.invoke(app, ["check", "a.png", "--model", "emo-detect-v1", *there])
    assert isinstance(told.exception, UnderstudyError), told.output
    assert "understudy models install" in told.exception.message


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (Findings(face_box=(1, 2, 30, 40), frame_box=(0, 0, 60, 60), humanoid=True), 0),
        (Findings(passed=False, problem=CheckProblem.NO_FACE, humanoid=False), 1),
    ],
)
def test_a_check_tells_the_servers_finding(
    found: Findings, code: int, there: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the dialect's server half writes, its client half reads, and the command tells."""
    written = DIALECT.encode_answer(
        Checked(found, Usage(image_count=1)),
        WireRequest("POST", "/", request_id="r"),
        Shelf.open().find("emo-detect-v1"),
    )
    read = DIALECT.decode_reply(written)

    async def answer(self: Client, *_: object, **__: object) -> RemoteTask:
        return read

    monkeypatch.setattr(Client, "check", answer)
    told = runner.invoke(app, ["check", "a.png", "--format", "json", *there])
    assert told.exit_code == code, (told.output, told.exception)
    said = json.loads(told.stdout)
    assert said["passed"] is found.passed
    assert said.get("face_box") == (list(found.face_box) if found.face_box else None)
