"""Upstreams, routes and test keys as an operator sets them: by file, by environment, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from understudy.core.faults import BadSetting
from understudy.service.rehearsal import Script, read_script
from understudy.settings import load, strange_variables
from understudy.wiring import open_engines, routes_of

FILE = """
engines = ["animatic"]

[upstreams.dashscope]
base_url = "https://dashscope.aliyuncs.com/"
models = ["wan2.7-r2v"]

[upstreams.gpu]
base_url = "http://gpu-1:8000"
dialect = "openai_videos:vllm-omni"
models = { "wan2.2-t2v-plus" = "Wan-AI/Wan2.2-T2V-A14B-Diffusers" }

[routes]
"wan2.7-r2v" = ["upstream:dashscope", "animatic"]
"wan2.2-t2v-plus" = ["upstream:gpu"]
"""


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_file_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "understudy.toml").write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("UNDERSTUDY_UPSTREAMS__DASHSCOPE__KEY", "sk-5ecret")
    settings = load(data=tmp_path)
    upstream = settings.upstreams["dashscope"]
    assert upstream.base_url == "https://dashscope.aliyuncs.com"
    assert upstream.key.get_secret_value() == "sk-5ecret"
    assert upstream.models == {"wan2.7-r2v": "wan2.7-r2v"}
    assert settings.upstreams["gpu"].models == {"wan2.2-t2v-plus": "Wan-AI/Wan2.2-T2V-A14B-Diffusers"}
    assert "sk-5ecret" not in repr(settings)
    assert [e.name for e in open_engines(settings)] == ["animatic", "upstream:dashscope", "upstream:gpu"]
    assert routes_of(settings) == {
        "*": ("animatic",),
        "wan2.7-r2v": ("upstream:dashscope", "animatic"),
        "wan2.2-t2v-plus": ("upstream:gpu",),
    }
    assert strange_variables() == ()


def test_an_upstream_serves_its_regions_only(tmp_path: Path) -> None:
    from builders import a_card, a_request

    there = {"base_url": "http://there", "regions": "ap-southeast-1, us-east-1"}
    for region, offers in (("cn-beijing", False), ("us-east-1", True)):
        settings = load(data=tmp_path, engines="upstream:there", upstreams={"there": there}, region=region)
        (engine,) = open_engines(settings)
        assert engine.offers(a_card(), a_request()) is offers


@pytest.mark.parametrize(
    ("upstream", "says"),
    [
        ({}, "UPSTREAMS__there__base_url: Field required"),
        ({"base_url": "dashscope"}, "write an absolute URL such as https://dashscope.aliyuncs.com"),
        ({"base_url": "http://there", "kee": "sk"}, "'upstreams__there__kee' is no setting"),
        ({"base_url": "http://there", "poll_seconds": 0}, "greater than or equal to 0.1"),
    ],
)
def test_a_mistake_is_one_sentence_without_the_key(tmp_path: Path, upstream: dict[str, object], says: str) -> None:
    with pytest.raises(BadSetting) as caught:
        load(data=tmp_path, upstreams={"there": {"key": "sk-5ecret", **upstream}})
    assert says.lower() in caught.value.message.lower()
    assert "sk-5ecret" not in caught.value.message


def test_a_route_to_nowhere_is_told_of(tmp_path: Path) -> None:
    settings = load(data=tmp_path, routes={"wan2.7-r2v": ("upstream:there",)})
    with pytest.raises(BadSetting, match=r"no upstream 'there' \(set up: none\)"):
        open_engines(settings)


@pytest.mark.parametrize(
    ("key", "script"),
    [
        ("test_ok", Script("ok")),
        ("test_ok-alice", Script("ok")),
        ("test_429", Script("429")),
        ("test_expired", Script("expired")),
        ("test_slow_20", Script("slow", seconds=20)),
        ("test_slow_999", Script("slow", seconds=600)),
        ("test_fail_InvalidParameter.DataInspection", Script("fail", code="InvalidParameter.DataInspection")),
        ("test_fail_content_policy-x", Script("fail", code="content_policy")),
        ("test_", None),
        ("test_slow", None),
        ("test_slow_x", None),
        ("test_fail_", None),
        ("test_ok-", None),
        ("test_okay", None),
        ("sk-test_ok", None),
    ],
)
def test_what_a_test_key_asks_for(key: str, script: Script | None) -> None:
    assert read_script(key) == script
