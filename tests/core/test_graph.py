"""Hooks inside the graph, of saved tensors and of complete gradients; checkpointing."""

from __future__ import annotations

import gc
import weakref

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.autograd import graph
from rushlight.utils.checkpoint import (
    CheckpointError,
    checkpoint,
    checkpoint_sequential,
    set_checkpoint_early_stop,
)


def leaf(*values: float) -> torch.Tensor:
    return torch.tensor(values, requires_grad=True)


# ---- hooks of nodes and leaves ---------------------------------------------------------------------------------------


def test_post_accumulate_hook_sees_the_complete_gradient() -> None:
    x, seen = leaf(1.0, 2.0), []
    handle = x.register_post_accumulate_grad_hook(lambda p: seen.append((p is x, p.grad.tolist())))
    (x * x + 3 * x).sum().backward()
    assert seen == [(True, [5.0, 7.0])]
    handle.remove()
    handle.remove()
    (x * x).sum().backward()
    assert len(seen) == 1


def test_optimizer_step_in_backward() -> None:
    torch.manual_seed(0)
    model, inputs = nn.Linear(3, 2), torch.randn(4, 3)
    other = nn.Linear(3, 2)
    other.load_state_dict(model.state_dict())
    optimizers = {p: torch.optim.SGD([p], lr=0.1) for p in model.parameters()}

    def step(p: torch.Tensor) -> None:
        optimizers[p].step()
        optimizers[p].zero_grad()

    for p in model.parameters():
        p.register_post_accumulate_grad_hook(step)
    model(inputs).square().sum().backward()
    assert all(p.grad is None for p in model.parameters())
    optimizer = torch.optim.SGD(other.parameters(), lr=0.1)
    other(inputs).square().sum().backward()
    optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))


def test_post_accumulate_hook_refuses() -> None:
    x = leaf(1.0)
    with pytest.raises(RuntimeError, match="cannot be registered on non-leaf"):
        (x * 2).register_post_accumulate_grad_hook(lambda p: None)
    with pytest.raises(RuntimeError, match="doesn't require gradient"):
        torch.ones(1).register_post_accumulate_grad_hook(lambda p: None)
    with pytest.raises(TypeError, match="callable"):
        x.register_post_accumulate_grad_hook(3)
    x.register_post_accumulate_grad_hook(lambda p: 3)
    with pytest.raises(RuntimeError, match="should return None"):
        x.sum().backward()


def test_node_hooks_see_and_replace() -> None:
    x = leaf(1.0, 2.0)
    y = (x * 3).sum()
    node, seen = y.grad_fn.next_functions[0][0], []
    node.register_prehook(lambda out: (out[0] * 10,))
    node.register_hook(lambda into, out: seen.append((into[0].tolist(), out[0].tolist())))
    handle = node.register_hook(lambda into, out: (into[0] + 1, *into[1:]))
    y.backward(retain_graph=True)
    assert seen == [([30.0, 30.0], [10.0, 10.0])] and x.grad.tolist() == [31.0, 31.0]
    handle.remove()
    x.grad = None
    y.backward()
    assert x.grad.tolist() == [30.0, 30.0]
    assert isinstance(node, graph.Node) and not isinstance(x, graph.Node)


def test_node_hook_refuses() -> None:
    y = (leaf(1.0) * 3).sum()
    y.grad_fn.register_prehook(lambda out: (out[0], out[0]))
    with pytest.raises(RuntimeError, match="incorrect number of values .got 2 grad_outputs, but expected 1"):
        y.backward()
    with pytest.raises(TypeError, match="callable"):
        y.grad_fn.register_hook(None)
    z = (leaf(1.0) * 3).sum()
    z.grad_fn.register_hook(lambda into, out: 7)
    with pytest.raises(TypeError, match="tuple of Tensors"):
        z.backward()


def test_hook_of_a_custom_function() -> None:
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: object, grad: torch.Tensor) -> torch.Tensor:
            return grad * 2

    x, seen = leaf(1.0), []
    y = Twice.apply(x)
    y.grad_fn.register_hook(lambda into, out: seen.append((into[0].item(), out[0].item())))
    y.backward()
    assert seen == [(2.0, 1.0)] and isinstance(y.grad_fn, graph.Node)


def test_multi_grad_hook() -> None:
    a, b, c = leaf(1.0), leaf(2.0), leaf(3.0)
    seen: list = []
    handle = graph.register_multi_grad_hook([a, b, c], lambda grads: seen.append([g and g.item() for g in grads]))
    (a * b).sum().backward()
    assert seen == [[2.0, 1.0, None]]
    (a * b * c).sum().backward()
    assert seen[1] == [6.0, 3.0, 2.0]
    handle.remove()
    (a * b).sum().backward()
    assert len(seen) == 2
    first: list = []
    graph.register_multi_grad_hook([a, b], lambda grad: first.append(grad), mode="any")
    (a * b).sum().backward()
    (a * b).sum().backward()
    assert len(first) == 2
    with pytest.raises(ValueError, match="mode"):
        graph.register_multi_grad_hook([a], print, mode="some")


