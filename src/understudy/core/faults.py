"""The errors of the house.

UnderstudyError
├── Fault                     the caller is told, in his own dialect
│   ├── InvalidRequest        the request cannot be served as written; lists every violation
│   ├── MediaRefused          a given file cannot be used: unreachable, too long, wrong format, blocked address
│   ├── Unauthenticated       no key, or an unknown one
│   ├── Forbidden             the key may not do this
│   ├── NotFound              no such model, route or object
│   ├── Conflict              the task is not in a state that allows this
│   ├── Gone                  it has expired
│   ├── Throttled             too many requests just now
│   ├── QuotaExhausted        a meter is used up
│   ├── Refused               the engine looked and said no
│   ├── Unavailable           no engine or dependency just now; retryable
│   ├── TimedOut              the work took longer than it may
│   └── InternalFault         our bug: the caller gets the request id, the log gets the rest
├── CannotExpress             a codec lacks a word for a field; steers engine choice, never reaches a caller
└── HouseError                start-up: a setting, card, plug or store is wrong

Knows no HTTP status and no vendor code: each dialect has one table for that.
The docstring of a class is its default message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self


class UnderstudyError(Exception):
    """Something went wrong in Understudy."""

    def __init__(self, message: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        super().__init__(self.message)


class ViolationKind(StrEnum):
    """In what way a field is wrong; a dialect chooses the vendor's code and sentence by it."""

    BODY = "body"  # the body as a whole cannot be read
    MISSING = "missing"  # a required field is absent
    TYPE = "type"  # wrong JSON type
    CHOICE = "choice"  # not one of the listed values
    RANGE = "range"  # a number outside its limits
    COUNT = "count"  # too many or too few items
    URL = "url"  # a media value that is no URL we may read
    SIZE = "size"  # a picture size the model does not make
    HEADER = "header"  # a header is missing or contradicts the route
    RULE = "rule"  # two fields that do not go together


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with a request. `path` is in the caller's words (`parameters.size`)."""

    path: str
    reason: str
    kind: ViolationKind = ViolationKind.RULE


class MediaProblem(StrEnum):
    """In what way a given file is unusable."""

    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"  # an address the guarded door does not open
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    FORMAT = "format"
    CORRUPT = "corrupt"
    SECONDS = "seconds"
    SIDES = "sides"
    RATIO = "ratio"
    FRAME_RATE = "frame_rate"
    NOT_YOURS = "not_yours"  # an upload of another account or for another model, or an expired one
    BOMB = "bomb"  # decodes to far more than it weighs
    TEMPLATE = "template"  # no motion template of this account


class Fault(UnderstudyError):
    """The request failed."""

    retryable: ClassVar[bool] = False
    code: str = ""
    wire: str = ""

    def worded(self, code: str, wire: str) -> Self:
        """This fault with a message that stands for itself and is told as it is.

        `code` is an upstream's own for it, "" when it gave none, and `wire` the name of the dialect whose code that is:
        that dialect tells the code too, others their own.
        """
        self.code, self.wire = code, wire
        return self

    def record(self) -> dict[str, Any]:
        """This fault as JSON-ready values, to be stored with a task. Inverse: `fault_from_record`."""
        words = {"code": self.code, "wire": self.wire} if self.wire else {}
        return {"fault": type(self).__name__, "message": self.message, **words, **self._details()}

    def _details(self) -> dict[str, Any]:
        return {}


class InvalidRequest(Fault):
    """The request cannot be served as written."""

    def __init__(self, *violations: Violation, message: str = "") -> None:
        self.violations = violations
        super().__init__(message or (violations[0].reason if violations else ""))

    @classmethod
    def of(cls, path: str, reason: str, kind: ViolationKind = ViolationKind.RULE) -> InvalidRequest:
        return cls(Violation(path, reason, kind))

    def _details(self) -> dict[str, Any]:
        return {"violations": [asdict(v) for v in self.violations]}


class MediaRefused(Fault):
    """A given file cannot be used."""

    def __init__(
        self, problem: MediaProblem, message: str = "", *, path: str = "", limits: Mapping[str, Any] | None = None
    ) -> None:
        self.problem = problem
        self.path = path
        self.limits = dict(limits or {})
        super().__init__(message)

    def _details(self) -> dict[str, Any]:
        return {"problem": str(self.problem), "path": self.path, "limits": self.limits}


