"""ModelCard: what a model may be asked and what it costs, the typed form of a catalog card.

Knows the shape of the facts. Must not know any model by name, nor how a rule or formula works: those are named
functions in `catalog`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from understudy.core.request import NOTHING, Capability, Reference, Role, Subject, VideoRequest
from understudy.core.units import FRAMES_PER_SECOND, Ratio, Size, Tier


class Sound(StrEnum):
    """Whether results have sound."""

    ALWAYS = "always"
    NEVER = "never"
    OPTIONAL = "optional"  # by the request's `sound`
    SOURCE = "source"  # as the film that is worked on has it
    OPEN = "open"  # only the engine can know


@dataclass(frozen=True, slots=True)
class Interval:
    """Closed interval; either end may be open (None)."""

    least: Decimal | None = None
    most: Decimal | None = None

    def __contains__(self, value: Decimal | int) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


class Length(StrEnum):
    """What sets the length of a result."""

    ASKED = "asked"  # the request's seconds
    AUDIO = "audio"  # the driving audio
    SOURCE = "source"  # the film that is worked on; the request's seconds cut it
    SHORTER = "shorter"  # the shorter of film and audio; the audio, with the option `video_extension`
    OPEN = "open"  # only the engine can know


class OptionKind(StrEnum):
    """JSON type of an option."""

    TEXT = "text"
    FLAG = "flag"
    WHOLE = "whole"
    NUMBER = "number"
    BOX = "box"  # four whole numbers x1, y1, x2, y2
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Option:
    """A knob that only some models have.

    `choices` bounds texts (each item of TEXTS) and, written as text, whole numbers; `aliases` are other words for them
    that compat takes. `refusal` is the vendor's own sentence for a wrong value. What is `required_when_strict` compat
    finds out by itself; `compat_only` options are passed over in the strict profile.
    """

    kind: OptionKind
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()
    range: Interval = Interval()
    aliases: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    required_when_strict: bool = False
    compat_only: bool = False


class Naming(StrEnum):
    """How a prompt calls its references."""

    TYPED = "typed"  # 图1, 视频1, Image 1, Video 1: counted per medium. Source: seed 003 (wan2.7)
    CHARACTER = "character"  # character1…: one number over the list. Source: seed 000, 003 (wan2.6)
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What a given file may be.

    `formats` are file kinds in lower case (`jpeg`, `mp4`, `wav`). `sides` in pixels, both sides; `aspect` is
    width / height; `seconds` its length, for files of `seconds_of_list` another one by the list they came in, by the
    caller's name of it; `schemes` the kinds of URL (`http`, `https`, `oss`, `data`).
    """

    formats: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ("http", "https", "oss")
    max_bytes: int = 100 * 1024 * 1024
    sides: Interval = Interval()
    aspect: Interval = Interval()
    seconds: Interval = Interval()
    frames_per_second: Interval = Interval()
    seconds_of_list: Mapping[str, Interval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CountLimits:
    """How many subjects a request may hold, as (least, most). First frames are not counted in `total`.

    With `drops_extra` the first ones count and the rest are passed over.
    """

    total: tuple[int, int] = (0, 0)
    images: tuple[int, int] = (0, 0)
    videos: tuple[int, int] = (0, 0)
    first_frames: tuple[int, int] = (0, 0)
    drops_extra: bool = False


@dataclass(frozen=True, slots=True)
class SizeOption:
    """A size the model makes, with the tier it is billed as and the ratio it stands for."""

    size: Size
    tier: Tier
    ratio: Ratio


@dataclass(frozen=True, slots=True)
class Billing:
    """A named formula and its numbers.

    `prices[region][key]` is the price of one `unit`; keys are what `price_by` names: the tier (`720P`, or `720P:silent`
    where silence has a price of its own), the ratio (`3:4`), or the value of an option (`option:mode`); `*` is any.
    `input_caps[n]` caps each reference video when there are n references. The rest is for what is sold in credits:
    `credits[tier][n - 1]` buy n seconds, `credits_per_second[tier]` each second (`*` is any tier), and
    `credits_per_5_seconds` every five that are begun; `credits_for[wish]` come on top, where a wish is `sound` or an
    option that is set; `credits_share[option]` is the part of it all that is paid where the option is set.
    Source: spec/gateways.md §7.
    """

    formula: str
    unit: str = "second"
    price_by: str = "tier"
    currency: str = "CNY"
    prices: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    input_caps: Mapping[int, Decimal] = field(default_factory=dict)
    free_quantity: Decimal = Decimal(0)
    free_days: int = 0
    free_regions: tuple[str, ...] = ()
    credits: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    credits_per_second: Mapping[str, Decimal] = field(default_factory=dict)
    credits_per_5_seconds: int = 0
    credits_for: Mapping[str, int] = field(default_factory=dict)
    credits_share: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Per account and model: submits in one second, tasks running at once (the rest wait as PENDING)."""

    submits_per_second: int = 0  # 0 = no limit
    running_at_once: int = 0  # 0 = no limit


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the model takes when the caller says nothing."""

    size: Size | None = None
    tier: Tier | None = None
    ratio: Ratio | None = None
    seconds: int | None = None
    shot_type: str | None = None
    sound: bool = True
    watermark: bool = False
    prompt_extend: bool = True


@dataclass(frozen=True, slots=True)
class ModelCard:
    """All facts of one model in one region set.

    `seconds` bounds the request's whole seconds; `seconds_with_video` replaces it when a reference video is given;
    `seconds_choices`, when not empty, lists the only lengths; `compat_seconds` are taken besides in the compat profile.
    A CJK character of a prompt counts as `prompt_cjk` of the `prompt_characters`.
    `needs` are the roles a request must fill, `needs_one` those of which it must fill one at least; a role may be given
    if `media` has limits for it. `sizing` names a function of catalog/sizing. `rate_by` is "" for
    `frames_per_second`, `source` for the source film's rate, else the option that sets it. `rules` are names of
    functions in catalog/rules. `functions` are the cards of a model's single functions, by name (see `of`).
    `wire[dialect]` holds hints for a codec (which field carries what, which usage keys are told).
    `source` maps a fact to where it was read.
    """

    model: str
    family: str
    makes: Capability
    billing: Billing
    aliases: tuple[str, ...] = ()
    regions: tuple[str, ...] = ("cn-beijing",)
    prompt_required: bool = True
    prompt_characters: int = 800
    prompt_cjk: int = 1
    negative_prompt_characters: int = 500
    seconds: Interval = Interval()
    seconds_with_video: Interval | None = None
    seconds_choices: tuple[int, ...] = ()
    compat_seconds: Interval | None = None
    sizes: tuple[SizeOption, ...] = ()
    compat_sizes: tuple[Size, ...] = ()
    sizing: str = "table"
    length: Length = Length.ASKED
    seed_most: int = 2147483647
    counts: CountLimits = CountLimits()
    needs: tuple[Role, ...] = ()
    needs_one: tuple[Role, ...] = ()
    media: Mapping[str, MediaLimits] = field(default_factory=dict)  # image, video, voice, or a role
    naming: Naming = Naming.NONE
    sound: Sound = Sound.ALWAYS
    frames_per_second: int = FRAMES_PER_SECOND
    rate_by: str = ""
    rates: Mapping[str, int] = field(default_factory=dict)
    rate: RateLimits = RateLimits()
    defaults: Defaults = Defaults()
    rules: tuple[str, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)
    functions: Mapping[str, ModelCard] = field(default_factory=dict)
    wire: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    tells_actual_prompt: bool = False

    def of(self, function: str) -> ModelCard:
        """The card as it stands for one function; this one where there is no such function."""
        return self.functions.get(function, self)

    @property
    def tiers(self) -> tuple[Tier, ...]:
        return tuple(dict.fromkeys(option.tier for option in self.sizes))

    @property
    def ratios(self) -> tuple[Ratio, ...]:
        return tuple(dict.fromkeys(option.ratio for option in self.sizes))

    def option_of(self, size: Size) -> SizeOption | None:
        """The row of the size table that has exactly this size."""
        return next((o for o in self.sizes if o.size == size), None)

    def option_for(self, tier: Tier, ratio: Ratio) -> SizeOption | None:
        """The row of the size table for a tier and a ratio."""
        return next((o for o in self.sizes if o.tier == tier and o.ratio == ratio), None)

    def tier_near(self, size: Size) -> Tier:
        """The tier whose pictures have about as many pixels. Raises ValueError for a card without sizes."""
        return min(self.sizes, key=lambda option: abs(option.size.area - size.area)).tier

    @property
    def asks_size(self) -> bool:
        """Whether a caller chooses size or tier; else the media do."""
        if self.sizing == "source":
            return len(self.tiers) > 1
        return bool(self.sizes) and self.sizing in ("table", "portrait-shape", "source-or-ratio")

    def wants_sound(self, request: VideoRequest) -> bool:
        """Whether a film must have sound: the model's way, or the caller's wish where the model leaves a choice.

        Music that is asked for (the option `bgm`) is sound too. False for SOURCE and OPEN: there `catalog.promise` or
        nobody knows.
        """
        if self.sound is Sound.OPTIONAL:
            return request.sound is not False or request.options.get("bgm") is True
        return self.sound is Sound.ALWAYS

    def hints(self, dialect: str) -> Mapping[str, Any]:
        return self.wire.get(dialect, NOTHING)


_TYPED = {"image": ("图", "Image"), "video": ("视频", "Video")}


def subjects_of(request: VideoRequest, naming: Naming) -> tuple[Subject, ...]:
    """The request's subjects with the names its prompt may use, in the caller's order.

    TYPED counts images and videos apart and leaves first frames out; English prompts say `Image 1`, a single image
    may be called 参考图片. CHARACTER runs over the whole list. Source: seed 003, questions and answers.
    A subject with a name of its own may be called by that too; further views of it are no subjects.
    """
    counted: dict[str, int] = {}
    subjects: list[Subject] = []
    own = [r.name for r in request.subjects]
    given = [r for n, r in enumerate(request.subjects) if not r.name or r.name not in own[:n]]
    media = [r.medium.value for r in given]
    for number, reference in enumerate(given, 1):
        medium = reference.medium.value
        if naming is Naming.TYPED and medium in _TYPED:
            counted[medium] = counted.get(medium, 0) + 1
            chinese, english = _TYPED[medium]
            aliases = [f"{english} {counted[medium]}", f"{english.lower()} {counted[medium]}"]
            if media.count(medium) == 1:
                alone = {"image": ("参考图片", "the reference image"), "video": ("参考视频", "the reference video")}
                aliases += alone[medium]
            subjects.append(Subject(f"{chinese}{counted[medium]}", (*aliases, *_own_names(reference)), reference))
        else:
            names = (f"Character{number}", *_own_names(reference))
            subjects.append(Subject(f"character{number}", names, reference))
    return tuple(subjects)


def _own_names(reference: Reference) -> tuple[str, ...]:
    """`@Mara` and Mara; of a mere number or letter only `@1`, for other numbers stand in prompts too."""
    name = reference.name
    if not name:
        return ()
    return (f"@{name}",) if len(name) < 2 or name.isdigit() else (f"@{name}", name)
