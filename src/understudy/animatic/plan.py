"""A prompt's plan without rendering: screenplay and storyboard, and both as JSON.

Knows the shape in which plans are printed and scored. Must not know files, pixels or the command line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from understudy.animatic.grammar import NamedSubject, read_screenplay
from understudy.animatic.screenplay import Screenplay, ScriptShot
from understudy.animatic.staging import draw_storyboard
from understudy.animatic.storyboard import Placement, Shot, Storyboard
from understudy.core.request import ShotType
from understudy.core.units import FRAMES_PER_SECOND, frame_count, plain_number

DEFAULT_SECONDS = 5
"""Length of a plan where none is given. Source: seed 003, duration."""


def make_plan(
    prompt: str, subjects: Sequence[NamedSubject], seconds: Decimal | int, shot_type: ShotType | None = None
) -> tuple[Screenplay, Storyboard]:
    """What the prompt states and the film drawn from it, `seconds` long at 30 frames per second."""
    screenplay = read_screenplay(prompt, subjects)
    return screenplay, draw_storyboard(screenplay, frame_count(seconds), subjects=subjects, shot_type=shot_type)


def plan_json(screenplay: Screenplay, board: Storyboard) -> dict[str, Any]:
    """Both as one JSON-ready value.

    Each shot tells what the prompt states (`size`, `angle`, `moves`, `cast`, `lines`, `fx`; null or empty where it
    says nothing). Where the film keeps the prompt's shots one by one, it also tells what was planned: `frames` as
    [first, end), `seconds`, `placements`, `background`. The film's own shots stand under `film` in any case.
    """
    aligned = [s.text for s in screenplay.shots] == [s.text for s in board.shots]
    shots = []
    for index, stated in enumerate(screenplay.shots):
        value = _stated(stated)
        if aligned:
            value |= _planned(board.shots[index])
        shots.append(value)
    return {
        "shots": shots,
        "no_text": screenplay.no_text,
        "style": list(screenplay.style),
        "mood": list(screenplay.mood),
        "music": list(screenplay.music),
        "one_take": screenplay.one_take,
        "is_storyboard": screenplay.is_storyboard,
        "frame_count": board.frame_count,
        "seconds": _seconds(board.frame_count),
        "film": [_drawn(shot) for shot in board.shots],
        "notes": list(board.notes),
    }


def read_batch(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One plan per JSON line `{id, prompt, references: [{name, kind}], duration}`; empty lines are skipped.

    Raises ValueError naming the line that is not such an object.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            order = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"line {number} is not JSON: {error.msg}; write one object per line") from error
        if not isinstance(order, dict) or not isinstance(order.get("prompt"), str):
            raise ValueError(f'line {number} needs an object with a "prompt" of text')
        screenplay, board = make_plan(order["prompt"], _subjects(order, number), _duration(order, number))
        yield {"id": order.get("id"), **plan_json(screenplay, board)}


def _subjects(order: Mapping[str, Any], number: int) -> list[NamedSubject]:
    references = order.get("references") or []
    if not isinstance(references, list) or not all(
        isinstance(r, dict) and isinstance(r.get("name"), str) for r in references
    ):
        raise ValueError(
            f'line {number}: "references" needs a list of objects with a "name", '
            'such as {"name": "图1", "kind": "image"}'
        )
    return [NamedSubject(r["name"], tuple(r.get("aliases") or ()), str(r.get("kind") or "image")) for r in references]


def _duration(order: Mapping[str, Any], number: int) -> Decimal:
    value = order.get("duration", DEFAULT_SECONDS)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 3600:
        raise ValueError(f'line {number}: "duration" needs a number of seconds above 0')
    return Decimal(str(value))


def _seconds(frames: int) -> int | float:
    return plain_number(round(Decimal(frames) / FRAMES_PER_SECOND, 3))


def _stated(shot: ScriptShot) -> dict[str, Any]:
    return {
        "size": shot.size,
        "angle": shot.angle,
        "moves": [m.move for m in shot.moves],
        "cast": [m.name for m in shot.cast],
        "lines": [
            {"speaker": line.speaker, "text": line.text, "mode": line.delivery, "to": line.to} for line in shot.lines
        ],
        "fx": list(shot.weather),
        "acts": [{"who": a.who, "verb": a.verb, "target": a.target, "side": a.side} for a in shot.acts],
        "place": shot.place,
        "text": shot.text,
    }


def _planned(shot: Shot) -> dict[str, Any]:
    return {
        "frames": [shot.first_frame, shot.end_frame],
        "seconds": _seconds(shot.frame_count),
        "placements": [_placed(p) for p in shot.placements],
        # a plain name: score.py reads an object here as one more member of the stated cast
        "background": shot.background,
    }


def _drawn(shot: Shot) -> dict[str, Any]:
    return {
        "number": shot.number,
        "size": shot.size,
        "angle": shot.angle,
        "moves": [{"move": m.move, "side": m.side} for m in shot.moves],
        "focus": list(shot.focus),
        "transition": shot.transition,
        "panel": shot.panel,
        "place": shot.place,
        "fx": list(shot.weather),
        "lines": [
            {
                "number": t.number,
                "speaker": t.speaker,
                "text": t.text,
                "mode": t.delivery,
                "frames": [t.first_frame, t.end_frame],
            }
            for t in shot.lines
        ],
        **_planned(shot),
    }


def _placed(placement: Placement) -> dict[str, Any]:
    return {
        "name": placement.name,
        "part": placement.part,
        "x": plain_number(Decimal(str(round(placement.x, 3)))),
        "depth": plain_number(Decimal(str(round(placement.depth, 3)))),
        "facing": placement.facing,
        "held_by": placement.held_by,
        "enters_from": placement.enters_from,
        "leaves_to": placement.leaves_to,
        "travels_to": placement.travels_to,
    }
