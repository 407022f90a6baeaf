# SPDX-License-Identifier: GPL-3.0-or-later
"""Record what a network calls with torch.fx, watch the recording run, and translate it call by call."""
from __future__ import annotations

import inspect
import operator
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

import numpy as np
import torch
from torch import Tensor, fx, nn

from axescope_export_graph import GROWS, Activation, Call, Constant, GraphBuilder, Shape, UnsupportedOperation
from axescope_export_operations import FUNCTIONS, METHODS, module_translation


class Tracer(fx.Tracer):
    """Records the network's calls and, for each, the qualified name of the module that made it."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[str] = [""]
        self.failed_in: Optional[str] = None

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return module_translation(m) is not None or super().is_leaf_module(m, module_qualified_name)

    def call_module(self, m: nn.Module, forward: Callable[..., Any], args: tuple, kwargs: dict) -> Any:
        self.path.append(self.path_of_module(m))
        try:
            return super().call_module(m, forward, args, kwargs)
        except Exception:
            self.failed_in = self.failed_in or self.path[-1]
            raise
        finally:
            self.path.pop()

    def create_node(self, *args: Any, **kwargs: Any) -> fx.Node:
        node = super().create_node(*args, **kwargs)
        node.meta["module_path"] = self.path[-1]
        return node


def _record(model: nn.Module) -> fx.GraphModule:
    """The recording of a network whose forward takes one tensor and otherwise only defaults."""
    parameters = list(inspect.signature(model.forward).parameters.values())
    fixed = {p.name: p.default for p in parameters[1:] if p.default is not p.empty}
    if any(p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters[1:]):
        raise UnsupportedOperation("forward", "", "the network takes more than one tensor")
    tracer = Tracer()
    try:
        return fx.GraphModule(model, tracer.trace(model, fixed))
    except fx.proxy.TraceError as error:
        raise UnsupportedOperation("data-dependent control flow", tracer.failed_in or "",
                                   "the graph has no branches or loops that depend on the data; where only sizes "
                                   f"are unpacked, read them one by one with x.size(axis) ({error})") from error
    except Exception as error:
        raise UnsupportedOperation("forward", tracer.failed_in or "", f"torch.fx cannot record it ({error})") from error


class Observer(fx.Interpreter):
    """Runs a recording on a sample and notes the shape of every tensor, and who shares or changes memory."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.shapes: dict[fx.Node, Shape] = {}
        self.values: dict[fx.Node, Any] = {}  # results that are not tensors: sizes, flags
        self.unchanged: dict[fx.Node, fx.Node] = {}  # the call handed this input back as it was
        self.overwritten: dict[fx.Node, list[fx.Node]] = {}  # results that the call changed in place
        self.stale: set[fx.Node] = set()  # calls whose input was changed in place through a view of it
        self._version: dict[fx.Node, int] = {}

    def run_node(self, n: fx.Node) -> Any:
        inputs = {m: self.env[m] for m in n.all_input_nodes if isinstance(self.env[m], Tensor)}
        if any(value._version != self._version[m] for m, value in inputs.items()):
            self.stale.add(n)
        result = super().run_node(n)
        for m, value in inputs.items():
            if value._version != self._version[m]:
                same = [k for k, other in self.env.items() if other is value]
                self._version.update((k, value._version) for k in same)
                self.overwritten.setdefault(n, []).extend(same)
            elif value is result:
                self.unchanged[n] = m
        if isinstance(result, Tensor):
            self.shapes[n], self._version[n] = tuple(result.shape), result._version
        else:
            self.values[n] = result
        return result


@contextmanager
def _evaluation_mode(model: nn.Module) -> Iterator[None]:
    was_training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module in was_training:
            module.training = True


def translate(model: nn.Module, sample: np.ndarray, normalize: Optional[tuple]) -> GraphBuilder:
    """Record `model`, run the recording on `sample` [1, ...] and on two copies of it, translate every call."""
    like = next(model.parameters(), torch.zeros(0))
    with _evaluation_mode(model):
        single = torch.from_numpy(np.array(sample)).to(like.device)
        single = single.long() if single.dtype == torch.int32 else single.to(like.dtype)
        if normalize is not None:
            channels = [1, -1] + [1] * (single.dim() - 2)
            mean, std = (torch.as_tensor(v, dtype=like.dtype, device=like.device).view(channels) for v in normalize[:2])
            single = (single / normalize[2] - mean) / std
        double = torch.cat([single, single])
        recording = _record(model)
        first, second = Observer(recording), Observer(recording)
        first.run(single)
        traced = second.run(double.clone())
        # torch.fx records `y += x` as `y = y + x`, which differs when another name for y is read afterwards.
        if isinstance(traced, Tensor) and not torch.allclose(traced, model(double), 1e-3, 1e-5, equal_nan=True):
            raise UnsupportedOperation("forward", "", "the recording of torch.fx does not compute what the network "
                                       "computes; look for in-place arithmetic such as `y += x`, or for randomness")
        return _Translator(recording, first, second).translate((GROWS, *sample.shape[1:]), normalize)


