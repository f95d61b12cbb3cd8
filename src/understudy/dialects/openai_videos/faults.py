"""Faults in the words of the OpenAI videos wire: the shared envelope, with fields called as this wire calls them.

Knows how our fields are named here. Must not know where a fault arose. Source: spec/gateways.md §5.4.
"""

from __future__ import annotations

import re

from understudy.core.faults import Fault
from understudy.core.wire import WireReply, WireRequest
from understudy.dialects import _openai
from understudy.dialects._answers import reworded

_OTHERS = re.compile(r"\b(?:input|parameters)\.(\w+)")
"""Where the catalog names fields as DashScope does."""
_NAMES = {"duration": "seconds"}
_PIXELS = re.compile(r"\b(\d{2,5})\*(\d{2,5})\b")


def encode_fault(fault: Fault, wire: WireRequest) -> WireReply:
    """The refusal; total over `faults.fault_classes()`."""
    return _openai.encode_error(own_words(fault), wire.method, wire.request_id)


def own_words(fault: Fault) -> Fault:
    """The same fault with fields and sizes as this wire writes them."""
    return reworded(fault, _said)


def _said(text: str) -> str:
    named = _OTHERS.sub(lambda match: _NAMES.get(match[1], match[1]), text)
    return _PIXELS.sub(r"\1x\2", named)
