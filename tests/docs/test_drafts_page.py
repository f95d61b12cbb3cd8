"""The page on drafts names what is drafted, and shows it in small pictures; commands of the README can be given."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from PIL import Image

from understudy.animatic.drafts import drafted
from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.cli.order import HERE, Order, find_card, paths_of, read_order
from understudy.core.faults import InvalidRequest
from understudy.core.request import Capability, Profile

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "drafts.md").read_text(encoding="utf-8")
PICTURES = sorted((ROOT / "docs" / "pictures").glob("draft-*.jpg"))
ORDERS = [
    line
    for page in ("README.md", "README.zh.md", "docs/how-to/add-a-model.md")
    for line in re.findall(r"^understudy generate (.*)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    if "studio-" not in line
]
FLAGS = {
    "--model": "model", "--function": "function", "--duration": "seconds", "--template": "template",
    "--ref": "references", "--option": "options", "--voice": "voices",
}  # fmt: skip


def test_every_drafted_capability_has_its_place_on_the_page() -> None:
    headings = " ".join(re.findall(r"^## (.*)$", PAGE, re.MULTILINE))
    assert {name for name in re.findall(r"`([a-z-]+)`", headings)} == {
        makes.value for makes in (*drafted(), Capability.REFERENCE_TO_VIDEO)
    }


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_pictures_are_small_and_shown(path: Path) -> None:
    assert path.name in PAGE
    assert path.stat().st_size < 120_000
    with Image.open(path) as picture:
        assert picture.width <= 1120


def order_of(line: str, folder: Path) -> Order:
    """The order as typed, its files made so that they are there."""
    words = shlex.split(line)
    said: dict[str, object] = {"model": "wan2.7-r2v", "prompt": ""}
    many: dict[str, list[str]] = {"references": [], "options": [], "voices": []}
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            said["prompt"] = word
            continue
        name, value = FLAGS.get(word, ""), words.pop(0)
        if name in ("references", "voices", "template"):
            role, _, file = value.rpartition("=")
            (folder / file).touch()
            value = f"{role}={folder / file}" if role else str(folder / file)
        if name in many:
            many[name].append(value)
        elif name:
            said[name] = int(value) if name == "seconds" else value
    return Order(**said, **{name: tuple(values) for name, values in many.items()})  # type: ignore[arg-type]


@pytest.mark.parametrize("line", ORDERS)
def test_orders_of_the_pages_are_in_order(line: str, tmp_path: Path) -> None:
    order = order_of(line.partition(" --server")[0], tmp_path)
    card = find_card(Shelf.open(), order)
    try:
        complete(read_order(order, card, HERE), card, Profile.COMPAT, paths=paths_of(card))
    except InvalidRequest as refused:
        pytest.fail(f"understudy generate {line}: {refused.message}")


def test_the_readme_names_every_model_of_the_documents() -> None:
    """Source: seeds 000, 001 and 003."""
    for page in ("README.md", "README.zh.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for name in (
            "wan2.7-r2v", "wan2.6-r2v", "wan2.6-r2v-flash", "wan2.2-t2v-plus", "wanx2.1-t2v-turbo",
            "wanx2.1-t2v-plus", "wan2.2-i2v-plus", "wanx2.1-i2v-turbo", "wanx2.1-i2v-plus", "wanx2.1-kf2v-plus",
            "wanx2.1-vace-plus", "video-style-transform", "animate-anyone-gen2", "emo-v1", "liveportrait",
            "emoji-v1", "videoretalk",
        ):  # fmt: skip
            assert f"`{name}`" in text, f"{page} does not name {name}"
