"""What comes out, measured in the file: every size, every length, with and without sound, the same twice.

Every size of 2.6 and every tier and ratio of 2.7 at 2 s runs by default; `-m chaos` adds 5 and 10 s for all of them.
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw

from live import LiveServer
from understudy.catalog.shelf import Shelf

MODELS = ("wan2.6-r2v", "wan2.7-r2v")
OPTIONS = {(m, str(o.size), str(o.tier), str(o.ratio)) for m in MODELS for o in Shelf.open().find(m).sizes}
CASES = sorted(OPTIONS)


def picture() -> str:
    """A figure with alpha, as a data URL: no perception model is needed to cast it."""
    image = Image.new("RGBA", (300, 400), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse([80, 20, 220, 180], fill=(236, 190, 150, 255))
    draw.rounded_rectangle([50, 190, 250, 400], 40, fill=(60, 90, 160, 255))
    file = io.BytesIO()
    image.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def body(model: str, size: str, tier: str, ratio: str, seconds: int, **more: Any) -> dict[str, Any]:
    parameters: dict[str, Any] = {"duration": seconds, "seed": 11, **more}
    if model == "wan2.7-r2v":
        media = [{"type": "reference_image", "url": picture()}]
        wanted = {"prompt": "图1说：“你好。”", "media": media}
        parameters |= {"resolution": tier, "ratio": ratio}
    else:
        wanted = {"prompt": "character1 says: “Hello.”", "reference_urls": []}
        parameters |= {"size": size}
    return {"model": model, "input": wanted, "parameters": parameters}


def measured(data: bytes) -> dict[str, Any]:
    """Decode the whole file and count."""
    with av.open(io.BytesIO(data)) as film:
        video = film.streams.video[0]
        context = video.codec_context
        found = {
            "container": film.format.name,
            "codec": context.name,
            "pixels": context.pix_fmt,
            "size": f"{context.width}*{context.height}",
            "rate": str(video.average_rate),
            "frames": sum(1 for _ in film.decode(video)),
            "sound": [s.codec_context.name for s in film.streams.audio],
        }
    with av.open(io.BytesIO(data)) as film:
        if film.streams.audio:
            planes = [f.to_ndarray() for f in film.decode(film.streams.audio[0])]
            wave = np.concatenate(planes, axis=1)
            found["sound seconds"] = wave.shape[1] / film.streams.audio[0].codec_context.sample_rate
            found["loudest"] = float(np.abs(wave).max())
    found["faststart"] = data.index(b"moov") < data.index(b"mdat")
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("data"), slots=2) as live:
        yield live


@pytest.fixture(scope="module")
def uploaded(server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The figure as an upload: 2.6 takes no data URLs."""
    import httpx

    status, answer, _ = server.call("GET", "/api/v1/uploads?action=getPolicy&model=wan2.6-r2v")
    assert status == 200
    policy = answer["data"]
    key = f"{policy['upload_dir']}/figure.png"
    form = {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "Signature": policy["signature"],
        "policy": policy["policy"],
        "key": key,
        "x-oss-object-acl": policy["x_oss_object_acl"],
        "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
        "success_action_status": "200",
    }
    raw = base64.b64decode(picture().partition(",")[2])
    assert httpx.post(policy["upload_host"], data=form, files={"file": ("figure.png", raw)}).status_code == 200
    return f"oss://{key}"


def made(server: LiveServer, wanted: dict[str, Any], uploaded: str) -> tuple[dict[str, Any], bytes]:
    if "reference_urls" in wanted["input"]:
        wanted["input"]["reference_urls"] = [uploaded]
    status, answer, _ = server.submit(wanted)
    assert status == 200, answer
    told = server.wait(answer["output"]["task_id"], seconds=600)
    assert told["output"]["task_status"] == "SUCCEEDED", told
    return told, server.call("GET", told["output"]["video_url"], key=None)[1]


def is_true(server: LiveServer, uploaded: str, model: str, size: str, tier: str, ratio: str, seconds: int) -> None:
    told, film = made(server, body(model, size, tier, ratio, seconds), uploaded)
    found = measured(film)
    assert 0.02 < found.pop("loudest") <= 1.0
    assert found.pop("sound seconds") == pytest.approx(seconds, abs=0.05)
    assert found == {
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "codec": "h264",
        "pixels": "yuv420p",
        "size": size,
        "rate": "30",
        "frames": 30 * seconds,
        "sound": ["aac"],
        "faststart": True,
    }
    usage = {"duration": seconds, "input_video_duration": 0, "output_video_duration": seconds, "video_count": 1}
    picture_told = {"ratio": ratio} if model == "wan2.7-r2v" else {"size": size}
    assert told["usage"] == {**usage, "SR": int(tier[:-1]), **picture_told}
    assert told["output"]["engine"] == "animatic"


@pytest.mark.parametrize(("model", "size", "tier", "ratio"), CASES)
def test_every_size(server: LiveServer, uploaded: str, model: str, size: str, tier: str, ratio: str) -> None:
    is_true(server, uploaded, model, size, tier, ratio, 2)


@pytest.mark.chaos
@pytest.mark.parametrize(("case", "seconds"), list(itertools.product(CASES, (5, 10))))
def test_every_size_and_length(server: LiveServer, uploaded: str, case: tuple[str, ...], seconds: int) -> None:
    is_true(server, uploaded, *case, seconds)  # type: ignore[arg-type]


@pytest.mark.parametrize("seconds", [5, 10])
def test_longer_films(server: LiveServer, uploaded: str, seconds: int) -> None:
    is_true(server, uploaded, "wan2.7-r2v", "1280*720", "720P", "16:9", seconds)


def test_without_sound(server: LiveServer, uploaded: str) -> None:
    """The flash model's silent film is a row of test_families."""
    _, film = made(server, body("wan2.6-r2v", "1280*720", "720P", "16:9", 2, audio=False), uploaded)
    found = measured(film)
    assert (found["sound"], found["frames"], found["size"]) == ([], 60, "1280*720")


def test_the_same_request_and_seed_give_the_same_file(server: LiveServer, uploaded: str) -> None:
    case = next(case for case in CASES if case[2] == "720P")
    films = [made(server, body(*case, 2), uploaded)[1] for _ in range(2)]  # type: ignore[arg-type]
    assert len({hashlib.sha256(film).hexdigest() for film in films}) == 1
    other = made(server, body(*case, 2, seed=12), uploaded)[1]  # type: ignore[arg-type]
    assert other != films[0], "another seed may choose otherwise"


def test_a_first_frame_gives_the_shape(server: LiveServer, uploaded: str, tmp_path: Path) -> None:
    image = Image.effect_noise((600, 400), 60).convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG")
    opening = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    wanted = body("wan2.7-r2v", "", "720P", "1:1", 2)
    wanted["input"]["media"].append({"type": "first_frame", "url": opening})
    _, film = made(server, wanted, uploaded)
    width, height = map(int, measured(film)["size"].split("*"))
    assert width / height == pytest.approx(1.5, rel=0.02)
    assert width * height == pytest.approx(1280 * 720, rel=0.03)
    assert (width % 2, height % 2) == (0, 0)
