"""Which plan builds which kind of stand-in, from which side.

Knows plans by name. Must not know anatomy nor prompts.
"""

from __future__ import annotations

from functools import cache

from understudy.animatic.standins import beasts, fowl, people, vehicles
from understudy.animatic.standins.bones import Puppet

_THINGS = frozenset({"cup", "bottle", "ball", "flower", "lamp", "book", "box"})


@cache
def puppet_of(body: str, *, front: bool = False, aloft: bool = False) -> Puppet:
    """The figure of a body plan. `front` matters for people, `aloft` for birds; one unit high, looking right."""
    if body in people.PEOPLE:
        return people.person(people.PEOPLE[body], front=front)
    if body in beasts.BEASTS:
        return beasts.beast(body)
    match body:
        case "bird":
            return fowl.bird(standing=not aloft)
        case "duck" | "chicken" | "penguin":
            return fowl.waddler(body)
        case "butterfly":
            return fowl.butterfly()
        case "fish" | "whale":
            return fowl.swimmer(body)
        case "turtle":
            return fowl.turtle()
        case "jellyfish":
            return fowl.jellyfish()
        case "car":
            return vehicles.car()
        case "bus" | "truck":
            return vehicles.bus(truck=body == "truck")
        case "train":
            return vehicles.train()
        case "bicycle" | "motorbike":
            return vehicles.cycle(motor=body == "motorbike")
        case "plane":
            return vehicles.plane()
        case "rocket":
            return vehicles.rocket()
        case "balloon":
            return vehicles.balloon()
        case "drone":
            return vehicles.drone()
        case "kite":
            return vehicles.kite()
        case "boat" | "sailboat" | "ship":
            return vehicles.boat(body)
        case "tree" | "pine":
            return vehicles.tree(pine=body == "pine")
        case "castle":
            return vehicles.castle()
        case "house" | "tower":
            return vehicles.house(tower=body == "tower")
        case _:
            return vehicles.thing(body if body in _THINGS else "box")
