"""How long words last and how a film's frames are shared among its shots.

Knows seconds, weights and frames. Must not know who stands where, nor any picture.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from understudy.animatic.screenplay import Delivery, Line, Screenplay, ScriptShot
from understudy.core.units import FRAMES_PER_SECOND

HANZI_PER_SECOND = 4.5
"""GUESS: unhurried Mandarin. Source of the figure: spec/animatic.md §7."""
WORDS_PER_SECOND = 2.6
"""GUESS: unhurried English. Source of the figure: spec/animatic.md §7."""
BREATH_SECONDS = 0.4
"""GUESS: what a line needs besides its words."""
MOST_RATE = 1.3
"""Lines are never spoken faster than this. Source: spec/animatic.md §7."""
SHORTEST_SHOT = 24
"""Frames (0.8 s) below which a shot reads as a flash. GUESS, by eye."""

LEAD, GAP, TAIL = 6, 6, 5
"""Frames wanted before the first line of a shot, between two lines, and after the last. GUESS, by ear."""

LONGEST_PAUSE = 75
"""Frames of action shown at most before a line waits no longer. GUESS, by eye."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_DIGIT = re.compile(r"\d")


def estimate_seconds(line: Line) -> float:
    """Seconds a line lasts when nobody has spoken it yet; at least 0.6."""
    hanzi = len(_HAN.findall(line.text)) + len(_DIGIT.findall(line.text))
    words = len(_WORD.findall(line.text))
    seconds = hanzi / HANZI_PER_SECOND + words / WORDS_PER_SECOND + BREATH_SECONDS
    if line.delivery is Delivery.SING:
        seconds *= 1.25
    return max(0.6, seconds)


