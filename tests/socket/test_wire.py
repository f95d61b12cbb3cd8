"""The DashScope wire as a hostile integrator meets it, over a real socket, in both profiles.

Strange but legal HTTP and JSON, what is neither, links behind a proxy, names nobody expects. What the values mean is
told in tests/unit/dialects; here only that they arrive.
"""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import pytest

from builders import tiny_image, tiny_sound
from live import KEY, LiveServer, media_server, toy_cards
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
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    tiny_image(folder / "图 1.png", (320, 240))
    tiny_sound(folder / "voice.wav", 2)
    return folder


@pytest.fixture(scope="module")
def origin(media: Path) -> Iterator[str]:
    with media_server(media) as address:
        yield address


@pytest.fixture(scope="module")
def compat(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Films of a second, made by the test card."""
    folder = tmp_path_factory.mktemp("compat")
    options = {
        "UNDERSTUDY_ENGINES": "testcard",
        "UNDERSTUDY_FETCH_ALLOW": origin,
        "UNDERSTUDY_CARDS": toy_cards(folder / "cards"),
    }
    with LiveServer(folder / "data", options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Nothing is ever made here, so every task stays PENDING; and a public address is set."""
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


# Uploads ------------------------------------------------------------------------------------------------------------


def upload(server: LiveServer, name: str, content: bytes, path: str = "/uploads/oss") -> tuple[str, int, Any]:
    """As seed 000 does it, but with the file's name as it is: (oss:// address, status, answer)."""
    policy = server.call("GET", "/api/v1/uploads/?action=getPolicy&model=toy-r2v")[1]["data"]
    key = f"{policy['upload_dir']}/{name}"
    fields = {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "Signature": policy["signature"],
        "policy": policy["policy"],
        "x-oss-object-acl": policy["x_oss_object_acl"],
        "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
        "key": key,
        "success_action_status": "200",
    }
    line = uuid.uuid4().hex
    parts = [f'--{line}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    last = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = "".join([*parts, last]).encode() + content + f"\r\n--{line}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={line}"}
    status, answer, _ = server.call("POST", path, body, key=None, headers=kind)
    return f"oss://{key}", status, answer


NAMES = ["图 1.png", "a b+c%20d.png", "😀", "a#b?c&d.png", " lead.png", "trail ", "全角\u3000", "CON", "é" * 120]


@pytest.mark.parametrize("name", NAMES)
def test_any_plain_name_can_be_uploaded_and_starred(compat: LiveServer, media: Path, name: str) -> None:
    address, status, answer = upload(compat, name, (media / "图 1.png").read_bytes())
    assert (status, answer) == (200, b"")
    body = {"model": "toy-r2v", "input": {"prompt": "图1", "media": [{"type": "reference_image", "url": address}]}}
    told = compat.wait(compat.submit(body)[1]["output"]["task_id"])
    assert told["output"]["task_status"] == "SUCCEEDED", told


@pytest.mark.parametrize("name", ["..", "a/b.png", "../a.png", "a\\b.png", "x" * 256])
def test_a_name_that_leads_elsewhere_is_refused_in_xml(compat: LiveServer, name: str) -> None:
    _, status, answer = upload(compat, name, b"x", "/uploads/oss/")
    assert status == 400
    assert b"<Code>InvalidObjectName</Code>" in answer
    assert b"<RequestId></RequestId>" not in answer


# Results ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def film(compat: LiveServer, origin: str) -> dict[str, Any]:
    """As the Java SDK sends it: camel case, noise, and a prompt longer than the model reads."""
    given = {
        "prompt": "图1" + "走" * 600,
        "extend_prompt": True,
        "function": "video-synthesis",
        "media": [{"type": "reference_image", "url": f"{origin}/图 1.png", "referenceDescription": "a girl"}],
    }
    status, answer, _ = compat.submit({"model": "toy-r2v", "input": given, "parameters": {"with_audio": False}})
    assert status == 200, answer
    return compat.wait(answer["output"]["task_id"])


def test_a_film_is_told_in_full(film: dict[str, Any]) -> None:
    output = film["output"]
    assert output["task_status"] == "SUCCEEDED", film
    assert output["orig_prompt"] == "图1" + "走" * 600, "the prompt as sent, though the model reads less of it"
    assert output["results"] == [{"url": output["video_url"]}]
    usage = {"duration": 1, "output_video_duration": 1, "video_count": 1, "SR": 180, "ratio": "16:9"}
    assert film["usage"] == usage
    assert all(type(film["usage"][key]) is type(value) for key, value in usage.items()), "whole numbers are ints"


def test_with_audio_is_the_java_sdks_noise_and_silences_nothing(film: dict[str, Any], tmp_path: Path) -> None:
    with urllib.request.urlopen(film["output"]["video_url"]) as answer:  # no key
        (tmp_path / "film.mp4").write_bytes(answer.read())
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert len(container.streams.audio) == 1


@pytest.mark.parametrize(
    ("headers", "root"),
    [
        ({"Host": "video.example.com"}, "http://video.example.com"),
        ({"Host": "video.example.com:8443", "X-Forwarded-Proto": "https"}, "https://video.example.com:8443"),
        ({"Host": "[::1]:9000"}, "http://[::1]:9000"),
        ({"Host": 'a"><b'}, None),
        ({"Host": "[half"}, None),
        ({"X-Forwarded-Proto": "javascript"}, None),
    ],
)
def test_links_follow_the_host_behind_a_local_proxy(
    compat: LiveServer, film: dict[str, Any], headers: dict[str, str], root: str | None
) -> None:
    root = root or compat.url
    output = compat.call("GET", f"/api/v1/tasks/{film['output']['task_id']}", headers=headers)[1]["output"]
    ticket = compat.call("GET", "/api/v1/uploads?action=getPolicy&model=toy-r2v", headers=headers)[1]["data"]
    assert output["video_url"].startswith(f"{root}/results/")
    assert ticket["upload_host"] == f"{root}/uploads/oss"
    path = output["video_url"].removeprefix(root)
    assert compat.call("GET", path, key=None, headers=headers)[0] == 200, "the link is good whatever the host"


def test_a_public_url_goes_before_the_host(strict: LiveServer) -> None:
    headers = {"Host": "10.0.0.7", "X-Forwarded-Proto": "http"}
    ticket = strict.call("GET", "/api/v1/uploads?action=getPolicy&model=wan2.7-r2v", headers=headers)[1]["data"]
    assert ticket["upload_host"] == "https://video.example.com/studio/uploads/oss"


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("bytes=9-3", 200, slice(None)),
        ("lines=1", 200, slice(None)),
        ("bytes=x", 200, slice(None)),
        ("bytes=99999999-", 416, slice(0, 0)),
    ],
)
def test_ranges(film: dict[str, Any], asked: str, status: int, part: slice) -> None:
    address = urlsplit(film["output"]["video_url"])
    connection = http.client.HTTPConnection(address.netloc, timeout=20)
    answers = []
    for headers in ({}, {"Range": asked}):
        connection.request("GET", f"{address.path}?{address.query}", headers=headers)
        answer = connection.getresponse()
        assert answer.headers["x-request-id"]
        answers.append((answer.status, answer.read()))
    connection.close()
    (_, whole), found = answers
    assert found == (status, whole[part])


