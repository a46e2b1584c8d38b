"""The table of rights: every role is in it, and an auditor changes nothing."""

from __future__ import annotations

from sayso.accounts.actor import Role
from sayso.accounts.rights import RIGHTS, Right, roles_with


def test_every_role_is_in_the_table_and_every_right_is_somebodys():
    assert set(RIGHTS) == set(Role)
    assert frozenset().union(*RIGHTS.values()) == set(Right)


def test_the_operator_may_do_all_and_an_auditor_nothing():
    assert RIGHTS[Role.OPERATOR] == set(Right)
    assert RIGHTS[Role.AUDITOR] == set()


def test_nobody_acts_for_the_other_side():
    assert Right.CONSENT not in RIGHTS[Role.PRODUCER]
    assert not {Right.REQUEST, Right.SPEECH} & RIGHTS[Role.SPEAKER]
    for right in (Right.ACCOUNTS, Right.RECOVERY, Right.GOVERN, Right.MARK, Right.SIGNER, Right.GATE, Right.LEDGER):
        assert roles_with(right) == (Role.OPERATOR,)
