"""A given file against the limits of a card.

Knows how limits apply to probed facts, and the vendor's sentence for each way to fail. Must not know how facts are
found (media/probe) nor any number.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from understudy.core.card import Interval, MediaLimits, ModelCard
from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.request import MediaFacts, Medium, Reference, Role
from understudy.core.units import plain_number

MEGABYTE = 1024 * 1024
_ALSO = {"jpeg": ("jpg",), "mov": ("mp4",), "matroska": ("mkv",), "mpegts": ("ts",), "mpeg": ("mpg",)}
_NAMES = "MP4, AVI, MOV, MP3, WAV, AAC, JPEG, JPG, PNG, BMP, and WEBP"


def limits_for(card: ModelCard, reference: Reference, facts: MediaFacts) -> MediaLimits:
    """The limits a reference's file is held to: by its role, by what the caller says it is, else by what it is.

    A list the caller put it in may have a length of its own. A file that is nothing the card takes gets limits that no
    such file meets.
    """
    if reference.role is not Role.SUBJECT and reference.role.value in card.media:
        return card.media[reference.role.value]
    medium = facts.medium if reference.medium is Medium.UNKNOWN else reference.medium
    limits = card.media.get(medium.value)
    if limits is not None:
        others = (seconds for name, seconds in limits.seconds_of_list.items() if f".{name}[" in reference.path)
        return replace(limits, seconds=next(others, limits.seconds))
    named = [limits.formats for name, limits in card.media.items() if name in ("image", "video")]
    return MediaLimits(formats=tuple(dict.fromkeys(name for formats in named for name in formats)))


def check_media(facts: MediaFacts, limits: MediaLimits, path: str) -> None:
    """Refuse a file that is not what the model takes.

    Args:
        facts: what a probe found.
        limits: from `limits_for`, or the card's `media["voice"]` for a voice.
        path: where the file stands in the caller's words (`input.media[0].url`).

    Raises:
        MediaRefused: with the vendor's sentence first, then what was found; `limits` holds `least`, `most`
            or `megabytes`, and `medium`. Source of the sentences: spec/catalog.json, error_codes.
    """
    _check_format(facts, limits, path)
    if facts.byte_count > limits.max_bytes:
        megabytes = plain_number(Decimal(limits.max_bytes) / MEGABYTE)
        raise _refused(
            MediaProblem.TOO_LARGE,
            f"Invalid file size. The video/audio/image file size must be less than {megabytes}MB.",
            f"It has {facts.byte_count / MEGABYTE:.1f} MB: compress or shorten it.",
            facts,
            path,
            megabytes=megabytes,
        )
    if facts.size is not None:
        _check_size(facts, limits, path)
    if facts.seconds is not None and facts.seconds not in limits.seconds:
        least, most = _ends(limits.seconds)
        raise _refused(
            MediaProblem.SECONDS,
            f"Invalid file duration. The file duration must be {least} s ~ {most} s.",
            f"It lasts {plain_number(round(facts.seconds, 2))} s: cut it to fit.",
            facts,
            path,
            least=least,
            most=most,
        )
    if facts.frames_per_second is not None and facts.frames_per_second not in limits.frames_per_second:
        least, most = _ends(limits.frames_per_second)
        raise _refused(
            MediaProblem.FRAME_RATE,
            f"Invalid video FPS. The video FPS must be {least} ~ {most}.",
            f"It has {plain_number(round(facts.frames_per_second, 2))}: convert it.",
            facts,
            path,
            least=least,
            most=most,
        )


def _check_format(facts: MediaFacts, limits: MediaLimits, path: str) -> None:
    if not limits.formats:
        return
    found = facts.container.split(",")
    names = {*found, *(also for name in found for also in _ALSO.get(name, ()))}
    wants_sound = not {"mp4", "mov", "jpeg", "png"} & set(limits.formats)
    # a sound in an MP4 shell is no film, a film is no voice: the shell alone does not decide
    right_medium = facts.size is None if wants_sound else facts.size is not None
    if names & set(limits.formats) and right_medium:
        return
    what = {Medium.IMAGE: "a still", Medium.VIDEO: "a film", Medium.AUDIO: "a sound"}.get(facts.medium, "a file")
    raise _refused(
        MediaProblem.FORMAT,
        f"Invalid file format，the request file format is one of the following types: {_NAMES}.",
        f"This is {what} ({found[0]}); {', '.join(limits.formats)} is taken here.",
        facts,
        path,
        formats=list(limits.formats),
    )


def _check_size(facts: MediaFacts, limits: MediaLimits, path: str) -> None:
    size = facts.size
    assert size is not None
    if size.width not in limits.sides or size.height not in limits.sides:
        least, most = _ends(limits.sides)
        sentence = (
            "The size of image is beyond limit."
            if facts.medium is Medium.IMAGE
            else f"Invalid video resolution. The height or width of video must be {least} ~ {most}."
        )
        raise _refused(
            MediaProblem.SIDES,
            sentence,
            f"It is {size.width}x{size.height}; each side must have {least} to {most} pixels: scale it.",
            facts,
            path,
            least=least,
            most=most,
        )
    aspect = limits.aspect
    too_narrow = aspect.least is not None and size.width < aspect.least * size.height
    too_wide = aspect.most is not None and size.width > aspect.most * size.height
    if too_narrow or too_wide:
        # the vendor counts height / width, the card width / height
        least, most = (plain_number(1 / end) if end else 0 for end in (aspect.most, aspect.least))
        raise _refused(
            MediaProblem.RATIO,
            f"Invalid file ratio. The file aspect ratio (height/width) must be between {most} and {least}.",
            f"It is {size.width}x{size.height}: crop it.",
            facts,
            path,
            least=least,
            most=most,
        )


def _ends(interval: Interval) -> tuple[int | float, int | float | str]:
    least = plain_number(interval.least or 0)
    return least, plain_number(interval.most) if interval.most is not None else "any number of"


def _refused(
    problem: MediaProblem, sentence: str, found: str, facts: MediaFacts, path: str, **limits: Any
) -> MediaRefused:
    where = f" ({path})" if path else ""
    return MediaRefused(
        problem, f"{sentence} {found}{where}", path=path, limits={**limits, "medium": str(facts.medium)}
    )
