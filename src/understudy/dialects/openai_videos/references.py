"""What a caller gives on the OpenAI videos wire besides words: files, links and objects, each with its role.

Knows the many names under which clients of this wire give media, and how a role is found where none is said: by what
the card takes. Must not know a model by name. DashScope's own field names are read by the card's hints for that wire.
Source: spec/gateways.md §5.2.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.core.request import ENCLOSED, MEDIUM_OF, TAKE, Medium, Reference, Role
from understudy.core.wording import shown
from understudy.dialects import _links
from understudy.dialects.openai_videos.form import FormFile
from understudy.dialects.openai_videos.ids import read_video_id
from understudy.dialects.openai_videos.shapes import VideoMedia

PART = "cid:"
"""Stands before the name of a file part of the same form. Source: RFC 2392, where it names a part of a message."""

MEDIA_TYPES: Mapping[str, tuple[Role, Medium]] = {
    "reference_image": (Role.SUBJECT, Medium.IMAGE),
    "reference_video": (Role.SUBJECT, Medium.VIDEO),
    "reference": (Role.SUBJECT, Medium.UNKNOWN),
    "video": (Role.SOURCE_VIDEO, Medium.VIDEO),
    **{role.value: (role, MEDIUM_OF.get(role, Medium.UNKNOWN)) for role in Role if role is not Role.SUBJECT},
}
"""What an item of `media` is for: DashScope's words, and our roles. Source: seed 003; spec/catalog.json."""

GIVEN = ("input_reference", "image", "images", "image_reference", "reference_url", "reference_image")
VIDEOS = ("video", "video_reference", "reference_video")
SOUNDS = ("audio_reference",)
_URL_KEYS = ("image_url", "video_url", "audio_url", "url", "file_id")
_BY_MEDIUM: Mapping[Medium, tuple[Role, ...]] = {
    Medium.IMAGE: (Role.FIRST_FRAME, Role.PORTRAIT, Role.LAST_FRAME, Role.FACE),
    Medium.VIDEO: (Role.SOURCE_VIDEO, Role.FIRST_CLIP, Role.DRIVING_VIDEO, Role.LAST_CLIP),
    Medium.AUDIO: (Role.DRIVING_AUDIO,),
}
"""Roles something may have of which nothing but the kind is known, the likelier first."""

_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"avif": "image/avif", b"heic": "image/heic"}
_MEDIA = (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO)
_FILES = tuple(f"{medium}/" for medium in _MEDIA)


def references_of(fields: Mapping[str, Any], media: list[VideoMedia], card: ModelCard) -> tuple[Reference, ...]:
    """Every reference: what has no role of its own first, then `media`, lists of links, and DashScope's fields.

    Raises InvalidRequest for something this model has no use for, or that names no medium.
    """
    found: list[Reference] = []
    taken: set[Role] = set()
    for item, path, medium in _given(fields):
        found.append(_roled(_address(item, path, fields), medium, path, card, taken))
    for number, item in enumerate(media):
        found.append(_media_item(item, f"media[{number}]", fields))
    found += _by_lists(fields, card)
    found += _by_fields(fields, card, {r.role for r in found})
    return _voiced(tuple(found), fields, card)


def plain_medium(url: str) -> Medium:
    """The medium a URL shows by its data type or suffix; UNKNOWN when it shows none."""
    return _links.plain_medium(url.removeprefix(ENCLOSED), _MEDIA)


def type_of(data: bytes, stated: str = "") -> str:
    """The media type of a file by its first bytes; what the client stated only where they say nothing."""
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if data[:4] == b"RIFF" and data[8:12] in _RIFF:
        return _RIFF[data[8:12]]
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "video/mp4")
    return stated if stated.lower().startswith(_FILES) else "application/octet-stream"


# Where media stand --------------------------------------------------------------------------------------------------


def _given(fields: Mapping[str, Any]) -> Iterator[tuple[Any, str, Medium]]:
    for names, medium in ((GIVEN, Medium.UNKNOWN), (VIDEOS, Medium.VIDEO), (SOUNDS, Medium.AUDIO)):
        for name in names:
            value = fields.get(name)
            if isinstance(value, list):
                yield from ((item, f"{name}[{number}]", medium) for number, item in enumerate(value))
            elif value is not None:
                yield value, name, medium


def _address(item: Any, path: str, fields: Mapping[str, Any]) -> str:
    """The address of a file, link, or object with one of both. Raises InvalidRequest."""
    if isinstance(item, FormFile):
        return enclosed(item, path)
    if isinstance(item, dict) and path.partition("[")[0] == "video" and isinstance(item.get("id"), str):
        return TAKE + read_video_id(item["id"], f"{path}.id")
    if isinstance(item, dict):
        given = [item[key] for key in _URL_KEYS if item.get(key) is not None]
        item = given[0] if len(given) == 1 else item
        if isinstance(item, dict) and isinstance(item.get("url"), str):
            item = item["url"]  # {"image_url": {"url": …}}, as chat messages have it
    if isinstance(item, str) and item.startswith(PART):
        return _part(item, path, fields)
    if not isinstance(item, str) or not item.strip():
        reason = (
            f"{path} must be a file, a link, or an object with one image_url, video_url or file_id, not {_told(item)}."
        )
        raise InvalidRequest.of(path, reason, ViolationKind.URL)
    return item


def _told(item: Any) -> str:
    return "an empty text" if isinstance(item, str) else shown(item)


