from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import c2pa
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.audio.container import Container
from sayso.audio.decode import decode
from sayso.credentials import Credentials, issue, library, read, supports
from sayso.credentials.claim import SYNTHETIC
from sayso.credentials.errors import (
    AlreadySigned,
    AnchorsMalformed,
    ClaimMismatch,
    CredentialsUnsupported,
    SigningFailed,
    WrongContainer,
)
from sayso.doors.shapes.credentials import content_credentials
from sayso.errors import Unavailable
from sayso.mark.mark import Mark
from tests.marked import file_of, sign

CONTAINERS = (Container.WAV, Container.MP3, Container.FLAC, Container.M4A)
each_container = pytest.mark.parametrize("container", CONTAINERS)
MEDIA_TYPES = {
    Container.WAV: "audio/wav",
    Container.MP3: "audio/mpeg",
    Container.FLAC: "audio/flac",
    Container.M4A: "audio/mp4",
}


@pytest.fixture(scope="module")
def signed(plain, claim, authority):
    files = {name: sign(plain(name), name, claim=claim, authority=authority) for name in CONTAINERS}
    return files.__getitem__


@each_container
def test_what_was_signed_is_read_back(container, signed, claim, authority):
    found = read(signed(container), container, anchors_pem=authority.root_pem())
    assert (found.present, found.intact, found.trusted, found.problems) == (True, True, True, ())
    assert (found.signer, found.organisation) == ("Sayso content credentials", "Sayso local authority")
    assert found.facts.mark == claim.mark
    assert found.facts.grant_id == claim.grant_id
    assert found.facts.permit_digest == claim.permit_digest
    assert found.facts.entry == claim.entry
    assert found.facts.created_at == claim.created_at
    assert found.facts.source_type == SYNTHETIC
    assert found.facts.is_synthetic
    assert found.facts.forbids_training
    assert found.facts.generator.startswith("Sayso ")


def test_what_was_read_is_json(signed, claim, authority):
    shown = content_credentials(read(signed(Container.WAV), Container.WAV, anchors_pem=authority.root_pem()))
    assert json.loads(json.dumps(shown)) == shown
    assert (shown["present"], shown["intact"], shown["trusted"], shown["problems"]) == (True, True, True, [])
    facts = shown["facts"]
    assert (facts["mark"], facts["grant"], facts["entry"]) == (str(claim.mark), claim.grant_id, claim.entry)
    assert set(facts["training"].values()) == {"notAllowed"}
    assert not content_credentials(Credentials(present=False))["present"]


@each_container
def test_the_sound_stays_as_it_was(container, plain, signed):
    ours, before = decode(signed(container)), decode(plain(container))
    assert ours.sample_rate == before.sample_rate
    np.testing.assert_array_equal(ours.samples, before.samples)


@pytest.mark.parametrize("container", [Container.WAV, Container.MP3, Container.FLAC])
def test_a_signed_file_opens_in_a_second_decoder(container, plain, signed):
    ours, before = (soundfile.read(io.BytesIO(data))[0] for data in (signed(container), plain(container)))
    np.testing.assert_array_equal(ours, before)


def test_a_clip_without_a_ledger_entry_yet_says_nothing_of_one(plain, claim, authority):
    data = sign(plain(Container.WAV), Container.WAV, claim=replace(claim, entry=None), authority=authority)
    found = read(data, Container.WAV, anchors_pem=authority.root_pem())
    assert found.intact
    assert found.facts.entry is None


@each_container
def test_a_signer_who_is_not_anchored_is_intact_and_not_trusted(container, plain, claim, authority, stranger):
    data = sign(plain(container), container, claim=claim, authority=stranger)
    for anchors in (authority.root_pem(), b""):
        found = read(data, container, anchors_pem=anchors)
        assert (found.present, found.intact, found.trusted) == (True, True, False)
        assert found.problems == ("the signer is not on the list of trusted signers",)
    assert read(data, container, anchors_pem=authority.root_pem() + stranger.root_pem()).trusted


@each_container
def test_changed_sound_is_found(container, signed, plain, authority):
    data = bytearray(signed(container))
    # The last bytes of the sound: right before the manifest in WAV, near the end in MP3 and FLAC, in mdat in M4A.
    place = data.find(plain(container)[-400:-300]) if container != "m4a" else data.find(b"mdat") + 500
    assert place > 0
    data[place] ^= 1
    found = read(bytes(data), container, anchors_pem=authority.root_pem())
    assert (found.present, found.intact) == (True, False)
    assert found.problems == ("the file was changed after it was signed",)
    # The statements are still signed by whom they name: they were made about another sound.
    assert found.trusted


