"""Settings -> a running house: opens stores, finds plugs, hands them to service, worker and server.

The only room that knows every other one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from understudy import __version__, journal
from understudy.catalog.shelf import Shelf
from understudy.core.faults import BadSetting, Fault, HouseError
from understudy.core.plugs import find_plugs
from understudy.core.ports import Dialect, Engine
from understudy.core.request import ShotType, Subject
from understudy.service.accounts import Accounts
from understudy.service.callbacks import Callbacks
from understudy.service.checks import Checks
from understudy.service.events import Events
from understudy.service.janitor import Janitor
from understudy.service.links import Links
from understudy.service.perform import EVERY_MODEL, Performance
from understudy.service.plans import Plans
from understudy.service.rehearsal import ENGINE as REHEARSED
from understudy.service.rehearsal import Rehearsal
from understudy.service.tasks import Tasks
from understudy.service.templates import Templates
from understudy.service.uploads import Uploads
from understudy.settings import Settings, strange_variables
from understudy.stores.blobs import OpendalBlobs
from understudy.stores.remote import GuardedRemote
from understudy.stores.sql import SqlStore
from understudy.worker.loop import Worker
from understudy.worker.rounds import make_rounds

log = structlog.get_logger("understudy")

UPSTREAM = "upstream:"
"""Stands before an upstream's name in the name of its engine."""
JANITOR_SECONDS = 60.0
LEAST_FREE_BYTES = 32 * 1024 * 1024
"""With less space than this in the data folder the house says that it is not ready. GUESS: one film at 1080p."""


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def open_shelf(settings: Settings) -> Shelf:
    """The catalog: shipped cards with the operator's laid over."""
    if settings.cards is not None and not settings.cards.is_dir():
        raise BadSetting(f"UNDERSTUDY_CARDS: there is no folder {settings.cards}")
    shelf = Shelf.open(*([settings.cards] if settings.cards else []), region=settings.region)
    # by name: cards for any region ("*") do not make a slip of the pen a region
    if not any(settings.region in card.regions for card in shelf.all()):
        raise BadSetting(
            f"UNDERSTUDY_REGION: no card offers a model in {settings.region!r}; `understudy models show MODEL` tells "
            "the regions of a model in another one"
        )
    return shelf


def open_engines(settings: Settings) -> tuple[Engine, ...]:
    """Every engine the settings name, configured: those asked in general, in order, then those of single routes."""
    named = [*settings.engines, *(name for names in settings.routes.values() for name in names)]
    if settings.test_keys:
        named.append(REHEARSED)
    return tuple(open_engine(settings, name) for name in dict.fromkeys(named))


def routes_of(settings: Settings) -> dict[str, tuple[str, ...]]:
    """The engines of each model, in order; `*` is for models without a route of their own."""
    return {EVERY_MODEL: settings.engines, **settings.routes}


def open_engine(settings: Settings, name: str) -> Engine:
    """One engine by name, configured. Raises BadSetting when there is none."""
    found = find_plugs("understudy.engines", "ENGINE")
    if name.startswith(UPSTREAM):
        return open_upstream(settings, name.removeprefix(UPSTREAM), found["upstream"])
    if name not in found:
        there = sorted({*found, *(UPSTREAM + upstream for upstream in settings.upstreams)} - {"upstream"})
        raise BadSetting(f"UNDERSTUDY_ENGINES: there is no engine {name!r}; there are {', '.join(there)}")
    engine: Any = found[name]
    if hasattr(engine, "configure"):
        engine = engine.configure(
            models=models_folder(settings),
            auto_install=settings.models_auto_install,
            captions=settings.captions,
            memory_bytes=settings.engine_memory_mb * 1024 * 1024,
            seconds=settings.task_seconds,
        )
    return engine  # type: ignore[no-any-return]


def open_upstream(settings: Settings, name: str, plug: Any) -> Engine:
    """The engine that forwards to one upstream. Raises BadSetting."""
    upstream = settings.upstreams.get(name)
    if upstream is None:
        there = ", ".join(sorted(settings.upstreams)) or "none"
        raise BadSetting(
            f"There is no upstream {name!r} (set up: {there}); write [upstreams.{name}] with base_url, key and dialect"
        )
    dialect = _spoken(settings, f"UNDERSTUDY_UPSTREAMS__{name.upper()}__DIALECT", upstream.dialect)
    try:
        return plug.to(  # type: ignore[no-any-return]
            name,
            upstream.base_url,
            upstream.key.get_secret_value(),
            dialect,
            models=upstream.models,
            poll_seconds=upstream.poll_seconds,
            answer_seconds=upstream.answer_seconds,
            most_bytes=upstream.result_mb * 1024 * 1024,
            serves=not upstream.regions or settings.region in upstream.regions,
        )
    except BadSetting as error:
        raise BadSetting(f"UNDERSTUDY_UPSTREAMS__{name.upper()}: {error.message}") from None


