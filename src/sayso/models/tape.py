"""Networks that can be differentiated without a training framework: an ONNX graph, and the graph of its gradient.

A `Tape` takes down operations as ONNX nodes and, with each, how a gradient passes back through it (reverse-mode
differentiation; Griewank and Walther, "Evaluating Derivatives", 2008, chapter 3). The gradient is a second graph: it
takes what it needs of the first one's values, which stay in onnxruntime's memory between the two. Weights are
constants: only inputs are differentiated, so no layer keeps what went into it, but for its nonlinearity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso.models.onnx_file import Attribute, Node, OnnxFile, encoded_array, encoded_attribute
from sayso.models.session import open_session, value_of

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession, OrtValue

Floats = NDArray[np.float32]
Pull = Callable[[str], None]

_GRADIENT: Final = "gradient of {}"


@dataclass(slots=True)
class Tape:
    """A network being taken down. Values are known by name; those that the gradient reaches are *followed*."""

    constants: dict[str, bytes] = field(default_factory=dict)
    forward: list[Node] = field(default_factory=list)
    backward: list[Node] = field(default_factory=list)
    inputs: dict[str, Sequence[int | str]] = field(default_factory=dict)
    _followed: set[str] = field(default_factory=set)
    _pulls: list[tuple[str, Pull]] = field(default_factory=list)
    _gradients: dict[str, str] = field(default_factory=dict)
    _back: bool = False
    _count: int = 0

    def input(self, name: str, shape: Sequence[int | str], *, followed: bool = False) -> str:
        """Return an input, float32 of ``shape`` (words stand for free lengths)."""
        self.inputs[name] = shape
        if followed:
            self._followed.add(name)
        return name

    def constant(self, array: NDArray[Any]) -> str:
        """Return a constant."""
        name = f"c{len(self.constants)}"
        self.constants[name] = encoded_array(name, array)
        return name

    def op(self, kind: str, *inputs: str, **attributes: Attribute) -> str:
        """Return the one output of an operation; while the gradient is taken down it belongs to that."""
        return self.ops(kind, inputs, 1, **attributes)[0]

    def ops(self, kind: str, inputs: Sequence[str], count: int, **attributes: Attribute) -> list[str]:
        """Return the ``count`` outputs of an operation."""
        outputs = [f"v{self._count + place}" for place in range(count)]
        self._count += count
        encoded = [encoded_attribute(name, value) for name, value in attributes.items()]
        (self.backward if self._back else self.forward).append(Node(kind, list(inputs), outputs, attributes=encoded))
        return outputs

    def follow(self, output: str, sources: Sequence[str], pull: Pull) -> str:
        """Return ``output``; if a source is followed, so is it, and ``pull`` passes its gradient on with `give`."""
        if self._followed.intersection(sources):
            self._followed.add(output)
            self._pulls.append((output, pull))
        return output

    def is_followed(self, value: str) -> bool:
        """Return whether the gradient reaches ``value``."""
        return value in self._followed

    def give(self, value: str, gradient: str) -> None:
        """Add ``gradient`` to that of ``value``."""
        if value in self._followed:
            known = self._gradients.get(value)
            self._gradients[value] = gradient if known is None else self.op("Add", known, gradient)

    def differentiated(self, output: str, threads: int) -> Differentiated:
        """Return the network up to ``output``, and its gradient, each ready to run with ``threads``.

        The tape is empty afterwards, so that its weights are not kept a second time.
        """
        self._back = True
        seed = _GRADIENT.format(output)
        self._gradients[output] = seed
        for value, pull in reversed(self._pulls):
            if value in self._gradients:
                pull(self._gradients[value])
        wanted = [name for name in self.inputs if name in self._followed]
        ends = {name: self._gradients[name] for name in wanted}
        made = {one for node in self.forward for one in node.outputs} | set(self.inputs)
        saved = sorted({one for node in self.backward for one in node.inputs if one in made})
        first = OnnxFile(self.forward, self.constants, {}).part(self.inputs, [output, *(set(saved) - set(self.inputs))])
        feeds: dict[str, Sequence[int | str]] = {seed: (), **dict.fromkeys(saved, ())}
        second = OnnxFile(self.backward, self.constants, {}).part(feeds, list(ends.values()))
        for emptied in (self.constants, self.forward, self.backward, self._pulls):
            emptied.clear()
        opened = open_session(first, threads)
        del first
        return Differentiated(opened, open_session(second, threads), output, saved, ends)


@dataclass(frozen=True, slots=True)
class Differentiated:
    """A network and its gradient. Safe to share between threads."""

    first: InferenceSession
    second: InferenceSession
    output: str
    saved: Sequence[str]
    ends: dict[str, str]

    def run(self, **inputs: Floats) -> tuple[Floats, dict[str, OrtValue]]:
        """Return the output for ``inputs``, and what `gradients` needs of the way there."""
        feeds = {name: value_of(one) for name, one in inputs.items()}
        names = [self.output, *(name for name in self.saved if name not in inputs and name != self.output)]
        values = dict(zip(names, self.first.run_with_ort_values(names, feeds), strict=True))
        output = values[self.output].numpy()
        return output, {name: feeds[name] if name in feeds else values[name] for name in self.saved}

    def gradients(self, gradient: Floats, kept: dict[str, OrtValue]) -> dict[str, Floats]:
        """Return the gradient by each followed input, given that by the output."""
        seed = value_of(gradient)
        found = self.second.run_with_ort_values(list(self.ends.values()), {_GRADIENT.format(self.output): seed, **kept})
        return {name: value.numpy() for name, value in zip(self.ends, found, strict=True)}