@each_container
@pytest.mark.parametrize("change", [lambda d: d + bytes(64), lambda d: d[:-100], lambda d: d[: len(d) // 2]])
def test_a_longer_or_shorter_file_is_not_intact(container, change, signed, authority):
    found = read(change(signed(container)), container, anchors_pem=authority.root_pem())
    assert not found.intact
    assert found.problems


@each_container
def test_credentials_moved_to_another_sound_do_not_fit(container, plain, signed, claim, authority):
    other = sign(plain(container, 2), container, claim=claim, authority=authority)
    data = bytearray(signed(container))
    start, stop = data.find(b"jumb") - 4, other.find(b"jumb") - 4
    size = int.from_bytes(data[start : start + 4], "big")
    assert size == int.from_bytes(other[stop : stop + 4], "big")
    data[start : start + size] = other[stop : stop + size]
    found = read(bytes(data), container, anchors_pem=authority.root_pem())
    assert (found.present, found.intact, found.trusted) == (True, False, True)


@each_container
def test_a_statement_changed_in_place_is_found(container, signed, claim, authority):
    data = signed(container)
    assert data.count(str(claim.mark).encode()) == 1
    found = read(data.replace(str(claim.mark).encode(), b"ff" * 8), container, anchors_pem=authority.root_pem())
    assert (found.present, found.intact) == (True, False)
    assert "a statement in the credentials was changed after they were signed" in found.problems


@pytest.mark.parametrize("container", CONTAINERS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), noise=st.binary(min_size=1, max_size=40))
def test_damaged_credentials_are_present_and_either_not_intact_or_say_the_same(
    container, place, noise, signed, authority
):
    data = bytearray(signed(container))
    store = data.find(b"jumb") - 4
    size = int.from_bytes(data[store : store + 4], "big")
    # The 24 bytes that identify the store are spared: without them and the envelope there would be nothing to find.
    start = store + 32 + int(place * (size - 32 - len(noise)))
    data[start : start + len(noise)] = noise
    found = read(bytes(data), container, anchors_pem=authority.root_pem())
    assert found.present
    # The signature box is padded, and only there may a change pass, because it says nothing.
    whole = read(signed(container), container, anchors_pem=authority.root_pem())
    assert found == whole if found.intact else found.problems


@each_container
@pytest.mark.parametrize("offset", range(-20, 24, 4))
def test_damage_to_the_envelope_does_not_hide_credentials(container, offset, signed, authority):
    data = bytearray(signed(container))
    data[data.find(b"jumb") + offset] ^= 0x55
    found = read(bytes(data), container, anchors_pem=authority.root_pem())
    assert found.present
    assert found.intact or found.problems


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from([*CONTAINERS, Container.OPUS]),
    st.binary(max_size=300),
    st.sampled_from(["", "RIFF", "ID3", "fLaC"]),
)
def test_no_bytes_raise(container, noise, start):
    found = read(start.encode() + noise, container)
    assert (found.intact, found.trusted) == (False, False)
    assert found.problems


@each_container
def test_a_file_without_credentials_has_none(container, plain, authority):
    found = read(plain(container), container, anchors_pem=authority.root_pem())
    assert found == Credentials(present=False, problems=found.problems)
    assert "no content credentials" in found.problems[0]


@each_container
def test_signing_twice_is_refused(container, signed, claim, authority):
    with pytest.raises(AlreadySigned):
        sign(signed(container), container, claim=claim, authority=authority)


def test_a_claim_of_another_mark_than_the_file_carries_is_refused(plain, claim, authority):
    file = file_of(plain(Container.WAV), Container.WAV, Mark(7))
    with pytest.raises(ClaimMismatch, match=str(claim.mark)):
        issue(file, claim=claim, authority=authority)


def test_opus_carries_none(claim, authority):
    assert [supports(name) for name in (*CONTAINERS, Container.OPUS)] == [True] * 4 + [False]
    with pytest.raises(CredentialsUnsupported, match="wav, mp3, flac, m4a"):
        sign(b"OggS" + bytes(100), Container.OPUS, claim=claim, authority=authority)
    assert "opus" in read(b"OggS" + bytes(100), Container.OPUS).problems[0]


@each_container
@pytest.mark.parametrize("data", [b"", b"RIFF", b"abcd" * 100])
def test_bytes_of_another_kind_are_not_signed(container, data, claim, authority):
    with pytest.raises(WrongContainer, match=container):
        sign(data, container, claim=claim, authority=authority)


@pytest.mark.parametrize(
    ("container", "named"),
    [
        (Container.WAV, Container.MP3),
        (Container.MP3, Container.WAV),
        (Container.FLAC, Container.M4A),
        (Container.M4A, Container.FLAC),
    ],
)
def test_a_wrongly_named_container_is_refused(container, named, plain, claim, authority):
    with pytest.raises(WrongContainer, match=named):
        sign(plain(container), named, claim=claim, authority=authority)


@each_container
def test_half_a_file_is_refused_or_signed_as_it_is(container, plain, claim, authority):
    half = plain(container)[: len(plain(container)) // 2]
    try:
        data = sign(half, container, claim=claim, authority=authority)
    except WrongContainer:
        return
    assert read(data, container, anchors_pem=authority.root_pem()).intact


class Unfit:
    """An authority made of parts that do not belong together."""

    algorithm = "es256"

    def __init__(self, chain_pem, sign):
        self.chain_pem = lambda: chain_pem
        self.sign = sign


def test_a_key_that_is_not_the_certificates_is_found_before_the_file_leaves(plain, claim, authority, stranger):
    with pytest.raises(SigningFailed, match="certificate and its key"):
        sign(plain(Container.WAV), Container.WAV, claim=claim, authority=Unfit(authority.chain_pem(), stranger.sign))


def test_a_certificate_that_may_not_sign_is_refused(plain, claim, authority):
    with pytest.raises(SigningFailed):
        sign(plain(Container.WAV), Container.WAV, claim=claim, authority=Unfit(authority.root_pem(), authority.sign))
    with pytest.raises(SigningFailed):
        sign(plain(Container.WAV), Container.WAV, claim=claim, authority=Unfit(b"no certificate", authority.sign))


def test_a_key_store_that_fails_is_the_error_that_comes_out(plain, claim, authority):
    class KeyStoreDown(Unavailable):
        """The key store does not answer."""

    def down(_data):
        raise KeyStoreDown

    with pytest.raises(KeyStoreDown):
        sign(plain(Container.WAV), Container.WAV, claim=claim, authority=Unfit(authority.chain_pem(), down))


@pytest.mark.parametrize(
    "anchors",
    [
        b"garbage",
        b"\xff\xfe",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ],
)
def test_anchors_that_are_no_certificates_are_refused(anchors, signed):
    with pytest.raises(AnchorsMalformed, match="PEM"):
        read(signed(Container.WAV), Container.WAV, anchors_pem=anchors)


@each_container
def test_nothing_personal_travels(container, signed, plain, claim):
    added = len(signed(container)) - len(plain(container))
    assert 0 < added < 20_000
    assert b"spk_" not in signed(container)
    assert b"thumbnail" not in signed(container)


@pytest.fixture
def no_network(monkeypatch):
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)
    yield server
    with pytest.raises(TimeoutError):
        server.accept()
    server.close()


@each_container
def test_credentials_elsewhere_are_not_fetched(container, no_network, plain, claim, authority):
    data = io.BytesIO()
    with c2pa.Builder(claim.manifest(), context=library.signing_context()) as builder:
        builder.set_no_embed()
        builder.set_remote_url(f"http://127.0.0.1:{no_network.getsockname()[1]}/manifest.c2pa")
        signer = library.signer("es256", authority.chain_pem(), authority.sign)
        builder.sign(signer, MEDIA_TYPES[container], io.BytesIO(plain(container)), data)
    found = read(data.getvalue(), container, anchors_pem=authority.root_pem())
    assert (found.present, found.intact, found.trusted) == (False, False, False)
    assert "server" in found.problems[0]


def test_many_threads_sign_and_read_at_once(plain, claim, authority):
    def round_trip(number: int) -> bool:
        container = CONTAINERS[number % 4]
        stated = replace(claim, mark=Mark(number))
        found = read(
            sign(plain(container), container, claim=stated, authority=authority),
            container,
            anchors_pem=authority.root_pem(),
        )
        return found.intact and found.trusted and found.facts.mark == stated.mark

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(round_trip, range(80)))


def test_the_library_is_not_loaded_by_importing_the_room():
    code = "import sys, sayso.credentials as c; c.supports('wav'); print('c2pa' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})
    assert run.stdout.strip() == "False"


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_process_reads_and_signs_with_contexts_of_its_own(plain, claim, authority, signed):
    assert read(signed(Container.WAV), Container.WAV, anchors_pem=authority.root_pem()).trusted
    child = os.fork()
    if child == 0:
        good = False
        try:
            data = sign(plain(Container.FLAC), Container.FLAC, claim=claim, authority=authority)
            good = read(data, Container.FLAC, anchors_pem=authority.root_pem()).trusted
        finally:
            os._exit(0 if good else 1)
    assert os.waitpid(child, 0)[1] == 0
