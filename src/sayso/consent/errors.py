"""How consent says no."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused, Tampered


class GrantInvalid(Invalid):
    """The grant is malformed; the message names the field."""


class RequestInvalid(Invalid):
    """The request is malformed; the message names the field."""


class KeyInvalid(Invalid):
    """The key is no Ed25519 key."""


class GrantUnknown(NotFound):
    """There is no such grant here."""


class SpeakerUnknown(NotFound):
    """There is no such speaker here."""


class GrantState(Conflict):
    """The state of the grant does not allow this change."""


class RequestUnanswered(GrantState):
    """A request is given by its speaker's signature under its document."""


class ErasedWithSpeaker(GrantState):
    """A grant is erased with its speaker only."""


class CeilingExceeded(Refused):
    """The licence allows more than the speaker's outer consent."""


class GrantTampered(Tampered):
    """The grant is not what the speaker signed."""


class SignatureRefused(Refused):
    """The signature is not the speaker's."""


class SpeakerKey(Conflict):
    """The speaker's key does not allow this."""


class SpeakerKeyKnown(SpeakerKey):
    """The speaker has a key already, with which their grants are signed."""


class SpeakerKeyMissing(SpeakerKey):
    """The speaker has no key yet."""


class ConsentRefused(Refused):
    """No grant of the speaker permits this."""


class CloningNotGranted(ConsentRefused):
    """The speaker has granted nobody to clone the voice."""


class PermitRefused(Refused):
    """The permit does not permit this."""


class MinutesUsedUp(Refused):
    """The minutes of the grant are used up; the speaker can grant more."""


class TakesUsedUp(MinutesUsedUp):
    """The takes of the grant are used up; the speaker can grant more."""


class ReservationUnknown(NotFound):
    """No minutes are reserved under this permit: they were settled, released or reclaimed."""


class LeaseOver(Conflict):
    """The run no longer holds its reservation: its lease ended, or another run took over."""


class ReservationExceeded(Conflict):
    """More sound was made than was reserved."""
