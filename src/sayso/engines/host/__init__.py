"""The host: engines in processes of their own, which can be stopped hard and fall over alone."""

from sayso.engines.host.errors import EngineFailed, HostBusy, HostClosed, WorkerLost
from sayso.engines.host.host import EngineHost, HostLoad
from sayso.engines.host.hosted import HostedEngine
from sayso.engines.host.orders import AlignOrder, CloneOrder, SpeakOrder
from sayso.engines.host.run import HostRun

__all__ = [
    "AlignOrder",
    "CloneOrder",
    "EngineFailed",
    "EngineHost",
    "HostBusy",
    "HostClosed",
    "HostLoad",
    "HostRun",
    "HostedEngine",
    "SpeakOrder",
    "WorkerLost",
]
