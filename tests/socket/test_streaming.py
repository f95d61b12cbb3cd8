"""Bytes over a real socket: uploads and downloads of 100 MB in bounded memory, byte ranges, refusals in OSS's words.

Memory is the kernel's own high-water mark of the server process, reset just before each transfer.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from fakes import OwnedClock
from live import KEY, LiveServer
from understudy.core.request import MediaFacts, Medium
from understudy.core.task import Artifact
from understudy.service.accounts import Caller
from understudy.service.links import Links
from understudy.service.uploads import Uploads
from understudy.stores.blobs import OpendalBlobs

MIB = 1024 * 1024
LARGE = 100 * MIB
ALLOWED_GROWTH = 16 * MIB
AT_ONCE = 6
ALLOWED_EACH = 5 * MIB
"""Of memory per upload when there are several: a piece on its way in, one on its way out, and their copies."""
BOUNDARY = "7d4a6d158c9"
MODEL = "wan2.7-r2v"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("data"), slots=0) as running:
        yield running


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of exactly the largest size allowed, no two pages of it alike."""
    path = tmp_path_factory.mktemp("large") / "large.mp4"
    with path.open("wb") as file:
        for number in range(LARGE // 4096):
            file.write(number.to_bytes(4096, "little"))
    return path


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# What the server process holds ----------------------------------------------------------------------------------------


def reset_peak(server: LiveServer) -> int:
    """Let the high-water mark start anew; what is held now, in bytes."""
    assert server.process is not None
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
    return peak(server)


def peak(server: LiveServer) -> int:
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


# A client of forms ----------------------------------------------------------------------------------------------------


def policy(server: LiveServer, model: str = MODEL, key: str = KEY) -> dict[str, Any]:
    status, told, _ = server.call("GET", f"/api/v1/uploads?action=getPolicy&model={model}", key=key)
    assert status == 200, told
    return dict(told["data"])


def fields_of(ticket: dict[str, Any], name: str) -> dict[str, str]:
    return {
        "OSSAccessKeyId": ticket["oss_access_key_id"],
        "Signature": ticket["signature"],
        "policy": ticket["policy"],
        "key": f"{ticket['upload_dir']}/{name}",
        "x-oss-object-acl": ticket["x_oss_object_acl"],
        "x-oss-forbid-overwrite": ticket["x_oss_forbid_overwrite"],
        "success_action_status": "200",
    }


def post(server: LiveServer, fields: dict[str, str], file: Path, name: str = "film.mp4") -> tuple[int, str]:
    """Post a form whose file is read from disk piece by piece; (status, body)."""
    head = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    )
    head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    before, after = f"{head}Content-Type: video/mp4\r\n\r\n".encode(), f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        connection.putrequest("POST", "/uploads/oss")
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        connection.putheader("Content-Length", str(len(before) + file.stat().st_size + len(after)))
        connection.endheaders()
        connection.send(before)
        with file.open("rb") as stream:
            connection.sock.sendfile(stream)
        connection.send(after)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def code_of(xml: str) -> str:
    found = re.search(r"<Code>(.*?)</Code>", xml)
    assert found, xml
    return found[1]


def small(folder: Path, content: bytes = b"a film") -> Path:
    path = folder / "small.mp4"
    path.write_bytes(content)
    return path


# Uploads --------------------------------------------------------------------------------------------------------------


def test_a_large_upload_takes_little_memory(server: LiveServer, large: Path, tmp_path: Path) -> None:
    assert post(server, fields_of(policy(server), "first.mp4"), small(tmp_path))[0] == 200
    fields = fields_of(policy(server), "large.mp4")
    before = reset_peak(server)
    status, told = post(server, fields, large)
    assert (status, told) == (200, "")
    assert peak(server) - before <= ALLOWED_GROWTH
    assert digest_of(server.data / "blobs" / fields["key"]) == digest_of(large)


def test_several_uploads_at_once_arrive_whole(server: LiveServer, tmp_path: Path) -> None:
    files = []
    for number in range(AT_ONCE):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(bytes([number]) * (16 * MIB + number))
        files.append((path, fields_of(policy(server), path.name)))
    before = reset_peak(server)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda pair: post(server, pair[1], pair[0]), files))
    assert answers == [(200, "")] * AT_ONCE
    assert peak(server) - before <= AT_ONCE * ALLOWED_EACH
    for path, fields in files:
        assert digest_of(server.data / "blobs" / fields["key"]) == digest_of(path)


