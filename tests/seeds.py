"""Cuts the curl commands out of the source documents, so that their examples are run as printed.

Knows just enough of the shell: quotes, line continuations, and where a command ends although the document goes on
in the same line. Must not know what is asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from understudy.core.wire import WireRequest
from wires import shared


@dataclass(frozen=True)
class CurlCall:
    """One curl command. Header names are lower case; `body` is None when there is none."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None

    def json(self) -> Any:
        return json.loads(self.body or b"null")

    def wire(self, base_url: str = "http://here", request_id: str = "") -> WireRequest:
        """The same call as a server sees it: host gone, path without a slash at its end."""
        parts = urlsplit(self.url)
        return WireRequest(
            self.method,
            unquote(parts.path).rstrip("/"),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            dict(self.headers),
            self.body or b"",
            base_url=base_url,
            request_id=request_id,
        )


def seed_text(seed: str) -> str:
    """The text of a source document by its number (`000`)."""
    path = next(iter(sorted(shared("seeds").glob(f"{seed}_*.txt"))))
    return path.read_text("utf-8")


def curl_blocks(seed: str) -> list[CurlCall]:
    """Every curl command of a document, in order."""
    text = seed_text(seed)
    starts = [match.start() for match in re.finditer(r"^curl (?=-|'|\"|http)", text, re.MULTILINE)]
    return [_call(_words(text, start)) for start in starts]


def json_blocks(seed: str) -> list[Any]:
    """Every fenced JSON example of a document that is JSON, in order."""
    found = []
    for block in re.findall(r"```json\n(.*?)```", seed_text(seed), re.DOTALL):
        try:
            found.append(json.loads(block))
        except ValueError:
            continue
    return found


def _words(text: str, start: int) -> list[str]:
    """Shell words from `start` to the end of the command.

    A command ends at a line end without a backslash, or where a closed quote is followed by anything but a blank:
    documents lose line ends when they are copied.
    """
    words: list[str] = []
    word, at, quote, had_quote = "", start, "", False
    while at < len(text):
        letter = text[at]
        if quote:
            if letter == quote:
                quote, had_quote = "", True
                if at + 1 < len(text) and text[at + 1] not in " \t\n\\'\"":
                    break
            else:
                word += letter
        elif letter in "'\"":
            quote = letter
        elif letter == "\\" and text[at + 1 : at + 2] == "\n":
            at += 1
            if word or had_quote:
                words.append(word)
                word, had_quote = "", False
        elif letter in " \t":
            if word or had_quote:
                words.append(word)
                word, had_quote = "", False
        elif letter == "\n":
            break
        else:
            word += letter
        at += 1
    if word or had_quote:
        words.append(word)
    return words


def _call(words: list[str]) -> CurlCall:
    method, url, body = "", "", None
    headers: dict[str, str] = {}
    rest = iter(words[1:])
    for word in rest:
        if word in ("-X", "--request"):
            method = next(rest)
        elif word in ("-H", "--header"):
            name, _, value = next(rest).partition(":")
            headers[name.strip().lower()] = value.strip()
        elif word in ("-d", "--data", "--data-raw"):
            body = next(rest).encode()
        elif not word.startswith("-"):
            url = word
    return CurlCall(method or ("POST" if body is not None else "GET"), url, headers, body)
