"""One attack a check: it returns where it is refused, and raises `Breach` where it gets through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.audio import Container, Signal
from sayso.clock import now, stamp
from sayso.consent import Action, Release
from sayso.consent import store as consents
from sayso.consent.act import Disclosure
from sayso.consent.errors import PermitRefused
from sayso.consent.permit import Permit
from sayso.doors.api.latency import Latency, Metrics
from sayso.doors.api.speech import Speaking
from sayso.engines import Stop, VoiceAsset
from sayso.engines.hibari import HibariEngine
from sayso.engines.kokoro import Kokoro
from sayso.enrollment import intake
from sayso.ids import ClipId, VoiceId, new_id
from sayso.ledger import append
from sayso.ledger.acts import SpeakerAdded
from sayso.lineage import Kind
from sayso.mark import Mark, MarkedAudio, MarkKeys
from sayso.mark.embedder import Marker
from sayso.synthesis import Renderer, script
from sayso.synthesis import store as clips
from sayso.synthesis.store import Clip
from sayso.voices import CloningPermit, clone_zero_shot, reference, style_fit, teach, zero_shot
from sayso.voices.student import teaching
from sayso.workflows.consent import permission
from sayso.workflows.installation import rows
from sayso.workflows.provenance.releasing import ProgrammeDraft, SoundDraft, TakeDraft
from sayso.workflows.speech import credentials, exporting, orders, releases, speaking
from sayso.workflows.speech import live as live_speech
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices import archive, cloning, voicebook
from sayso.workflows.voices.cloning import Commission, clone_voice
from tests.synthesis.test_render import ENGINE, MARK, SPOKEN, VOICE, Listening, World, commit
from tests.voices.references import Gate, permitted, references
from tests.voices.toy import Toy
from tests.workflows.conftest import FREE

Attack = Callable[..., None]

ATTACKS: dict[str, Attack] = {}
"""By the name of the mutation that each finds."""


class Breach(AssertionError):
    """The attack got through."""


@dataclass
class Site:
    """What an attack on a workflow may use."""

    estate: Any
    folder: Path

    @property
    def session(self) -> Any:
        return self.estate.session

    def end_permits(self) -> None:
        speaker, told = self.estate.speaker, SpeakerAdded(subject="0" * 32)
        with self.session.act() as tx:
            consents.bump_epoch(tx, speaker)
            told = rows.bound(self.session.vault, tx, speaker, told)
            append(tx, told.entry(stamp(now()), self.estate.grant))  # so that the rows are as the ledger says


def against(*names: str) -> Callable[[Attack], Attack]:
    """Enter an attack under the mutations that it is there to find."""

    def enter(attack: Attack) -> Attack:
        for name in names:
            assert name not in ATTACKS, name
            ATTACKS[name] = attack
        return attack

    return enter


@contextmanager
def refused(what: str) -> Iterator[None]:
    """Expect the gate to refuse; a block that comes to its end is a breach."""
    try:
        yield
    except PermitRefused:
        return
    raise Breach(what)


class Open:
    """A gate that lets everybody through: it takes the other checks out of the way of the one at stake."""

    def check(self, *_: Any, **__: Any) -> None:
        """Let through."""


class Counting:
    """A marker without checks that counts the chunks it was handed."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.marker, self.chunks, self.then = Marker(MarkKeys.derive(b"s" * 32), Open()), 0, then

    def session(self, *args: Any, **words: Any) -> Any:
        """Open a session that counts."""
        return self._counted(self.marker.session(*args, **words))

    def live(self, *args: Any, **words: Any) -> Any:
        """Open a live session that counts."""
        return self._counted(self.marker.live(*args, **words))

    def _counted(self, inner: Any) -> Any:
        counting = self

        class Session:
            def push(self, signal: Signal) -> Any:
                counting.chunks += 1
                marked = inner.push(signal)
                counting.then()
                return marked

            def finish(self) -> Any:
                return inner.finish()

        return Session()


def render(world: World, marker: Any, **changes: Any) -> Iterator[Any]:
    words = {"engine": world.engine, "permit": world.permit(), "mark": MARK, "action": Action.SYNTHESIZE}
    return Renderer(marker, world.gate).render(SPOKEN, VOICE, commit=commit, **(words | changes))


