"""Understudy, the open reference-to-video server. `Client` and `SyncClient` are loaded when first asked for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy.client import Client, SyncClient

__version__ = "0.1.0"
__all__ = ["Client", "SyncClient", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Client":
        from understudy.client import Client

        return Client
    if name == "SyncClient":
        from understudy.client.sync import SyncClient

        return SyncClient
    raise AttributeError(f"module 'understudy' has no attribute {name!r}")
