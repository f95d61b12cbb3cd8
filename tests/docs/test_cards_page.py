"""The page on cards: its examples are laid over the shipped cards and do what the page says; no key goes unnamed."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from understudy.catalog import reader, rules
from understudy.catalog.promises import promise
from understudy.catalog.shelf import Shelf
from understudy.catalog.sizing import SIZINGS, settle
from understudy.catalog.tariffs import FORMULAS, quote
from understudy.catalog.validate import complete
from understudy.core.card import Length, OptionKind, Sound
from understudy.core.faults import InvalidRequest
from understudy.core.request import MediaFacts, Medium, Profile, Reference, Role, VideoRequest
from understudy.core.units import Size
from understudy.core.wire import WireRequest
from understudy.dialects.dashscope import DIALECT

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "add-a-model.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    for name, text in BLOCKS:
        (tmp_path / Path(name).name).write_text(text, encoding="utf-8")
    return Shelf.open(tmp_path)


def test_the_draft_model_is_what_the_page_says(shelf: Shelf) -> None:
    girl, boy = Reference("https://x/girl.jpg", Medium.IMAGE), Reference("https://x/boy.mp4", Medium.VIDEO)
    card = shelf.find("draft")
    assert card.model == "studio-draft"
    assert (card.family, card.regions, card.rate.running_at_once) == ("studio", ("cn-beijing",), 10)
    request = complete(VideoRequest("studio-draft", prompt="图1笑。", references=(girl, boy)), card, Profile.STRICT)
    assert (str(request.tier), str(request.size), request.seconds) == ("720P", "1280*720", 5)
    usage, charge = quote(request, card, [Decimal(9)], "cn-beijing")
    assert (usage.billed_seconds, charge.amount) == (5, Decimal("0.25"))
    assert card.billing.free_quantity == 0
    original = shelf.find("wan2.7-r2v")
    assert (card.naming, card.media, card.rules, card.wire) == (
        original.naming, original.media, original.rules, original.wire,
    )  # fmt: skip
    assert Shelf.open().find("wan2.7-r2v") == original


def test_the_lower_price_changes_nothing_else(shelf: Shelf) -> None:
    mine, theirs = shelf.find("wan2.6-r2v-flash"), Shelf.open().find("wan2.6-r2v-flash")
    prices, shipped = mine.billing.prices["cn-beijing"], theirs.billing.prices["cn-beijing"]
    assert (prices["720P"], prices["720P:silent"]) == (Decimal("0.25"), Decimal("0.1"))
    assert {key: prices[key] for key in prices if not key.startswith("720P")} == {
        key: shipped[key] for key in shipped if not key.startswith("720P")
    }
    assert (mine.sizes, mine.defaults, mine.rate) == (theirs.sizes, theirs.defaults, theirs.rate)


def test_the_portrait_model_makes_what_its_files_say(shelf: Shelf) -> None:
    card = shelf.find("studio-portrait")
    portrait = Reference("https://x/a.png", Medium.IMAGE, Role.PORTRAIT)
    voice = Reference("https://x/a.wav", Medium.AUDIO, Role.DRIVING_AUDIO)
    request = complete(VideoRequest(card.model, references=(portrait, voice)), card, Profile.STRICT)
    assert request.options == {"style_level": "calm"}
    still = MediaFacts(Medium.IMAGE, "png", 1, Size(1000, 1500))
    sound = MediaFacts(Medium.AUDIO, "wav", 1, seconds=Decimal("3.2"))
    facts = {Role.PORTRAIT: still, Role.DRIVING_AUDIO: sound}
    settled = settle(request, card, facts)
    told = promise(settled, card, facts)
    assert (told.size, told.frame_count, told.frames_per_second) == (Size(784, 1176), 80, 25)
    with pytest.raises(InvalidRequest, match="audio_url"):
        complete(request.but(references=(portrait,)), card, Profile.COMPAT)
    body = {"model": card.model, "input": {"image_url": "https://x/a.png", "audio_url": "https://x/a.wav"}}
    wire = WireRequest(
        "POST",
        "/api/v1/services/aigc/video/video-synthesis",
        headers={"x-dashscope-async": "enable"},
        body=json.dumps(body).encode(),
    )
    assert DIALECT.decode_submit(wire, shelf, Profile.COMPAT).of_role(Role.PORTRAIT) is not None


def test_every_key_rule_and_formula_is_on_the_page() -> None:
    asked_for = set(re.findall(r'take_\w+\(\s*"(\w+)"', Path(reader.__file__).read_text(encoding="utf-8")))
    assert asked_for >= {"characters", "megabytes", "submits_per_second"}
    words = {*SIZINGS, *Length, *OptionKind, *Sound}
    asked_in_rows = {"free", "input_caps", "prices", "total", "images", "videos", "first_frames"}
    for name in asked_for | asked_in_rows | rules.NAMES | set(FORMULAS) | set(reader.MEDIA) | words:
        assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", PAGE), f"{name} is not on the page"