def whole_first_phrase(world: World) -> Iterator[Any]:
    """Return the first phrase alone: as many samples as it has among others."""
    permit = world.permit(text_commitment=commit(script(SPOKEN[:1])))
    return Renderer(Counting(), world.gate).render(
        SPOKEN[:1], VOICE, commit=commit, engine=world.engine, permit=permit, mark=MARK, action=Action.SYNTHESIZE
    )


# Rendering


@against("synthesis/render.py:Renderer.render without check 0", "synthesis/render.py:_Pass.check without check 0")
def speak_under_a_permit_that_has_ended() -> None:
    world = World()
    world.epoch = 4
    with refused("a render began without a permit that holds"):
        render(world, Counting())


@against("synthesis/render.py:_Pass.check without text_commitment in check 0")
def say_another_text() -> None:
    world = World()
    with refused("another text was spoken"):
        render(world, Counting(), permit=world.permit(text_commitment="another"))


@against("synthesis/render.py:_Pass.check without engine_digest in check 0")
def use_another_engine() -> None:
    world = World()
    with refused("another engine spoke"):
        render(world, Counting(), permit=world.permit(engine_digest="0" * 64))


@against("synthesis/render.py:_Pass.check without voice_digest in check 0")
def use_another_voice() -> None:
    world = World()
    with refused("another voice spoke"):
        Renderer(Counting(), world.gate).render(
            SPOKEN, VoiceAsset("hibari", "stock", b"other"), commit=commit, engine=world.engine,
            permit=world.permit(), mark=MARK, action=Action.SYNTHESIZE,
        )  # fmt: skip


@against(
    "synthesis/render.py:Renderer._marked without made_ms in check 0",
    "synthesis/render.py:_Pass.check without made_ms in check 0",
)
def make_more_than_the_ceiling() -> None:
    world, marker = World(), Counting()
    with refused("more was made than the ceiling"):
        list(render(world, marker, permit=world.permit(ceiling_ms=100)))


@against("synthesis/render.py:_chunks without check 0")
def have_a_phrase_spoken_after_a_withdrawal() -> None:
    world = World()
    total = sum(piece.signal.num_samples for piece in whole_first_phrase(World()))
    pieces = render(world, Counting())
    while next(pieces).stop < total:
        pass
    world.epoch = 4
    with refused("a piece left after the withdrawal"):
        next(pieces)
    if len(world.said) > 1:
        raise Breach("a phrase was spoken after the withdrawal")


@against("synthesis/render.py:Renderer._marked without check 0")
def have_a_chunk_marked_after_a_withdrawal() -> None:
    world, marker = World(), Counting()

    class Slow(Listening):
        def stream(self, text: str, voice: Any, **words: Any) -> Iterator[Signal]:
            for piece in super().stream(text, voice, **words):
                self.world.epoch = 4
                yield piece

    with refused("a chunk left after the withdrawal"):
        next(render(world, marker, engine=Slow(world)))
    if marker.chunks:
        raise Breach("a chunk was marked after the withdrawal")


@against("synthesis/render.py:Renderer._marked without check 1")
def have_a_piece_released_after_a_withdrawal() -> None:
    world, marker = World(), Counting()
    pieces = render(world, marker)
    next(pieces)
    world.epoch = 4
    with refused("a piece of a marked chunk left after the withdrawal"):
        next(pieces)
    if marker.chunks != 1:
        raise Breach("the chunk was shorter than a piece: this attack shows nothing")


@against("synthesis/render.py:Renderer._live without check 0")
def go_on_while_it_is_heard_after_a_withdrawal() -> None:
    world, marker = World(), Counting()
    pieces = render(world, marker, engine=ENGINE, live=True)
    next(pieces)
    before, world.epoch = marker.chunks, 4
    with refused("live speech went on after the withdrawal"):
        next(pieces)
    if marker.chunks > before:
        raise Breach("a piece of live speech was marked after the withdrawal")


@against("synthesis/render.py:Renderer._live without made_ms in check 0")
def make_more_than_the_ceiling_while_it_is_heard() -> None:
    world = World()
    with refused("more was made live than the ceiling"):
        list(render(world, Counting(), engine=ENGINE, live=True, permit=world.permit(ceiling_ms=300)))


# Marking


