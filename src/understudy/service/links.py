"""Result links: signed, expiring, good without a key.

Knows how a link is signed and checked. Must not know where the bytes lie nor how they are sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote, urlencode

from understudy.core.faults import Forbidden, Gone
from understudy.core.ports import Clock
from understudy.core.task import Artifact


class Links:
    """Makes and checks result links. The same secret on every server of one house makes links good on all of them."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        # a key of its own, so that a signature made for an upload policy never opens a result
        self._secret = hmac.digest(secret, b"understudy result link", hashlib.sha256)
        self._clock = clock

    def result_url(self, base_url: str, artifact: Artifact) -> str:
        """A link that opens the artifact until it expires; the same artifact always gets the same one."""
        expires = str(int(artifact.expires.timestamp()))
        query = urlencode({"Expires": expires, "Signature": self._sign(artifact.key, expires)})
        return f"{base_url}/results/{quote(artifact.key)}?{query}"

    def cover_url(self, base_url: str, artifact: Artifact) -> str | None:
        """A link to a still of the artifact, good as long; None when there is none."""
        if artifact.cover is None:
            return None
        expires = str(int(artifact.expires.timestamp()))
        query = urlencode({"Expires": expires, "Signature": self._sign(artifact.cover, expires)})
        return f"{base_url}/results/{quote(artifact.cover)}?{query}"

    def check(self, key: str, expires: str, signature: str) -> None:
        """Raises Forbidden when the link was not made here for this key, Gone when its time is over."""
        if not hmac.compare_digest(self._sign(key, expires).encode(), signature.encode("utf-8", "surrogateescape")):
            raise Forbidden("This link is not one of ours or was changed; use the result URL exactly as given.")
        if self._clock.now().timestamp() >= int(expires):
            raise Gone("This link has expired; results are kept for 24 hours.")

    def _sign(self, key: str, expires: str) -> str:
        signed = f"{expires}\n{key}".encode("utf-8", "surrogateescape")
        digest = hmac.digest(self._secret, signed, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
