"""The signature of a callback: what Vidu's receivers check.

Knows the signed text and its headers. Must not know when a callback is sent, nor make up a moment or a nonce.
Source: spec/gateways.md §4.5, with its test vector.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

ACCESS_KEY = "vidu"
ALGORITHM = "hmac-sha256"
NONCE = "x-request-nonce"
SIGNED = ("Date", NONCE)


def signature(secret: str, method: str, url: str, date: str, nonce: str) -> str:
    """base64(HMAC-SHA256(secret, lines)): method, path, query, access key, Date, then each signed header."""
    parts = urlsplit(url)
    lines = [method.upper(), parts.path or "/", parts.query, ACCESS_KEY, date, f"Date:{date}", f"{NONCE}:{nonce}"]
    text = "".join(f"{line}\n" for line in lines)
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha256)).decode()


def signed_headers(secret: str, url: str, moment: datetime, nonce: str) -> dict[str, str]:
    """The headers of a POST to `url` at `moment` (aware UTC)."""
    date = format_datetime(moment, usegmt=True)
    return {
        "Date": date,
        NONCE: nonce,
        "X-HMAC-SIGNED-HEADERS": ";".join(SIGNED),
        "X-HMAC-ALGORITHM": ALGORITHM,
        "X-HMAC-ACCESS-KEY": ACCESS_KEY,
        "X-HMAC-SIGNATURE": signature(secret, "POST", url, date, nonce),
    }