@against("mark/embedder.py:Marker.session without check 0")
def mark_under_a_forged_permit() -> None:
    world = World()
    forged = replace(world.permit(), grant_id="grt_" + "b" * 16)
    with refused("a session was opened under a forged permit"):
        world.marker.session(MARK, forged, Action.SYNTHESIZE, sample_rate=24_000)


def sound(length_s: float = 0.5) -> Signal:
    first = next(iter(ENGINE.stream("He came at dawn, late, by boat.", VOICE)))
    return first.slice(0, round(length_s * first.sample_rate))


@against("mark/embedder.py:Embedding.push without its check", "mark/embedder.py:Embedding._check without check 0")
def push_after_a_withdrawal() -> None:
    world = World()
    session = world.marker.session(MARK, world.permit(), Action.SYNTHESIZE, sample_rate=24_000)
    world.epoch = 4
    with refused("a chunk was marked after the withdrawal"):
        session.push(sound())


@against("mark/embedder.py:Embedding.whole without its check")
def mark_a_whole_file_after_a_withdrawal() -> None:
    world = World()
    session = world.marker.session(MARK, world.permit(), Action.SYNTHESIZE, sample_rate=24_000)
    world.epoch = 4
    with refused("a file was marked after the withdrawal"):
        session.whole(sound())


@against("mark/embedder.py:Embedding._check without made_ms in check 0")
def mark_more_than_the_ceiling() -> None:
    world = World()
    session = world.marker.session(MARK, world.permit(ceiling_ms=100), Action.SYNTHESIZE, sample_rate=24_000)
    with refused("more was marked than the ceiling"):
        session.push(sound())


def live(world: World, **permit: Any) -> Any:
    return world.marker.live(MARK, world.permit(**permit), Action.SYNTHESIZE, sample_rate=24_000)


@against("mark/embedder.py:Marker.live without check 0")
def mark_live_under_a_forged_permit() -> None:
    world = World()
    forged = replace(world.permit(), grant_id="grt_" + "b" * 16)
    with refused("a live session was opened under a forged permit"):
        world.marker.live(MARK, forged, Action.SYNTHESIZE, sample_rate=24_000)


@against(
    "mark/embedder.py:LiveEmbedding.push without its check",
    "mark/embedder.py:LiveEmbedding._check without check 0",
)
def go_on_live_after_a_withdrawal() -> None:
    world = World()
    session = live(world)
    world.epoch = 4
    with refused("live speech went on after the withdrawal"):
        session.push(sound())


@against("mark/embedder.py:LiveEmbedding.finish without its check")
def finish_live_after_a_withdrawal() -> None:
    world = World()
    session = live(world)
    session.push(sound())
    world.epoch = 4
    with refused("the rest of live speech left after the withdrawal"):
        session.finish()


@against("mark/embedder.py:LiveEmbedding._check without made_ms in check 0")
def speak_live_beyond_the_ceiling() -> None:
    world = World()
    with refused("more was said live than the ceiling"):
        live(world, ceiling_ms=100).push(sound())


# Cloning


def clone(site: Site) -> None:
    commission = Commission(site.estate.speaker, (site.estate.recording,), effort="fast", engine="hibari", **FREE)
    clone_voice(site.session, commission)


def refused_clone(site: Site, what: str) -> None:
    with refused(what):
        clone(site)


@contextmanager
def counted(owner: Any, name: str) -> Iterator[list[Any]]:
    """Note the calls of a function, which goes on as it is."""
    called: list[Any] = []
    kept = getattr(owner, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, lambda *args, **words: (called.append(args), kept(*args, **words))[1])
        yield called


@contextmanager
def withdrawn_after(site: Site, owner: Any, name: str) -> Iterator[None]:
    """Withdraw as soon as a function has done its work."""
    kept = getattr(owner, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, lambda *args, **words: (kept(*args, **words), site.end_permits())[0])
        yield


def none_of(called: list[Any], what: str) -> None:
    if called:
        raise Breach(what)


@against("enrollment/intake.py:enrolled without check 0")
def examine_a_recording_after_a_withdrawal(site: Site) -> None:
    with withdrawn_after(site, cloning, "_permitted"), counted(intake, "admit") as admitted:
        refused_clone(site, "a voice was cloned after the withdrawal")
    none_of(admitted, "a recording was examined after the withdrawal")


