"""Workers: what the driver does about the processes that Daft starts for it."""

from sayso.corpus.workers.watching import WorkersWatched, sockets_waiting

__all__ = ["WorkersWatched", "sockets_waiting"]
