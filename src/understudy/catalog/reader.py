"""Reads the merged TOML values of one model into its ModelCard, and refuses what does not fit together.

Knows the layout of a card and which facts need each other. Must not know where the values came from (shelf) nor how
a rule or formula works.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from understudy.catalog import rules
from understudy.catalog.media import MEGABYTE
from understudy.catalog.sizing import SIZINGS
from understudy.catalog.table import Table, laid_over
from understudy.catalog.tariffs import FORMULAS
from understudy.core.card import (
    Billing,
    CountLimits,
    Defaults,
    Length,
    MediaLimits,
    ModelCard,
    Naming,
    Option,
    OptionKind,
    RateLimits,
    SizeOption,
    Sound,
)
from understudy.core.request import Capability, Role, ShotType
from understudy.core.units import Ratio, Size, Tier

MEDIA = ("image", "video", "voice", *(role.value for role in Role if role not in (Role.SUBJECT, Role.TEMPLATE)))
SCHEMES = ("http", "https", "oss", "data")


def read_card(values: Mapping[str, Any], where: str) -> ModelCard:
    """The card of one model.

    Args:
        values: one model's tables, already merged: family, row, operator, region.
        where: file and model, for complaints.

    Raises:
        BadCard: an unknown key, rule or formula, a wrong type, or facts that contradict each other.
    """
    table = Table(values, where)
    functions = table.take_free("functions")
    common = {key: value for key, value in values.items() if key != "functions"}
    prompt, seconds, seed = table.take_table("prompt"), table.take_table("seconds"), table.take_table("seed")
    rates = table.take_table("rates")
    card = ModelCard(
        model=table.take_text("name"),
        family=table.take_text("family"),
        makes=table.read("makes", table.take_text("makes"), Capability),
        aliases=table.take_texts("aliases", ()),
        regions=table.take_texts("regions"),
        billing=_billing(table.take_table("billing")),
        prompt_required=prompt.take_flag("required", True),
        prompt_characters=prompt.take_whole("characters"),
        prompt_cjk=prompt.take_whole("cjk", 1),
        negative_prompt_characters=prompt.take_whole("negative_characters", 500),
        seconds=seconds.take_interval("range"),
        seconds_with_video=seconds.take_interval("with_video") if "with_video" in seconds else None,
        seconds_choices=seconds.take_wholes("choices"),
        compat_seconds=seconds.take_interval("compat") if "compat" in seconds else None,
        sizes=_kept(_sizes(table.take_table("sizes")), table),
        compat_sizes=tuple(table.read("compat_sizes", t, Size.parse) for t in table.take_texts("compat_sizes", ())),
        sizing=table.take_text("sizing", "table"),
        length=table.read("length", table.take_text("length", Length.ASKED.value), Length),
        needs=_roles(table, "needs"),
        needs_one=_roles(table, "needs_one"),
        seed_most=seed.take_whole("most", 2147483647),
        counts=_counts(table.take_table("references")),
        media=_media(table.take_table("media")),
        naming=table.read("naming", table.take_text("naming", Naming.NONE.value), Naming),
        sound=table.read("sound", table.take_text("sound", Sound.ALWAYS.value), Sound),
        frames_per_second=table.take_whole("frames_per_second", 30),
        rate_by=table.take_text("rate_by", ""),
        rates={key: rates.take_whole(key) for key in rates.keys()},  # noqa: SIM118
        rate=_rate(table.take_table("rate")),
        defaults=_defaults(table.take_table("defaults")),
        rules=table.take_texts("rules", ()),
        options=_options(table.take_table("options")),
        functions={
            name: read_card(laid_over(common, own), f"{where}, function {name}") for name, own in functions.items()
        },
        wire=_wire(table),
        source={key: str(value) for key, value in table.take_free("source").items()},
        tells_actual_prompt=table.take_flag("tells_actual_prompt", False),
    )
    for part in (prompt, seconds, seed, rates, table):
        part.done()
    _check(card, Table({}, where))
    return card


def _sizes(table: Table) -> tuple[SizeOption, ...]:
    found: list[SizeOption] = []
    for tier_text, row in table.take_tables():
        tier = table.read(tier_text, tier_text, Tier.parse)
        for ratio_text in row.keys():  # noqa: SIM118 - a Table is no dict
            ratio = row.read(ratio_text, ratio_text, Ratio.parse)
            size = row.read(ratio_text, row.take_text(ratio_text), Size.parse)
            if size.width % 2 or size.height % 2:
                raise row.wrong(ratio_text, f"{size} has an odd side, which H.264 cannot carry")
            if any(o.size == size for o in found):
                raise row.wrong(ratio_text, f"{size} stands in the table twice")
            found.append(SizeOption(size, tier, ratio))
    return tuple(found)


def _kept(sizes: tuple[SizeOption, ...], table: Table) -> tuple[SizeOption, ...]:
    """Those of the `tiers` and `ratios` the card names, where it does: so one table serves a whole family."""
    tiers, ratios = table.take_texts("tiers", ()), table.take_texts("ratios", ())
    known = {*(str(o.tier) for o in sizes), *(str(o.ratio) for o in sizes)}
    strange = [name for name in (*tiers, *ratios) if name not in known]
    if strange:
        raise table.wrong("tiers" if strange[0] in tiers else "ratios", f"{strange[0]} is not among the sizes")
    return tuple(o for o in sizes if (not tiers or str(o.tier) in tiers) and (not ratios or str(o.ratio) in ratios))


def _counts(table: Table) -> CountLimits:
    total, images, videos, opening = (table.take_counts(n) for n in ("total", "images", "videos", "first_frames"))
    counts = CountLimits(total, images, videos, opening, drops_extra=table.take_flag("drops_extra", False))
    table.done()
    return counts


def _media(table: Table) -> dict[str, MediaLimits]:
    found: dict[str, MediaLimits] = {}
    for name, part in table.take_tables():
        if name not in MEDIA:
            raise table.wrong(name, f"unknown medium; known: {', '.join(MEDIA)}")
        lists = part.take_table("seconds_of_list")
        found[name] = MediaLimits(
            formats=part.take_texts("formats"),
            schemes=part.take_texts("schemes"),
            max_bytes=int(part.take_amount("megabytes") * MEGABYTE),
            sides=part.take_interval("sides"),
            aspect=part.take_interval("aspect"),
            seconds=part.take_interval("seconds"),
            frames_per_second=part.take_interval("frames_per_second"),
            seconds_of_list={key: lists.take_interval(key) for key in list(lists.keys())},
        )
        lists.done()
        unknown = set(found[name].schemes) - set(SCHEMES)
        if unknown:
            raise part.wrong("schemes", f"unknown {sorted(unknown)[0]!r}; known: {', '.join(SCHEMES)}")
        part.done()
    return found


def _roles(table: Table, key: str) -> tuple[Role, ...]:
    return tuple(table.read(key, text, Role) for text in table.take_texts(key, ()))


def _options(table: Table) -> dict[str, Option]:
    found: dict[str, Option] = {}
    for name, part in table.take_tables():
        words = part.take_table("aliases")
        found[name] = Option(
            kind=part.read("kind", part.take_text("kind"), OptionKind),
            default=part.take_json("default"),
            required=part.take_flag("required", False),
            choices=part.take_texts("choices", ()),
            range=part.take_interval("range"),
            aliases={word: words.take_text(word) for word in words.keys()},  # noqa: SIM118
            refusal=part.take_text("refusal", ""),
            required_when_strict=part.take_flag("required_when_strict", False),
            compat_only=part.take_flag("compat_only", False),
        )
        wrong = sorted(set(found[name].aliases.values()) - set(found[name].choices))
        if wrong:
            raise part.wrong("aliases", f"{wrong[0]!r} is not among the choices")
        part.done()
    return found


def _rate(table: Table) -> RateLimits:
    rate = RateLimits(table.take_whole("submits_per_second", 0), table.take_whole("running_at_once", 0))
    table.done()
    return rate


def _defaults(table: Table) -> Defaults:
    shot_type = table.take_read("shot_type", ShotType)
    seconds = table.take_whole("seconds") if "seconds" in table else None
    defaults = Defaults(
        size=table.take_read("size", Size.parse),
        tier=table.take_read("tier", Tier.parse),
        ratio=table.take_read("ratio", Ratio.parse),
        seconds=seconds,
        shot_type=shot_type.value if shot_type else None,
        sound=table.take_flag("sound", True),
        watermark=table.take_flag("watermark", False),
        prompt_extend=table.take_flag("prompt_extend", True),
    )
    table.done()
    return defaults


def _billing(table: Table) -> Billing:
    free, caps, prices = (table.take_table(name) for name in ("free", "input_caps", "prices"))
    tiers, each, more, share = (table.take_table(f"credits{name}") for name in ("", "_per_second", "_for", "_share"))
    billing = Billing(
        formula=table.take_text("formula"),
        price_by=table.take_text("price_by", "tier"),
        unit=table.take_text("unit", "second"),
        currency=table.take_text("currency", "CNY"),
        prices={region: {key: row.take_amount(key) for key in row.keys()} for region, row in prices.take_tables()},  # noqa: SIM118
        input_caps={caps.read(key, key, int): caps.take_amount(key) for key in caps.keys()},  # noqa: SIM118
        free_quantity=free.take_amount("quantity", Decimal(0)),
        free_days=free.take_whole("days", 0),
        free_regions=free.take_texts("regions", ()),
        credits={key: tiers.take_wholes(key) for key in tiers.keys()},  # noqa: SIM118
        credits_per_second={key: each.take_amount(key) for key in each.keys()},  # noqa: SIM118
        credits_per_5_seconds=table.take_whole("credits_per_5_seconds", 0),
        credits_for={key: more.take_whole(key) for key in more.keys()},  # noqa: SIM118
        credits_share={key: share.take_amount(key) for key in share.keys()},  # noqa: SIM118
    )
    if billing.formula not in FORMULAS:
        raise table.wrong("formula", f"unknown {billing.formula!r}; known: {', '.join(sorted(FORMULAS))}")
    free.done()
    table.done()
    return billing


def _wire(table: Table) -> dict[str, Mapping[str, Any]]:
    wire = table.take_table("wire")
    return {dialect: wire.take_free(dialect) for dialect in wire.keys()}  # noqa: SIM118


# Facts that need each other ----------------------------------------------------------------------------------------


def _check(card: ModelCard, at: Table) -> None:
    for name in card.rules:
        if name not in rules.NAMES:
            raise at.wrong("rules", f"unknown {name!r}; known: {', '.join(sorted(rules.NAMES))}")
    if card.sizing not in SIZINGS:
        raise at.wrong("sizing", f"unknown {card.sizing!r}; known: {', '.join(sorted(SIZINGS))}")
    by = card.rate_by.removeprefix("option:")
    if card.rate_by not in ("", "source", "tier") and (by == card.rate_by or by not in card.options):
        raise at.wrong("rate_by", f"must be source, tier or option: and an option of the card, not {card.rate_by!r}")
    missing = [role.value for role in card.needs if role is not Role.TEMPLATE and role.value not in card.media]
    if missing:
        raise at.wrong("needs", f"{missing[0]} has no limits under media")
    if not card.regions:
        raise at.wrong("regions", "name at least one")
    _check_defaults(card, at)
    _check_billing(card, at)


def _check_defaults(card: ModelCard, at: Table) -> None:
    given = card.defaults
    if given.size is not None and card.option_of(given.size) is None:
        raise at.wrong("defaults.size", f"{given.size} is not among the sizes")
    if given.tier is not None and given.tier not in card.tiers:
        raise at.wrong("defaults.tier", f"{given.tier} is not among the sizes")
    if given.ratio is not None and given.ratio not in card.ratios:
        raise at.wrong("defaults.ratio", f"{given.ratio} is not among the sizes")
    if card.sizes and given.size is None and (given.tier is None or given.ratio is None):
        raise at.wrong("defaults", "give a size, or a tier and a ratio")
    if card.length is not Length.ASKED or card.makes.is_check:
        return
    seconds, narrow = given.seconds or 0, card.seconds_with_video
    allowed = seconds in card.seconds and (narrow is None or seconds in narrow)
    if not allowed or (card.seconds_choices and seconds not in card.seconds_choices):
        raise at.wrong("defaults.seconds", f"{seconds} s is not what the card allows")


def _check_billing(card: ModelCard, at: Table) -> None:
    billing = card.billing
    for region in card.regions if billing.prices else ():
        row = billing.prices.get(region) or billing.prices.get("*") or {}
        keys: tuple[object, ...] = card.ratios if billing.price_by == "ratio" else card.tiers
        if billing.price_by.startswith("option:"):
            option = card.options.get(billing.price_by.removeprefix("option:"))
            if option is None:
                raise at.wrong("billing.price_by", f"{billing.price_by} is not among the options")
            keys = option.choices
        missing = [str(key) for key in keys if str(key) not in row and "*" not in row]
        if missing or not row:
            raise at.wrong(f"billing.prices.{region}", f"no price for {', '.join(missing) or 'anything'}")
    if billing.formula == "credits":
        _check_credits(card, at)
    if billing.formula == "reference-seconds":
        missing_caps = [n for n in range(1, card.counts.total[1] + 1) if n not in billing.input_caps]
        if missing_caps:
            raise at.wrong("billing.input_caps", f"no cap for {missing_caps[0]} references")


def _check_credits(card: ModelCard, at: Table) -> None:
    """Every tier has its credits, none falls as the film grows, and what costs more is an option of the card."""
    billing = card.billing
    for tier in map(str, card.tiers):
        row = billing.credits.get(tier) or billing.credits.get("*")
        each = billing.credits_per_second
        if not row and tier not in each and "*" not in each and not billing.credits_per_5_seconds:
            raise at.wrong("billing.credits", f"none for {tier}")
    for tier, row in billing.credits.items():
        if list(row) != sorted(row):
            raise at.wrong(f"billing.credits.{tier}", "a longer film may not cost less")
    strange = {*billing.credits_for, *billing.credits_share} - {*card.options, "sound"}
    if strange:
        raise at.wrong("billing.credits_for", f"{sorted(strange)[0]} is not among the options")
