"""The DashScope wire as a hostile integrator meets it, over a real socket, in both profiles.

Strange but legal HTTP and JSON, and what is neither. What the values mean is told in tests/unit/dialects; here only
that they arrive. Files and links: test_wire_files.
"""

from __future__ import annotations

import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from live import KEY, LiveServer
from understudy.server.gate import LONGEST_HEAD

SUBMIT = "/api/v1/services/aigc/video-generation/video-synthesis"
ASYNC = {"X-DashScope-Async": "enable"}
IMAGE = "https://example.com/girl.png"
BODY = {
    "model": "wan2.7-r2v",
    "input": {"prompt": "图1挥手", "media": [{"type": "reference_image", "url": IMAGE}]},
    "parameters": {"resolution": "720P", "duration": 2},
}
TEXT = json.dumps(BODY).encode()


@pytest.fixture(scope="module")
def compat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Nothing is ever made here, so every task stays PENDING."""
    with LiveServer(tmp_path_factory.mktemp("compat"), slots=0) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The same, but strict, and with a public address set."""
    options = {"UNDERSTUDY_PROFILE": "strict", "UNDERSTUDY_PUBLIC_URL": "https://video.example.com/studio/"}
    with LiveServer(tmp_path_factory.mktemp("strict"), slots=0, options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)


@pytest.fixture(params=["compat", "strict"])
def server(request: pytest.FixtureRequest) -> LiveServer:
    live: LiveServer = request.getfixturevalue(request.param)
    return live


def has_ids(answer: Any, headers: dict[str, str]) -> None:
    """Every refusal has three keys, none null, and its number twice. Source: spec/dashscope.md §2."""
    assert sorted(answer) == ["code", "message", "request_id"]
    assert all(isinstance(value, str) and value for value in answer.values())
    assert {name.lower(): value for name, value in headers.items()}["x-request-id"] == answer["request_id"]


# Paths and methods --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/zzz", 404),
        ("POST", "/services/aigc/video-generation/video-synthesis", 404),  # a base URL without /api/v1
        ("POST", "/compatible-mode/v1/chat/completions", 404),
        ("GET", "/api/v1/zzz", 404),
        ("GET", "/api/v1/tasks/a%2Fb", 404),
        ("POST", "/healthz", 405),
        ("GET", "/uploads/oss", 405),
        ("PUT", "/results/x", 405),
        ("GET", SUBMIT, 400),
        ("OPTIONS", SUBMIT, 400),
        ("PATCH", "/api/v1/tasks", 400),
        ("POST", "/api/v1/uploads/", 400),
        ("POST", "/api/v1/tasks/nope/cancel/", 404),
        ("GET", "/api/v1/tasks/nope/cancel/", 404),
    ],
)
def test_every_refusal_of_a_path_is_json_with_a_number(server: LiveServer, method: str, path: str, status: int) -> None:
    found, answer, headers = server.call(method, path)
    assert found == status, answer
    has_ids(answer, headers)


def test_a_base_url_without_its_path_is_told_the_right_one(compat: LiveServer, strict: LiveServer) -> None:
    assert f"{compat.url}/api/v1" in compat.call("GET", "/tasks/x")[1]["message"]
    assert "https://video.example.com/studio/api/v1" in strict.call("GET", "/tasks/x")[1]["message"]


@pytest.mark.parametrize("path", [SUBMIT, SUBMIT + "/", "/" + SUBMIT, SUBMIT.replace("/v1/", "/v1//") + "//"])
def test_slashes_too_many_do_not_matter(server: LiveServer, path: str) -> None:
    status, answer, headers = server.call("POST", path, BODY, headers=ASYNC)
    assert (status, answer["output"]["task_status"]) == (200, "PENDING"), answer
    assert headers["x-request-id"] == answer["request_id"]


