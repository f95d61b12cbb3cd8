"""The named rules a card may call: what must hold between the fields of a request, and what one field does to another.

Knows how rules work. Must not know a number or a model by name: both come from the card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from understudy.core.card import ModelCard
from understudy.core.faults import Violation, ViolationKind
from understudy.core.request import Medium, Reference, Role, VideoRequest

Paths: TypeAlias = Mapping[str, str]
"""Our name of a field -> its place in the caller's words (`seconds` -> `parameters.duration`)."""

Check: TypeAlias = Callable[[VideoRequest, ModelCard, Paths], Iterator[Violation]]
Change: TypeAlias = Callable[[VideoRequest, ModelCard], VideoRequest]


def needs_a_reference(request: VideoRequest, card: ModelCard, paths: Paths) -> Iterator[Violation]:
    """At least as many subjects as the card says; a first frame is none. Source: seed 003, first frame."""
    if request.of_role(Role.SUBJECT) is None:
        beside = " besides the first frame" if request.first_frame else ""
        yield Violation(
            paths["references"],
            f"Field required: {paths['references']}. {card.model} needs at least {card.counts.total[0]} "
            f"reference image or video{beside}.",
            ViolationKind.MISSING,
        )


def references_total_and_by_medium(request: VideoRequest, card: ModelCard, paths: Paths) -> Iterator[Violation]:
    """Numbers of references, together and by medium. What is of unknown medium counts in the total only."""
    subjects = request.subjects
    media = [r.medium for r in subjects]
    images, videos = media.count(Medium.IMAGE), media.count(Medium.VIDEO)
    least, most = card.counts.total
    if subjects and not least <= len(subjects) <= most and not card.counts.drops_extra:
        yield _count(paths, f"{card.model} takes {least} to {most} references in all, not {len(subjects)}.")
    for found, (_, allowed), what in (
        (images, card.counts.images, "reference images"),
        (videos, card.counts.videos, "reference videos"),
    ):
        if found > allowed and not card.counts.drops_extra:
            yield _count(paths, f"{card.model} takes {_at_most(allowed)} {what}, not {found}.")


def at_most_one_first_frame(request: VideoRequest, card: ModelCard, paths: Paths) -> Iterator[Violation]:
    """No more first frames than the card says, and only images. Source: seed 003, input images."""
    opening = [r for r in request.references if r.role is Role.FIRST_FRAME]
    most = card.counts.first_frames[1]
    if len(opening) > most:
        yield _count(paths, f"{card.model} takes {_at_most(most)} first frames, not {len(opening)}.")
    for reference in opening:
        if reference.medium is Medium.VIDEO:
            where = reference.path or paths["references"]
            yield Violation(where, f"{where}: a first frame is an image, not a video.", ViolationKind.RULE)


def first_frame_overrides_ratio(request: VideoRequest, card: ModelCard) -> VideoRequest:
    """With a first frame the asked ratio counts for nothing: the film has the shape of that picture.

    Source: seed 003, output size. The exact size is settled once the picture has been looked at.
    """
    if request.first_frame is None and request.of_role(Role.FIRST_CLIP) is None:
        return request
    tier = request.tier
    if tier is None and request.size is not None and card.sizes:  # a size still tells the tier
        option = card.option_of(request.size)
        tier = option.tier if option else card.tier_near(request.size)
    return request.but(ratio=None, size=None, tier=tier)


def voice_needs_a_subject(request: VideoRequest, card: ModelCard) -> VideoRequest:
    """A voice given with a first frame is passed over: "not recommended", not refused. Source: seed 003, questions."""
    if not any(r.voice and r.role is not Role.SUBJECT for r in request.references):
        return request
    return request.but(references=tuple(_without_stray_voice(r) for r in request.references))


def _without_stray_voice(reference: Reference) -> Reference:
    return reference if reference.role is Role.SUBJECT else replace(reference, voice=None, voice_path="")


def last_frame_or_template(request: VideoRequest, card: ModelCard, paths: Paths) -> Iterator[Violation]:
    """A last frame is needed unless an effect is named. Source: spec/dashscope.md §6, kf2v."""
    if request.of_role(Role.LAST_FRAME) is None and not request.options.get("template"):
        path = paths.get("role:last_frame", paths["references"])
        reason = f"Field required: {path}. Give the last frame, or name an effect as input.template."
        yield Violation(path, reason, ViolationKind.MISSING)


