"""Rehearsal: keys that begin with `test_` name the outcome their tasks are to have, so that a client can be tried.

Knows the words such a key may hold and what they mean. Must not know wires, engines or how a task is performed.

    test_ok            a test card
    test_slow_20       a test card after 20 seconds of RUNNING
    test_fail_CODE     FAILED with that code, word for word
    test_429           every second submit is refused with 429 and a Retry-After
    test_expired       a test card whose link is dead before it can be opened

Behind any of them may stand `-` and letters of your own (`test_ok-alice`): each such key is an account of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

from understudy.core.faults import Fault, InternalFault, Refused, Throttled, Unauthenticated
from understudy.core.task import Task
from understudy.service.accounts import Caller

PREFIX = "test_"
ACCOUNT = "test-keys-"
"""Stands before the name of every account of such a key."""
ENGINE = "testcard"
"""The engine that makes what is rehearsed."""
LONGEST_SLOW = 600

_KEY = re.compile(
    r"test_(?:(ok|429|expired)|(slow)_(\d{1,3})|(fail)_([A-Za-z][\w.]{1,80}))(?:-[A-Za-z0-9]{1,32})?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Script:
    """What becomes of the tasks of one key."""

    word: str
    seconds: int = 0
    code: str = ""

    def fault(self, dialect: str) -> Fault | None:
        """Why the task fails, in the words of the wire it came by; None when it is to succeed."""
        if self.word != "fail":
            return None
        kind = InternalFault if self.code.startswith("Internal") else Refused
        return kind(f"The key of this request asked for the failure {self.code}.").worded(self.code, dialect)


def read_script(key: str) -> Script | None:
    """The script of a key; None when it holds no word that is known."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    if found[2]:
        return Script("slow", seconds=min(int(found[3]), LONGEST_SLOW))
    if found[4]:
        return Script("fail", code=found[5])
    return Script(found[1])


class Rehearsal:
    """Takes such keys, and counts their submits (in this process)."""

    def __init__(self) -> None:
        self._submits: Counter[str] = Counter()

    def caller(self, key: str) -> Caller:
        """Whose key this is. Raises Unauthenticated for a word that is not known, and says which are."""
        if read_script(key) is None:
            raise Unauthenticated(
                "This test key names no outcome. Use test_ok, test_slow_20, test_fail_CODE, test_429 or test_expired."
            )
        return Caller(ACCOUNT + hashlib.sha256(key.encode()).hexdigest()[:16], key)

    def admit(self, caller: Caller) -> None:
        """Raises Throttled for the first, third, … submit of a key of test_429."""
        script = script_of(caller.account, caller.key_id)
        if script is not None and script.word == "429":
            self._submits[caller.account] += 1
            if self._submits[caller.account] % 2:
                raise Throttled(retry_after=1.0)


def script_of(account: str, key_id: str) -> Script | None:
    """The script of an account's key; None for real ones."""
    return read_script(key_id) if account.startswith(ACCOUNT) and key_id.startswith(PREFIX) else None


def script_for(task: Task) -> Script | None:
    return script_of(task.account, task.key_id)
