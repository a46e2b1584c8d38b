"""What is put on a shelf is found by its key, in the order of keys, and leaves no file."""

from __future__ import annotations

from sayso.corpus.shelf import ScratchShelf


def test_values_come_back_in_the_order_of_their_keys(tmp_path):
    shelf = ScratchShelf(tmp_path / "scratch")
    for number in (700, 3, 41):
        shelf.put(number.to_bytes(8, "big"), {"number": number, "text": "é"})
    shelf.put((3).to_bytes(8, "big"), ["again"])
    assert [value for _, value in shelf.items()] == [
        ["again"],
        {"number": 41, "text": "é"},
        {"number": 700, "text": "é"},
    ]
    assert shelf.get((41).to_bytes(8, "big")) == {"number": 41, "text": "é"}
    assert shelf.get(b"nobody") is None
    assert len(shelf) == 3


def test_more_than_is_read_at_once_comes_whole_and_only_what_begins_so(tmp_path):
    shelf = ScratchShelf(tmp_path)
    for number in range(1_000):
        shelf.put(b"a:%04d" % number, number)
    shelf.put(b"b", -1)
    assert [value for _, value in shelf.items(b"a:")] == list(range(1_000))
    assert [value for _, value in shelf.items(b"a:09")] == list(range(900, 1_000))


def test_a_shelf_is_no_file_that_is_left(tmp_path):
    shelf = ScratchShelf(tmp_path)
    for number in range(20_000):
        shelf.put(number.to_bytes(8, "big"), "much more than is kept in memory " * 4)
    assert not list(tmp_path.iterdir())
    shelf.close()
    assert not list(tmp_path.iterdir())
