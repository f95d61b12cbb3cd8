"""Looks: how a film can be drawn, painted or graded anew. A table from the name of a look to its maker.

Knows which looks there are. Must not know prompts (words), vendors' numbers, nor how any look is made. A look is made
ready once per film from its colouring; then it paints the sights of that film one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from understudy.animatic.looks import drawn, flat, painted, photographed
from understudy.animatic.looks.kit import Kit, Look


class Style(StrEnum):
    """Looks by name."""

    MANGA = "manga"
    COMIC = "comic"
    FRESH_COMIC = "fresh_comic"
    CARTOON_3D = "cartoon_3d"
    CHINESE_CARTOON = "chinese_cartoon"
    CUT_PAPER = "cut_paper"
    ILLUSTRATION = "illustration"
    INK = "ink"
    OIL = "oil"
    WATER_COLOUR = "water_colour"
    PENCIL = "pencil"
    PIXELS = "pixels"
    FACETS = "facets"
    CLAY = "clay"
    BLACK_AND_WHITE = "black_and_white"
    OLD_FILM = "old_film"
    NEON_CITY = "neon_city"
    BRASS = "brass"
    SCRIBBLE = "scribble"
    OUTLINED = "outlined"
    VOLUMES = "volumes"
    AS_IT_IS = "as_it_is"


_MAKERS: Mapping[Style, Callable[[Kit], Look]] = {
    Style.MANGA: drawn.manga,
    Style.COMIC: drawn.comic,
    Style.FRESH_COMIC: drawn.fresh,
    Style.CARTOON_3D: painted.modelled,
    Style.CHINESE_CARTOON: drawn.fine_brush,
    Style.CUT_PAPER: flat.cut_paper,
    Style.ILLUSTRATION: flat.illustration,
    Style.INK: painted.ink,
    Style.OIL: painted.oil,
    Style.WATER_COLOUR: painted.water_colour,
    Style.PENCIL: drawn.pencil,
    Style.PIXELS: flat.pixels,
    Style.FACETS: flat.facets,
    Style.CLAY: painted.clay,
    Style.BLACK_AND_WHITE: photographed.black_and_white,
    Style.OLD_FILM: photographed.old_film,
    Style.NEON_CITY: photographed.neon_city,
    Style.BRASS: photographed.brass,
    Style.SCRIBBLE: flat.flat_colours,
    Style.OUTLINED: lambda kit: flat.flat_colours(kit, on_paper=False),
    Style.VOLUMES: photographed.soft_volumes,
    Style.AS_IT_IS: photographed.as_it_is,
}


def open_look(style: Style, kit: Kit) -> Look:
    """Make a look ready for one film."""
    return _MAKERS[style](kit)


__all__ = ["Kit", "Look", "Style", "open_look"]
