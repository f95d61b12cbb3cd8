"""The shelf: all cards, shipped ones first and the operator's laid over them.

Knows card files, and how families, rows and regions lie over each other. Must not know what a fact means (reader) nor
any model by name.

A card file holds values for a whole family and one `[[model]]` table per model that overrides them.
`[model.overlays.<region>]` (or `[overlays.<region>]` for the family) changes values for one region. An operator's file
may name a model of ours and give only what it changes, or bring a new one: from nothing, or `like` one that exists.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from understudy.catalog.reader import read_card
from understudy.catalog.table import laid_over
from understudy.core.card import ModelCard
from understudy.core.faults import BadCard, NotFound

SHIPPED = Path(__file__).parent / "cards"


class Shelf:
    """Finds the card of a model, as it stands in one region."""

    def __init__(self, cards: Iterable[ModelCard], region: str = "cn-beijing") -> None:
        """Raises BadCard when two cards claim one name."""
        self._region = region
        self._cards: dict[str, ModelCard] = {}
        self._elsewhere: dict[str, ModelCard] = {}
        for card in cards:
            here = region in card.regions or "*" in card.regions
            for name in (card.model, *card.aliases):
                if name in self._cards or name in self._elsewhere:
                    raise BadCard(f"{card.model}: the name {name!r} belongs to another card already")
                (self._cards if here else self._elsewhere)[name] = card

    @classmethod
    def open(cls, *folders: Path, region: str = "cn-beijing") -> Shelf:
        """Read the shipped cards, then every `*.toml` of `folders` in order of name. Raises BadCard."""
        drafts: dict[str, _Draft] = {}
        for folder in (SHIPPED, *folders):
            for file in sorted(folder.glob("*.toml")):
                for draft in _drafts(file, region, drafts):
                    drafts[draft.model] = draft
        return cls((read_card(draft.values, draft.where) for draft in drafts.values()), region)

    def find(self, model: str) -> ModelCard:
        """The card of a model or alias. Raises NotFound(what="model") with what to do."""
        card = self._cards.get(model)
        if card is not None:
            return card
        elsewhere = self._elsewhere.get(model)
        if elsewhere is not None:
            raise NotFound(
                f"Model can not be found. {model!r} is not offered in region {self._region}, "
                f"only in {', '.join(elsewhere.regions)}: the operator chooses the region of this server.",
                what="model",
            )
        asked, names = str(model).strip()[:100].lower(), {name.lower(): name for name in self._cards}
        near = [names[name] for name in difflib.get_close_matches(asked, names, n=3, cutoff=0.5)]
        known = f"Did you mean {' or '.join(near)}?" if near else f"This server has {', '.join(sorted(self._cards))}."
        raise NotFound(
            f"Model can not be found. {known} The operator can add a model by laying a card (a TOML file) into the "
            "server's cards folder.",
            what="model",
        )

    def all(self) -> tuple[ModelCard, ...]:
        """Every card of this region, in the order of the files."""
        return tuple(card for name, card in self._cards.items() if name == card.model)


class _Draft:
    """The values of one model on the way to its card, and where they came from."""

    def __init__(self, model: str, values: dict[str, Any], files: tuple[str, ...]) -> None:
        self.model = model
        self.values = values
        self.files = files

    @property
    def where(self) -> str:
        return f"{' + '.join(self.files)}: model {self.model}"


def _drafts(file: Path, region: str, known: dict[str, _Draft]) -> list[_Draft]:
    family = _load(file)
    rows = family.pop("model", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not rows:
        raise BadCard(f"{file.name}: a card names its models as [[model]] tables, at least one")
    common = _for_region(family, region, file)
    found: list[_Draft] = []
    for row in rows:
        name = row.get("name")
        if not isinstance(name, str) or not name:
            raise BadCard(f"{file.name}: every [[model]] needs a name")
        if any(draft.model == name for draft in found):
            raise BadCard(f"{file.name}: model {name} stands there twice")
        own = laid_over(common, _for_region(row, region, file))
        below = known.get(name)
        like = own.pop("like", None)
        if like is not None:
            below = known.get(like)
            if below is None:
                raise BadCard(f"{file.name}: model {name}: like: there is no card {like!r} before this one")
            own.setdefault("aliases", [])  # a copy does not answer to the names of the original
        files = (*below.files, file.name) if below else (file.name,)
        found.append(_Draft(name, laid_over(below.values, own) if below else own, files))
    return found


def _load(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:  # tells line and column
        raise BadCard(f"{file}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadCard(f"{file}: cannot be read: {error}") from None


def _for_region(values: dict[str, Any], region: str, file: Path) -> dict[str, Any]:
    overlays = values.get("overlays", {})
    if not isinstance(overlays, dict):
        raise BadCard(f"{file.name}: overlays must be a table of regions")
    return laid_over({key: value for key, value in values.items() if key != "overlays"}, overlays.get(region, {}))
