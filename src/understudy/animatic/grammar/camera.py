"""Size, angle and camera moves of a stretch of text.

Knows how camera words are used: a move needs the camera as its agent unless the word means nothing else, and what is
forbidden is not done. Must not know shots or people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

from understudy.animatic import lexicon
from understudy.animatic.grammar.text import compile_words
from understudy.animatic.screenplay import Angle, CameraMove, Move, ShotSize, Side

_Value = TypeVar("_Value", bound=Enum)
_Table = tuple[tuple[re.Pattern[str], _Value], ...]


def _compile(table: Sequence[tuple[str, _Value]]) -> _Table[_Value]:
    return tuple((compile_words(pattern), value) for pattern, value in table)


_SIZES = _compile(lexicon.SIZES)
_ANGLES = _compile(lexicon.ANGLES)
_MOVES = _compile(lexicon.MOVES)
_CAMERA_MOVES = _compile(lexicon.CAMERA_MOVES)
_SIDES = _compile(lexicon.MOVE_SIDES)
_CAMERA = compile_words(lexicon.CAMERA)
_NEGATION = compile_words(
    r"不要|不需要|不得|不能|不许|不准|不用|不必|不想|不可|别再?|勿|切勿|请勿|无需|无|没有|没|禁止|避免|杜绝|拒绝|"
    r"去掉|去除|不带|不加|"
    r"不含|不会|不出现|不是|不做|不(?![着到住起及了断停禁慌远由同过久一会光仅但少朽得已紧知])|\bno\b|\bnot\b|n't\b|\bwithout\b|"
    r"\bnever\b|\bavoid(?:ing)?\b|"
    r"\bzero\b|\bexclude\b|"
    r"\bfree of\b|\bremove\b|\bdo not\b|\bskip\b"
)
_CLAUSE = compile_words(r"[^,。.;!?\n|\[\]【】]+")
_FACED = compile_words(
    r"(?:对着?|看向|看着|望向|望着|面对着?|面向|朝着?|向|冲着?|盯着|凑近|靠近|贴近|逼近|怼[到近]|递向|伸向|走向|离)\s?$|"
    r"\b(?:to|at|towards?|into|facing|before|for|past|near)\s(?:the )?$"
)
_TAKEN = compile_words(r"\b(?:as(?! it\b)|while(?! \w+ing\b)|she|he|they|who|where|when|of|from behind|his|her)\b")
_COOKING = compile_words(r"(?:frying|burnt|hot|sauce|cooking|dust|iron|a|the|steel|her|his)\s$")
_THEN = compile_words(
    r"\s?(?P<then>然后|随后|接着|紧接着|随即|最后|最终|之后|再|又|并|同时|and then|then|before|and|finally)?\s?"
    r"(?:再|又|才|就|便|继续|(?:缓缓|慢慢|迅速|快速|逐渐|渐渐|猛地?|急速|突然|顺势|匀速|平稳|稳稳)地?|\w+ly\s){0,2}"
)
_REVEALS = compile_words(r"\s?(?:露出|展现|呈现|现出|带出|显出|看到|看见|revealing|showing)")
_PASSING = compile_words(r"掠过|扫过|从左(?:往|至|到|向)右|从右(?:往|至|到|向)左|sweeps?")
"""Words for passing along something; with a truck they tell where it goes."""
_LEFT_OPEN = compile_words(
    r"(?:运镜|镜头|机位)\S{0,4}(?:参考|参照|模仿)|camera (?:moves?|motion|work)\S{0,3} (?:of|from|in|like)"
)


def find_size(text: str) -> ShotSize | None:
    """The first size the text asks for."""
    return _first(text, _SIZES)


def find_angle(text: str) -> Angle | None:
    """The first angle the text asks for."""
    return _first(text, _ANGLES)


def find_moves(text: str) -> tuple[CameraMove, ...]:
    """All moves in the order they are named, each once."""
    hits: list[tuple[int, int, Move, str]] = []
    moving = False
    for clause in _CLAUSE.finditer(text):
        words = clause[0]
        if _LEFT_OPEN.search(words):
            continue
        own = _hits(words, _MOVES)
        camera = _agent(words)
        since = camera.start() if camera else _goes_on(text, clause, moving)
        moving = since is not None or (moving and bool(_REVEALS.match(words)))
        if since is not None:
            behind = [
                h
                for h in _hits(words, _CAMERA_MOVES)
                if h[0] >= since - 8
                and not words.startswith("的", h[1])
                and not any(m.start() < h[0] for m in _TAKEN.finditer(words, camera.end() if camera else since))
            ]
            moved = {h[2] for h in own}
            if Move.TRUCK in moved or any(h[2] is Move.TRUCK for h in hits):
                behind = [h for h in behind if not _PASSING.fullmatch(words[h[0] : h[1]])]
            if Move.TRUCK in moved:
                behind = [h for h in behind if h[2] is not Move.PAN]
            if Move.HANDHELD in moved or Move.STATIC in moved:
                behind = [h for h in behind if h[2] not in (Move.ORBIT, Move.STATIC)]
            own += [h for h in behind if h[2] not in moved and not any(h[0] < o[1] and o[0] < h[1] for o in own)]
        for start, end, move in own:
            if move is Move.PAN and words[start:end] == "pan" and _COOKING.search(words[:start]):
                continue
            if move is not Move.STATIC and _forbidden(words, start):
                continue
            if move is Move.STATIC and re.search(r"(?:不|no|not|without)\s?$", words[:start]):
                continue
            hits.append((clause.start() + start, clause.start() + end, move, words))
    moves: list[CameraMove] = []
    for _, _, move, words in sorted(hits, key=lambda h: h[:2]):
        if move not in {m.move for m in moves}:
            moves.append(CameraMove(move, _side(move, words)))
    if len(moves) > 1:
        moves = [m for m in moves if m.move is not Move.STATIC] or moves
    return tuple(moves)


def _goes_on(text: str, clause: re.Match[str], moving: bool) -> int | None:
    """Where the camera's next move begins in a clause that does not name it: 镜头绕着图1转，然后迅速后撤."""
    led = _THEN.match(clause[0])
    if not moving or led is None or not led[0].strip() or text[clause.start() - 1 : clause.start()] != ",":
        return None
    allowed = tuple(Move) if led["then"] else (Move.CRANE, Move.TILT)  # 缓缓靠近 may be anybody
    return led.end() if any(h[0] == led.end() and h[2] in allowed for h in _hits(clause[0], _CAMERA_MOVES)) else None


