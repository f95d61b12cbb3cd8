"""Commands of the operator: serve, worker, keys, models, usage, doctor.

Knows the house from outside: opens it, asks it, prints. Must not know how any part works.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import json
import resource
import shutil
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from understudy.cli import show
from understudy.core.faults import BadSetting, UnderstudyError

if TYPE_CHECKING:
    from understudy.worker.loop import Worker

T = TypeVar("T")

MANY_FILES = 65536
"""Open files a server asks for."""


def serve(*, host: str | None, port: int | None, data: Path | None, slots: int | None) -> None:
    gc.disable()  # nothing that is made at the start is garbage, and looking for some takes a tenth of it
    import uvicorn

    from understudy.server.gate import Gate
    from understudy.settings import load
    from understudy.wiring import build_server, make_keys, open_house, set_up_logging

    settings = load(host=host, port=port, data=data, slots=slots)
    set_up_logging(settings)
    _allow_many_files()
    listener = _listen(settings.host, settings.port)
    house = open_house(settings)
    asyncio.run(make_keys(house))
    config = uvicorn.Config(
        build_server(house),
        loop="uvloop",
        http=Gate,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(settings.grace_seconds) + 5,
    )
    address, number = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    show.announce(
        f"Understudy listens on http://{shown}:{number}  (DashScope base URL: http://{shown}:{number}/api/v1)"
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again once it has drained: by then the work is done and the exit is clean
        signal.signal(name, lambda *_: sys.exit(0))
    _hang_up_is_an_end()
    config.load()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    _server(config, house.worker).run(sockets=[listener])


def _server(config: Any, worker: Worker | None) -> Any:
    """A server whose worker begins to drain with the signal, not once the last slow caller has gone."""
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            super().handle_exit(sig, frame)
            if worker is not None:
                worker.retire()
                if self.force_exit:  # Ctrl-C for the second time
                    worker.hurry()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            if self.force_exit:  # callers are not waited for; work is given back in good order all the same
                await self.lifespan.shutdown()

    return Server(config)


def _allow_many_files() -> None:
    """As many open files as we may ask for: the usual 1024 is a thousand idle callers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _hang_up_is_an_end() -> None:
    """A terminal that is closed drains like SIGTERM; under nohup, which ignores the signal, it stays ignored."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        of_port = error.errno in (errno.EADDRINUSE, errno.EACCES)
        choose = "--port" if of_port else "--host: an address of this machine, or 0.0.0.0 for all"
        raise BadSetting(f"cannot listen on {host}:{port}: {error.strerror}. Choose another {choose}.") from None
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def work(*, data: Path | None, slots: int | None) -> None:
    from understudy.settings import load
    from understudy.wiring import make_keys, open_house, set_up_logging

    settings = load(data=data, slots=slots)
    if settings.slots == 0:
        raise BadSetting("a worker needs --slots 1 or more")
    set_up_logging(settings)

    async def run() -> None:
        house = open_house(settings)
        await make_keys(house)
        stop = asyncio.Event()
        _hang_up_is_an_end()

        def interrupt() -> None:
            if stop.is_set() and house.worker is not None:
                house.worker.hurry()
            stop.set()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupt)
        async with house.live():
            show.say(f"Working on {settings.data}, {settings.slots} at once. Stop with Ctrl-C; twice to wait for none.")
            await stop.wait()

    asyncio.run(run())


def _with_house(data: Path | None, use: Callable[[Any], Awaitable[T]]) -> T:
    """Open a house that neither serves nor works, use it, close it."""
    from understudy.settings import load
    from understudy.wiring import open_house

    settings = load(data=data, slots=0)

    async def run() -> T:
        house = open_house(settings)
        try:
            return await use(house)
        finally:
            house.stores.close()

    return asyncio.run(run())


def keys_create(account: str, data: Path | None) -> None:
    async def create(house: Any) -> tuple[Any, str]:
        return await house.accounts.create_key(account)  # type: ignore[no-any-return]

    key, secret = _with_house(data, create)
    show.say(f"Key {key.key_id} of account {account!r}. It is shown this once:")
    print(secret)


def keys_list(data: Path | None) -> None:
    async def read(house: Any) -> Any:
        return await house.accounts.keys()

    rows = [
        (k.key_id, k.account, f"{k.prefix}…", f"{k.created:%Y-%m-%d %H:%M}", "revoked" if k.revoked else "valid")
        for k in _with_house(data, read)
    ]
    show.table(("id", "account", "key", "created (UTC)", "state"), rows)


def keys_revoke(key_id: str, data: Path | None) -> None:
    async def revoke(house: Any) -> bool:
        return await house.accounts.revoke(key_id)  # type: ignore[no-any-return]

    if not _with_house(data, revoke):
        raise UnderstudyError(f"there is no valid key {key_id!r}; `understudy keys list` shows them")
    show.say(f"Key {key_id} is revoked. Servers refuse it within seconds.")


def models_list(data: Path | None) -> None:
    from understudy.cli import cards
    from understudy.settings import load
    from understudy.wiring import open_shelf

    settings = load(data=data)
    rows = []
    for card in open_shelf(settings).all():
        for function, one in [("", card)] if not card.functions else card.functions.items():
            name = f"{card.model} --function {function}" if function else card.model
            tiers = ", ".join(str(tier) for tier in one.tiers) or "–"
            seconds = "–" if one.makes.is_check else cards.seconds_of(one).partition(";")[0]
            price = cards.price_of(one, settings.region)
            rows.append((name, one.makes.value, tiers, seconds, price, cards.needs_of(one)))
    show.table(("model", "makes", "tiers", "seconds", "price", "needs"), rows, title=f"Models in {settings.region}")


def models_show(model: str, data: Path | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from understudy.cli import cards
    from understudy.settings import load
    from understudy.wiring import open_shelf

    card = open_shelf(load(data=data)).find(model)
    if as_json:
        print(json.dumps(asdict(card), ensure_ascii=False, indent=2, default=str))
        return
    for name, one in card.functions.items() or [("", card)]:
        title = f"{card.model} --function {name}" if name else card.model
        show.table(("fact", "value"), [("model", title), *cards.facts_of(one)])


def models_install(data: Path | None) -> None:
    from understudy.animatic import models
    from understudy.settings import load
    from understudy.wiring import models_folder

    folder = models_folder(load(data=data))
    if models.installed(folder):
        show.say(f"The perception models are in {folder} already.")
        return
    with show.progress("perception models") as move:
        models.install(folder, move)
    show.say(f"The perception models are in {folder}.")


def usage(account: str | None, data: Path | None, *, as_json: bool) -> None:
    async def read(house: Any) -> Any:
        return await house.stores.ledger.entries(account, None, None)

    entries = _with_house(data, read)
    if as_json:
        for e in entries:
            told = {
                "task_id": e.task_id, "account": e.account, "model": e.model, "moment": e.moment.isoformat(),
                "input_seconds": str(e.usage.input_seconds), "output_seconds": str(e.usage.output_seconds),
                "quantity": str(e.charge.quantity), "free_quantity": str(e.charge.free_quantity),
                "unit": e.charge.unit, "unit_price": str(e.charge.unit_price), "amount": str(e.charge.amount),
                "currency": e.charge.currency, **({"cost": e.cost} if e.cost else {}),
            }  # fmt: skip
            print(json.dumps(told))
        return
    rows = [
        (f"{e.moment:%m-%d %H:%M}", e.account, e.model, e.usage.input_seconds, e.usage.output_seconds,
         e.charge.free_quantity, f"{e.charge.amount} {e.charge.currency}", e.task_id)
        for e in entries
    ]  # fmt: skip
    show.table(("when (UTC)", "account", "model", "input s", "output s", "free", "charge", "task"), rows)
    total = sum((e.charge.amount for e in entries), start=0)
    show.say(f"{len(rows)} tasks, {total} in all")


def doctor(data: Path | None) -> int:
    """Print one line per part; 0 when everything needed is there, else 1."""
    from understudy import __version__
    from understudy.animatic import models
    from understudy.settings import load, strange_variables
    from understudy.stores.database import inspect
    from understudy.wiring import (
        LEAST_FREE_BYTES,
        models_folder,
        open_dialects,
        open_engines,
        open_folder,
        open_shelf,
        read_secret,
    )

    settings = load(data=data)
    rows: list[tuple[str, str, str]] = [("version", "ok", f"{__version__}, Python {sys.version.split()[0]}")]
    failed = False

    def check(name: str, find: Callable[[], str]) -> None:
        nonlocal failed
        try:
            rows.append((name, "ok", find()))
        except (UnderstudyError, OSError, ImportError) as error:
            failed = True
            rows.append((name, "FAILED", str(error)))

    def can_write() -> str:
        for folder in (settings.data, settings.data / "blobs", settings.data / "work"):
            open_folder(folder, "folder")
        return str(settings.data)

    def has_room() -> str:
        free = shutil.disk_usage(settings.data).free
        if free < LEAST_FREE_BYTES:
            raise BadSetting(f"only {free // 2**20} MiB are free in {settings.data}; free some space")
        return f"{free / 2**30:.1f} GiB free"

    def has_secret() -> str:
        read_secret(settings.data)
        return "signs links and uploads"

    def library(name: str) -> Callable[[], str]:
        def find() -> str:
            module = __import__(name)
            return str(getattr(module, "__version__", "present"))

        return find

    def has_speech() -> str:
        import espeakng_loader

        again = "run: pip install --force-reinstall espeakng-loader"
        try:
            paths = (espeakng_loader.get_library_path(), espeakng_loader.get_data_path())
        except RuntimeError as error:
            raise BadSetting(f"{error}; {again}") from None
        for path in paths:
            if not Path(path).exists():
                raise BadSetting(f"{path} is missing; {again}")
        return "espeak-ng"

    check("data folder", can_write)
    check("disk", has_room)
    check("secret", has_secret)
    check("database", lambda: inspect(settings.data / "understudy.db"))
    check("catalog", lambda: ", ".join(c.model for c in open_shelf(settings).all()))
    check("dialects", lambda: ", ".join(d.name for d in open_dialects(settings)))
    check("engines", lambda: ", ".join(e.name for e in open_engines(settings)))
    for name, upstream in settings.upstreams.items():
        said = f"{upstream.dialect} at {urlsplit(upstream.base_url).hostname}"
        if upstream.key.get_secret_value():
            rows.append((f"upstream {name}", "ok", said))
        else:
            where = f"set UNDERSTUDY_UPSTREAMS__{name.upper()}__KEY"
            rows.append((f"upstream {name}", "warning", f"{said}: no key is set, so it will refuse every task "
                         f"unless it asks for none; {where}"))  # fmt: skip
    for name in ("av", "cv2", "ai_edge_litert", "opendal"):
        check(name, library(name))
    check("speech", has_speech)
    folder = models_folder(settings)
    if models.installed(folder):
        rows.append(("perception models", "ok", str(folder)))
    else:
        rows.append(("perception models", "missing", "people become framed cards; run: understudy models install"))
    for name in strange_variables():
        rows.append(("environment", "warning", f"{name} is no setting; docs/reference/settings.md lists all"))
    if not settings.public_url:
        rows.append(("public URL", "note", "links follow the Host header of each request; set UNDERSTUDY_PUBLIC_URL "
                     "behind a proxy that changes it"))  # fmt: skip
    with contextlib.suppress(BrokenPipeError):
        show.table(("part", "state", "what"), rows)
    return 1 if failed else 0
