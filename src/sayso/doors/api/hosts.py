"""Hosts: the engines of a server, each in processes of its own, so that one can be stopped, and fall over, alone."""

from __future__ import annotations

import threading

from sayso.engines.host import EngineHost, HostedEngine


class Hosts:
    """The engines by name; a host is started when its engine is first asked for, or before."""

    def __init__(self, *, workers: int = 1) -> None:
        """Take how many processes an engine gets."""
        self._workers = workers
        self._lock = threading.Lock()
        self._hosts: dict[str, EngineHost] = {}
        self._engines: dict[str, HostedEngine] = {}

    def start(self, name: str) -> HostedEngine:
        """Return the engine, once its processes have loaded it; raise why they cannot."""
        with self._lock:
            if name not in self._engines:
                host = EngineHost(name, workers=self._workers)
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
