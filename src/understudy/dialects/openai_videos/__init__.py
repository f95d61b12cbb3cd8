"""The OpenAI videos dialect: `/v1/videos`, as the official client, gateways, vLLM-Omni and SGLang speak it.

Knows which file speaks of what. Must not do I/O or know the time. Server half: `form`, `submit`, `references`,
`queries`, `status`, `faults`. Client half: `forward`, and the counterparts in the same files (decision 0002).
Source: spec/gateways.md §5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Fault
from understudy.core.ports import Cards
from understudy.core.request import Profile, VideoRequest
from understudy.core.task import IDEMPOTENCY_KEY, WANTED_ENGINE
from understudy.core.wire import (
    Accepted,
    Answer,
    Canceled,
    Content,
    Deleted,
    Listed,
    Query,
    RemoteTask,
    Route,
    Told,
    WireReply,
    WireRequest,
)
from understudy.dialects import _openai
from understudy.dialects._answers import wanted_engine
from understudy.dialects._keys import bearer_key
from understudy.dialects.openai_videos import faults, forward, queries, status, submit
from understudy.dialects.openai_videos.forward import Form
from understudy.dialects.openai_videos.routes import make_routes

_IDEMPOTENCY_LONGEST = 255


class OpenAIVideos:
    """Implements `core.ports.Dialect`. `form` is whose way requests are written for upstreams."""

    def __init__(self, form: Form = Form.UNDERSTUDY) -> None:
        self.routes: tuple[Route, ...] = make_routes()
        self._form = form
        # another name, because a caller's body is forwarded as it came only between dialects of one name
        self.name = status.NAME if form is Form.UNDERSTUDY else f"{status.NAME}:{form}"

    def for_server(self, form: str) -> OpenAIVideos:
        """The same dialect, writing for one kind of server: `vllm-omni` or `sglang`. Raises ValueError."""
        return OpenAIVideos(Form(form))

    def __repr__(self) -> str:
        return f"OpenAIVideos({self._form})"

    # Server half ----------------------------------------------------------------------------------------------------

    def read_key(self, wire: WireRequest) -> str:
        """The key of `Authorization: Bearer …`, the scheme in any case. Raises Unauthenticated."""
        missing = "You didn't provide an API key. Send Authorization: Bearer YOUR_KEY."
        wrong = "Incorrect API key provided. Send the header Authorization: Bearer and your key."
        return bearer_key(wire, missing, wrong)

    def decode_submit(self, wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
        return submit.decode_submit(wire, cards, profile)

    def waits(self, wire: WireRequest, card: ModelCard) -> bool:
        """Whoever asks at `/videos/sync` waits for the film itself, as vLLM-Omni has it."""
        return wire.path.endswith(submit.SYNC)

    def wishes(self, wire: WireRequest) -> Mapping[str, Any]:
        """The engine asked for, which is ours, and what makes a repeated submit the same one."""
        said = {
            WANTED_ENGINE: wanted_engine(wire),
            IDEMPOTENCY_KEY: wire.headers.get("idempotency-key", "").strip()[:_IDEMPOTENCY_LONGEST],
        }
        return {name: value for name, value in said.items() if value}

    def decode_query(self, wire: WireRequest, route: Route) -> Query:
        return queries.decode_query(wire, route)

    def encode_answer(self, answer: Answer, wire: WireRequest, card: ModelCard | None) -> WireReply:
        if isinstance(answer, Accepted):
            return status.encode_accepted(answer, wire, card)
        if isinstance(answer, Told) and wire.path.endswith(("/content", submit.SYNC)):
            return status.encode_not_ready(answer, wire)
        if isinstance(answer, Told):
            return status.encode_told(answer, wire, card)
        if isinstance(answer, Listed):
            return status.encode_listed(answer, wire)
        if isinstance(answer, (Deleted, Canceled)):
            return status.encode_deleted(Deleted(answer.task_id), wire)
        if isinstance(answer, Content):  # where the server does not send the bytes itself
            return WireReply(307, headers={"location": answer.url, "x-request-id": wire.request_id})
        raise CannotExpress(type(answer).__name__)

    def encode_fault(self, fault: Fault, wire: WireRequest) -> WireReply:
        return faults.encode_fault(fault, wire)

    # Client half ----------------------------------------------------------------------------------------------------

    def encode_submit(self, request: VideoRequest, card: ModelCard) -> WireRequest:
        return forward.encode_submit(request, card, self._form)

    def encode_query(self, query: Query) -> WireRequest:
        return queries.encode_query(query)

    def decode_reply(self, reply: WireReply) -> RemoteTask:
        return status.decode_reply(reply)

    def encode_key(self, key: str) -> dict[str, str]:
        """The header that carries a key."""
        return {"authorization": f"Bearer {key}"}

    def read_fault(self, code: str, message: str) -> Fault:
        """The fault that `error.code` and `error.message` of a failed video stand for."""
        return _openai.fault_of(_openai.ErrorAnswer(400, message, code=code))


DIALECT = OpenAIVideos()
