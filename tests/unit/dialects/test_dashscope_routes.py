"""The routes and what the OpenAPI page shows of them: examples are read by the codec they illustrate."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.core.faults import NotFound
from understudy.core.request import Profile
from understudy.core.wire import Action, Route, WireReply
from understudy.dialects._bailian import USAGE_KEYS, BailianTask
from understudy.dialects.dashscope import DIALECT
from understudy.dialects.dashscope.status import DashScopeCanceled, DashScopeList
from understudy.dialects.dashscope.uploads import DashScopePolicyAnswer
from wires import a_submit, recorded, route_of

SHELF = Shelf.open()
SHAPES = {
    Action.SUBMIT: BailianTask,
    Action.STATUS: BailianTask,
    Action.CANCEL: DashScopeCanceled,
    Action.LIST: DashScopeList,
    Action.TICKET: DashScopePolicyAnswer,
}
ELSEWHERE = {"face-detect", "image-synthesis"}
"""Last parts of routes that belong to the portrait families."""


def test_the_table_of_routes() -> None:
    assert [(route.method, route.path, route.action.value) for route in DIALECT.routes] == [
        ("POST", "/api/v1/services/aigc/video-generation/video-synthesis", "submit"),
        ("POST", "/api/v1/services/aigc/image2video/video-synthesis", "submit"),
        ("POST", "/api/v1/services/aigc/video/video-synthesis", "submit"),
        ("GET", "/api/v1/tasks/{task_id}", "status"),
        ("POST", "/api/v1/tasks/{task_id}/cancel", "cancel"),
        ("GET", "/api/v1/tasks/{task_id}/cancel", "cancel"),
        ("GET", "/api/v1/tasks", "list"),
        ("GET", "/api/v1/uploads", "ticket"),
    ]


def test_every_recorded_request_has_a_route() -> None:
    for record in recorded():
        if record.request.path.rpartition("/")[2] in ELSEWHERE:
            with pytest.raises(NotFound):
                route_of(DIALECT.routes, record.request)
        else:
            route_of(DIALECT.routes, record.request)


@pytest.mark.parametrize("name", ["wan2.7-r2v", "wan2.6-r2v"])
def test_body_examples_are_requests(name: str) -> None:
    example = DIALECT.routes[0].body_examples[name]
    wire = a_submit(example, x_dashscope_ossresourceresolve="enable")
    request = DIALECT.decode_submit(wire, SHELF, Profile.STRICT)
    complete(request, SHELF.find(name), Profile.STRICT)


ANSWERS = [(route, name, value) for route in DIALECT.routes for name, value in route.answer_examples.items()]


@pytest.mark.parametrize(("route", "name", "value"), ANSWERS, ids=[f"{r.method} {r.path} {n}" for r, n, _ in ANSWERS])
def test_answer_examples_have_the_shape_they_illustrate(route: Route, name: str, value: dict[str, Any]) -> None:
    shape: Any = SHAPES[route.action]
    assert shape.model_validate(value).model_dump(exclude_unset=True) == value
    if shape is BailianTask:
        read = DIALECT.decode_reply(WireReply.of_json(200, value))
        assert (read.status or "unknown").lower() in (name, "pending")


def test_schemas_name_every_field_the_codec_reads() -> None:
    definitions = (DIALECT.routes[0].body_schema or {})["$defs"]
    assert set(definitions["DashScopeMedia"]["properties"]) == {
        "type", "url", "reference_voice", "reference_description",
    }  # fmt: skip
    assert definitions["DashScopeMedia"]["required"] == ["type", "url"]
    assert definitions["DashScopeParameters"]["properties"]["shot_type"]["enum"] == ["single", "multi", None]


def test_the_cards_hints_are_words_we_know() -> None:
    for card in SHELF.all():
        hints = card.hints("dashscope")
        assert hints["references"] in ("media", "reference_urls")
        assert hints["picture"] in ("size", "resolution+ratio")
        assert set(hints["usage"]) <= set(USAGE_KEYS)
        assert set(hints["official_paths"]) <= {route.path for route in DIALECT.routes}
