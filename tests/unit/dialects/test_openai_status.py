"""Videos as the OpenAI wire tells them, and what other servers of it answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from openai_wires import SHELF, as_json

from understudy.core.faults import (
    CannotExpress,
    Conflict,
    Fault,
    InternalFault,
    InvalidRequest,
    MediaProblem,
    MediaRefused,
    NotFound,
    Throttled,
    Unauthenticated,
    Unavailable,
    fault_classes,
)
from understudy.core.request import MediaFacts, Medium, VideoRequest
from understudy.core.task import PROMOTED_FROM, SENT_PROMPT, Artifact, Status, Task, TaskFilter, TaskPage
from understudy.core.units import Size
from understudy.core.usage import Usage
from understudy.core.wire import (
    Accepted,
    Action,
    CancelQuery,
    Content,
    ContentQuery,
    Deleted,
    DeleteQuery,
    Listed,
    ListQuery,
    PromoteQuery,
    Query,
    Route,
    StatusQuery,
    Told,
    UsageQuery,
    WireReply,
    WireRequest,
)
from understudy.dialects.openai_videos import DIALECT
from understudy.dialects.openai_videos.ids import remote_task_id, task_id, video_id
from wires import a_question, route_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UUID = "6f1ce1f2-0385-4d82-bcb6-0123456789ab"
VIDEO = "video_6f1ce1f203854d82bcb60123456789ab"
FACTS = MediaFacts(Medium.VIDEO, "mp4", 10, Size(320, 180), Decimal("4.96"))
LINK = "http://here/results/x.mp4?Signature=s"


def a_task(status: Status = Status.PENDING, **changes: Any) -> Task:
    task = Task(
        task_id=UUID, account="a", key_id="k", dialect="dashscope", region="r1", request_id="of-the-submit",
        request=VideoRequest("wan2.6-r2v", prompt="she waves", seconds=5, size=Size(1280, 720)),
        submitted=NOON, expires=NOON + timedelta(days=1), status=status, started=NOON,
        ended=NOON + timedelta(seconds=60) if status.is_final else None,
    )  # fmt: skip
    return replace(task, **changes)


def done(**changes: Any) -> Task:
    artifact = Artifact("k.mp4", "0", FACTS, NOON + timedelta(days=1))
    return a_task(Status.SUCCEEDED, artifact=artifact, usage=Usage(Decimal(5)), engine="animatic", **changes)


def tell(told: Told, path: str = "/v1/videos/x") -> WireReply:
    card = SHELF.find(told.task.request.model) if told.task else None
    return DIALECT.encode_answer(told, WireRequest("GET", path, request_id="r"), card)


class TestVideo:
    def test_a_submit_answers_queued(self) -> None:
        reply = DIALECT.encode_answer(Accepted(a_task(Status.RUNNING, fraction=0.5)), as_json(), None)
        assert reply.json() == {
            "id": VIDEO, "object": "video", "created_at": 1772366400, "status": "queued", "completed_at": None,
            "expires_at": None, "model": "wan2.6-r2v", "progress": 0, "prompt": "she waves", "seconds": "5",
            "size": "1280x720", "error": None, "remixed_from_video_id": None,
        }  # fmt: skip
        assert reply.headers["openai-poll-after-ms"] == "500"

    @pytest.mark.parametrize(
        ("status", "word", "progress"),
        [
            (Status.PENDING, "queued", 0),
            (Status.RUNNING, "in_progress", 42),
            (Status.SUCCEEDED, "completed", 100),
            (Status.FAILED, "failed", 42),
            (Status.CANCELED, "failed", 42),
        ],
    )
    def test_states_and_progress(self, status: Status, word: str, progress: int) -> None:
        reply = tell(Told(UUID, a_task(status, fraction=0.429)))
        assert (reply.json()["status"], reply.json()["progress"]) == (word, progress)
        assert ("openai-poll-after-ms" in reply.headers) is not status.is_final

    def test_a_film_that_is_nearly_there_is_not_at_100(self) -> None:
        assert tell(Told(UUID, a_task(Status.RUNNING, fraction=1.0))).json()["progress"] == 99

    def test_a_finished_one_says_where_its_film_is_and_who_made_it(self) -> None:
        reply = tell(Told(UUID, done(notes=("no camera",)), LINK, "http://here/c.jpg"))
        video = reply.json()
        assert video["metadata"] == {"url": LINK, "cover_url": "http://here/c.jpg"}
        assert (video["completed_at"], video["expires_at"]) == (1772366460, 1772452800)
        assert (video["usage"], video["engine"], video["notes"]) == ({"duration_seconds": 5}, "animatic", ["no camera"])
        assert video["size"] == "320x180"  # as it was made
        assert reply.headers["x-understudy-engine"] == "animatic"

    def test_a_failed_one_says_why_in_the_words_of_this_wire(self) -> None:
        fault = InvalidRequest.of("parameters.duration", "parameters.duration must be 5, not 4 at 1280*720.")
        video = tell(Told(UUID, a_task(Status.FAILED, fault=fault.record()))).json()
        assert video["error"] == {"code": "invalid_value", "message": "seconds must be 5, not 4 at 1280x720."}

    def test_a_canceled_one_has_failed_with_that_code(self) -> None:
        assert tell(Told(UUID, a_task(Status.CANCELED))).json()["error"]["code"] == "cancelled"

    def test_an_upstreams_own_words_reach_the_caller(self) -> None:
        ours = InternalFault("the pod is gone").worded("E17", "openai_videos:sglang")
        other = InternalFault("the pod is gone").worded("E17", "vidu")
        told = [tell(Told(UUID, a_task(Status.FAILED, fault=f.record()))).json()["error"] for f in (ours, other)]
        assert told[0] == {"code": "E17", "message": "the pod is gone"}
        assert told[1] == {"code": "internal_error", "message": "the pod is gone"}

    def test_a_remix_names_its_first_and_a_cut_prompt_is_told_whole(self) -> None:
        video = tell(Told(UUID, a_task(extras={PROMOTED_FROM: UUID, SENT_PROMPT: "long"}))).json()
        assert (video["remixed_from_video_id"], video["prompt"]) == (VIDEO, "long")

    @pytest.mark.parametrize(
        ("task", "seconds", "size"),
        [
            (a_task(request=VideoRequest("wan2.6-r2v")), "5", "auto"),
            (a_task(request=VideoRequest("videoretalk")), "0", "auto"),
            (done(request=VideoRequest("videoretalk")), "5", "320x180"),
        ],
    )
    def test_seconds_and_size_are_never_null(self, task: Task, seconds: str, size: str) -> None:
        video = tell(Told(UUID, task)).json()
        assert (video["seconds"], video["size"]) == (seconds, size)

    def test_an_unknown_one_is_a_404(self) -> None:
        reply = tell(Told(UUID, None))
        assert reply.status == 404
        assert VIDEO in reply.json()["error"]["message"]


class TestContent:
    def test_it_leads_to_the_film(self) -> None:
        reply = DIALECT.encode_answer(Content(LINK), a_question(f"/v1/videos/{VIDEO}/content"), None)
        assert (reply.status, reply.headers["location"]) == (307, LINK)

    @pytest.mark.parametrize(
        ("told", "status", "words"),
        [
            (Told(UUID, a_task(Status.PENDING)), 400, "is queued"),
            (Told(UUID, a_task(Status.RUNNING)), 400, "is in_progress"),
            (Told(UUID, a_task(Status.FAILED)), 400, "is failed"),
            (Told(UUID, done()), 404, "expired"),
            (Told(UUID, done(), LINK), 404, "no thumbnail"),
            (Told(UUID, a_task(Status.SUCCEEDED)), 404, "has no film"),
            (Told(UUID, None), 404, "no video"),
        ],
    )
    def test_without_a_film_it_says_why(self, told: Told, status: int, words: str) -> None:
        reply = tell(told, f"/v1/videos/{VIDEO}/content")
        assert reply.status == status
        assert words in reply.json()["error"]["message"]


class TestList:
    def tell(self, *tasks: Task, total: int, size: int = 2) -> dict[str, Any]:
        listed = Listed(TaskPage(tasks, total, 1, size))
        found: dict[str, Any] = DIALECT.encode_answer(listed, a_question("/v1/videos"), None).json()
        return found

    def test_a_page_names_its_ends(self) -> None:
        page = self.tell(a_task(), done(task_id=UUID.replace("6f", "7f")), total=3)
        assert [page["object"], page["first_id"], page["last_id"], page["has_more"]] == [
            "list", VIDEO, VIDEO.replace("6f", "7f"), True,
        ]  # fmt: skip
        assert self.tell(a_task(), total=1)["has_more"] is False

    def test_an_empty_page_has_no_last_id(self) -> None:
        """A client stops where `last_id` is missing."""
        assert self.tell(total=0) == {"object": "list", "data": [], "has_more": False}


def asked(method: str, path: str, body: bytes = b"", **query: str) -> Query:
    wire = WireRequest(method, path, query, {}, body)
    route, parts = route_of(DIALECT.routes, wire)
    return DIALECT.decode_query(replace(wire, path_values=parts), route)


class TestQuestions:
    @pytest.mark.parametrize("root", ["/v1/videos", "/videos"])
    @pytest.mark.parametrize("name", [VIDEO, UUID])
    def test_any_task_may_be_asked_for(self, root: str, name: str) -> None:
        """One id space: a task of another wire is known by its own id too."""
        assert asked("GET", f"{root}/{name}") == StatusQuery(UUID)
        assert asked("DELETE", f"{root}/{name}") == DeleteQuery(UUID)
        assert asked("GET", f"{root}/{name}/content") == ContentQuery(UUID)
        assert asked("GET", f"{root}/{name}/content", variant="thumbnail") == ContentQuery(UUID, "cover")
        assert asked("POST", f"{root}/{name}/remix", b'{"prompt":"x"}') == PromoteQuery(UUID, prompt="x")

    @pytest.mark.parametrize(
        ("query", "filter"),
        [
            ({}, TaskFilter(page_size=20)),
            ({"limit": "2", "order": "desc"}, TaskFilter(page_size=2)),
            ({"limit": "100", "order": "asc"}, TaskFilter(page_size=100, oldest_first=True)),
            ({"after": VIDEO}, TaskFilter(page_size=20, after=UUID)),
        ],
    )
    def test_lists(self, query: dict[str, str], filter: TaskFilter) -> None:
        assert asked("GET", "/v1/videos", **query) == ListQuery(filter)

    @pytest.mark.parametrize(
        ("method", "path", "body", "query"),
        [
            ("GET", "/v1/videos", b"", {"limit": "0"}),
            ("GET", "/v1/videos", b"", {"limit": "101"}),
            ("GET", "/v1/videos", b"", {"limit": "²"}),
            ("GET", "/v1/videos", b"", {"order": "up"}),
            ("GET", "/v1/videos", b"", {"after": "x" * 201}),
            ("GET", f"/v1/videos/{VIDEO}/content", b"", {"variant": "spritesheet"}),
            ("GET", f"/v1/videos/{VIDEO}/content", b"", {"variant": "gif"}),
            ("POST", f"/v1/videos/{VIDEO}/remix", b"{}", {}),
            ("POST", f"/v1/videos/{VIDEO}/remix", b'{"prompt": 5}', {}),
            ("POST", f"/v1/videos/{VIDEO}/remix", b"", {}),
            ("GET", f"/v1/videos/{'x' * 201}", b"", {}),
        ],
    )
    def test_nonsense_is_refused(self, method: str, path: str, body: bytes, query: dict[str, str]) -> None:
        with pytest.raises(InvalidRequest):
            asked(method, path, body, **query)

    def test_there_is_no_character(self) -> None:
        with pytest.raises(NotFound, match="keeps none"):
            asked("GET", "/v1/videos/characters/char_1")

    @pytest.mark.parametrize(
        "query",
        [
            StatusQuery(UUID),
            StatusQuery("video_gen_00"),
            ContentQuery(UUID),
            ContentQuery(UUID, "cover"),
            DeleteQuery(UUID),
            PromoteQuery(UUID, prompt="x"),
            ListQuery(TaskFilter(page_size=5, after=UUID, oldest_first=True)),
            ListQuery(TaskFilter(page_size=5)),
        ],
        ids=str,
    )
    def test_what_is_asked_is_understood(self, query: Query) -> None:
        wire = DIALECT.encode_query(query)
        assert asked(wire.method, wire.path, wire.body, **wire.query) == query

    def test_calling_off_is_deleting(self) -> None:
        assert DIALECT.encode_query(CancelQuery(UUID)) == DIALECT.encode_query(DeleteQuery(UUID))

    @pytest.mark.parametrize(
        "query",
        [UsageQuery(), PromoteQuery(UUID, "x"), ListQuery(TaskFilter(page=2)), ListQuery(TaskFilter(model="m"))],
    )
    def test_what_the_wire_has_no_route_for(self, query: Query) -> None:
        with pytest.raises(CannotExpress):
            DIALECT.encode_query(query)


class TestIds:
    @pytest.mark.parametrize("told", [VIDEO, UUID, "video_gen_0a1b", "gen-1", "video_123", "id:x", "id:" + UUID])
    def test_another_servers_id_is_given_back_as_it_was_told(self, told: str) -> None:
        assert video_id(remote_task_id(told)) == told

    def test_ours_are_uuids(self) -> None:
        assert (video_id(UUID), task_id(VIDEO), task_id(UUID)) == (VIDEO, UUID, UUID)
        assert remote_task_id(VIDEO) == UUID


class TestReading:
    def read(self, body: Any, status: int = 200, **headers: str) -> Any:
        return DIALECT.decode_reply(WireReply.of_json(status, body, headers))

    def test_vllm_omni(self) -> None:
        told = self.read(
            {"id": "video_gen_0a", "object": "video", "status": "in_progress", "progress": 40, "error": None}
        )
        assert (told.task_id, told.status, told.fraction, told.result_url) == ("video_gen_0a", "RUNNING", 0.4, None)
        told = self.read({"id": "video_gen_0a", "status": "failed", "error": {"code": 500, "message": "oom"}})
        assert (told.status, told.code, told.message) == ("FAILED", "500", "oom")

    def test_sglang(self) -> None:
        told = self.read({"id": UUID, "status": "completed", "progress": 100, "file_path": "/tmp/x.mp4"})
        assert (told.status, told.result_url) == ("SUCCEEDED", None)
        assert DIALECT.encode_query(ContentQuery(told.task_id)).path == f"/v1/videos/{UUID}/content"
        assert self.read({"id": UUID, "status": "failed", "error": {"message": "oom"}}).message == "oom"
        assert self.read({"id": UUID, "status": "deleted"}).status == "CANCELED"

    @pytest.mark.parametrize(
        ("body", "link"),
        [
            ({"metadata": {"url": LINK}}, LINK),
            ({"url": LINK}, LINK),
            ({"video_url": LINK}, LINK),
            ({"metadata": {"url": "/x"}, "url": None}, None),
            ({"metadata": "free text"}, None),
        ],
    )
    def test_links_of_gateways(self, body: dict[str, Any], link: str | None) -> None:
        assert self.read({"id": "v", "status": "completed", **body}).result_url == link

    def test_a_word_of_tomorrow_is_no_end(self) -> None:
        assert self.read({"id": "v", "status": "dreaming"}).status == "RUNNING"

    @pytest.mark.parametrize(
        ("status", "body", "kind", "words"),
        [
            (
                400,
                {"error": {"message": "Model mismatch", "type": "x", "param": None, "code": 400}},
                InvalidRequest,
                "mis",
            ),
            (401, {"error": "Unauthorized"}, Unauthenticated, "Unauth"),
            (404, {"detail": "Video not found"}, NotFound, "Video not found"),
            (422, {"detail": [{"loc": ["body", "seconds"], "msg": "bad"}]}, InvalidRequest, "seconds: bad"),
            (422, {"detail": {}}, InvalidRequest, "refused"),
            (429, {"error": {"message": "slow down"}}, Throttled, "slow"),
            (500, {"detail": "boom"}, InternalFault, "boom"),
            (503, {}, Unavailable, "503"),
            (200, {"error": {"message": "no", "code": "invalid_value"}}, InvalidRequest, "no"),
            (200, {"ok": True}, Unavailable, "base URL"),
            (200, [], Unavailable, "base URL"),
        ],
    )
    def test_refusals_of_every_shape(self, status: int, body: Any, kind: type[Fault], words: str) -> None:
        with pytest.raises(kind, match=words):
            self.read(body, status)

    def test_a_deletion(self) -> None:
        reply = DIALECT.encode_answer(Deleted(UUID), a_question("/"), None)
        assert reply.json() == {"id": VIDEO, "object": "video.deleted", "deleted": True}
        assert (DIALECT.decode_reply(reply).status, DIALECT.decode_reply(reply).task_id) == ("CANCELED", UUID)


class TestFaults:
    @pytest.mark.parametrize("kind", [kind for kind in fault_classes() if kind is not MediaRefused])
    def test_every_fault_is_told_in_the_envelope(self, kind: type[Fault]) -> None:
        reply = DIALECT.encode_fault(kind(), as_json())
        assert set(reply.json()["error"]) == {"message", "type", "param", "code"}
        assert 400 <= reply.status < 600

    def test_no_refusal_is_repeated_in_vain(self) -> None:
        """The client repeats 408, 409, 429 and every 5xx unless told not to."""
        for fault in (Conflict(), InternalFault()):
            reply = DIALECT.encode_fault(fault, as_json())
            assert reply.status not in (408, 409)
            assert reply.status < 500 or reply.headers["x-should-retry"] == "false"
        assert DIALECT.encode_fault(Throttled(retry_after=2.5), as_json()).headers["retry-after-ms"] == "2500"

    def test_fields_are_called_as_this_wire_calls_them(self) -> None:
        fault = InvalidRequest.of("input.prompt", "Field required: input.prompt")
        error = DIALECT.encode_fault(fault, as_json()).json()["error"]
        assert (error["param"], error["message"]) == ("prompt", "Field required: prompt")
        media = MediaRefused(MediaProblem.SIDES, "parameters.size is 10*10.", path="media[0].url")
        error = DIALECT.encode_fault(media, as_json()).json()["error"]
        assert (error["param"], error["message"]) == ("media[0].url", "size is 10x10. See media[0].url.")

    def test_a_code_is_read_as_the_fault_it_stands_for(self) -> None:
        assert isinstance(DIALECT.read_fault("rate_limit_exceeded", "slow"), Throttled)
        assert isinstance(DIALECT.read_fault("what", "ever"), InvalidRequest)


class TestKey:
    @pytest.mark.parametrize("header", ["Bearer sk-1", "bearer  sk-1 "])
    def test_it_comes_as_bearer(self, header: str) -> None:
        assert DIALECT.read_key(WireRequest("GET", "/", headers={"authorization": header})) == "sk-1"
        assert DIALECT.encode_key("sk-1") == {"authorization": "Bearer sk-1"}

    @pytest.mark.parametrize(
        ("header", "missing"), [("", True), ("Bearer ", True), ("sk-1", False), ("Bearer ä", False)]
    )
    def test_or_not_at_all(self, header: str, missing: bool) -> None:
        with pytest.raises(Unauthenticated) as caught:
            DIALECT.read_key(WireRequest("GET", "/", headers={"authorization": header}))
        assert caught.value.missing is missing


def test_the_shape_of_a_route() -> None:
    assert {route.action for route in DIALECT.routes} == {
        Action.SUBMIT, Action.STATUS, Action.LIST, Action.DELETE, Action.CONTENT, Action.PROMOTE,
    }  # fmt: skip
    assert all(isinstance(route, Route) for route in DIALECT.routes)
