"""What the page of all routes says of the two doors for bytes: uploads in, results out.

Knows OpenAPI and the words of `files`. Must not know how a file is taken or sent. Source: spec/dashscope.md §3.2, §4.2.
"""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_REFUSAL = (
    "<?xml version='1.0' encoding='UTF-8'?>\n<Error><Code>AccessDenied</Code>"
    "<Message>Invalid according to Policy: Policy expired.</Message>"
    "<RequestId>4909100c-7b5a-9f92-bfe5-000000000000</RequestId><HostId>understudy</HostId></Error>"
)


def _refused(sentence: str) -> dict[str, Any]:
    return {"description": sentence, "content": {"application/xml": {"example": _REFUSAL}}}


def _bytes(media_type: str) -> dict[str, Any]:
    return {media_type: {"schema": {"type": "string", "format": "binary"}}}


def _asked(place: str, *names: str, required: bool = True) -> list[dict[str, Any]]:
    return [{"name": name, "in": place, "required": required, "schema": _TEXT} for name in names]


_FORM_FIELDS = ("OSSAccessKeyId", "policy", "Signature", "key")
_FORM: dict[str, Any] = {
    "type": "object",
    "required": [*_FORM_FIELDS, "file"],
    "properties": {
        "OSSAccessKeyId": {**_TEXT, "description": "oss_access_key_id of the upload policy"},
        "policy": {**_TEXT, "description": "as the upload policy has it"},
        "Signature": {**_TEXT, "description": "signature of the upload policy"},
        "key": {**_TEXT, "description": "upload_dir, a slash and the file's name; oss:// + key is its address"},
        "x-oss-object-acl": {**_TEXT, "description": "private"},
        "x-oss-forbid-overwrite": {**_TEXT, "description": "true; false to send a file of this name once more"},
        "x-oss-content-type": {**_TEXT, "description": "kind of the file; when left out, the part's own"},
        "success_action_status": {**_TEXT, "description": "200; without it the answer is 204"},
        "file": {"type": "string", "format": "binary", "description": "the bytes, as the last part of the form"},
    },
}

PATHS: dict[str, Any] = {
    "/uploads/oss": {
        "post": {
            "tags": ["files"],
            "summary": "Post a file with the fields of an upload policy; no key is needed beside its signature",
            "operationId": "files_post_uploads_oss",
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}},
            "responses": {
                "200": {"description": "The file is kept, for 48 hours"},
                "204": {"description": "The same, where success_action_status is not 200"},
                "400": _refused("The form is not whole, or the file is too large"),
                "403": _refused("The policy has expired, was changed, or is for another folder"),
                "409": _refused("There is a file of this name in the folder already"),
            },
        }
    },
    "/uploads/put/{slot_id}": {
        "put": {
            "tags": ["files"],
            "summary": "Put the bytes of one file to a put_url, which is used as it was given",
            "operationId": "files_put_uploads_put_slot_id",
            "parameters": [
                *_asked("path", "slot_id"),
                *_asked("query", "account", "day", "days", "expires", "signature"),
            ],
            "requestBody": {"required": True, "content": _bytes("application/octet-stream")},
            "responses": {
                "200": {"description": "The file is kept; its ETag is the MD5 of the bytes"},
                "400": _refused("The put_url is not whole, or the file is too large"),
                "403": _refused("The put_url has expired or was changed"),
            },
        }
    },
    "/results/{key}": {
        "get": {
            "tags": ["files"],
            "summary": "Download a result by its link, which is used as it was given; no key is needed",
            "operationId": "files_get_results_key",
            "parameters": [
                *_asked("path", "key"),
                *_asked("query", "Expires", "Signature"),
                *_asked("header", "Range", required=False),
            ],
            "responses": {
                "200": {"description": "The film, or a still of it", "content": _bytes("video/mp4")},
                "206": {"description": "The one range of bytes that was asked for", "content": _bytes("video/mp4")},
                "403": _refused("The link has expired, or was changed"),
                "404": _refused("The result is gone: results are kept for 24 hours"),
                "416": {"description": "The range begins behind the end of the file"},
            },
        }
    },
}
"""Paths of an OpenAPI page."""
