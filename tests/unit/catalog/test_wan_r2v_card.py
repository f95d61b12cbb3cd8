"""The facts of the three models against the documents, written a second time here."""

from __future__ import annotations

from decimal import Decimal

import pytest

from understudy.catalog.shelf import Shelf
from understudy.core.card import CountLimits, Interval, Naming, Sound
from understudy.core.request import Capability
from understudy.core.units import Ratio, Size, Tier
from unit.catalog.wan_r2v import ALL, SHELF

RATIOS = ["16:9", "9:16", "1:1", "4:3", "3:4"]
SIZES = {  # spec/dashscope.md §5.1; the 2.6 rows also stand in seed 000
    ("2.6", "720P"): ["1280*720", "720*1280", "960*960", "1088*832", "832*1088"],
    ("2.6", "1080P"): ["1920*1080", "1080*1920", "1440*1440", "1632*1248", "1248*1632"],
    ("2.7", "720P"): ["1280*720", "720*1280", "960*960", "1104*832", "832*1104"],
    ("2.7", "1080P"): ["1920*1080", "1080*1920", "1440*1440", "1648*1248", "1248*1648"],
}


@pytest.mark.parametrize("model", ALL)
@pytest.mark.parametrize("tier", ["720P", "1080P"])
def test_sizes(model: str, tier: str) -> None:
    card = SHELF.find(model)
    for ratio, size in zip(RATIOS, SIZES[model[3:6], tier], strict=True):
        option = card.option_for(Tier.parse(tier), Ratio.parse(ratio))
        assert option is not None
        assert str(option.size) == size
    assert len(card.sizes) == 10


def test_what_2_7_takes() -> None:
    card = SHELF.find("wan2.7-r2v")
    assert card.makes is Capability.REFERENCE_TO_VIDEO
    assert (card.naming, card.sound) == (Naming.TYPED, Sound.ALWAYS)
    assert (card.prompt_characters, card.negative_prompt_characters) == (5000, 500)
    assert card.counts == CountLimits(total=(1, 5), images=(0, 5), videos=(0, 5), first_frames=(0, 1))
    assert (card.seconds, card.seconds_with_video) == (_span(2, 15), _span(2, 10))
    assert (card.defaults.tier, card.defaults.ratio, card.defaults.size) == (Tier(1080), Ratio(16, 9), None)
    assert (card.defaults.seconds, card.defaults.shot_type) == (5, None)
    assert card.regions == ("cn-beijing", "ap-southeast-1")


@pytest.mark.parametrize("model", ["wan2.6-r2v", "wan2.6-r2v-flash"])
def test_what_2_6_takes(model: str) -> None:
    card = SHELF.find(model)
    assert (card.naming, card.sound) == (Naming.CHARACTER, Sound.OPTIONAL)
    assert (card.prompt_characters, card.negative_prompt_characters) == (1500, 500)
    assert card.counts == CountLimits(total=(1, 5), images=(0, 5), videos=(0, 3), first_frames=(0, 0))
    assert (card.seconds, card.seconds_with_video) == (_span(2, 10), None)
    assert (card.defaults.size, card.defaults.seconds, card.defaults.shot_type) == (Size(1920, 1080), 5, "single")
    assert set(card.media) == {"image", "video"}
    assert card.media["image"].schemes == card.media["video"].schemes == ("http", "https", "oss")


@pytest.mark.parametrize("model", ALL)
def test_what_all_share(model: str) -> None:
    card = SHELF.find(model)
    assert (card.frames_per_second, card.seed_most, card.prompt_required) == (30, 2147483647, True)
    assert (card.defaults.watermark, card.defaults.prompt_extend, card.defaults.sound) == (False, True, True)
    assert (card.rate.submits_per_second, card.rate.running_at_once) == (5, 5)
    billing = card.billing
    assert (billing.free_quantity, billing.free_days, billing.free_regions) == (50, 90, ("cn-beijing",))
    assert billing.input_caps == {1: 5, 2: Decimal("2.5"), 3: Decimal("1.65"), 4: Decimal("1.25"), 5: 1}
    assert (billing.unit, billing.currency, billing.formula) == ("second", "CNY", "reference-seconds")


def test_files_2_7_takes() -> None:
    media = SHELF.find("wan2.7-r2v").media
    aspect = Interval(Decimal("0.125"), Decimal(8))
    image, video, voice = media["image"], media["video"], media["voice"]
    assert media["first_frame"] == image
    assert (image.formats, image.schemes) == (("jpeg", "png", "bmp", "webp"), ("http", "https", "oss", "data"))
    assert (image.max_bytes, image.sides, image.aspect) == (20 << 20, _span(240, 8000), aspect)
    assert (video.formats, video.schemes) == (("mp4", "mov"), ("http", "https", "oss"))
    assert (video.max_bytes, video.sides, video.aspect) == (100 << 20, _span(240, 4096), aspect)
    assert video.seconds == _span(1, 30)
    assert (voice.formats, voice.max_bytes, voice.seconds) == (("wav", "mp3"), 15 << 20, _span(1, 10))


PRICES = {  # spec/catalog.json, price
    ("wan2.7-r2v", "cn-beijing"): {"720P": "0.6", "1080P": "1.0"},
    ("wan2.7-r2v", "ap-southeast-1"): {"720P": "0.733924", "1080P": "1.100886"},
    ("wan2.6-r2v", "cn-beijing"): {"720P": "0.6", "1080P": "1.0"},
    ("wan2.6-r2v", "ap-southeast-1"): {"720P": "0.733924", "1080P": "1.100886"},
    ("wan2.6-r2v-flash", "cn-beijing"): {
        "720P": "0.3", "720P:silent": "0.15", "1080P": "0.5", "1080P:silent": "0.25",
    },
    ("wan2.6-r2v-flash", "ap-southeast-1"): {
        "720P": "0.366962", "720P:silent": "0.183481", "1080P": "0.550443", "1080P:silent": "0.275221",
    },
}  # fmt: skip


@pytest.mark.parametrize(("model", "region"), PRICES)
def test_prices(model: str, region: str) -> None:
    expected = {key: Decimal(price) for key, price in PRICES[model, region].items()}
    assert SHELF.find(model).billing.prices[region] == expected


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_overseas_2_6_makes_5_or_10_seconds_from_videos(region: str) -> None:
    shelf = Shelf.open(region=region)
    assert [card.model for card in shelf.all() if card.family == "wan-r2v"] == ["wan2.6-r2v"]
    card = shelf.find("wan2.6-r2v")
    assert (card.seconds_choices, card.counts.images, card.counts.videos) == ((5, 10), (0, 0), (0, 3))


def test_hints_for_the_dashscope_wire() -> None:
    newer, older = SHELF.find("wan2.7-r2v").hints("dashscope"), SHELF.find("wan2.6-r2v").hints("dashscope")
    assert (newer["references"], newer["picture"]) == ("media", "resolution+ratio")
    assert (older["references"], older["picture"]) == ("reference_urls", "size")
    assert set(newer["usage"]) - set(older["usage"]) == {"ratio"}
    assert set(older["usage"]) - set(newer["usage"]) == {"size"}
    assert SHELF.find("wan2.7-r2v").hints("openai") == {}


def _span(least: object, most: object) -> Interval:
    return Interval(*(Decimal(end) if end is not None else None for end in (least, most)))  # type: ignore[arg-type]
