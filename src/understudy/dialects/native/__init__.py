"""The native dialect: our own wire, which says everything the house can do.

Knows which file speaks of what: `words` (requests), `queries`, `telling` (answers), `faults`, `routes`. Must not do
I/O or know the time. It needs no hints of cards: its names are those of the code, and a request is the same JSON for
every capability. Client and server half stand in the same files (decision 0002).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Fault, Unauthenticated
from understudy.core.ports import Cards
from understudy.core.request import Profile, VideoRequest
from understudy.core.task import IDEMPOTENCY_KEY, WANTED_ENGINE
from understudy.core.wire import (
    Accepted,
    Answer,
    Canceled,
    Checked,
    Content,
    Deleted,
    Listed,
    Me,
    ModelList,
    Planned,
    Query,
    Quoted,
    RemoteTask,
    Route,
    Spent,
    Told,
    Uploaded,
    UploadSlot,
    UploadTicket,
    WireReply,
    WireRequest,
)
from understudy.dialects._answers import ENGINE_HEADER
from understudy.dialects._body import read_object
from understudy.dialects._keys import is_key
from understudy.dialects.native import faults, queries, telling, words
from understudy.dialects.native.routes import make_routes

REPEAT_HEADER = "idempotency-key"


class Native:
    """Implements `core.ports.Dialect`, and for clients uploads and events."""

    name = "native"

    def __init__(self) -> None:
        self.routes: tuple[Route, ...] = make_routes()

    # Server half ----------------------------------------------------------------------------------------------------

    def read_key(self, wire: WireRequest) -> str:
        """The key of `Authorization: Bearer …`. Raises Unauthenticated."""
        scheme, _, key = wire.headers.get("authorization", "").strip().partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            raise Unauthenticated("Send the header Authorization: Bearer followed by your key.", missing=not scheme)
        if not is_key(key):
            raise Unauthenticated
        return key

    def decode_submit(self, wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
        request = words.read_request(read_object(wire.body))
        cards.find(request.model)
        return request

    def waits(self, wire: WireRequest, card: ModelCard) -> bool:
        """A check is answered at once, unless `Prefer: respond-async` asks for a task. Source: RFC 7240, 4.1."""
        return card.makes.is_check and "respond-async" not in wire.headers.get("prefer", "")

    def wishes(self, wire: WireRequest) -> Mapping[str, Any]:
        """`engine` and `idempotency_key`, from the body or as headers; the body comes first."""
        said = {WANTED_ENGINE: wire.headers.get(ENGINE_HEADER), IDEMPOTENCY_KEY: wire.headers.get(REPEAT_HEADER)}
        if any(f'"{name}"'.encode() in wire.body for name in said):  # most bodies need no second look
            body = read_object(wire.body)
            reader = words.Reader(body)
            said |= {name: reader.take(name, words.text) or said[name] for name in said}
            reader.end()
        return {name: value.strip() for name, value in said.items() if value and value.strip()}

    def decode_query(self, wire: WireRequest, route: Route) -> Query:
        return queries.decode_query(wire, route)

    def encode_answer(self, answer: Answer, wire: WireRequest, card: ModelCard | None) -> WireReply:
        """The answer as JSON: 201 for a new task, else 200. Nothing to tell of is a NotFound."""
        headers = {"x-request-id": wire.request_id}
        if isinstance(answer, Told) and answer.task is None:
            try:
                telling.told_json(answer)
            except Fault as fault:
                return faults.encode_fault(fault, wire)
        if isinstance(answer, Content):
            return WireReply(302, headers={**headers, "location": answer.url})
        status = 201 if isinstance(answer, (Accepted, UploadSlot)) else 200
        return WireReply.of_json(status, _answer_json(answer, wire), headers)

    def encode_fault(self, fault: Fault, wire: WireRequest) -> WireReply:
        return faults.encode_fault(fault, wire)

    # Client half ----------------------------------------------------------------------------------------------------

    def encode_key(self, key: str) -> dict[str, str]:
        """The header that carries a key."""
        return {"authorization": f"Bearer {key}"}

    def encode_submit(self, request: VideoRequest, card: ModelCard | None = None) -> WireRequest:
        """The request on this wire; any request can be said, without a card."""
        sent = WireReply.of_json(200, words.request_json(request))
        return WireRequest("POST", queries.TASKS, headers=sent.headers, body=sent.body)

    def encode_wishes(self, engine: str = "", idempotency_key: str = "") -> dict[str, str]:
        """Headers of a submit that wants an engine, or that may be repeated."""
        said = {ENGINE_HEADER: engine, REPEAT_HEADER: idempotency_key}
        return {name: value for name, value in said.items() if value}

    def encode_query(self, query: Query) -> WireRequest:
        return queries.encode_query(query)

    def decode_reply(self, reply: WireReply) -> RemoteTask:
        return telling.decode_reply(reply)

    def decode_event(self, data: bytes) -> RemoteTask:
        """The task in one event's data. Raises Unavailable when it is none."""
        return telling.decode_reply(WireReply(200, data))

    def decode_answer(self, reply: WireReply) -> dict[str, Any]:
        """Any good answer as JSON. Raises the Fault a refusal stands for."""
        return telling.read_answer(reply)

    def decode_tasks(self, reply: WireReply) -> tuple[RemoteTask, ...]:
        """The tasks of a list. Raises the Fault a refusal stands for."""
        told = telling.read_answer(reply).get("tasks")
        return tuple(telling.read_task(task) for task in told) if isinstance(told, list) else ()

    def decode_slot(self, reply: WireReply) -> UploadSlot:
        return telling.decode_slot(reply)

    def decode_uploaded(self, reply: WireReply) -> Uploaded:
        return telling.decode_uploaded(reply)

    def read_fault(self, code: str, message: str) -> Fault:
        """The fault that the code and message of a FAILED task stand for; never fails."""
        return faults.read_fault(code, message)


def _answer_json(answer: Answer, wire: WireRequest) -> dict[str, Any]:
    if isinstance(answer, Accepted):
        return telling.task_json(answer.task)
    if isinstance(answer, Told):
        return telling.told_json(answer, brief=wire.path.endswith("/events"))
    if isinstance(answer, Checked):
        return telling.checked_json(answer)
    if isinstance(answer, Canceled):
        return {"task_id": answer.task_id, "status": "CANCELED"}
    if isinstance(answer, Deleted):
        return {"task_id": answer.task_id, "deleted": True}
    if isinstance(answer, Listed):
        page = answer.page
        told = [telling.task_json(task, brief=True) for task in page.tasks]
        return {"tasks": told, "total": page.total, "page": page.page, "page_size": page.page_size}
    if isinstance(answer, UploadSlot):
        return telling.slot_json(answer)
    if isinstance(answer, Uploaded):
        return {"slot_id": answer.slot_id, "address": answer.address}
    if isinstance(answer, ModelList):
        # one that was named is told alone
        one = wire.path_values.get("model") or wire.query.get("model")
        found = [telling.card_json(card) for card in answer.cards]
        return found[0] if one and len(found) == 1 else {"models": found}
    if isinstance(answer, Quoted):
        return {"usage": telling.usage_json(answer.usage), "charge": telling.charge_json(answer.charge)}
    if isinstance(answer, Planned):
        return dict(answer.plan)
    if isinstance(answer, Spent):
        return telling.spent_json(answer)
    if isinstance(answer, (Me, UploadTicket)):
        told_plainly: dict[str, Any] = telling.plain(answer)
        return told_plainly
    raise CannotExpress(type(answer).__name__)


DIALECT = Native()