def test_a_head_asks_and_changes_nothing(strict: LiveServer) -> None:
    task = strict.submit(BODY)[1]["output"]["task_id"]
    assert strict.call("HEAD", f"/api/v1/tasks/{task}")[:2] == (200, b"")
    assert strict.call("HEAD", f"/api/v1/tasks/{task}/cancel")[0] == 400
    assert strict.call("GET", f"/api/v1/tasks/{task}")[1]["output"]["task_status"] == "PENDING"
    assert strict.call("GET", f"/api/v1/tasks/{task}/cancel/")[0] == 200, "the asyncio SDK 1.25.16 cancels so"
    assert strict.call("GET", f"/api/v1/tasks/{task}/")[1]["output"]["task_status"] == "CANCELED"


# Bytes --------------------------------------------------------------------------------------------------------------


def talk(server: LiveServer, sent: bytes, *, answers: int = 1) -> list[tuple[int, dict[str, str], Any]]:
    """Raw bytes out, that many answers back: (status, headers, JSON)."""
    found = []
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(sent)
        with connection.makefile("rb") as stream:
            for _ in range(answers):
                status = int(stream.readline().split()[1])
                headers = {}
                while line := stream.readline().strip():
                    name, _, value = line.decode("latin-1").partition(": ")
                    headers[name.lower()] = value
                found.append((status, headers, json.loads(stream.read(int(headers["content-length"])))))
    return found


def head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode("latin-1")


AUTH = f"Authorization: Bearer {KEY}"
POLL = head("GET", "/api/v1/tasks/nope", AUTH)
POST = head("POST", SUBMIT, AUTH, "X-DashScope-Async: enable", f"Content-Length: {len(TEXT)}") + TEXT


def test_requests_may_be_pipelined(server: LiveServer) -> None:
    answers = talk(server, POST + POLL + POST + POLL, answers=4)
    assert [status for status, _, _ in answers] == [200] * 4
    assert [a["output"]["task_status"] for _, _, a in answers] == ["PENDING", "UNKNOWN"] * 2
    assert len({a["request_id"] for _, _, a in answers}) == 4


def test_what_was_whole_before_broken_bytes_is_answered_before_them(server: LiveServer) -> None:
    cut = POST.replace(f"Content-Length: {len(TEXT)}".encode(), b"Transfer-Encoding: chunked")  # no chunk begins so
    for broken in (b"nonsense\r\n\r\n", cut):
        answers = talk(server, POST + POLL + broken, answers=3)
        assert [status for status, _, _ in answers] == [200, 200, 400]
        assert [answer["output"]["task_status"] for _, _, answer in answers[:2]] == ["PENDING", "UNKNOWN"]


def test_an_offer_of_http_2_is_passed_over_and_the_body_read(server: LiveServer) -> None:
    """So Java's own client begins every connection, and `curl --http2`."""
    offer = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
    submit = (AUTH, "X-DashScope-Async: enable", *offer)
    whole = head("POST", SUBMIT, *submit, f"Content-Length: {len(TEXT)}") + TEXT
    chunked = head("POST", SUBMIT, *submit, "Transfer-Encoding: chunked") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(TEXT), TEXT)
    poll = head("GET", "/api/v1/tasks/nope", AUTH, *offer)
    answers = talk(server, whole + chunked + poll + POLL + whole, answers=5)
    assert [status for status, _, _ in answers] == [200] * 5
    states = [answer["output"]["task_status"] for _, _, answer in answers]
    assert states == ["PENDING", "PENDING", "UNKNOWN", "UNKNOWN", "PENDING"]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([f"Authorization: bearer {KEY}"], 200),
        ([f"AUTHORIZATION:  BEARER   {KEY}  "], 200),
        ([f"Authorization: Bearer\t{KEY}"], 200),
        ([AUTH, "Authorization: Bearer sk-other"], 200),  # of two the first counts
        (["Authorization: Bearer sk-other", AUTH], 401),
        ([f"Authorization: {KEY}"], 401),
        (["Authorization: Bearer \xff\xfe"], 401),
        ([AUTH, "X-DashScope-WorkSpace: ws-1", "X-DashScope-DataInspection: enable"], 200),
        ([AUTH, f"X-Long: {'a' * 60_000}"], 200),
        ([AUTH, f"X-Longer: {'a' * 2 * LONGEST_HEAD}", f"X-Longest: {'b' * 8 * LONGEST_HEAD}"], 431),
    ],
)
def test_headers_of_any_shape(server: LiveServer, lines: list[str], status: int) -> None:
    ((found, headers, answer),) = talk(server, head("GET", "/api/v1/tasks/nope", *lines))
    assert found == status, answer
    if found != 200:
        has_ids(answer, headers)


