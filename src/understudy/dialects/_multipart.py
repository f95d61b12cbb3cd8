"""Bodies of type multipart/form-data, read and written whole.

Knows parts: a name, bytes, and for files a file name and a type. Must not know what any part is for. What is streamed
(uploads of files) is read elsewhere, as it comes; here a body is in memory already and bounded.
Source: RFC 7578; spec/captures/openai-python-*.json for what clients really send.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from understudy.core.faults import InvalidRequest, ViolationKind

FORM = "multipart/form-data"
MOST_PARTS = 1000
"""GUESS: parts of one form; a request with every field of every model has some sixty."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `file_name` is None for a plain field, and a text, perhaps empty, for a file."""

    name: str
    data: bytes
    file_name: str | None = None
    content_type: str = ""

    @classmethod
    def of_text(cls, name: str, text: str) -> Part:
        return cls(name, text.encode())

    @property
    def is_file(self) -> bool:
        return self.file_name is not None

    def text(self) -> str:
        """The part as text. Raises InvalidRequest when it is not UTF-8 or holds NUL."""
        try:
            text = self.data.decode()
        except UnicodeDecodeError as error:
            reason = f"{self.name} is not UTF-8 (byte {error.start}); send text encoded as UTF-8."
            raise InvalidRequest.of(self.name, reason, ViolationKind.TYPE) from None
        if "\x00" in text:
            raise InvalidRequest.of(self.name, f"{self.name} holds NUL; send plain text.", ViolationKind.TYPE)
        return text


def is_form(content_type: str) -> bool:
    """Whether a Content-Type header names a form of parts."""
    return content_type.partition(";")[0].strip().lower() == FORM


def read_parts(body: bytes, content_type: str) -> tuple[Part, ...]:
    """Every part in order.

    Raises:
        InvalidRequest: of kind BODY, when there is no boundary, the form is malformed, or ends too early.
    """
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        _refuse("The Content-Type multipart/form-data names no boundary; let the HTTP client write that header.")
    reader = _Reader()
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError:
        _refuse("The body is not well-formed multipart/form-data; check its boundary and line ends.")
    if not reader.ended:
        _refuse("The form ended too early: its closing boundary is missing.")
    return tuple(reader.parts)


def write_parts(parts: Iterable[Part]) -> tuple[bytes, str]:
    """The body and its Content-Type. The boundary follows from the parts, so the same parts give the same bytes."""
    listed = list(parts)
    digest = hashlib.sha256()
    for part in listed:
        digest.update(part.name.encode() + b"\0" + part.data + b"\0")
    boundary = f"understudy-{digest.hexdigest()[:32]}"
    pieces: list[bytes] = []
    for part in listed:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(part.name)}"'
        if part.file_name is not None:
            kind = part.content_type or "application/octet-stream"
            head += f'; filename="{_quoted(part.file_name)}"\r\nContent-Type: {kind}'
        pieces += (f"{head}\r\n\r\n".encode(), part.data, b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces), f"{FORM}; boundary={boundary}"


def _quoted(name: str) -> str:
    # as browsers do it. Source: WHATWG HTML, multipart/form-data encoding algorithm
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _refuse(reason: str) -> NoReturn:
    raise InvalidRequest.of("", reason, ViolationKind.BODY)


class _Reader:
    """Puts the parser's pieces together."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._begin()

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_header_field": self._field,
            "on_header_value": self._value,
            "on_header_end": self._header_end,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._header_name = self._header_value = b""
        self._data: list[bytes] = []
        self._name, self._type = "", ""
        self._file_name: str | None = None

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        name, value = self._header_name.lower(), self._header_value
        self._header_name = self._header_value = b""
        if name == b"content-type":
            self._type = value.decode("latin-1").strip()
        elif name == b"content-disposition":
            _, options = parse_options_header(value)
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" in options:
                self._file_name = options[b"filename"].decode("utf-8", "replace")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def _part_end(self) -> None:
        if len(self.parts) >= MOST_PARTS:
            _refuse(f"The form has more than {MOST_PARTS} parts.")
        self.parts.append(Part(self._name, b"".join(self._data), self._file_name, self._type))

    def _end(self) -> None:
        self.ended = True
