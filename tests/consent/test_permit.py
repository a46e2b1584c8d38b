"""Each check of the gate has a test here that fails when the check is taken away."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso import canonical
from sayso.consent.act import Action, Disclosure
from sayso.consent.decision import decide
from sayso.consent.errors import ConsentRefused, PermitRefused
from sayso.consent.permit import Begun, Gate, Permit, Release, signing_key
from sayso.ids import SpeakerId

from .cases import NOW, OTHER, SPEAKER, grant, request

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FOREIGN = Ed25519PrivateKey.from_private_bytes(bytes(32))
EPOCH = 5


@dataclass
class World:
    """What a gate sees outside the permit."""

    now: datetime = NOW
    epoch: int | None = EPOCH

    def gate(self, key: Ed25519PrivateKey = KEY) -> Gate:
        return Gate(key.public_key().public_bytes_raw(), self.epoch_of, clock=lambda: self.now)

    def epoch_of(self, speaker: SpeakerId) -> int | None:
        return self.epoch if speaker == SPEAKER else None


@pytest.fixture
def permit() -> Permit:
    named = {"territory": "DE", "channel": "app", "disclosure": Disclosure.METADATA}
    return decide(request(**named), grants=[grant()], epoch=EPOCH, key=KEY, now=NOW)


def check(gate: Gate, permit: Permit, **changes: Any) -> None:
    asked = {
        "action": permit.action,
        "voice": permit.voice,
        "text_commitment": permit.text_commitment,
        "engine_digest": permit.engine_digest,
        "voice_digest": permit.voice_digest,
        "made_ms": permit.ceiling_ms,
    }
    gate.check(permit, **(asked | changes))


def altered(value: Any) -> list[Any]:
    """Return other values, near the first one."""
    if isinstance(value, Action):
        return [action for action in Action if action is not value]
    if isinstance(value, Disclosure):
        return [*(other for other in Disclosure if other is not value), None]
    if isinstance(value, int):
        return [value + 1, value - 1, 0, -value, str(value), float(value) + 0.5, None]
    return [value + "x", value[:-1], value.upper(), "", None, value.encode()]


@pytest.mark.parametrize("field", [field.name for field in fields(Permit)])
def test_a_permit_with_any_field_altered_is_refused(permit: Permit, field: str) -> None:
    check(World().gate(), permit)
    seasoned = World().gate()
    check(seasoned, permit)
    for value in altered(getattr(permit, field)):
        if value == getattr(permit, field):
            continue
        forged = replace(permit, **{field: value})
        for gate in (World().gate(), seasoned):
            with pytest.raises(PermitRefused, match=r"^signature: "):
                check(gate, forged)


def test_a_verified_permit_that_is_changed_in_place_is_refused(permit: Permit) -> None:
    gate = World().gate()
    check(gate, permit)
    object.__setattr__(permit, "ceiling_ms", 10**9)
    with pytest.raises(PermitRefused, match=r"^signature: "):
        check(gate, permit)


def test_what_only_looks_like_a_permit_is_refused(permit: Permit) -> None:
    class Lookalike(Permit):
        def signed_bytes(self) -> bytes:
            return permit.signed_bytes()

    values = {field.name: getattr(permit, field.name) for field in fields(Permit)}
    forged = Lookalike(**(values | {"ceiling_ms": 10**9}))
    seasoned = World().gate()
    check(seasoned, permit)
    for gate in (World().gate(), seasoned):
        with pytest.raises(PermitRefused, match=r"^signature: "):
            check(gate, forged)
        with pytest.raises(PermitRefused, match=r"^signature: "):
            gate.check(None, Action.SYNTHESIZE)  # type: ignore[arg-type]


def test_a_permit_signed_by_another_key_is_refused(permit: Permit) -> None:
    foreign = permit.signed(FOREIGN)
    with pytest.raises(PermitRefused, match=r"^signature: "):
        check(World().gate(), foreign)
    with pytest.raises(PermitRefused, match=r"^signature: "):
        check(World().gate(FOREIGN), permit)
    check(World().gate(FOREIGN), foreign)


def test_a_signature_is_over_a_permit_and_nothing_else(permit: Permit) -> None:
    head, _, unnamed = permit.signed_bytes().partition(b"\n")
    assert head == b"sayso permit v1"
    assert set(canonical.decode(unnamed)) == {field.name for field in fields(Permit)} - {"signature"}
    with pytest.raises(PermitRefused, match=r"^signature: "):
        check(World().gate(), replace(permit, signature=KEY.sign(unnamed).hex()))


def test_an_old_signature_is_not_remembered_for_another_permit(permit: Permit) -> None:
    gate = World().gate()
    second = decide(request(), grants=[grant()], epoch=EPOCH, key=KEY, now=NOW)
    for each in (permit, second, permit):
        check(gate, each)
    with pytest.raises(PermitRefused):
        check(gate, replace(second, signature=permit.signature))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"action": Action.PUBLISH}, "action"),
        ({"action": Action.MARK}, "action"),
        ({"voice": "voi_bbbbbbbbbbbbbbbb"}, "voice"),
        ({"text_commitment": "44" * 32}, "text"),
        ({"text_commitment": ""}, "text"),
        ({"engine_digest": "44" * 32}, "engine"),
        ({"voice_digest": "44" * 32}, "voice data"),
        ({"made_ms": 30_001}, "length"),
        ({"made_ms": -1}, "length"),
    ],
)
def test_an_act_that_is_not_the_permitted_one_is_refused(permit: Permit, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(PermitRefused) as caught:
        check(World().gate(), permit, **change)
    assert [each.split(":")[0] for each in caught.value.reasons] == [reason]


RELEASE = Release("DE", "app", Disclosure.METADATA)


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({}, []),
        ({"disclosure": Disclosure.BOTH}, []),
        ({"territory": "de"}, []),
        ({"territory": "AT"}, ["territory"]),
        ({"territory": None}, ["territory"]),
        ({"channel": "app-store"}, ["channel"]),
        ({"channel": None}, ["channel"]),
        ({"disclosure": Disclosure.SPOKEN}, ["disclosure"]),
        ({"disclosure": None}, ["disclosure"]),
        ({"territory": None, "channel": None, "disclosure": None}, ["territory", "channel", "disclosure"]),
    ],
)
def test_sound_is_released_as_it_was_permitted(permit: Permit, change: dict[str, Any], reasons: list[str]) -> None:
    wanted = replace(RELEASE, **change)
    if not reasons:
        check(World().gate(), permit, release=wanted)
        return
    with pytest.raises(PermitRefused) as caught:
        check(World().gate(), permit, release=wanted)
    assert [each.split(":")[0] for each in caught.value.reasons] == reasons


def test_a_permit_that_names_no_place_is_for_any() -> None:
    anywhere = decide(request(), grants=[grant()], epoch=EPOCH, key=KEY, now=NOW)
    for wanted in (Release(), RELEASE):
        check(World().gate(), anywhere, release=wanted)
    with pytest.raises(ConsentRefused):
        decide(request(), grants=[grant(territories=("DE",))], epoch=EPOCH, key=KEY, now=NOW)


def test_every_reason_is_told_at_once(permit: Permit) -> None:
    world = World(now=NOW + timedelta(hours=1), epoch=None)
    with pytest.raises(PermitRefused) as caught:
        check(
            world.gate(), permit, action=Action.TRAIN, voice="v", text_commitment="t", engine_digest="e",
            voice_digest="d", made_ms=30_001,
        )  # fmt: skip
    names = [each.split(":")[0] for each in caught.value.reasons]
    assert names == ["action", "voice", "text", "engine", "voice data", "length", "expiry", "speaker"]
    assert "\n" not in caught.value.message


def test_a_permit_ends_at_its_moment(permit: Permit) -> None:
    world = World(now=NOW + timedelta(minutes=15) - timedelta(milliseconds=1))
    gate = world.gate()
    check(gate, permit)
    world.now += timedelta(milliseconds=1)
    with pytest.raises(PermitRefused, match="expiry"):
        check(gate, permit)


@pytest.mark.parametrize("epoch", [EPOCH + 1, EPOCH - 1, 0, None])
def test_a_running_stream_stops_when_the_epoch_changes(permit: Permit, epoch: int | None) -> None:
    world = World()
    gate = world.gate()
    check(gate, permit)
    world.epoch = epoch
    with pytest.raises(PermitRefused, match="withdrawn"):
        check(gate, permit)


def test_the_epoch_is_that_of_the_permits_speaker() -> None:
    other = decide(request(speaker=OTHER), grants=[grant(speaker=OTHER)], epoch=EPOCH, key=KEY, now=NOW)
    with pytest.raises(PermitRefused, match="speaker"):
        check(World().gate(), other)


def test_a_permit_without_an_epoch_never_passes() -> None:
    forged = replace(decide(request(), grants=[grant()], epoch=EPOCH, key=KEY, now=NOW), epoch=None).signed(KEY)
    with pytest.raises(PermitRefused, match="speaker"):
        check(World(epoch=None).gate(), forged)


def test_the_signing_key_is_made_of_its_secret(permit: Permit) -> None:
    again = permit.signed(signing_key(bytes(range(32))))
    assert again == permit
    check(World().gate(signing_key(bytes(range(32)))), permit)


def test_the_digest_names_one_permit(permit: Permit) -> None:
    assert len(permit.digest()) == 64
    assert permit.digest() != permit.signed(FOREIGN).digest()
    assert permit.digest() != replace(permit, nonce="00").signed(KEY).digest()


class Yes(str):
    """Text that equals everything."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


