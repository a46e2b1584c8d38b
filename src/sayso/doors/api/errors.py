"""What can go wrong at the server's door."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused, Unavailable


class ServerMissing(Unavailable):
    """The packages of the server are not here; install them: pip install 'sayso[server]'."""


class TracingMissing(Unavailable):
    """The packages that send traces are not here; install them: pip install 'sayso[otel]'."""


class WebrtcMissing(Unavailable):
    """The packages that speak into browsers are not here; install them: pip install 'sayso[webrtc]'."""


class AddressExposed(Refused):
    """A public address is served with keys and TLS only."""


class AddressTaken(Unavailable):
    """The address cannot be listened on; choose another."""


class KeyMissingHere(Refused):
    """The request carries no key, or none that is known here."""


class KeyUnbound(Refused):
    """The credential is no key: it says for no licensee and no purpose who asks."""


class TooLarge(Invalid):
    """The request is larger than what is taken here."""


class HeadTooLarge(Invalid):
    """The head of the request is longer than 64 KiB."""


class TargetTooLong(Invalid):
    """The path and query of the request are longer than is taken here."""


class LengthMissing(Invalid):
    """The request has a body of unknown length; send Content-Length."""


class RequestSlow(Invalid):
    """The request did not arrive in time."""


class RouteUnknown(NotFound):
    """There is nothing at this path."""


class MethodUnknown(Invalid):
    """The path does not take this method."""


class MediaUnknown(Invalid):
    """The body is of a type that is not taken here."""


class BodyInvalid(Invalid):
    """The body is not what the path takes; the message names the field."""


class Refuted(Invalid):
    """What was sent does not hold; the reasons say why."""


class RepeatDiffers(Conflict):
    """The idempotency key was used for another request."""


class StatementGone(Conflict):
    """The recording of a voice consent is not kept any more."""


class Busy(Unavailable):
    """All places are taken; the request is refused rather than answered slowly."""

    retry_after_s: float = 1.0


class RateExceeded(Busy):
    """The key makes more requests a minute than it was given."""