def test_one_byte_too_many_leaves_nothing(server: LiveServer, large: Path, tmp_path: Path) -> None:
    longer = tmp_path / "longer.mp4"
    with longer.open("wb") as file:
        file.truncate(LARGE + 1)
    fields = fields_of(policy(server), "longer.mp4")
    status, told = post(server, fields, longer)
    assert (status, code_of(told)) == (400, "EntityTooLarge")
    assert not (server.data / "blobs" / fields["key"]).exists()
    assert [path for path in (server.data / "blobs" / ".partial").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "name", ["girl.jpg", "my girl (1).jpg", "图 1.png", "女孩与猫，第一张.jpeg", "a+b%20c&d=e.png"]
)
def test_names_stay_as_they_are(server: LiveServer, tmp_path: Path, name: str) -> None:
    fields = fields_of(policy(server), name)
    assert post(server, fields, small(tmp_path), name) == (200, "")
    assert (server.data / "blobs" / fields["key"]).read_bytes() == b"a film"
    media = [{"type": "reference_image", "url": f"oss://{fields['key']}"}]
    body = {"model": MODEL, "input": {"prompt": "图1挥手", "media": media}}
    status, told, _ = server.submit(body, headers={"X-DashScope-OssResourceResolve": "enable"})
    assert status == 200, told


def test_the_same_key_twice(server: LiveServer, tmp_path: Path) -> None:
    fields = fields_of(policy(server), "twice.mp4")
    assert post(server, fields, small(tmp_path))[0] == 200
    status, told = post(server, fields, small(tmp_path, b"another film"))
    assert (status, code_of(told)) == (409, "FileAlreadyExists")
    assert (server.data / "blobs" / fields["key"]).read_bytes() == b"a film"
    assert post(server, {**fields, "x-oss-forbid-overwrite": "false"}, small(tmp_path, b"another film"))[0] == 200
    assert (server.data / "blobs" / fields["key"]).read_bytes() == b"another film"


def test_without_a_word_about_success_the_answer_is_204(server: LiveServer, tmp_path: Path) -> None:
    fields = fields_of(policy(server), "quiet.mp4")
    del fields["success_action_status"]
    assert post(server, fields, small(tmp_path)) == (204, "")


def test_an_expired_policy(server: LiveServer, tmp_path: Path) -> None:
    """Signed by the server's own secret, as it would have been an hour ago."""
    then = OwnedClock(datetime.now(UTC) - timedelta(hours=1))
    uploads = Uploads(OpendalBlobs.open(tmp_path / "none"), (server.data / "secret").read_bytes(), then)
    ticket = uploads.ticket(Caller("default", "key"), MODEL, server.url)
    fields = {
        "OSSAccessKeyId": ticket.access_key_id,
        "Signature": ticket.signature,
        "policy": ticket.policy,
        "key": f"{ticket.folder}/late.mp4",
        "success_action_status": "200",
    }
    status, told = post(server, fields, small(tmp_path))
    assert (status, code_of(told)) == (403, "AccessDenied")
    assert "Policy expired" in told
    assert not (server.data / "blobs" / fields["key"]).exists()


WRONG: list[tuple[str, dict[str, str | None], int, str]] = [
    ("signature of another policy", {"Signature": "bm9uZQ=="}, 403, "SignatureDoesNotMatch"),
    ("signature that is no text of ours", {"Signature": "图"}, 403, "SignatureDoesNotMatch"),
    ("policy of one's own", {"policy": "eyJjb25kaXRpb25zIjpbXX0="}, 403, "SignatureDoesNotMatch"),
    ("signer unknown", {"OSSAccessKeyId": "LTAIsomebody"}, 403, "InvalidAccessKeyId"),
    ("no signature", {"Signature": None}, 400, "InvalidArgument"),
    ("key outside the folder", {"key": "elsewhere/film.mp4"}, 403, "AccessDenied"),
    ("climbing out", {"key": "{folder}/../../film.mp4"}, 400, "InvalidObjectName"),
    ("name too long", {"key": "{folder}/" + "n" * 256}, 400, "InvalidObjectName"),
]


