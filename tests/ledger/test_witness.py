from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from datetime import UTC, datetime

import pytest

from sayso.database import connect, metadata
from sayso.doors.api.witness.server import WitnessServer
from sayso.ledger import Log, append_all, audit_export, verify_proof
from sayso.ledger.checkpoint import Checkpoint, open_checkpoint
from sayso.ledger.errors import (
    LedgerTampered,
    LogForked,
    NoteInvalid,
    NotSigned,
    OriginUnknown,
    ProofFailed,
    QuorumMissed,
    SubmissionInvalid,
    WitnessAhead,
)
from sayso.ledger.merkle import leaf_hash
from sayso.ledger.note import COSIGNATURE, Note, SignerKey, VerifierKey, open_note
from sayso.ledger.quorum import Quorum
from sayso.ledger.witness import Submission, Witness, witness_key

from . import oracle
from .conftest import KEY as SEED
from .conftest import ORIGIN, at_first, entry
from .serving import Serving

ENTRIES = [b"entry %d" % number for number in range(20)]
OTHERS = [*ENTRIES[:4], b"another", *ENTRIES[5:]]
LOG = SignerKey("sayso.test/log", b"\x01" * 32)
NEW_KEY = SignerKey("sayso.test/log", b"\x07" * 32)
KEY = SignerKey("witness.test/w", b"\x02" * 32, type=COSIGNATURE)
NOW = datetime(2026, 11, 22, 20, 36, tzinfo=UTC)


def note(size: int, entries=ENTRIES, signer=LOG) -> str:
    return Checkpoint(LOG.verifier.name, size, oracle.mth(entries[:size])).signed([signer])


def body(old: int, size: int, entries=ENTRIES, signer=LOG) -> str:
    proof = oracle.proof(old, entries[:size]) if 0 < old < size else []
    return str(Submission(old, tuple(proof), note(size, entries, signer)))


@pytest.fixture
def witness(tmp_path) -> Witness:
    return Witness(tmp_path / "witness", KEY, [LOG.verifier], now=lambda: NOW)


def test_what_grows_is_cosigned_and_remembered(witness, tmp_path):
    for old, size in [(0, 3), (3, 3), (3, 8), (8, 13), (13, 20)]:
        cosignature = witness.add_checkpoint(body(old, size))
        cosigned = note(size) + cosignature.line
        assert open_checkpoint(cosigned, LOG.verifier, quorum=Quorum((KEY.verifier,), 1)).size == size
        assert int.from_bytes(cosignature.value[:8], "big") == int(NOW.timestamp())
    again = Witness(tmp_path / "witness", KEY, [LOG.verifier])
    assert again.last(LOG.verifier.name).size == 20


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ("rubbish", SubmissionInvalid),
        (body(5, 8).replace("old 5", "old 05"), SubmissionInvalid),
        (body(5, 8).replace("old 5", "old -5"), SubmissionInvalid),
        (body(9, 8), SubmissionInvalid),
        ("old 5\n" + "A" * 43 + "=\n" + "AAAA\n\n" + note(8), SubmissionInvalid),
        ("old 5\n" + ("A" * 43 + "=\n") * 64 + "\n" + note(8), SubmissionInvalid),
        (body(5, 8, signer=SignerKey(LOG.verifier.name, b"\x09" * 32)), NotSigned),
        (body(5, 8).replace("sayso.test/log\n8", "other.test/log\n8"), OriginUnknown),
        (body(5, 8).replace("log\n8\n", "log\n9\n"), NotSigned),
        (body(0, 8), WitnessAhead),
        (body(4, 8), WitnessAhead),
        (body(3, 3), WitnessAhead),
        (body(5, 8, OTHERS), ProofFailed),
        (str(Submission(5, (), note(8))), ProofFailed),
        (str(Submission(5, (b"x" * 32,), note(5))), ProofFailed),
        (body(5, 5, OTHERS), LogForked),
    ],
)
def test_what_does_not_extend_the_log_is_refused_and_changes_nothing(witness, sent, error):
    witness.add_checkpoint(body(0, 5))
    with pytest.raises(error):
        witness.add_checkpoint(sent)
    assert witness.last(LOG.verifier.name).root == oracle.mth(ENTRIES[:5])
    witness.add_checkpoint(body(5, 8))


def test_the_first_checkpoint_needs_no_proof_and_may_have_none(witness):
    with pytest.raises(ProofFailed):
        witness.add_checkpoint(str(Submission(0, (b"x" * 32,), note(8))))
    witness.add_checkpoint(body(0, 8))


