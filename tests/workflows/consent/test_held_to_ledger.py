"""What is kept of the ledger to hold rows against it grows with consent, and not with what is said."""

from __future__ import annotations

from sayso.workflows.consent.held_to_ledger import facts_of_consent
from sayso.workflows.speech import live


def test_nothing_more_is_kept_for_each_utterance(estate):
    sizes = []
    for _ in range(4):
        speech = live.begin(estate.session, estate.order(text="It is noon."))
        for piece in speech.pieces():
            speech.left(piece)
        speech.close()
        sizes.append(facts_of_consent.cache_info().currsize)
    assert sizes[0] > 0
    assert sizes[-1] == sizes[0]
