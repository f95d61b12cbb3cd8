"""The pages of all routes: complete, and readable without any other host."""

from __future__ import annotations

import re
from pathlib import Path

from live import LiveServer


def test_the_pages_load_nothing_from_elsewhere(tmp_path: Path) -> None:
    with LiveServer(tmp_path, slots=0) as server:
        for page in ("/docs", "/redoc"):
            status, html, _ = server.call("GET", page, key=None)
            assert status == 200
            named = re.findall(r"(?:src|href)=\"([^\"]+)\"", html.decode())
            assert named
            for target in named:
                assert target.startswith("/"), f"{page} asks {target}"
                assert server.call("GET", target, key=None)[0] == 200
        status, book, _ = server.call("GET", "/openapi.json", key=None)
        submit = book["paths"]["/api/v1/services/aigc/video-generation/video-synthesis"]["post"]
        assert submit["requestBody"]["content"]["application/json"]["examples"]
        assert submit["responses"]["200"]["content"]["application/json"]["examples"]
        assert {"get", "post"} == set(book["paths"]["/api/v1/tasks/{task_id}/cancel"])