def frames_of(seconds: float) -> int:
    """Whole frames that hold `seconds`, at least one."""
    return max(1, -int(-seconds * FRAMES_PER_SECOND // 1))


def speech_rate(screenplay: Screenplay, frame_count: int, line_seconds: Callable[[Line], float] | None = None) -> float:
    """How much faster than usual the lines must be spoken so that they fit the film: 1.0 to 1.3.

    `line_seconds` gives the length of a line at the usual pace.
    """
    measure = line_seconds or estimate_seconds
    lines = [line for shot in screenplay.shots for line in shot.lines]
    if not lines:
        return 1.0
    speech = sum(measure(line) for line in lines) * FRAMES_PER_SECOND
    pauses = sum(LEAD + TAIL + GAP * (len(s.lines) - 1) for s in screenplay.shots if s.lines)
    silent = SHORTEST_SHOT * sum(1 for s in screenplay.shots if not s.lines)
    room = max(frame_count - pauses - min(silent, frame_count // 3), frame_count // 2, 1)
    return min(MOST_RATE, max(1.0, round(speech / room, 3)))


def weight_of(shot: ScriptShot, speech_seconds: float) -> float:
    """Seconds a shot would like to have, by what is said and done in it."""
    doing = 1.3 + 0.5 * min(len(shot.acts), 4) + 0.3 * min(len(shot.moves), 2)
    return max(doing, speech_seconds + 0.5 + 0.15 * len(shot.acts))


def stated_seconds(shots: Sequence[ScriptShot], film_seconds: float) -> list[float] | None:
    """Lengths by the prompt's timecodes, gaps filled; None where it gives none or they make no sense."""
    if not any(s.start is not None or s.end is not None for s in shots):
        return None
    lengths: list[float | None] = []
    for index, shot in enumerate(shots):
        start, end = shot.start, shot.end
        following = shots[index + 1].start if index + 1 < len(shots) else None
        before = shots[index - 1].end if index else 0.0
        start = before if start is None else start
        end = (
            (following if following is not None else film_seconds if index + 1 == len(shots) else None)
            if end is None
            else end
        )
        lengths.append(end - start if start is not None and end is not None and end > start else None)
    known = [length for length in lengths if length is not None]
    if not known:
        return None
    usual = sum(known) / len(known)
    return [usual if length is None else length for length in lengths]


def share_frames(frame_count: int, weights: Sequence[float], needs: Sequence[int]) -> list[int]:
    """Split `frame_count` by weights, nobody below his need while there is enough; sums exactly.

    Where the needs together exceed the film they are scaled down alike. Every share is at least 1 frame, so
    `frame_count` must not be below the number of shares.
    """
    count = len(weights)
    total_need = sum(needs)
    if total_need > frame_count:
        return _round(frame_count, [n * frame_count / total_need for n in needs])
    open_shares = set(range(count))
    shares = [0.0] * count
    left = float(frame_count)
    while open_shares:
        total = sum(max(weights[i], 1e-6) for i in open_shares)
        short = [i for i in open_shares if max(weights[i], 1e-6) * left / total < needs[i]]
        if not short:
            for i in open_shares:
                shares[i] = max(weights[i], 1e-6) * left / total
            break
        for i in short:
            shares[i] = float(needs[i])
            open_shares.discard(i)
        left = frame_count - sum(shares[i] for i in range(count) if i not in open_shares)
    return _round(frame_count, shares, needs)


def share_scenes(
    frame_count: int,
    scenes: Sequence[Sequence[int]],
    scene_weights: Sequence[float],
    weights: Sequence[float],
    needs: Sequence[int],
) -> list[int]:
    """Like `share_frames`, first among scenes (lists of shot numbers, in order) and then inside each of them."""
    lengths = share_frames(frame_count, scene_weights, [sum(needs[i] for i in scene) for scene in scenes])
    shares: list[int] = []
    for scene, length in zip(scenes, lengths, strict=True):
        shares += share_frames(length, [weights[i] for i in scene], [needs[i] for i in scene])
    return shares


def _round(frame_count: int, shares: Sequence[float], needs: Sequence[int] | None = None) -> list[int]:
    whole = [max(1, int(share)) for share in shares]
    order = sorted(range(len(shares)), key=lambda i: shares[i] - int(shares[i]), reverse=True)
    index = 0
    while sum(whole) < frame_count:
        whole[order[index % len(order)]] += 1
        index += 1
    while sum(whole) > frame_count:
        spare = [i for i in range(len(whole)) if whole[i] > 1]
        richest = max(spare, key=lambda i: whole[i] - (needs[i] if needs else 0))
        whole[richest] -= 1
    return whole


def place_lines(lengths: Sequence[int], frame_count: int, fractions: Sequence[float]) -> list[tuple[int, int]]:
    """Frames of each line inside a shot, (first, end) from the shot's beginning, in order, never overlapping.

    `fractions` 0..1, one per line and rising, tell how much of what happens in the shot comes before each line: the
    silent frames are spent accordingly, with a breath between lines and at both ends where there is room. Lines that
    do not fit are shortened alike; `frame_count` must not be below the number of lines.
    """
    if not lengths:
        return []
    wanted = [max(1, n) for n in lengths]
    if sum(wanted) > frame_count:
        wanted = _round(frame_count, [n * frame_count / sum(wanted) for n in wanted])
    slack = frame_count - sum(wanted)
    breaths = [LEAD, *([GAP] * (len(wanted) - 1)), TAIL]
    if sum(breaths) > slack:
        breaths = [slack * b // sum(breaths) for b in breaths]
    free = slack - sum(breaths)
    placed: list[tuple[int, int]] = []
    position, spent = 0, 0.0
    for length, breath, fraction in zip(wanted, breaths, fractions, strict=False):
        due = max(spent, min(free * min(max(fraction, 0.0), 1.0), spent + LONGEST_PAUSE))
        position += breath + int(due) - int(spent)
        spent = due
        placed.append((position, position + length))
        position += length
    return placed


def words_before(text: str, lines: Sequence[str]) -> list[float]:
    """How much of a shot's unspoken text stands before each of its lines; a line not found follows the one before."""
    silent = max(1, len(text) - sum(len(line) for line in lines))
    fractions: list[float] = []
    position, told = 0, 0
    for line in lines:
        at = text.find(line, position)
        if at >= 0:
            told += at - position
            position = at + len(line)
        fractions.append(min(1.0, told / silent))
    return fractions