def test_gradient_edge() -> None:
    x = leaf(1.0)
    y = x * 2
    assert graph.get_gradient_edge(y) == (y.grad_fn, 0)
    assert graph.get_gradient_edge(x).node.variable is x
    with pytest.raises(RuntimeError, match="does not require gradients"):
        graph.get_gradient_edge(torch.ones(1))


def test_hooks_that_hold_their_tensor_are_collected() -> None:
    x = leaf(1.0)
    x.register_post_accumulate_grad_hook(lambda p, x=x: None)
    gone = weakref.ref(x)
    del x
    gc.collect()
    assert gone() is None


# ---- hooks of saved tensors ------------------------------------------------------------------------------------------


def test_saved_tensors_go_through_hooks() -> None:
    x, packed, unpacked = leaf(1.0, 2.0), [], []

    def pack(t: torch.Tensor) -> tuple:
        packed.append(t.tolist())
        return ("kept", t.numpy().copy())

    def unpack(value: tuple) -> torch.Tensor:
        unpacked.append(value[0])
        return torch.from_numpy(value[1])

    with graph.saved_tensors_hooks(pack, unpack):
        y = (x * x).exp()
    loss = y.sum()
    assert packed == [[1.0, 2.0], [1.0, 2.0], y.tolist()] and not unpacked
    loss.backward()
    assert unpacked == ["kept"] * 3
    assert torch.allclose(x.grad, 2 * x * (x * x).exp())