@against("voices/reference.py:prepared without check 0")
def change_a_recording_after_a_withdrawal(site: Site) -> None:
    with withdrawn_after(site, intake, "admit"), counted(reference, "restore") as repaired:
        refused_clone(site, "a voice was cloned after the withdrawal")
    none_of(repaired, "a recording was changed after the withdrawal")


def searched(cloning_permit: CloningPermit, then: Callable[[], None] = lambda: None) -> int:
    """Search for a voice; return how many sentences a toy engine said for it."""
    with pytest.MonkeyPatch.context() as patch:
        budget = style_fit.SearchBudget(rounds=1, tone_after=(), stock=8, settling=1, judged=1)
        patch.setattr(style_fit, "BUDGETS", {style_fit.Effort.FAST: budget})
        told: list[float] = []

        def progress(part: float) -> None:
            told.append(part)
            then()

        try:
            recordings = references(sound(2.0))
            style_fit.fit(Toy(), recordings, cloning_permit, effort=style_fit.Effort.FAST, progress=progress)
        except PermitRefused:
            return len(told)
    raise Breach("a voice was fitted without a permit that holds")


@against("voices/style_fit.py:fit without check 0")
def fit_a_voice_after_a_withdrawal() -> None:
    gate = Gate()
    gate.refusal = PermitRefused("withdrawn", reasons=["withdrawn"])
    with counted(style_fit, "embed_speech") as heard:
        searched(permitted(gate))
    none_of(heard, "the speaker was listened to after the withdrawal")


@against("voices/style_fit.py:_Search.say_all without check 0")
def go_on_searching_after_a_withdrawal() -> None:
    gate = Gate()

    def withdraw() -> None:
        gate.refusal = PermitRefused("withdrawn", reasons=["withdrawn"])

    if searched(permitted(gate), withdraw) > 8:
        raise Breach("a sentence was spoken after the withdrawal")


@against("voices/style_fit.py:_Search._climbing without check 0")
def go_on_climbing_after_a_withdrawal() -> None:
    search = object.__new__(style_fit._Search)
    search._permitted, search._digests, search._progress = refusing(), [], lambda _: None
    with refused("the search took another step after the withdrawal"):
        search._climbing(0.5, 0.0)


def refusing() -> CloningPermit:
    gate = Gate()
    allowed = permitted(gate)
    gate.refusal = PermitRefused("withdrawn", reasons=["withdrawn"])
    return allowed


class Cloner(HibariEngine):
    """An engine that clones by itself, and counts what it hears and says."""

    def __init__(self) -> None:
        self.heard, self.said = 0, 0

    def clone(self, reference: Signal) -> VoiceAsset:
        self.heard += 1
        return VOICE

    def stream(self, text: str, voice: VoiceAsset, **words: Any) -> Iterator[Signal]:
        self.said += 1
        return super().stream(text, voice, **words)


def cloned_at_once(engine: Cloner, gate: Gate, withdrawn_at: float) -> None:
    """Clone with an engine that does it by itself; consent ends once so large a part is done. Nothing is judged."""

    def progress(part: float) -> None:
        if part >= withdrawn_at:
            gate.refusal = PermitRefused("withdrawn", reasons=["withdrawn"])

    progress(0.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zero_shot.Parted, "of", lambda signals: SimpleNamespace(heard=signals[0].samples[0]))
        patch.setattr(zero_shot, "judged", lambda *_, **__: None)
        with refused("a voice was cloned after the withdrawal"):
            clone_zero_shot(engine, references(sound()), permitted(gate), progress=progress)


@against("voices/zero_shot.py:clone_zero_shot without check 0")
def have_an_engine_hear_a_speaker_after_a_withdrawal() -> None:
    engine = Cloner()
    cloned_at_once(engine, Gate(), withdrawn_at=0.0)
    if engine.heard:
        raise Breach("an engine heard the speaker after the withdrawal")


@against("voices/zero_shot.py:clone_zero_shot without check 1")
def have_a_clone_speak_after_a_withdrawal() -> None:
    engine = Cloner()
    cloned_at_once(engine, Gate(), withdrawn_at=0.5)
    if engine.said:
        raise Breach("a clone spoke after the withdrawal")


