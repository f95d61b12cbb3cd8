"""`understudy plan`: a prompt's storyboard as a table or as JSON.

Knows how references are named on the command line. Must not know how a prompt is read: that is `animatic.plan`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

from understudy.animatic.grammar import NamedSubject
from understudy.animatic.plan import make_plan, plan_json, read_batch
from understudy.cli import show
from understudy.cli.references import read_names
from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.core.request import ShotType

DEFAULT_SECONDS = 5


def plan_one(
    prompt: str, references: tuple[str, ...], seconds: int | None, shot_type: ShotType | None, as_json: bool
) -> None:
    subjects = [NamedSubject(named.name, named.aliases, named.medium.value) for named in read_names(references)]
    screenplay, board = make_plan(prompt, subjects, seconds or DEFAULT_SECONDS, shot_type)
    if as_json:
        typer.echo(json.dumps(plan_json(screenplay, board), ensure_ascii=False, indent=2))
        return
    rows = []
    for shot in board.shots:
        moves = ", ".join(f"{m.move}{' ' + m.side if m.side else ''}" for m in shot.moves)
        cast = ", ".join(p.name for p in shot.placements)
        lines = "\n".join(f"{line.speaker or '?'}: {line.text}" for line in shot.lines)
        picture = f"{shot.size}{'' if shot.angle == 'eye' else ', ' + shot.angle}"
        where = shot.background or shot.place or ""
        weather = ", ".join(shot.weather)
        seconds_text = f"{shot.first_frame / 30:.1f}-{shot.end_frame / 30:.1f}"
        rows.append((shot.number + 1, seconds_text, picture, moves, cast, where, weather, lines))
    show.table(("shot", "seconds", "framing", "camera", "cast", "set", "weather", "lines"), rows)
    for note in board.notes:
        show.say(f"note: {note}")


def plan_batch(source: Path) -> None:
    try:
        with sys.stdin if str(source) == "-" else source.open(encoding="utf-8") as lines:
            for answer in read_batch(lines):
                print(json.dumps(answer, ensure_ascii=False))
    except OSError as error:
        raise InvalidRequest.of("--batch", f"--batch {source}: {error.strerror}.", ViolationKind.BODY) from None
    except ValueError as error:
        raise InvalidRequest.of("--batch", f"--batch {source}: {error}", ViolationKind.BODY) from None