def test_second_derivatives_through_hooks() -> None:
    x = leaf(0.5, 2.0)
    with graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
        y = (x**3).exp()
        (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        (h,) = torch.autograd.grad(g.sum(), x)
    value = (x**3).exp()
    assert torch.allclose(h, (9 * x**4 + 6 * x) * value)


def test_hooks_nest_and_can_be_disabled() -> None:
    order: list = []

    def named(name: str) -> graph.saved_tensors_hooks:
        return graph.saved_tensors_hooks(lambda t: (order.append(name), t)[1], lambda t: t)

    x = leaf(1.0)
    with named("outer"):
        with named("inner"):
            a = x.exp()
        b = a.exp()
    c = b.exp()
    c.backward()
    assert order == ["inner", "outer"]
    with graph.disable_saved_tensors_hooks("not here"):
        with pytest.raises(RuntimeError, match="not here"):
            with named("never"):
                pass
    with named("again"):
        x.exp()
    assert order[-1] == "again"


def test_bad_hooks_of_saved_tensors() -> None:
    with pytest.raises(TypeError, match="two callables"):
        with graph.saved_tensors_hooks(1, 2):
            pass
    x = leaf(1.0)
    with graph.saved_tensors_hooks(lambda t: t, lambda t: "text"):
        y = x.exp()
    with pytest.raises(TypeError, match="expected to be a Tensor"):
        y.backward()

    def fails(t: torch.Tensor) -> None:
        raise KeyError("pack")

    with pytest.raises(KeyError, match="pack"):
        with graph.saved_tensors_hooks(fails, fails):
            x.exp()
    assert x.exp().requires_grad


def test_save_on_cpu() -> None:
    x = leaf(1.0, 2.0)
    with graph.save_on_cpu(pin_memory=True):
        y = x.exp().sum()
    y.backward()
    assert torch.equal(x.grad, x.detach().exp())


def test_increment_version() -> None:
    x = leaf(1.0)
    y = torch.ones(1)
    z = x * y
    graph.increment_version(y)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()


# ---- checkpointing ---------------------------------------------------------------------------------------------------


class Block(nn.Module):
    """Counts how often it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Dropout(0.5), nn.Linear(8, 4))
        self.runs = 0

    def forward(self, x: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
        self.runs += 1
        return self.net(x) * scale


def gradients(how: object, retain: bool = False) -> tuple[list, Block]:
    torch.manual_seed(0)
    block = Block()
    x = torch.randn(3, 4, requires_grad=True)
    torch.manual_seed(1)
    loss = how(block, x).square().sum() + torch.rand(())
    loss.backward(retain_graph=retain)
    if retain:
        loss.backward()
    return [loss.detach(), x.grad, *(p.grad for p in block.parameters()), torch.rand(3)], block


@pytest.mark.parametrize("use_reentrant", [False, True])
@pytest.mark.parametrize("retain", [False, True])
def test_checkpoint_changes_nothing(use_reentrant: bool, retain: bool) -> None:
    plain, _ = gradients(lambda block, x: block(x), retain)
    again, block = gradients(lambda block, x: checkpoint(block, x, use_reentrant=use_reentrant), retain)
    assert all(torch.equal(a, b) for a, b in zip(plain, again, strict=True))
    assert block.runs == (3 if retain else 2)


def test_checkpoint_keeps_no_tensors() -> None:
    x = torch.randn(100, requires_grad=True)
    kept: list = []

    def f(x: torch.Tensor) -> torch.Tensor:
        y = x.exp()
        kept.append(weakref.ref(y))
        return y.sin().sum()

    y = checkpoint(f, x, use_reentrant=False)
    assert kept[0]() is None
    y.backward()
    assert torch.allclose(x.grad, x.exp().cos() * x.exp())


def test_checkpoint_arguments() -> None:
    x = leaf(1.0, 2.0)
    y = checkpoint(lambda a, scale: a.exp() * scale, x, scale=3.0, use_reentrant=False)
    (g,) = torch.autograd.grad(y.sum(), x)
    assert torch.allclose(g, 3 * x.exp())
    with pytest.raises(ValueError, match="Unexpected keyword"):
        checkpoint(torch.exp, x, scale=3.0, use_reentrant=True)
    with pytest.raises(ValueError, match="determinism_check"):
        checkpoint(torch.exp, x, use_reentrant=False, determinism_check="maybe")
    with pytest.warns(UserWarning, match="use_reentrant parameter should be passed"):
        checkpoint(torch.exp, x)
    with torch.no_grad():
        assert not checkpoint(torch.exp, x, use_reentrant=False).requires_grad


def test_early_stop() -> None:
    steps: list = []

    def f(x: torch.Tensor) -> torch.Tensor:
        y = x.exp()
        steps.append("end")
        return y + 1

    x = leaf(1.0)
    checkpoint(f, x, use_reentrant=False).backward()
    assert steps == ["end"]
    with set_checkpoint_early_stop(False):
        checkpoint(f, x, use_reentrant=False).backward()
    assert steps == ["end"] * 3


def test_checkpoint_notices_another_run() -> None:
    runs: list = []

    def more(x: torch.Tensor) -> torch.Tensor:
        runs.append(0)
        return x.exp().sin() if len(runs) == 1 else x * 1

    with pytest.raises(CheckpointError, match="different number of tensors"):
        checkpoint(more, leaf(1.0), use_reentrant=False).backward()
    sizes: list = []

    def other(x: torch.Tensor) -> torch.Tensor:
        sizes.append(0)
        return x[: len(sizes)].exp().sum()

    with pytest.raises(CheckpointError, match="different metadata"):
        checkpoint(other, leaf(1.0, 2.0), use_reentrant=False).backward()


def test_checkpoint_sequential() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(*(nn.Linear(4, 4) for _ in range(5)))
    x = torch.randn(2, 4, requires_grad=True)
    net(x).sum().backward()
    wanted = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    checkpoint_sequential(net, 2, x, use_reentrant=False).sum().backward()
    assert all(torch.equal(p.grad, w) for p, w in zip(net.parameters(), wanted, strict=True))


def test_nested_checkpoints() -> None:
    def inner(x: torch.Tensor) -> torch.Tensor:
        return x.sin().exp()

    def outer(x: torch.Tensor) -> torch.Tensor:
        return checkpoint(inner, x.cos(), use_reentrant=False).tanh()

    x, y = leaf(0.3, 0.7), leaf(0.3, 0.7)
    checkpoint(outer, x, use_reentrant=False).sum().backward()
    y.cos().sin().exp().tanh().sum().backward()
    assert torch.equal(x.grad, y.grad)


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_checkpoint_keeps_autocast(use_reentrant: bool) -> None:
    types: list = []

    def f(x: torch.Tensor) -> torch.Tensor:
        y = x @ x
        types.append(y.dtype)
        return y.float()

    x = torch.randn(4, 4, requires_grad=True)
    with torch.autocast("cpu"):
        y = checkpoint(f, x, use_reentrant=use_reentrant, early_stop=False)
    y.sum().backward()
    assert types == [torch.bfloat16] * 2


@pytest.mark.parametrize("early_stop", [True, False])
def test_checkpoint_of_a_function_that_differentiates(early_stop: bool) -> None:
    def penalty(x: torch.Tensor) -> torch.Tensor:
        y = (x**3).sum()
        (g,) = torch.autograd.grad(y, x, create_graph=True)
        return y.sin() + g.square().sum()

    x, y = leaf(0.5, 2.0), leaf(0.5, 2.0)
    checkpoint(penalty, x, use_reentrant=False, early_stop=early_stop).backward()
    penalty(y).backward()
    assert torch.equal(x.grad, y.grad)
