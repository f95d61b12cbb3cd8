"""The addresses of a request's media: whether each is of a kind that its model reads.

Knows how a link, an upload, data and a path look. Must not open any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from understudy.catalog.rules import Paths
from understudy.core.card import MediaLimits, ModelCard
from understudy.core.faults import Violation, ViolationKind
from understudy.core.request import Medium, Reference, Role, VideoRequest

URL_SENTENCE = "Required URL is missing or invalid, please check the request URL."
"""Source: spec/catalog.json, error_codes, InvalidURL."""

_PLAIN_LINK = re.compile(r"(https?)://[a-z0-9][a-z0-9.-]*(?::\d+)?(?:[/?#]|$)")
"""Nearly every link: a host of plain letters. Others are taken apart by `urlsplit`, at ten times the cost."""
_SUBJECT, _AUDIO = Role.SUBJECT, Medium.AUDIO
_NO_VOICES = MediaLimits(schemes=())
_BARE_BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]{64,}")


def _are_plain(request: VideoRequest, card: ModelCard) -> bool:
    """Whether every reference is a subject of a kind the model takes, by a link that it reads: nearly always."""
    media = card.media
    voices = media.get("voice", _NO_VOICES).schemes
    for reference in request.references:
        limits, voice = media.get(reference.medium), reference.voice
        if limits is None or reference.role is not _SUBJECT or reference.medium is _AUDIO:
            return False
        link = _PLAIN_LINK.match(reference.url)
        if not link or link[1] not in limits.schemes:
            return False
        if voice is not None:
            link = _PLAIN_LINK.match(voice)
            if not link or link[1] not in voices:
                return False
    return True


def judge_urls(request: VideoRequest, card: ModelCard, where: Paths) -> Iterator[Violation]:
    """What is wrong with the addresses, in the caller's order."""
    if not _are_plain(request, card):
        for reference in request.references:
            yield from _judge_url(reference, card, where)


def _judge_url(reference: Reference, card: ModelCard, where: Paths) -> Iterator[Violation]:
    path = reference.path or where["references"]
    if reference.role is Role.SUBJECT and reference.medium is Medium.AUDIO:
        yield Violation(path, f"{path}: a reference is an image or a video, not a sound.", ViolationKind.RULE)
        return
    if reference.role is Role.TEMPLATE:
        return  # a name, no address
    if reference.role is not Role.SUBJECT and reference.role not in card.media:
        if reference.role is not Role.FIRST_FRAME or "at-most-one-first-frame" not in card.rules:
            what = reference.role.value.replace("_", " ")
            yield Violation(path, f"{path}: {card.model} takes no {what}.", ViolationKind.COUNT)
        return
    allowed = _schemes(card, reference)
    if scheme_of(reference.url) not in allowed:
        yield _refused(reference.url, allowed, path)
    if reference.voice is None or reference.role is not Role.SUBJECT:
        return
    path = reference.voice_path or path
    if "voice" in card.media:
        allowed = card.media["voice"].schemes
        if scheme_of(reference.voice) not in allowed:
            yield _refused(reference.voice, allowed, path)
    else:
        reason = f"{path}: {card.model} takes no reference voice; its voices come from the reference videos."
        yield Violation(path, reason, ViolationKind.RULE)


def _schemes(card: ModelCard, reference: Reference) -> tuple[str, ...]:
    # nearly every reference; the members are texts, so no `.value` is needed, which costs more than the rest of this
    limits = card.media.get(reference.medium if reference.role is Role.SUBJECT else reference.role)
    if limits is not None:
        return limits.schemes
    if reference.role is not Role.SUBJECT:
        names = [reference.role.value]
    else:
        names = ["image", "video"] if reference.medium is Medium.UNKNOWN else [reference.medium.value]
    if len(names) == 1 and names[0] in card.media:
        return card.media[names[0]].schemes
    possible = [card.media[name] for name in names if name in card.media] or [MediaLimits()]
    return tuple(dict.fromkeys(scheme for limits in possible for scheme in limits.schemes))


def _refused(url: str, allowed: tuple[str, ...], path: str) -> Violation:
    scheme = scheme_of(url)
    if not url.strip():
        hint = f"{path} is empty."
    elif scheme == "data":
        hint = f"{path} holds the data itself, which is taken for images of newer models only: send a link."
    elif scheme in ("", "file"):
        hint = f"{path} is a path of your own machine: upload the file first and send the oss:// address you get."
    else:
        hint = f"{path} must be a whole link of one of these kinds: {', '.join(allowed)}."
    return Violation(path, f"{URL_SENTENCE} {hint}", ViolationKind.URL)


def scheme_of(url: str) -> str:
    """The kind of a media value: `http`, `https`, `oss`, `data` (also bare base64), another scheme, or "" for none.

    A link without a host, or a data URL without data, is of no kind.
    """
    plain = _PLAIN_LINK.match(url)
    if plain:
        return plain[1]
    text = url.strip()
    if text[:5].lower() == "data:":
        return "data" if "," in text[:200] else ""
    head = text[:4096]  # pictures come as text of many megabytes
    if ":" not in head:
        return "data" if _BARE_BASE64.fullmatch(head) else ""
    try:
        parts = urlsplit(head)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https"):
        return parts.scheme if parts.hostname else ""
    if parts.scheme in ("oss", "upload", "enclosed", "take"):
        if not url.startswith(parts.scheme):
            return "a name of ours in other letters"  # files of ours are found by their names letter for letter
        return "oss" if parts.netloc or parts.path.strip("/") else ""
    return parts.scheme if len(parts.scheme) > 1 else ""  # one letter is a drive
