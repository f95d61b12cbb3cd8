"""Self-forwarding over every dialect that has a client half: what B made comes back from A as if A had made it.

A caller speaks a dialect to A, A speaks the same one to B: the answer has the same fields as B's own, and the film the
same bytes. By default one model of each capability; `-m chaos` takes every model of films from words, stills and
references.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from builders import tiny_image
from live import KEY, LiveServer, media_server
from understudy.catalog.shelf import Shelf
from understudy.core.card import Length, ModelCard
from understudy.core.faults import CannotExpress
from understudy.core.plugs import find_plugs
from understudy.core.request import Capability, Medium, Reference, Role, VideoRequest
from understudy.core.wire import ContentQuery, StatusQuery, WireReply, WireRequest

KEY_THERE = "sk-upstream-5ecret-0123456789"
DIALECTS = find_plugs("understudy.dialects", "DIALECT")
SHELF = Shelf.open()
FILMS = (
    Capability.TEXT_TO_VIDEO,
    Capability.IMAGE_TO_VIDEO,
    Capability.REFERENCE_TO_VIDEO,
    Capability.FIRST_LAST_FRAME,
)


def cards() -> list[ModelCard]:
    """Every model, and every function of one, that makes such films of an asked length."""
    found = [card.of(name) for card in SHELF.all() for name in (list(card.functions) or [""])]
    return [card for card in found if card.makes in FILMS and card.length is Length.ASKED]


def name_of(card: ModelCard) -> str:
    functions = SHELF.find(card.model).functions
    return card.model + "".join(f":{name}" for name, of in functions.items() if of is card)


def some() -> list[ModelCard]:
    """The cheapest of each capability, ours and Vidu's apart."""
    chosen: dict[tuple[bool, Capability], ModelCard] = {}
    for card in sorted(cards(), key=lambda card: effort(card)):
        chosen.setdefault((card.model.startswith("vidu"), card.makes), card)
    return list(chosen.values())


def effort(card: ModelCard) -> int:
    return min(option.size.width * option.size.height for option in card.sizes) * shortest(card)


def shortest(card: ModelCard) -> int:
    return min(card.seconds_choices) if card.seconds_choices else int(card.seconds.least or 1)


def a_wish(card: ModelCard, origin: str) -> VideoRequest:
    """The shortest and smallest film of a card, with as many pictures as it must have."""
    picture = f"{origin}/person.png"
    references: list[Reference] = []
    if card.makes in (Capability.IMAGE_TO_VIDEO, Capability.FIRST_LAST_FRAME):
        references.append(Reference(picture, Medium.IMAGE, Role.FIRST_FRAME))
    if card.makes is Capability.FIRST_LAST_FRAME:
        references.append(Reference(picture, Medium.IMAGE, Role.LAST_FRAME))
    if card.makes is Capability.REFERENCE_TO_VIDEO:
        references.append(Reference(picture, Medium.IMAGE))
    option = min(card.sizes, key=lambda option: option.size.width * option.size.height)
    whole = SHELF.find(card.model)
    function = next((name for name, of in whole.functions.items() if of is card), "")
    needed = {name: (option.choices or ("any",))[0] for name, option in card.options.items() if option.required}
    prompt = "Image 1 waves."
    request = VideoRequest(card.model, function, prompt=prompt, references=tuple(references), options=needed)
    shaped_by_picture = any(reference.role is not Role.SUBJECT for reference in references)
    if shaped_by_picture:
        return request.but(seconds=shortest(card), tier=option.tier)
    return request.but(seconds=shortest(card), tier=option.tier, ratio=option.ratio)


class Caller:
    """A client of one server over one dialect."""

    def __init__(self, server: LiveServer, dialect: Any, key: str) -> None:
        self.server, self.dialect, self.key = server, dialect, key

    def ask(self, wire: WireRequest) -> WireReply:
        headers = {**wire.headers, **self.dialect.encode_key(self.key)}
        query = "&".join(f"{name}={value}" for name, value in wire.query.items())
        path = wire.path + (f"?{query}" if query else "")
        status, told, found = self.server.call(
            wire.method, path, wire.body or None, key=None, headers={"Content-Type": "application/json", **headers}
        )
        lower = {name.lower(): value for name, value in found.items()}
        return WireReply(status, told, lower) if isinstance(told, bytes) else WireReply.of_json(status, told, lower)

    def told(self, task_id: str) -> WireReply:
        """The task at its end."""
        question = self.dialect.encode_query(StatusQuery(task_id))
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            reply = self.ask(question)
            if self.dialect.decode_reply(reply).status in ("SUCCEEDED", "FAILED", "CANCELED", None):
                return reply
            time.sleep(0.1)
        raise TimeoutError(self.server.tail())

    def film(self, task_id: str, reply: WireReply) -> bytes:
        url = self.dialect.decode_reply(reply).result_url
        if url is None:
            return bytes(self.ask(self.dialect.encode_query(ContentQuery(task_id))).body)
        return bytes(self.server.call("GET", url, key=None)[1])


