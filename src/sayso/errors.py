"""Every error that Sayso raises on purpose.

The tree (a kind decides the exit code and the HTTP status, at the doors only)::

    SaysoError
     ├ Invalid        the input is malformed
     ├ NotFound       the thing named does not exist here
     ├ Conflict       the state says no
     ├ Refused        the policy says no
     ├ Tampered       integrity is broken
     ├ Unavailable    a model, a disk, a store or a key cannot be had now
     └ Bug            an invariant of ours does not hold

Rooms derive their own errors from one of the seven kinds, in their ``errors.py``.
A message says in one line what was got, what was expected and what to do next.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final

_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""Control characters and ends of lines, which somebody's words may bring into a message."""


class SaysoError(Exception):
    """Sayso could not do this."""

    kind: ClassVar[str] = "error"

    def __init__(self, message: str = "", *, hint: str = "", reasons: Sequence[str] = ()) -> None:
        """Take a ``message`` (default: the docstring), kept in one line, what to do next, and every reason."""
        self.message = _BREAKS.sub(" ", message or (type(self).__doc__ or "").splitlines()[0])
        self.hint = hint
        self.reasons = tuple(reasons)
        super().__init__(self.message)

    @property
    def slug(self) -> str:
        """The stable name of the error, such as ``consent-refused``."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", type(self).__name__).lower()

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive pickling with hint and reasons: workflow engines store errors."""
        return (_rebuild, (type(self), self.message, self.hint, self.reasons))


@contextlib.contextmanager
def about(subject: str) -> Iterator[None]:
    """Name ``subject``, such as the file at fault, in an error raised within that does not; "" names nothing."""
    try:
        yield
    except SaysoError as error:
        if subject and subject not in error.message:
            error.message = f"{subject}: {error.message}"
            error.args = (error.message,)
        raise


def _rebuild(kind: type[SaysoError], message: str, hint: str, reasons: tuple[str, ...]) -> SaysoError:
    return kind(message, hint=hint, reasons=reasons)


class Invalid(SaysoError):
    """The input is malformed."""

    kind = "invalid"


class NotFound(SaysoError):
    """There is no such thing here."""

    kind = "not-found"


class Conflict(SaysoError):
    """The state does not allow this now."""

    kind = "conflict"


class Refused(SaysoError):
    """The policy does not allow this."""

    kind = "refused"


class Tampered(SaysoError):
    """What is stored is not what was written."""

    kind = "tampered"


class Unavailable(SaysoError):
    """Something that is needed cannot be had now."""

    kind = "unavailable"


class Bug(SaysoError):
    """An invariant of Sayso does not hold; please report it."""

    kind = "bug"
