"""Files on the DashScope wire, over a real socket: any name goes up, the film comes down, links follow the caller."""

from __future__ import annotations

import http.client
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import pytest

from builders import tiny_image
from live import LiveServer, media_server, toy_cards


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_image(tmp_path_factory.mktemp("media") / "图 1.png", (320, 240))


@pytest.fixture(scope="module")
def origin(picture: Path) -> Iterator[str]:
    with media_server(picture.parent) as address:
        yield address


@pytest.fixture(scope="module")
def server(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Makes films of a second with the test card."""
    folder = tmp_path_factory.mktemp("server")
    cards = toy_cards(folder / "cards")
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_FETCH_ALLOW": origin, "UNDERSTUDY_CARDS": cards}
    with LiveServer(folder / "data", options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)


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
def test_any_plain_name_can_be_uploaded_and_starred(server: LiveServer, picture: Path, name: str) -> None:
    address, status, answer = upload(server, name, picture.read_bytes())
    assert (status, answer) == (200, b"")
    body = {"model": "toy-r2v", "input": {"prompt": "图1", "media": [{"type": "reference_image", "url": address}]}}
    told = server.wait(server.submit(body)[1]["output"]["task_id"])
    assert told["output"]["task_status"] == "SUCCEEDED", told


@pytest.mark.parametrize("name", ["..", "a/b.png", "../a.png", "a\\b.png", "x" * 256])
def test_a_name_that_leads_elsewhere_is_refused_in_xml(server: LiveServer, name: str) -> None:
    _, status, answer = upload(server, name, b"x", "/uploads/oss/")
    assert status == 400
    assert b"<Code>InvalidObjectName</Code>" in answer
    assert b"<RequestId></RequestId>" not in answer


# Results ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def film(server: LiveServer, origin: str) -> dict[str, Any]:
    """As the Java SDK sends it: camel case, noise, and a prompt longer than the model reads."""
    given = {
        "prompt": "图1" + "走" * 600,
        "extend_prompt": True,
        "function": "video-synthesis",
        "media": [{"type": "reference_image", "url": f"{origin}/图 1.png", "referenceDescription": "a girl"}],
    }
    status, answer, _ = server.submit({"model": "toy-r2v", "input": given, "parameters": {"with_audio": False}})
    assert status == 200, answer
    return server.wait(answer["output"]["task_id"])


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
    server: LiveServer, film: dict[str, Any], headers: dict[str, str], root: str | None
) -> None:
    root = root or server.url
    output = server.call("GET", f"/api/v1/tasks/{film['output']['task_id']}", headers=headers)[1]["output"]
    ticket = server.call("GET", "/api/v1/uploads?action=getPolicy&model=toy-r2v", headers=headers)[1]["data"]
    assert output["video_url"].startswith(f"{root}/results/")
    assert ticket["upload_host"] == f"{root}/uploads/oss"
    path = output["video_url"].removeprefix(root)
    assert server.call("GET", path, key=None, headers=headers)[0] == 200, "the link is good whatever the host"


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
    server: LiveServer, film: dict[str, Any], change: tuple[str, str]
) -> None:
    status, answer, headers = server.call("GET", film["output"]["video_url"].replace(*change), key=None)
    if change[0] == "?":
        assert status == 200, "what is added changes nothing"
        return
    assert status == 403
    assert f"<RequestId>{headers['x-request-id']}</RequestId>".encode() in answer
