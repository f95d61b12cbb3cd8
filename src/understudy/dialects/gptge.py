"""The gpt.ge dialect (V-API, family "bailian"): a gateway to DashScope, with its bodies on routes of the gateway's own.

Knows the routes, what each of them makes, the two shapes of usage and of an error. Must not know how a body is read or
a task told: that is the DashScope dialect's, which is handed in (decision 0018). Source: spec/gateways.md §2; seed 002.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Fault, InvalidRequest, QuotaExhausted, ViolationKind
from understudy.core.ports import Cards
from understudy.core.request import Capability, Profile, VideoRequest
from understudy.core.task import Status
from understudy.core.wire import Action, Answer, Query, RemoteTask, Route, StatusQuery, Told, WireReply, WireRequest
from understudy.dialects import _openai
from understudy.dialects._bailian import BailianTask, usage_json
from understudy.dialects._body import read_object
from understudy.dialects.dashscope import DIALECT as DASHSCOPE
from understudy.dialects.dashscope import DashScope
from understudy.dialects.dashscope.shapes import DashScopeSubmit
from understudy.dialects.dashscope.submit import ASYNC_HEADER, RESOLVE_HEADER, SUBMIT_PATHS, VIDEO_GENERATION

FAMILY = "/task/bailian"
TASK = "/task/{task_id}"
ALIAS = "/alibailian"
"""Where sister resellers serve DashScope's own paths. Source: spec/gateways.md §2.1."""

MAKES: Mapping[str, Capability] = {
    f"{FAMILY}/text2video": Capability.TEXT_TO_VIDEO,
    f"{FAMILY}/image2video": Capability.IMAGE_TO_VIDEO,
    f"{FAMILY}/ref2video": Capability.REFERENCE_TO_VIDEO,
}
"""What a model must make to be asked for on a route."""

USAGE = (
    "video_count", "video_ratio", "video_duration", "duration", "size", "input_video_duration", "output_video_duration",
    "SR",
)  # fmt: skip
"""The old names, which the gateway documents, and the new ones of upstream. Source: spec/gateways.md §2.3."""

# What no source says, and we had to choose: every constant of this part is a GUESS.
TASK_OF_FAMILY = f"{FAMILY}/{{task_id}}"
"""GUESS: a query under the family's own prefix, where many look for it first."""
QUOTA_CODES = frozenset({"insufficient_user_quota", "insufficient_quota", "pre_consume_token_quota_failed"})
"""GUESS: codes by which gateways of this make say that the key has no money left."""