class _Translator:
    """Walks a recording in order and keeps, for each recorded result, its name in the graph."""

    def __init__(self, recording: fx.GraphModule, first: Observer, second: Observer) -> None:
        self.recording, self.first, self.second = recording, first, second
        self.build = GraphBuilder()
        self.names: dict[fx.Node, str] = {}

    def translate(self, input_shape: Shape, normalize: Optional[tuple]) -> GraphBuilder:
        for node in self.recording.graph.nodes:
            self.build.call = Call(self._operation(node), node.meta["module_path"], node.op == "call_module",
                                   self._shape(node))
            if node.op == "placeholder" and node in self.first.shapes:
                self._translate_input(node, input_shape, normalize)
            elif node.op == "output":
                result = self._resolve(node.args[0]) if isinstance(node.args[0], fx.Node) else None
                if not isinstance(result, Activation):
                    self.build.refuse("the network must return one tensor that depends on its input")
                self.build.output = result.name
            elif node.op != "get_attr" and not self._is_plain_value(node):
                self._translate_call(node)
        return self.build

    def _translate_input(self, node: fx.Node, shape: Shape, normalize: Optional[tuple]) -> None:
        x = self.build.emit_input(node.target, shape)
        if normalize is not None:
            mean, std, divisor = normalize
            x = self.build.emit("normalize", [x], shape, mean=[float(v) for v in mean], std=[float(v) for v in std],
                                divisor=float(divisor))
        self.names[node] = x.name

    def _translate_call(self, node: fx.Node) -> None:
        if self.first.shapes[node][:1] != (1,) or self.second.shapes[node][:1] != (2,) \
                or self.build.call.shape.count(GROWS) != 1:
            self.build.refuse("its result does not keep the samples of the batch on axis 0, and only there")
        if node in self.second.stale:
            self.build.refuse("its input was changed in place through a view")
        if self.second.unchanged.get(node) in self.names:
            # Dropout and identity in evaluation mode, and views that change nothing, need no node.
            self.names[node] = self.names[self.second.unchanged[node]]
            return
        args, kwargs = fx.node.map_arg((node.args, dict(node.kwargs)), self._resolve)
        if node.op == "call_module":
            module = self.recording.get_submodule(node.target)
            translation, args = module_translation(module), (module, *args)
        else:
            translation = (METHODS if node.op == "call_method" else FUNCTIONS).get(node.target)
        if translation is None:
            self.build.refuse("AxeScope's graph has no such operation")
        try:
            inspect.signature(translation).bind(self.build, *args, **kwargs)
        except TypeError as error:
            self.build.refuse(f"it is called in a way the exporter does not know ({error})")
        self.names[node] = translation(self.build, *args, **kwargs).name
        for changed in self.second.overwritten.get(node, []):
            self.names[changed] = self.names[node]

    def _operation(self, node: fx.Node) -> str:
        """The name a reader of the model knows the call by."""
        if node.op == "call_module":
            return type(self.recording.get_submodule(node.target)).__name__
        return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))

    def _resolve(self, node: fx.Node) -> Any:
        if node in self.names:
            return Activation(self.names[node], self._shape(node))
        if node.op == "get_attr" and node in self.first.shapes:
            return Constant(node.target, operator.attrgetter(node.target)(self.recording))
        return self.second.values.get(node)

    def _shape(self, node: fx.Node) -> Shape:
        """Shape with GROWS where batches of 1 and 2 differ; empty if it is no tensor or not even the rank agrees."""
        one, two = self.first.shapes.get(node, ()), self.second.shapes.get(node, ())
        return tuple(a if a == b else GROWS for a, b in zip(one, two)) if len(one) == len(two) else ()

    def _is_plain_value(self, node: fx.Node) -> bool:
        """Whether the call gives sizes and flags, which are known from running it, and no tensor."""
        if node in self.first.shapes:
            return False
        value = self.first.values[node]
        if any(isinstance(item, Tensor) for item in (value if isinstance(value, (tuple, list)) else [value])):
            self.build.refuse("it returns several tensors")
        return True