class Small(int):
    """A number that is below everything, above everything and equal to everything."""

    __hash__ = int.__hash__
    __eq__ = __le__ = __ge__ = lambda _self, _other: True
    __ne__ = __lt__ = __gt__ = lambda _self, _other: False


LIES: dict[str, Any] = {
    "voice": Yes("voi_" + "z" * 16),
    "text_commitment": Yes("another"),
    "engine_digest": Yes("0"),
    "voice_digest": Yes("0"),
    "made_ms": Small(10**9),
    "action": Yes("train"),
}


@pytest.mark.parametrize(("name", "lie"), LIES.items(), ids=LIES)
def test_a_value_that_compares_as_it_likes_is_refused(permit, name, lie):
    with pytest.raises(PermitRefused):
        check(World().gate(), permit, **{name: lie})


@pytest.mark.parametrize("name", ["epoch", "ceiling_ms", "voice", "expires", "territory"])
def test_a_permit_with_such_a_value_is_refused_even_when_its_bytes_are_signed(permit, name):
    gate = World().gate()
    check(gate, permit)
    kind = Small if isinstance(getattr(permit, name), int) else Yes
    with pytest.raises(PermitRefused):
        check(gate, replace(permit, **{name: kind(getattr(permit, name))}))


def test_a_release_with_such_a_value_is_refused(permit):
    release = Release("DE", "app", Disclosure.METADATA)
    check(World().gate(), permit, release=release)
    object.__setattr__(release, "territory", Yes("AT"))
    with pytest.raises(PermitRefused):
        check(World().gate(), permit, release=release)


def test_sound_is_made_once_under_a_permit_and_again_only_in_place_of_the_first(permit):
    begun = Begun()
    gates = [Gate(KEY.public_key().public_bytes_raw(), World().epoch_of, begun=begun) for _ in range(2)]
    lasting = replace(permit, expires="2099-01-01T00:00:00.000Z")
    gates[0].begin(lasting, mark="a")
    gates[0].begin(lasting, mark="a", attempt=1)
    for gate in gates:
        for mark, attempt in (("a", 0), ("a", 1), ("b", 2)):
            with pytest.raises(PermitRefused, match="has been made"):
                gate.begin(lasting, mark=mark, attempt=attempt)
    gates[1].begin(replace(lasting, permit_id="prm_" + "b" * 16), mark="b")