@against("voices/student/teaching.py:teach without check 0")
def have_a_teacher_speak_after_a_withdrawal() -> None:
    def said(*_: Any) -> None:
        raise Breach("a clone said an exercise after the withdrawal")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teaching, "lesson", said)
        with refused("a student was taught after the withdrawal"):
            teach(HibariEngine(), references(sound()), refusing(), start=Kokoro().stock_asset("af_heart"))


@against("voices/student/teaching.py:teach without check 1")
def have_a_student_learn_on_after_a_withdrawal() -> None:
    gate = Gate()

    def steps(*_: Any) -> Iterator[tuple[int, dict[str, Any]]]:
        gate.refusal = PermitRefused("withdrawn", reasons=["withdrawn"])
        yield 25, {}
        raise Breach("a student learned on after the withdrawal")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teaching, "lesson", lambda *_: None)
        patch.setattr(teaching, "learned", steps)
        with refused("a student was taught after the withdrawal"):
            teach(HibariEngine(), references(sound()), permitted(gate), start=Kokoro().stock_asset("af_heart"))


def sealed(site: Site, what: str, before: str) -> None:
    """Withdraw once ``before`` is done, and expect nothing to be sealed afterwards."""
    owner = cloning if before == "fit" else archive
    with withdrawn_after(site, owner, before), counted(archive, "_sealed") as kept:
        refused_clone(site, "a voice was cloned after the withdrawal")
    kinds = {args[-1] for args in kept}
    none_of([kind for kind in kinds if before == "fit" or kind in (Kind.EMBEDDING, Kind.VOICE)], what)


@against("workflows/voices/archive.py:sealed_recordings without check 0")
def seal_recordings_after_a_withdrawal(site: Site) -> None:
    sealed(site, "a recording was sealed after the withdrawal", before="fit")


@against("workflows/voices/archive.py:sealed_voice without check 0")
def seal_a_voice_after_a_withdrawal(site: Site) -> None:
    sealed(site, "a voice was sealed after the withdrawal", before="sealed_recordings")


def cloning_permit(site: Site, *, voice: VoiceId | None = None) -> tuple[CloningPermit, list[bytes], Any]:
    """Return a permit to clone the site's recording, as its voice or another, after the fact."""
    permitted_voice, engine = VoiceId(new_id("voice")), cloning.engine_named("hibari")
    files = [site.estate.recording.read_bytes()]
    granted = cloning._permitted(site.session, site.estate.speaker, permitted_voice, files, engine)
    permission.failed(site.session, granted, cloning.ACT)
    made = cloning._cloning_permit(site.session, granted.permit, voice or permitted_voice)
    return made, reference.digests_of(files), engine


@against("voices/permitted.py:CloningPermit.check without check 0")
def clone_under_a_permit_that_has_ended(site: Site) -> None:
    made, digests, engine = cloning_permit(site)
    site.end_permits()
    with refused("a voice was cloned under a permit that has ended"):
        made.check(digests, engine)


@against("voices/permitted.py:CloningPermit.check without voice in check 0")
def clone_as_another_voice(site: Site) -> None:
    made, digests, engine = cloning_permit(site, voice=VoiceId(new_id("voice")))
    with refused("another voice than the permitted one was cloned"):
        made.check(digests, engine)


@against("voices/permitted.py:CloningPermit.check without text_commitment in check 0")
def clone_from_another_recording(site: Site) -> None:
    made, _, engine = cloning_permit(site)
    with refused("a voice was cloned from another recording"):
        made.check(reference.digests_of([b"another"]), engine)


@against("voices/permitted.py:CloningPermit.check without engine_digest in check 0")
def clone_with_another_engine(site: Site) -> None:
    made, digests, _ = cloning_permit(site)

    class Another:
        def digest(self) -> str:
            return "0" * 64

    with refused("a voice was cloned with another engine"):
        made.check(digests, Another())


@against("workflows/consent/permission.py:result without check 0")
def keep_a_voice_after_a_withdrawal(site: Site) -> None:
    before = len(voicebook.listed(site.session))
    with withdrawn_after(site, archive, "sealed_voice"):
        refused_clone(site, "a voice was kept after the withdrawal")
    if len(voicebook.listed(site.session)) > before:
        raise Breach("a voice was kept after the withdrawal")


