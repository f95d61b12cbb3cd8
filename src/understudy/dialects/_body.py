"""Reads a JSON body that a stranger sent.

Knows how a body can be broken and says so in words a person can act on. Must not know any vendor or field: what
comes out is a plain object whose texts are all storable (no lone surrogates, no NUL), or an InvalidRequest.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, NoReturn

from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.core.wording import shortened, shown

_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""What NUL and the halves of a surrogate pair look like as escapes; a whole pair looks like two halves."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


MOST_VALUES = 200_000
"""Values one body may hold. GUESS: a request has some hundred; each of them costs some sixty bytes once it is read."""
_SMALL = 1024 * 1024


class _Broken(ValueError):
    """The body is JSON in form but holds something that no request may hold."""


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body` (UTF-8, with or without a byte order mark).

    Raises:
        InvalidRequest: of kind BODY, for anything that is not one JSON object: no text, not UTF-8, broken JSON,
            NaN or Infinity, a key given twice, numbers of thousands of digits, nesting beyond the interpreter's
            depth or of more than MOST_VALUES values, texts with NUL or half of a surrogate pair.
    """
    if not body.strip():
        _refuse("The body is empty; send a JSON object.")
    if len(body) > _SMALL and sum(body.count(mark) for mark in (b",", b"[", b"{")) > MOST_VALUES:
        # 60 MB of "[[],[],…" would be a gigabyte and hold everybody up while they are read
        _refuse("The body holds far more values than any request has; send only the fields of one request.")
    try:
        value = _DECODER.decode(body.removeprefix(codecs.BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        _refuse(f"The body is not UTF-8 (byte {error.start}); send JSON encoded as UTF-8.")
    except RecursionError:
        _refuse("The body is nested too deeply; a request needs four levels.")
    except _Broken as error:
        _refuse(str(error))
    except json.JSONDecodeError as error:
        _refuse(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.")
    except ValueError:
        _refuse("The body holds a number of too many digits.")
    if not isinstance(value, dict):
        _refuse(f"The body must be a JSON object, not {shown(value)}.")
    # only an escape can smuggle these in: raw control characters are no JSON, raw surrogates no UTF-8
    if _ESCAPED.search(body) and not _is_clean(value):
        _refuse("A text in the body holds NUL or half of a surrogate pair; send plain Unicode text.")
    return value


def _refuse(reason: str) -> NoReturn:
    raise InvalidRequest.of("", reason, ViolationKind.BODY) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Broken(f"The body gives the key {shortened(twice, 40)!r} twice; give it once.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise _Broken(f"The body holds {name}, which is no JSON number.")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)


def _is_clean(value: Any) -> bool:
    """Whether every text inside can be stored. Depth is bounded: the parser has been through it already."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if _UNSTORABLE.search(item):
                return False
        elif isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return True
