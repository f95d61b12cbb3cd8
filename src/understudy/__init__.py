"""Understudy, the open reference-to-video server. `Client` is loaded when it is first asked for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy.client import Client

__version__ = "0.1.0"
__all__ = ["Client", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Client":
        from understudy.client import Client

        return Client
    raise AttributeError(f"module 'understudy' has no attribute {name!r}")
