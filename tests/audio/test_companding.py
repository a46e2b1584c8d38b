from __future__ import annotations

import io

import av
import numpy as np

from sayso.audio.companding import companded


def test_every_value_comes_out_as_from_ffmpegs_codec():
    values = np.arange(-32768, 32768, dtype=np.int16)
    assert (companded(values / np.float32(32768)) == through_ffmpeg(values) / np.float32(32768)).all()


def test_what_is_beyond_full_scale_is_clipped():
    loud = np.array([[1.5, -1.5]], np.float32)
    assert (companded(loud) == companded(np.array([[1.0, -1.0]], np.float32))).all()
    assert (companded(np.zeros(3, np.float32)) == 0).all()


def through_ffmpeg(values):
    file = io.BytesIO()
    with av.open(file, "w", format="wav") as container:
        stream = container.add_stream("pcm_mulaw", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(values[None], format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