def _spoken(settings: Settings, setting: str, text: str) -> Dialect:
    """The dialect an upstream speaks: its name, for some with the kind of server behind a colon. Raises BadSetting."""
    dialects = {dialect.name: dialect for dialect in open_dialects(settings)}
    name, _, form = text.partition(":")
    if name not in dialects:
        raise BadSetting(f"{setting}: there is no dialect {name!r}; there are {', '.join(sorted(dialects))}")
    dialect: Any = dialects[name]
    try:
        return dialect.for_server(form) if form else dialect  # type: ignore[no-any-return]
    except (AttributeError, ValueError):
        raise BadSetting(f"{setting}: {name} has no form {form!r} for a kind of server") from None


def open_dialects(settings: Settings) -> tuple[Dialect, ...]:
    """Every dialect found, told the time zone it prints."""
    found = find_plugs("understudy.dialects", "DIALECT")
    dialects = []
    for dialect in found.values():
        if hasattr(dialect, "in_zone"):
            dialect = dialect.in_zone(settings.time_zone_hours)
        dialects.append(dialect)
    return tuple(dialects)


def models_folder(settings: Settings) -> Path:
    return settings.data / "models"


def set_up_logging(settings: Settings) -> None:
    """Log lines on stderr: for people, or one JSON object each."""
    journal.open_journal(sys.stderr, as_json=settings.log_format == "json", level=settings.log_level)


