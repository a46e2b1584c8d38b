import numpy as np
import pytest

from sayso import models
from sayso.models import open_session
from sayso.models.catalogue import ModelTampered
from sayso.models.onnx_file import encoded_array, read_onnx


def test_a_file_is_read_whole_and_written_again():
    data = models.weights("ge2e")
    file = read_onnx(data)
    mels = np.random.default_rng(1).random((2, 160, 40), np.float32)
    again = open_session(file.part({}, ["embeddings"]))
    assert np.array_equal(again.run(None, {"mels": mels})[0], models.session("ge2e").run(None, {"mels": mels})[0])


@pytest.mark.parametrize("kind", ["<f4", "<f2", "<i8", "<i4", "u1", "i1"])
def test_arrays_come_back(kind):
    file = read_onnx(models.weights("ge2e"))
    array = np.arange(6).reshape(2, 3).astype(kind)
    file.initializers["mine"] = encoded_array("mine", array)
    assert np.array_equal(file.array("mine"), array)
    assert file.array("mine").dtype == array.dtype


@pytest.mark.parametrize("data", [b"", b"\x08", b"\xff" * 20])
def test_other_bytes_are_no_file(data):
    with pytest.raises(ModelTampered):
        read_onnx(data)
