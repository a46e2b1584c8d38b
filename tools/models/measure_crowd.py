"""Measure the crowd: voices of nobody, by CAM++, beside which likeness is told. Run once, kept in the package.

The 28 English stock voices of Kokoro, one sentence each. Example::

    PYTHONPATH=src python tools/models/measure_crowd.py src/sayso/voices/crowd.npz
"""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

from sayso.engines.kokoro import Kokoro
from sayso.voices import campplus
from sayso.voices.sentences import SEARCHED

SENTENCE = SEARCHED[6]


def main() -> None:
    """Render the voices, write their embeddings, print the digest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    engine = Kokoro(threads=1)
    space = engine.style_space()
    heard = [next(engine.stream(SENTENCE, space.asset(point))) for point in space.stock_points()]
    embeddings = np.stack([campplus.embed_voice(one) for one in heard]).astype(np.float16)
    one, buffer = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array(one, embeddings, allow_pickle=False)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("embeddings.npy"), one.getvalue())
    arguments.output.write_bytes(buffer.getvalue())
    print(f"{arguments.output}: SHA-256 {hashlib.sha256(buffer.getvalue()).hexdigest()}")


if __name__ == "__main__":
    main()
