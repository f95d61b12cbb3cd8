"""Faults in the words of the OpenAI videos wire: the shared envelope, with fields called as this wire calls them.

Knows how our fields are named here. Must not know where a fault arose. Source: spec/gateways.md §5.4.
"""

from __future__ import annotations

import re
from dataclasses import replace

from understudy.core.faults import Fault, InvalidRequest, MediaRefused, Violation
from understudy.core.wire import WireReply, WireRequest
from understudy.dialects import _openai

_OTHERS = re.compile(r"\b(?:input|parameters)\.(\w+)")
"""Where the catalog names fields as DashScope does."""
_NAMES = {"duration": "seconds"}
_PIXELS = re.compile(r"\b(\d{2,5})\*(\d{2,5})\b")


def encode_fault(fault: Fault, wire: WireRequest) -> WireReply:
    """The refusal; total over `faults.fault_classes()`."""
    return _openai.encode_error(own_words(fault), wire.method, wire.request_id)


def own_words(fault: Fault) -> Fault:
    """The same fault with fields and sizes as this wire writes them."""
    if isinstance(fault, InvalidRequest):
        found = tuple(_violation(violation) for violation in fault.violations)
        own: Fault = InvalidRequest(*found, message=_said(fault.message))
    elif isinstance(fault, MediaRefused):
        own = MediaRefused(fault.problem, _said(fault.message), path=_said(fault.path), limits=fault.limits)
    else:
        return fault
    return own.worded(fault.code, fault.wire) if fault.wire else own


def _violation(violation: Violation) -> Violation:
    return replace(violation, path=_said(violation.path), reason=_said(violation.reason))


def _said(text: str) -> str:
    named = _OTHERS.sub(lambda match: _NAMES.get(match[1], match[1]), text)
    return _PIXELS.sub(r"\1x\2", named)