class GptGe:
    """Implements `core.ports.Dialect` upon the DashScope one."""

    name = "gptge"

    def __init__(self, bailian: DashScope = DASHSCOPE) -> None:
        self.routes: tuple[Route, ...] = make_routes()
        self._bailian = bailian

    def in_zone(self, hours: float) -> GptGe:
        """The same dialect, printing times of a zone that many hours from UTC."""
        return GptGe(self._bailian.in_zone(hours))

    def __repr__(self) -> str:
        return f"GptGe({self._bailian})"

    # Server half ----------------------------------------------------------------------------------------------------

    def read_key(self, wire: WireRequest) -> str:
        """The key of `Authorization: Bearer …`. Raises Unauthenticated."""
        return self._bailian.read_key(wire)

    def decode_submit(self, wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
        """The body as DashScope's, of a model of the route's family.

        Raises:
            InvalidRequest: everything wrong with the shape, or a model of another family.
            NotFound: no card for the model.
        """
        makes = MAKES.get(wire.path)
        if makes is not None:
            model = read_object(wire.body).get("model")
            if isinstance(model, str) and model:
                _check_family(cards.find(model), makes, wire.path)
        path = wire.path.removeprefix(ALIAS) if makes is None else VIDEO_GENERATION
        # every call makes a task here, and an upload's address is read without being asked to
        headers = {**wire.headers, ASYNC_HEADER: "enable", RESOLVE_HEADER: "enable"}
        return self._bailian.decode_submit(replace(wire, path=path, headers=headers), cards, profile)

    def waits(self, wire: WireRequest, card: ModelCard) -> bool:
        """Every call is asynchronous. Source: spec/gateways.md §2."""
        return False

    def wishes(self, wire: WireRequest) -> Mapping[str, Any]:
        return self._bailian.wishes(wire)

    def decode_query(self, wire: WireRequest, route: Route) -> Query:
        return self._bailian.decode_query(wire, route)

    def encode_answer(self, answer: Answer, wire: WireRequest, card: ModelCard | None) -> WireReply:
        """DashScope's answer; the usage of a task in old and new words at once."""
        reply = self._bailian.encode_answer(answer, wire, card)
        task = answer.task if isinstance(answer, Told) else None
        if task is None or task.usage is None or task.status is not Status.SUCCEEDED:
            return reply
        own = card.hints(self._bailian.name).get("usage", ()) if card is not None else ()
        keys = (*USAGE, *(key for key in own if key not in USAGE))
        body = {**reply.json(), "usage": usage_json(task.usage, {"usage": keys, "video_ratio": "size"})}
        return WireReply.of_json(reply.status, body, reply.headers)

    def encode_fault(self, fault: Fault, wire: WireRequest) -> WireReply:
        """Both shapes of an error at once, for readers of either. Source: spec/gateways.md §2.4 (GUESS there)."""
        reply = self._bailian.encode_fault(fault, wire)
        told = reply.json()
        error = _openai.error_body(told["message"], _openai.error_row(fault).type, told["code"])
        return WireReply.of_json(reply.status, {**told, **error}, reply.headers)

    # Client half ----------------------------------------------------------------------------------------------------

    def encode_submit(self, request: VideoRequest, card: ModelCard) -> WireRequest:
        """DashScope's body on the family's route; what has no such route goes by DashScope's own path.

        Raises:
            CannotExpress: the wire has no word for a field, or no route for what the model makes.
        """
        wire = self._bailian.encode_submit(request, card)
        family = next((path for path, made in MAKES.items() if made is card.makes), None)
        path = ALIAS + wire.path if family is None or card.functions or request.function else family
        if path not in {route.path for route in self.routes}:
            raise CannotExpress("model", f"this gateway has no route for what {card.model} makes")
        headers = {name: value for name, value in wire.headers.items() if name not in (ASYNC_HEADER, RESOLVE_HEADER)}
        return replace(wire, path=path, headers=headers)

    def encode_query(self, query: Query) -> WireRequest:
        """A status query; the gateway documents no other one."""
        if isinstance(query, StatusQuery):
            return WireRequest("GET", TASK.replace("{task_id}", quote(query.task_id, safe="")))
        raise CannotExpress(type(query).__name__)

    def decode_reply(self, reply: WireReply) -> RemoteTask:
        """DashScope's answer, or an error in either shape. Raises the Fault it stands for."""
        error = _openai.read_error(reply)
        if error is not None and error.type and not _says_code(reply):
            raise self._fault_of(error)
        return self._bailian.decode_reply(reply)

    def encode_key(self, key: str) -> dict[str, str]:
        """The header that carries a key."""
        return self._bailian.encode_key(key)

    def read_fault(self, code: str, message: str) -> Fault:
        """The fault that `output.code` and `output.message` of a FAILED task stand for."""
        return self._bailian.read_fault(code, message)

    def _fault_of(self, error: _openai.ErrorAnswer) -> Fault:
        if error.code in QUOTA_CODES:
            return QuotaExhausted(error.message)
        known = _openai.fault_of(error)
        # a code of DashScope's inside OpenAI's envelope says more than the status
        inner = self._bailian.read_fault(error.code, error.message) if error.code[:1].isupper() else known
        return known if isinstance(inner, InvalidRequest) else inner


def _check_family(card: ModelCard, makes: Capability, path: str) -> None:
    """Refuse a model on the route of another family. GUESS: with the code of every wrong parameter."""
    if card.makes is makes and not card.functions:
        return
    right = next((route for route, made in MAKES.items() if made is card.makes and not card.functions), None)
    place = right or f"{ALIAS}{VIDEO_GENERATION}"
    reason = f"{card.model} makes {card.makes}, which {path} does not: send it to {place}."
    raise InvalidRequest.of("model", reason, ViolationKind.RULE)


def _says_code(reply: WireReply) -> bool:
    """Whether the DashScope shape is there beside OpenAI's: it says more."""
    return bool(reply.json().get("code"))


# Routes -------------------------------------------------------------------------------------------------------------

_ID = "ac22cbc8-3fb3-45b6-9091-d8a7b41650bc"
_PICTURE = "https://example.com/girl.png"
_EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    f"{FAMILY}/text2video": {
        "model": "wan2.6-t2v",
        "input": {"prompt": "A cat runs over a meadow in the evening light."},
        "parameters": {"size": "1280*720", "duration": 5},
    },
    f"{FAMILY}/image2video": {
        "model": "wan2.6-i2v",
        "input": {"prompt": "She turns round and smiles.", "img_url": _PICTURE},
        "parameters": {"resolution": "720P", "duration": 5},
    },
    f"{FAMILY}/ref2video": {
        "model": "wan2.6-r2v-flash",
        "input": {
            "prompt": "Character1 对 Character2 说道:听起来不错",
            "reference_urls": ["https://example.com/boy.mp4", _PICTURE],
        },
        "parameters": {"size": "1280*720", "duration": 10, "audio": True, "shot_type": "multi"},
    },
}
_ACCEPTED = {"request_id": "9f829e8a-6db3-4998-8515-134223f0fc11", "output": {"task_id": _ID, "task_status": "PENDING"}}
_DONE = {
    "request_id": "9f829e8a-6db3-4998-8515-134223f0fc11",
    "output": {
        "task_id": _ID,
        "task_status": "SUCCEEDED",
        "submit_time": "2025-12-16 00:25:59.869",
        "scheduled_time": "2025-12-16 00:25:59.900",
        "end_time": "2025-12-16 00:30:35.396",
        "video_url": "https://example.com/film.mp4",
    },
    "usage": {
        "video_count": 1,
        "video_ratio": "1280*720",
        "video_duration": 10,
        "duration": 15,
        "size": "1280*720",
        "input_video_duration": 5,
        "output_video_duration": 10,
        "SR": 720,
    },
}
_SUMMARIES = {
    f"{FAMILY}/text2video": "Submit a text-to-video task",
    f"{FAMILY}/image2video": "Submit an image-to-video task",
    f"{FAMILY}/ref2video": "Submit a reference-to-video task",
}


def make_routes() -> tuple[Route, ...]:
    """Every route; bodies and answers are DashScope's."""
    body, task = DashScopeSubmit.model_json_schema(), BailianTask.model_json_schema(mode="serialization")
    submits = [(path, _SUMMARIES[path], {example["model"]: example}) for path, example in _EXAMPLES.items()]
    every = {name: example for _, _, examples in submits for name, example in examples.items()}
    submits += [(ALIAS + path, "Submit a task on DashScope's own path", every) for path in SUBMIT_PATHS]
    queries = (TASK, TASK_OF_FAMILY, f"{ALIAS}/api/v1/tasks/{{task_id}}")
    return (
        *(
            Route(
                "POST", path, Action.SUBMIT, summary, body_schema=body, answer_schema=task, body_examples=examples,
                answer_examples={"accepted": _ACCEPTED},
            )
            for path, summary, examples in submits
        ),
        *(
            Route(
                "GET", path, Action.STATUS, "State and result of a task", answer_schema=task,
                answer_examples={"succeeded": _DONE},
            )
            for path in queries
        ),
    )  # fmt: skip


DIALECT = GptGe()
