"""Uploads: leave to post files (OSS style), the check of a posted form, and what an `oss://` address stands for.

Knows how policies are signed and how an address is bound to its account and model. Must not know multipart forms or
where bytes lie.

Nothing is written down for a ticket: the last folder of its path is a UUID that holds the moment, a random part and
a signature over account, day and model. So an address can be checked by any server of the house, and after a restart.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NoReturn
from urllib.parse import quote, unquote
from uuid import UUID, uuid4

from understudy.core.card import ModelCard
from understudy.core.faults import MediaProblem, MediaRefused, NotFound, Unavailable, UnderstudyError
from understudy.core.ports import BlobStore, Clock
from understudy.core.wire import Uploaded, UploadSlot, UploadTicket
from understudy.service.accounts import Caller

FOLDER = "dashscope-instant"
"""First folder of every upload. Source: spec/dashscope.md §3.1, upload_dir."""
POLICY_SECONDS = 300
"""How long a ticket may be used. Source: spec/dashscope.md §3.1, expire_in_seconds."""
ACCESS_KEY_ID = "LTAIunderstudy"
"""The `OSSAccessKeyId` of every ticket: names the signer, proves nothing."""
NAME_BYTES = 255
"""Longest file name in bytes: the limit of common file systems."""

_ADDRESS = re.compile(rf"{FOLDER}/([^/]+)/(\d{{4}}-\d\d-\d\d)/([0-9a-f-]{{36}})/([^/]+)")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]")
_SECOND_BITS, _RANDOM_BITS, _MARK_BITS = 32, 42, 48  # together the 122 free bits of a UUID

INLINE = "inline:"
"""Stands before the key of base64 that came inside a request, so that the task's row stays small."""
_PIECE = 1024 * 1024

SLOT = "upload:"
"""Stands before the id of a file that came by PUT."""
SLOT_SECONDS = 3600
"""How long a put_url may be used. GUESS."""
SLOT_DAYS = (0, 7)
"""For how long files of slots may be kept: as files of forms, or seven days. Source: spec/gateways.md §4.6."""
_SLOT_ID = re.compile(r"[0-9a-f-]{36}")
_ANY_MODEL = "*"


class UploadRefused(UnderstudyError):
    """An upload form is refused: `code` and `status` as OSS words them. Source: spec/dashscope.md §3.2."""

    def __init__(self, code: str, message: str, status: int) -> None:
        self.code = code
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class UploadGrant:
    """A form that passed every check: its file may be received, under the blob `key`."""

    key: str
    max_bytes: int
    may_overwrite: bool = False