# Releasing


def marked_by(permit: Permit, signal: Signal) -> MarkedAudio:
    """Return a second of sound marked under a permit, as if a gate had let it through."""
    return Marker(MarkKeys.derive(b"s" * 32), Open()).embed(signal, Mark.new(), permit, permit.action)


def clip_permit(site: Site, **changes: Any) -> tuple[Permit, MarkedAudio]:
    """Return a permit for a clip, whose minutes are given back, and a second of sound marked under it."""
    take = orders.taken(site.session, site.estate.order(text="Good evening."), Container.WAV)
    granted = permission.ask(site.session, replace(take.request(), **changes), speaking.ACT)
    permission.failed(site.session, granted, speaking.ACT)
    return granted.permit, marked_by(granted.permit, sound(1.0))


def pack(site: Site, permit: Permit, made: MarkedAudio) -> None:
    clip = ClipId(new_id("clip"))
    credentials.packed(
        site.session,
        made,
        container=Container.WAV,
        gate=site.session.gate,
        permit=permit,
        action=Action.SYNTHESIZE,
        clip=clip,
    )


@against("workflows/speech/credentials.py:packed without check 0")
def sign_that_a_grant_permitted_it(site: Site) -> None:
    permit, made = clip_permit(site)
    with refused("credentials were signed that name a grant which permitted nothing"):
        pack(site, replace(permit, grant_id="grt_" + "b" * 16), made)


@against("workflows/speech/credentials.py:packed without made_ms in check 0")
def sign_more_than_was_permitted(site: Site) -> None:
    permit, made = clip_permit(site, ceiling_ms=500)
    with refused("credentials were signed for more sound than was permitted"):
        pack(site, permit, made)


def released(site: Site, what: str, **changes: Any) -> None:
    out = site.folder / f"{new_id('clip')}.wav"
    with refused(what):
        speak(site.session, site.estate.order(**changes), out)
    if out.exists():
        raise Breach(what)


def unsigned(session: Any, made: MarkedAudio, **words: Any) -> credentials.Packed:
    """Return what is packed, but without credentials in the file."""
    return replace(PACKED(session, made, **words), file=made.encoded(words["container"]))


PACKED = credentials.packed


@against(
    "workflows/provenance/releasing.py:SoundDraft.write without check 0",
    "workflows/provenance/releasing.py:SoundDraft.write without release in check 0",
)
def release_a_file_that_does_not_say_it_is_synthetic(site: Site) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "packed", unsigned)
        released(site, "a file left without the credentials that were promised")


@against("workflows/provenance/releasing.py:SoundDraft.write without voice in check 0")
def release_a_clip_permitted_for_another_voice(site: Site) -> None:
    with pytest.MonkeyPatch.context() as patch:
        kept, other = permission.ask, VoiceId(new_id("voice"))
        patch.setattr(
            permission, "ask", lambda session, asked, *a, **w: kept(session, replace(asked, voice=other), *a, **w)
        )
        released(site, "a clip left that was permitted for another voice")


@against("workflows/provenance/releasing.py:SoundDraft.publish without check 0")
def be_held_up_until_after_a_withdrawal(site: Site) -> None:
    publish = SoundDraft.publish

    def held_up(draft: SoundDraft) -> None:
        site.end_permits()
        publish(draft)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SoundDraft, "publish", held_up)
        released(site, "a file got its name after the withdrawal")


# Heard while it is made


@against("workflows/speech/live.py:LiveSpeech.left without check 0")
def hear_a_piece_that_waited_until_after_a_withdrawal(site: Site) -> None:
    speech = live_speech.begin(site.session, site.estate.order(text="Good evening."))
    pieces = speech.pieces()
    try:
        piece = next(pieces)
        site.end_permits()
        with refused("a piece that waited was heard after the withdrawal"):
            speech.left(piece)
    finally:
        pieces.close()
        permission.failed(site.session, speech.run.granted, speaking.ACT)


