"""Hooks of modules: order, arguments, replacement, removal, and what happens when forward raises."""

from __future__ import annotations

import warnings

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn.modules import module as hooks


class Scale(nn.Module):
    def forward(self, x: torch.Tensor, k: float = 1.0) -> torch.Tensor:
        return x * k


def test_forward_hooks_run_in_order_and_replace() -> None:
    log: list = []
    m = Scale()
    handles = [
        m.register_forward_pre_hook(lambda mod, args: log.append("pre") or args[0] + 1),
        m.register_forward_pre_hook(
            lambda mod, args, kwargs: log.append(dict(kwargs)) or (args, {"k": 3.0}), with_kwargs=True, prepend=True
        ),
        m.register_forward_hook(lambda mod, args, out: log.append("post") or out * 10),
        m.register_forward_hook(lambda mod, args, kwargs, out: log.append(kwargs["k"]), with_kwargs=True, prepend=True),
    ]
    assert m(torch.ones(1), k=2.0).item() == 60
    assert log == [{"k": 2.0}, "pre", 3.0, "post"]
    for handle in handles:
        handle.remove()
        handle.remove()
    assert m(torch.ones(1), k=2.0).item() == 2 and len(log) == 4
    assert not m._forward_hooks and not m._forward_hooks_with_kwargs


def test_pre_hook_with_kwargs_must_return_a_pair() -> None:
    m = Scale()
    with m.register_forward_pre_hook(lambda mod, args, kwargs: 3, with_kwargs=True):
        with pytest.raises(RuntimeError, match="forward pre-hook must return None or a tuple"):
            m(torch.ones(1))
    assert m(torch.ones(1)).item() == 1


def test_full_backward_hooks_see_and_change_gradients() -> None:
    log: list = []
    m = Scale()
    m.register_full_backward_pre_hook(lambda mod, grads: log.append(grads[0].item()) or (grads[0] * 3,))
    m.register_full_backward_hook(
        lambda mod, into, out: log.append((into[0].item(), into[1], out[0].item())) or (into[0] * 5, None)
    )
    x = torch.ones(1, requires_grad=True)
    m(x, 2.0).backward()
    assert log == [1.0, (6.0, None, 3.0)] and x.grad.item() == 30


def test_full_backward_hook_without_input_gradients() -> None:
    log: list = []
    m = nn.Linear(2, 1)
    m.register_full_backward_hook(lambda mod, into, out: log.append((into, out[0].item())))
    with pytest.warns(UserWarning, match="no inputs require gradients"):
        m(torch.ones(1, 2)).backward()
    assert log == [((None,), 1.0)] and m.weight.grad is not None
    with torch.no_grad():
        assert not m(torch.ones(1, 2)).requires_grad


def test_outputs_without_gradient_stay_so() -> None:
    class Two(nn.Module):
        def forward(self, a: torch.Tensor, b: torch.Tensor) -> tuple:
            return a * 2, b.detach(), "text"

    log: list = []
    m = Two()
    m.register_full_backward_hook(lambda mod, into, out: log.append((into[0].tolist(), out[0].tolist(), out[1])))
    a, b = torch.ones(2, requires_grad=True), torch.ones(2)
    out = m(a, b)
    assert out[0].requires_grad and not out[1].requires_grad and out[2] == "text"
    out[0].sum().backward()
    assert log == [([2.0, 2.0], [1.0, 1.0], None)] and a.grad.tolist() == [2, 2]


@pytest.mark.parametrize("register", ["register_full_backward_hook", "register_full_backward_pre_hook"])
def test_backward_hooks_must_keep_the_number_of_gradients(register: str) -> None:
    m = nn.Linear(2, 1)
    getattr(m, register)(lambda *args: (None, None, None))
    with pytest.raises(RuntimeError, match="returned an invalid number of grad_.*got 3, but expected 1"):
        m(torch.ones(1, 2, requires_grad=True)).backward()


def test_old_and_full_backward_hooks_do_not_mix() -> None:
    m = nn.Linear(2, 1)
    m.register_full_backward_hook(print)
    with pytest.raises(RuntimeError, match="Cannot use both regular backward hooks and full backward hooks"):
        m.register_backward_hook(print)


def test_always_call_runs_after_a_failure() -> None:
    class Bad(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise ValueError("boom")

    log: list = []
    m = Bad()
    m.register_forward_hook(lambda mod, args, out: log.append("never"))
    m.register_forward_hook(lambda mod, args, out: log.append(out), always_call=True)
    m.register_forward_hook(lambda mod, args, out: 1 / 0, always_call=True)
    with (
        pytest.warns(UserWarning, match="always_call=True.* raised an exception"),
        pytest.raises(ValueError, match="boom"),
    ):
        m(1)
    assert log == [None]


def test_output_of_a_hooked_module_must_be_tensors() -> None:
    m = nn.ReLU()
    m.register_forward_hook(lambda mod, args, out: {"x": out})
    m.register_full_backward_hook(lambda *args: None)
    with pytest.warns(UserWarning, match="module output should be a Tensor or a tuple of Tensors"):
        m(torch.ones(1, requires_grad=True))


def test_global_hooks_reach_every_module_until_removed() -> None:
    log: list[str] = []
    model = nn.Sequential(nn.Linear(1, 1), nn.ReLU())
    handles = [
        hooks.register_module_forward_pre_hook(lambda m, args: log.append("pre " + type(m).__name__)),
        hooks.register_module_forward_hook(lambda m, args, out: log.append("post " + type(m).__name__)),
        hooks.register_module_full_backward_hook(lambda m, into, out: log.append("back " + type(m).__name__)),
    ]
    model(torch.ones(1, 1, requires_grad=True)).backward()
    assert log[:3] == ["pre Sequential", "pre Linear", "post Linear"] and log.count("back Linear") == 1
    count = len(log)
    for handle in handles:
        handle.remove()
    model(torch.ones(1, 1, requires_grad=True)).backward()
    assert len(log) == count


def test_registration_hooks() -> None:
    names: list[str] = []
    registers = (
        hooks.register_module_parameter_registration_hook,
        hooks.register_module_buffer_registration_hook,
        hooks.register_module_module_registration_hook,
    )
    handles = [register(lambda m, name, value: names.append(name)) for register in registers]
    nn.Sequential(nn.BatchNorm1d(1))
    for handle in handles:
        handle.remove()
    nn.Linear(1, 1)
    assert names == ["weight", "bias", "running_mean", "running_var", "num_batches_tracked", "0"]


def test_no_warning_without_hooks() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.Linear(1, 1)(torch.ones(1)).backward()
