"""What a teacher says for its student to learn: sentences put together from clauses, none of which a judge hears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_WHO: Final = (
    "The youngest of the three brothers",
    "A tired guide with a yellow scarf",
    "Every nurse on the upper floor",
    "Our neighbour from the bakery",
    "The woman who sold us the horse",
    "My teacher of geography",
    "A voice on the radio",
    "The new owner of the workshop",
    "Each of the young musicians",
    "Somebody in the back row",
    "The judge with the thick glasses",
    "His grandfather, a patient man,",
    "The whole crew of the ferry",
    "Two strangers in heavy boots",
    "The engineer we spoke to",
    "A boy of about thirteen",
    "Nearly every child in our village",
    "Miss Lavender, who owned the mill,",
    "An usher at the theatre",
    "The other half of the choir",
    "That clever dog of theirs",
    "Which of you",
    "An actor without a costume",
    "The queen herself",
    "Whoever had the keys",
    "A few cheerful tourists",
    "The zoo's only veterinarian",
    "Her cousin Joyce",
    "Four weary shepherds",
)
_DID: Final = (
    "watched the storm approach",
    "put five spoons into the drawer",
    "asked whether the museum was open",
    "could not find the right page",
    "laughed at the joke about the goose",
    "measured the length of the garden",
    "explained how the machine works",
    "forgot the password again",
    "chose the cheapest of the tickets",
    "would rather have stayed at home",
    "joined the queue without a word",
    "brought a jar of honey and some cheese",
    "heard a noise behind the wall",
    "thought that the price was unfair",
    "painted the fence a pale shade of blue",
    "hoped for an early spring this year",
    "took a picture of the huge oak",
    "gave away six boxes of fresh fruit",
    "needed a warm bath and a cup of tea",
    "wished the orchestra would begin",
    "vanished into the dusty archive",
    "lost an expensive pair of gloves",
    "repaired the roof of the church",
    "argued about the colour of the curtains",
    "drew a circle round the north pole",
    "kept the fire alive through the night",
    "poured the coffee into a cracked mug",
    "whistled an old sailors' tune",
    "counted the lights across the valley",
    "refused to answer such a question",
    "threw the rope to the swimmers",
)
_WHEN: Final = (
    "before the shops had closed",
    "while the others were asleep",
    "on a Thursday in the middle of July",
    "as soon as the fog had lifted",
    "although nobody had asked for it",
    "because the usual road was blocked",
    "just after the second bell",
    "during the long pause that followed",
    "and then went quietly upstairs",
    "with both hands in her pockets",
    "for the sake of an old promise",
    "under the bridge near the harbour",
    "and never spoke of it again",
    "until the very last visitor had left",
    "in spite of the pouring rain",
    "at exactly quarter to eight",
    "through a hole in the hedge",
    "as if it were the easiest thing in the world",
    "and everybody cheered",
    "without so much as a thank you",
    "near the edge of the frozen pond",
    "since there was nothing else to do",
    "like a judge reading a verdict",
)


def exercises(count: int) -> Iterator[str]:
    """Yield ``count`` sentences, up to 20,677 different ones; each clause comes as often as the others."""
    for place in range(count):
        who, did, when = (clauses[place % len(clauses)] for clauses in (_WHO, _DID, _WHEN))
        yield f"{who} {did} {when}{'?' if who.startswith('Which') else '.'}"
