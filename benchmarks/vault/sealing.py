"""What the vault costs: sealing and opening, small values, the sweep. Prints one JSON object.

Run from the project's folder: ``python benchmarks/vault/sealing.py``
"""

from __future__ import annotations

import json
import secrets
import tempfile
import time
from pathlib import Path

from sayso.credentials.authority import LocalAuthority
from sayso.database import connect
from sayso.database.metadata import keys_metadata
from sayso.erasure.inventory import Inventory
from sayso.ids import SpeakerId, new_id
from sayso.vault import FileKek, Vault


def timed(act, times: int) -> dict[str, float]:
    """Return median and 99th percentile of one call, in milliseconds."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        spent.append(1000 * (time.perf_counter() - start))
    spent.sort()
    return {"p50_ms": round(spent[len(spent) // 2], 3), "p99_ms": round(spent[int(len(spent) * 0.99)], 3)}


def destruction(vault: Vault, others: int, times: int = 5) -> dict[str, float]:
    """Return the cost of destroying one key where ``others`` are wrapped anew, and of making one; best of a few."""
    made = [SpeakerId(new_id("speaker")) for _ in range(others + times)]
    start = time.perf_counter()
    for speaker in made:
        vault.create_subject(speaker)
    created = (time.perf_counter() - start) / len(made)
    doomed = iter(made[:times])
    return timed(lambda: vault.destroy_subject(next(doomed)), times) | {"create_ms": round(1000 * created, 3)}


def main() -> None:
    """Measure in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        keys = connect(f"sqlite:///{home / 'keys.sqlite'}", journal="DELETE")
        keys_metadata.create_all(keys.engine)
        vault = Vault(FileKek(home / "kek"), keys, (home / "blobs").as_uri())
        speaker = SpeakerId(new_id("speaker"))
        vault.create_subject(speaker)
        small, found = secrets.token_bytes(2_000), {}
        ref = vault.seal(small, [speaker], kind="clip")
        field = vault.seal_field(b"name", speaker, field="name")
        authority = LocalAuthority(vault)
        authority.sign(b"")
        found["seal 2 kB"] = timed(lambda: vault.seal(small, [speaker], kind="clip"), 500)
        found["open 2 kB"] = timed(lambda: vault.open(ref.address, kind="clip"), 500)
        found["commit"] = timed(lambda: vault.commit(speaker, small, domain="text"), 500)
        found["open field"] = timed(lambda: vault.open_field(field, speaker, field="name"), 500)
        found["sign ES256"] = timed(lambda: authority.sign(small), 500)
        for megabytes, times in ((1, 50), (60, 5)):
            plain = secrets.token_bytes(megabytes * 1_000_000)
            large = vault.seal(plain, [speaker], kind="clip")
            for name, act in (
                ("seal", lambda plain=plain: vault.seal(plain, [speaker], kind="clip")),
                ("open", lambda large=large: vault.open(large.address, kind="clip")),
            ):
                cost = timed(act, times)
                found[f"{name} {megabytes} MB"] = cost | {"mb_per_s": round(1000 * megabytes / cost["p50_ms"])}
        found["destroy a key, among 10,000"] = destruction(vault, 10_000)
        vault.destroy_subject(speaker)
        start = time.perf_counter()
        swept = vault.sweep(ref.address[:32])
        found["sweep, a file"] = {"p50_ms": round(1000 * (time.perf_counter() - start) / swept.scanned, 4)}
        lines = tuple(sorted(f"clip {new_id('artifact')}" for _ in range(100_000)))
        found["root of 100,000 lines"] = timed(lambda: Inventory(lines).root, 3)
        keys.close()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
