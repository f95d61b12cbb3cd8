"""One film in a process of its own: `python -m understudy.animatic`, order on standard input, reel on standard output.

Knows how a Brief and a Reel travel as JSON. Must not know who ordered the film; the limits are set before it starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from understudy.animatic.brief import Brief, Reel
from understudy.media.child import Progress, serve_order


def order_of(brief: Brief, workdir: Path) -> dict[str, Any]:
    """The order for a film as JSON-ready values. Inverse: `film`."""
    return {"brief": TypeAdapter(Brief).dump_python(brief, mode="json"), "workdir": str(workdir)}


def reel_of(result: Any) -> Reel:
    """The reel as it came back. Raises ValueError when it is none."""
    return TypeAdapter(Reel).validate_python(result)


def film(order: dict[str, Any], progress: Progress) -> Any:
    """Make the ordered film; its reel as JSON-ready values."""
    # what draws is imported here: to write an order, or read a reel, needs none of it
    from understudy.animatic.render import make_film

    brief = TypeAdapter(Brief).validate_python(order["brief"])
    reel = make_film(brief, Path(order["workdir"]), progress)
    return TypeAdapter(Reel).dump_python(reel, mode="json")


if __name__ == "__main__":
    serve_order(film)