def open_folder(path: Path, meaning: str) -> None:
    """Make a folder if need be, for its owner only, and see that it can be written to. Raises BadSetting."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise BadSetting(
            f"The {meaning} {path} cannot be used: {error.strerror}. "
            "Check its owner, its permissions and the free space, or choose another with --data."
        ) from error
    except UnicodeEncodeError as error:
        raise BadSetting(
            f"The {meaning} {str(path)!a} cannot be used: the locale cannot write this name. "
            "Set LANG=C.UTF-8 or choose another."
        ) from error


def read_secret(data: Path) -> bytes:
    """32 bytes that sign links and upload policies; made at the first start, readable by the owner only."""
    path = data / "secret"
    try:
        return _secret_of(path)
    except OSError as error:
        raise BadSetting(
            f"{path} cannot be read: {error.strerror}. Give it to the user that runs Understudy, or remove it "
            "(links already given out then stop working)."
        ) from error


def _secret_of(path: Path) -> bytes:
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        fresh = path.with_name(f".secret-{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # two processes at a first start: one secret wins
        fresh.unlink()
        secret = path.read_bytes()
    if len(secret) != 32:
        raise BadSetting(f"{path} is damaged; remove it (links already given out then stop working)")
    if path.stat().st_mode & 0o077:
        log.warning("others may read the secret that signs links", fix=f"chmod 600 {path}")
    return secret


@dataclass(frozen=True, slots=True)
class House:
    """Everything of one running process."""

    settings: Settings
    clock: SystemClock
    shelf: Shelf
    stores: SqlStore
    blobs: OpendalBlobs
    accounts: Accounts
    links: Links
    uploads: Uploads
    tasks: Tasks
    checks: Checks
    worker: Worker | None
    performance: Performance | None
    janitor: Janitor
    engines: tuple[Engine, ...]
    callbacks: Callbacks

    @asynccontextmanager
    async def live(self) -> AsyncIterator[None]:
        """Worker and janitor run inside; leaving drains them and closes the stores."""
        for engine in self.engines:
            await engine.setup()
        running = [asyncio.create_task(make_rounds(self.janitor.run_once, self.clock, JANITOR_SECONDS), name="janitor")]
        if self.worker is not None:
            running.append(asyncio.create_task(self.worker.run(), name="worker"))
        try:
            yield
        finally:
            if self.worker is not None:
                await self.worker.stop(self.settings.grace_seconds)
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await self.callbacks.close()
            if self.performance is not None:
                self.performance.close()
            self.checks.close()
            for engine in self.engines:
                await engine.close()
            self.stores.close()

    def events(self) -> Events:
        """What tells watchers of tasks, listening to the commits of this process."""
        events = Events(self.stores.tasks, self.tasks, self.clock)
        self.stores.database.on_commit(events.ring)
        return events

    async def ready(self) -> dict[str, Any]:
        """State for /readyz. Raises OSError when the database does not answer or the disk is full."""
        try:
            self.stores.database.check_present()
            await self.stores.tasks.get("00000000-0000-0000-0000-000000000000")
        except Fault as fault:
            raise OSError(fault.message) from fault
        if shutil.disk_usage(self.settings.data).free < LEAST_FREE_BYTES:
            raise OSError("The disk of the data folder is full; free some space there.")
        return {"engines": [engine.name for engine in self.engines], "version": __version__}


def open_house(settings: Settings) -> House:
    """Open every store and build the use cases on top. Raises HouseError."""
    open_folder(settings.data, "data folder")
    for name in strange_variables():
        log.warning("unknown variable, ignored", variable=name)
    clock = SystemClock()
    shelf = open_shelf(settings)
    stores = SqlStore.open(settings.data / "understudy.db")
    store, ledger = stores.tasks, stores.ledger
    blobs = OpendalBlobs.open(f"fs:{settings.data / 'blobs'}")
    secret = read_secret(settings.data)
    test_keys = Rehearsal() if settings.test_keys else None
    accounts = Accounts(ledger, clock, limits_on=settings.limits_on, test_keys=test_keys)
    links = Links(secret, clock)
    uploads = Uploads(blobs, secret, clock)
    engines = open_engines(settings)
    remote = GuardedRemote(allow_origins=settings.fetch_allow, total_seconds=settings.fetch_seconds)
    worker: Worker | None = None
    performance: Performance | None = None
    work = settings.data / "work"
    open_folder(work, "folder for work")
    from understudy.media.cover import cover
    from understudy.media.probe import probe

    callbacks = Callbacks(secret, open_dialects(settings), shelf, links, clock, remote.post)
    checks = Checks(
        shelf, engines, ledger, blobs, uploads, remote, clock,
        probe=probe, workdir=work, profile=settings.profile, region=settings.region, limits_on=settings.limits_on,
    )  # fmt: skip
    if settings.slots:
        performance = Performance(
            store, ledger, shelf, engines, blobs, uploads, remote, clock,
            probe=probe, workdir=work, cover=cover, tell=callbacks.tell, limits_on=settings.limits_on,
            routes=routes_of(settings),
            task_seconds=settings.task_seconds, attempts=settings.attempts,
        )  # fmt: skip
        at_once = {c.model: c.rate.running_at_once for c in shelf.all() if c.rate.running_at_once}
        worker = Worker(
            store, performance, clock, name=f"{os.uname().nodename}-{os.getpid()}", slots=settings.slots,
            lease_seconds=settings.lease_seconds, attempts=settings.attempts,
            running_at_once=at_once if settings.limits_on else {},
        )  # fmt: skip
    tasks = Tasks(
        store, shelf, uploads, Templates(blobs), links, clock,
        profile=settings.profile, region=settings.region, wake=worker.wake if worker else lambda: None,
        callbacks=callbacks,
    )  # fmt: skip
    janitor = Janitor(store, blobs, workdir=work)
    return House(
        settings,
        clock,
        shelf,
        stores,
        blobs,
        accounts,
        links,
        uploads,
        tasks,
        checks,
        worker,
        performance,
        janitor,
        engines,
        callbacks,
    )


async def make_keys(house: House) -> None:
    """The keys of the settings, and one for account `default` when there is none at all, printed once.

    Before the house is live. Raises HouseError for a key that cannot be made, Unavailable when the database refuses.
    """
    for account, secret in house.settings.keys:
        try:
            await house.accounts.create_key(account, secret.get_secret_value())
        except HouseError as error:
            raise BadSetting(f"UNDERSTUDY_KEYS: {error.message}") from None
    if not await house.accounts.keys():
        _, key = await house.accounts.create_key("default")
        with contextlib.suppress(OSError):  # `understudy keys create` makes another
            print(f"Made a key for account 'default' (shown once): {key}", file=sys.stderr, flush=True)


def _draw_plan(prompt: str, subjects: Sequence[Subject], seconds: int, shot_type: ShotType | None) -> Mapping[str, Any]:
    """The studio's storyboard; it is loaded when the first one is asked for."""
    from understudy.animatic.grammar import NamedSubject
    from understudy.animatic.plan import make_plan, plan_json

    named = [NamedSubject(s.name, s.aliases, s.reference.medium.value) for s in subjects]
    return plan_json(*make_plan(prompt, named, seconds, shot_type))


def build_server(house: House) -> Any:
    """The ASGI application of a house."""
    from understudy.server.app import Front, build_app

    settings = house.settings
    front = Front(
        version=__version__, dialects=open_dialects(settings), cards=house.shelf, tasks=house.tasks,
        plans=Plans(house.shelf, _draw_plan, profile=settings.profile), events=house.events(),
        checks=house.checks, uploads=house.uploads, accounts=house.accounts,
        ledger=house.stores.ledger, links=house.links, blobs=house.blobs,
        ready=house.ready,
        lifespan=house.live, profile=settings.profile, public_url=settings.public_url,
        max_body_bytes=settings.max_body_mb * 1024 * 1024,
    )  # fmt: skip
    return build_app(front)
