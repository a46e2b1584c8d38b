"""Takes: one line becomes one clip, made once however often it is asked for, and opened again for its chapter."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sayso.audio import Container
from sayso.consent import Request
from sayso.consent.act import Disclosure
from sayso.ids import RunId, new_id
from sayso.labels import Layer
from sayso.mark.verifying import MarkPolicy
from sayso.synthesis import store as clips
from sayso.synthesis.errors import ClipUnknown
from sayso.synthesis.store import Clip
from sayso.workflows.consent.commitments import text_commitment
from sayso.workflows.installation.session import Session
from sayso.workflows.productions.permitting import disclosure_of
from sayso.workflows.productions.plans import PlannedLine, Production
from sayso.workflows.speech import labels, speaking
from sayso.workflows.speech.labels import Plan
from sayso.workflows.speech.orders import Order, Take
from sayso.workflows.voices.voicebook import cast

_PER_CHAPTER = frozenset({Layer.SPOKEN, Layer.RHYTHM, Layer.NOTICE, Layer.AIGC})
"""Labels that a chapter carries once, not each of its lines."""


@dataclass(frozen=True, slots=True)
class LineTake(Take):
    """The take of a line: it leaves in a chapter only, whose disclosure is what counts."""

    told: Disclosure = Disclosure.METADATA

    def request(self) -> Request:
        """Return what consent is asked."""
        return replace(Take.request(self), disclosure=self.told, language=self.order.language)


def clip_of(session: Session, production: Production, line: PlannedLine) -> Clip | None:
    """Return the finished clip of a line, None where it is not made yet."""
    try:
        with session.read() as tx:
            found = clips.get_clip(tx, production.clip(line))
    except ClipUnknown:
        return None
    return found if found.result_ticket is not None else None


def make(session: Session, production: Production, line: PlannedLine, *, opens: bool) -> int:
    """Make the clip of a line, and return its length in ms; ``opens`` says that a chapter begins with it.

    Raise as `speaking.keep` does; whoever was faster has made the same clip, and then nothing is charged here.
    """
    return speaking.keep(session, _take(session, production, line, opens=opens)).sound.duration_ms


def _take(session: Session, production: Production, line: PlannedLine, *, opens: bool) -> LineTake:
    plan = production.plan
    order = Order(
        text=line.line.text,
        voice=line.voice,
        licensee=production.licensee,
        purpose=production.purpose,
        project=production.project,
        language=plan.language,
        speed=line.line.speed,
        seed=1000 * production.take_number(line),
        territory=plan.territory,
        channel=plan.channel,
    )
    voice = cast(session, line.voice)
    asked = _labels(session, production, opens=opens)
    spoken = asked.around(line.phrases, speed=order.speed)
    clip, mark = production.clip(line), production.mark(line)
    return LineTake(
        run=RunId(new_id("run")),
        order=order,
        voice=voice,
        phrases=spoken,
        text=line.text,
        commitment=text_commitment(session, voice.speaker, line.text),
        container=Container.FLAC,
        clip=clip,
        mark=mark,
        plan=asked,
        origin=labels.origin_of(session, clip, str(mark), voice.row),
        policy=MarkPolicy(refuse_weak=False),
        told=disclosure_of(production),
    )


def _labels(session: Session, production: Production, *, opens: bool) -> Plan:
    """Return the labels of a line: all that the laws of the settings ask for, where it opens a chapter."""
    plan = labels.plan(
        session.settings.jurisdictions,
        Container.FLAC,
        announced=False,
        every_s=None,
        language=production.plan.language,
        purpose=production.purpose,
    )
    if opens:
        return replace(plan, every_s=None)
    return replace(plan, layers=plan.layers - _PER_CHAPTER, words=None, every_s=None)