def test_an_endless_head_is_cut_off_before_it_fills_the_memory(server: LiveServer) -> None:
    endless = b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * (64 * 1024 * 1024)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        with pytest.raises(ConnectionError):
            connection.sendall(endless)
    assert server.call("GET", "/healthz")[0] == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        head("POST", SUBMIT, AUTH, "Content-Length: -5"),
        head("POST", SUBMIT, AUTH, "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_in_json_too(server: LiveServer, sent: bytes) -> None:
    ((status, headers, answer),) = talk(server, sent)
    assert (status, answer["code"], headers["connection"]) == (400, "InvalidParameter", "close")
    has_ids(answer, headers)


def test_a_body_may_wait_for_100_continue(server: LiveServer) -> None:
    lines = ["X-DashScope-Async: enable", "Expect: 100-continue", f"Content-Length: {len(TEXT)}"]
    sent = head("POST", SUBMIT, AUTH, *lines)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(sent)
        with connection.makefile("rb") as stream:
            assert stream.readline() == b"HTTP/1.1 100 Continue\r\n"
            assert stream.readline() == b"\r\n"
            connection.sendall(TEXT)
            assert stream.readline().split()[1] == b"200"
    ((status, _, _),) = talk(server, sent.replace(KEY.encode(), b"sk-other"))  # a bad key is told without the body
    assert status == 401


# Bodies -------------------------------------------------------------------------------------------------------------


def with_parameters(text: str) -> bytes:
    return TEXT.replace(b'{"resolution": "720P", "duration": 2}', text.encode())


BODIES: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("escaped Unicode", TEXT, {}, 200, ""),
    ("raw Unicode", json.dumps(BODY, ensure_ascii=False).encode(), {}, 200, ""),
    ("a byte order mark", b"\xef\xbb\xbf" + TEXT, {}, 200, ""),
    ("white space around", b"\r\n\t " + TEXT + b"\n\n", {}, 200, ""),
    ("a slash escaped", TEXT.replace(b"/", b"\\/"), {}, 200, ""),
    ("5.0", with_parameters('{"duration": 5.0, "seed": 7.0}'), {}, 200, ""),
    ("5e0", with_parameters('{"duration": 5e0, "seed": 1E3}'), {}, 200, ""),
    ("no parameters", with_parameters("null"), {}, 200, ""),
    ("unknown keys of any kind", with_parameters('{"fps": "many", "style_level": [], "": {}}'), {}, 200, ""),
    ("no content type", TEXT, {"Content-Type": "text/plain"}, 200, ""),
    ("a charset", TEXT, {"Content-Type": "application/json; charset=utf-8"}, 200, ""),
    ("identity", TEXT, {"Content-Encoding": "identity"}, 200, ""),
    ("gzip", gzip.compress(TEXT), {"Content-Encoding": "gzip"}, 400, "compressed (Content-Encoding: gzip)"),
    ("gzip untold", gzip.compress(TEXT), {}, 400, "not UTF-8"),
    ("UTF-16", json.dumps(BODY).encode("utf-16"), {}, 400, "not UTF-8"),
    ("GBK", json.dumps(BODY, ensure_ascii=False).encode("gbk"), {}, 400, "not UTF-8"),
    ("a key twice", TEXT.replace(b'"input"', b'"model": "x", "input"'), {}, 400, "twice"),
    ("a comma too many", TEXT[:-1] + b",}", {}, 400, "not JSON"),
    ("two objects", TEXT + TEXT, {}, 400, "not JSON"),
]


