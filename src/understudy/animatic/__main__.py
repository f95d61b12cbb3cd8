"""One film in a process of its own: `python -m understudy.animatic`, order on standard input, reel on standard output.

Knows how a brief and a Reel travel as JSON. Must not know who ordered the film; the limits are set before it starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from understudy.animatic.brief import Brief, DraftBrief, Reel
from understudy.media.child import Progress, serve_order


def order_of(brief: Brief | DraftBrief, workdir: Path) -> dict[str, Any]:
    """The order for a piece of work as JSON-ready values. Inverse: `film`."""
    kind = "brief" if isinstance(brief, Brief) else "draft"
    return {kind: TypeAdapter(type(brief)).dump_python(brief, mode="json"), "workdir": str(workdir)}


def reel_of(result: Any) -> Reel:
    """The reel as it came back. Raises ValueError when it is none."""
    return TypeAdapter(Reel).validate_python(result)


def film(order: dict[str, Any], progress: Progress) -> Any:
    """Make what is ordered; its reel as JSON-ready values."""
    # what draws is imported here: to write an order, or read a reel, needs none of it
    workdir = Path(order["workdir"])
    if "draft" in order:
        from understudy.animatic.drafts import make_draft

        reel = make_draft(TypeAdapter(DraftBrief).validate_python(order["draft"]), workdir, progress)
    else:
        from understudy.animatic.render import make_film

        reel = make_film(TypeAdapter(Brief).validate_python(order["brief"]), workdir, progress)
    return TypeAdapter(Reel).dump_python(reel, mode="json")


if __name__ == "__main__":
    serve_order(film)
