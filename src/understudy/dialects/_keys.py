"""Keys in headers: what can be a key at all, and the two ways vendors carry one.

Knows the header `Authorization`. Must not know whose key it is, nor a vendor's words: sentences are handed in.
"""

from __future__ import annotations

from collections.abc import Collection

from understudy.core.faults import Unauthenticated
from understudy.core.wire import WireRequest

LONGEST = 512
"""Characters of a key at most; ours have 67."""


def is_key(text: str) -> bool:
    """Whether this can be a key: plain letters and signs, and not too many."""
    return 0 < len(text) <= LONGEST and text.isascii() and text.isprintable()


def bearer_key(wire: WireRequest, missing: str, wrong: str) -> str:
    """The key of `Authorization: Bearer …`, the scheme in any case. Raises Unauthenticated, with a sentence."""
    text = wire.headers.get("authorization", "").strip()
    scheme, *rest = text.split(None, 1) or [""]
    key = rest[0] if rest else ""
    if not text or (scheme.lower() == "bearer" and not key):
        raise Unauthenticated(missing, missing=True)
    if scheme.lower() != "bearer" or not is_key(key):
        raise Unauthenticated(wrong)
    return key


def one_word_key(wire: WireRequest, schemes: Collection[str], missing: str, wrong: str) -> str:
    """The key of `Authorization`, alone or after one of the schemes. Raises Unauthenticated, with a sentence."""
    words = wire.headers.get("authorization", "").split()
    if words and words[0].lower() in schemes:
        words = words[1:]
    if not words:
        raise Unauthenticated(missing, missing=True)
    if len(words) > 1 or not is_key(words[0]):
        raise Unauthenticated(wrong)
    return words[0]
