"""What was said: words with their times, and how well a text fits a sound; see README.md."""

from sayso.recognition.errors import RecogniserMissing
from sayso.recognition.protocol import Recogniser
from sayso.recognition.registry import recogniser
from sayso.recognition.transcript import HeardWord, Transcript, WeighedWord
from sayso.recognition.word_errors import word_errors, words_of

__all__ = [
    "HeardWord",
    "Recogniser",
    "RecogniserMissing",
    "Transcript",
    "WeighedWord",
    "recogniser",
    "word_errors",
    "words_of",
]
