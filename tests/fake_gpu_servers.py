"""Two GPU servers that speak `/v1/videos`, without GPUs: vLLM-Omni and SGLang Diffusion, each in its own request form.

They take what the real ones take and refuse the rest, and besides they refuse fields the real ones would pass over in
silence, so that a word we made up is noticed. What they answer is theirs: ids, errors, fields left out. The film is a
real file. Source: spec/gateways.md §5.2, §5.3; vllm-project/vllm-omni, entrypoints/openai/api_server.py and
protocol/videos.py; sgl-project/sglang, multimodal_gen/runtime/entrypoints/openai/video_api.py.
"""

# FastAPI reads the types of the functions below, which names under `from __future__ import annotations` would hide

import io
import json
import socket
import threading
import time
import uuid
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, File, Form, HTTPException, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from builders import tiny_video

SecondsText = Annotated[str, StringConstraints(pattern=r"^[1-9]\d*$")]
SizeText = Annotated[str, StringConstraints(pattern=r"^\d+x\d+$")]
RATE = 24
"""Frames per second both make when nothing is said."""


class FakeGpuServer:
    """A server on loopback in a thread. Use as a context manager.

    A video is `in_progress` for `polls` looks, then completed, or failed with `failure`. `answers` are HTTP statuses to
    answer the next requests with instead. `submitted` holds what each submit said, `calls` every method and path.
    """

    kind = ""

    def __init__(self, folder: Path, *, model: str = "", polls: int = 2, failure: str = "", key: str = "") -> None:
        self.folder = folder
        self.model = model
        self.polls = polls
        self.failure = failure
        self.key = key
        self.answers: list[int] = []
        self.submitted: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str]] = []
        self.jobs: dict[str, dict[str, Any]] = {}
        self._looks: dict[str, int] = {}
        self.app = FastAPI()
        self._add_routes()
        self.app.middleware("http")(self._note)

    def __enter__(self) -> "FakeGpuServer":
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self.app, log_level="error", ws="none", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    async def _note(self, request: Request, go_on: Any) -> Any:
        self.calls.append((request.method, request.url.path))
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return JSONResponse({"error": "Unauthorized"}, 401)
        if self.answers:
            return JSONResponse({"error": {"message": "as the test has it", "code": None}}, self.answers.pop(0))
        return await go_on(request)

    def _add_routes(self) -> None:
        raise NotImplementedError

    def _begin(self, said: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
        self.submitted.append(said)
        width, height = (int(side) for side in (job["size"] or "256x144").split("x"))
        # small pictures of the asked shape: what is told is what counts here
        size = (max(2, width // 8 * 2), max(2, height // 8 * 2))
        sound = bool(said.get("generate_sound"))
        film = tiny_video(self.folder / f"{uuid.uuid4().hex}.mp4", size, int(job["seconds"]), sound=sound, rate=RATE)
        self.jobs[job["id"]] = {**job, "film": film}
        return self._told(job["id"])

    def _told(self, video_id: str) -> dict[str, Any]:
        return {name: value for name, value in self.jobs[video_id].items() if name != "film"}

    def _look(self, video_id: str) -> dict[str, Any]:
        if video_id not in self.jobs:
            raise HTTPException(404, "Video not found")
        job = self.jobs[video_id]
        looks = self._looks[video_id] = self._looks.get(video_id, 0) + 1
        if job["status"] in ("queued", "in_progress"):
            job["status"], job["progress"] = "in_progress", min(99, 100 * looks // (self.polls + 1))
            if looks > self.polls and self.failure:
                job["status"], job["error"] = "failed", self._error(self.failure)
            elif looks > self.polls:
                job |= {"status": "completed", "progress": 100, "completed_at": int(time.time())}
        return self._told(video_id)

    def _error(self, message: str) -> dict[str, Any]:
        return {"message": message}

    def _film(self, video_id: str) -> FileResponse:
        if video_id not in self.jobs:
            raise HTTPException(404, "Video not found")
        if self.jobs[video_id]["status"] != "completed":
            raise HTTPException(404, "Generation is still in-progress")
        return FileResponse(self.jobs[video_id]["film"], media_type="video/mp4")


async def _only_known(request: Request, known: set[str]) -> None:
    strange = set(dict(await request.form())) - known
    if strange:
        raise HTTPException(400, f"made-up fields: {sorted(strange)}")


async def _read_image(upload: UploadFile) -> bytes:
    data = await upload.read()
    try:
        Image.open(io.BytesIO(data)).verify()
    except UnidentifiedImageError:
        raise HTTPException(400, f"Invalid uploaded image reference: {upload.filename}") from None
    return data


# vLLM-Omni ----------------------------------------------------------------------------------------------------------


class _OfImage(BaseModel):
    model_config = ConfigDict(extra="forbid")
    image_url: str


class _OfVideo(BaseModel):
    model_config = ConfigDict(extra="forbid")
    video_url: str


class _OfSound(BaseModel):
    model_config = ConfigDict(extra="forbid")
    audio_url: str


VLLM_FIELDS = {
    *("prompt", "input_reference", "input_references", "image_reference", "video_reference", "audio_reference"),
    *("model", "seconds", "size", "user", "width", "height", "num_frames", "fps", "aspect_ratio", "negative_prompt"),
    *("num_inference_steps", "guidance_scale", "guidance_scale_2", "boundary_ratio", "flow_shift", "true_cfg_scale"),
    *("seed", "generate_sound", "sound_duration", "lora", "extra_params"),
}


class FakeVllmOmni(FakeGpuServer):
    """Forms only; one model per server; `mixed` models take images, videos and sounds as files of one list."""

    kind = "vllm-omni"

    def __init__(self, folder: Path, *, mixed: bool = False, **more: Any) -> None:
        self.mixed = mixed
        super().__init__(folder, **more)

    def _error(self, message: str) -> dict[str, Any]:
        return {"code": 500, "message": message}

    def _add_routes(self) -> None:
        app = self.app

        @app.exception_handler(HTTPException)
        async def refuse(_: Request, error: HTTPException) -> JSONResponse:
            body = {"message": error.detail, "type": "BadRequestError", "param": None, "code": error.status_code}
            return JSONResponse({"error": body}, error.status_code)

        @app.exception_handler(RequestValidationError)
        async def misread(_: Request, error: RequestValidationError) -> JSONResponse:
            body = {"message": str(error.errors()), "type": "Bad Request", "param": None, "code": 400}
            return JSONResponse({"error": body}, 400)

        @app.post("/v1/videos")
        async def create(
            request: Request,
            prompt: Annotated[str, Form()],
            input_reference: Annotated[UploadFile | None, File()] = None,
            input_references: Annotated[list[UploadFile] | None, File()] = None,
            image_reference: Annotated[str | None, Form()] = None,
            video_reference: Annotated[str | None, Form()] = None,
            audio_reference: Annotated[str | None, Form()] = None,
            model: Annotated[str | None, Form()] = None,
            seconds: Annotated[SecondsText | None, Form()] = None,
            size: Annotated[SizeText | None, Form()] = None,
            fps: Annotated[float | None, Form(ge=1)] = None,
            seed: Annotated[int | None, Form()] = None,
            generate_sound: Annotated[bool | None, Form()] = None,
            negative_prompt: Annotated[str | None, Form()] = None,
        ) -> dict[str, Any]:
            await _only_known(request, VLLM_FIELDS)
            if model is not None and self.model and model != self.model:
                raise HTTPException(
                    400, f"Model mismatch: request specifies '{model}' but server is running '{self.model}'."
                )
            images = _parsed(image_reference, _OfImage)
            videos = _parsed(video_reference, _OfVideo)
            sounds = _parsed(audio_reference, _OfSound)
            if input_references and (images or videos or input_reference is not None):
                raise HTTPException(
                    400, "Provide input_references alone, without input_reference, image_reference, or video_reference."
                )
            if input_reference is not None and (images or videos):
                raise HTTPException(400, "Provide only one of input_reference, image_reference, or video_reference.")
            said = {"prompt": prompt, "model": model, "seconds": seconds, "size": size, "fps": fps, "seed": seed}
            said |= {"generate_sound": generate_sound, "negative_prompt": negative_prompt}
            said |= {"images": images, "videos": videos, "sounds": sounds, "files": []}
            for upload in [*(input_references or []), *([input_reference] if input_reference is not None else [])]:
                is_image = (upload.content_type or "").startswith("image/")
                if input_references and not self.mixed and is_image:
                    raise HTTPException(400, "This model's input_references are videos.")
                data = await (_read_image(upload) if is_image else upload.read())
                said["files"].append((upload.filename, upload.content_type, len(data)))
            job = {"id": f"video_gen_{uuid.uuid4().hex}", "object": "video", "model": self.model or model or "unknown"}
            job |= {"prompt": prompt, "status": "queued", "progress": 0, "created_at": int(time.time())}
            job |= {"size": size, "seconds": seconds or "4", "quality": "default", "error": None, "completed_at": None}
            return self._begin(said, job | {"remixed_from_video_id": None, "media_type": "video/mp4"})

        @app.get("/v1/videos/{video_id}")
        async def retrieve(video_id: str) -> dict[str, Any]:
            return self._look(video_id)

        @app.get("/v1/videos/{video_id}/content")
        async def content(video_id: str) -> FileResponse:
            return self._film(video_id)

        @app.delete("/v1/videos/{video_id}")
        async def delete(video_id: str) -> dict[str, Any]:
            if self.jobs.pop(video_id, None) is None:
                raise HTTPException(404, "Video not found")
            return {"id": video_id, "deleted": True, "object": "video.deleted"}


def _parsed(text: str | None, kind: type[BaseModel]) -> list[Any]:
    """A reference, or a list of them, as JSON text in a form."""
    if text is None:
        return []
    try:
        value = json.loads(text)
        items = value if isinstance(value, list) else [value]
        return [item.model_dump() for item in TypeAdapter(list[kind]).validate_python(items)]  # type: ignore[valid-type]
    except (ValueError, ValidationError) as error:
        raise HTTPException(400, f"Invalid reference: {error}") from None


# SGLang -------------------------------------------------------------------------------------------------------------


class _SglangBody(BaseModel):
    model_config = ConfigDict(extra="forbid")  # the real one allows what it does not know
    prompt: str
    input_reference: str | None = None
    reference_url: str | None = None
    video_url: str | None = None
    model: str | None = None
    seconds: int | None = 4
    size: str | None = ""
    fps: int | None = None
    num_frames: int | None = None
    seed: int | None = None
    negative_prompt: str | None = None
    guidance_scale: float | None = None
    num_inference_steps: int | None = None
    generate_sound: bool | None = None


class FakeSglang(FakeGpuServer):
    """JSON, or a form with one file; ids are plain UUIDs; errors of failed videos have no code.

    With `needs_reference` a form without a file is refused, as an earlier version did.
    """

    kind = "sglang"

    def __init__(self, folder: Path, *, needs_reference: bool = False, **more: Any) -> None:
        self.needs_reference = needs_reference
        super().__init__(folder, **more)

    def _add_routes(self) -> None:
        app = self.app

        @app.post("/v1/videos")
        async def create(
            request: Request,
            prompt: Annotated[str | None, Form()] = None,
            input_reference: Annotated[UploadFile | None, File()] = None,
            video_reference: Annotated[UploadFile | None, File()] = None,
            reference_url: Annotated[str | None, Form()] = None,
            video_url: Annotated[str | None, Form()] = None,
            model: Annotated[str | None, Form()] = None,
            seconds: Annotated[int | None, Form()] = None,
            size: Annotated[str | None, Form()] = None,
            fps: Annotated[int | None, Form()] = None,
            seed: Annotated[int | None, Form()] = None,
            negative_prompt: Annotated[str | None, Form()] = None,
            generate_sound: Annotated[bool | None, Form()] = None,
        ) -> dict[str, Any]:
            files: list[tuple[Any, ...]] = []
            if "multipart/form-data" in request.headers.get("content-type", "").lower():
                await _only_known(request, {*_SglangBody.model_fields, "video_reference", "extra_body"})
                if not prompt:
                    raise HTTPException(400, "prompt is required")
                if self.needs_reference and input_reference is None and reference_url is None:
                    raise HTTPException(400, "input_reference file is required")
                if input_reference is not None:
                    files.append((input_reference.filename, "image", len(await _read_image(input_reference))))
                if video_reference is not None:
                    files.append((video_reference.filename, "video", len(await video_reference.read())))
                given = {"reference_url": reference_url, "video_url": video_url, "fps": fps, "seed": seed}
                given |= {"negative_prompt": negative_prompt, "generate_sound": generate_sound, "model": model}
                body = _SglangBody(prompt=prompt, seconds=seconds or 4, size=size, **given)
            else:
                try:
                    body = _SglangBody(**await request.json())
                except (ValueError, ValidationError) as error:
                    raise HTTPException(400, f"Invalid request body: {error}") from None
            job = {"id": str(uuid.uuid4()), "object": "video", "model": body.model or "sora-2", "status": "queued"}
            job |= {"progress": 0, "created_at": int(time.time()), "size": body.size or "", "quality": "standard"}
            said = {**body.model_dump(exclude_none=True), "files": files}
            return self._begin(said, job | {"seconds": str(body.seconds or 4)})

        @app.get("/v1/videos/{video_id}")
        async def retrieve(video_id: str) -> dict[str, Any]:
            return self._look(video_id)

        @app.get("/v1/videos/{video_id}/content")
        async def content(video_id: str) -> FileResponse:
            return self._film(video_id)

        @app.delete("/v1/videos/{video_id}")
        async def delete(video_id: str) -> dict[str, Any]:
            if video_id not in self.jobs:
                raise HTTPException(404, "Video not found")
            del self.jobs[video_id]
            return {
                "id": video_id,
                "object": "video",
                "status": "deleted",
            }
