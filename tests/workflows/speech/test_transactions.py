"""How often one utterance goes to the databases: a bound, so that it cannot grow unnoticed; and how values travel."""

from __future__ import annotations

import pickle
from collections import Counter
from contextlib import contextmanager

import pytest

from sayso.audio import Container
from sayso.consent import store as consents
from sayso.consent.errors import ConsentRefused, PermitRefused
from sayso.database import Database
from sayso.workflows.consent.granting import withdraw
from sayso.workflows.installation import installation
from sayso.workflows.speech import orders
from sayso.workflows.speech.speaking import speak

MOST_WRITES = 2
MOST_READS = 8
"""Transactions of the state and of the key store together."""


@pytest.fixture
def counts(estate, tmp_path, monkeypatch):
    """Count the transactions of both databases, once all that is read a single time has been read."""
    speak(estate.session, estate.order(), tmp_path / "first.wav")
    assert estate.session.log.index_of(1) >= 0
    counts = Counter()
    databases = {"state": estate.session.installation.database, "keys": estate.session.vault.keys}
    for database, opened in databases.items():
        for kind in ("read", "write"):
            monkeypatch.setattr(opened, kind, counted(getattr(opened, kind), counts, f"{database} {kind}"))
    return counts


def counted(opening, counts, name):
    @contextmanager
    def opened(*names, **options):
        counts[name] += 1
        with opening(*names, **options) as tx:
            yield tx

    return opened


def total(counts, kind):
    return sum(number for name, number in counts.items() if name.endswith(kind))


def test_one_utterance_takes_two_writes_and_few_reads(estate, tmp_path, counts):
    spoken = speak(estate.session, estate.order(), tmp_path / "out.wav")
    assert total(counts, "write") <= MOST_WRITES, counts
    assert total(counts, "read") <= MOST_READS, counts
    assert (tmp_path / "out.wav").exists()
    assert estate.session.entry_of(spoken.ticket) > 0


def test_a_refusal_takes_one_write(estate, tmp_path, counts):
    with pytest.raises(ConsentRefused):
        speak(estate.session, estate.order(licensee="Somebody Else"), tmp_path / "out.wav")
    assert total(counts, "write") == 1, counts


def test_orders_takes_and_results_go_to_another_process_and_come_back_the_same(estate, tmp_path):
    order = estate.order()
    take = orders.taken(estate.session, order, Container.WAV)
    spoken = speak(estate.session, order, tmp_path / "out.wav")
    for value in (order, take, spoken):
        assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize("tells", [True, False])
def test_a_withdrawal_while_a_file_is_made_leaves_no_file_however_seldom_the_maker_looks(
    estate, tmp_path, monkeypatch, tells
):
    monkeypatch.setattr(installation, "LOOK_S", 1_000.0)
    if not tells:
        monkeypatch.setattr(Database, "changes", lambda _: None)
    withdrawn = []

    def report(_):
        if not withdrawn:
            withdrawn.append(withdraw(estate.session, estate.grant))

    with pytest.raises(PermitRefused):
        speak(estate.session, estate.order(), tmp_path / "out.wav", report)
    assert not list(tmp_path.glob("*out.wav*"))
    with estate.session.read() as tx:
        assert consents.epoch_of(tx, estate.speaker) > 1
