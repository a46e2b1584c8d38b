"""ONNX files, read and written without the onnx package: the few messages of the format that are needed here.

Wire format: https://protobuf.dev/programming-guides/encoding; messages and field numbers: onnx.proto of ONNX 1.16.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.models.catalogue import ModelTampered

Array = NDArray[np.generic]
Attribute = int | float | str | Sequence[int]

_GRAPH: Final = 7
_TYPES: Final[Mapping[int, np.dtype[np.generic]]] = {
    1: np.dtype("<f4"),
    2: np.dtype("u1"),
    3: np.dtype("i1"),
    6: np.dtype("<i4"),
    7: np.dtype("<i8"),
    10: np.dtype("<f2"),
}
_INT, _FLOATING, _STRING, _INTS = 2, 1, 3, 7
_OPSET: Final = 17
_IR_VERSION: Final = 8


@dataclass(slots=True)
class Node:
    """One operation; ``attributes`` are encoded, as read or as `encoded_attribute` returns them."""

    op: str
    inputs: list[str]
    outputs: list[str]
    name: str = ""
    domain: str = ""
    attributes: list[bytes] = field(default_factory=list)

    def encode(self) -> bytes:
        """Return the node as a message."""
        parts = [_text(1, one) for one in self.inputs] + [_text(2, one) for one in self.outputs]
        parts += [_text(3, self.name), _text(4, self.op)] + [_chunk(5, one) for one in self.attributes]
        return b"".join(parts) + (_text(7, self.domain) if self.domain else b"")


@dataclass(slots=True)
class OnnxFile:
    """A graph with its initializers, each as its encoded message by name, and the messages of its inputs."""

    nodes: list[Node]
    initializers: dict[str, bytes]
    inputs: dict[str, bytes]
    head: bytes = b""

    def array(self, name: str) -> Array:
        """Return the initializer ``name``; raise `ModelTampered` for a kind of number that is not expected here."""
        return _array(self.initializers[name])

    def part(self, inputs: Mapping[str, Sequence[int | str]], outputs: Sequence[str]) -> bytes:
        """Return, as an ONNX file, what computes ``outputs``, stopping at ``inputs`` (float32, by shape).

        An empty shape is unknown. Inputs of the whole graph that are needed are inputs of the part, too.
        """
        nodes = _needed(self.nodes, set(inputs), outputs)
        used = {one for node in nodes for one in node.inputs} | set(outputs)
        kept = [one for name, data in self.initializers.items() if name in used for one in (_length(5, data), data)]
        taken = [_chunk(11, data) for name, data in self.inputs.items() if name in used and name not in inputs]
        taken += [_chunk(11, _float_info(name, shape)) for name, shape in inputs.items()]
        made = [_chunk(12, _float_info(name, ())) for name in outputs]
        graph = [*(_chunk(1, node.encode()) for node in nodes), _text(2, "part"), *kept, *taken, *made]
        size = _encoded_varint(sum(map(len, graph)))
        return b"".join([self.head or _head(), _key(_GRAPH, 2), size, *graph])  # weights are copied once


def read_onnx(data: bytes) -> OnnxFile:
    """Return the graph in the bytes of an ONNX file; raise `ModelTampered` if they hold none."""
    view = memoryview(data)
    graph, head = None, b""
    for one in _fields(view):
        if one.number == _GRAPH:
            graph = one.data
        else:
            head += bytes(one.raw)
    if graph is None:
        raise ModelTampered("got bytes without a graph, expected an ONNX file")
    found = OnnxFile([], {}, {}, head)
    for one in _fields(graph):
        if one.number == 1:
            found.nodes.append(_node(one.data))
        elif one.number == 5:
            found.initializers[_name(one.data, 8)] = bytes(one.data)
        elif one.number == 11:
            found.inputs[_name(one.data, 1)] = bytes(one.data)
    return found


def encoded_attribute(name: str, value: Attribute) -> bytes:
    """Return an attribute of a node: a whole number, a floating one, a word, or whole numbers."""
    if isinstance(value, str):
        return _text(1, name) + _text(4, value) + _number(20, _STRING)
    if isinstance(value, float):
        return _text(1, name) + _key(2, 5) + struct.pack("<f", value) + _number(20, _FLOATING)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _INT)
    return _text(1, name) + b"".join(_number(8, one) for one in value) + _number(20, _INTS)


def encoded_array(name: str, array: Array) -> bytes:
    """Return ``array`` as an initializer."""
    kind = next(code for code, dtype in _TYPES.items() if dtype == array.dtype)
    dims = b"".join(_number(1, length) for length in array.shape)
    return dims + _number(2, kind) + _text(8, name) + _chunk(9, array.tobytes())


def _head() -> bytes:
    return _number(1, _IR_VERSION) + _text(2, "sayso") + _chunk(8, _text(1, "") + _number(2, _OPSET))


def _needed(nodes: Sequence[Node], stops: Collection[str], outputs: Sequence[str]) -> list[Node]:
    makers = {one: place for place, node in enumerate(nodes) for one in node.outputs}
    todo, seen, kept = list(outputs), set(stops), set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in makers:
            kept.add(makers[name])
            todo += nodes[makers[name]].inputs
    return [nodes[place] for place in sorted(kept)]


def _float_info(name: str, shape: Sequence[int | str]) -> bytes:
    dims = [_chunk(1, _number(1, one) if isinstance(one, int) else _text(2, one)) for one in shape]
    tensor = _number(1, 1) + (b"" if not shape else _chunk(2, b"".join(dims)))
    return _text(1, name) + _chunk(2, _chunk(1, tensor))


def _node(message: memoryview) -> Node:
    node = Node("", [], [])
    for one in _fields(message):
        if one.number == 5:
            node.attributes.append(bytes(one.data))
        elif one.number in {1, 2}:
            (node.inputs if one.number == 1 else node.outputs).append(one.text)
        elif one.number == 3:
            node.name = one.text
        elif one.number == 4:
            node.op = one.text
        elif one.number == 7:
            node.domain = one.text
    return node


def _name(message: memoryview, number: int) -> str:
    return next(one.text for one in _fields(message) if one.number == number)


def _array(message: bytes) -> Array:
    dims: list[int] = []
    kind, data = 1, b""
    for one in _fields(memoryview(message)):
        if one.number == 1:
            dims += one.numbers
        elif one.number == 2:
            kind = one.value
        elif one.number in {9, 4}:
            data += bytes(one.data)
        elif one.number in {5, 7}:
            data += np.asarray(one.numbers, np.int64).astype(_TYPES[kind]).tobytes()
    if kind not in _TYPES:
        raise ModelTampered(f"got an ONNX tensor of type {kind}, expected one of {sorted(_TYPES)}")
    return np.frombuffer(data, _TYPES[kind]).reshape(dims)


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a message: a whole number or data, and all its bytes."""

    number: int
    value: int
    data: memoryview
    raw: memoryview

    @property
    def text(self) -> str:
        return str(self.data, "utf-8")

    @property
    def numbers(self) -> list[int]:
        """Return the one number, or those packed in the data."""
        if not len(self.data):
            return [self.value]
        numbers, place = [], 0
        while place < len(self.data):
            number, place = _varint(self.data, place)
            numbers.append(number)
        return numbers


def _fields(data: memoryview) -> Iterator[_Field]:
    """Yield each field of a message."""
    place = 0
    while place < len(data):
        start = place
        key, place = _varint(data, place)
        value, size = 0, {1: 8, 5: 4}.get(key & 7, 0)
        if key & 7 in {0, 2}:
            value, place = _varint(data, place)
            size = value if key & 7 == 2 else 0
        content, place = data[place : place + size], place + size
        yield _Field(key >> 3, value, content, data[start:place])


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(data):
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
    raise ModelTampered("got bytes that end within a number, expected an ONNX file")


def _encoded_varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _key(number: int, wire: int) -> bytes:
    return _encoded_varint(number << 3 | wire)


def _number(number: int, value: int) -> bytes:
    return _key(number, 0) + _encoded_varint(value)


def _chunk(number: int, data: bytes) -> bytes:
    return _length(number, data) + data


def _length(number: int, data: bytes) -> bytes:
    """Return what stands before ``data``."""
    return _key(number, 2) + _encoded_varint(len(data))


def _text(number: int, text: str) -> bytes:
    return _chunk(number, text.encode())
