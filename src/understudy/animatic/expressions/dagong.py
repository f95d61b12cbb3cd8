"""Dagong (office worker): seven expressions of a working day.

Knows how each is acted. Must not know pictures. Times are shares of the expression.
"""

from __future__ import annotations

from collections.abc import Mapping

from understudy.animatic.expressions._curves import Expression, Mark, Swing, both, flash, held

DAGONG: Mapping[str, Expression] = {
    "dagong_kaixin": Expression(
        "laughing",
        2.8,
        {
            **both("smile", held(1.0)),
            "opening": held(0.85),
            "squint": held(1.0),
            "blink": held(0.25),
            "pitch": held(-9.0),
            "stretch": held(0.02),
        },
        (Swing("y", 0.035, 8), Swing("opening", 0.15, 8), Swing("pitch", 2.5, 8)),
        (
            Mark("teardrop", "left_eye", 0.16, 0.35, 0.86, x=-0.13, moves="throb", turn=40),
            Mark("teardrop", "right_eye", 0.16, 0.35, 0.86, x=0.13, moves="throb", turn=-40),
            Mark("laugh", "upper_right", 0.40, 0.2, 0.86, moves="throb", turn=12),
        ),
    ),
    "dagong_yangwang": Expression(
        "looking up, longing",
        3.2,
        {
            "pitch": held(-12.0, 0.3),
            "gaze_y": held(-1.0, 0.26),
            "gaze_x": held(0.5, 0.26),
            "yaw": held(5.0, 0.3),
            "slant": held(0.7),
            **both("brow", held(0.5)),
            "opening": held(0.2, 0.35),
            **both("smile", held(-0.3)),
            "y": held(0.02),
        },
        (Swing("sway", 1.5, 1),),
        (
            Mark("dot_small", "temple_right", 0.09, 0.26, 0.88, x=-0.02, y=-0.20, moves="pop"),
            Mark("dot_small", "temple_right", 0.13, 0.30, 0.88, x=0.06, y=-0.36, moves="pop"),
            Mark("dream", "upper_right", 0.62, 0.34, 0.88, x=0.06, y=-0.10, moves="float"),
        ),
    ),
    "dagong_kunhuo": Expression(
        "puzzled",
        3.0,
        {
            "roll": held(12.0, 0.28),
            "sway": held(2.0, 0.28),
            "brow_left": held(1.0),
            "brow_right": held(-0.9),
            "slant": held(-0.2),
            "gaze_x": ((0.1, 0.0), (0.3, 0.9), (0.5, 0.9), (0.62, -0.9), (0.84, -0.9), (0.95, 0.0)),
            "gaze_y": held(-0.8),
            "mouth_shift": held(-0.8),
            "width": held(-0.7),
            "closed": held(0.8),
            "blink": flash(0.56, 1.0),
        },
        (),
        (
            Mark("question", "above", 0.50, 0.24, 0.88, x=0.1, moves="wobble", turn=10),
            Mark("question", "upper_left", 0.30, 0.4, 0.86, moves="wobble", turn=-14),
        ),
    ),
    "dagong_zhuakuang": Expression(
        "going crazy",
        2.6,
        {
            "opening": held(1.0),
            **both("smile", held(-1.0)),
            "sneer": held(0.5),
            "width": held(0.6),
            "wide": held(1.0),
            "slant": held(-0.9),
            "near": held(0.06),
            "gaze_x": held(0.0),
        },
        (
            Swing("yaw", 11.0, 8),
            Swing("roll", 9.0, 7),
            Swing("x", 0.06, 9),
            Swing("gaze_x", 1.0, 5),
            Swing("stretch", 0.04, 9),
        ),
        (
            Mark("scribble", "above", 0.62, 0.16, 0.88, moves="shake"),
            Mark("anger", "temple_left", 0.28, 0.3, 0.86, moves="throb"),
            Mark("bolt", "upper_right", 0.36, 0.25, 0.87, moves="shake", turn=16),
            Mark("bolt", "upper_left", 0.36, 0.3, 0.87, moves="shake", turn=-16),
        ),
    ),
    "dagong_wunai": Expression(
        "resigned",
        3.4,
        {
            **both("brow", held(0.3)),
            "slant": held(0.75),
            "blink": ((0.1, 0.0), (0.25, 0.45), (0.4, 0.45), (0.48, 1.0), (0.62, 1.0), (0.7, 0.5), (0.95, 0.0)),
            "gaze_x": held(-0.8),
            "gaze_y": held(0.5),
            **both("smile", held(-0.9)),
            "width": held(0.3),
            "closed": held(0.8),
            "pitch": ((0.1, 0.0), (0.3, -4.0), (0.5, 9.0), (0.84, 9.0), (0.98, 0.0)),
            "y": ((0.1, 0.0), (0.3, -0.03), (0.5, 0.06), (0.84, 0.06), (0.98, 0.0)),
            "stretch": ((0.1, 0.0), (0.3, 0.04), (0.5, -0.04), (0.84, -0.04), (0.98, 0.0)),
        },
        (Swing("yaw", 5.0, 2, 0.5, 0.92),),
        (
            Mark("sweat", "temple_right", 0.34, 0.2, 0.86, moves="slide"),
            Mark("ellipsis", "upper_left", 0.22, 0.36, 0.88, moves="pop"),
        ),
    ),
    "dagong_weixiao": Expression(
        "smiling politely",
        3.0,
        {
            **both("smile", held(0.62, 0.25)),
            "closed": held(1.0, 0.25),
            "width": held(0.25, 0.25),
            "squint": held(0.18, 0.25),
            "roll": held(3.5, 0.35),
            "pitch": ((0.3, 0.0), (0.45, 4.0), (0.6, 1.0), (0.84, 1.0), (0.97, 0.0)),
            "blink": flash(0.42, 1.0, 0.05),
        },
    ),
    "dagong_ganji": Expression(
        "in a hurry",
        2.6,
        {
            "wide": held(0.6),
            "slant": held(0.9),
            **both("brow", held(0.6)),
            "opening": held(0.3),
            "width": held(0.9),
            **both("smile", held(-1.0)),
            "roll": held(-3.0),
        },
        (
            Swing("yaw", 11.0, 3),
            Swing("gaze_x", 1.0, 3),
            Swing("stretch", 0.035, 8, lifted=True),
            Swing("x", 0.04, 3),
        ),
        (
            Mark("clock", "upper_right", 0.46, 0.14, 0.9, moves="shake"),
            Mark("sweatdrops", "upper_left", 0.36, 0.22, 0.88, moves="throb", turn=-18),
            Mark("rush", "left_side", 0.6, 0.2, 0.88, moves="rush"),
        ),
    ),
}
