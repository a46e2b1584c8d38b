"""Hosts: the engines of a server, each in a process of its own, so that one can be stopped, and fall over, alone.

A process gets all cores: who is alone hears an utterance as soon as the machine can make it, several share them.
"""

from __future__ import annotations

import os
import threading

from sayso.engines.host import EngineHost, HostedEngine


class Hosts:
    """The engines by name; a host is started when its engine is first asked for, or before."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._lock = threading.Lock()
        self._hosts: dict[str, EngineHost] = {}
        self._engines: dict[str, HostedEngine] = {}

    def start(self, name: str) -> HostedEngine:
        """Return the engine, once its processes have loaded it; raise why they cannot."""
        with self._lock:
            if name not in self._engines:
                cores = max(1, os.cpu_count() or 1)
                host = EngineHost(name, threads=cores, together=cores)
                host.start()
                self._hosts[name], self._engines[name] = host, HostedEngine(host)
            return self._engines[name]

    def engine(self, name: str) -> HostedEngine:
        """Return the engine in its process; the first to ask waits until it is loaded."""
        return self._engines.get(name) or self.start(name)

    def close(self) -> None:
        """End the processes."""
        for host in self._hosts.values():
            host.close()
