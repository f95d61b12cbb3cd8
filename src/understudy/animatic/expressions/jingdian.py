"""Jingdian (classic): six expressions everybody knows from chats.

Knows how each is acted. Must not know pictures. Times are shares of the expression.
"""

from __future__ import annotations

from collections.abc import Mapping

from understudy.animatic.expressions._curves import Expression, Mark, Swing, both, flash, held

JINGDIAN: Mapping[str, Expression] = {
    "jingdian_tiaopi": Expression(
        "naughty",
        2.8,
        {
            "tongue": held(1.0, 0.26),
            "opening": held(0.3, 0.24),
            **both("smile", held(0.8)),
            "shut_right": held(1.0, 0.24),
            "brow_right": held(-0.4),
            "brow_left": held(0.9),
            "squint": held(0.25),
            "roll": held(10.0, 0.26),
            "sway": held(2.0, 0.26),
        },
        (Swing("roll", 2.5, 3, 0.3, 0.85), Swing("tongue", 0.15, 4, 0.3, 0.8)),
        (Mark("star", "right_eye", 0.26, 0.22, 0.86, x=0.24, y=-0.06, moves="twinkle"),),
    ),
    "jingdian_deyi_1": Expression(
        "smug",
        3.0,
        {
            "pitch": held(-10.0, 0.28),
            "yaw": held(-7.0, 0.28),
            "blink": held(0.5, 0.25),
            **both("brow", held(0.9)),
            "smile_left": held(1.0),
            "smile_right": held(0.55),
            "closed": held(0.8),
            "gaze_x": held(0.7),
            "gaze_y": held(0.3),
            "stretch": held(0.03),
        },
        (Swing("roll", 5.0, 2, 0.25, 0.9),),
        (
            Mark("crown", "above", 0.44, 0.2, 0.88, y=0.02, moves="drop"),
            Mark("sparkle", "upper_left", 0.26, 0.3, 0.84, moves="twinkle"),
            Mark("sparkle", "upper_right", 0.20, 0.42, 0.86, y=0.12, moves="twinkle"),
        ),
    ),
    "jingdian_qidai": Expression(
        "expectant",
        3.0,
        {
            "wide": held(0.8),
            **both("brow", held(0.9)),
            **both("smile", held(0.75)),
            "opening": held(0.14),
            "near": held(0.09, 0.3),
            "pitch": held(2.0),
            "blink": (*flash(0.44, 1.0, 0.03), *flash(0.52, 1.0, 0.03)),
        },
        (Swing("roll", 5.0, 2, 0.2, 0.9), Swing("y", 0.03, 5, 0.25, 0.85, lifted=True)),
        (
            Mark("star_eye", "left_pupil", 0.25, 0.16, 0.9, moves="throb"),
            Mark("star_eye", "right_pupil", 0.25, 0.16, 0.9, moves="throb"),
            Mark("heart", "upper_left", 0.26, 0.3, 0.66, moves="rise"),
            Mark("heart", "upper_right", 0.32, 0.44, 0.84, moves="rise"),
        ),
    ),
    "jingdian_landuo_1": Expression(
        "lazy",
        3.8,
        {
            "stretch": ((0.08, 0.0), (0.4, -0.11), (0.84, -0.13), (0.98, 0.0)),
            "roll": ((0.08, 0.0), (0.35, -12.0), (0.84, -12.0), (0.98, 0.0)),
            "sway": ((0.08, 0.0), (0.4, -5.0), (0.84, -6.0), (0.98, 0.0)),
            "blink": ((0.05, 0.0), (0.2, 0.55), (0.42, 0.55), (0.5, 1.0), (0.66, 1.0), (0.74, 0.6), (0.95, 0.0)),
            # a yawn
            "opening": ((0.38, 0.0), (0.5, 0.95), (0.64, 0.95), (0.74, 0.1), (0.88, 0.0)),
            "width": ((0.38, 0.0), (0.5, -0.4), (0.64, -0.4), (0.74, 0.0)),
            **both("brow", ((0.38, 0.0), (0.5, 0.9), (0.64, 0.9), (0.76, 0.0))),
            "gaze_y": held(0.6),
            **both("smile", held(-0.9)),
        },
        (),
        (
            Mark("puff", "mouth", 0.30, 0.52, 0.78, x=-0.42, y=0.1, moves="drift"),
            Mark("wave", "upper_right", 0.24, 0.2, 0.5, moves="float"),
            Mark("wave", "upper_right", 0.24, 0.62, 0.9, moves="float"),
        ),
    ),
    "jingdian_xianqi": Expression(
        "disgusted",
        3.0,
        {
            "sneer": held(1.0),
            "slant": held(-0.8),
            "brow_left": held(0.3),
            "squint": held(0.55),
            "blink": held(0.3),
            "smile_left": held(-0.6),
            "smile_right": held(-1.0),
            "mouth_shift": held(-0.3),
            "yaw": held(11.0, 0.3),
            "roll": held(5.0, 0.3),
            "pitch": held(-4.0),
            "gaze_x": held(-1.0, 0.3),
            "sway": held(3.0, 0.3),
            "x": held(0.05, 0.3),
        },
        (Swing("yaw", 2.5, 3, 0.4, 0.84),),
        (
            Mark("gloom", "brow_middle", 0.52, 0.22, 0.9, moves="fade"),
            Mark("wavy", "upper_left", 0.32, 0.3, 0.86, moves="float"),
        ),
    ),
    "jingdian_lei": Expression(
        "tired",
        3.4,
        {
            "blink": held(0.5),
            "slant": held(0.8),
            "opening": held(0.28),
            **both("smile", held(-0.9)),
            "pitch": held(7.0),
            "y": held(0.06),
            "gaze_y": held(0.5),
        },
        (
            Swing("stretch", 0.05, 4, 0.12, 0.9, lifted=True),
            Swing("opening", 0.22, 4, 0.12, 0.9),
            Swing("pitch", 3.0, 4, 0.12, 0.9),
        ),
        (
            Mark("bag", "left_eye", 0.13, 0.16, 0.92, moves="fade"),
            Mark("bag", "right_eye", 0.13, 0.16, 0.92, moves="fade"),
            Mark("sweat", "temple_left", 0.24, 0.2, 0.6, moves="slide"),
            Mark("sweat", "temple_right", 0.28, 0.4, 0.88, moves="slide"),
            Mark("puff", "mouth", 0.26, 0.3, 0.5, x=0.30, y=0.06, moves="drift_right"),
            Mark("puff", "mouth", 0.26, 0.6, 0.8, x=0.30, y=0.06, moves="drift_right"),
        ),
    ),
}