CHANGES = [("Expires=1", "Expires=2"), ("Signature=", "Signature=x"), ("?", "?x=1&"), ("Expires=", "E=")]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_link_is_refused_in_xml_with_a_number(
    compat: LiveServer, film: dict[str, Any], change: tuple[str, str]
) -> None:
    status, answer, headers = compat.call("GET", film["output"]["video_url"].replace(*change), key=None)
    if change[0] == "?":
        assert status == 200, "what is added changes nothing"
        return
    assert status == 403
    assert f"<RequestId>{headers['x-request-id']}</RequestId>".encode() in answer


# Somebody else ------------------------------------------------------------------------------------------------------


def test_a_foreign_task_is_unknown_and_cannot_be_called_off(strict: LiveServer) -> None:
    task = strict.submit(BODY)[1]["output"]["task_id"]
    status, answer, _ = strict.call("GET", f"/api/v1/tasks/{task}", key=f"{KEY}-other")
    assert (status, answer["output"]) == (200, {"task_id": task, "task_status": "UNKNOWN"})
    assert strict.call("POST", f"/api/v1/tasks/{task}/cancel", key=f"{KEY}-other")[0] == 404
    assert task not in {row["task_id"] for row in strict.call("GET", "/api/v1/tasks", key=f"{KEY}-other")[1]["data"]}
    assert strict.call("GET", f"/api/v1/tasks/{task}")[1]["output"]["task_status"] == "PENDING"
