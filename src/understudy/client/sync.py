"""The same client for programs without an event loop: every method, made from the async one in one place.

Knows how a coroutine is run to its end. Must not know what any of them does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from understudy.client.client import Client
from understudy.core.faults import BadSetting

P = ParamSpec("P")
T = TypeVar("T")


class _Waits(Generic[P, T]):
    """A method that runs the client's own of that name and returns when it is done."""

    def __init__(self, method: Callable[Concatenate[Client, P], Awaitable[T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, face: None, owner: type[SyncClient]) -> _Waits[P, T]: ...

    @overload
    def __get__(self, face: SyncClient, owner: type[SyncClient]) -> Callable[P, T]: ...

    def __get__(self, face: SyncClient | None, owner: type[SyncClient]) -> _Waits[P, T] | Callable[P, T]:
        if face is None:
            return self

        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return face.run(self._method(face.client, *args, **kwargs))

        call.__doc__ = self.__doc__
        return call


class SyncClient:
    """`Client` without `await`: `with SyncClient(url, key) as client: client.generate(…)`. Takes what `Client` takes.

    One thread at a time; where an event loop runs already, use `Client`.
    """

    generate = _Waits(Client.generate)
    check = _Waits(Client.check)
    upload = _Waits(Client.upload)
    submit = _Waits(Client.submit)
    wait = _Waits(Client.wait)
    download = _Waits(Client.download)
    status = _Waits(Client.status)
    tasks = _Waits(Client.tasks)
    cancel = _Waits(Client.cancel)
    delete = _Waits(Client.delete)
    promote = _Waits(Client.promote)
    quote = _Waits(Client.quote)
    plan = _Waits(Client.plan)
    models = _Waits(Client.models)
    model = _Waits(Client.model)
    usage = _Waits(Client.usage)
    me = _Waits(Client.me)

    def __init__(self, base_url: str, key: str, *args: Any, **options: Any) -> None:
        self.client = Client(base_url, key, *args, **options)
        self._runner: asyncio.Runner | None = None

    def __enter__(self) -> SyncClient:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self._runner = asyncio.Runner()
            self.run(self.client.__aenter__())
            return self
        raise BadSetting("An event loop runs here already: use `async with Client(...)` instead.")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            with runner:
                runner.run(self.client.__aexit__(kind, error, trace))

    def events(self, task_id: str, *, timeout: float | None = None) -> Iterator[Any]:
        """The task each time it changes, the last time at its end."""
        events = self.client.events(task_id, timeout=timeout)
        try:
            while (told := self.run(_next(events))) is not None:
                yield told
        finally:
            self.run(_close(events))

    def run(self, work: Awaitable[T]) -> T:
        """Run one thing of the client's to its end."""
        if self._runner is None:
            if asyncio.iscoroutine(work):
                work.close()
            raise RuntimeError("use the client as `with SyncClient(...) as client:`")

        async def to_its_end() -> T:
            return await work

        return self._runner.run(to_its_end())


async def _next(events: AsyncIterator[T]) -> T | None:
    return await anext(events, None)


async def _close(events: Any) -> None:
    await events.aclose()