class Uploads:
    """Gives tickets, takes files, finds them again."""

    def __init__(
        self,
        blobs: BlobStore,
        secret: bytes,
        clock: Clock,
        *,
        max_file_bytes: int = 100 * 1024 * 1024,
        life_hours: int = 48,
    ) -> None:
        """Take the store and the secret. Sources: spec/dashscope.md §3.1 (100 MB), §3.2 (48 h)."""
        self.max_file_bytes = max_file_bytes
        self._blobs = blobs
        self._policy_secret = hmac.digest(secret, b"understudy upload policy", hashlib.sha256)
        self._mark_secret = hmac.digest(secret, b"understudy upload address", hashlib.sha256)
        self._clock = clock
        self._life = timedelta(hours=life_hours)
        self._arriving: set[str] = set()

    # The ticket --------------------------------------------------------------------------------------------------

    def ticket(self, caller: Caller, model: str, base_url: str) -> UploadTicket:
        """Leave to post files into a fresh folder, for use with `model` by this account only."""
        now = self._clock.now()
        expires = now + timedelta(seconds=POLICY_SECONDS)
        day = f"{now:%Y-%m-%d}"
        number = secrets.randbits(_RANDOM_BITS)
        folder = (
            f"{FOLDER}/{caller.account}/{day}/{self._uuid(caller.account, day, int(now.timestamp()), number, model)}"
        )
        conditions = [["content-length-range", 0, self.max_file_bytes], ["starts-with", "$key", folder + "/"]]
        text = json.dumps({"expiration": f"{expires:%Y-%m-%dT%H:%M:%S}.000Z", "conditions": conditions})
        policy = base64.b64encode(text.encode()).decode()
        return UploadTicket(
            upload_url=f"{base_url}/uploads/oss",
            folder=folder,
            policy=policy,
            signature=self._sign(policy),
            access_key_id=ACCESS_KEY_ID,
            expires=expires,
            seconds=POLICY_SECONDS,
            max_file_bytes=self.max_file_bytes,
        )

    # The form ----------------------------------------------------------------------------------------------------

    def check_form(self, fields: Mapping[str, str]) -> UploadGrant:
        """Check what stands before the file, before a byte of it is read. Raises UploadRefused."""
        given = {name.lower(): value for name, value in fields.items()}
        for name in ("OSSAccessKeyId", "policy", "Signature", "key"):
            if not given.get(name.lower()):
                raise UploadRefused(
                    "InvalidArgument", f"The form field {name} is missing; send it before the file.", 400
                )
        if given["ossaccesskeyid"] != ACCESS_KEY_ID:
            raise UploadRefused("InvalidAccessKeyId", "The OSSAccessKeyId is not the one of the upload policy.", 403)
        policy, signature = given["policy"], given["signature"]
        if not hmac.compare_digest(self._sign(policy).encode(), signature.encode("utf-8", "surrogateescape")):
            raise UploadRefused(
                "SignatureDoesNotMatch", "The signature does not fit the policy; send both exactly as given.", 403
            )
        signed = json.loads(base64.b64decode(policy))  # ours, as the signature shows
        (_, _, max_bytes), (_, _, folder) = signed["conditions"]
        if self._clock.now() >= datetime.fromisoformat(signed["expiration"]):
            raise UploadRefused("AccessDenied", "Invalid according to Policy: Policy expired.", 403)
        key = given["key"]
        if not key.startswith(folder):
            raise UploadRefused(
                "AccessDenied",
                f'Invalid according to Policy: Policy Condition failed: ["starts-with", "$key", "{folder}"]',
                403,
            )
        name = key.removeprefix(folder)
        if not name or name in (".", "..") or _UNSAFE.search(name) or not 0 < _byte_count(name) <= NAME_BYTES:
            raise UploadRefused(
                "InvalidObjectName",
                "The key must be upload_dir, a slash and a plain file name of up to 255 bytes.",
                400,
            )
        return UploadGrant(_blob_key(key), max_bytes, given.get("x-oss-forbid-overwrite", "true").lower() == "false")

    async def receive(self, grant: UploadGrant, chunks: AsyncIterator[bytes], content_type: str) -> int:
        """Store the file as it comes and return its byte count; nothing is left of one that is refused.

        Raises:
            UploadRefused: EntityTooLarge above the ticket's limit; FileAlreadyExists for a key that is taken;
                ServiceUnavailable when the store does not take it.
        """
        taken = UploadRefused(
            "FileAlreadyExists", "The object you specified already exists and can not be overwritten.", 409
        )
        if grant.key in self._arriving or (not grant.may_overwrite and await self._blobs.size(grant.key) is not None):
            raise taken
        self._arriving.add(grant.key)
        try:
            return await self._blobs.put_stream(grant.key, _counted(chunks, grant.max_bytes), content_type=content_type)
        except Unavailable as fault:
            sentence = "The server cannot keep files just now. Please try again later or tell its operator."
            raise UploadRefused("ServiceUnavailable", sentence, 503) from fault
        finally:
            self._arriving.discard(grant.key)

    # One file by PUT --------------------------------------------------------------------------------------------

    def slot(self, caller: Caller, base_url: str, days: int = 0) -> UploadSlot:
        """Leave to PUT one file, for use with any model by this account only, kept `days` (0: as files of forms).

        Source: spec/gateways.md §4.6 (Vidu keeps files for 7 days).
        """
        now = self._clock.now()
        number = secrets.randbits(_RANDOM_BITS)
        name = f"{days:x}" if days else ""
        day = f"{now:%Y-%m-%d}"
        slot_id = str(self._uuid(caller.account, day, int(now.timestamp()), number, f"{_ANY_MODEL}{name}"))
        expires = now + timedelta(seconds=SLOT_SECONDS)
        signed = self._slot_signature(caller.account, slot_id, day, days, expires)
        query = f"account={quote(caller.account)}&day={day}&days={days}&expires={int(expires.timestamp())}"
        return UploadSlot(slot_id, f"{base_url}/uploads/put/{slot_id}?{query}&signature={signed}", expires)

    def check_slot(self, slot_id: str, query: Mapping[str, str]) -> UploadGrant:
        """Check a PUT before a byte of it is read. Raises UploadRefused."""
        try:
            account, day, days = query["account"], query["day"], int(query["days"])
            expires = datetime.fromtimestamp(int(query["expires"]), UTC)
        except (KeyError, ValueError, OverflowError, OSError):
            raise UploadRefused("InvalidArgument", "PUT the file to the whole put_url, as it was given.", 400) from None
        signature = self._slot_signature(account, slot_id, day, days, expires)
        if not hmac.compare_digest(signature.encode(), query.get("signature", "").encode("utf-8", "surrogateescape")):
            raise UploadRefused("SignatureDoesNotMatch", "This put_url is not one of ours or was changed.", 403)
        if self._clock.now() >= expires:
            raise UploadRefused("AccessDenied", "This put_url has expired: ask for another one.", 403)
        return UploadGrant(_slot_key(account, slot_id, days), self.max_file_bytes, may_overwrite=True)

    async def finish(self, caller: Caller, slot_id: str) -> Uploaded:
        """The address of a slot's file. Raises MediaRefused when it has not arrived, or is another account's."""
        await self._find_slot(f"{SLOT}{slot_id}", caller.account)
        return Uploaded(slot_id, f"{SLOT}{slot_id}")

    async def _find_slot(self, url: str, account: str) -> str:
        slot_id = url.removeprefix(SLOT)
        for days in SLOT_DAYS:
            key = _slot_key(account, slot_id, days) if _SLOT_ID.fullmatch(slot_id) else ""
            if key and await self._blobs.size(key) is not None:
                return key
        _not_to_be_had("There is no such upload of this account, or it has expired. Upload the file again.")

    def _slot_signature(self, account: str, slot_id: str, day: str, days: int, expires: datetime) -> str:
        signed = f"{account}\n{slot_id}\n{day}\n{days}\n{int(expires.timestamp())}".encode("utf-8", "surrogateescape")
        return hmac.digest(self._policy_secret, signed, hashlib.sha256).hex()

    # Media inside a request -------------------------------------------------------------------------------------

    async def keep_inline(self, text: str, account: str) -> str:
        """Put base64 of a request aside; the `inline:` address that stands for it. No caller may send such a one."""

        async def chunks() -> AsyncIterator[bytes]:
            raw = text.encode("utf-8", "surrogateescape")
            for start in range(0, len(raw), _PIECE):
                yield raw[start : start + _PIECE]

        key = f"{FOLDER}/{account}/{self._clock.now():%Y-%m-%d}/inline/{uuid4()}"
        await self._blobs.put_stream(key, chunks(), content_type="text/plain")
        return INLINE + key

    def check_inline(self, url: str, account: str) -> None:
        """Whether an `inline:` address is one of this account's, from an earlier submit. Raises MediaRefused."""
        if not re.fullmatch(rf"{INLINE}{FOLDER}/{re.escape(account)}/\d{{4}}-\d\d-\d\d/inline/[0-9a-f-]{{36}}", url):
            _not_to_be_had("Give the media themselves: what was put aside for another request has no address.")

    async def read_inline(self, url: str) -> str:
        """The base64 that was put aside. Raises MediaRefused when it is gone."""
        try:
            parts = [chunk async for chunk in self._blobs.read(url.removeprefix(INLINE))]
        except NotFound:
            _not_to_be_had("The media inside the request are kept for 48 hours only. Submit it again.")
        return b"".join(parts).decode("utf-8", "surrogateescape")

    # The address -------------------------------------------------------------------------------------------------

    async def resolve(self, url: str, account: str, model: str) -> str:
        """The blob key an `oss://` address of this account and model stands for.

        Raises:
            MediaRefused: NOT_YOURS for an upload by another account or for another model, and for one that has
                expired, never arrived, or was not made here.
        """
        return await self._resolve(url, account, (model,))

    async def resolve_for(self, url: str, account: str, card: ModelCard, *names: str) -> str:
        """As `resolve`, for a file uploaded under any name of the card, or one of `names`; also for a slot's file."""
        if url.startswith(SLOT):
            return await self._find_slot(url, account)
        return await self._resolve(url, account, (card.model, *card.aliases, *names))

    async def _resolve(self, url: str, account: str, models: Iterable[str]) -> str:
        key = url.removeprefix("oss://")
        # SDKs send the key as it is (spec/dashscope.md §3.2); a hand-written client may have escaped it
        for candidate in dict.fromkeys((key, unquote(key))):
            match = _ADDRESS.fullmatch(candidate)
            if match is None or _UNSAFE.search(match[4]) or match[4] in (".", ".."):
                continue
            self._check_owner(match, account, models)
            if await self._blobs.size(_blob_key(candidate)) is not None:
                return _blob_key(candidate)
        _not_to_be_had("The uploaded file cannot be found. Upload it again and use the new oss:// address.")

    def _check_owner(self, match: re.Match[str], account: str, models: Iterable[str]) -> None:
        owner, day, name = match[1], match[2], match[3]
        try:
            bits = _unpack(UUID(name))
        except ValueError:
            _not_to_be_had("This oss:// address was not given out here. Upload the file first.")
        seconds, number = bits >> (_RANDOM_BITS + _MARK_BITS), (bits >> _MARK_BITS) & ((1 << _RANDOM_BITS) - 1)
        fits = any(self._uuid(owner, day, seconds, number, model) == name for model in models)
        if owner != account or not fits:
            raise MediaRefused(
                MediaProblem.NOT_YOURS,
                "The uploaded file belongs to another account or was uploaded for another model. "
                "Upload it with this key, for the model of this request.",
            )
        if self._clock.now() >= datetime.fromtimestamp(seconds, UTC) + self._life:
            _not_to_be_had("The uploaded file has expired: uploads are kept for 48 hours. Upload it again.")

    def _uuid(self, account: str, day: str, seconds: int, number: int, model: str) -> str:
        signed = f"{account}\n{day}\n{seconds}\n{number}\n{model}".encode("utf-8", "surrogateescape")
        mark = int.from_bytes(hmac.digest(self._mark_secret, signed, hashlib.sha256)[: _MARK_BITS // 8])
        seconds &= (1 << _SECOND_BITS) - 1
        return str(_pack((seconds << _RANDOM_BITS | number) << _MARK_BITS | mark))

    def _sign(self, policy: str) -> str:
        digest = hmac.digest(self._policy_secret, policy.encode("utf-8", "surrogateescape"), hashlib.sha256)
        return base64.b64encode(digest).decode()


async def _counted(chunks: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    count = 0
    async for chunk in chunks:
        count += len(chunk)
        if count > most:
            raise UploadRefused(
                "EntityTooLarge", f"Your proposed upload exceeds the maximum allowed size of {most} bytes.", 400
            )
        yield chunk


def _not_to_be_had(sentence: str) -> NoReturn:
    raise MediaRefused(MediaProblem.NOT_YOURS, sentence)


def _blob_key(key: str) -> str:
    """The blob of an upload. A name that ends in white space goes by its hash: no store keeps such ends apart."""
    folder, _, name = key.rpartition("/")
    return key if name == name.rstrip() else f"{folder}/{hashlib.sha256(name.encode()).hexdigest()}"


def slot_folder(days: int) -> str:
    """First folder of the files of slots that are kept so long."""
    return f"kept-{days}-days" if days else FOLDER


def _slot_key(account: str, slot_id: str, days: int) -> str:
    return f"{slot_folder(days)}/{account}/slots/{slot_id}"


def _byte_count(name: str) -> int:
    """Bytes of a name in UTF-8; 0 when it cannot be written so (lone surrogates)."""
    try:
        return len(name.encode())
    except UnicodeEncodeError:
        return 0


def _pack(bits: int) -> UUID:
    """122 bits as a UUID of version 8 (RFC 9562: own layout)."""
    high, middle, low = bits >> 74, bits >> 62 & 0xFFF, bits & ((1 << 62) - 1)
    return UUID(int=high << 80 | 8 << 76 | middle << 64 | 2 << 62 | low)


def _unpack(value: UUID) -> int:
    number = value.int
    return number >> 80 << 74 | (number >> 64 & 0xFFF) << 62 | number & ((1 << 62) - 1)