def fields(value: Any) -> Any:
    """The names in an answer, and what kind of value each has."""
    if isinstance(value, dict):
        return {name: fields(item) for name, item in sorted(value.items()) if name not in ("notes", "metadata")}
    if isinstance(value, list):
        return [fields(value[0])] if value else []
    return type(value).__name__


def can_forward(dialect: Any) -> bool:
    try:
        dialect.encode_query(StatusQuery("01a1f922-679b-7ea0-87b0-f86699ed2669"))
    except CannotExpress:
        return False
    return True


SPEAKING = sorted(name for name, dialect in DIALECTS.items() if can_forward(dialect))


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("media")
    tiny_image(folder / "person.png", (480, 480))
    with media_server(folder) as origin:
        yield origin


@pytest.fixture(scope="module")
def b(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    options = {
        "UNDERSTUDY_ENGINES": "testcard",
        "UNDERSTUDY_FETCH_ALLOW": origin,
        "UNDERSTUDY_KEYS": f"default:{KEY_THERE}",
    }
    with LiveServer(tmp_path_factory.mktemp("b"), slots=2, options=options) as server:
        yield server


@pytest.fixture(scope="module", params=SPEAKING)
def dialect(request: pytest.FixtureRequest) -> Any:
    return DIALECTS[request.param]


@pytest.fixture(scope="module")
def a(b: LiveServer, origin: str, dialect: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    options = {
        "UNDERSTUDY_ENGINES": "upstream:b",
        "UNDERSTUDY_FETCH_ALLOW": origin,
        "UNDERSTUDY_UPSTREAMS__B__BASE_URL": b.url,
        "UNDERSTUDY_UPSTREAMS__B__DIALECT": dialect.name,
        "UNDERSTUDY_UPSTREAMS__B__KEY": KEY_THERE,
        "UNDERSTUDY_UPSTREAMS__B__POLL_SECONDS": "0.2",
    }
    with LiveServer(tmp_path_factory.mktemp("a"), slots=4, options=options) as server:
        yield server


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    rows: list[str] = []
    yield rows
    print("\n\n| dialect | model | capability | bytes of the film | fields |", "|---" * 5 + "|", *rows, sep="\n")


def forwarded(a: LiveServer, b: LiveServer, dialect: Any, card: ModelCard, origin: str, table: list[str]) -> None:
    request = a_wish(card, origin)
    try:
        wire = dialect.encode_submit(request, card)
    except CannotExpress as missing:
        table.append(f"| {dialect.name} | {name_of(card)} | {card.makes} | no word for {missing.field} | |")
        pytest.skip(f"{dialect.name} has no word for {missing.field} of {name_of(card)}")
    here, there = Caller(a, dialect, KEY), Caller(b, dialect, KEY_THERE)
    reply = here.ask(wire)
    task_id = dialect.decode_reply(reply).task_id
    told = here.told(task_id)
    assert dialect.decode_reply(told).status == "SUCCEEDED", told.body.decode()
    _, page, _ = b.call("GET", "/api/v1/tasks", key=KEY_THERE)
    id_there = page["data"][0]["task_id"]
    # asked by the id that the dialect itself gives it
    told_there = there.told(id_there)
    film, film_there = here.film(task_id, told), there.film(id_there, told_there)
    assert hashlib.sha256(film).digest() == hashlib.sha256(film_there).digest()
    assert b"ftyp" in film[:12]
    assert fields(told.json()) == fields(told_there.json())
    table.append(
        f"| {dialect.name} | {name_of(card)} | {card.makes} | {len(film)}, the same | {len(str(fields(told.json())))}, "
        "the same |"
    )


@pytest.mark.parametrize("card", some(), ids=name_of)
def test_same_fields_same_bytes(
    a: LiveServer, b: LiveServer, dialect: Any, card: ModelCard, origin: str, table: list[str]
) -> None:
    forwarded(a, b, dialect, card, origin, table)


@pytest.mark.chaos
@pytest.mark.parametrize("card", cards(), ids=name_of)
def test_every_model(
    a: LiveServer, b: LiveServer, dialect: Any, card: ModelCard, origin: str, table: list[str]
) -> None:
    forwarded(a, b, dialect, card, origin, table)


def test_there_are_dialects_to_forward_over() -> None:
    assert {"dashscope"} <= set(SPEAKING)
