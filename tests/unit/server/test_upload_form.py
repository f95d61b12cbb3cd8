"""The form reader: fields first, then the file, in pieces of any size, as raw UTF-8."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from understudy.server.files import MAX_FIELD_BYTES, UploadForm
from understudy.service.uploads import UploadRefused

BOUNDARY = "------------------------d74496d66958873e"


def form_body(fields: list[tuple[str, str]], file: bytes | None, name: str = "图 1.png", tail: bytes = b"") -> bytes:
    body = b""
    for field, value in fields:
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
    if file is not None:
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        body += file + b"\r\n"
    return body + tail + f"--{BOUNDARY}--\r\n".encode()


def form_of(
    body: bytes, piece: int = 65536, content_type: str = f"multipart/form-data; boundary={BOUNDARY}"
) -> UploadForm:
    pieces = [body[i : i + piece] for i in range(0, len(body), piece)] or [b""]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", content_type.encode())]}
    return UploadForm(Request(scope, receive))


async def read_all(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


@given(
    file=st.binary(max_size=4000),
    piece=st.integers(1, 700),
    key=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40),
)
@settings(max_examples=60, deadline=None)
async def test_any_cutting_of_the_body_gives_the_same_file(file: bytes, piece: int, key: str) -> None:
    form = form_of(form_body([("key", key), ("policy", "cA==")], file), piece)
    fields = await form.read_fields()
    assert fields == {"key": key, "policy": "cA=="}
    assert await read_all(form.file_chunks()) == file


async def test_what_follows_the_file_is_ignored_as_oss_does() -> None:
    late = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="late"\r\n\r\nx\r\n'.encode()
    form = form_of(form_body([("key", "k")], b"bytes", tail=late), 7)
    await form.read_fields()
    assert await read_all(form.file_chunks()) == b"bytes"


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"{}", "application/json", "MalformedPOSTRequest"),
        (b"no boundary in here", f"multipart/form-data; boundary={BOUNDARY}", "MalformedPOSTRequest"),
        (
            form_body([("key", "k")], None),
            f"multipart/form-data; boundary={BOUNDARY}",
            "IncorrectNumberOfFilesInPOSTRequest",
        ),
        (
            form_body([("key", "k" * (MAX_FIELD_BYTES + 1))], b""),
            f"multipart/form-data; boundary={BOUNDARY}",
            "MaxPOSTPreDataLengthExceeded",
        ),
        (
            form_body([(f"f{i}", "v") for i in range(60)], b""),
            f"multipart/form-data; boundary={BOUNDARY}",
            "MaxPOSTPreDataLengthExceeded",
        ),
    ],
    ids=["not a form", "no boundary", "no file", "long field", "many fields"],
)
async def test_a_broken_form_is_refused_by_code(body: bytes, content_type: str, code: str) -> None:
    with pytest.raises(UploadRefused) as caught:
        await form_of(body, content_type=content_type).read_fields()
    assert caught.value.code == code


async def test_a_body_that_ends_inside_the_file_is_refused() -> None:
    whole = form_body([("key", "k")], b"0123456789" * 100)
    form = form_of(whole[:400], 50)
    await form.read_fields()
    with pytest.raises(UploadRefused) as caught:
        await read_all(form.file_chunks())
    assert caught.value.code == "IncompleteBody"
