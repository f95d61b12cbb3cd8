"""Layer: what every part of a picture is to the renderer.

Knows one socket. A layer is made ready once per shot, with everything it needs; then it only paints. It keeps no
time, reads no file and draws no lots.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from understudy.animatic.camera import View
from understudy.animatic.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a shot: its number within the shot (from 0), within the film, and what the camera sees.

    A shot that is dissolved away goes on for a few frames past its end; `view` then rests.
    """

    frame: int
    film_frame: int
    view: View


class Layer(Protocol):
    """Paints itself over what lies on the canvas."""

    def paint(self, canvas: Canvas, moment: Moment) -> None: ...
