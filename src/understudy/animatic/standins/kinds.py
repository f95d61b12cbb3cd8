"""What a stand-in can be: its height in life, where it is at home, whether it lives, goes, or only stands there.

Knows facts as a table. Must not know words of any prompt nor how a figure is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Home(StrEnum):
    """Where something is when it rests."""

    GROUND = "ground"
    AIR = "air"
    WATER = "water"  # on its surface
    DEEP = "deep"  # under it


class Role(StrEnum):
    """What a stand-in is to the camera."""

    PERSON = "person"
    ANIMAL = "animal"
    VEHICLE = "vehicle"
    THING = "thing"
    SCENERY = "scenery"  # stands at the back and belongs to the place


@dataclass(frozen=True, slots=True)
class Kind:
    """`metres` is the height in life (GUESS, of a grown one), `body` the plan it is built by, `rides` whether a person
    can sit on it, at `seat` of its height.
    """

    body: str
    metres: float
    role: Role
    home: Home = Home.GROUND
    seat: float | None = None
    colour: tuple[int, int, int] | None = None  # where the prompt names none


_P, _A, _V, _T, _S = Role.PERSON, Role.ANIMAL, Role.VEHICLE, Role.THING, Role.SCENERY
_WOOD, _LEAF, _BRICK, _STEEL = (150, 118, 90), (120, 142, 112), (172, 140, 122), (150, 158, 168)

KINDS: dict[str, Kind] = {
    "man": Kind("person", 1.76, _P),
    "woman": Kind("woman", 1.66, _P),
    "person": Kind("person", 1.70, _P),
    "boy": Kind("child", 1.15, _P),
    "girl": Kind("girl", 1.12, _P),
    "child": Kind("child", 1.12, _P),
    "baby": Kind("baby", 0.72, _P),
    "robot": Kind("robot", 1.65, _P, colour=_STEEL),
    "astronaut": Kind("astronaut", 1.85, _P, colour=(214, 214, 210)),
    "cat": Kind("cat", 0.34, _A),
    "big cat": Kind("big_cat", 1.0, _A),
    "dog": Kind("dog", 0.60, _A),
    "fox": Kind("fox", 0.48, _A),
    "wolf": Kind("fox", 0.85, _A),
    "rabbit": Kind("rabbit", 0.34, _A),
    "squirrel": Kind("squirrel", 0.26, _A),
    "mouse": Kind("mouse", 0.18, _A),
    "bear": Kind("bear", 1.10, _A),
    "pig": Kind("pig", 0.75, _A),
    "sheep": Kind("sheep", 0.85, _A),
    "cow": Kind("cow", 1.45, _A, seat=0.80),
    "horse": Kind("horse", 2.05, _A, seat=0.72),
    "deer": Kind("deer", 1.50, _A),
    "camel": Kind("camel", 2.2, _A, seat=0.80),
    "elephant": Kind("elephant", 2.9, _A, seat=0.9),
    "giraffe": Kind("giraffe", 4.4, _A),
    "monkey": Kind("child", 0.85, _P),
    "creature": Kind("creature", 1.5, _A),
    "dinosaur": Kind("dinosaur", 3.0, _A),
    "dragon": Kind("dragon", 2.6, _A, home=Home.AIR),
    "bird": Kind("bird", 0.22, _A, home=Home.AIR),
    "eagle": Kind("bird", 0.55, _A, home=Home.AIR),
    "duck": Kind("duck", 0.42, _A),
    "chicken": Kind("chicken", 0.42, _A),
    "penguin": Kind("penguin", 0.75, _A),
    "butterfly": Kind("butterfly", 0.16, _A, home=Home.AIR),
    "fish": Kind("fish", 0.30, _A, home=Home.DEEP),
    "whale": Kind("whale", 3.4, _A, home=Home.DEEP),
    "dolphin": Kind("whale", 0.9, _A, home=Home.DEEP),
    "turtle": Kind("turtle", 0.40, _A),
    "jellyfish": Kind("jellyfish", 0.8, _A, home=Home.DEEP),
    "car": Kind("car", 1.40, _V),
    "truck": Kind("truck", 2.8, _V),
    "bus": Kind("bus", 3.0, _V),
    "train": Kind("train", 3.4, _V),
    "motorbike": Kind("motorbike", 1.15, _V, seat=0.66),
    "bicycle": Kind("bicycle", 1.05, _V, seat=0.86),
    "plane": Kind("plane", 3.6, _V, home=Home.AIR),
    "rocket": Kind("rocket", 6.0, _V),
    "balloon": Kind("balloon", 6.0, _V, home=Home.AIR),
    "drone": Kind("drone", 0.4, _V, home=Home.AIR),
    "kite": Kind("kite", 0.9, _V, home=Home.AIR),
    "boat": Kind("boat", 1.4, _V, home=Home.WATER),
    "sailboat": Kind("sailboat", 4.6, _V, home=Home.WATER),
    "ship": Kind("ship", 7.0, _V, home=Home.WATER),
    "tree": Kind("tree", 5.0, _S, colour=_LEAF),
    "pine": Kind("pine", 5.5, _S, colour=_LEAF),
    "house": Kind("house", 5.0, _S, colour=_BRICK),
    "castle": Kind("castle", 9.0, _S, colour=_BRICK),
    "tower": Kind("tower", 9.0, _S, colour=_BRICK),
    "cup": Kind("cup", 0.12, _T),
    "bottle": Kind("bottle", 0.28, _T),
    "ball": Kind("ball", 0.24, _T),
    "flower": Kind("flower", 0.45, _T),
    "lamp": Kind("lamp", 1.5, _T),
    "book": Kind("book", 0.26, _T),
    "box": Kind("box", 0.40, _T),
    "thing": Kind("box", 0.45, _T),
}
"""By the names that `words` uses. A monkey is built like a child: it has hands and sits."""
