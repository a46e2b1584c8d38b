"""Teaching: under the permit, from a voice of Kokoro only; a student comes nearer to what its teacher says."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.consent.errors import PermitRefused
from sayso.engines.errors import TeacherMissing
from sayso.engines.hibari import HibariEngine
from sayso.engines.hibari_student import KIND, own_weights
from sayso.engines.kokoro import Kokoro
from sayso.engines.kokoro.voice import KokoroVoice
from sayso.testing import spoken
from sayso.voices import Effort, teach
from sayso.voices.student import teaching
from sayso.voices.student.exercises import exercises
from sayso.voices.student.lesson import lesson, usual
from sayso.voices.student.teaching import StudentPartMissing, learned
from tests.voices.references import Gate, permitted, references

TEXT = "The morning train was late again. Nobody on the platform seemed to mind at all."


@pytest.fixture(scope="module")
def teacher():
    return Kokoro().stock_asset("am_michael")


@pytest.fixture(scope="module")
def heard():
    engine = HibariEngine()
    return references(Signal.mono(spoken(engine, TEXT, engine.stock_asset("heart")), 24_000))


@pytest.fixture(scope="module")
def lessons(teacher):
    return [lesson(text, KokoroVoice.from_asset(teacher), 2) for text in exercises(3)]


def test_a_lesson_has_as_much_of_everything(lessons):
    for one in lessons:
        assert one.inputs.shape == (len(one.sound) // 300, 130)
        assert len(one.pulses) == len(one.sound)
    moves = usual(lessons)
    assert moves.pitch < 0.75  # a man teaches a net that a woman's voice is in
    assert 0.7 < moves.pace < 1.5


@pytest.mark.parametrize("start", [None, HibariEngine().stock_asset("heart")])
def test_without_a_teacher_on_kokoro_nothing_is_taught(heard, start):
    with pytest.raises(TeacherMissing):
        teach(HibariEngine(), heard, permitted(), start=start)


def test_without_a_permit_nobody_is_heard(heard, teacher, monkeypatch):
    gate, said = Gate(), []
    gate.refusal = PermitRefused("got a withdrawn permit")
    monkeypatch.setattr(teaching, "lesson", lambda *words: said.append(words))
    with pytest.raises(PermitRefused):
        teach(HibariEngine(), heard, permitted(gate), start=teacher)
    assert not said


def test_after_a_withdrawal_no_further_exercise_is_said(heard, teacher, monkeypatch):
    gate, said = Gate(), []

    def withdrawn(*words):
        said.append(words)
        gate.refusal = PermitRefused("got a withdrawn permit")

    monkeypatch.setattr(teaching, "lesson", withdrawn)
    with pytest.raises(PermitRefused):
        teach(HibariEngine(), heard, permitted(gate), start=teacher)
    assert len(said) == 1


def test_after_a_withdrawal_nothing_more_is_learned(heard, teacher, lessons, monkeypatch):
    gate = Gate()

    def steps(*_):
        gate.refusal = PermitRefused("got a withdrawn permit")
        yield 25, own_weights()

    monkeypatch.setattr(teaching, "lesson", lambda *_: lessons[0])
    monkeypatch.setattr(teaching, "learned", steps)
    with pytest.raises(PermitRefused):
        teach(HibariEngine(), heard, permitted(gate), start=teacher)


def test_what_was_learned_is_the_voice_and_is_judged_on_other_sentences(heard, teacher, lessons, monkeypatch):
    monkeypatch.setattr(teaching, "lesson", lambda *_: lessons[0])
    monkeypatch.setattr(teaching, "learned", lambda *_: iter([(1, own_weights())]))
    monkeypatch.setitem(teaching.BUDGETS, Effort.BEST, (2, 1))
    assert teach(HibariEngine(), heard, permitted(), start=teacher, effort=Effort.AUTO).effort is Effort.BEST
    found = teach(HibariEngine(), heard, permitted(), start=teacher, effort=Effort.FAST)
    assert found.asset.kind == KIND
    assert found.effort is Effort.FAST
    assert found.renders == teaching.BUDGETS[Effort.FAST][0] + 6
    assert found.similarity_ge2e > 0.5


def test_without_jax_the_extra_is_named_before_anything_is_said(heard, teacher, lessons, monkeypatch):
    import sys

    from sayso.voices import student

    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.delitem(sys.modules, "sayso.voices.student.network", raising=False)
    monkeypatch.delattr(student, "network", raising=False)
    with pytest.raises(StudentPartMissing, match=r"sayso\[student\]"):
        next(iter(learned(lessons, 1, 0)))
    monkeypatch.setattr(teaching, "lesson", lambda *_: pytest.fail("an exercise was said"))
    with pytest.raises(StudentPartMissing):
        teach(HibariEngine(), heard, permitted(), start=teacher)


@pytest.mark.slow
def test_a_student_comes_nearer_to_its_teacher(lessons):
    from sayso.voices.student import network

    dice = np.random.default_rng(9)
    cuts = [np.stack(part) for part in zip(*(teaching.cut(lessons, dice) for _ in range(4)), strict=True)]
    *_, (place, weights) = learned(lessons, 40, 0)
    before, after = (float(network.loss(one, *cuts)) for one in (own_weights(), weights))
    assert place == 40
    assert after < 0.6 * before
