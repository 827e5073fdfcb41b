"""L-BFGS: a quasi-Newton method for whole-batch problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import rushlight as torch
from rushlight import Tensor

from ._rules import _as_real, _check_lr
from .optimizer import Optimizer, Params, _as_float

__all__ = ["LBFGS"]

# As in PyTorch, a number may be a 0-d tensor of the parameters' dtype; what is computed from it is rounded to that.
Number = float | Tensor


class _Point(NamedTuple):
    """Where a line search looked: how far along the direction, with the loss, the gradient and the slope there."""

    t: Number
    f: float
    g: Tensor
    slope: Number


def _cubic_interpolate(a: _Point, b: _Point, bounds: tuple[Number, Number] | None = None) -> Number:
    """Where the cubic through two points with their slopes is lowest, kept within `bounds`."""
    low, high = bounds if bounds is not None else ((a.t, b.t) if a.t <= b.t else (b.t, a.t))
    d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2.0
    d2 = square.sqrt()
    if a.t <= b.t:
        best = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    else:
        best = a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2))
    return min(max(best, low), high)


class _LineSearch:
    """Looks along a direction for a point that satisfies the strong Wolfe conditions.

    Source: Nocedal and Wright, "Numerical Optimization", 2006, algorithms 3.5 and 3.6.
    """

    armijo, curvature = 1e-4, 0.9

    def __init__(self, evaluate: Callable[[Number], tuple[float, Tensor]], d: Tensor, start: _Point, most: int) -> None:
        self.evaluate = evaluate
        self.d = d
        self.start = start
        self.most = most  # evaluations in all
        self.evaluations = 0
        self.rounds = 0
        self.done = False

    def at(self, t: Number) -> _Point:
        self.evaluations += 1
        f, g = self.evaluate(t)
        return _Point(t, f, g, g.dot(self.d))

    def too_high(self, p: _Point) -> bool:
        return p.f > (self.start.f + self.armijo * p.t * self.start.slope)

    def flat(self, p: _Point) -> bool:
        return abs(p.slope) <= -self.curvature * self.start.slope

    def bracket(self, t: Number) -> list[_Point]:
        """One point that will do, or two with such a point between them."""
        previous, point = self.start, self.at(t)
        while self.rounds < self.most:
            if self.too_high(point) or (self.rounds > 1 and point.f >= previous.f):
                return [previous, point]
            if self.flat(point):
                self.done = True
                return [point]
            if point.slope >= 0:
                return [previous, point]
            t = point.t
            bounds = (t + 0.01 * (t - previous.t), t * 10)
            t = _cubic_interpolate(previous, point, bounds)
            previous, point = point, self.at(t)
            self.rounds += 1
        return [self.start, point]

    def run(self, t: Number, tolerance_change: float) -> _Point:
        """The best point found."""
        largest = self.d.abs().max()
        ends = self.bracket(t)
        stalled = False
        low, high = (0, 1) if ends[0].f <= ends[-1].f else (1, 0)
        while not self.done and self.rounds < self.most:
            if abs(ends[1].t - ends[0].t) * largest < tolerance_change:
                break
            t = _cubic_interpolate(ends[0], ends[1])
            left, right = min(ends[0].t, ends[1].t), max(ends[0].t, ends[1].t)
            margin = 0.1 * (right - left)
            if min(right - t, t - left) < margin:  # too close to an end: step off it when that happens twice
                if stalled or t >= right or t <= left:
                    t = right - margin if abs(t - right) < abs(t - left) else left + margin
                    stalled = False
                else:
                    stalled = True
            else:
                stalled = False
            point = self.at(t)
            self.rounds += 1
            if self.too_high(point) or point.f >= ends[low].f:
                ends[high] = point
                low, high = (0, 1) if ends[0].f <= ends[1].f else (1, 0)
            else:
                if self.flat(point):
                    self.done = True
                elif point.slope * (ends[high].t - ends[low].t) >= 0:
                    ends[high] = ends[low]
                ends[low] = point
        return ends[low]


class LBFGS(Optimizer):
    """Newton's method with an approximation of the curvature from the last gradients. It needs a closure.

    Args:
        params: the parameters; there is only one group.
        lr: the step along each direction; a number or a tensor of one element.
        max_iter: directions per step.
        max_eval: evaluations per step; None is `max_iter * 5 // 4`.
        tolerance_grad: stop when no element of the gradient is larger.
        tolerance_change: stop when neither the loss nor any parameter changes by more.
        history_size: the number of gradients that are kept.
        line_search_fn: "strong_wolfe", or None for steps of `lr`.
    Errors:
        ValueError: a negative rate, or several groups. RuntimeError: an unknown line search.
    Example:
        >>> optimizer = torch.optim.LBFGS(model.parameters(), line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = loss_fn(model(input), target)
        ...     loss.backward()
        ...     return loss
        >>> optimizer.step(closure)
    Source:
        Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989.
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        _check_lr(lr)
        if max_eval is None:
            max_eval = max_iter * 5 // 4
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError(
                "LBFGS doesn't support per-parameter options (parameter groups), "
                f"but got {len(self.param_groups)} groups"
            )
        self._params = self.param_groups[0]["params"]

    def __setstate__(self, state: dict) -> None:
        super().__setstate__(state)
        self._params = self.param_groups[0]["params"]

    def _gather_flat_grad(self) -> Tensor:
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in self._params]
        return torch.cat([g.reshape(-1) for g in _as_real(*grads)], 0)

    def _add_grad(self, step_size: Number, update: Tensor) -> None:
        """Move all parameters along their part of a flat direction."""
        offset = 0
        for p in _as_real(*self._params):
            p.add_(update[offset : offset + p.numel()].view(p.shape), alpha=_as_float(step_size))
            offset += p.numel()

    def _evaluate_at(self, closure: Callable, x: list[Tensor], t: Number, d: Tensor) -> tuple[float, Tensor]:
        self._add_grad(t, d)
        loss = float(closure())
        grad = self._gather_flat_grad()
        for p, before in zip(self._params, x, strict=True):
            p.copy_(before)
        return loss, grad

    @staticmethod
    def _remember(state: dict, y: Tensor, s: Tensor, history_size: int) -> None:
        """Take a change of the gradient and the step that caused it into the history."""
        ys = y.dot(s)
        if not ys > 1e-10:
            return
        kept = (state["old_dirs"], state["old_stps"], state["ro"])
        if len(kept[0]) == history_size:
            for old in kept:
                old.pop(0)
        for old, new in zip(kept, (y, s, 1.0 / ys), strict=True):
            old.append(new)
        state["H_diag"] = ys / y.dot(y)

    @staticmethod
    def _direction(state: dict, flat_grad: Tensor, history_size: int) -> Tensor:
        """The gradient times the approximate inverse curvature, downwards: the two loops of L-BFGS."""
        dirs, steps, ro = state["old_dirs"], state["old_stps"], state["ro"]
        al = state.setdefault("al", [None] * history_size)
        q = flat_grad.neg()
        for i in range(len(dirs) - 1, -1, -1):
            al[i] = steps[i].dot(q) * ro[i]
            q.add_(dirs[i], alpha=-_as_float(al[i]))
        r = torch.mul(q, state["H_diag"])
        for i in range(len(dirs)):
            r.add_(steps[i], alpha=_as_float(al[i] - dirs[i].dot(r) * ro[i]))
        return r

    @torch.no_grad()
    def step(self, closure: Callable[[], float]) -> float:
        """Take up to `max_iter` steps.

        Args:
            closure: recomputes the loss with its gradients and returns it.
        """
        closure = torch.enable_grad()(closure)
        group = self.param_groups[0]
        lr = group["lr"].item() if isinstance(group["lr"], Tensor) else group["lr"]
        max_iter, max_eval = group["max_iter"], group["max_eval"]
        tolerance_grad, tolerance_change = group["tolerance_grad"], group["tolerance_change"]
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError(f"only 'strong_wolfe' is supported, but line_search_fn is {group['line_search_fn']!r}")
        state = self.state[self._params[0]]  # one state for all, kept with the first
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        first_loss = closure()
        loss = float(first_loss)
        evaluations = 1
        state["func_evals"] += 1
        flat_grad = self._gather_flat_grad()
        if flat_grad.abs().max() <= tolerance_grad:
            return first_loss

        for n_iter in range(1, max_iter + 1):
            state["n_iter"] += 1
            fresh = state["n_iter"] == 1
            if fresh:
                state.update(d=flat_grad.neg(), t=None, old_dirs=[], old_stps=[], ro=[], H_diag=1)
            else:
                change = flat_grad.sub(state["prev_flat_grad"])
                self._remember(state, change, state["d"].mul(state["t"]), group["history_size"])
                state["d"] = self._direction(state, flat_grad, group["history_size"])
            d = state["d"]
            state["prev_flat_grad"] = flat_grad.clone(memory_format=torch.contiguous_format)
            state["prev_loss"] = previous_loss = loss
            t: Number = min(1.0, 1.0 / flat_grad.abs().sum()) * lr if fresh else lr
            state["t"] = t
            slope = flat_grad.dot(d)
            if slope > -tolerance_change:
                break

            used, small = 0, False
            if group["line_search_fn"] is not None:
                x = [p.clone(memory_format=torch.contiguous_format) for p in self._params]
                search = _LineSearch(
                    lambda t, x=x, d=d: self._evaluate_at(closure, x, t, d),
                    d,
                    _Point(0, loss, flat_grad, slope),
                    max_eval - evaluations,
                )
                t, loss, flat_grad, _ = search.run(t, tolerance_change)
                state["t"] = t
                used = search.evaluations
                self._add_grad(t, d)
                small = bool(flat_grad.abs().max() <= tolerance_grad)
            else:
                self._add_grad(t, d)
                if n_iter != max_iter:  # the next step begins with this evaluation
                    loss = float(closure())
                    flat_grad = self._gather_flat_grad()
                    small = bool(flat_grad.abs().max() <= tolerance_grad)
                    used = 1
            evaluations += used
            state["func_evals"] += used
            if evaluations >= max_eval or small or d.mul(t).abs().max() <= tolerance_change:
                break
            if abs(loss - previous_loss) < tolerance_change:
                break
        return first_loss
