"""Vidu's cards against the specification's own tables: models, lengths, tiers, limits and every printed credit.

Source: spec/gateways.md §3.3, §4.2, §4.3, §7.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from understudy.catalog import tariffs
from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.core.card import ModelCard
from understudy.core.faults import BadCard, InvalidRequest
from understudy.core.request import MEDIUM_OF, Medium, Profile, Reference, Role, VideoRequest
from understudy.core.units import Tier
from wires import shared

SHELF = Shelf.open()
WIDTHS = {"540p": "540P", "720p": "720P", "1080p": "1080P"}
ROWS = {
    "text2video q2": [("viduq2", "text2video")],
    "img2video, start-end q2-turbo": [("viduq2-turbo", "img2video"), ("viduq2-turbo", "start-end2video")],
    "img2video, start-end q2-pro": [("viduq2-pro", "img2video"), ("viduq2-pro", "start-end2video")],
    "img2video, start-end q2-pro-fast": [("viduq2-pro-fast", "img2video"), ("viduq2-pro-fast", "start-end2video")],
    "reference2video q2": [("viduq2", "reference2video"), ("viduq2-pro", "reference2video")],
    "extend q2-turbo": [("viduq2-turbo", "extend")],
    "extend q2-pro": [("viduq2-pro", "extend")],
}


def a_request(model: str, function: str, **changes: object) -> tuple[VideoRequest, ModelCard]:
    """What the function needs at least."""
    card = SHELF.find(model).of(function)
    needed = [Reference("https://x/a", MEDIUM_OF.get(role, Medium.IMAGE), role) for role in card.needs]
    if card.counts.total[0]:
        needed.append(Reference("https://x/b", Medium.IMAGE))
    return VideoRequest(model, function, "a fox", references=tuple(needed)).but(**changes), card


def cost(model: str, function: str, **changes: object) -> int:
    request, card = a_request(model, function, **changes)
    made = complete(request, card, Profile.COMPAT)
    return int(tariffs.measure(made, card, (), Decimal(made.seconds or 0), "cn-beijing")[1].quantity)


def printed() -> list[tuple[str, list[str]]]:
    """The rows of the table of credits in the specification."""
    found = []
    for line in shared("spec", "gateways.md").read_text("utf-8").splitlines():
        cells = [cell.strip().strip("*") for cell in line.strip("|").split("|")]
        name = re.sub(r" \(1\.\.7\)$", "", cells[0])
        if len(cells) == 4 and name in ROWS:
            found.append((name, cells[1:]))
    return found


def test_every_printed_credit_is_charged() -> None:
    rows = printed()
    assert {name for name, _ in rows} == set(ROWS)
    count = 0
    for name, cells in rows:
        for model, function in ROWS[name]:
            for tier, cell in zip(("540P", "720P", "1080P"), cells, strict=True):
                for seconds, credits in enumerate(cell.split(), 1):
                    if cell == "-" or (function == "start-end2video" and seconds > 8):
                        continue
                    wanted = {"tier": Tier.parse(tier), "seconds": seconds, "sound": False}
                    assert cost(model, function, **wanted) == int(credits), (model, function, tier, seconds)
                    count += 1
    assert count > 250


@pytest.mark.parametrize(
    ("model", "function", "changes", "credits"),
    [
        ("viduq2", "reference2video", {"sound": True}, 45 + 15),
        ("viduq2", "reference2video", {"options": {"bgm": True}}, 45),
        ("viduq2-pro", "img2video", {"options": {"is_rec": True}}, 55 + 10),
        ("viduq2-pro", "img2video", {"sound": True, "options": {"is_rec": True}}, 55 + 15 + 10),
        ("viduq2-pro", "img2video", {"options": {"off_peak": True}}, 28),  # half of 55, rounded up
        ("viduq3-pro", "text2video", {"seconds": 16}, 16 * 25),
        ("viduq3-pro", "img2video", {"seconds": 3, "tier": Tier(1080)}, 90),
        ("viduq1", "reference2video", {}, 80),
        ("vidu1.5", "text2video", {}, 40),
        ("vidu1.5", "text2video", {"seconds": 8}, 200),
        ("vidu2.0", "img2video", {"seconds": 4, "tier": Tier(1080)}, 100),
    ],
)
def test_what_a_hand_works_out(model: str, function: str, changes: dict[str, object], credits: int) -> None:
    assert cost(model, function, **changes) == credits


@pytest.mark.parametrize(("seconds", "credits"), [("0.4", 20), ("5", 20), ("5.01", 40), ("10", 40), ("600", 2400)])
def test_lips_are_charged_by_five_seconds_begun(seconds: str, credits: int) -> None:
    request, card = a_request("vidu-lip-sync", "lip-sync")
    usage, charge = tariffs.measure(request, card, (), Decimal(seconds), "cn-beijing")
    assert (charge.quantity, charge.unit, usage.output_seconds) == (credits, "credit", Decimal(seconds))
    assert charge.amount == credits * Decimal("0.03125")


def test_a_music_video_is_charged_by_the_second() -> None:
    for tier, price in (("540P", "0.1875"), ("720P", "0.25"), ("1080P", "0.3125")):
        request, card = a_request("vidu-mv", "one-click/mv", tier=Tier.parse(tier))
        assert tariffs.measure(request, card, (), Decimal(10), "cn-beijing")[1].amount == 10 * Decimal(price)


# Models and limits ----------------------------------------------------------------------------------------------------

Q2, Q3, OLD = ["540P", "720P", "1080P"], ["360P", "540P", "720P", "1080P", "1440P"], ["360P", "720P", "1080P"]


@pytest.mark.parametrize(
    ("model", "function", "lengths", "tiers", "usual"),
    [
        ("viduq2", "text2video", (1, 10), Q2, (5, "720P")),
        ("viduq2", "reference2video", (1, 10), Q2, (5, "720P")),
        ("viduq2-pro", "img2video", (1, 10), Q2, (5, "720P")),
        ("viduq2-pro", "start-end2video", (1, 8), Q2, (5, "720P")),
        ("viduq2-turbo", "extend", (1, 7), Q2, (5, "720P")),
        ("viduq2-pro-fast", "img2video", (1, 10), Q2[1:], (5, "720P")),
        ("viduq3-pro", "text2video", (1, 16), Q2, (5, "720P")),
        ("viduq3-pro", "img2video", (1, 16), Q3, (5, "720P")),
        ("viduq3-mix", "reference2video", (1, 16), Q2, (5, "720P")),
        ("viduq1", "reference2video", (5,), ["1080P"], (5, "1080P")),
        ("viduq1-classic", "start-end2video", (5,), ["1080P"], (5, "1080P")),
        ("vidu2.0", "reference2video", (4,), OLD[:2], (4, "360P")),
        ("vidu1.5", "img2video", (4, 8), OLD, (4, "360P")),
    ],
)
def test_lengths_and_tiers(
    model: str, function: str, lengths: tuple[int, ...], tiers: list[str], usual: tuple[int, str]
) -> None:
    request, card = a_request(model, function)
    assert [str(tier) for tier in card.tiers] == tiers
    if card.seconds_choices:
        assert card.seconds_choices == lengths
    else:
        assert (card.seconds.least, card.seconds.most) == lengths
    made = complete(request, card, Profile.COMPAT)
    assert (made.seconds, str(made.tier)) == usual


def test_eight_seconds_are_sold_at_720p_only() -> None:
    request, card = a_request("vidu2.0", "img2video", seconds=8)
    assert str(complete(request, card, Profile.COMPAT).tier) == "720P", "where no resolution is said"
    with pytest.raises(InvalidRequest, match="8 s at 720P only"):
        complete(request.but(tier=Tier(1080)), card, Profile.COMPAT)


@pytest.mark.parametrize(("model", "most"), [("viduq2", 7), ("viduq1", 7), ("vidu2.0", 3), ("vidu1.5", 3)])
def test_numbers_of_images(model: str, most: int) -> None:
    images = tuple(Reference(f"https://x/{n}.png", Medium.IMAGE) for n in range(most + 1))
    request, card = a_request(model, "reference2video")
    assert complete(request.but(references=images[:most]), card, Profile.COMPAT)
    with pytest.raises(InvalidRequest, match=f"1 to {most} references"):
        complete(request.but(references=images), card, Profile.COMPAT)
    assert card.media["image"].sides.least == 128
    assert (card.media["image"].aspect.least, card.media["image"].aspect.most) == (Decimal("0.25"), 4)


def test_ratios() -> None:
    for model, count in (("viduq2", 5), ("viduq1", 3), ("vidu1.5", 3)):
        assert len(SHELF.find(model).of("reference2video").ratios) == count


def test_prompts_are_longer_from_q3_on() -> None:
    lengths = {model: SHELF.find(model).prompt_characters for model in ("vidu1.5", "viduq2", "viduq3-pro")}
    assert lengths == {"vidu1.5": 2000, "viduq2": 2000, "viduq3-pro": 5000}


def test_whoever_speaks_needs_a_sound_or_words() -> None:
    request, card = a_request("vidu-lip-sync", "lip-sync")
    with pytest.raises(InvalidRequest, match="Give a sound, or what is to be said"):
        complete(request, card, Profile.COMPAT)
    assert complete(request.but(options={"text": "good morning"}), card, Profile.COMPAT)
    sound = Reference("https://x/a.mp3", Medium.AUDIO, Role.DRIVING_AUDIO)
    assert complete(request.but(references=(*request.references, sound)), card, Profile.COMPAT)


# A card's own mistakes ------------------------------------------------------------------------------------------------

CARD = """
family = "toy"
makes = "text-to-video"
regions = ["cn-beijing"]
sizes.720P = { "16:9" = "1280*720" }
defaults = { tier = "720P", ratio = "16:9", seconds = 5 }
seconds.range = [1, 10]
prompt.characters = 10
[[model]]
name = "toy"
[model.billing]
formula = "credits"
unit = "credit"
"""


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("", "none for 720P"),
        ("credits.540P = [1, 2]", "none for 720P"),
        ("credits.720P = [2, 1]", "a longer film may not cost less"),
        ("credits.720P = [1]\ncredits_for.moon = 3", "moon is not among the options"),
        ("credits.720P = [1]\ncredits_share.night = 0.5", "night is not among the options"),
    ],
)
def test_a_wrong_card_is_refused(tmp_path: Path, lines: str, complaint: str) -> None:
    (tmp_path / "toy.toml").write_text(CARD + lines)
    with pytest.raises(BadCard, match=complaint):
        Shelf.open(tmp_path)


def test_a_tier_that_has_no_sizes_is_refused(tmp_path: Path) -> None:
    text = CARD.replace('name = "toy"', 'name = "toy"\ntiers = ["4K"]') + "credits.720P = [1]"
    (tmp_path / "toy.toml").write_text(text)
    with pytest.raises(BadCard, match="4K is not among the sizes"):
        Shelf.open(tmp_path)
