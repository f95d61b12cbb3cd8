"""The guarded door against a real web server on this machine, which is exactly what it must not reach unasked."""

from __future__ import annotations

import asyncio
import base64
import gzip
import re
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import AsyncResolver, web
from aiohttp.test_utils import TestServer

from builders import tiny_image
from understudy.core.card import MediaLimits
from understudy.core.faults import BadSetting, MediaProblem, MediaRefused
from understudy.stores.remote import GuardedRemote

LIMITS = MediaLimits(schemes=("http", "https", "oss", "data"), max_bytes=300_000)
FILM = bytes(range(256)) * 1000  # 256 000 bytes

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Host:
    """A web server on loopback that counts who comes in. `hits` are the paths that were asked for."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.answers: dict[str, Answer] = {}
        self.server = TestServer(self._application(), host="127.0.0.1")

    def _application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/{path:.*}", self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.hits.append(request.raw_path)
        self.headers.append(dict(request.headers))
        return await self.answers[request.match_info["path"]](request)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def url(self, path: str) -> str:
        return f"{self.origin}/{path}"

    def serve(self, path: str, body: bytes = FILM, status: int = 200, **headers: str) -> str:
        async def answer(request: web.Request) -> web.StreamResponse:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(body=body, status=status, headers=named)

        self.answers[path] = answer
        return self.url(path)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        return self.serve(path, b"", status, Location=to)


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    made = Host()
    await made.server.start_server()
    yield made
    await made.server.close()


@pytest.fixture
async def hidden() -> AsyncIterator[Host]:
    """Another server, never allowed: nothing may arrive there."""
    made = Host()
    await made.server.start_server()
    made.serve("secret", b"secret")
    yield made
    await made.server.close()
    assert made.hits == []


@pytest.fixture
def remote(host: Host) -> GuardedRemote:
    return GuardedRemote({host.origin}, total_seconds=20)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "stage"


async def refused(remote: GuardedRemote, url: str, into: Path, limits: MediaLimits = LIMITS) -> MediaRefused:
    """The refusal, once it is sure that it left no file and names no address of ours."""
    with pytest.raises(MediaRefused) as caught:
        await remote.fetch(url, limits, into)
    assert list(into.iterdir()) == []
    named = set(re.findall(r"\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]", caught.value.message))
    assert all(address in url for address in named)
    assert caught.value.message.endswith(".")
    return caught.value


class TestBringingIn:
    async def test_a_file_arrives_whole(self, host: Host, remote: GuardedRemote, into: Path) -> None:
        path = await remote.fetch(host.serve("a/film.mp4"), LIMITS, into)
        assert path.parent == into
        assert path.read_bytes() == FILM
        assert list(into.iterdir()) == [path]

    async def test_it_is_named_by_its_content_not_by_its_url(
        self, host: Host, remote: GuardedRemote, into: Path, tmp_path: Path
    ) -> None:
        picture = tiny_image(tmp_path / "a.png").read_bytes()
        for name in ("film.mp4", "x.png?a=../../b", "%2e%2e%2fescape", "図 1.exe"):
            host.answers.clear()
            host.serve(name.split("?")[0].replace("%2e", ".").replace("%2f", "/"), picture, Content_Type="video/mp4")
            host.answers.setdefault("escape", next(iter(host.answers.values())))
            path = await remote.fetch(host.url(name), LIMITS, into)
            assert (path.suffix, path.parent) == (".png", into)
            assert re.fullmatch(r"reference-\w+\.png", path.name)

    async def test_two_fetches_never_share_a_name(self, host: Host, remote: GuardedRemote, into: Path) -> None:
        url = host.serve("a")
        paths = await asyncio.gather(*(remote.fetch(url, LIMITS, into) for _ in range(8)))
        assert len(set(paths)) == 8

    async def test_a_url_goes_out_as_it_was_written(self, host: Host, remote: GuardedRemote, into: Path) -> None:
        host.serve("a~b c")
        written = "/a%7Eb%20c?Signature=a%2Fb%2Bc%3D&x=%7e"
        await remote.fetch(host.origin + written, LIMITS, into)
        assert host.hits == [written]

    async def test_it_says_who_it_is_and_nothing_more(
        self, host: Host, remote: GuardedRemote, into: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """No credentials of this machine: neither ~/.netrc nor a proxy of the environment."""
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login house password secret\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        host.serve("a", Set_Cookie="session=1")
        host.redirect("first", host.url("a"))
        await remote.fetch(host.url("first"), LIMITS, into)
        await remote.fetch(host.url("a"), LIMITS, into)
        for headers in host.headers:
            assert set(headers) == {"Host", "User-Agent", "Accept-Encoding", "Accept", "Connection"}
            assert headers["Accept-Encoding"] == "identity"

    async def test_no_cookie_is_kept_between_hops(self, host: Host, into: Path) -> None:
        origin = host.origin.replace("127.0.0.1", "localhost")  # no client keeps cookies of a bare address
        host.serve("a")
        host.serve("first", b"", 302, Location="/a", Set_Cookie="session=1")
        await GuardedRemote({origin}).fetch(f"{origin}/first", LIMITS, into)
        assert [headers.get("Cookie") for headers in host.headers] == [None, None]

    @pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
    async def test_a_body_packed_unasked_is_unpacked(
        self, host: Host, remote: GuardedRemote, into: Path, encoding: str, pack: Callable[[bytes], bytes]
    ) -> None:
        path = await remote.fetch(host.serve("a", pack(FILM), Content_Encoding=encoding), LIMITS, into)
        assert path.read_bytes() == FILM

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_redirects_are_followed(self, host: Host, remote: GuardedRemote, into: Path, status: int) -> None:
        host.serve("films/b")
        host.redirect("films/a", "b", status)
        assert (await remote.fetch(host.redirect("first", "/films/a", status), LIMITS, into)).read_bytes() == FILM

    async def test_data_urls_and_bare_base64(self, remote: GuardedRemote, into: Path, tmp_path: Path) -> None:
        picture = tiny_image(tmp_path / "a.png").read_bytes()
        text = base64.b64encode(picture).decode()
        for url in (f"data:image/png;base64,{text}", text, f"DATA:image/jpeg;base64,{text}"):
            path = await remote.fetch(url, LIMITS, into)
            assert (path.suffix, path.read_bytes()) == (".png", picture)


class TestTheDoorStaysShut:
    """Every form of an address that leads to this machine. Source: spec/stack.md §5."""

    @pytest.mark.parametrize(
        "name",
        [
            "127.0.0.1", "localhost", "LOCALHOST.", "127.1", "127.0.1", "0x7f000001", "0x7f.0.0.1", "2130706433",
            "0177.0.0.1", "0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
            "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:0:0:0:0:80ff:fffe]", "169.254.169.254", "100.64.0.1",
            "10.0.0.1", "192.168.0.1", "172.16.0.1", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "224.0.0.1",
            "255.255.255.255", "192.0.2.1", "１２７.0.0.1", "ⓛocalhost", "127。0。0。1",
        ],
    )  # fmt: skip
    async def test_to_private_addresses_in_any_form(self, hidden: Host, into: Path, name: str) -> None:
        remote = GuardedRemote(connect_seconds=3)
        refusal = await refused(remote, f"http://{name}:{hidden.server.port}/secret", into)
        assert refusal.problem in (MediaProblem.BLOCKED, MediaProblem.UNREACHABLE)

    @pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "[64:ff9b::7f00:1]"])
    async def test_and_says_that_it_is_shut(self, hidden: Host, into: Path, name: str) -> None:
        refusal = await refused(GuardedRemote(), f"http://{name}:{hidden.server.port}/secret", into)
        assert refusal.problem is MediaProblem.BLOCKED
        assert "public" in refusal.message

    async def test_a_name_is_judged_by_the_address_it_leads_to_at_the_last_moment(
        self, hidden: Host, into: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """DNS rebinding: a public-looking name that resolves to this machine when it is connected."""

        async def resolve(*_: Any, **more: Any) -> list[Any]:
            found = {"hostname": "films.example", "host": "127.0.0.1", "port": hidden.server.port}
            return [{**found, "family": socket.AF_INET, "proto": 0, "flags": 0}]

        monkeypatch.setattr(AsyncResolver, "resolve", resolve)
        refusal = await refused(GuardedRemote(), f"http://films.example:{hidden.server.port}/secret", into)
        assert refusal.problem is MediaProblem.BLOCKED
        assert "films.example" not in refusal.message

    async def test_a_redirect_to_a_private_address(
        self, host: Host, hidden: Host, remote: GuardedRemote, into: Path
    ) -> None:
        for target in (hidden.url("secret"), f"//localhost:{hidden.server.port}/secret"):
            assert (await refused(remote, host.redirect("a", target), into)).problem is MediaProblem.BLOCKED

    @pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://host/a", "gopher://127.0.0.1:1/", "data:,x"])
    async def test_a_redirect_to_another_scheme(
        self, host: Host, remote: GuardedRemote, into: Path, target: str
    ) -> None:
        assert (await refused(remote, host.redirect("a", target), into)).problem is MediaProblem.BLOCKED

    async def test_an_allowed_origin_is_one_scheme_host_and_port(self, host: Host, hidden: Host, into: Path) -> None:
        remote = GuardedRemote({host.origin})
        for url in (hidden.url("secret"), host.serve("a").replace("127.0.0.1", "localhost")):
            assert (await refused(remote, url, into)).problem is MediaProblem.BLOCKED
        assert host.hits == []

    @pytest.mark.parametrize(
        "url",
        [
            "file:///etc/passwd", "/etc/passwd", "etc/passwd", "girl.png", "C:\\girl.png", "ftp://host/a", "oss://a/b",
            "javascript:alert(1)", "", " ", "://", "concat:a|b", "rtmp://host/a", "file:girl.png", "~/girl.png",
        ],
    )  # fmt: skip
    async def test_nothing_but_http_and_data_is_read(self, remote: GuardedRemote, into: Path, url: str) -> None:
        assert (await refused(remote, url, into)).problem is MediaProblem.BLOCKED

    @pytest.mark.parametrize("place", ["user:secret@", "user@", ":@"])
    async def test_credentials_in_a_url_are_refused(
        self, host: Host, remote: GuardedRemote, into: Path, place: str
    ) -> None:
        url = host.serve("a").replace("http://", f"http://{place}")
        refusal = await refused(remote, url, into)
        assert refusal.problem is MediaProblem.BLOCKED
        assert "secret" not in refusal.message
        assert host.hits == []

    async def test_only_schemes_the_card_allows(self, host: Host, remote: GuardedRemote, into: Path) -> None:
        limits = MediaLimits(schemes=("https", "oss"))
        for url in (host.serve("a"), "data:;base64,QUJD", "QUJD" * 40):
            refusal = await refused(remote, url, into, limits)
            assert refusal.problem is MediaProblem.BLOCKED
            assert "https, oss" in refusal.message

    @pytest.mark.parametrize("origin", ["127.0.0.1", "http://a/b", "*"])
    def test_a_wrong_origin_is_told_at_start(self, origin: str) -> None:
        with pytest.raises(BadSetting):
            GuardedRemote({origin})


class TestLimits:
    async def test_the_byte_cap_is_exact(self, host: Host, remote: GuardedRemote, into: Path) -> None:
        url = host.serve("a", b"x" * 1000)
        assert (await remote.fetch(url, MediaLimits(max_bytes=1000), into)).stat().st_size == 1000
        for path in into.iterdir():
            path.unlink()
        refusal = await refused(remote, url, into, MediaLimits(max_bytes=999))
        assert refusal.problem is MediaProblem.TOO_LARGE
        assert refusal.limits == {"max_bytes": 999}

    async def test_a_declared_length_is_believed_when_it_is_too_much(
        self, host: Host, remote: GuardedRemote, into: Path
    ) -> None:
        """Refused on the header: the body would never come."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": str(10**12)})
            await response.prepare(request)
            await asyncio.Event().wait()
            return response

        host.answers["a"] = answer
        assert (await refused(remote, host.url("a"), into)).problem is MediaProblem.TOO_LARGE

    async def test_an_endless_body_is_cut_off(self, host: Host, remote: GuardedRemote, into: Path) -> None:
        sent = 0

        async def answer(request: web.Request) -> web.StreamResponse:
            nonlocal sent
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b"x" * 10_000)
                sent += 10_000

        host.answers["a"] = answer
        assert (await refused(remote, host.url("a"), into)).problem is MediaProblem.TOO_LARGE
        assert sent < 50 * LIMITS.max_bytes

    @pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
    async def test_a_compression_bomb_is_counted_as_it_unfolds(
        self, host: Host, remote: GuardedRemote, into: Path, encoding: str, pack: Callable[[bytes], bytes]
    ) -> None:
        bomb = pack(bytes(50_000_000))
        assert len(bomb) < LIMITS.max_bytes
        url = host.serve("a", bomb, Content_Encoding=encoding)
        assert (await refused(remote, url, into)).problem is MediaProblem.TOO_LARGE

    async def test_so_is_what_follows_the_end_of_a_packed_body(
        self, host: Host, remote: GuardedRemote, into: Path
    ) -> None:
        """Nothing more unfolds, but it still comes in."""
        body = gzip.compress(b"film") + bytes(LIMITS.max_bytes)

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Encoding": "gzip"})
            await response.prepare(request)
            await response.write(body)
            return response

        host.answers["a"] = answer
        assert (await refused(remote, host.url("a"), into)).problem is MediaProblem.TOO_LARGE

    @pytest.mark.parametrize("body", [gzip.compress(FILM)[:-9], b"\x1f\x8b no gzip", gzip.compress(FILM)[:500]])
    async def test_broken_compression(self, host: Host, remote: GuardedRemote, into: Path, body: bytes) -> None:
        refusal = await refused(remote, host.serve("a", body, Content_Encoding="gzip"), into)
        assert refusal.problem is MediaProblem.CORRUPT

    async def test_compression_nobody_asked_for(self, host: Host, remote: GuardedRemote, into: Path) -> None:
        refusal = await refused(remote, host.serve("a", b"x", Content_Encoding="br"), into)
        assert (refusal.problem, "'br'" in refusal.message) == (MediaProblem.UNREACHABLE, True)

    async def test_a_slow_drip_is_cut_off(self, host: Host, into: Path) -> None:
        """Each byte arrives in good time; all of them never do."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b"x")
                await asyncio.sleep(0.02)

        host.answers["a"] = answer
        remote = GuardedRemote({host.origin}, total_seconds=0.3)
        refusal = await refused(remote, host.url("a"), into)
        assert (refusal.problem, refusal.limits) == (MediaProblem.TIMEOUT, {"seconds": 0.3})

    async def test_names_are_looked_up_without_a_thread(
        self, host: Host, into: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Loops have four threads for the system's lookups; names whose servers never answer would fill them all."""

        async def hang(*_: Any, **more: Any) -> Any:
            await asyncio.Event().wait()

        origin = host.origin.replace("127.0.0.1", "localhost")
        host.serve("a")
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", hang)
        assert (await GuardedRemote({origin}, connect_seconds=3).fetch(f"{origin}/a", LIMITS, into)).is_file()

    async def test_a_host_that_says_nothing(self, host: Host, into: Path) -> None:
        async def answer(request: web.Request) -> web.StreamResponse:
            await asyncio.Event().wait()
            raise AssertionError

        host.answers["a"] = answer
        remote = GuardedRemote({host.origin}, total_seconds=0.3)
        assert (await refused(remote, host.url("a"), into)).problem is MediaProblem.TIMEOUT

    async def test_a_connection_that_never_comes_about(self, into: Path) -> None:
        """A listener whose queue is full: the connection is neither made nor refused."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            port = listener.getsockname()[1]
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
            remote = GuardedRemote({f"http://127.0.0.1:{port}"}, connect_seconds=0.3, total_seconds=20)
            refusal = await refused(remote, f"http://127.0.0.1:{port}/", into)
            assert (refusal.problem, "did not answer" in refusal.message) == (MediaProblem.TIMEOUT, True)
            for filler in fillers:
                filler.close()

    async def test_redirects_have_an_end(self, host: Host, into: Path) -> None:
        remote = GuardedRemote({host.origin}, max_redirects=3)
        refusal = await refused(remote, host.redirect("a", "/a"), into)
        assert (refusal.problem, len(host.hits)) == (MediaProblem.UNREACHABLE, 4)
        assert "3 times" in refusal.message

    async def test_a_cancelled_fetch_leaves_no_file(self, host: Host, remote: GuardedRemote, into: Path) -> None:
        begun = asyncio.Event()

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"x" * 100_000)
            begun.set()
            await asyncio.Event().wait()
            return response

        host.answers["a"] = answer
        fetching = asyncio.create_task(remote.fetch(host.url("a"), LIMITS, into))
        await begun.wait()
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching
        assert list(into.iterdir()) == []


class TestFailures:
    @pytest.mark.parametrize("status", [204, 206, 304, 401, 403, 404, 500])
    async def test_an_answer_that_is_no_file(self, host: Host, remote: GuardedRemote, into: Path, status: int) -> None:
        refusal = await refused(remote, host.serve("a", b"" if status in (204, 304) else b"x", status), into)
        assert refusal.problem is MediaProblem.UNREACHABLE
        assert str(status) in refusal.message

    @pytest.mark.parametrize("location", ["", "http://[::1", "http://a:port/", "x" * 9000, "http:///a"])
    async def test_a_redirect_to_nowhere(self, host: Host, remote: GuardedRemote, into: Path, location: str) -> None:
        refusal = await refused(remote, host.redirect("a", location), into)
        assert refusal.problem in (MediaProblem.UNREACHABLE, MediaProblem.BLOCKED)

    async def test_an_empty_file(self, host: Host, remote: GuardedRemote, into: Path) -> None:
        assert (await refused(remote, host.serve("a", b""), into)).problem is MediaProblem.FORMAT

    async def test_a_body_shorter_than_declared(self, host: Host, remote: GuardedRemote, into: Path) -> None:
        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b"x" * 500)
            assert request.transport is not None
            request.transport.close()
            return response

        host.answers["a"] = answer
        refusal = await refused(remote, host.url("a"), into)
        assert (refusal.problem, "broke off" in refusal.message) == (MediaProblem.UNREACHABLE, True)

    async def test_nobody_listens(self, into: Path) -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            origin = f"http://127.0.0.1:{reserved.getsockname()[1]}"
            refusal = await refused(GuardedRemote({origin}), origin, into)
        assert (refusal.problem, "no connection" in refusal.message) == (MediaProblem.UNREACHABLE, True)

    async def test_an_unknown_name(self, into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def resolve(*given: Any, **more: Any) -> list[Any]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        refusal = await refused(GuardedRemote(), "http://no.such.example/a", into)
        assert (refusal.problem, "unknown" in refusal.message) == (MediaProblem.UNREACHABLE, True)

    async def test_https_where_http_is_spoken(self, host: Host, into: Path) -> None:
        origin = host.origin.replace("http:", "https:")
        refusal = await refused(GuardedRemote({origin}), f"{origin}/a", into)
        assert refusal.problem is MediaProblem.UNREACHABLE

    @pytest.mark.parametrize(
        "url", ["http://", "http:///a", "http://[::1", "http://a:port/", "http://a b/", "http://" + "a" * 9000]
    )
    async def test_a_url_that_is_none(self, remote: GuardedRemote, into: Path, url: str) -> None:
        refusal = await refused(remote, url, into)
        assert refusal.problem in (MediaProblem.UNREACHABLE, MediaProblem.BLOCKED)
