"""Expressions: the twenty named expressions: what face and figure do over a few seconds, and which marks appear.

Knows their names and what each means. Must not know pictures, nor how a mark is drawn (stickers).

Source of the names: spec/catalog.json, emoji-v1. What each means is read from its name; GUESS: `dagong_ganji` is
"in a hurry".
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from understudy.animatic.expressions._curves import TRACKS, Expression, Mark, Swing
from understudy.animatic.expressions.dagong import DAGONG
from understudy.animatic.expressions.jingdian import JINGDIAN
from understudy.animatic.expressions.mengwa import MENGWA

__all__ = ["EXPRESSIONS", "TRACKS", "Expression", "Mark", "Swing"]

EXPRESSIONS: Mapping[str, Expression] = MappingProxyType({**MENGWA, **DAGONG, **JINGDIAN})
"""By `driven_id`."""
