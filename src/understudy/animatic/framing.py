"""Framing: size, move and focus of a shot where the prompt leaves them open.

Knows how a camera operator follows what happens and varies from shot to shot. Must not know frames of lines, marks on
the floor or pixels.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from understudy.animatic.coverage import MOVING, NEAR
from understudy.animatic.directing import Draft
from understudy.animatic.screenplay import Angle, CameraMove, Line, Move, Part, ScriptShot, ShotSize, Side, Verb
from understudy.animatic.storyboard import Facing, Placement

STILL_UP_TO = 75
"""Frames (2.5 s) up to which a shot needs no move of its own. GUESS, by eye."""

_TRAVELS = (Verb.WALK, Verb.RUN, Verb.PASS, Verb.ENTER, Verb.LEAVE, Verb.FLY)
_OTHER = {
    ShotSize.MEDIUM: ShotSize.MEDIUM_CLOSE,
    ShotSize.MEDIUM_CLOSE: ShotSize.MEDIUM,
    ShotSize.FULL: ShotSize.WIDE,
    ShotSize.CLOSE: ShotSize.MEDIUM_CLOSE,
}
_OPPOSITE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


class Framing:
    """Settles shot after shot; remembers the size and the move of the one before."""

    def __init__(self, drafts: Sequence[Draft], lots: random.Random) -> None:
        self.drafts, self.lots = drafts, lots
        self.before: ShotSize | None = None
        self.moved: Move | None = None

    def size(self, draft: Draft, lines: Sequence[Line]) -> ShotSize:
        """The stated size; else one that shows what happens, unlike that of the shot before."""
        shot = draft.shot
        size = shot.size or self._open_size(shot, lines)
        if shot.size is None and size is self.before:
            size = _OTHER.get(size, size)
        self.before = size
        return size

    @staticmethod
    def _open_size(shot: ScriptShot, lines: Sequence[Line]) -> ShotSize:
        actors = [m for m in shot.cast if m.part is Part.ACTOR]
        if not actors:
            return ShotSize.CLOSE if any(m.part is Part.PROP for m in shot.cast) else ShotSize.WIDE
        if shot.angle is Angle.OVER_SHOULDER and len(actors) > 1:
            return ShotSize.MEDIUM_CLOSE  # a shoulder before somebody far off hides him
        if shot.angle is Angle.POV and len(actors) == 1:
            return ShotSize.MEDIUM  # as near as one looks at somebody
        if any(a.verb in MOVING - {Verb.HUG, Verb.PUT} for a in shot.acts) or len(actors) > 3:
            return ShotSize.FULL
        if len(actors) > 1:
            return ShotSize.MEDIUM
        # a reference that shows where it plays is not hidden behind a face
        has_set = any(m.part is Part.BACKGROUND for m in shot.cast)
        return ShotSize.MEDIUM_CLOSE if lines and not has_set else ShotSize.MEDIUM

    def moves(
        self, draft: Draft, frames: int, placements: Sequence[Placement], focus: Sequence[str], speaks: Sequence[str]
    ) -> tuple[CameraMove, ...]:
        """The stated moves; else a slow one in shots longer than 2.5 s, never the same twice in a row.

        A push carries the side on which the one stands who speaks last: a camera that plays a scene of several in one
        shot goes towards him.
        """
        shot = draft.shot
        chosen = shot.moves
        if not chosen:
            options = self._options(draft, placements, focus, speaks)
            if not draft.is_opening and draft.panel is None and frames <= STILL_UP_TO:
                options = ()
            chosen = tuple(m for m in options if m.move is not self.moved)[:1] or tuple(options[:1])
        self.moved = chosen[0].move if chosen else None
        return chosen

    def _options(
        self, draft: Draft, placements: Sequence[Placement], focus: Sequence[str], speaks: Sequence[str]
    ) -> tuple[CameraMove, ...]:
        push, pull = CameraMove(Move.PUSH_IN), CameraMove(Move.PULL_OUT)
        if draft.is_opening or draft.panel is not None:
            return (push, pull)
        actors = [p for p in placements if p.part is Part.ACTOR]
        if not actors:
            drawn = [push, CameraMove(Move.PAN, Side.RIGHT), CameraMove(Move.TRUCK, Side.LEFT)]
            self.lots.shuffle(drawn)
            return tuple(drawn)
        if any(p.turned_away for p in placements):
            return (push,)  # sideways the shoulder in front would sweep over the picture
        if any(p.travels_to is not None or p.given_to for p in placements if p.part is Part.PROP):
            return ()  # hands and tables are low in the picture: nobody comes so near that they leave it
        walking = next((p for p in actors if any(a.verb in _TRAVELS for a in p.acts)), None)
        if walking is not None and len(actors) == 1:
            way = _way(walking)
            return (CameraMove(Move.TRUCK, way), push) if walking.travels_to is not None else (push,)
        framed = [p for p in actors if p.name in focus] or actors
        if len(framed) == 1:
            lies = any(p.part is Part.PROP and p.held_by is None for p in placements)
            truck = CameraMove(Move.TRUCK, _way(framed[0]))
            return (truck, push, pull) if lies else (push, truck, pull)
        last = next((p for p in framed if speaks and p.name == speaks[-1]), None)
        if last is not None and not draft.is_cut:
            push = CameraMove(
                Move.PUSH_IN, Side.LEFT if last.x < sum(p.x for p in framed) / len(framed) else Side.RIGHT
            )
        return (push, pull)

    @staticmethod
    def focus(shot: ScriptShot, size: ShotSize, talkers: Sequence[str]) -> tuple[str, ...]:
        """Whom the camera frames: near, whoever speaks; farther off, everybody."""
        actors = [m.name for m in shot.cast if m.part is Part.ACTOR]
        if size in NEAR:
            seen = [n for n in talkers if n in actors]
            if len(seen) == 2 and size is ShotSize.MEDIUM_CLOSE:
                return tuple(seen)
            named = seen or [m.name for m in shot.cast if m.part in (Part.ACTOR, Part.PROP)]
            if size is not ShotSize.MEDIUM_CLOSE or seen or len(actors) != 2:
                return tuple(named[:1])
        return tuple(actors) or tuple(m.name for m in shot.cast if m.part is Part.PROP)


def _way(placement: Placement) -> Side:
    if placement.travels_to is not None and placement.travels_to != placement.x:
        return Side.RIGHT if placement.travels_to > placement.x else Side.LEFT
    return {Facing.LEFT: Side.LEFT, Facing.RIGHT: Side.RIGHT}.get(placement.facing, Side.RIGHT)
