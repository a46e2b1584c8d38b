"""The inventory: what an erasure was about, as sorted lines under one Merkle root.

The certificate signs root and counts only, so that it stays small; the lines travel behind it and anybody can recompute
the root from them. An id in a line is random and leads to nobody once the rows behind it are gone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from sayso.erasure.errors import ErasureCertificateMalformed
from sayso.ids import GrantId
from sayso.ledger.merkle import leaf_hash, root_of
from sayso.lineage import Artifact

GRANT: Final = "grant"

_LINE: Final = re.compile(r"[a-z]{1,16} [a-z]{3}_[a-z2-7]{16}")


@dataclass(frozen=True)
class Inventory:
    """Lines such as ``clip art_...`` and ``grant grt_...``, sorted, each once."""

    lines: tuple[str, ...]

    @classmethod
    def of(cls, artifacts: Iterable[Artifact], grants: Iterable[GrantId]) -> Self:
        """Return the inventory of these artifacts and grants."""
        lines = {f"{artifact.kind} {artifact.artifact_id}" for artifact in artifacts}
        return cls(tuple(sorted(lines | {f"{GRANT} {grant}" for grant in grants})))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read lines; raise `ErasureCertificateMalformed` unless they are as `Inventory.text` gives them."""
        lines = tuple(text.splitlines())
        if not all(_LINE.fullmatch(line) for line in lines) or list(lines) != sorted(set(lines)):
            raise ErasureCertificateMalformed("got an inventory with a malformed, doubled or misplaced line")
        return cls(lines)

    @property
    def text(self) -> str:
        """The lines, each with its newline."""
        return "".join(f"{line}\n" for line in self.lines)

    @cached_property
    def root(self) -> str:
        """The RFC 6962 root (hex) over the lines, without their newlines, in order."""
        return root_of([leaf_hash(line.encode()) for line in self.lines]).hex()

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many there are of each kind, kinds in order of their names."""
        return dict(sorted(Counter(line.partition(" ")[0] for line in self.lines).items()))
