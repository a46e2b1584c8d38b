"""What checking a token of an issuer takes, alone and in a request, beside a key of this house.

    python benchmarks/live/tokens.py --json .bench/live-token.json

Alone: one token after another of each kind of signature, in this process, the issuer's keys known. In a request: a
light route of a server is asked with a key and with a token in turn, over one connection.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.live.served import PURPOSE, Running, begun, house, percentiles, report, row, running
from tests.accounts.issuing import KINDS, LoginService

from sayso.accounts.bearer import BearerTokens
from sayso.accounts.issuer import TrustedIssuer
from sayso.ids import OWN_ORGANISATION

ROLES = '[roles]\nproducer = "producer"\n'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures = begun()
    with tempfile.TemporaryDirectory() as folder, house(Path(folder) / "home") as home:
        login = LoginService(Path(folder))
        for algorithm in KINDS:
            login.add(algorithm, algorithm)
        file = login.file(more=ROLES)
        tokens = {
            kind: login.token(kind, org=OWN_ORGANISATION, realm={"roles": ["producer"]}, purposes=[PURPOSE])
            for kind in KINDS
        }
        figures |= _alone(TrustedIssuer.read(file), tokens, asked.rounds)
        with running(home.home, SAYSO_OIDC_FILE=str(file)) as server:
            figures |= _in_requests(server, {"key": home.key, **tokens}, asked.rounds)
    report(figures, asked.json)
    for kind in KINDS:
        alone, request, key = (figures[f"{name}_ms"] for name in (f"alone_{kind}", f"request_{kind}", "request_key"))
        more = request["p50"] - key["p50"]
        row(
            f"checking a token, {kind} (no bar)",
            f"{alone['p50']:.2f} ms p50, {alone['p99']:.2f} p99; {more:+.2f} a request",
        )


def _alone(issuer: TrustedIssuer, tokens: dict[str, str], rounds: int) -> dict[str, Any]:
    reader, times = BearerTokens(issuer, b"k" * 32), defaultdict(list)
    for _ in range(rounds):
        for kind, token in tokens.items():
            started = time.perf_counter()
            reader.read(token)
            times[kind].append(1000 * (time.perf_counter() - started))
    return {f"alone_{kind}_ms": percentiles(each[1:]) for kind, each in times.items()}


def _in_requests(server: Running, bearers: dict[str, str], rounds: int) -> dict[str, Any]:
    times = defaultdict(list)
    with server.client("none") as http:
        for _ in range(rounds):
            for name, bearer in bearers.items():
                started = time.perf_counter()
                answer = http.get("/v1/models", headers={"Authorization": f"Bearer {bearer}"})
                times[name].append(1000 * (time.perf_counter() - started))
                answer.raise_for_status()
    return {f"request_{name}_ms": percentiles(each[3:]) for name, each in times.items()}


if __name__ == "__main__":
    main()
