"""A process of its own that puts and reads 100 MB, run by test_blobs.py: prints its peak memory before and after."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import AsyncIterator

from understudy.stores.blobs import OpendalBlobs


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def main(folder: str) -> None:
    blobs = OpendalBlobs.open(folder)

    async def pieces(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield bytes(64 * 1024)

    await blobs.put_stream("small", pieces(32), content_type="video/mp4")
    before = peak()
    assert await blobs.put_stream("large", pieces(1600), content_type="video/mp4") == 1600 * 64 * 1024
    assert sum([len(chunk) async for chunk in blobs.read("large")]) == 1600 * 64 * 1024
    print(before, peak())


asyncio.run(main(sys.argv[1]))
# OpenDAL's own threads may still end when the interpreter does, which aborts it now and then; the figures are out
sys.stdout.flush()
os._exit(0)
