"""A file that programmes were bound into: signed piece by piece, and any change of it shows."""

from __future__ import annotations

import io

import pytest

from sayso.audio.container import Container
from sayso.credentials import ProgrammeClaim, issue_bound, read_detached
from sayso.credentials.errors import WrongContainer
from sayso.mark import Mark, PlacedMark
from sayso.productions.bookfile import bind

PIECE = 1 << 20
CLAIM = ProgrammeClaim(
    "prd_1",
    (PlacedMark(Mark.parse("0123456789abcdef"), "prm_1", 0.0, 1.0),),
    ("grn_1",),
    ("00" * 32,),
    "2026-01-01T00:00:00Z",
)


class Watched(io.BytesIO):
    """A file that notes how much of it was asked for at once."""

    most = 0

    def readinto(self, buffer):
        self.most = max(self.most, len(buffer))
        return super().readinto(buffer)


@pytest.fixture(scope="module")
def book(plain):
    file = Watched()
    bind(file, ((f"{number}", plain(Container.M4A)) for number in range(300)), {"title": "The Lamp"})
    return file


@pytest.fixture(scope="module")
def signed(book, authority):
    out = io.BytesIO()
    manifest = issue_bound(book, out, Container.M4A, claim=CLAIM, authority=authority)
    return out.getvalue(), manifest


def is_intact(data, manifest, authority):
    return read_detached(data, manifest, Container.M4A, anchors_pem=authority.root_pem()).intact


def test_the_file_stays_as_it_is_and_its_credentials_hold(book, signed, authority):
    data, manifest = signed
    assert len(data) > 2 * PIECE
    assert data == book.getvalue()
    assert is_intact(data, manifest, authority)


def test_it_is_hashed_piece_by_piece(signed, book):
    data, manifest = signed
    assert 0 < book.most <= PIECE
    assert b"merkle" in manifest
    assert len(manifest) > 32 * len(data) // PIECE


def test_every_change_shows(signed, authority):
    data, manifest = signed
    places = [0, 40, PIECE - 1, PIECE, 2 * PIECE, len(data) // 2, data.rfind(b"moov") + 30, len(data) - 1]
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1
        assert not is_intact(bytes(changed), manifest, authority), place


def test_pieces_in_another_order_show(signed, authority):
    data, manifest = signed
    first = data.find(b"mdat") + 4
    swapped = data[:first] + data[first + PIECE : first + 2 * PIECE] + data[first : first + PIECE]
    assert not is_intact(swapped + data[first + 2 * PIECE :], manifest, authority)


@pytest.mark.parametrize("cut", [1, 1000, PIECE])
def test_a_file_cut_off_shows(cut, signed, authority):
    data, manifest = signed
    assert not is_intact(data[:-cut], manifest, authority)
    assert not is_intact(data + bytes(cut), manifest, authority)


def test_rubbish_is_refused_and_nothing_is_written(authority):
    out = io.BytesIO()
    with pytest.raises(WrongContainer):
        issue_bound(io.BytesIO(b"no file of sound"), out, Container.M4A, claim=CLAIM, authority=authority)
    assert out.getvalue() == b""
