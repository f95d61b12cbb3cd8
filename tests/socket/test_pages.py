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
        refused = {
            status: told["content"]["application/json"]["examples"] for status, told in submit["responses"].items()
        }
        assert refused["401"]["no key"]["value"] == {
            **server.call("GET", "/api/v1/tasks/x", key=None)[1],
            "request_id": refused["401"]["no key"]["value"]["request_id"],
        }
        assert {"200", "400", "401", "404", "429"} == set(refused)
        form = book["paths"]["/uploads/oss"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
        assert {"OSSAccessKeyId", "policy", "Signature", "key", "file"} == set(form["required"])
        assert {"Expires", "Signature"} <= {p["name"] for p in book["paths"]["/results/{key}"]["get"]["parameters"]}
        assert {"get", "post"} == set(book["paths"]["/api/v1/tasks/{task_id}/cancel"])
        seconds = book["components"]["schemas"]["VideoCreate"]["properties"]["seconds"]
        assert {"type": "string"} in seconds["anyOf"], "the openai client sends a text"
