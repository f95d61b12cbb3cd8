"""The routes and what the OpenAPI page shows of them: examples are read by the codec they illustrate."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.core.findings import Findings
from understudy.core.request import Profile, Role
from understudy.core.wire import Action, Route, WireReply
from understudy.dialects._bailian import USAGE_KEYS, BailianTask
from understudy.dialects.dashscope import DIALECT
from understudy.dialects.dashscope.shapes import MEDIA_TYPES, DashScopeInput
from understudy.dialects.dashscope.status import DashScopeCanceled, DashScopeChecked, DashScopeList
from understudy.dialects.dashscope.submit import CHECK_PATHS
from understudy.dialects.dashscope.uploads import DashScopePolicyAnswer
from wires import a_submit, recorded, route_of

SHELF = Shelf.open()
HINTS = {
    "references", "picture", "usage", "official_paths", "media_types", "options", "fields", "findings",
    "findings_always", "failure", "result", "video_ratio",
}  # fmt: skip
SHAPES = {
    Action.SUBMIT: BailianTask,
    Action.STATUS: BailianTask,
    Action.CANCEL: DashScopeCanceled,
    Action.LIST: DashScopeList,
    Action.TICKET: DashScopePolicyAnswer,
}


def test_the_table_of_routes() -> None:
    assert [(route.method, route.path, route.action.value) for route in DIALECT.routes] == [
        ("POST", "/api/v1/services/aigc/video-generation/video-synthesis", "submit"),
        ("POST", "/api/v1/services/aigc/image2video/video-synthesis", "submit"),
        ("POST", "/api/v1/services/aigc/video/video-synthesis", "submit"),
        ("POST", "/api/v1/services/aigc/image2video/aa-template-generation", "submit"),
        ("POST", "/api/v1/services/aigc/image2video/face-detect", "submit"),
        ("POST", "/api/v1/services/aigc/image2video/aa-detect", "submit"),
        ("POST", "/api/v1/services/aigc/text2image/image-synthesis", "submit"),
        ("POST", "/api/v1/services/aigc/image2video/image-synthesis", "submit"),
        ("GET", "/api/v1/tasks/{task_id}", "status"),
        ("POST", "/api/v1/tasks/{task_id}/cancel", "cancel"),
        ("GET", "/api/v1/tasks/{task_id}/cancel", "cancel"),
        ("GET", "/api/v1/tasks", "list"),
        ("GET", "/api/v1/uploads", "ticket"),
    ]


def test_every_recorded_request_has_a_route() -> None:
    for record in recorded():
        route_of(DIALECT.routes, record.request)


BODIES = {
    (example["model"], card_path): example
    for route in DIALECT.routes
    for example in route.body_examples.values()
    for card_path in SHELF.find(example["model"]).hints("dashscope")["official_paths"]
}


@pytest.mark.parametrize(("name", "path"), BODIES)
def test_body_examples_are_requests(name: str, path: str) -> None:
    waits = SHELF.find(name).makes.is_check
    wire = a_submit(
        BODIES[name, path], path, x_dashscope_async="" if waits else "enable", x_dashscope_ossresourceresolve="enable"
    )
    request = DIALECT.decode_submit(wire, SHELF, Profile.STRICT)
    complete(request, SHELF.find(name), Profile.STRICT)


ANSWERS = [(route, name, value) for route in DIALECT.routes for name, value in route.answer_examples.items()]


@pytest.mark.parametrize(("route", "name", "value"), ANSWERS, ids=[f"{r.method} {r.path} {n}" for r, n, _ in ANSWERS])
def test_answer_examples_have_the_shape_they_illustrate(route: Route, name: str, value: dict[str, Any]) -> None:
    shape: Any = DashScopeChecked if route.path in CHECK_PATHS else SHAPES[route.action]
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
    for whole in SHELF.all():
        for card in (whole, *whole.functions.values()) if "dashscope" in whole.wire else ():
            hints = card.hints("dashscope")
            assert set(hints) <= HINTS
            assert hints.get("references") in (None, "", "media", "reference_urls", "ref_images_url")
            assert hints.get("picture") in (None, "size", "resolution", "resolution+ratio")
            assert ("picture" in hints) or not card.asks_size
            assert set(hints["usage"]) <= set(USAGE_KEYS)
            assert set(hints["official_paths"]) <= {route.path for route in DIALECT.routes}
            assert set(hints.get("media_types", ())) <= set(MEDIA_TYPES)
            assert set(hints.get("options", {}).values()) <= set(card.options)
            assert set(hints.get("fields", {})) <= set(DashScopeInput.model_fields)
            assert {Role(text.partition(":")[0]) for text in hints.get("fields", {}).values()} <= set(Role)
            assert set(hints.get("findings", {}).values()) <= {field.name for field in fields(Findings)}
            assert ("findings" in hints) == card.makes.is_check