def obj_or_bg_for_each_image(request: VideoRequest, card: ModelCard, paths: Paths) -> Iterator[Violation]:
    """As many words as images. Source: spec/catalog.json, error_codes, vace image_reference."""
    words = request.options.get("obj_or_bg")
    if isinstance(words, list) and len(words) != len(request.subjects):
        path = f"{paths['options']}.obj_or_bg"
        reason = "ref_images_url and obj_or_bg must be the same length."
        yield Violation(path, f"{reason} There are {len(request.subjects)} images and {len(words)} words.")


def first_subjects_count(request: VideoRequest, card: ModelCard) -> VideoRequest:
    """What is beyond the most is passed over. Source: spec/catalog.json, vace: overflow keeps the first three."""
    most = card.counts.total[1]
    if len(request.subjects) <= most:
        return request
    kept = [*request.subjects[:most], *(r for r in request.references if r.role is not Role.SUBJECT)]
    options = {n: v[:most] if n == "obj_or_bg" and isinstance(v, list) else v for n, v in request.options.items()}
    return request.but(references=tuple(kept), options=options)


def seconds_limit_tier(request: VideoRequest, card: ModelCard, paths: Paths) -> Iterator[Violation]:
    """A length is made only in the tiers that sell it. Source: spec/gateways.md §4.3 (8 s at 720p only)."""
    if request.tier is None or request.seconds is None:
        return
    row = card.billing.credits.get(str(request.tier), ())
    sold = [str(tier) for tier in card.tiers if len(card.billing.credits.get(str(tier), ())) >= request.seconds]
    if row and len(row) < request.seconds and sold:
        reason = f"{card.model} makes {request.seconds} s at {' or '.join(sold)} only, not at {request.tier}."
        yield Violation(paths["tier"], reason, ViolationKind.CHOICE)


def tier_that_sells(request: VideoRequest, card: ModelCard) -> VideoRequest:
    """Where no tier is said, the first one that sells the length, if the usual one does not."""
    usual = card.defaults.tier
    if request.tier is not None or request.size is not None or request.seconds is None or usual is None:
        return request
    seconds, credits = request.seconds, card.billing.credits
    sold = [tier for tier in (usual, *card.tiers) if len(credits.get(str(tier), ())) >= seconds]
    return request.but(tier=sold[0]) if sold and sold[0] != usual else request


def audio_or_text(request: VideoRequest, card: ModelCard, paths: Paths) -> Iterator[Violation]:
    """What is to be said comes as a sound or as a text. Source: spec/gateways.md §3.3, lip-sync."""
    if request.of_role(Role.DRIVING_AUDIO) is None and not request.options.get("text"):
        path = paths.get("role:driving_audio", "audio_url")
        yield Violation(path, f"Field required: {path}. Give a sound, or what is to be said as text.",
                        ViolationKind.MISSING)  # fmt: skip


def goes_on_after_the_clip(request: VideoRequest, card: ModelCard) -> VideoRequest:
    """The asked length is added to that of the given clip (see `promises`). Source: spec/gateways.md §3.2, extend."""
    return request


def _count(paths: Paths, reason: str) -> Violation:
    return Violation(paths["references"], f"{paths['references']}: {reason}", ViolationKind.COUNT)


def _at_most(number: int) -> str:
    return f"at most {number}" if number else "no"


CHECKS: Mapping[str, Check] = {
    "needs-a-reference": needs_a_reference,
    "references-total-and-by-medium": references_total_and_by_medium,
    "at-most-one-first-frame": at_most_one_first_frame,
    "last-frame-or-template": last_frame_or_template,
    "obj-or-bg-for-each-image": obj_or_bg_for_each_image,
    "seconds-limit-tier": seconds_limit_tier,
    "audio-or-text": audio_or_text,
}
CHANGES: Mapping[str, Change] = {
    "first-frame-overrides-ratio": first_frame_overrides_ratio,
    "voice-needs-a-subject": voice_needs_a_subject,
    "first-subjects-count": first_subjects_count,
    "seconds-limit-tier": tier_that_sells,
    "goes-on-after-the-clip": goes_on_after_the_clip,
}
NAMES = frozenset(CHECKS) | frozenset(CHANGES)
"""The closed list of names a card may use in `rules`."""