@pytest.mark.parametrize(("changes", "status", "code"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_refused_before_a_byte_is_kept(
    server: LiveServer, tmp_path: Path, changes: dict[str, str | None], status: int, code: str
) -> None:
    ticket = policy(server)
    fields = fields_of(ticket, "film.mp4")
    for name, value in changes.items():
        if value is None:
            del fields[name]
        else:
            fields[name] = value.format(folder=ticket["upload_dir"])
    found = post(server, fields, small(tmp_path))
    assert (found[0], code_of(found[1])) == (status, code)


# Downloads ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stored(server: LiveServer, large: Path) -> str:
    """Path and query of a good link to the large file, lying in the store under a name in Chinese."""
    key = "films/影片 1.mp4"
    path = server.data / "blobs" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.hardlink_to(large)
    return link(server, key, timedelta(hours=24))


def link(server: LiveServer, key: str, life: timedelta) -> str:
    now = datetime.now(UTC)
    artifact = Artifact(key, "", MediaFacts(Medium.VIDEO, "mp4", LARGE), now + life)
    url = urlsplit(Links((server.data / "secret").read_bytes(), OwnedClock(now)).result_url(server.url, artifact))
    return f"{url.path}?{url.query}"


def get(server: LiveServer, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], int, str]:
    """(status, headers, byte count, SHA-256), the body read and forgotten piece by piece."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        digest, count = hashlib.sha256(), 0
        while piece := answer.read(256 * 1024):
            digest.update(piece)
            count += len(piece)
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, count, digest.hexdigest()
    finally:
        connection.close()


def test_a_large_download_takes_little_memory(server: LiveServer, stored: str, large: Path) -> None:
    get(server, stored, Range="bytes=0-99")
    before = reset_peak(server)
    status, headers, count, digest = get(server, stored)
    assert (status, count, digest) == (200, LARGE, digest_of(large))
    assert headers["content-type"] == "video/mp4"
    assert headers["accept-ranges"] == "bytes"
    assert peak(server) - before <= ALLOWED_GROWTH


def test_several_downloads_at_once(server: LiveServer, stored: str, large: Path) -> None:
    before = reset_peak(server)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: get(server, stored), range(4)))
    assert {(status, digest) for status, _, _, digest in found} == {(200, digest_of(large))}
    assert peak(server) - before <= ALLOWED_GROWTH


RANGES: list[tuple[str, int, int]] = [
    ("bytes=0-0", 0, 1),
    ("bytes=4096-8191", 4096, 8192),
    (f"bytes={LARGE - 7}-", LARGE - 7, LARGE),
    (f"bytes={LARGE - 7}-{LARGE * 2}", LARGE - 7, LARGE),
    ("bytes=-5000", LARGE - 5000, LARGE),
    (f"bytes=-{LARGE * 2}", 0, LARGE),
]


@pytest.mark.parametrize(("asked", "start", "end"), RANGES, ids=[row[0] for row in RANGES])
def test_a_range(server: LiveServer, stored: str, large: Path, asked: str, start: int, end: int) -> None:
    status, headers, count, digest = get(server, stored, Range=asked)
    assert (status, count) == (206, end - start)
    assert headers["content-range"] == f"bytes {start}-{end - 1}/{LARGE}"
    with large.open("rb") as file:
        file.seek(start)
        assert digest == hashlib.sha256(file.read(end - start)).hexdigest()


@pytest.mark.parametrize("asked", [f"bytes={LARGE}-", f"bytes={LARGE * 2}-{LARGE * 3}"])
def test_a_range_past_the_end(server: LiveServer, stored: str, asked: str) -> None:
    status, headers, _, _ = get(server, stored, Range=asked)
    assert status == 416
    assert headers["content-range"].endswith(f"*/{LARGE}")


def test_head_tells_the_size_and_sends_nothing(server: LiveServer, stored: str) -> None:
    status, headers, count, _ = get(server, stored, "HEAD")
    assert (status, headers["content-length"], count) == (200, str(LARGE), 0)


def test_a_link_needs_no_key_and_no_change(server: LiveServer, stored: str) -> None:
    path, _, query = stored.partition("?")
    expires, signature = (part.partition("=")[2] for part in query.split("&"))
    for changed in (
        path,
        f"{path}?Expires={expires}",
        f"{path}?Expires={int(expires) + 1}&Signature={signature}",
        f"{path}?Expires={expires}&Signature={signature[:-4]}AAAA",
        f"{path}?Expires={expires}&Signature={quote('图')}",
        f"/results/films/other.mp4?{query}",
        f"/results/../understudy.db?{query}",
    ):
        status, told, _ = server.call("GET", changed, key=None)
        assert (status, code_of(told.decode())) == (403, "SignatureDoesNotMatch"), changed


def test_a_link_past_its_time_and_a_file_that_is_gone(server: LiveServer) -> None:
    for path, status, code in (
        (link(server, "films/影片 1.mp4", timedelta(seconds=-5)), 403, "AccessDenied"),
        (link(server, "films/gone.mp4", timedelta(hours=1)), 404, "NoSuchKey"),
    ):
        found, told, headers = server.call("GET", path, key=None)
        assert (found, code_of(told.decode())) == (status, code)
        assert "xml" in json.dumps(headers)
