"""The chains of document 001 over raw HTTP: look at the picture, keep the motion, make the film.

What one step answers goes into the next as it stands. Source: seed 001, model chains; spec/dashscope.md §8.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from families import BODY_DETECT, FACE_DETECT, IMAGE_TO_VIDEO, PRINTED, TEMPLATE, at, make_media, truth_of

from live import LiveServer, media_server
from seeds import curl_blocks
from sight import models_folder

ASYNC = {"X-DashScope-Async": "enable"}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with media_server(make_media(tmp_path_factory.mktemp("media"))) as address:
        yield address


@pytest.fixture(scope="module")
def server(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "models").symlink_to(models_folder())
    options = {"UNDERSTUDY_FETCH_ALLOW": origin, "UNDERSTUDY_ENGINES": "testcard,animatic"}
    with LiveServer(folder, slots=2, options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)


class Chain:
    """Calls of one chain, and what they cost together."""

    def __init__(self, server: LiveServer, origin: str) -> None:
        self.server, self.origin = server, origin
        self.ids: list[str] = []

    def check(self, path: str, model: str, file: str = "@person.png", **parameters: Any) -> dict[str, Any]:
        body = {"model": model, "input": at({"image_url": file}, self.origin), "parameters": parameters}
        status, answer, _ = self.server.call("POST", path, body)
        assert status == 200, answer
        self.ids.append(answer["request_id"])
        return dict(answer["output"])

    def make(self, path: str, model: str, given: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        body = {"model": model, "input": at(given, self.origin), "parameters": parameters}
        status, answer, _ = self.server.call("POST", path, body, headers=ASYNC)
        assert status == 200, answer
        told = self.server.wait(answer["output"]["task_id"])
        assert told["output"]["task_status"] == "SUCCEEDED", told
        self.ids.append(told["output"]["task_id"])
        return told

    def film(self, url: str) -> tuple[str, str, int, bool]:
        status, film, _ = self.server.call("GET", url, key=None)
        assert status == 200
        return truth_of(film)

    @property
    def amounts(self) -> list[str]:
        lines = self.server.call("GET", "/understudy/v1/usage")[1]["lines"]
        book = {line["task_id"]: line["charge"]["amount"] for line in lines}
        return [str(book[key]) for key in self.ids]


@pytest.fixture
def chain(server: LiveServer, origin: str) -> Chain:
    return Chain(server, origin)


@pytest.fixture(scope="module")
def template(server: LiveServer, origin: str) -> tuple[str, str]:
    """A motion that was kept, and the task that kept it."""
    kept = Chain(server, origin).make(TEMPLATE, "animate-anyone-template-gen2", {"video_url": "@dance.mp4"})
    return kept["output"]["template_id"], kept["output"]["task_id"]


@pytest.mark.parametrize(("ratio", "size", "price"), [("1:1", "512*512", "0.08"), ("3:4", "512*704", "0.16")])
def test_emo(chain: Chain, ratio: str, size: str, price: str) -> None:
    found = chain.check(FACE_DETECT, "emo-detect-v1", ratio=ratio)
    assert found["check_pass"] is True
    given = {"image_url": "@person.png", "audio_url": "@word.wav"}
    boxes = {"face_bbox": found["face_bbox"], "ext_bbox": found["ext_bbox"]}
    told = chain.make(IMAGE_TO_VIDEO, "emo-v1", {**given, **boxes}, style_level="active")
    assert chain.film(told["output"]["results"]["video_url"]) == (size, "15", 15, True)
    assert told["usage"] == {"video_duration": 1, "video_ratio": ratio}
    assert chain.amounts == ["0.004", price]


def test_liveportrait(chain: Chain) -> None:
    assert chain.check(FACE_DETECT, "liveportrait-detect")["pass"] is True
    given = {"image_url": "@person.png", "audio_url": "@word.wav"}
    told = chain.make(IMAGE_TO_VIDEO, "liveportrait", given, template_id="active", video_fps=30, paste_back=False)
    assert chain.film(told["output"]["results"]["video_url"]) == ("512*512", "30", 30, True)
    assert chain.amounts == ["0.004", "0.02"]


def test_emoji(chain: Chain) -> None:
    found = chain.check(FACE_DETECT, "emoji-detect-v1", ratio="1:1")
    boxes = {"face_bbox": found["bbox_face"], "ext_bbox": found["ext_bbox_face"]}  # other names than it is asked by
    given = {"image_url": "@person.png", "driven_id": "jingdian_tiaopi", **boxes}
    told = chain.make(IMAGE_TO_VIDEO, "emoji-v1", given)
    assert chain.film(told["output"]["video_url"])[0] == "512*512"
    assert chain.amounts[0] == "0.004"


def test_animate_anyone(chain: Chain, template: tuple[str, str]) -> None:
    assert chain.check(BODY_DETECT, "animate-anyone-detect-gen2")["check_pass"] is True
    chain.ids.append(template[1])
    given = {"image_url": "@person.png", "template_id": template[0]}
    over_own = chain.make(IMAGE_TO_VIDEO, "animate-anyone-gen2", given, use_ref_img_bg=True, video_ratio="3:4")
    assert chain.film(over_own["output"]["video_url"]) == ("832*1088", "15", 30, False)
    as_filmed = chain.make(IMAGE_TO_VIDEO, "animate-anyone-gen2", given)
    assert chain.film(as_filmed["output"]["video_url"]) == ("960*960", "15", 30, False)
    assert chain.amounts == ["0.004", "0.16", "0.16", "0.16"]


def test_a_template_outlives_the_server(chain: Chain, template: tuple[str, str]) -> None:
    chain.server.stop()
    chain.server.start()
    given = {"image_url": "@person.png", "template_id": template[0]}
    assert chain.make(IMAGE_TO_VIDEO, "animate-anyone-gen2", given)["usage"]["video_duration"] == 2


@pytest.mark.parametrize(
    ("longer", "frames", "charge"),
    [(False, 60, "0.16"), (True, 72, "0.192")],  # a film of 2 s, a sound of 2.4 s, thirty pictures a second
    ids=["as long as the shorter", "as long as the sound"],
)
def test_videoretalk(chain: Chain, longer: bool, frames: int, charge: str) -> None:
    given = {"video_url": "@dance.mp4", "audio_url": "@voice.wav", "ref_image_url": ""}
    told = chain.make(IMAGE_TO_VIDEO, "videoretalk", given, video_extension=longer)
    assert chain.film(told["output"]["video_url"]) == ("640*640", "30", frames, True)
    assert told["usage"]["size"] == "640*640"
    assert chain.amounts == [charge]


def test_a_check_asked_for_as_a_task(chain: Chain) -> None:
    """What `ImageSynthesis.call` of document 001 sends, once it has a prompt. Source: spec/dashscope.md §8.1."""
    told = chain.make("/api/v1/services/aigc/text2image/image-synthesis", "emo-detect-v1", {"image_url": "@person.png"})
    assert told["output"]["result"] == "pass"
    assert told["output"]["face_bbox"]
    assert told["usage"] == {"image_count": 1}
    assert chain.amounts == ["0.004"]


def test_the_documents_own_commands(server: LiveServer, origin: str) -> None:
    """Every `curl` of document 001 as printed; host, key and pictures are those of this machine."""
    found = []
    for call in curl_blocks("001"):
        if call.method != "POST":
            continue
        body = call.json()
        for name, url in body["input"].items():
            if str(url).startswith("https://example.com/"):
                body["input"][name] = f"{origin}/{'girl' if 'last' not in name else 'place'}.png"
        headers = {name: value for name, value in call.headers.items() if name != "authorization"}
        path = call.url.split("aliyuncs.com")[1]
        assert path == PRINTED
        status, answer, _ = server.call("POST", path, body, headers=headers)
        assert status == 200, answer
        told = server.wait(answer["output"]["task_id"])
        assert told["output"]["results"][0]["url"] == told["output"]["video_url"]
        found.append((body["model"], told["usage"]["video_duration"], told["usage"]["video_ratio"]))
    assert found == [
        ("wan2.2-t2v-plus", 5, "720*1280"),
        ("wanx2.1-i2v-plus", 3, "standard"),
        ("wanx2.1-kf2v-plus", 5, "standard"),
    ]


def test_a_server_without_workers_still_looks_at_pictures(origin: str, tmp_path: Path) -> None:
    """Tasks wait there for a worker elsewhere; a check is answered at once."""
    (tmp_path / "models").symlink_to(models_folder())
    with LiveServer(tmp_path, slots=0, options={"UNDERSTUDY_FETCH_ALLOW": origin}) as lonely:
        chain = Chain(lonely, origin)
        assert chain.check(FACE_DETECT, "emo-detect-v1")["check_pass"] is True
        assert chain.amounts == ["0.004"]
        body = {"model": "emo-detect-v1", "input": {"image_url": f"{origin}/person.png"}}
        status, answer, _ = lonely.call("POST", FACE_DETECT, body, headers=ASYNC)
        assert status == 200, answer
        told = lonely.call("GET", f"/api/v1/tasks/{answer['output']['task_id']}")[1]
        assert told["output"]["task_status"] == "PENDING"
