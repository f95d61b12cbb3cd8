"""Bytes in and out: result downloads with byte ranges, and OSS-style form uploads, both with bounded memory.

Knows multipart and ranges. Must not know who may do what: `service.links` and `service.uploads` decide.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse

from understudy.core.faults import Forbidden, Gone
from understudy.core.ports import BlobStore
from understudy.server.guard import REQUEST_ID, Metrics, Stopwatch
from understudy.service.links import Links
from understudy.service.uploads import UploadRefused, Uploads

MAX_FIELD_BYTES = 64 * 1024
"""All text fields of an upload form together; a signed policy is well below 2 kB."""
MAX_FIELDS = 40
_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$", re.ASCII)


class Files:
    """The two doors for bytes."""

    def __init__(self, blobs: BlobStore, links: Links, uploads: Uploads, metrics: Metrics) -> None:
        self._blobs = blobs
        self._links = links
        self._uploads = uploads
        self._metrics = metrics

    async def download(self, request: Request) -> Response:
        """A result by its signed link; honours one byte range."""
        key = request.path_params["key"]
        query = request.query_params
        watch, request_id = Stopwatch(self._metrics), request.scope[REQUEST_ID]
        response = await self._download(request, key, query.get("Expires", ""), query.get("Signature", ""))
        watch.stop("download", request.method, request.scope["path"], response.status_code, request_id)
        return response

    async def _download(self, request: Request, key: str, expires: str, signature: str) -> Response:
        number = request.scope[REQUEST_ID]
        try:
            self._links.check(key, expires, signature)
        except Gone:
            sentence = "Request has expired. Ask for the task again to get a fresh link."
            return refusal(403, "AccessDenied", sentence, number)
        except Forbidden:
            sentence = "The link is not complete; use video_url exactly as given."
            return refusal(403, "SignatureDoesNotMatch", sentence, number)
        size = await self._blobs.size(key)
        if size is None:
            return refusal(404, "NoSuchKey", "The file is gone: results are kept for 24 hours.", number)
        headers = {"cache-control": "private, max-age=86400", "x-content-type-options": "nosniff"}
        path = self._blobs.local_path(key)
        if path is not None:
            _drop_strange_range(request)
            return FileResponse(path, media_type=_kind_of(key), headers=headers)
        return self._stream(request, key, size, headers)

    def _stream(self, request: Request, key: str, size: int, headers: dict[str, str]) -> Response:
        headers["accept-ranges"] = "bytes"
        start, end, status = 0, size, 200
        match = _RANGE.match(request.headers.get("range", ""))
        if match and (match[1] or match[2]):
            start = int(match[1]) if match[1] else max(0, size - int(match[2]))
            end = min(size, int(match[2]) + 1) if match[1] and match[2] else size
            if start >= size or start >= end:
                return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
            status = 206
            headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
        headers["content-length"] = str(end - start)
        body = self._blobs.read(key, start, end)
        return StreamingResponse(body, status, headers, media_type=_kind_of(key))

    async def upload(self, request: Request) -> Response:
        """The OSS form POST: every field before `file`, then the bytes, straight into the store.

        Answers exactly 200 when `success_action_status=200` asks for it, else 204. Source: spec/dashscope.md §3.2.
        """
        watch, request_id = Stopwatch(self._metrics), request.scope[REQUEST_ID]
        form = UploadForm(request)
        try:
            fields = await form.read_fields()
            grant = self._uploads.check_form(fields)
            content_type = fields.get("x-oss-content-type") or form.content_type or "application/octet-stream"
            await self._uploads.receive(grant, form.file_chunks(), content_type)
            status = 200 if fields.get("success_action_status") == "200" else 204
            response = Response(status_code=status)
        except UploadRefused as refused:
            await form.drain(self._uploads.max_file_bytes)
            response = refusal(refused.status, refused.code, refused.message, request_id)
        except ClientDisconnect:
            sentence = "The connection was closed before the file was complete."
            response = refusal(400, "RequestTimeout", sentence, request_id)
        response.headers["x-oss-request-id"] = request_id
        watch.stop("upload", "POST", request.scope["path"], response.status_code, request_id)
        return response

    async def put(self, request: Request) -> Response:
        """The bytes of one file, to a put_url. Answers 200 with the quoted ETag. Source: spec/gateways.md §4.6."""
        watch, request_id = Stopwatch(self._metrics), request.scope[REQUEST_ID]
        digest = hashlib.md5(usedforsecurity=False)

        async def chunks() -> AsyncIterator[bytes]:
            async for chunk in request.stream():
                if chunk:
                    digest.update(chunk)
                    yield chunk

        try:
            grant = self._uploads.check_slot(request.path_params["slot_id"], request.query_params)
            content_type = request.headers.get("content-type", "application/octet-stream")
            await self._uploads.receive(grant, chunks(), content_type)
            response = Response(status_code=200, headers={"etag": f'"{digest.hexdigest()}"'})
        except UploadRefused as refused:
            response = refusal(refused.status, refused.code, refused.message, request_id)
        except ClientDisconnect:
            sentence = "The connection was closed before the file was complete."
            response = refusal(400, "RequestTimeout", sentence, request_id)
        watch.stop("upload", "PUT", request.scope["path"], response.status_code, request_id)
        return response


def _kind_of(key: str) -> str:
    """A result is a film, or a still of one."""
    return "image/jpeg" if key.endswith(".jpg") else "video/mp4"


def _drop_strange_range(request: Request) -> None:
    """Forget a Range that is not one range of bytes: then the whole file is sent. Source: RFC 9110, 14.2."""
    match = _RANGE.match(request.headers.get("range", "bytes=0-"))
    if match is None or not (match[1] or match[2]) or (match[1] and match[2] and int(match[1]) > int(match[2])):
        request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0].lower() != b"range"]


def refusal(status: int, code: str, message: str, request_id: str) -> Response:
    """A refusal in the XML of OSS. Source: spec/dashscope.md §3.2."""
    body = (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<Error><Code>{escape(code)}</Code>"
        f"<Message>{escape(message)}</Message><RequestId>{request_id}</RequestId><HostId>understudy</HostId></Error>"
    )
    return PlainTextResponse(body, status, media_type="application/xml")


@dataclass
class _Part:
    name: str = ""
    file_name: str | None = None
    content_type: str = ""
    value: bytearray = field(default_factory=bytearray)


class UploadForm:
    """A multipart body read as it comes: fields first, then the bytes of `file`, never all at once.

    Field values and file names are raw UTF-8. Source: spec/dashscope.md §3.2 (captured traffic).
    """

    def __init__(self, request: Request) -> None:
        self._stream = request.stream()
        self._fields: dict[str, str] = {}
        self._field_bytes = 0
        self._part = _Part()
        self._header_name = b""
        self._header_value = b""
        self._data: deque[bytes] = deque()
        self._in_file = False
        self._file_done = False
        self.content_type = ""
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        self._parser: MultipartParser | None = None
        if kind == b"multipart/form-data" and options.get(b"boundary"):
            self._parser = MultipartParser(options[b"boundary"], self._callbacks())

    def _callbacks(self) -> Any:
        return {
            "on_part_begin": self._part_begin,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_header_field": self._header_field,
            "on_header_value": self._header_text,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
        }

    def _part_begin(self) -> None:
        self._part = _Part()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _header_text(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        name, value = self._header_name.lower(), self._header_value
        self._header_name = self._header_value = b""
        if name == b"content-type":
            self._part.content_type = value.decode("latin-1")
        elif name == b"content-disposition":
            _, options = parse_options_header(value)
            self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" in options:
                self._part.file_name = options[b"filename"].decode("utf-8", "replace")

    def _headers_finished(self) -> None:
        if self._part.name == "file":
            self._in_file = True
            self.content_type = self._part.content_type

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file_done:
            return  # OSS ignores what follows the file
        if self._in_file:
            self._data.append(data[start:end])
            return
        self._field_bytes += end - start
        if self._field_bytes > MAX_FIELD_BYTES:
            raise UploadRefused("MaxPOSTPreDataLengthExceeded", "The fields before the file are too long.", 400)
        self._part.value += data[start:end]

    def _part_end(self) -> None:
        if self._in_file:
            self._in_file, self._file_done = False, True
        elif not self._file_done:
            if len(self._fields) >= MAX_FIELDS:
                raise UploadRefused("MaxPOSTPreDataLengthExceeded", "The form has too many fields.", 400)
            self._fields[self._part.name] = self._part.value.decode("utf-8", "replace")

    async def _advance(self) -> bool:
        """Feed one more piece of the body to the parser; False when there is none."""
        async for chunk in self._stream:
            if chunk and self._parser is not None:
                try:
                    self._parser.write(chunk)
                except FormParserError:
                    raise UploadRefused(
                        "MalformedPOSTRequest",
                        "The body of the POST is not well-formed multipart/form-data.",
                        400,
                    ) from None
            return True
        return False

    async def read_fields(self) -> dict[str, str]:
        """Every field in front of `file`. Raises UploadRefused when the form is malformed or has no file."""
        if self._parser is None:
            raise UploadRefused("MalformedPOSTRequest", "Send the file as multipart/form-data.", 400)
        while not (self._in_file or self._file_done):
            if not await self._advance():
                raise UploadRefused(
                    "IncorrectNumberOfFilesInPOSTRequest", "The form needs one file, as its last part.", 400
                )
        return self._fields

    async def file_chunks(self) -> AsyncIterator[bytes]:
        """The bytes of the file as they come. Raises UploadRefused when the body ends too early."""
        while True:
            while self._data:
                yield self._data.popleft()
            if self._file_done:
                return
            if not await self._advance():
                raise UploadRefused("IncompleteBody", "The body ended before the file was complete.", 400)

    async def drain(self, most: int) -> None:
        """Read on, up to `most` bytes, so that a client still sending sees our answer and not a broken pipe."""
        self._parser, left = None, most
        try:
            async for chunk in self._stream:
                left -= len(chunk)
                if left < 0:
                    return
        except ClientDisconnect:
            return
