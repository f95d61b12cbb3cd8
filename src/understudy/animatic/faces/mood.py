"""Mood: what a face shows of a smile or of grief.

Knows which movements of `lips.Mimic` belong together. Must not know verbs, time or pixels.
"""

from __future__ import annotations

from understudy.animatic.faces.lips import Mimic


def mood(smile: float, grief: float, gaze: float = 0.0) -> Mimic | None:
    """The movements of a mood, `smile` and `grief` 0..1, and of a `gaze` -1 (left) to 1; None for a face at ease."""
    if not smile and not grief and not gaze:
        return None
    corners = 0.75 * smile - 0.7 * grief
    return Mimic(
        smile_left=corners, smile_right=corners, squint=0.3 * smile, slant=0.7 * grief, brow_left=0.15 * smile,
        brow_right=0.15 * smile, gaze_x=gaze,
    )  # fmt: skip
