"""Mengwa (cute child): seven expressions, round and large.

Knows how each is acted. Must not know pictures. Times are shares of the expression.
"""

from __future__ import annotations

from collections.abc import Mapping

from understudy.animatic.expressions._curves import Expression, Mark, Swing, both, flash, held

MENGWA: Mapping[str, Expression] = {
    "mengwa_kaixin": Expression(
        "happy",
        2.8,
        {**both("smile", held(1.0)), "opening": held(0.3), "squint": held(0.85), **both("brow", held(0.45))},
        (Swing("sway", 4.0, 3), Swing("roll", 7.0, 3), Swing("stretch", 0.035, 6, lifted=True)),
        (
            Mark("blush", "left_cheek", 0.30, moves="fade"),
            Mark("blush", "right_cheek", 0.30, moves="fade"),
            Mark("flower", "upper_left", 0.34, 0.22, 0.86, moves="spin"),
            Mark("flower", "upper_right", 0.28, 0.30, 0.88, y=0.1, moves="spin"),
        ),
    ),
    "mengwa_dengyan": Expression(
        "glaring",
        2.6,
        {
            "wide": held(1.0, 0.2),
            "slant": held(-1.0, 0.2),
            **both("brow", held(-0.35, 0.2)),
            "closed": held(1.0, 0.2),
            "width": held(-0.5, 0.2),
            **both("smile", held(-0.9, 0.2)),
            "near": ((0.08, 0.0), (0.2, 0.02), (0.3, 0.16), (0.84, 0.16), (0.98, 0.0)),
            "pitch": held(3.0, 0.2),
        },
        (Swing("x", 0.008, 14, 0.35, 0.8),),
        (Mark("anger", "temple_right", 0.34, 0.3, 0.86, moves="throb"),),
    ),
    "mengwa_gandong": Expression(
        "moved to tears",
        3.4,
        {
            "slant": held(1.0),
            **both("brow", held(0.3)),
            "wide": held(0.55),
            **both("smile", held(-0.9)),
            "width": held(-0.25),
            "closed": held(0.5),
            "pitch": held(-3.0),
            "gaze_y": held(-0.4),
            "blink": (*flash(0.42, 0.8), *flash(0.6, 0.8)),
        },
        (Swing("smile_left", 0.18, 10, 0.3, 0.85), Swing("smile_right", 0.18, 10, 0.3, 0.85)),
        (
            Mark("tearstream", "left_eye", 0.62, 0.26, 0.9, moves="stream"),
            Mark("tearstream", "right_eye", 0.62, 0.26, 0.9, moves="stream"),
            Mark("shine", "left_pupil", 0.11, 0.15, 0.9, moves="fade"),
            Mark("shine", "right_pupil", 0.11, 0.15, 0.9, moves="fade"),
        ),
    ),
    "mengwa_renzhen_1": Expression(
        "earnest",
        2.8,
        {
            "slant": held(-0.6),
            "closed": held(1.0),
            **both("smile", held(-0.45)),
            "squint": held(0.2),
            "near": held(0.05),
        },
        (Swing("pitch", 11.0, 2, 0.25, 0.8, lifted=True), Swing("y", 0.05, 2, 0.25, 0.8, lifted=True)),
        (Mark("headband", "forehead", 1.0, 0.12, 0.92, moves="fade"),),
    ),
    "mengwa_jidong": Expression(
        "excited",
        2.6,
        {
            "wide": held(0.9),
            **both("brow", held(1.0)),
            **both("smile", held(0.9)),
            "opening": held(0.75),
            "stretch": held(0.03),
        },
        (
            Swing("stretch", 0.07, 7, lifted=True),
            Swing("opening", 0.2, 7),
            Swing("roll", 4.0, 4),
            Swing("x", 0.03, 7),
        ),
        (
            Mark("exclaim", "upper_left", 0.42, 0.18, 0.88, moves="throb", turn=-14),
            Mark("exclaim", "upper_right", 0.42, 0.22, 0.88, moves="throb", turn=14),
            Mark("blush", "left_cheek", 0.28, moves="fade"),
            Mark("blush", "right_cheek", 0.28, moves="fade"),
        ),
    ),
    "mengwa_kun_1": Expression(
        "sleepy",
        4.0,
        {
            "blink": ((0.0, 0.0), (0.2, 0.6), (0.28, 0.5), (0.42, 1.0), (0.82, 1.0), (0.88, 0.0)),
            "pitch": ((0.1, 0.0), (0.4, 8.0), (0.78, 11.0), (0.85, -5.0), (0.95, 0.0)),
            "roll": ((0.1, 0.0), (0.45, 10.0), (0.78, 12.0), (0.86, 0.0)),
            "y": ((0.1, 0.0), (0.45, 0.09), (0.78, 0.13), (0.86, 0.0)),
            "sway": ((0.1, 0.0), (0.45, 3.0), (0.78, 4.0), (0.86, 0.0)),
            **both("brow", ((0.1, 0.0), (0.3, 0.3), (0.78, 0.2), (0.84, 1.0), (0.95, 0.0))),
            **both("smile", ((0.1, 0.0), (0.3, -0.7), (0.8, -0.7), (0.9, 0.0))),
            "wide": flash(0.89, 0.8, 0.06),
            "opening": ((0.42, 0.0), (0.5, 0.16), (0.78, 0.16), (0.84, 0.0)),
        },
        (Swing("opening", 0.08, 2, 0.45, 0.8),),
        (
            Mark("zed", "upper_right", 0.20, 0.40, 0.66, moves="rise"),
            Mark("zed", "upper_right", 0.27, 0.48, 0.75, x=0.14, y=-0.08, moves="rise"),
            Mark("zed", "upper_right", 0.35, 0.56, 0.83, x=0.3, y=-0.18, moves="rise"),
        ),
    ),
    "mengwa_jiaoxie": Expression(
        "sly",
        3.0,
        {
            "smile_right": held(1.0),
            "smile_left": held(-0.7),
            "closed": held(0.8),
            "mouth_shift": held(0.25),
            "brow_right": held(1.0, 0.3),
            "brow_left": held(-0.5, 0.3),
            "squint": held(0.5),
            "blink": held(0.25),
            "gaze_x": ((0.1, 0.0), (0.25, -1.0), (0.45, -1.0), (0.58, 1.0), (0.84, 1.0), (0.95, 0.0)),
            "roll": held(-8.0),
            "yaw": ((0.1, 0.0), (0.25, 7.0), (0.84, 7.0), (0.97, 0.0)),
            "pitch": held(4.0),
        },
        (),
        (Mark("sparkle", "right_eye", 0.24, 0.56, 0.86, x=0.2, y=-0.1, moves="twinkle"),),
    ),
}