class Unauthenticated(Fault):
    """Invalid API-key provided."""

    def __init__(self, message: str = "", *, missing: bool = False) -> None:
        self.missing = missing
        super().__init__(message)

    def _details(self) -> dict[str, Any]:
        return {"missing": self.missing}


class Forbidden(Fault):
    """Access denied."""


class NotFound(Fault):
    """Not found."""

    def __init__(self, message: str = "", *, what: str = "object") -> None:
        self.what = what  # "model", "route", "object"
        super().__init__(message)

    def _details(self) -> dict[str, Any]:
        return {"what": self.what}


class Conflict(Fault):
    """The operation is unsupported on the object in its present state."""


class Gone(Fault):
    """It has expired."""


class Throttled(Fault):
    """Requests rate limit exceeded, please try again later."""

    retryable = True

    def __init__(self, message: str = "", *, retry_after: float = 1.0) -> None:
        self.retry_after = retry_after
        super().__init__(message)

    def _details(self) -> dict[str, Any]:
        return {"retry_after": self.retry_after}


class QuotaExhausted(Fault):
    """A quota is used up."""

    def __init__(self, message: str = "", *, meter: str = "") -> None:
        self.meter = meter
        super().__init__(message)

    def _details(self) -> dict[str, Any]:
        return {"meter": self.meter}


class Refused(Fault):
    """The engine cannot make this from what was given."""


class Unavailable(Fault):
    """The service is unavailable just now, please try again later.

    With `begun` False nothing was begun or sent: another engine may be asked without paying twice. `retry_after` are
    the seconds after which asking again makes sense, 0 when that is not known.
    """

    retryable = True

    def __init__(self, message: str = "", *, begun: bool = True, retry_after: float = 0.0) -> None:
        self.begun = begun
        self.retry_after = retry_after
        super().__init__(message)


class TimedOut(Fault):
    """The work took longer than it may."""


class InternalFault(Fault):
    """An internal error has occurred, please try again later or contact the operator."""


class CannotExpress(UnderstudyError):
    """This wire has no word for a field of the request."""

    def __init__(self, field: str, message: str = "") -> None:
        self.field = field
        super().__init__(message or f"this wire cannot carry {field!r}")


class HouseError(UnderstudyError):
    """The house cannot start as it is set up."""


class BadSetting(HouseError):
    """A setting is wrong."""


class BadCard(HouseError):
    """A catalog card is wrong."""


class DuplicatePlug(HouseError):
    """Two plugs claim one name."""


class StoreMismatch(HouseError):
    """The stored data does not fit this version."""


def fault_classes() -> tuple[type[Fault], ...]:
    """Every class a dialect must have a row for, in the order of the tree above."""
    return tuple(Fault.__subclasses__())


def fault_from_record(record: Mapping[str, Any]) -> Fault:
    """Rebuild a fault stored by `Fault.record`; an unknown class becomes InternalFault."""
    fault = _rebuilt(record)
    return fault.worded(str(record.get("code", "")), str(record["wire"])) if record.get("wire") else fault


def _rebuilt(record: Mapping[str, Any]) -> Fault:
    message = str(record.get("message", ""))
    name = record.get("fault")
    if name == "InvalidRequest":
        found = [Violation(v["path"], v["reason"], ViolationKind(v["kind"])) for v in record.get("violations", [])]
        return InvalidRequest(*found, message=message)
    if name == "MediaRefused":
        return MediaRefused(
            MediaProblem(record["problem"]), message, path=record.get("path", ""), limits=record.get("limits", {})
        )
    simple = {cls.__name__: cls for cls in fault_classes()}
    cls: Callable[..., Fault] = simple.get(str(name), InternalFault)
    details = {key: record[key] for key in _DETAILS.get(str(name), ()) if key in record}
    return cls(message, **details)


_DETAILS: Mapping[str, tuple[str, ...]] = {
    "Unauthenticated": ("missing",),
    "NotFound": ("what",),
    "Throttled": ("retry_after",),
    "QuotaExhausted": ("meter",),
}
