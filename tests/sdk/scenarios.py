"""What users write with the official SDK, run unmodified inside a process that has one version of it.

    PYTHONPATH=<folder of that version> python scenarios.py BASE_URL KEY MEDIA_FOLDER MEDIA_ORIGIN

Prints one JSON line per scenario: {"name", "error"}; error is null when it held. The server runs the test-card
engine, which fetches and checks every reference as the real one does.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
import traceback
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from pathlib import Path
from typing import Any

BASE, KEY, FOLDER, ORIGIN = sys.argv[1:5]
os.environ["DASHSCOPE_API_KEY"] = KEY
os.environ["DASHSCOPE_HTTP_BASE_URL"] = BASE
os.environ["DASHSCOPE_BASE_URL"] = BASE

import dashscope  # noqa: E402  (it reads the environment when imported)
from dashscope import VideoSynthesis  # noqa: E402
from dashscope.aigc.video_synthesis import AioVideoSynthesis  # noqa: E402

dashscope.base_http_api_url = BASE
VERSION = dashscope.version.__version__
NEW = not VERSION.startswith("1.")
MEDIA = Path(FOLDER)
Scenario = Callable[[], Any]
SCENARIOS: list[tuple[str, Scenario]] = []


def scenario(function: Scenario) -> Scenario:
    SCENARIOS.append((function.__name__, function))
    return function


def new_client_only(function: Scenario) -> Scenario:
    return scenario(function) if NEW else function


def expect(found: Any, wanted: Any, what: str = "") -> None:
    if found != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, found {found!r}")


def succeeded(answer: Any, seconds: int = 2, **usage: Any) -> Any:
    """The answer of a finished task: state, link that downloads, usage to the last number."""
    expect(answer.status_code, HTTPStatus.OK, f"status ({answer.code} {answer.message})")
    expect(answer.output.task_status, "SUCCEEDED", f"task ({dict(answer.output)})")
    expect(answer.output["engine"], "testcard", "engine")
    with urllib.request.urlopen(answer.output.video_url, timeout=30) as film:
        expect(film.read(12)[4:8], b"ftyp", "an MP4 file")
    for name, wanted in {"output_video_duration": seconds, "video_count": 1, **usage}.items():
        found = answer.usage[name]
        expect((found, type(found)), (wanted, type(wanted)), f"usage.{name}")
    return answer


def image(name: str = "girl.png", **more: str) -> dict[str, str]:
    return {"type": "reference_image", "url": f"{ORIGIN}/{name}", **more}


def submitted(prompt: str = "图1挥手", **more: Any) -> Any:
    answer = VideoSynthesis.async_call(
        model="wan2.7-r2v", prompt=prompt, media=[image()], resolution="720P", duration=2, **more
    )
    expect(answer.status_code, HTTPStatus.OK, f"submit ({answer.code} {answer.message})")
    expect(answer.output.task_status, "PENDING", "state after submit")
    return answer


def busy_then_waiting() -> tuple[str, Any]:
    """A task that runs for a while and one that waits behind it (the server works on one at a time)."""
    running = submitted("图1 slow 3").output.task_id
    deadline = time.monotonic() + 30
    while VideoSynthesis.fetch(running).output.task_status != "RUNNING":
        if time.monotonic() > deadline:
            raise AssertionError("the slow task never ran")
        time.sleep(0.05)
    return running, submitted("图1 behind the slow one")


# The documents' main example -----------------------------------------------------------------------------------------


@scenario
def r2v27_as_in_the_guide_with_links() -> None:
    media = [
        image("girl.png", reference_voice=f"{ORIGIN}/voice.wav"),
        {"type": "reference_video", "url": f"{ORIGIN}/boy.mp4", "reference_voice": f"{ORIGIN}/voice.wav"},
        image("cup.png"),
        image("cup.png"),
        image("place.png"),
    ]
    answer = VideoSynthesis.call(
        api_key=KEY,
        model="wan2.7-r2v",
        media=media,
        resolution="720P",
        ratio="16:9",
        duration=2,
        prompt_extend=False,
        watermark=True,
        prompt="视频1抱着图3，在图4的椅子上弹奏，并说道：“今天的阳光真好。”图1手中拿着图2，路过视频1。",
    )
    # 5 references cap the 3 s video at 1 s: 1 + 2
    succeeded(answer, 2, duration=3, input_video_duration=1, SR=720, ratio="16:9")
    expect(answer.output.orig_prompt[:3], "视频1", "orig_prompt")
    expect(answer.output.results[0]["url"], answer.output.video_url, "results beside video_url")


@scenario
def r2v27_local_files_are_uploaded() -> None:
    media = [
        {"type": "reference_image", "url": str(MEDIA / "图 1.png"), "reference_voice": str(MEDIA / "voice.wav")},
        {"type": "reference_video", "url": f"file://{MEDIA / 'boy.mp4'}"},
    ]
    answer = VideoSynthesis.call(
        model="wan2.7-r2v", prompt="图1和视频1", media=media, resolution="720P", ratio="9:16", duration=2
    )
    succeeded(answer, 2, duration=4.5, input_video_duration=2.5, SR=720, ratio="9:16")


@scenario
def r2v27_data_url() -> None:
    data = base64.b64encode((MEDIA / "girl.png").read_bytes()).decode()
    media = [{"type": "reference_image", "url": f"data:image/png;base64,{data}"}]
    answer = VideoSynthesis.call(model="wan2.7-r2v", prompt="图1", media=media, resolution="720P", duration=2)
    succeeded(answer, 2, duration=2, input_video_duration=0)


@scenario
def r2v27_first_frame_sets_the_shape() -> None:
    media = [{"type": "first_frame", "url": f"{ORIGIN}/tall.png"}, image()]
    answer = VideoSynthesis.call(model="wan2.7-r2v", prompt="图1走来", media=media, resolution="720P", duration=2)
    succeeded(answer, 2, duration=2, SR=720)


@scenario
def r2v26_mixed_local_and_links() -> None:
    answer = VideoSynthesis.call(
        model="wan2.6-r2v",
        prompt="character1 和 character2 对话",
        reference_urls=[str(MEDIA / "boy.mp4"), f"file://{MEDIA / 'girl.png'}", f"{ORIGIN}/cup.png"],
        size="1280*720",
        duration=2,
        shot_type="multi",
        audio=True,
    )
    # three references: 1.65, not 1.667
    succeeded(answer, 2, duration=3.65, input_video_duration=1.65, SR=720, size="1280*720")


@scenario
def r2v26_reference_video_urls_relative_path() -> None:
    os.chdir(MEDIA)
    answer = VideoSynthesis.call(
        model="wan2.6-r2v",
        prompt="character1在沙发上开心地看电影",
        reference_video_urls=["file://boy.mp4"],
        reference_video_description=["一个男孩"],
        size="960*960",
        duration=2,
    )
    succeeded(answer, 2, duration=5, input_video_duration=3, SR=720, size="960*960")


@scenario
def r2v26_flash_without_sound() -> None:
    answer = VideoSynthesis.call(
        model="wan2.6-r2v-flash", prompt="character1", reference_urls=[f"{ORIGIN}/girl.png"], size="720*1280",
        duration=2, audio=False,
    )  # fmt: skip
    succeeded(answer, 2, duration=2, SR=720, size="720*1280")


@scenario
def oss_address_is_used_again() -> None:
    command = [sys.executable, "-c", "from dashscope.cli import main; main()"] if not NEW else []
    command = command or [sys.executable, "-c", "import sys; from dashscope.cli import main; sys.exit(main())"]
    told = subprocess.run(
        [*command, "oss.upload", "--model", "wan2.7-r2v", "--file", str(MEDIA / "girl.png"), "--base_url", BASE],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    address = next((w for w in told.stdout.split() if w.startswith("oss://")), "")
    if not address:
        raise AssertionError(f"no oss:// address in: {told.stdout}{told.stderr}")
    for _ in range(2):
        answer = VideoSynthesis.call(
            model="wan2.7-r2v", prompt="图1", media=[{"type": "reference_image", "url": address}], resolution="720P",
            duration=2,
        )  # fmt: skip
        succeeded(answer)


# The life of a task --------------------------------------------------------------------------------------------------


@scenario
def async_call_wait_and_fetch() -> None:
    answer = submitted()
    succeeded(VideoSynthesis.wait(answer))
    succeeded(VideoSynthesis.fetch(answer))
    told = succeeded(VideoSynthesis.fetch(answer.output.task_id))
    for name in ("submit_time", "scheduled_time", "end_time"):
        datetime.strptime(told.output[name], "%Y-%m-%d %H:%M:%S.%f")


@scenario
def fetch_of_an_unknown_task() -> None:
    answer = VideoSynthesis.fetch("00000000-0000-4000-8000-000000000000")
    expect(answer.status_code, HTTPStatus.OK, "status")
    expect(answer.output.task_status, "UNKNOWN", "state")


@scenario
def cancel_waiting_and_running() -> None:
    running, waiting = busy_then_waiting()
    canceled = VideoSynthesis.cancel(waiting)
    expect(canceled.status_code, HTTPStatus.OK, "cancel")
    expect(VideoSynthesis.fetch(waiting).output.task_status, "CANCELED", "state")
    expect(VideoSynthesis.wait(waiting).output.task_status, "CANCELED", "wait ends at once")
    late = VideoSynthesis.cancel(running)
    expect((late.status_code, late.code), (400, "UnsupportedOperation"), "cancel of a running task")
    succeeded(VideoSynthesis.wait(running))


@scenario
def failed_task_tells_code_and_message() -> None:
    answer = VideoSynthesis.call(
        model="wan2.7-r2v", prompt="图1", media=[image("nothing-here.png")], resolution="720P", duration=2
    )
    expect(answer.status_code, HTTPStatus.OK, "status of the poll")
    expect(answer.output.task_status, "FAILED", "state")
    if not answer.output["code"].startswith("InvalidURL") or not answer.output["message"]:
        raise AssertionError(dict(answer.output))


@scenario
def list_with_filters() -> None:
    submitted("图1 listed")
    now = datetime.now(timezone(timedelta(hours=8)))
    answer = VideoSynthesis.list(
        model_name="wan2.7-r2v",
        page_no=1,
        page_size=5,
        start_time=f"{now - timedelta(hours=1):%Y%m%d%H%M%S}",
        end_time=f"{now + timedelta(hours=1):%Y%m%d%H%M%S}",
    )
    expect(answer.status_code, HTTPStatus.OK, "status")
    told = json.loads(json.dumps(answer, default=lambda o: o.__dict__))
    if '"wan2.7-r2v"' not in json.dumps(told):
        raise AssertionError(f"no task of the model in {told}")


# Refusals ------------------------------------------------------------------------------------------------------------


@scenario
def wrong_key() -> None:
    answer = VideoSynthesis.async_call(
        api_key="sk-nobody", model="wan2.7-r2v", prompt="图1", media=[image()], duration=2
    )
    expect((answer.status_code, answer.code), (401, "InvalidApiKey"), "refusal")


@scenario
def unknown_model() -> None:
    answer = VideoSynthesis.async_call(model="wan9.9-r2v", prompt="图1", media=[image()])
    expect((answer.status_code, answer.code), (404, "ModelNotFound"), "refusal")


@scenario
def wrong_size() -> None:
    answer = VideoSynthesis.async_call(
        model="wan2.6-r2v", prompt="character1", reference_urls=[f"{ORIGIN}/girl.png"], size="100*100"
    )
    expect((answer.status_code, answer.code), (400, "InvalidParameter"), "refusal")
    if "100*100" not in answer.message:
        raise AssertionError(answer.message)


@scenario
def missing_prompt() -> None:
    answer = VideoSynthesis.async_call(model="wan2.7-r2v", media=[image()])
    expect((answer.status_code, answer.message), (400, "Field required: input.prompt"), "refusal")


@scenario
def missing_local_path_is_never_opened() -> None:
    answer = VideoSynthesis.async_call(
        model="wan2.7-r2v", prompt="图1", media=[{"type": "reference_image", "url": "no/such/file.png"}]
    )
    expect((answer.status_code, answer.code), (400, "InvalidURL"), "refusal")


@scenario
def call_on_a_refused_submit_raises_as_the_sdk_does() -> None:
    try:
        VideoSynthesis.call(model="wan2.7-r2v", media=[image()], prompt="图1", duration=99)
    except Exception as error:
        expect(type(error).__name__, "InvalidTask", "what the SDK raises")
        return
    raise AssertionError("nothing was raised")


# asyncio -------------------------------------------------------------------------------------------------------------


@scenario
async def aio_call_with_local_files() -> None:
    media = [{"type": "reference_image", "url": str(MEDIA / "图 1.png")}]
    answer = await AioVideoSynthesis.call("wan2.7-r2v", "图1", media=media, resolution="720P", duration=2, ratio="1:1")
    succeeded(answer, 2, duration=2, ratio="1:1")


@scenario
async def aio_async_call_fetch_wait() -> None:
    answer = await AioVideoSynthesis.async_call("wan2.7-r2v", "图1", media=[image()], resolution="720P", duration=2)
    expect(answer.output.task_status, "PENDING", "state")
    succeeded(await AioVideoSynthesis.wait(answer.output.task_id))
    succeeded(await AioVideoSynthesis.fetch(answer.output.task_id))


@scenario
async def aio_fetch_unknown() -> None:
    answer = await AioVideoSynthesis.fetch("00000000-0000-4000-8000-000000000000")
    expect(answer.output.task_status, "UNKNOWN", "state")


@scenario
async def aio_cancel() -> None:
    running, waiting = await asyncio.to_thread(busy_then_waiting)
    answer = await AioVideoSynthesis.cancel(waiting.output.task_id)
    expect(answer.status_code, HTTPStatus.OK, "cancel (1.25.16 sends a GET)")
    expect((await AioVideoSynthesis.fetch(waiting.output.task_id)).output.task_status, "CANCELED", "state")
    await AioVideoSynthesis.wait(running)


@scenario
async def aio_list() -> None:
    answer = await AioVideoSynthesis.list(page_no=1, page_size=3)
    expect(answer.status_code, HTTPStatus.OK, "status")


@scenario
async def aio_refusals() -> None:
    answer = await AioVideoSynthesis.async_call("wan2.7-r2v", "图1", media=[image()], duration=99)
    expect((answer.status_code, answer.code), (400, "InvalidParameter"), "refusal")


# The new client of 2.x -----------------------------------------------------------------------------------------------


@new_client_only
def client_create_fetch_cancel_list() -> None:
    with dashscope.Client(api_key=KEY, base_url=BASE) as client:
        made = client.videos.jobs.create(
            model="wan2.7-r2v", prompt="图1", media=[{"type": "reference_image", "url": str(MEDIA / "图 1.png")}],
            resolution="720P", duration=2,
        )  # fmt: skip
        expect(made.status, "PENDING", "state")
        deadline = time.monotonic() + 60
        while client.videos.jobs.fetch(made.task_id).status != "SUCCEEDED":
            if time.monotonic() > deadline:
                raise AssertionError("the task did not end")
            time.sleep(0.2)
        told = client.videos.jobs.fetch(made.task_id)
        expect(told.results[0].url, told.output["video_url"], "results")
        page = client.videos.jobs.list(page_no=1, page_size=5)
        if not any(t.task_id == made.task_id for t in page.tasks):
            raise AssertionError("the 2.x page does not show the task")
        expect(client.videos.jobs.fetch("00000000-0000-4000-8000-000000000000").status, "UNKNOWN", "unknown task")
        running, waiting = busy_then_waiting()
        client.videos.jobs.cancel(waiting.output.task_id)
        expect(client.videos.jobs.fetch(waiting.output.task_id).status, "CANCELED", "state")
        try:
            client.videos.jobs.cancel(running)
        except Exception as error:
            expect(type(error).__name__, "BadRequestError", "cancel of a running task")
        else:
            raise AssertionError("a running task was cancelled")
        VideoSynthesis.wait(running)


@new_client_only
def client_generate_r2v26_local() -> None:
    with dashscope.Client(api_key=KEY, base_url=BASE) as client:
        made = client.videos.generate(
            model="wan2.6-r2v", prompt="character1", extra_input={"reference_urls": [str(MEDIA / "boy.mp4")]},
            size="1280*720", duration=2,
        )  # fmt: skip
        expect(made.status, "SUCCEEDED", "state")
        expect(made.usage.input_video_duration, 3, "usage")


@new_client_only
def client_errors_are_typed() -> None:
    with dashscope.Client(api_key=KEY, base_url=BASE) as client:
        for kind, more in (("BadRequestError", {"duration": 99}), ("NotFoundError", {"model": "wan9.9-r2v"})):
            wanted = {"model": "wan2.7-r2v", "prompt": "图1", "media": [image()], **more}
            try:
                client.videos.jobs.create(**wanted)
            except Exception as error:
                expect(type(error).__name__, kind, "what the client raises")
            else:
                raise AssertionError(f"{more} was accepted")


@new_client_only
async def async_client_generate() -> None:
    async with dashscope.AsyncClient(api_key=KEY, base_url=BASE) as client:
        made = await client.videos.generate(
            model="wan2.7-r2v", prompt="图1", media=[image()], resolution="720P", duration=2
        )
        expect(made.status, "SUCCEEDED", "state")


def main() -> None:
    for name, function in SCENARIOS:
        try:
            outcome = function()
            if asyncio.iscoroutine(outcome):
                asyncio.run(outcome)
            error = None
        except BaseException as caught:
            error = f"{type(caught).__name__}: {caught}\n{traceback.format_exc(limit=4)}"
        print(json.dumps({"name": name, "error": error}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
