"""Upload policies on the DashScope wire: leave to post files, told and read.

Knows the shape of a policy answer and of the form that uses it. Must not know how a policy is signed: it comes
signed. Source: spec/dashscope.md §3; seed 000, upload.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from understudy.core.faults import Unavailable
from understudy.core.wire import UploadTicket, WireReply
from understudy.dialects.dashscope.guesses import CAPACITY_MEGABYTES
from understudy.dialects.dashscope.status import read_answer

MEGABYTE = 1024 * 1024


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")


class DashScopePolicy(_Shape):
    """What a form upload needs. Post the fields and last the file to `upload_host`; use `oss://` + key."""

    policy: str
    signature: str
    upload_dir: str = Field(description="key = upload_dir/file name")
    upload_host: str
    expire_in_seconds: int
    max_file_size_mb: int
    capacity_limit_mb: int = CAPACITY_MEGABYTES
    oss_access_key_id: str
    x_oss_object_acl: str = "private"
    x_oss_forbid_overwrite: str = Field(default="true", description="a text, not a bool")


class DashScopePolicyAnswer(_Shape):
    """The answer to a policy query."""

    request_id: str
    data: DashScopePolicy


def encode_ticket(ticket: UploadTicket, request_id: str) -> WireReply:
    data: dict[str, Any] = {
        "policy": ticket.policy,
        "signature": ticket.signature,
        "upload_dir": ticket.folder,
        "upload_host": ticket.upload_url,
        "expire_in_seconds": ticket.seconds,
        "max_file_size_mb": ticket.max_file_bytes // MEGABYTE,
        "capacity_limit_mb": CAPACITY_MEGABYTES,
        "oss_access_key_id": ticket.access_key_id,
        "x_oss_object_acl": "private",
        "x_oss_forbid_overwrite": "true",
    }
    return WireReply.of_json(200, {"request_id": request_id, "data": data}, {"x-request-id": request_id})


def decode_ticket(reply: WireReply) -> UploadTicket:
    """A policy answer. `expires` is read from the policy itself; `datetime.max` when it does not say.

    Raises:
        Fault: the one the answer stands for; Unavailable when it is no policy.
    """
    body = read_answer(reply)
    try:
        data = DashScopePolicyAnswer.model_validate({"request_id": "", **body}).data
    except ValidationError as error:
        missing = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Unavailable(f"The server's upload policy is not complete ({missing}).") from None
    return UploadTicket(
        upload_url=data.upload_host,
        folder=data.upload_dir,
        policy=data.policy,
        signature=data.signature,
        access_key_id=data.oss_access_key_id,
        expires=_expiration(data.policy),
        seconds=data.expire_in_seconds,
        max_file_bytes=data.max_file_size_mb * MEGABYTE,
    )


def form_fields(ticket: UploadTicket, file_name: str) -> dict[str, str]:
    """The form's fields in order; the part `file` follows as the last. Names stay as they are, unescaped."""
    return {
        "OSSAccessKeyId": ticket.access_key_id,
        "Signature": ticket.signature,
        "policy": ticket.policy,
        "key": f"{ticket.folder}/{file_name}",
        "x-oss-object-acl": "private",
        "x-oss-forbid-overwrite": "true",
        "success_action_status": "200",
    }


def _expiration(policy: str) -> datetime:
    """An OSS policy is Base64 of JSON with `expiration` (ISO 8601)."""
    try:
        moment = datetime.fromisoformat(json.loads(base64.b64decode(policy, validate=True))["expiration"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        return datetime.max.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