def enclosed(file: FormFile, path: str) -> str:
    """A file of the form as an address. Raises InvalidRequest for an empty one."""
    if not file.data:
        raise InvalidRequest.of(path, f"{path} is an empty file.", ViolationKind.URL)
    kind = type_of(file.data, file.content_type)
    return f"{ENCLOSED}data:{kind};base64,{base64.b64encode(file.data).decode()}"


def _part(url: str, path: str, fields: Mapping[str, Any]) -> str:
    file = fields.get(url.removeprefix(PART))
    if not isinstance(file, FormFile):
        reason = f"{path} names {url[:60]!r}, and the form has no file part of that name."
        raise InvalidRequest.of(path, reason, ViolationKind.URL)
    return enclosed(file, path)


def _media_item(item: VideoMedia, path: str, fields: Mapping[str, Any]) -> Reference:
    if item.type not in MEDIA_TYPES:
        reason = f"{path}.type must be one of {', '.join(MEDIA_TYPES)}, not {shown(item.type)}."
        raise InvalidRequest.of(f"{path}.type", reason, ViolationKind.CHOICE)
    role, medium = MEDIA_TYPES[item.type]
    voice = item.reference_voice or None
    return Reference(
        _address(item.url, f"{path}.url", fields),
        Medium(item.medium) if item.medium else medium,
        role,
        _address(voice, f"{path}.reference_voice", fields) if voice else None,
        item.reference_description or None,
        f"{path}.url",
        f"{path}.reference_voice" if voice else "",
        item.name or "",
    )


def _by_lists(fields: Mapping[str, Any], card: ModelCard) -> Iterator[Reference]:
    own = card.hints("dashscope").get("references")
    for name in dict.fromkeys(
        ("reference_urls", "reference_video_urls", "ref_images_url" if own == "ref_images_url" else "")
    ):
        value = fields.get(name)
        for number, item in enumerate(value if isinstance(value, list) else [] if value is None else [value]):
            path = f"{name}[{number}]"
            url = _address(item, path, fields)
            medium = {"reference_video_urls": Medium.VIDEO, "ref_images_url": Medium.IMAGE}.get(name)
            yield Reference(url, medium or plain_medium(url), path=path)


def _by_fields(fields: Mapping[str, Any], card: ModelCard, taken: set[Role]) -> Iterator[Reference]:
    """Media under DashScope's names for this model (`img_url`, `audio_url`, …)."""
    seen: set[str] = set()
    for name, text in card.hints("dashscope").get("fields", {}).items():
        value = fields.get(name)
        role_name, _, medium_name = text.partition(":")
        role = Role(role_name)
        if value is None or value == "" or text in seen or role in taken:
            continue
        seen.add(text)
        medium = Medium(medium_name) if medium_name else MEDIUM_OF.get(role, Medium.UNKNOWN)
        yield Reference(_address(value, name, fields), medium, role, path=name)


# Roles --------------------------------------------------------------------------------------------------------------


def _roled(url: str, medium: Medium, path: str, card: ModelCard, taken: set[Role]) -> Reference:
    """A reference of which only the kind is known, in the role this model has for it."""
    shown_medium = plain_medium(url)
    medium = medium if shown_medium is Medium.UNKNOWN else shown_medium
    if path.startswith("image") and medium is Medium.UNKNOWN:
        medium = Medium.IMAGE
    roles = {role for role in Role if role.value in card.media} | {*card.needs, *card.needs_one}
    kinds = [medium] if medium is not Medium.UNKNOWN else [Medium.IMAGE, Medium.VIDEO]
    candidates = [role for kind in kinds for role in _BY_MEDIUM[kind] if role in roles and role not in taken]
    needed = [role for role in candidates if role in card.needs]
    takes_subjects = card.counts.total[1] > 0 and medium is not Medium.AUDIO
    if takes_subjects and not needed:
        return Reference(url, medium, Role.SUBJECT, path=path)
    if medium is Medium.AUDIO and not candidates:
        return Reference(url, medium, Role.DRIVING_AUDIO, path=path)  # a voice perhaps: see `_voiced`
    if not candidates:
        what = "media" if medium is Medium.UNKNOWN else f"such {medium.value}s" if taken else f"{medium.value}s"
        hint = "name a model that does, such as wan2.7-r2v for references or wan2.7-i2v for a first frame"
        raise InvalidRequest.of(path, f"{path}: {card.model} takes no {what}: {hint}.", ViolationKind.COUNT)
    role = (needed or candidates)[0]
    taken.add(role)
    return Reference(url, MEDIUM_OF.get(role, medium) if medium is Medium.UNKNOWN else medium, role, path=path)


def _voiced(found: tuple[Reference, ...], fields: Mapping[str, Any], card: ModelCard) -> tuple[Reference, ...]:
    """An `audio_reference` beside one subject of a model with voices is that subject's voice."""
    loose = [r for r in found if r.path in SOUNDS and r.role is Role.DRIVING_AUDIO]
    if not loose or Role.DRIVING_AUDIO.value in card.media or "voice" not in card.media:
        return found
    subjects = [r for r in found if r.role is Role.SUBJECT]
    if len(loose) != 1 or len(subjects) != 1 or subjects[0].voice:
        reason = "audio_reference fits one reference only: with several, give media with reference_voice in each item."
        raise InvalidRequest.of("audio_reference", reason)
    sound = loose[0]
    return tuple(
        Reference(r.url, r.medium, r.role, sound.url, r.description, r.path, sound.path, r.name)
        if r is subjects[0]
        else r
        for r in found
        if r is not sound
    )