def _agent(words: str) -> re.Match[str] | None:
    """The camera where it does something itself; 对着镜头 and "to camera" only look at it."""
    for match in _CAMERA.finditer(words):
        if not _FACED.search(words[: match.start()]) and not re.match(
            r"[里中前]|下(?![降摇移落拉俯])", words[match.end() : match.end() + 2]
        ):
            return match
    return None


def _hits(words: str, table: _Table[Move]) -> list[tuple[int, int, Move]]:
    return [(m.start(), m.end(), move) for pattern, move in table for m in pattern.finditer(words)]


def _side(move: Move, words: str) -> Side | None:
    allowed = {
        Move.PAN: (Side.LEFT, Side.RIGHT),
        Move.TRUCK: (Side.LEFT, Side.RIGHT),
        Move.ORBIT: (Side.LEFT, Side.RIGHT),
        Move.TILT: (Side.UP, Side.DOWN),
        Move.CRANE: (Side.UP, Side.DOWN),
    }.get(move, ())
    return next((side for pattern, side in _SIDES if side in allowed and pattern.search(words)), None)


def _first(text: str, table: _Table[_Value]) -> _Value | None:
    """The match that begins first; at one place the longest; negated ones are left out."""
    best: tuple[int, int, _Value] | None = None
    for pattern, value in table:
        for match in pattern.finditer(text):
            clause = re.split(r"[,。.;:!?\n|]", text[: match.start()])[-1]
            if _forbidden(clause, len(clause)):
                continue
            rank = (match.start(), -match.end(), value)
            if best is None or rank[:2] < best[:2]:
                best = rank
            break
    return best[2] if best else None


def _forbidden(words: str, position: int) -> bool:
    """Whether a negation governs what stands at this place of the clause."""
    left = words[max(0, position - 24) : position]
    for match in _NEGATION.finditer(left):
        between = left[match.end() :]
        if match[0].isascii():
            if len(between.split()) <= 4:
                return True
        elif len(between) <= 6:
            return True
    return False
