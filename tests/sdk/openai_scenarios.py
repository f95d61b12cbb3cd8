"""What a user of the official OpenAI client does with videos; run by `test_openai.py` in a process of its own.

usage: python openai_scenarios.py BASE_URL KEY MEDIA_FOLDER MEDIA_ORIGIN
Nothing of the client is changed but its base URL. Prints one JSON line for each scenario: its name and what went wrong.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
from openai import AsyncOpenAI, OpenAI

SCENARIOS: list[Callable[..., None]] = []


def scenario(function: Callable[..., None]) -> Callable[..., None]:
    SCENARIOS.append(function)
    return function


class Place:
    """The server, and the media it may fetch."""

    def __init__(self, base_url: str, key: str, folder: str, origin: str) -> None:
        self.base_url, self.key, self.folder, self.origin = base_url, key, Path(folder), origin
        self.client = OpenAI(base_url=base_url, api_key=key)

    def finished(self, **more: Any) -> Any:
        wanted = {"model": "toy-r2v", "prompt": "Image 1 waves", "seconds": "1", "extra_body": self.girl()}
        return self.client.videos.create_and_poll(**wanted | more)

    def girl(self) -> dict[str, Any]:
        return {"reference_urls": [f"{self.origin}/girl.png"]}


def refused(kind: type[openai.APIStatusError], call: Callable[[], Any]) -> Any:
    try:
        answer = call()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected, not {answer!r}")


@scenario
def the_five_lines_of_the_specification(place: Place) -> None:
    """gateways.md §5.5, with a model whose films are short."""
    video = place.client.videos.create_and_poll(
        model="wan2.6-r2v",
        prompt="character1 waves",
        seconds="5",
        size="1280x720",
        extra_body={"reference_urls": [f"{place.origin}/girl.png"]},
    )
    assert (video.status, video.progress, video.error) == ("completed", 100, None), video
    assert (video.seconds, video.size, video.model) == ("5", "1280x720", "wan2.6-r2v")
    target = place.folder / f"out-{openai.__version__}.mp4"
    place.client.videos.download_content(video.id).write_to_file(target)
    assert target.read_bytes()[4:8] == b"ftyp"


@scenario
def only_a_prompt(place: Place) -> None:
    video = place.client.videos.create(prompt="A kitten runs in the moonlight")
    assert (video.object, video.status, video.progress, video.model) == ("video", "queued", 0, "wan2.7-t2v")
    place.client.videos.delete(video.id)


@scenario
def a_file_with_name_and_type(place: Place) -> None:
    picture = ("girl.png", (place.folder / "girl.png").read_bytes(), "image/png")
    video = place.client.videos.create_and_poll(
        model="toy-r2v", prompt="Image 1 waves", seconds="1", input_reference=picture
    )
    assert video.status == "completed", video


@scenario
def a_file_as_plain_bytes(place: Place) -> None:
    data = (place.folder / "girl.png").read_bytes()
    video = place.client.videos.create_and_poll(
        model="wan2.6-i2v", prompt="she turns", seconds="4", size="720x1280", input_reference=data
    )
    assert video.status == "completed", video


@scenario
def extras_of_our_own(place: Place) -> None:
    media = [
        {"type": "reference_image", "url": f"{place.origin}/girl.png", "reference_voice": f"{place.origin}/voice.wav"},
        {"type": "reference_image", "url": f"{place.origin}/cup.png"},
    ]
    extras = {
        "media": json.dumps(media),
        "negative_prompt": "blurry",
        "seed": 7,
        "watermark": True,
        "resolution": "720P",
    }
    video = place.client.videos.create_and_poll(
        model="wan2.7-r2v", prompt="图1 says: hello", seconds="4", extra_body=extras
    )
    assert video.status == "completed", video


@scenario
def a_list_whose_pairing_is_lost(place: Place) -> None:
    media = [{"type": "reference_image", "url": "u1", "reference_voice": "v"}, {"type": "reference_video", "url": "u2"}]
    error = refused(
        openai.BadRequestError,
        lambda: place.client.videos.create(prompt="x", model="wan2.7-r2v", extra_body={"media": media}),
    )
    assert "json.dumps" in str(error), error


@scenario
def json_instead_of_a_form(place: Place) -> None:
    body = {
        "model": "toy-r2v",
        "prompt": "x",
        "seconds": 1,
        "input_reference": {"image_url": f"{place.origin}/girl.png"},
    }
    told: Any = place.client.post("/videos", body=body, cast_to=object)
    assert place.client.videos.poll(told["id"]).status == "completed"


@scenario
def retrieve_and_poll(place: Place) -> None:
    video = place.client.videos.create(model="toy-r2v", prompt="x", seconds="1", extra_body=place.girl())
    raw = place.client.videos.with_raw_response.retrieve(video.id)
    assert raw.parse().id == video.id
    assert raw.parse().status in ("completed", "failed") or int(raw.headers["openai-poll-after-ms"]) > 0
    assert place.client.videos.poll(video.id, poll_interval_ms=50).status == "completed"


@scenario
def two_pages_of_a_list(place: Place) -> None:
    made = [
        place.client.videos.create(model="toy-r2v", prompt="x", seconds="1", extra_body=place.girl()).id
        for _ in range(3)
    ]
    pages = list(place.client.videos.list(limit=2).iter_pages())
    assert [len(page.data) for page in pages[:2]] == [2, 2] or len(pages) == 2
    listed = [video.id for video in place.client.videos.list(limit=2)]
    assert listed[:3] == made[::-1], "newest first"
    assert len(set(listed)) == len(listed)
    oldest = [video.id for video in place.client.videos.list(limit=2, order="asc")]
    assert oldest == listed[::-1]
    for video_id in made:
        place.client.videos.delete(video_id)


@scenario
def content_of_every_kind(place: Place) -> None:
    video = place.finished()
    whole = place.client.videos.download_content(video.id).read()
    assert whole[4:8] == b"ftyp"
    part = place.client.videos.download_content(video.id, extra_headers={"Range": "bytes=4-7"}).read()
    assert part == b"ftyp"
    assert place.client.videos.download_content(video.id, variant="thumbnail").read()[:2] == b"\xff\xd8", "a JPEG"
    refused(openai.BadRequestError, lambda: place.client.videos.download_content(video.id, variant="spritesheet"))
    with place.client.videos.with_streaming_response.download_content(video.id) as streamed:
        assert b"".join(streamed.iter_bytes(1024)) == whole
        assert streamed.headers["content-type"] == "video/mp4"


@scenario
def content_that_is_not_there_yet(place: Place) -> None:
    video = place.client.videos.create(model="wan2.6-t2v", prompt="x", seconds="12", size="1792x1024")
    error = refused(openai.BadRequestError, lambda: place.client.videos.download_content(video.id))
    assert "queued" in str(error) or "in_progress" in str(error), error
    place.client.videos.delete(video.id)


@scenario
def delete(place: Place) -> None:
    video = place.finished()
    answer = place.client.videos.delete(video.id)
    assert (answer.id, answer.deleted, answer.object) == (video.id, True, "video.deleted")
    refused(openai.NotFoundError, lambda: place.client.videos.retrieve(video.id))
    refused(openai.NotFoundError, lambda: place.client.videos.download_content(video.id))
    refused(openai.NotFoundError, lambda: place.client.videos.delete(video.id))


@scenario
def remix(place: Place) -> None:
    first = place.client.videos.create(model="toy-r2v", prompt="x", seconds="1", extra_body=place.girl())
    video = place.client.videos.remix(first.id, prompt="Image 1 at night")
    assert (video.remixed_from_video_id, video.prompt) == (first.id, "Image 1 at night")
    assert place.client.videos.poll(video.id).status == "completed"


@scenario
def remix_of_a_file(place: Place) -> None:
    """What came inside the first request is there for the second too."""
    first = place.client.videos.create_and_poll(
        model="toy-r2v", prompt="x", seconds="1", input_reference=(place.folder / "girl.png").read_bytes()
    )
    assert place.client.videos.poll(place.client.videos.remix(first.id, prompt="y").id).status == "completed"


@scenario
def edit_and_extend(place: Place) -> None:
    film = (place.folder / "boy.mp4").read_bytes()
    edited = place.client.videos.edit(prompt="It rains", video=film)
    assert edited.model == "wan2.7-videoedit"
    longer = place.client.videos.extend(prompt="He goes on", seconds="4", video=film)
    assert longer.model == "wan2.7-i2v"
    for video in (edited, longer):
        told = place.client.videos.poll(video.id)
        assert told.status == "completed", told


@scenario
def edit_of_a_video_of_mine(place: Place) -> None:
    first = place.client.videos.create_and_poll(prompt="A street", seconds="2", size="1280x720", model="wan2.7-t2v")
    told: Any = place.client.post("/videos/edits", body={"prompt": "snow", "video": {"id": first.id}}, cast_to=object)
    video = place.client.videos.poll(told["id"])
    assert video.status == "completed", video


@scenario
def characters_are_refused(place: Place) -> None:
    error = refused(openai.BadRequestError, lambda: place.client.videos.create_character(name="hero", video=b"1"))
    assert "media" in str(error)
    refused(openai.NotFoundError, lambda: place.client.videos.get_character("char_1"))


@scenario
def a_task_that_fails_is_no_exception(place: Place) -> None:
    video = place.finished(extra_body={"reference_urls": [f"{place.origin}/nowhere.png"]})
    assert video.status == "failed"
    assert video.error is not None
    assert video.error.code == "invalid_media", video.error
    assert "reference_urls[0]" in video.error.message, video.error


@scenario
def errors_have_their_classes(place: Place) -> None:
    client = place.client
    error = refused(openai.BadRequestError, lambda: client.videos.create(prompt="x", model="wan2.6-t2v", size="10x10"))
    assert (error.param, error.type) == ("size", "invalid_request_error"), error.body
    refused(openai.NotFoundError, lambda: client.videos.create(prompt="x", model="no-such-model"))
    refused(openai.NotFoundError, lambda: client.videos.retrieve("video_123"))
    stranger = OpenAI(base_url=place.base_url, api_key="sk-wrong", max_retries=0)
    refused(openai.AuthenticationError, lambda: stranger.videos.retrieve("video_123"))
    error = refused(openai.BadRequestError, lambda: client.videos.create(prompt="", model="wan2.6-t2v"))
    assert error.param == "prompt", error.body


@scenario
def a_submit_repeated_with_one_key_is_one_task(place: Place) -> None:
    headers = {"Idempotency-Key": f"scenario-{openai.__version__}"}
    made = {
        place.client.videos.create(
            model="toy-r2v", prompt="x", seconds="1", extra_body=place.girl(), extra_headers=headers
        ).id
        for _ in range(2)
    }
    assert len(made) == 1
    place.client.videos.delete(made.pop())


@scenario
def the_same_without_a_prefix(place: Place) -> None:
    client = OpenAI(base_url=place.base_url.removesuffix("/v1"), api_key=place.key)
    video = client.videos.create(model="toy-r2v", prompt="x", seconds="1", extra_body=place.girl())
    assert client.videos.retrieve(video.id).id == video.id
    assert client.videos.delete(video.id).deleted


@scenario
def without_waiting(place: Place) -> None:
    async def run() -> None:
        async with AsyncOpenAI(base_url=place.base_url, api_key=place.key) as client:
            video = await client.videos.create_and_poll(
                model="toy-r2v", prompt="x", seconds="1", extra_body=place.girl()
            )
            assert video.status == "completed"
            content = await client.videos.download_content(video.id)
            assert (await content.aread())[4:8] == b"ftyp"

    asyncio.run(run())


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)  # the client says so of every method of videos
    place = Place(*sys.argv[1:5])
    for run in SCENARIOS:
        error = None
        try:
            run(place)
        except Exception:
            error = traceback.format_exc()
        print(json.dumps({"name": run.__name__, "error": error}), flush=True)


if __name__ == "__main__":
    main()