def test_signatures_of_strangers_are_passed_over(witness):
    stranger = SignerKey("stranger.test", b"\x08" * 32)
    witness.add_checkpoint(body(0, 5) + stranger.sign(Note.parse(note(5)).text).line)


def test_a_log_may_have_two_keys_while_it_changes_them(tmp_path):
    witness = Witness(tmp_path, KEY, [LOG.verifier, NEW_KEY.verifier])
    witness.add_checkpoint(body(0, 5))
    witness.add_checkpoint(body(5, 8, signer=NEW_KEY))


def test_what_the_witness_keeps_cannot_be_rolled_back_by_editing_it(witness, tmp_path):
    witness.add_checkpoint(body(0, 8))
    [kept] = (tmp_path / "witness" / "logs").iterdir()
    kept.write_text(note(5))
    with pytest.raises(LedgerTampered):
        witness.add_checkpoint(body(5, 8))


def test_the_key_is_made_once_and_keeps_its_name(tmp_path):
    with pytest.raises(NoteInvalid):
        witness_key(tmp_path)
    made = witness_key(tmp_path, "union.example/w").verifier
    assert witness_key(tmp_path).verifier == made
    assert VerifierKey.parse(str(made)).type == COSIGNATURE
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(NoteInvalid):
        witness_key(tmp_path, "other.example/w")


