"""Releasing sound: the only way for what was made under consent to become a file with a name."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Self

from sayso.consent.act import Action, Disclosure
from sayso.consent.permit import Gate, Permit, Release
from sayso.credentials import SignedAudio, SignedProgramme
from sayso.disk import Draft, check_target
from sayso.errors import Bug, Unavailable
from sayso.mark import EncodedAudio

_READABLE = 0o644


class PermitMixup(Bug):
    """A file was about to be released under another permit than it was made under."""


class NotReleased(Unavailable):
    """The clip is made, charged and kept, but its file could not be written; export the clip."""


@contextlib.contextmanager
def settled(clip: str, output: Path) -> Iterator[None]:
    """Where the disk fails now, tell whoever waits for ``output`` that the clip is made, and not to be made again."""
    try:
        yield
    except Unavailable as error:
        why = getattr(error.__cause__, "strerror", None) or error.message
        raise NotReleased(
            f"{output} could not be written ({str(why).lower()}), but {clip} is made, charged and kept; "
            "free some space and export the clip instead of making another"
        ) from error


class SoundDraft:
    """A file of marked sound that is on the disk and has no name yet: `write`, then `publish`."""

    def __init__(self, output: Path, gate: Gate, action: Action) -> None:
        """Prepare a draft for ``output``; ``gate`` is asked before any sound is written to it.

        Raise `TargetInvalid` or `DiskFailed` where it cannot be written: prepare it before anything is charged.
        """
        check_target(output, overwrite=True)
        self._draft = Draft(output, mode=_READABLE)
        self._gate, self._action = gate, action
        self._permit: Permit | None = None

    def write(
        self,
        file: EncodedAudio | SignedAudio,
        permit: Permit,
        *,
        voice: str,
        to: Release,
        announced: bool = False,
    ) -> None:
        """Write ``file``, which is to be released ``to`` a place and channel, if ``permit`` allows exactly that.

        How it discloses that the voice is synthetic is read from the file itself: by credentials if it is signed, and
        by words if they are ``announced`` in the sound.

        Raises
        ------
        PermitRefused : the permit does not hold, or not for this release
        PermitMixup : the sound was made under another permit
        """
        told = Disclosure.of(spoken=announced, metadata=isinstance(file, SignedAudio))
        self._gate.check(permit, self._action, voice=voice, release=replace(to, disclosure=told))
        if file.permit_id != permit.permit_id:
            raise PermitMixup
        self._draft.write(file.data)
        self._permit = permit

    def publish(self) -> None:
        """Give the file its name, replacing what had it before, if its permit holds to this moment.

        Raise `PermitRefused` where consent was withdrawn, or the permit ended, after the file was written: whoever is
        held up between the entry and the name does not release it.
        """
        if self._permit is not None:
            self._gate.check(self._permit, self._action)
        self._draft.publish()

    def __enter__(self) -> Self:
        """Use the draft as a context, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop the draft; what was published stays."""
        self._draft.close()


def write_manifest(path: Path, manifest: bytes) -> None:
    """Write the manifest of content credentials that lies beside a file: it holds no sound."""
    with Draft(path, mode=_READABLE) as draft:
        draft.write(manifest)
        draft.publish()


class ProgrammeDraft:
    """A file of many clips that is on the disk and has no name yet: `write`, then `publish`."""

    def __init__(self, output: Path, gate: Gate, permits: Sequence[Permit]) -> None:
        """Prepare a draft for ``output``, to be released under ``permits``, one for each voice in it."""
        check_target(output, overwrite=True)
        self._draft = Draft(output, mode=_READABLE)
        self._gate, self._permits = gate, tuple(permits)

    def write(self, file: SignedProgramme, *, to: Release) -> None:
        """Write a programme, released ``to`` a place and with a disclosure, if every permit allows exactly that.

        Raise `PermitRefused`, or `PermitMixup` for a clip that is in it under no permit of these.
        """
        if not file.permit_ids <= {permit.permit_id for permit in self._permits}:
            raise PermitMixup
        self._check(to)
        self._draft.write(file.data)

    def bind(self, write: Callable[[BinaryIO], None], *, to: Release) -> None:
        """Let ``write`` bind programmes, such as the chapters of a book, into the file, if every permit allows that.

        The file is open for reading and writing, and has no name yet.
        """
        self._check(to)
        self._draft.fill(write)

    def _check(self, to: Release) -> None:
        for permit in self._permits:
            self._gate.check(permit, Action.PUBLISH, release=to)

    def publish(self) -> None:
        """Give the file its name, replacing what had it before, if every permit holds to this moment."""
        for permit in self._permits:
            self._gate.check(permit, Action.PUBLISH)
        self._draft.publish()

    def __enter__(self) -> Self:
        """Use the draft as a context, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop the draft; what was published stays."""
        self._draft.close()


class TakeDraft:
    """A file of a speaker's own recording that is on the disk and has no name yet: `write`, then `publish`.

    It holds no synthetic speech, so it bears no mark of its own and no label; only a permit to take it out lets it go.
    """

    def __init__(self, output: Path, gate: Gate) -> None:
        """Prepare a draft for ``output``; raise `TargetInvalid` or `DiskFailed` where it cannot be written."""
        check_target(output, overwrite=True)
        self._draft = Draft(output, mode=_READABLE)
        self._gate = gate
        self._permit: Permit | None = None

    def write(self, data: bytes, permit: Permit) -> None:
        """Write the bytes of a file, if ``permit`` allows to take recordings out; raise `PermitRefused`."""
        self._gate.check(permit, Action.EXPORT)
        self._draft.write(data)
        self._permit = permit

    def publish(self) -> None:
        """Give the file its name, if its permit holds to this moment; raise `PermitRefused`."""
        if self._permit is not None:
            self._gate.check(self._permit, Action.EXPORT)
        self._draft.publish()

    def __enter__(self) -> Self:
        """Use the draft as a context, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop the draft; what was published stays."""
        self._draft.close()
