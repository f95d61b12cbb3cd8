"""What the client asks of a dialect besides its codec: how a key is carried, and which conveniences its wire has.

Knows Protocols. Must not know any wire. A dialect has what it has methods for; what it has not is done the plain way,
or refused with CannotExpress.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeGuard, runtime_checkable

from understudy.core.faults import Fault
from understudy.core.ports import Dialect
from understudy.core.wire import RemoteTask, Uploaded, UploadSlot, UploadTicket, WireReply


class ClientDialect(Dialect, Protocol):
    """A dialect that a client can speak."""

    def encode_key(self, key: str) -> dict[str, str]: ...

    def read_fault(self, code: str, message: str) -> Fault: ...


@runtime_checkable
class WithTickets(Protocol):
    """Files go up as forms."""

    def decode_ticket(self, reply: WireReply) -> UploadTicket: ...

    def form_fields(self, ticket: UploadTicket, file_name: str) -> dict[str, str]: ...


@runtime_checkable
class WithSlots(Protocol):
    """Files go up by PUT."""

    def decode_slot(self, reply: WireReply) -> UploadSlot: ...

    def decode_uploaded(self, reply: WireReply) -> Uploaded: ...


@runtime_checkable
class WithEvents(Protocol):
    """Tells of a task's changes as they happen, as server-sent events."""

    def decode_event(self, data: bytes) -> RemoteTask: ...


@runtime_checkable
class WithWishes(Protocol):
    """A submit may name an engine, and may be repeated under one key."""

    def encode_wishes(self, engine: str = "", idempotency_key: str = "") -> Mapping[str, str]: ...


@runtime_checkable
class WithEverything(Protocol):
    """Answers of every kind as JSON-ready values, and lists of tasks."""

    def decode_answer(self, reply: WireReply) -> dict[str, Any]: ...

    def decode_tasks(self, reply: WireReply) -> tuple[RemoteTask, ...]: ...


def speaks(dialect: Any) -> TypeGuard[ClientDialect]:
    """Whether a dialect has what a client needs of it."""
    return hasattr(dialect, "encode_key") and hasattr(dialect, "read_fault")


def native() -> ClientDialect:
    """Our own wire, loaded when it is first needed."""
    from understudy.dialects.native import DIALECT

    return DIALECT
