"""The catalogue of model weights and the one door to onnxruntime."""

from sayso.models.catalogue import ModelCard, cards, explicit_path, weights
from sayso.models.session import open_session, run, run_lean, session

__all__ = ["ModelCard", "cards", "explicit_path", "open_session", "run", "run_lean", "session", "weights"]
