"""The Vidu dialect: the vendor's own wire, both directions, with its signed callbacks.

Knows which file speaks of what. Must not do I/O or know the time. Server half: `submit`, `queries`, `status`, `faults`,
`callback`; client half: `forward`, and the counterparts in the same files (decision 0002). Its routes are functions of
the models; ids are a task's UUID in decimal digits. Source: spec/gateways.md §4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Fault
from understudy.core.ports import Cards
from understudy.core.request import Profile, VideoRequest
from understudy.core.wire import (
    Accepted,
    Answer,
    Canceled,
    Listed,
    Query,
    RemoteTask,
    Route,
    Told,
    Uploaded,
    UploadSlot,
    WireReply,
    WireRequest,
)
from understudy.dialects._keys import one_word_key
from understudy.dialects.vidu import callback, faults, forward, queries, routes, status, submit

_SCHEMES = ("token", "bearer")


class Vidu:
    """Implements `core.ports.Dialect`, the uploads by PUT of an upstream, and the signing of callbacks."""

    name = submit.NAME

    def __init__(self) -> None:
        self.routes: tuple[Route, ...] = routes.make_routes()

    def __repr__(self) -> str:
        return "Vidu()"

    # Server half ----------------------------------------------------------------------------------------------------

    def read_key(self, wire: WireRequest) -> str:
        """The key of `Authorization: Token …`; Bearer, or the key alone, will do. Raises Unauthenticated."""
        missing = "Send the header Authorization: Token followed by your key."
        return one_word_key(wire, _SCHEMES, missing, "A key is one word; send it after Token as it was given to you.")

    def decode_submit(self, wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
        return submit.decode_submit(wire, cards, profile)

    def waits(self, wire: WireRequest, card: ModelCard) -> bool:
        """Every submit makes a task."""
        return False

    def wishes(self, wire: WireRequest) -> Mapping[str, Any]:
        """Payload, callback and engine. The callback's secret is the caller's key: it is sealed before it is kept."""
        return submit.wishes_of(wire, self.read_key(wire))

    def decode_query(self, wire: WireRequest, route: Route) -> Query:
        return queries.decode_query(wire, route)

    def encode_answer(self, answer: Answer, wire: WireRequest, card: ModelCard | None) -> WireReply:
        if isinstance(answer, Accepted):
            return status.encode_accepted(answer, card, wire.request_id)
        if isinstance(answer, Told):
            return status.encode_told(answer, card, wire.request_id)
        if isinstance(answer, Listed):
            return status.encode_listed(answer, wire.request_id)
        if isinstance(answer, Canceled):
            return WireReply.of_json(200, {}, {"x-request-id": wire.request_id})
        if isinstance(answer, UploadSlot):
            return queries.encode_slot(answer, wire.request_id)
        if isinstance(answer, Uploaded):
            return queries.encode_uploaded(answer, wire.request_id)
        raise CannotExpress(type(answer).__name__)

    def encode_fault(self, fault: Fault, wire: WireRequest) -> WireReply:
        return faults.encode_fault(fault, wire)

    def sign_callback(self, secret: str, url: str, moment: datetime, nonce: str) -> Mapping[str, str]:
        """The headers by which a receiver knows a callback: see `callback`."""
        return callback.signed_headers(secret, url, moment, nonce)

    # Client half ----------------------------------------------------------------------------------------------------

    def encode_submit(self, request: VideoRequest, card: ModelCard) -> WireRequest:
        return forward.encode_submit(request, card)

    def encode_query(self, query: Query) -> WireRequest:
        return queries.encode_query(query)

    def decode_reply(self, reply: WireReply) -> RemoteTask:
        return status.decode_reply(reply)

    def encode_key(self, key: str) -> dict[str, str]:
        """The header that carries a key, as the vendor documents it. Source: spec/gateways.md §1.2."""
        return {"authorization": f"Token {key}"}

    def read_fault(self, code: str, message: str) -> Fault:
        """The fault that the `err_code` of a failed task stands for."""
        return faults.read_fault(code, message)

    def decode_slot(self, reply: WireReply) -> UploadSlot:
        return queries.decode_slot(reply)

    def decode_uploaded(self, reply: WireReply) -> Uploaded:
        return queries.decode_uploaded(reply)


DIALECT = Vidu()
