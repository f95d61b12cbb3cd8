"""The Python client: local files in, a video on disk out, over any server that speaks a dialect with a client half.

Knows which file does what: `client` (the steps), `line` (HTTP), `files` (up and down), `waiting` (until it is done),
`sync` (the same without `await`), `dialects` (what is asked of a wire). Must not know the kitchen. httpx is imported
when a connection is opened, a dialect when a client is made, so that importing this costs next to nothing.

    async with Client("http://127.0.0.1:8000", key) as client:
        await client.generate(request, Path("film.mp4"))
"""

from typing import TYPE_CHECKING, Any

from understudy.client.client import Client, Progress
from understudy.client.dialects import ClientDialect
from understudy.client.files import local_file

if TYPE_CHECKING:
    from understudy.client.sync import SyncClient

__all__ = ["Client", "ClientDialect", "Progress", "SyncClient", "local_file"]


def __getattr__(name: str) -> Any:
    if name == "SyncClient":
        from understudy.client.sync import SyncClient

        return SyncClient
    raise AttributeError(f"module 'understudy.client' has no attribute {name!r}")