class Waiting:
    """An utterance of one piece, made before its consent ended."""

    ahead_s = 0.0

    def __init__(self, world: World) -> None:
        self.world, self.permit, self.stop = world, world.permit(), Stop()
        self.piece = world.marker.embed(sound(), MARK, self.permit, Action.SYNTHESIZE)

    def pieces(self) -> Iterator[MarkedAudio]:
        yield self.piece

    def left(self, _: MarkedAudio) -> None:
        self.world.gate.check(self.permit, Action.SYNTHESIZE)

    def close(self) -> None:
        """Keep nothing."""


@against("doors/api/speech.py:Speaking.pieces without its check")
def be_sent_a_piece_that_waited_until_after_a_withdrawal() -> None:
    async def listen(utterance: Any, pool: ThreadPoolExecutor) -> None:
        places: Any = nullcontext(SimpleNamespace(leave=lambda: None))
        speaking = Speaking(lambda: utterance, pool, pool, places, latency=Latency(Metrics(), 0.0))
        await speaking.start()
        utterance.world.epoch = 4
        try:
            with refused("the server sent a piece after the withdrawal"):
                await anext(speaking.pieces())
        finally:
            await speaking.aclose()

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(listen(Waiting(World()), pool))


# Exporting


@against("workflows/speech/releases.py:SealedRelease.file without check 0")
def have_a_release_given_again_after_a_withdrawal(site: Site) -> None:
    permit, _ = clip_permit(site, action=Action.PUBLISH)
    sealed = site.session.vault.seal_field(b"a signed file", permit.speaker, field=releases.FIELD)
    site.end_permits()
    with refused("a released file was given again after the withdrawal"):
        releases.SealedRelease(permit, sealed).file(site.session)


def clip_of(site: Site) -> Clip:
    spoken = speak(site.session, site.estate.order(), site.folder / f"{new_id('clip')}.wav")
    with site.session.read() as tx:
        return clips.get_clip(tx, ClipId(spoken.clip))


def fetch(site: Site, what: str, after: Callable[[], None] = lambda: None, **changes: Any) -> None:
    clip = clip_of(site)
    row = voicebook.row_of(site.session, clip.voice_id)
    asked = exporting._request(site.session, clip, row, exporting.Publication(clip.clip_id), Disclosure.METADATA)
    granted = permission.ask(site.session, replace(asked, **changes), exporting.ACT)
    after()
    with refused(what):
        exporting.reopen(site.session, clip, exporting.made_of(site.session, clip), granted.permit)


@against("mark/reopening.py:reopened without check 0")
def fetch_a_clip_after_the_permit_has_ended(site: Site) -> None:
    fetch(site, "a clip was fetched without a permit that holds", site.end_permits)


@against("mark/reopening.py:reopened without voice in check 0")
def fetch_a_clip_permitted_for_another_voice(site: Site) -> None:
    fetch(site, "a clip was fetched that was permitted for another voice", voice=VoiceId(new_id("voice")))


@against("mark/reopening.py:reopened without made_ms in check 0")
def fetch_more_than_was_permitted(site: Site) -> None:
    fetch(site, "more was fetched than was permitted", ceiling_ms=10)


# The gate itself


def gate_attack(reason: str, change: dict[str, Any] | None = None, **world: Any) -> Attack:
    """Return the attack that one comparison of the gate refuses, with a genuine permit."""

    def attack() -> None:
        here = World()
        permit = here.permit(territory="DE", channel="app", disclosure=Disclosure.METADATA)
        act = {"voice": permit.voice, "text_commitment": permit.text_commitment, "made_ms": permit.ceiling_ms}
        act |= {"engine_digest": permit.engine_digest, "voice_digest": permit.voice_digest}
        act |= {"action": permit.action, "release": Release("DE", "app", Disclosure.METADATA)}
        here.gate.check(permit, **act)
        for name, value in world.items():
            setattr(here, name, value)
        with refused(reason):
            here.gate.check(permit, **(act | (change or {})))

    return attack


