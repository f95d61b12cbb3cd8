"""Adding a model stays one TOML file: laid over ours, like ours, or wholly new, it is read, priced and served."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from understudy.catalog import tariffs
from understudy.catalog.promises import promise
from understudy.catalog.shelf import Shelf
from understudy.catalog.sizing import settle
from understudy.catalog.validate import complete
from understudy.core.faults import BadCard, InvalidRequest
from understudy.core.request import Capability, Profile, Role, VideoRequest
from understudy.dialects.dashscope import DIALECT
from unit.catalog.asked import a_film, a_sound
from wires import a_submit

LIKE_OURS = """
[[model]]
name = "studio-t2v"
like = "wan2.2-t2v-plus"
aliases = ["studio-t2v-latest"]
billing.prices.cn-beijing = { 480P = 0.05, 1080P = 0.25 } # half and less
rate.running_at_once = 9
"""

WHOLLY_NEW = """
family = "chorus"
makes = "lip-sync"
regions = ["cn-beijing"]
length = "shorter"
sizing = "source"
rate_by = "source"
sound = "always"
needs = ["source_video", "driving_audio"]
[prompt]
required = false
characters = 200
[sizes.720P]
"16:9" = "1280*720"
[media.source_video]
formats = ["mp4"]
schemes = ["https"]
megabytes = 50
seconds = [1, 60]
[media.driving_audio]
formats = ["wav"]
schemes = ["https"]
megabytes = 5
[options.voices]
kind = "whole"
range = [1, 8]
default = 4
refusal = "A choir has one to eight voices."
[options.key]
kind = "text"
required = true
choices = ["major", "minor"]
[defaults]
tier = "720P"
ratio = "16:9"
[billing]
formula = "output-seconds"
price_by = "option:key"
[billing.prices.cn-beijing]
major = 0.1
minor = 0.3
[wire.dashscope]
official_paths = ["/api/v1/services/aigc/image2video/video-synthesis"]
usage = ["video_duration", "fps"]
[wire.dashscope.fields]
film_url = "source_video"
video_url = "source_video"
audio_url = "driving_audio"
[[model]]
name = "choir-1"
"""


def laid(folder: Path, *texts: str) -> Shelf:
    for number, text in enumerate(texts):
        (folder / f"{number}-mine.toml").write_text(text, encoding="utf-8")
    return Shelf.open(folder)


def asked(shelf: Shelf, body: dict[str, object]) -> VideoRequest:
    request = DIALECT.decode_submit(a_submit(body), shelf, Profile.COMPAT)
    return complete(request, shelf.find(request.model), Profile.COMPAT)


def test_a_model_like_ours_at_its_own_price(tmp_path: Path) -> None:
    shelf = laid(tmp_path, LIKE_OURS)
    card, ours = shelf.find("studio-t2v-latest"), shelf.find("wan2.2-t2v-plus")
    body = {"model": "studio-t2v", "input": {"prompt": "p"}, "parameters": {"size": "832*480"}}
    request = asked(shelf, body)
    assert str(tariffs.quote(request, card, [], "cn-beijing")[1].amount) == "0.250000"  # 5 x 0.05
    assert str(tariffs.quote(request, ours, [], "cn-beijing")[1].amount) == "0.700000"  # 5 x 0.14, untouched
    assert (card.rate.running_at_once, ours.rate.running_at_once) == (9, 2)
    assert (card.sizes, card.wire, card.compat_sizes) == (ours.sizes, ours.wire, ours.compat_sizes)
    sent = DIALECT.encode_submit(request, card)
    assert sent.body.startswith(b'{"model": "studio-t2v", ')


def test_a_price_laid_over_ours_changes_nothing_else(tmp_path: Path) -> None:
    shelf = laid(tmp_path, '[[model]]\nname = "emo-v1"\nbilling.prices.cn-beijing = { "3:4" = 0.2 }\n')
    prices = shelf.find("emo-v1").billing.prices["cn-beijing"]
    assert prices == {"1:1": Decimal("0.08"), "3:4": Decimal("0.2")}
    assert shelf.find("emo-v1").options == Shelf.open().find("emo-v1").options


def test_a_function_of_ours_may_be_changed_alone(tmp_path: Path) -> None:
    row = '[[model]]\nname = "wanx2.1-vace-plus"\nfunctions.video_outpainting.options.top_scale.range = [1, 3]\n'
    card = laid(tmp_path, row).find("wanx2.1-vace-plus")
    assert card.of("video_outpainting").options["top_scale"].range.most == 3
    assert card.of("video_outpainting").options["left_scale"].range.most == 2
    assert card.of("video_edit") == Shelf.open().find("wanx2.1-vace-plus").of("video_edit")


def test_a_wholly_new_model_is_served_without_a_line_of_code(tmp_path: Path) -> None:
    shelf = laid(tmp_path, WHOLLY_NEW)
    card = shelf.find("choir-1")
    assert card.makes is Capability.LIP_SYNC
    given = {"film_url": "https://host/a.mp4", "audio_url": "https://host/a.wav"}
    request = asked(shelf, {"model": "choir-1", "input": given, "parameters": {"key": "minor"}})
    assert request.options == {"voices": 4, "key": "minor"}
    facts = {Role.SOURCE_VIDEO: a_film("1920*1080", "20", "25"), Role.DRIVING_AUDIO: a_sound("12.5")}
    settled = settle(request, card, facts)
    assert b'"film_url": "https://host/a.mp4"' in DIALECT.encode_submit(request, card).body, (
        "the first name is official"
    )
    promised = promise(settled, card, facts)
    assert (str(promised.size), promised.frames_per_second, promised.seconds) == ("1280*720", 25, Decimal("12.5"))
    usage, charge = tariffs.measure(settled, card, [Decimal(20)], Decimal("12.5"), "cn-beijing")
    assert (str(charge.amount), usage.output_seconds) == ("3.750000", Decimal("12.5"))  # 12.5 x 0.3


@pytest.mark.parametrize(
    ("parameters", "words"),
    [({}, "Field required: parameters.key"), ({"key": "major", "voices": 9}, "A choir has one to eight voices.")],
)
def test_and_refuses_in_its_own_words(tmp_path: Path, parameters: dict[str, object], words: str) -> None:
    given = {"video_url": "https://host/a.mp4", "audio_url": "https://host/a.wav"}
    with pytest.raises(InvalidRequest) as caught:
        asked(laid(tmp_path, WHOLLY_NEW), {"model": "choir-1", "input": given, "parameters": parameters})
    assert caught.value.message.startswith(words)


@pytest.mark.parametrize(
    ("film", "words"), [(7, "input.film_url must be a text, not the number 7."), ("", "input.film_url is empty")]
)
def test_a_field_of_its_own_is_judged_too(tmp_path: Path, film: object, words: str) -> None:
    given = {"film_url": film, "audio_url": "https://host/a.wav"}
    with pytest.raises(InvalidRequest) as caught:
        asked(laid(tmp_path, WHOLLY_NEW), {"model": "choir-1", "input": given, "parameters": {"key": "minor"}})
    assert caught.value.message.startswith(words)


WRONG = {
    "no such sizing": ('sizing = "source"', 'sizing = "moon"', "sizing: unknown 'moon'; known: "),
    "no such length": ('length = "shorter"', 'length = "endless"', "length: 'endless' is not a valid"),
    "no such role": ('needs = ["source_video"', 'needs = ["hero"', "needs: 'hero' is not a valid"),
    "a need without limits": ('needs = ["source_video"', 'needs = ["portrait"', "needs: portrait has no limits"),
    "no such kind": ('kind = "whole"', 'kind = "half"', "options.voices.kind: 'half' is not a valid"),
    "an alias of nothing": ("required = true\n", 'aliases = { moll = "mol" }\n', "'mol' is not among the choices"),
    "a choice without a price": ("minor = 0.3\n", "", "billing.prices.cn-beijing: no price for minor"),
    "priced by nothing": ("option:key", "option:mood", "billing.price_by: option:mood is not among the options"),
    "a rate by nothing": ('rate_by = "source"', 'rate_by = "option:beat"', "rate_by: must be source, tier or option:"),
    "a rate by a word": ('rate_by = "source"', 'rate_by = "sun"', "rate_by: must be source, tier or option:"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_card_says_where(tmp_path: Path, name: str) -> None:
    old, new, complaint = WRONG[name]
    assert old in WHOLLY_NEW
    with pytest.raises(BadCard) as caught:
        laid(tmp_path, WHOLLY_NEW.replace(old, new, 1))
    assert caught.value.message.startswith("0-mine.toml: model choir-1: ")
    assert complaint in caught.value.message
