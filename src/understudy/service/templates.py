"""Motion templates: kept under an id that only their account can use.

Knows ids and where templates lie. Must not know what is in one. Source: spec/dashscope.md §8.2 (template_id
`AACT.xxx.xxx-xxx.xxx`, owned by the account).
"""

from __future__ import annotations

import json
import re
import secrets
from decimal import Decimal
from pathlib import Path
from typing import Any

from understudy.core.faults import MediaProblem, MediaRefused, NotFound
from understudy.core.ports import BlobStore
from understudy.core.request import MediaFacts, Medium
from understudy.core.units import Size

FOLDER = "templates"
"""First folder of every template. They are kept until the operator removes them: no source names a life. GUESS."""

_ID = re.compile(r"AACT\.[0-9a-z]{8}\.[0-9a-z]{6}-[0-9a-z]{6}\.[0-9a-z]{12}")


class Templates:
    """Keeps and finds templates."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    async def keep(self, account: str, file: Path, facts: MediaFacts) -> str:
        """Store a template and return its new id. `facts` are those of the film it was taken from."""
        word = secrets.token_hex(16)
        template_id = f"AACT.{word[:8]}.{word[8:14]}-{word[14:20]}.{word[20:]}"
        told = file.with_name(f"{file.name}.facts.json")
        told.write_text(json.dumps(_written(facts)))
        # the facts come last: what has none is not found
        await self._blobs.put_file(_key(account, template_id), file, content_type="application/octet-stream")
        await self._blobs.put_file(_key(account, template_id, ".json"), told, content_type="application/json")
        return template_id

    async def find(self, account: str, template_id: str, path: str = "") -> tuple[MediaFacts, str]:
        """Facts and blob key of an account's template.

        Raises:
            MediaRefused: TEMPLATE, for the id of another account, a broken or an unknown one.
        """
        try:
            if not _ID.fullmatch(template_id):
                raise NotFound
            text = b"".join([chunk async for chunk in self._blobs.read(_key(account, template_id, ".json"))])
            return _read(json.loads(text)), _key(account, template_id)
        except (NotFound, ValueError, KeyError, TypeError, ArithmeticError):
            raise MediaRefused(
                MediaProblem.TEMPLATE,
                "There is no such template of this account. Make one from a film of the motion with "
                "animate-anyone-template-gen2 and use the template_id it answers.",
                path=path,
            ) from None

    async def forget(self, account: str, template_id: str) -> None:
        """Remove a template, facts first."""
        await self._blobs.delete(_key(account, template_id, ".json"))
        await self._blobs.delete(_key(account, template_id))


def _written(facts: MediaFacts) -> dict[str, Any]:
    """What later work needs to know of the film."""
    return {
        "width": facts.size.width if facts.size else None,
        "height": facts.size.height if facts.size else None,
        "seconds": str(facts.seconds or 0),
        "frames_per_second": str(facts.frames_per_second or 0),
        "has_sound": facts.has_sound,
        "byte_count": facts.byte_count,
    }


def _read(kept: dict[str, Any]) -> MediaFacts:
    return MediaFacts(
        medium=Medium.VIDEO,
        container="motion",
        byte_count=int(kept["byte_count"]),
        size=Size(kept["width"], kept["height"]),
        seconds=Decimal(kept["seconds"]),
        frames_per_second=Decimal(kept["frames_per_second"]),
        has_sound=bool(kept["has_sound"]),
    )


def _key(account: str, template_id: str, suffix: str = ".motion") -> str:
    return f"{FOLDER}/{account}/{template_id}{suffix}"
