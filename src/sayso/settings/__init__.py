"""Settings: what an installation is told, by its file and by the environment."""

from sayso.settings.loading import load
from sayso.settings.settings import Settings

__all__ = ["Settings", "load"]
