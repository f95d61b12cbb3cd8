"""The ModelVerse dialect: the task wire of UCloud's model gateway, both directions.

Knows which file speaks of what. Must not do I/O or know the time. Server half: `body`, `submit`, `status`, `faults`;
client half: `forward`, and the counterparts in the same files (decision 0002). Vidu's operations are functions of a
model, chosen by `vidu_type`. Source: spec/gateways.md §3; seed 004.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Fault, InvalidRequest, ViolationKind
from understudy.core.ports import Cards
from understudy.core.request import Profile, VideoRequest
from understudy.core.task import WANTED_ENGINE
from understudy.core.wire import (
    Accepted,
    Action,
    Answer,
    ModelList,
    ModelsQuery,
    Query,
    RemoteTask,
    Route,
    StatusQuery,
    Told,
    WireReply,
    WireRequest,
)
from understudy.dialects._answers import wanted_engine
from understudy.dialects._keys import one_word_key
from understudy.dialects.modelverse import faults, forward, routes, status, submit

_SCHEMES = ("bearer", "token")


class ModelVerse:
    """Implements `core.ports.Dialect`."""

    name = submit.NAME

    def __init__(self) -> None:
        self.routes: tuple[Route, ...] = routes.make_routes()

    def __repr__(self) -> str:
        return "ModelVerse()"

    # Server half ----------------------------------------------------------------------------------------------------

    def read_key(self, wire: WireRequest) -> str:
        """The key of `Authorization`, alone as seed 004 prints it or after `Bearer`. Raises Unauthenticated."""
        missing = "Send the header Authorization with your key."
        return one_word_key(wire, _SCHEMES, missing, "A key is one word; send it as it was given to you.")

    def decode_submit(self, wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
        return submit.decode_submit(wire, cards, profile)

    def waits(self, wire: WireRequest, card: ModelCard) -> bool:
        """Every submit makes a task."""
        return False

    def wishes(self, wire: WireRequest) -> Mapping[str, Any]:
        """The engine asked for by `X-Understudy-Engine`, which is ours."""
        engine = wanted_engine(wire)
        return {WANTED_ENGINE: engine} if engine else {}

    def decode_query(self, wire: WireRequest, route: Route) -> Query:
        """What is asked, by the route's action. Raises InvalidRequest."""
        if route.action is Action.MODELS:
            return ModelsQuery()
        task_id = wire.query.get("task_id", "").strip()
        if not task_id:
            raise InvalidRequest.of("task_id", "task_id is required", ViolationKind.MISSING)
        return StatusQuery(task_id)

    def encode_answer(self, answer: Answer, wire: WireRequest, card: ModelCard | None) -> WireReply:
        if isinstance(answer, Accepted):
            return status.encode_accepted(answer, wire.request_id)
        if isinstance(answer, Told):
            return status.encode_told(answer, wire, card)
        if isinstance(answer, ModelList):
            return status.encode_models(answer, wire.request_id)
        raise CannotExpress(type(answer).__name__)

    def encode_fault(self, fault: Fault, wire: WireRequest) -> WireReply:
        return faults.encode_fault(fault, wire)

    # Client half ----------------------------------------------------------------------------------------------------

    def encode_submit(self, request: VideoRequest, card: ModelCard) -> WireRequest:
        return forward.encode_submit(request, card)

    def encode_query(self, query: Query) -> WireRequest:
        """A status query or a list of models; the gateway documents no other question."""
        if isinstance(query, StatusQuery):
            return WireRequest("GET", routes.STATUS, query={"task_id": query.task_id})
        if isinstance(query, ModelsQuery) and query.model is None:
            return WireRequest("GET", routes.MODELS)
        raise CannotExpress(type(query).__name__)

    def decode_reply(self, reply: WireReply) -> RemoteTask:
        return status.decode_reply(reply)

    def encode_key(self, key: str) -> dict[str, str]:
        """The header that carries a key: the key alone, as the vendor documents it. Source: spec/gateways.md §1.2."""
        return {"authorization": key}

    def read_fault(self, code: str, message: str) -> Fault:
        """The fault that a FAILED task's message stands for; there is no code on this wire."""
        return faults.read_fault(code, message)


DIALECT = ModelVerse()
