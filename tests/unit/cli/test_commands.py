"""The command line as a person meets it: what is printed, where, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import av
import pytest
from typer.testing import CliRunner

from builders import tiny_image, tiny_video
from understudy.cli.generate import keep
from understudy.cli.main import app
from understudy.core.faults import UnderstudyError

runner = CliRunner()


def run(*words: str, stdin: str | None = None) -> tuple[int, str, str]:
    """As a process of its own: exit code, stdout, stderr."""
    told = subprocess.run(
        [sys.executable, "-m", "understudy", *words], capture_output=True, text=True, input=stdin, timeout=300
    )
    return told.returncode, told.stdout, told.stderr


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNDERSTUDY_MODELS_AUTO_INSTALL", "false")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["generate", "x", "--ref", "图2=girl.png"], "图1"),
        (["generate", "x", "--ref", "图1=nobody.png"], "no file"),
        (["generate", "图1", "--ref", "图1=girl.png", "--duration", "99"], "--duration"),
        (["generate", "图1", "--ref", "图1=girl.png", "--resolution", "4K"], "--resolution"),
        (["generate", "图1", "--ref", "图1=girl.png", "--model", "wan9"], "wan2.7-r2v"),
        (["generate", "图1", "--ref", "图1=girl.png", "--voice", "图7=girl.png"], "图1"),
        (["generate", "图1", "--ref", "图1=girl.png", "--server", "http://127.0.0.1:9/api/v1"], "--key"),
        (["generate", "图1", "--ref", "图1=letter.png"], "--ref 图1: Invalid file format"),
        (["generate"], "PROMPT"),
        (["generate", "x", "--model", "wanx2.1-vace-plus"], "video_outpainting"),
        (["generate", "--model", "emo-v1", "--ref", "girl.png"], "--ref driving_audio=FILE"),
        (["generate", "--model", "emo-v1", "--ref", "mask=girl.png"], "it takes portrait=FILE, driving_audio=FILE"),
        (["generate", "x", "--model", "wan2.2-t2v-plus", "--option", "fps=99"], "--option fps"),
        (["generate", "--model", "emo-detect-v1", "--ref", "girl.png"], "understudy check PICTURE"),
        (["generate", "--model", "animate-anyone-gen2", "--ref", "girl.png"], "--template FILE"),
        (["check", "girl.png", "--model", "emo-v1"], "understudy generate --model emo-v1"),
        (["check", "nobody.png"], "no file"),
        (["template", "nobody.mp4"], "no file"),
        (["plan", "--batch", "nothing.jsonl"], "nothing.jsonl"),
        (["keys", "revoke", "0123", "--data", "."], "keys list"),
        (["models", "show", "wan9"], "wan2.7-r2v"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_is_one_sentence_that_helps(words: list[str], says: str, tmp_path: Path) -> None:
    tiny_image(tmp_path / "girl.png", (320, 240))
    (tmp_path / "letter.png").write_text("Dear server")
    told = runner.invoke(app, words)
    assert isinstance(told.exception, UnderstudyError), told.output
    assert says in told.exception.message
    assert "\n" not in told.exception.message


def test_a_mistake_ends_the_process_with_1_and_no_trace() -> None:
    code, out, err = run("models", "show", "wan9")
    assert (code, out) == (1, "")
    assert err.startswith("understudy: Model can not be found.")
    assert "Traceback" not in err


def test_a_plan_as_table_and_as_json() -> None:
    prompt = "第一个镜头：图1走进便利店，镜头缓缓推近。第二个镜头：特写，她笑着说：“晚上好！”"
    told = runner.invoke(app, ["plan", prompt, "--ref", "图1", "--duration", "6"])
    assert told.exit_code == 0, told.output
    assert "图1: 晚上好！" in told.stdout
    assert "push_in" in told.stdout
    told = runner.invoke(app, ["plan", prompt, "--ref", "图1", "--duration", "6", "--format", "json"])
    plan = json.loads(told.stdout)
    assert [shot["size"] for shot in plan["shots"]] == [None, "close"]
    assert plan["frame_count"] == 180


def test_a_batch_of_plans_line_by_line() -> None:
    rows = [
        {"id": "a", "prompt": "图1说：“你好。”", "references": [{"name": "图1", "kind": "image"}], "duration": 5},
        {"id": "b", "prompt": "Image 1 walks in the snow.", "references": [{"name": "Image 1", "kind": "image"}]},
    ]
    code, out, err = run("plan", "--batch", "-", stdin="\n".join(json.dumps(row) for row in rows))
    assert code == 0, err
    first, second = map(json.loads, out.splitlines())
    assert (first["id"], first["shots"][0]["lines"][0]["speaker"]) == ("a", "图1")
    assert (second["id"], second["shots"][0]["fx"]) == ("b", ["snow"])
    code, _, err = run("plan", "--batch", "-", stdin="{")
    assert code == 1
    assert "line 1" in err


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "data")]
    made = runner.invoke(app, ["keys", "create", "alice", *data])
    secret = made.stdout.strip()
    assert re.fullmatch(r"sk-[0-9a-f]{64}", secret)
    listed = runner.invoke(app, ["keys", "list", *data]).stdout
    assert "alice" in listed
    assert secret not in listed, "a key is shown once"
    key_id = listed.splitlines()[1].split("\t")[0]
    assert runner.invoke(app, ["keys", "revoke", key_id, *data]).exit_code == 0
    assert "revoked" in runner.invoke(app, ["keys", "list", *data]).stdout
    stored = b"".join(p.read_bytes() for p in (tmp_path / "data").iterdir() if p.is_file())
    assert secret.encode() not in stored


def test_models_are_listed_with_prices_and_shown_whole() -> None:
    listed = runner.invoke(app, ["models", "list"]).stdout
    assert "wan2.6-r2v-flash\treference-to-video\t720P, 1080P\t2–10\t720P 0.3" in listed
    assert "wanx2.1-vace-plus --function video_edit\tvideo-inpaint\t720P" in listed
    card = json.loads(runner.invoke(app, ["models", "show", "wan2.7-r2v", "--format", "json"]).stdout)
    assert card["billing"]["input_caps"]["3"] == "1.65"
    shown = runner.invoke(app, ["models", "show", "emo-v1"]).stdout
    assert "option style_level\ttext: normal, calm, active; default normal" in shown


def test_the_doctor_names_what_is_missing(tmp_path: Path) -> None:
    told = runner.invoke(app, ["doctor", "--data", str(tmp_path / "data")])
    assert told.exit_code == 0, told.stdout
    assert "understudy models install" in told.stdout


def test_the_doctor_finds_half_a_speech_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("espeakng_loader.get_library_path", lambda: str(tmp_path / "gone.so"))
    told = runner.invoke(app, ["doctor", "--data", str(tmp_path)])
    assert told.exit_code == 1
    assert re.search(r"speech\tFAILED\t.*gone\.so is missing; run: pip install --force-reinstall", told.output)


def test_a_check_needs_eyes_and_says_so(tmp_path: Path) -> None:
    tiny_image(tmp_path / "girl.png", (640, 640))
    told = runner.invoke(app, ["check", "girl.png", "--data", "data"])
    assert isinstance(told.exception, UnderstudyError), told.output
    assert "understudy models install" in told.exception.message


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    program = "import sys, understudy.cli.main; print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.split())
    assert not loaded & {"numpy", "cv2", "av", "pydantic", "sqlalchemy", "httpx", "rich.console", "starlette"}


def test_a_motion_that_is_none_is_refused(tmp_path: Path) -> None:
    tiny_image(tmp_path / "girl.png", (640, 640))
    (tmp_path / "motion.tpl").write_bytes(b"no motion")
    words = ["generate", "--model", "animate-anyone-gen2", "--ref", "girl.png", "--template", "motion.tpl"]
    told = runner.invoke(app, [*words, "--data", "data"])
    assert isinstance(told.exception, UnderstudyError), told.output
    assert "cannot be read" in told.exception.message


def test_a_motion_is_a_film_of_its_own_length(tmp_path: Path) -> None:
    from fractions import Fraction

    import numpy as np

    from understudy.animatic.bodies.motion import Motion, write_motion
    from understudy.cli.here import motion_facts
    from understudy.core.units import Size

    points, seen = np.zeros((45, 33, 3), np.float32), np.ones((45, 33), np.float32)
    write_motion(tmp_path / "motion.tpl", Motion(points, seen, Size(720, 1280), Fraction(30)))
    facts = motion_facts(tmp_path / "motion.tpl")
    assert (facts.size, facts.seconds, facts.frames_per_second) == (Size(720, 1280), Decimal("1.5"), Decimal(30))
    assert not facts.has_sound


def test_a_film_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_bytes(b"older")
    with pytest.raises(FileNotFoundError):
        keep(tmp_path / "nowhere.mp4", tmp_path / "out.mp4")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("out.mp4", b"older")]
    (tmp_path / "film.mp4").write_bytes(b"newer")
    (tmp_path / "link.mp4").symlink_to("out.mp4")
    keep(tmp_path / "film.mp4", tmp_path / "link.mp4")
    assert (tmp_path / "out.mp4").read_bytes() == b"newer"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.mp4", "out.mp4"]


def test_a_pipe_or_device_is_written_to_and_stays(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "film.mp4").write_bytes(b"film")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    keep(tmp_path / "film.mp4", tmp_path / "pipe")
    assert os.read(reader, 10) == b"film"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


def test_generate_repaints_a_film_without_a_server(tmp_path: Path) -> None:
    tiny_video(tmp_path / "film.mp4", (320, 320), seconds=1)
    told = runner.invoke(
        app,
        ["generate", "--model", "video-style-transform", "--ref", "film.mp4", "--option", "style=7", "--option",
         "min_len=540", "-o", "looked.mp4", "--data", "data"],
    )  # fmt: skip
    assert told.exit_code == 0, (told.output, told.exception)
    with av.open(str(tmp_path / "looked.mp4")) as film:
        video = film.streams.video[0]
        assert (video.width, video.height, video.frames, video.average_rate) == (540, 540, 15, 15)


def test_generate_makes_a_film_without_a_server(tmp_path: Path) -> None:
    from PIL import Image, ImageDraw

    figure = Image.new("RGBA", (300, 400), (0, 0, 0, 0))
    ImageDraw.Draw(figure).ellipse([60, 40, 240, 380], fill=(200, 90, 60, 255))
    figure.save(tmp_path / "figure.png")
    code, out, err = run(
        "generate", "图1在雪中跳舞。", "--ref", "图1=figure.png", "--resolution", "720P", "--ratio", "9:16",
        "--duration", "2", "--seed", "5", "--output", "made/out.mp4", "--data", "data",
    )  # fmt: skip
    assert code == 0, err
    assert out.strip() == "made/out.mp4", "stdout holds the result only"
    assert "rendering: 100%" in err
    assert "note: This is an animatic" in err.replace("\n", " ")
    with av.open(str(tmp_path / "made" / "out.mp4")) as film:
        video = film.streams.video[0]
        assert (video.width, video.height, video.frames) == (720, 1280, 60)
        assert len(film.streams.audio) == 1
