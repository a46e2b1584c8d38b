"""``sayso demo``: the whole path of a voice, in a dozen lines, on a real recording."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.shapes import erasure, provenance, speech, voices
from sayso.errors import Bug, Conflict, Refused

if TYPE_CHECKING:
    from sayso.workflows.installation.session import Session
    from sayso.workflows.speech.orders import Spoken
    from sayso.workflows.voices.cloning import Cloned

MARKER: Final = ".sayso-demo"
LICENSEE: Final = "Northwind Audio"
PURPOSE: Final = "audiobook/mystery"
PUBLIC_DOMAIN: Final = "https://librivox.org/pages/public-domain/"
LINE: Final = (
    "It was nearly midnight when the lighthouse keeper heard the knock. Nobody had crossed that water in 11 years."
)


class FolderTaken(Conflict):
    """The output folder holds files that are not from an earlier demo; name another with --out."""


def demo(
    out: Annotated[Path, typer.Option(help="Output folder.")] = Path("demo"),
    as_json: AsJson = False,
) -> None:
    """Run the whole path on a sample recording, offline.

    Adds a speaker, gives consent, clones the voice, speaks, verifies, refuses, withdraws and erases. Takes a minute.
    """
    run = Demo(_fresh(out), as_json=as_json)
    run.run()
    last = ("", f"Listen to {out}/2-cloned.wav. To use your own voice, start with: sayso speaker add --help")
    show(run.results, last, as_json=as_json)


class Demo:
    """One run of the demo, in an installation of its own."""

    def __init__(self, folder: Path, *, as_json: bool) -> None:
        """Prepare a run in ``folder``."""
        from sayso.settings import Settings  # noqa: PLC0415
        from sayso.workflows.installation.session import open_session  # noqa: PLC0415

        self.folder = folder
        self.as_json = as_json
        self.results: dict[str, Any] = {"folder": str(folder)}
        self.session: Session = open_session(Settings(home=(folder / "home").absolute()))

    def run(self) -> None:
        """Run every step."""
        self._line("Sayso", "voice cloning with the speaker's consent")
        speaker = self._speaker()
        grant = self._consent(speaker)
        voice = self._clone(speaker)
        self._say(voice)
        self._verify()
        self._podcast()
        self._refuse(voice)
        self._withdraw(grant, voice)
        self._erase(speaker)
        self._afterwards()

    def _speaker(self) -> str:
        from sayso.workflows.consent.speakers import add_speaker  # noqa: PLC0415

        recording = resources.files("sayso.doors.demo").joinpath("two_cities.flac").read_bytes()
        (self.folder / "1-reference.flac").write_bytes(recording)
        speaker = add_speaker(self.session, "A reader of LibriVox")
        self._line("speaker", "a LibriVox reader, 20 s in the public domain (1-reference.flac); no consent yet")
        refused = _refusal(lambda: self._cloned(speaker))
        self._line("refused", f"clone the voice: {_plain(refused)}")
        return str(speaker)

    def _consent(self, speaker: str) -> str:
        from sayso.workflows.consent.granting import Terms, give  # noqa: PLC0415

        terms = Terms(speaker, LICENSEE, (PURPOSE,), languages=("en",), until="2099-12-31", max_minutes=10)
        grant = give(self.session, terms)
        self._line("consent", f"the speaker grants {LICENSEE}: {PURPOSE}, English, 10 minutes in total")
        self.results["grant"] = grant
        return str(grant)

    def _clone(self, speaker: str) -> str:
        cloned = self._cloned(speaker)
        self._line("enrol", "no statement is asked for: the recording is in the public domain (--licence, --evidence)")
        self._line("clone", f"voice {cloned.voice}, similarity {cloned.similarity:.2f}, in {cloned.seconds:.0f} s")
        self.results["clone"] = voices.cloned(cloned)
        return cloned.voice

    def _say(self, voice: str) -> None:
        spoken = self._spoken(voice, PURPOSE, "2-cloned.wav")
        entry = self.session.entry_of(spoken.ticket)
        made = f"{spoken.duration_s:.1f} s in 2-cloned.wav, watermark {spoken.mark}, signed, ledger entry {entry}"
        self._line("say", made)
        self.results["say"] = speech.spoken(spoken, entry)

    def _verify(self) -> None:
        found = self._verified("2-cloned.wav", "3-verified.json")
        proof = "ledger proof valid" if found["proof_ok"] else "LEDGER PROOF INVALID"
        intact = "intact" if found["content_credentials"]["intact"] else "BROKEN"
        self._line("verify", f"{found['verdict']}: grant {found['grant_state']}, {proof}, credentials {intact}")
        self.results["verify"] = found

    def _podcast(self) -> None:
        """Send the clip through a codec at 64 kbit/s, which strips the credentials."""
        from sayso.audio import Container, decode, encode  # noqa: PLC0415
        from sayso.disk import write_whole  # noqa: PLC0415

        sound = decode(self.folder / "2-cloned.wav")
        write_whole(self.folder / "4-stripped.opus", encode(sound, Container.OPUS), mode=0o644)
        found = self._verified("4-stripped.opus", "4-stripped.json")
        kept = (
            "the watermark still identifies the clip"
            if found["mark"] == self.results["say"]["mark"]
            else "THE WATERMARK IS LOST"
        )
        self._line("strip", f"as Opus at 48 kbit/s, without credentials (4-stripped.opus): {kept}")
        self.results["stripped"] = found

    def _refuse(self, voice: str) -> None:
        refused = _refusal(lambda: self._spoken(voice, "advertising/soap", "never.wav"))
        self._line("refused", f"speak an advertisement: {_plain(refused)} (5-refusal.json)")
        self.results["refusal"] = {"message": refused.message, "reasons": list(refused.reasons)}
        self._keep("5-refusal.json", self.results["refusal"])

    def _withdraw(self, grant: str, voice: str) -> None:
        from sayso.workflows.consent.granting import withdraw  # noqa: PLC0415

        withdraw(self.session, grant)
        refused = _refusal(lambda: self._spoken(voice, PURPOSE, "never.wav"))
        self._line("withdraw", f"the speaker withdraws the grant; the same request is now refused: {_plain(refused)}")

    def _erase(self, speaker: str) -> None:
        from sayso.workflows.erasure import erasing  # noqa: PLC0415

        planned = erasing.plan(self.session, speaker)
        erased = erasing.run(self.session, planned.plan_id)
        file = self.folder / "6-erasure.certificate"
        erasing.certificate(self.session, erased.certificate, file)
        checked = erasing.check(str(file), self.session.log.vkey, lambda: self.session)
        what = f"key destroyed, {erased.blobs_removed} encrypted files deleted; certificate {erased.certificate}"
        self._line("erase", f"{what} {'valid' if checked.ok else 'INVALID'}")
        self.results["erasure"] = erasure.erased(erased)

    def _afterwards(self) -> None:
        found = self._verified("2-cloned.wav", "7-afterwards.json")
        self._line(
            "after",
            f"the same clip, verified again: {found['verdict']}, grant {found['grant_state']} (7-afterwards.json)",
        )
        self.results["afterwards"] = found

    def _cloned(self, speaker: str) -> Cloned:
        from sayso.workflows.voices.cloning import Commission, clone_voice  # noqa: PLC0415

        recording = self.folder / "1-reference.flac"
        commission = Commission(speaker, (recording,), effort="fast", licence="public-domain", evidence=PUBLIC_DOMAIN)
        with bar("cloning") as report:
            return clone_voice(self.session, commission, report)

    def _spoken(self, voice: str, purpose: str, name: str) -> Spoken:
        from sayso.workflows.speech.orders import Order  # noqa: PLC0415
        from sayso.workflows.speech.speaking import speak  # noqa: PLC0415

        order = Order(text=LINE, voice=voice, licensee=LICENSEE, purpose=purpose)
        with bar("speaking") as report:
            return speak(self.session, order, self.folder / name, report)

    def _verified(self, name: str, report: str) -> dict[str, Any]:
        from sayso.workflows.provenance.verifying import verify_file  # noqa: PLC0415

        found = provenance.verification(verify_file(self.session, self.folder / name))
        self._keep(report, found)
        return found

    def _keep(self, name: str, value: dict[str, Any]) -> None:
        (self.folder / name).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")

    def _line(self, act: str, text: str) -> None:
        if not self.as_json:
            show({}, (f"{act:<9} {text}",), as_json=False)


def _refusal(act: Callable[[], object]) -> Refused:
    """Return the refusal that ``act`` raises; raise `Bug` if it succeeds."""
    try:
        act()
    except Refused as refused:
        return refused
    raise Bug("the demo was permitted something without a grant; please report it")


def _plain(refused: Refused) -> str:
    """Return the first reason, without grant id and without the party that could change it."""
    reason = refused.reasons[0] if refused.reasons else refused.message
    named = reason.split(": ", 1)[1] if reason.startswith("grt_") else reason.removeprefix("grant: ")
    return named.split(" (", 1)[0]


def _fresh(folder: Path) -> Path:
    """Return ``folder``, emptied if it holds an earlier demo; raise `FolderTaken`."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise FolderTaken(f"{folder} holds files that are not from an earlier demo; name another folder with --out")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()
    return folder