def test_of_threads_at_once_one_grows_the_log_and_none_rolls_it_back(witness):
    witness.add_checkpoint(body(0, 5))
    sizes, refused = [], []

    def submit(size: int) -> None:
        try:
            witness.add_checkpoint(body(5, size))
            sizes.append(size)
        except WitnessAhead as error:
            refused.append(error.size)

    threads = [threading.Thread(target=submit, args=(size,)) for size in range(6, 16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sizes) == 1
    assert set(refused) == set(sizes) == {witness.last(LOG.verifier.name).size}


@pytest.fixture
def serving(tmp_path, log):
    found = Serving(tmp_path / "witnesses", log.vkey)
    yield found
    found.stop()


def test_a_witness_knows_each_shard_as_a_log_of_its_own(database, tmp_path, serving):
    log = Log(database, tmp_path / "ledger", key=SEED, origin=ORIGIN, later=lambda _: b"2" * 32, now=at_first)
    with database.write() as tx:
        append_all(tx, [entry(number) for number in range(5)])
    log.integrate()
    old = serving.start("w")
    assert log.cosign([old]).by == ("w",)
    with database.write() as tx:
        append_all(tx, [entry(number) for number in range(5)])
    log.rotate()
    alone = log.cosign([old])
    assert alone.by == ()
    assert "404" in alone.missing[0]
    _, signed = open_note(log.shards()[0].note, [old.key])
    assert signed, "the end of the old shard is cosigned all the same"
    serving.vkeys.append(log.vkey)
    both = serving.start("w")
    assert log.cosign([both]).by == ("w",)
    log.export(tmp_path / "period")
    for vkey in (log.first_vkey, log.vkey):
        assert audit_export(tmp_path / "period", vkey, witnesses=[str(old.key)], quorum=1).findings == ()
    stranger = SignerKey("x", b"x" * 32, type=COSIGNATURE)
    assert audit_export(tmp_path / "period", log.vkey, witnesses=[str(stranger.verifier)], quorum=1).findings


def test_a_log_gets_its_cosignatures_over_http_and_publishes_them(log, grow, serving, tmp_path):
    witnesses = [serving.start(f"w{number}") for number in range(3)]
    keys = [str(each.key) for each in witnesses]
    for count in (3, 1, 300):
        grow(count)
        cosigned = log.cosign(witnesses)
        assert cosigned.by == ("w0", "w1", "w2")
        assert cosigned.note == log.checkpoint()
        assert log.cosign(witnesses).note == cosigned.note  # who has cosigned is not asked again
        proof = log.prove(2, with_entry=True)
        assert len(proof.encode()) <= 2048
        verify_proof(proof, log.entry(2), log.vkey, witnesses=keys, quorum=3)
        log.audit().require_clean()
    log.export(tmp_path / "period")
    assert not audit_export(tmp_path / "period", log.vkey, witnesses=keys, quorum=3).findings


def test_a_witness_that_is_away_is_named_and_missed_by_the_quorum(log, grow, serving, tmp_path):
    here, gone = serving.start("here"), serving.start("gone")
    serving.servers[1].shutdown()
    serving.servers[1].server_close()
    grow(3)
    cosigned = log.cosign([here, gone])
    assert cosigned.by == ("here",)
    assert "gone" in cosigned.missing[0]
    keys, proof, entry = [str(here.key), str(gone.key)], log.prove(0), log.entry(0)
    verify_proof(proof, entry, log.vkey, witnesses=keys, quorum=1)
    with pytest.raises(QuorumMissed, match="gone"):
        verify_proof(proof, entry, log.vkey, witnesses=keys, quorum=2)
    log.export(tmp_path / "period")
    [finding] = audit_export(tmp_path / "period", log.vkey, witnesses=keys).findings
    assert "1 of 2" in finding


@pytest.mark.parametrize("here", [3, 6, 9])
def test_a_forked_or_rolled_back_log_finds_no_witness(log, grow, serving, tmp_path, here):
    grow(6)
    witness = serving.start("w")
    log.cosign([witness])
    other = connect(f"sqlite:///{tmp_path / 'fork.sqlite'}")
    metadata.create_all(other.engine)
    fork = Log(other, tmp_path / "fork", key=SEED, origin=ORIGIN, now=at_first)
    with other.write() as tx:
        append_all(tx, [entry(100 + number) for number in range(here)])
    fork.integrate()
    before = fork.checkpoint()
    with pytest.raises(LogForked):
        fork.cosign([witness])
    assert fork.checkpoint() == before
    other.close()


def test_a_witness_of_another_log_has_nothing_to_say(log, grow, tmp_path):
    serving = Serving(tmp_path, str(SignerKey("other.test/log", b"\x01" * 32).verifier))
    witness = serving.start("w")
    grow(3)
    assert "404" in log.cosign([witness]).missing[0]
    serving.stop()


def ask(server: WitnessServer, path: str, body: bytes | None, headers=(), method="POST") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(*server.server_address[:2], timeout=5)
    connection.request(method, path, body, dict(headers))
    response = connection.getresponse()
    found = response.status, response.headers["Content-Type"], response.read().decode()
    connection.close()
    return found


def test_the_statuses_are_those_of_the_specification(witness):
    server = WitnessServer(witness)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        status, _, line = ask(server, "/add-checkpoint", body(0, 5).encode())
        assert (status, line[:17]) == (200, "\u2014 witness.test/w ")
        stale = ask(server, "/add-checkpoint", body(0, 8).encode())
        assert stale == (409, "text/x.tlog.size", "5\n")
        bad = {
            400: body(9, 8),
            403: body(5, 8, signer=NEW_KEY),
            404: body(5, 8).replace("sayso.test/log\n8", "other.test/log\n8"),
            409: body(5, 5, OTHERS),
            422: body(5, 8, OTHERS),
        }
        for status, sent in bad.items():
            found, kind, _ = ask(server, "/add-checkpoint", sent.encode())
            assert found == status
            assert kind.startswith("text/plain")
        assert ask(server, "/add-checkpoint", b"\xff\xfe")[0] == 400
        assert ask(server, "/other", body(5, 8).encode())[0] == 404
        assert ask(server, "/add-checkpoint", None, {"Content-Length": "99999999"})[0] == 413
        assert ask(server, "/add-checkpoint", None, method="GET")[0] == 501
        assert ask(server, "/add-checkpoint", body(5, 8).encode())[0] == 200
    finally:
        server.shutdown()
        server.server_close()


def test_a_quorum_counts_each_witness_once(witness):
    other = SignerKey("other.test/w", b"\x02" * 32, type=COSIGNATURE)
    with pytest.raises(NoteInvalid, match="one key for two"):
        Quorum((KEY.verifier, other.verifier), 1)
    with pytest.raises(NoteInvalid, match="0x01"):
        Quorum((LOG.verifier,), 1)
    with pytest.raises(NoteInvalid, match="quorum"):
        Quorum((KEY.verifier,), 2)
    twice = note(5) + witness.add_checkpoint(body(0, 5)).line * 2
    two = Quorum((KEY.verifier, SignerKey("x.test", b"\x03" * 32, type=COSIGNATURE).verifier), 2)
    with pytest.raises(QuorumMissed):
        open_checkpoint(twice, LOG.verifier, quorum=two)


def test_the_leaf_hash_of_the_oracle_is_ours():
    assert oracle.mth([b"x"]) == leaf_hash(b"x")


def test_slow_clients_do_not_keep_a_log_from_its_witness(tmp_path):
    witness = Witness(tmp_path / "w", witness_key(tmp_path / "w", "w.example/w"), [])
    with WitnessServer(witness, connections=4) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        with contextlib.ExitStack() as stack:
            for _ in range(8):
                slow = stack.enter_context(socket.create_connection(server.server_address))
                with contextlib.suppress(OSError):
                    slow.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\nx")
            time.sleep(1.2)
            assert ask(server, "/add-checkpoint", b"x")[0] == 400
        server.shutdown()
        thread.join(10)
