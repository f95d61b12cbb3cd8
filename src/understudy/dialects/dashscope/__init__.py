"""The DashScope dialect: the wire of Alibaba Cloud Model Studio's video API, both directions.

Knows which file speaks of what; reads like the table of contents of spec/dashscope.md. Must not do I/O or know the
time. Server half: `submit`, `inputs`, `queries`, `status`, `findings`, `uploads`, `faults`. Client half: `forward`, and
the counterparts in the same files, because what is known of one part of the wire stands in one place (decision 0002).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone, tzinfo
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Fault
from understudy.core.ports import Cards
from understudy.core.request import Profile, VideoRequest
from understudy.core.task import WANTED_ENGINE
from understudy.core.wire import (
    Accepted,
    Answer,
    Canceled,
    Checked,
    Listed,
    Query,
    RemoteTask,
    Route,
    Told,
    UploadTicket,
    WireReply,
    WireRequest,
)
from understudy.dialects._answers import wanted_engine
from understudy.dialects._keys import bearer_key
from understudy.dialects.dashscope import faults, forward, queries, status, submit, uploads
from understudy.dialects.dashscope.guesses import BEIJING_TIME
from understudy.dialects.dashscope.routes import make_routes


class DashScope:
    """Implements `core.ports.Dialect`, and for clients the reading of upload policies.

    `time_zone` is the zone of printed task times; the sources name none (see `guesses`).
    """

    name = "dashscope"

    def __init__(self, time_zone: tzinfo = BEIJING_TIME) -> None:
        self.routes: tuple[Route, ...] = make_routes()
        self._zone = time_zone

    def in_zone(self, hours: float) -> DashScope:
        """The same dialect, printing times of a zone that many hours from UTC."""
        return DashScope(timezone(timedelta(hours=hours)))

    def __repr__(self) -> str:
        return f"DashScope({self._zone})"

    # Server half ----------------------------------------------------------------------------------------------------

    def read_key(self, wire: WireRequest) -> str:
        """The key of `Authorization: Bearer …`, the scheme in any case. Raises Unauthenticated."""
        wrong = "Invalid API-key provided. Send the header Authorization: Bearer followed by your key."
        return bearer_key(wire, "No API-key provided.", wrong)

    def decode_submit(self, wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
        return submit.decode_submit(wire, cards, profile)

    def waits(self, wire: WireRequest, card: ModelCard) -> bool:
        """A check without the async header is answered at once. Source: spec/dashscope.md §8.1."""
        return card.makes.is_check and not submit.says_async(wire)

    def wishes(self, wire: WireRequest) -> Mapping[str, Any]:
        """The engine asked for by `X-Understudy-Engine`, which is ours."""
        engine = wanted_engine(wire)
        return {WANTED_ENGINE: engine} if engine else {}

    def decode_query(self, wire: WireRequest, route: Route) -> Query:
        return queries.decode_query(wire, route, self._zone)

    def encode_answer(self, answer: Answer, wire: WireRequest, card: ModelCard | None) -> WireReply:
        if isinstance(answer, Accepted):
            return status.encode_accepted(answer, wire.request_id)
        if isinstance(answer, Told):
            return status.encode_told(answer, wire.request_id, card, self._zone)
        if isinstance(answer, Checked):
            return status.encode_checked(answer, wire.request_id, card)
        if isinstance(answer, Canceled):
            return status.encode_canceled(answer, wire.request_id)
        if isinstance(answer, Listed):
            return status.encode_listed(answer, wire.request_id, self._zone)
        if isinstance(answer, UploadTicket):
            return uploads.encode_ticket(answer, wire.request_id)
        raise CannotExpress(type(answer).__name__)

    def encode_fault(self, fault: Fault, wire: WireRequest) -> WireReply:
        return faults.encode_fault(fault, wire)

    # Client half ----------------------------------------------------------------------------------------------------

    def encode_submit(self, request: VideoRequest, card: ModelCard) -> WireRequest:
        return forward.encode_submit(request, card)

    def encode_query(self, query: Query) -> WireRequest:
        return queries.encode_query(query, self._zone)

    def decode_reply(self, reply: WireReply) -> RemoteTask:
        return status.decode_reply(reply)

    def encode_key(self, key: str) -> dict[str, str]:
        """The header that carries a key."""
        return {"authorization": f"Bearer {key}"}

    def decode_ticket(self, reply: WireReply) -> UploadTicket:
        """Leave to upload, as another server answered it. Raises the Fault the answer stands for."""
        return uploads.decode_ticket(reply)

    def form_fields(self, ticket: UploadTicket, file_name: str) -> dict[str, str]:
        """The fields of an upload form, in order; the file follows as its last part, named `file`."""
        return uploads.form_fields(ticket, file_name)

    def read_fault(self, code: str, message: str) -> Fault:
        """The fault that `output.code` and `output.message` of a FAILED task stand for."""
        return faults.read_fault(code, message)


DIALECT = DashScope()