@pytest.mark.parametrize(
    ("body", "headers", "status", "words"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES]
)
def test_bodies_of_any_shape(server: LiveServer, body: bytes, headers: dict[str, str], status: int, words: str) -> None:
    found, answer, told = server.call("POST", SUBMIT, body, headers={**ASYNC, **headers})
    assert found == status, answer
    assert words in answer.get("message", "")
    if found != 200:
        has_ids(answer, told)


def test_a_body_may_come_in_chunks(server: LiveServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {"Authorization": f"Bearer {KEY}", "Transfer-Encoding": "chunked", **ASYNC}
    pieces = [TEXT[i : i + 7] for i in range(0, len(TEXT), 7)]
    connection.request("POST", SUBMIT, iter(pieces), headers, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"a{i}=1" for i in range(500)),
        "page_size=%31",
        "page_no=&status=",
        "model_name=%ED%A0%80",
        "start_time=",
    ],
)
def test_queries_of_any_shape(server: LiveServer, query: str) -> None:
    status, answer, _ = server.call("GET", f"/api/v1/tasks?{query}")
    assert (status, answer["page_no"]) == (200, 1), answer


# Profiles -----------------------------------------------------------------------------------------------------------


GIVEN_26 = {"model": "wan2.6-r2v", "input": {"prompt": "p", "reference_urls": [IMAGE]}}
MEDIA = [{"type": "reference_image", "url": IMAGE}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"input": {"prompt": "p"}, "parameters": {"media": MEDIA}}, "Field required: input.media"),
        ({**GIVEN_26, "parameters": {"size": "1280x720"}}, "1280*720"),
        ({**GIVEN_26, "parameters": {"size": "720P"}}, "pixels"),
        ({"parameters": {"resolution": "1280*720"}}, "a tier"),
        ({"model": "wan2.6-r2v", "parameters": {}}, "Field required: input.reference_urls"),
    ],
)
def test_what_only_compat_takes(compat: LiveServer, strict: LiveServer, changes: dict[str, Any], words: str) -> None:
    body = {**BODY, **changes}
    assert compat.submit(body)[0] == 200
    status, answer, _ = strict.submit(body)
    assert (status, answer["code"]) == (400, "InvalidParameter")
    assert words in answer["message"]


def test_a_public_url_goes_before_the_host(strict: LiveServer) -> None:
    headers = {"Host": "10.0.0.7", "X-Forwarded-Proto": "http"}
    ticket = strict.call("GET", "/api/v1/uploads?action=getPolicy&model=wan2.7-r2v", headers=headers)[1]["data"]
    assert ticket["upload_host"] == "https://video.example.com/studio/uploads/oss"


# Somebody else ------------------------------------------------------------------------------------------------------


def test_a_foreign_task_is_unknown_and_cannot_be_called_off(strict: LiveServer) -> None:
    task = strict.submit(BODY)[1]["output"]["task_id"]
    status, answer, _ = strict.call("GET", f"/api/v1/tasks/{task}", key=f"{KEY}-other")
    assert (status, answer["output"]) == (200, {"task_id": task, "task_status": "UNKNOWN"})
    assert strict.call("POST", f"/api/v1/tasks/{task}/cancel", key=f"{KEY}-other")[0] == 404
    assert task not in {row["task_id"] for row in strict.call("GET", "/api/v1/tasks", key=f"{KEY}-other")[1]["data"]}
    assert strict.call("GET", f"/api/v1/tasks/{task}")[1]["output"]["task_status"] == "PENDING"
