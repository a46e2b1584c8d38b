from sayso.progress import PartDone, within


def test_a_part_keeps_its_note_in_a_longer_whole():
    part = within(PartDone(0.5, "similarity 0.71"), 0.08, 0.9)
    assert part == 0.53
    assert part.note == "similarity 0.71"
    assert within(0.5, 0.0, 1.0).note == ""
