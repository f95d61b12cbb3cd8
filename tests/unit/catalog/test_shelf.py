"""Finding cards, laying the operator's over ours, and refusing what is wrong with a name and a place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from understudy.catalog.shelf import SHIPPED, Shelf
from understudy.catalog.table import laid_over
from understudy.core.faults import BadCard, NotFound
from understudy.core.units import Size, Tier

Lay = Callable[..., Shelf]

NEW = """
family = "house"
makes = "reference-to-video"
regions = ["*"]
[prompt]
characters = 100
[seconds]
range = [1, 4]
[sizes.480P]
"1:1" = "640*640"
[references]
total = [1, 2]
[media.image]
formats = ["png"]
schemes = ["https"]
megabytes = 0.5
[defaults]
size = "640*640"
seconds = 4
[billing]
formula = "output-seconds"
[[model]]
name = "house-1"
aliases = ["house-latest"]
"""


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    def lay(*texts: str, region: str = "cn-beijing") -> Shelf:
        for number, text in enumerate(texts):
            (tmp_path / f"{number}-mine.toml").write_text(text, encoding="utf-8")
        return Shelf.open(tmp_path, region=region)

    return lay


# Finding -----------------------------------------------------------------------------------------------------------


def test_every_shipped_card_stands_in_some_region() -> None:
    models = {card.model for region in ("cn-beijing", "us-east-1") for card in Shelf.open(region=region).all()}
    in_files = {row["name"] for file in SHIPPED.glob("*.toml") for row in tomllib.loads(file.read_text())["model"]}
    assert models == in_files


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("wan2.7-r2", "Did you mean wan2.7-r2v"),
        (" WAN2.6-R2V-FLASH ", "Did you mean wan2.6-r2v-flash"),
        ("", "This server has"),
        ("x" * 10000, "This server has"),
    ],
)
def test_an_unknown_model_is_told_what_there_is_and_what_to_do(asked: str, hint: str) -> None:
    with pytest.raises(NotFound) as caught:
        Shelf.open().find(asked)
    assert caught.value.what == "model"
    assert caught.value.message.startswith("Model can not be found. ")
    assert hint in caught.value.message
    assert "cards folder" in caught.value.message


def test_a_model_of_another_region_is_told_where_it_is() -> None:
    with pytest.raises(NotFound, match="not offered in region us-east-1, only in cn-beijing, ap-southeast-1"):
        Shelf.open(region="us-east-1").find("wan2.7-r2v")


# Laying over -------------------------------------------------------------------------------------------------------


def test_an_operator_changes_only_what_he_names(lay: Lay) -> None:
    ours = Shelf.open().find("wan2.7-r2v")
    theirs = lay('[[model]]\nname = "wan2.7-r2v"\nbilling.prices.cn-beijing = { 720P = 0.42 }\n').find("wan2.7-r2v")
    assert theirs.billing.prices["cn-beijing"] == {"720P": Decimal("0.42"), "1080P": Decimal("1.0")}
    assert (theirs.sizes, theirs.media, theirs.rules) == (ours.sizes, ours.media, ours.rules)


def test_the_last_of_several_files_wins(lay: Lay) -> None:
    row = '[[model]]\nname = "wan2.6-r2v"\nrate.running_at_once = {}\n'
    assert lay(row.format(9), row.format(2)).find("wan2.6-r2v").rate.running_at_once == 2


def test_values_above_the_first_row_hold_for_all_rows_of_the_file(lay: Lay) -> None:
    rows = "".join(f'[[model]]\nname = "{name}"\n' for name in ("wan2.6-r2v", "wan2.7-r2v"))
    shelf = lay(f"[rate]\nsubmits_per_second = 50\n{rows}")
    assert [shelf.find(m).rate.submits_per_second for m in ("wan2.6-r2v", "wan2.7-r2v")] == [50, 50]
    assert shelf.find("wan2.6-r2v-flash").rate.submits_per_second == 5


def test_a_new_model_from_nothing(lay: Lay) -> None:
    card = lay(NEW).find("house-latest")
    assert (card.model, card.family) == ("house-1", "house")
    assert card.media["image"].max_bytes == 512 * 1024
    assert card.billing.prices == {}
    assert [c.model for c in lay(NEW).all()].count("house-1") == 1


def test_a_new_model_like_one_that_exists(lay: Lay) -> None:
    shelf = lay('[[model]]\nname = "my-r2v"\nlike = "wan2.7-r2v"\naliases = ["mine"]\ndefaults.tier = "720P"\n')
    card, original = shelf.find("mine"), shelf.find("wan2.7-r2v")
    assert (card.model, card.defaults.tier, original.defaults.tier) == ("my-r2v", Tier(720), Tier(1080))
    assert card.counts == original.counts


def test_an_operators_region(lay: Lay) -> None:
    text = NEW + '[model.overlays.moon]\ndefaults.size = "320*320"\nsizes.480P = { "1:1" = "320*320" }\n'
    assert lay(text, region="moon").find("house-1").defaults.size == Size(320, 320)
    assert lay(text, region="cn-beijing").find("house-1").defaults.size == Size(640, 640)


def test_laying_over_merges_tables_and_replaces_the_rest() -> None:
    below = {"a": 1, "t": {"x": [1], "y": 2}, "u": {"z": 1}}
    assert laid_over(below, {"t": {"x": [2]}, "u": 3}) == {"a": 1, "t": {"x": [2], "y": 2}, "u": 3}
    assert below == {"a": 1, "t": {"x": [1], "y": 2}, "u": {"z": 1}}


# Refusing ----------------------------------------------------------------------------------------------------------


def but(old: str, new: str) -> str:
    assert old in NEW
    return NEW.replace(old, new)


WRONG = {
    "unknown key": (NEW + "quantum = 3\n", "quantum: unknown key; known here: "),
    "a slip": (but("[seconds]", "[secnds]"), "secnds: unknown key; did you mean 'seconds'?"),
    "unknown key inside": (but("range", "rang"), "seconds.rang: unknown key; did you mean 'range'?"),
    "unknown rule": (NEW + 'rules = ["be-nice"]\n', "rules: unknown 'be-nice'; known: at-most-one-first-frame"),
    "unknown formula": (
        but("output-seconds", "by-weight"),
        "billing.formula: unknown 'by-weight'; known: ",
    ),
    "unknown medium": (but("media.image", "media.smell"), "media.smell: unknown medium"),
    "unknown scheme": (but('"https"', '"gopher"'), "media.image.schemes: unknown 'gopher'"),
    "unknown capability": (but('makes = "ref', 'makes = "pref'), "makes: 'preference-to-video' is not a valid"),
    "missing": (but("characters = 100", ""), "prompt.characters: is missing: give a whole number"),
    "text for number": (but("characters = 100", 'characters = "100"'), "must be a whole number, not '100'"),
    "flag for number": (but("characters = 100", "characters = true"), "must be a whole number, not True"),
    "number for list": (but('["png"]', "3"), "media.image.formats: must be a list of texts, not 3"),
    "list of numbers": (but('["png"]', "[3]"), "media.image.formats: must be a list of texts"),
    "value for table": (but("[prompt]\ncharacters = 100", "prompt = 3"), "prompt: must be a table, not 3"),
    "negative": (but("characters = 100", "characters = -1"), "must not be negative"),
    "not a number": (but("0.5", "nan"), "media.image.megabytes: must be a number of 0 or more"),
    "upside down": (but("[1, 4]", "[4, 1]"), "seconds.range: must be a pair [least, most]"),
    "three ends": (but("[1, 4]", "[1, 2, 4]"), "seconds.range: must be a pair [least, most]"),
    "half a reference": (but("[1, 2]", "[1, 1.5]"), "references.total: must be two whole numbers"),
    "no size": (but('"640*640"\n[ref', '"big"\n[ref'), "'big' is not a size in pixels"),
    "odd side": (but('"640*640"\n[ref', '"641*640"\n[ref'), "has an odd side"),
    "no tier": (but("sizes.480P", "sizes.SD"), "sizes.SD: 'SD' is not a tier"),
    "no ratio": (but('"1:1"', '"square"'), "sizes.480P.square: 'square' is not an aspect ratio"),
    "foreign default": (but('size = "640*640"', 'size = "1280*720"'), "defaults.size: 1280*720 is not among"),
    "default too long": (but("seconds = 4", "seconds = 5"), "defaults.seconds: 5 s is not what the card allows"),
    "no default size": (but('size = "640*640"\n', ""), "defaults: give a size, or a tier and a ratio"),
    "price without tier": (
        NEW + "billing.prices.cn-beijing = { 720P = 1 }\nregions = ['cn-beijing']\n",
        "billing.prices.cn-beijing: no price for 480P",
    ),
    "caps missing": (but("output-seconds", "reference-seconds"), "billing.input_caps: no cap for 1 references"),
    "choices that are none": (but("range = [1, 4]", "choices = [4.5]"), "seconds.choices: must be a list of whole"),
    "size twice": (
        but('"1:1" = "640*640"', '"1:1" = "640*640"\n"4:3" = "640*640"'),
        "640*640 stands in the table twice",
    ),
    "foreign tier": (but('size = "640*640"\ns', 'tier = "720P"\ns'), "defaults.tier: 720P is not among the sizes"),
    "foreign ratio": (
        but('size = "640*640"\ns', 'tier = "480P"\nratio = "16:9"\ns'),
        "defaults.ratio: 16:9 is not among the sizes",
    ),
    "no region": (but('["*"]', "[]"), "regions: name at least one"),
    "unknown original": (NEW + 'like = "nothing"\n', "like: there is no card 'nothing'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_card_names_file_model_and_key(lay: Lay, name: str) -> None:
    text, complaint = WRONG[name]
    with pytest.raises(BadCard) as caught:
        lay(text)
    assert caught.value.message.startswith("0-mine.toml: model house-1: ")
    assert complaint in caught.value.message


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("model = 3", "at least one"),
        ('family = "x"', "names its models as [[model]] tables"),
        ("[[model]]\nfamily = 'x'", "every [[model]] needs a name"),
        ("[[model]]\nname = 'x'\n[[model]]\nname = 'x'", "model x stands there twice"),
        ("overlays = 3\n[[model]]\nname = 'x'", "overlays must be a table"),
        ("[[model]\nname = 3", "line 1, column 8"),
        (NEW + NEW.replace("[[model]]", "").replace("house-1", "x"), "Cannot declare ('prompt',) twice (at line 29"),
    ],
)
def test_a_file_that_is_no_card_is_named(lay: Lay, text: str, complaint: str) -> None:
    with pytest.raises(BadCard) as caught:
        lay(text)
    assert "0-mine.toml" in caught.value.message
    assert complaint in caught.value.message


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadCard, match=r"x\.toml: cannot be read"):
        Shelf.open(tmp_path)


def test_two_cards_cannot_share_a_name(lay: Lay) -> None:
    with pytest.raises(BadCard, match=r"'wan2\.7-r2v' belongs to another card"):
        lay(NEW.replace("house-latest", "wan2.7-r2v"))


def test_a_mistake_laid_over_ours_names_both_files(lay: Lay) -> None:
    with pytest.raises(BadCard, match=r"wan-r2v.toml \+ 0-mine.toml: model wan2.7-r2v: rate.speed: unknown key"):
        lay('[[model]]\nname = "wan2.7-r2v"\nrate.speed = 3\n')


def test_every_number_of_a_shipped_card_has_its_source_beside_it() -> None:
    for file in SHIPPED.glob("*.toml"):
        heading = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                heading = line
            value, _, comment = line.partition("#")
            states_a_fact = "=" in value and any(character.isdigit() for character in value.partition("=")[2])
            if states_a_fact and not value.startswith(("name =", "family =")) and "wire" not in heading:
                assert comment.strip() or "#" in heading, f"{file.name}: {line}"
