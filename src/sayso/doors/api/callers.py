"""Who calls: the bearer of a key, as a session of the workflows. No route makes sound, or shows a row, without one."""

from __future__ import annotations

import contextlib
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from sayso.accounts.terms import KeyScope
from sayso.doors.api.errors import KeyMissingHere
from sayso.workflows.accounts import tokens
from sayso.workflows.accounts.credentials import presented_to
from sayso.workflows.installation.session import Session

_SCHEME: Final = "bearer "
_MAX_CHARS: Final = 8_192
_MAX_GOOD: Final = 4_096


@dataclass(frozen=True, slots=True)
class Caller:
    """A session of whoever holds the key, and what names the key among others: its credential."""

    session: Session
    credential: str

    @property
    def key(self) -> KeyScope | None:
        """Return what the key is bound to; None for a credential that is no key."""
        return self.session.actor.key


def _digest(authorization: str) -> bytes:
    return hashlib.sha256(authorization.encode(errors="replace")).digest()


class Callers:
    """Knows callers by the keys that they present, or by the tokens of the issuer that is trusted."""

    def __init__(self, session: Session) -> None:
        """Take a session of the installation, whoever's; raise `IssuerInvalid` where the settings name none."""
        self._session = session
        self._tokens = tokens.trusted(session)
        self._good: OrderedDict[bytes, None] = OrderedDict()

    def by_header(self, authorization: str | None) -> Caller:
        """Return whose bearer token the header holds; raise `KeyMissingHere`, or as `presented_to` does.

        Tokens are looked up and compared in constant time each time: one that was revoked is refused from then on.
        """
        if authorization is None or not authorization[: len(_SCHEME)].lower() == _SCHEME:
            raise KeyMissingHere("got a request without a key, expected the header Authorization: Bearer KEY")
        known = _digest(authorization)
        self._good.pop(known, None)
        caller = self.by_token(authorization[len(_SCHEME) :].strip())
        self._good[known] = None
        if len(self._good) > _MAX_GOOD:
            with contextlib.suppress(KeyError):  # another thread has taken the last one
                self._good.popitem(last=False)
        return caller

    def knows(self, authorization: str | None) -> bool:
        """Return whether the header was good when `by_header` last had it: nobody is let in by that."""
        return authorization is not None and _digest(authorization) in self._good

    def by_token(self, token: str) -> Caller:
        """Return whose key or token of an issuer the text is."""
        if len(token) > _MAX_CHARS:
            raise KeyMissingHere("got a token that is longer than any key")
        if self._tokens is not None and token.count(".") > 1:  # a key has one dot, a token two
            session = tokens.borne(self._session, self._tokens, token)
        else:
            session = presented_to(self._session, token)
        return Caller(session, session.actor.credential)