GATE = "consent/permit.py:Gate.check without"
LATER = World().now + timedelta(minutes=15)
EMPTY = {"voice": None, "text_commitment": None, "engine_digest": None, "voice_digest": None, "release": None}
for name, comparison in {
    f"{GATE} action": gate_attack("another act", {"action": Action.TRAIN}),
    f"{GATE} voice": gate_attack("another voice", {"voice": "voi_" + "b" * 16}),
    f"{GATE} text": gate_attack("another text", {"text_commitment": "another"}),
    f"{GATE} engine": gate_attack("another engine", {"engine_digest": "0" * 64}),
    f"{GATE} voice data": gate_attack("another voice's data", {"voice_digest": "0" * 64}),
    f"{GATE} `if not 0 <= made_ms <= permit.ceiling_ms`": gate_attack("too long", {"made_ms": 10**9}),
    f"{GATE} `if release is not None`": gate_attack("released elsewhere", {"release": Release("AT", "app")}),
    f"{GATE} `if self._clock() >= _moment(permit.expires)`": gate_attack("after its end", now=LATER),
    f"{GATE} `if epoch is None or epoch != permit.epoch`": gate_attack("after a withdrawal", epoch=4),
    f"{GATE} `if reasons`": gate_attack("whatever is wrong", {"action": Action.TRAIN}),
    "consent/permit.py:_misreleased without territory": gate_attack(
        "elsewhere", {"release": Release("AT", "app", Disclosure.METADATA)}
    ),
    "consent/permit.py:_misreleased without channel": gate_attack(
        "otherwise", {"release": Release("DE", "tv", Disclosure.METADATA)}
    ),
    "consent/permit.py:_misreleased without disclosure": gate_attack(
        "in silence", {"release": Release("DE", "app", None)}
    ),
}.items():
    against(name)(comparison)


@against(f"{GATE} the signature", "consent/permit.py:Gate._check_signature without `if not genuine`")
def make_a_permit_of_ones_own() -> None:
    world = World()
    own = replace(world.permit(), ceiling_ms=10**9).signed(Ed25519PrivateKey.generate())
    with refused("a permit that nobody here made"):
        world.gate.check(own, Action.SYNTHESIZE)


# Programmes


@dataclass(frozen=True)
class Chapter:
    """What stands for a signed chapter."""

    permit_ids: frozenset[str]
    data: bytes = b"sound"


def chapter(site: Site) -> tuple[ProgrammeDraft, Chapter]:
    """Return a draft of a chapter, and the chapter, whose one clip may be published with credentials."""
    clip = clip_of(site)
    row = voicebook.row_of(site.session, clip.voice_id)
    asked = exporting._request(site.session, clip, row, exporting.Publication(clip.clip_id), Disclosure.METADATA)
    permit = permission.ask(site.session, asked, exporting.ACT).permit
    return ProgrammeDraft(site.folder / "chapter.mp3", site.session.gate, [permit]), Chapter(
        frozenset({permit.permit_id})
    )


@against(
    "workflows/provenance/releasing.py:ProgrammeDraft._check without check 0",
    "workflows/provenance/releasing.py:ProgrammeDraft._check without release in check 0",
)
def release_a_chapter_that_does_not_say_it_is_synthetic(site: Site) -> None:
    draft, file = chapter(site)
    with draft, refused("a chapter left without the credentials that were promised"):
        draft.write(file, to=Release())
    draft, _ = chapter(site)
    with draft, refused("a book was bound without the credentials that were promised"):
        draft.bind(lambda bound: bound.write(b"sound"), to=Release())


@against("workflows/provenance/releasing.py:ProgrammeDraft.publish without check 0")
def be_held_up_with_a_chapter_until_after_a_withdrawal(site: Site) -> None:
    draft, file = chapter(site)
    with draft:
        draft.write(file, to=Release(disclosure=Disclosure.METADATA))
        site.end_permits()
        with refused("a chapter got its name after the withdrawal"):
            draft.publish()


# Recordings taken out


@against("workflows/provenance/releasing.py:TakeDraft.write without check 0")
def take_a_recording_out_under_a_permit_to_speak(tmp_path: Path) -> None:
    world = World()
    with TakeDraft(tmp_path / "take.flac", world.gate) as draft, refused("a recording left under a permit to speak"):
        draft.write(b"sound", world.permit())


@against("workflows/provenance/releasing.py:TakeDraft.publish without check 0")
def be_held_up_with_a_recording_until_after_a_withdrawal(tmp_path: Path) -> None:
    world = World()
    with TakeDraft(tmp_path / "take.flac", world.gate) as draft:
        draft.write(b"sound", world.permit(action=Action.EXPORT))
        world.epoch += 1
        with refused("a recording got its name after the withdrawal"):
            draft.publish()
