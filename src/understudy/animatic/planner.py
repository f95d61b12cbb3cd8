"""A language model in the place of the rules: it returns the same screenplay as JSON, or the rules do.

Knows the order that is sent and the shape that must come back. Must not know HTTP: the transport is handed in, so
this module imports no client and holds no key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from understudy.animatic.grammar import NamedSubject, read_screenplay
from understudy.animatic.screenplay import Screenplay

_SHAPE: TypeAdapter[Screenplay] = TypeAdapter(Screenplay)
_RULES = (
    "You read the prompt of a short film and answer with JSON only. State what the prompt states and nothing else: "
    "null or [] where it says nothing. Count a new shot only at numbers, headings, timecodes or words of cutting. "
    "Name references exactly as listed; anybody else by the prompt's own noun phrase; a voice without a body is "
    '"narrator". Words nobody speaks (signs, sounds, titles) are no lines.'
)


class PlanRefused(ValueError):
    """What the model returned is no usable screenplay."""


def order_for(prompt: str, subjects: Sequence[NamedSubject], model: str = "") -> dict[str, Any]:
    """Body of an OpenAI-compatible chat completion that asks for the screenplay at temperature 0."""
    references = [{"name": s.name, "medium": s.medium, "kind": s.kind} for s in subjects]
    told = json.dumps({"references": references, "prompt": prompt}, ensure_ascii=False)
    return {
        **({"model": model} if model else {}),
        "temperature": 0,
        "messages": [{"role": "system", "content": _RULES}, {"role": "user", "content": told}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "screenplay", "schema": _SHAPE.json_schema()},
        },
    }


def read_answer(answer: dict[str, Any], prompt: str, subjects: Sequence[NamedSubject]) -> Screenplay:
    """The screenplay in a chat completion. Raises PlanRefused with a sentence that says what is wrong with it."""
    try:
        content = answer["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError) as error:
        raise PlanRefused("the planner's answer holds no message") from error
    if not isinstance(content, str):
        raise PlanRefused("the planner's answer is not text")
    try:
        screenplay = _SHAPE.validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise PlanRefused(f"the planner's screenplay does not fit: {where}: {first['msg']}") from error
    if not screenplay.shots:
        raise PlanRefused("the planner's screenplay has no shots")
    names = {s.name for s in subjects}
    strange = sorted({m.name for shot in screenplay.shots for m in shot.cast} - names)
    if strange:
        raise PlanRefused(f"the planner casts {', '.join(strange)}, which is no reference")
    words = "".join(prompt.split())
    for shot in screenplay.shots:
        for line in shot.lines:
            if "".join(line.text.split()) not in words:
                raise PlanRefused(f"the planner invents a line: {line.text!r}")
    return screenplay


def plan_with_model(
    prompt: str,
    subjects: Sequence[NamedSubject],
    post: Callable[[dict[str, Any]], dict[str, Any]],
    *,
    model: str = "",
    notes: list[str] | None = None,
) -> Screenplay:
    """Ask a model for the screenplay; whatever goes wrong, the rules read the prompt instead.

    `post` sends a chat-completion body and returns the answer's JSON; it may raise OSError (which covers timeouts and
    refused connections), ValueError or LookupError. A sentence about a failure is added to `notes`.
    """
    told = notes if notes is not None else []
    try:
        answer = post(order_for(prompt, subjects, model))
        planned = read_answer(answer, prompt, subjects)
    except PlanRefused as error:
        told.append(f"The planner model was not used: {error}. The prompt was read by rules.")
    except (OSError, ValueError, LookupError) as error:
        told.append(f"The planner model could not be asked ({type(error).__name__}). The prompt was read by rules.")
    else:
        return _clean(planned)
    return read_screenplay(prompt, subjects)


def _clean(screenplay: Screenplay) -> Screenplay:
    """Timecodes that run backwards are dropped; everything else stays as the model told it."""
    shots = tuple(
        replace(s, start=None, end=None) if s.start is not None and s.end is not None and s.end <= s.start else s
        for s in screenplay.shots
    )
    return replace(screenplay, shots=shots)
