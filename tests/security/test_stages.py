"""Each check of each stage is taken away in turn, and every time an attack gets through that is refused with it."""

from __future__ import annotations

import inspect

import pytest

from . import source
from .attacks import ATTACKS, Breach
from .mutation import Mutation, of_gate, of_stages
from .stages import CHECKS, MARKED_AUDIO, NOT_GATES, NOT_STAGES, STAGES, named

MUTATIONS = {str(mutation): mutation for mutation in (*of_stages(), *of_gate())}


def carry_out(name, request):
    attack = ATTACKS[name]
    attack(*[request.getfixturevalue(word) for word in inspect.signature(attack).parameters])


@pytest.mark.parametrize("name", sorted(set(ATTACKS)))
def test_with_every_check_in_its_place_each_attack_is_refused(name, request):
    carry_out(name, request)


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_with_one_check_gone_its_attack_gets_through(name, request):
    assert name in ATTACKS, f"no attack finds {name}: write one in attacks.py"
    with MUTATIONS[name].applied(), pytest.raises(Breach):
        carry_out(name, request)


def test_every_attack_is_against_a_check_that_is_there():
    assert set(ATTACKS) == set(MUTATIONS)


def test_the_checks_are_those_in_the_source():
    assert {str(place): number for place, number in source.asking().items()} == CHECKS


def test_whoever_makes_changes_or_releases_sound_is_a_stage_or_has_a_reason():
    assert set(source.touching_sound()) == named(STAGES) | named(NOT_STAGES)
    assert not named(STAGES) & named(NOT_STAGES)


def test_few_need_no_permit():
    assert len([name for name in NOT_STAGES if not name.startswith("testing/")]) <= 4


def test_what_tests_an_engine_without_a_permit_is_used_by_nothing_else():
    assert source.importing("sayso.testing") == set()


def test_whoever_gives_marked_audio_is_known():
    assert source.giving_marked_audio() == named(MARKED_AUDIO)


def test_nothing_else_that_is_called_check_could_be_a_gate():
    found = {str(place) for place, node in source.functions().items() for call in source.calls(node) if _is_other(call)}
    assert found == set(NOT_GATES)


def _is_other(call):
    owner, name, _ = call
    return name == "check" and not source.is_gate(owner, name)


def test_a_mutation_is_undone(request):
    mutation = next(iter(MUTATIONS.values()))
    assert isinstance(mutation, Mutation)
    with mutation.applied():
        pass
    carry_out(str(mutation), request)
