"""Derivatives of functions: jacobian, hessian, and products with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import _C
from .._C import Tensor
from . import grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def _prepare(inputs: Any, create_graph: bool) -> tuple[bool, tuple[Tensor, ...]]:
    single = isinstance(inputs, Tensor)
    args = (inputs,) if single else tuple(inputs)
    fresh = tuple(x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_() for x in args)
    return single, fresh


def _pack(single: bool, values: tuple) -> Any:
    return values[0] if single else tuple(values)


def _grads(outputs: Any, inputs: tuple, weights: Any, create_graph: bool) -> tuple[Tensor, ...]:
    found = grad(outputs, inputs, weights, retain_graph=True, create_graph=create_graph, allow_unused=True)
    return tuple(_C.zeros_like(x) if g is None else g for g, x in zip(found, inputs, strict=True))


def vjp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(func(*inputs), v times the Jacobian)."""
    with _C.enable_grad():
        single, args = _prepare(inputs, create_graph)
        outputs = func(*args)
        products = (
            _grads(outputs, args, v, create_graph) if _differentiable(outputs) else tuple(map(_C.zeros_like, args))
        )
    return outputs if create_graph else _detached(outputs), _pack(single, products)


def jvp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(func(*inputs), the Jacobian times v), by differentiating the backward pass."""
    with _C.enable_grad():
        _, args = _prepare(inputs, create_graph)
        outputs = func(*args)
        single_out = isinstance(outputs, Tensor)
        outs = (outputs,) if single_out else tuple(outputs)
        directions = (v,) if isinstance(v, Tensor) else tuple(v) if v is not None else tuple(map(_C.ones_like, args))
        weights = tuple(_C.zeros_like(o).requires_grad_() for o in outs)
        backs = _grads(outs, args, weights, True)
        used = [(b, d) for b, d in zip(backs, directions, strict=True) if b.requires_grad]
        if used:
            products = _grads([b for b, _ in used], weights, [d for _, d in used], create_graph)
        else:
            products = tuple(map(_C.zeros_like, outs))
    return outputs if create_graph else _detached(outputs), _pack(single_out, products)


def jacobian(
    func: Callable,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of func: for each output and input a tensor of shape output.shape + input.shape.

    Example:
        >>> torch.autograd.functional.jacobian(lambda x: x**2, torch.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    with _C.enable_grad():
        single_in, args = _prepare(inputs, create_graph)
        outputs = func(*args)
        single_out = isinstance(outputs, Tensor)
        rows = []
        for out in (outputs,) if single_out else outputs:
            flat = out.reshape(-1)
            per_element = [
                _grads(flat[i], args, None, create_graph) if out.requires_grad else tuple(map(_C.zeros_like, args))
                for i in range(flat.numel())
            ]
            columns = zip(*per_element, strict=True) if per_element else [[] for _ in args]
            rows.append(
                tuple(
                    _C.stack(list(column)).reshape(out.shape + x.shape)
                    if len(list(column))
                    else _C.zeros(out.shape + x.shape)
                    for column, x in zip(map(list, columns), args, strict=True)
                )
            )
    return _pack(single_out, tuple(_pack(single_in, row) for row in rows))


def hessian(
    func: Callable,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of a func with one number as result."""
    single = isinstance(inputs, Tensor)

    def gradient(*args: Tensor) -> Any:
        return _pack(single, jacobian(func, args, create_graph=True))

    return jacobian(gradient, inputs, create_graph=create_graph)


def vhp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(func(*inputs), v times the Hessian)."""
    with _C.enable_grad():
        single, args = _prepare(inputs, create_graph)
        output = func(*args)
        first = _grads(output, args, None, True)
        weights = (v,) if isinstance(v, Tensor) else tuple(v) if v is not None else None
        products = _grads(first, args, weights, create_graph)
    return output if create_graph else _detached(output), _pack(single, products)


hvp = vhp  # a Hessian is symmetric


def _differentiable(outputs: Any) -> bool:
    return any(o.requires_grad for o in ((outputs,) if isinstance(outputs, Tensor) else outputs))


def _detached(outputs: Any) -> Any:
    return outputs.detach() if isinstance(outputs, Tensor) else tuple(o.detach() for o in outputs)
