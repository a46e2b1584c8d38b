"""What marking's tests share: keys, a permit and the gate that honours it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.consent.act import Action
from sayso.consent.permit import Gate, Permit
from sayso.ids import GrantId, PermitId, SpeakerId
from sayso.mark.embedder import Marker
from sayso.mark.mark import MarkKeys


@dataclass
class Consent:
    """A gate, a permit it honours, and an epoch that a test may move."""

    gate: Gate
    permit: Permit
    epoch: list[int]


@pytest.fixture
def consent() -> Consent:
    key = Ed25519PrivateKey.generate()
    epoch = [1]
    permit = Permit(
        permit_id=PermitId("prm_aaaaaaaaaaaaaaaa"),
        grant_id=GrantId("grt_aaaaaaaaaaaaaaaa"),
        grant_version=1,
        speaker=SpeakerId("spk_aaaaaaaaaaaaaaaa"),
        epoch=1,
        voice="voi_aaaaaaaaaaaaaaaa",
        action=Action.SYNTHESIZE,
        licensee="acme",
        purpose="audiobook",
        text_commitment="00",
        engine_digest="00",
        voice_digest="00",
        ceiling_ms=60_000,
        expires="2999-01-01T00:00:00.000Z",
        nonce="00",
    ).signed(key)
    gate = Gate(key.public_key().public_bytes_raw(), lambda _speaker: epoch[0])
    return Consent(gate, permit, epoch)


@pytest.fixture(scope="session")
def keys() -> MarkKeys:
    return MarkKeys.derive(b"the secret of one operator......")


@pytest.fixture
def marker(keys: MarkKeys, consent: Consent) -> Marker:
    return Marker(keys, consent.gate)
