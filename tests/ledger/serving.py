"""Witnesses that serve on loopback, for tests."""

from __future__ import annotations

import threading

from sayso.doors.api.witness.server import WitnessServer
from sayso.ledger.cosigning import WitnessAddress
from sayso.ledger.note import COSIGNATURE, SignerKey, VerifierKey
from sayso.ledger.witness import Witness


class Serving:
    """Witnesses that serve on loopback, and how to ask them."""

    def __init__(self, folder, vkey: str) -> None:
        self.folder, self.vkeys, self.servers = folder, [vkey], []

    def start(self, name: str, *, folder=None) -> WitnessAddress:
        key = SignerKey(name, name.encode()[:32].ljust(32, b"."), type=COSIGNATURE)
        witness = Witness(folder or self.folder / name, key, [VerifierKey.parse(each) for each in self.vkeys])
        server = WitnessServer(witness)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.servers.append(server)
        return WitnessAddress(server.url, key.verifier)

    def stop(self) -> None:
        for server in self.servers:
            server.shutdown()
            server.server_close()
