"""Optimizers against their formulas in NumPy, their state, hooks and errors; clipping of gradients."""

from __future__ import annotations

import copy
import math
import pickle

import numpy as np
import pytest

import rushlight as torch
from rushlight import nn, optim


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array.tolist(), dtype=torch.float64)


def gradients(step: int) -> list[np.ndarray]:
    rng = np.random.default_rng(step)
    return [rng.standard_normal((5, 3)), rng.standard_normal(7)]


def start() -> list[np.ndarray]:
    return gradients(1000)


def sgd_formula(p, g, state, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    if momentum:
        state["buf"] = momentum * state["buf"] + (1 - dampening) * g if "buf" in state else g
        g = g + momentum * state["buf"] if nesterov else state["buf"]
    return p - lr * g


def adam_formula(
    p, g, state, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, maximize=False, decoupled=False
):
    t = state["t"] = state.get("t", 0) + 1
    g = -g if maximize else g
    if decoupled:
        p = p * (1 - lr * weight_decay)
    else:
        g = g + weight_decay * p
    state["m"] = m = betas[0] * state.get("m", 0) + (1 - betas[0]) * g
    state["v"] = v = betas[1] * state.get("v", 0) + (1 - betas[1]) * g * g
    if amsgrad:
        state["max"] = v = np.maximum(state.get("max", 0), v)
    return p - lr / (1 - betas[0] ** t) * m / (np.sqrt(v) / math.sqrt(1 - betas[1] ** t) + eps)


CASES = [
    (optim.SGD, sgd_formula, {"lr": 0.1}, {}),
    (optim.SGD, sgd_formula, {"lr": 0.1, "momentum": 0.9}, {}),
    (optim.SGD, sgd_formula, {"lr": 0.1, "momentum": 0.9, "dampening": 0.2, "weight_decay": 0.05}, {}),
    (optim.SGD, sgd_formula, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}, {}),
    (optim.Adam, adam_formula, {}, {}),
    (optim.Adam, adam_formula, {"lr": 0.02, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1}, {}),
    (optim.Adam, adam_formula, {"amsgrad": True, "maximize": True}, {}),
    (optim.AdamW, adam_formula, {"lr": 0.02}, {"weight_decay": 0.01, "decoupled": True}),
    (optim.AdamW, adam_formula, {"weight_decay": 0.3, "amsgrad": True}, {"decoupled": True}),
]


@pytest.mark.parametrize(("kind", "formula", "options", "more"), CASES)
def test_fifty_steps_follow_the_formula(kind, formula, options: dict, more: dict) -> None:
    values = start()
    params = [nn.Parameter(tensor(v)) for v in values]
    optimizer = kind(params, **options)
    states: list[dict] = [{}, {}]
    for step in range(50):
        for i, g in enumerate(gradients(step)):
            if i == 1 and step < 10:  # the second parameter gets its first gradient later
                params[i].grad = None
                continue
            params[i].grad = tensor(g)
            values[i] = formula(values[i], g, states[i], **options, **more)
        if step == 20:  # a new optimizer continues from the saved state
            saved = pickle.loads(pickle.dumps(optimizer.state_dict()))
            optimizer = kind(params, **options)
            optimizer.load_state_dict(saved)
        optimizer.step()
    for p, v in zip(params, values, strict=True):
        np.testing.assert_allclose(np.array(p.tolist()), v, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("kind", "formula", "options", "more"), CASES)
def test_recorded_steps_are_the_same_and_differentiable(kind, formula, options: dict, more: dict) -> None:
    leaf = tensor(start()[0]).requires_grad_()
    p = leaf * 1
    optimizer = kind([p], **options, differentiable=True)
    value, state = start()[0], {}
    for step in range(3):
        g = gradients(step)[0]
        p.grad = tensor(g)
        value = formula(value, g, state, **options, **more)
        optimizer.step()
    np.testing.assert_allclose(np.array(p.tolist()), value, rtol=1e-5, atol=1e-6)  # the recorded step count is float32
    p.sum().backward()
    assert leaf.grad is not None


def two_parameters() -> list[nn.Parameter]:
    params = [nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(3))]
    for p in params:
        p.grad = torch.ones_like(p)
    return params


def test_state_dict_has_pytorchs_layout() -> None:
    optimizer = optim.Adam(two_parameters(), amsgrad=True)
    optimizer.step()
    saved = optimizer.state_dict()
    assert list(saved) == ["state", "param_groups"] and list(saved["state"]) == [0, 1]
    assert list(saved["state"][0]) == ["step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"]
    assert saved["state"][0]["step"].dtype == torch.float32 and saved["state"][0]["step"].item() == 1
    assert list(saved["param_groups"][0]) == [
        "lr",
        "betas",
        "eps",
        "weight_decay",
        "amsgrad",
        "maximize",
        "foreach",
        "capturable",
        "differentiable",
        "fused",
        "decoupled_weight_decay",
        "params",
    ]
    assert saved["param_groups"][0]["params"] == [0, 1]
    momentum = optim.SGD(two_parameters(), lr=0.1, momentum=0.9)
    momentum.step()
    assert list(momentum.state_dict()["state"][1]) == ["momentum_buffer"]
    plain = optim.SGD(two_parameters(), lr=0.1)
    plain.step()
    assert plain.state_dict()["state"] == {}


def test_loading_casts_state_to_the_parameter_but_not_the_step() -> None:
    optimizer = optim.Adam([nn.Parameter(torch.ones(2, dtype=torch.float64))])
    single = optim.Adam([nn.Parameter(torch.ones(2))])
    single.param_groups[0]["params"][0].grad = torch.ones(2)
    single.step()
    optimizer.load_state_dict(single.state_dict())
    state = optimizer.state[optimizer.param_groups[0]["params"][0]]
    assert state["exp_avg"].dtype == torch.float64 and state["step"].dtype == torch.float32
    old = copy.deepcopy(single.state_dict())
    old["state"][0]["step"] = 7  # files from before steps were tensors
    optimizer.load_state_dict(old)
    assert optimizer.state[optimizer.param_groups[0]["params"][0]]["step"].item() == 7


def test_groups_and_options() -> None:
    a, b = two_parameters()
    optimizer = optim.SGD([{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.1)
    optimizer.step()
    assert torch.allclose(a, torch.tensor(0.9)) and torch.allclose(b, torch.tensor(0.5))
    c = nn.Parameter(torch.ones(1))
    optimizer.add_param_group({"params": [c], "momentum": 0.5})
    assert optimizer.param_groups[2]["lr"] == 0.1 and len(optimizer.state_dict()["param_groups"]) == 3
    assert repr(optimizer).startswith("SGD (\nParameter Group 0\n    dampening: 0\n    differentiable: False\n")
    named = optim.SGD([("w", nn.Parameter(torch.ones(1)))], lr=0.1)
    assert named.param_groups[0]["param_names"] == ["w"]
    tensor_lr = optim.SGD(two_parameters(), lr=torch.tensor(0.1))
    tensor_lr.step()
    assert torch.allclose(tensor_lr.param_groups[0]["params"][0], torch.tensor(0.9))


def test_state_can_be_changed_between_steps() -> None:
    p = nn.Parameter(torch.zeros(1))
    optimizer = optim.SGD([p], lr=1.0, momentum=0.5)
    p.grad = torch.ones(1)
    optimizer.step()
    optimizer.state[p]["momentum_buffer"] = torch.full((1,), 10.0)
    optimizer.step()
    assert p.item() == -1 - 6
    optimizer.state.clear()
    optimizer.step()
    assert p.item() == -8
    q = nn.Parameter(torch.zeros(1))
    q.grad = torch.ones(1)
    optimizer.param_groups[0]["params"] = [q]
    optimizer.step()
    assert q.item() == -1 and p.item() == -8


def test_closure_zero_grad_and_missing_gradients() -> None:
    p = nn.Parameter(torch.tensor([3.0]))
    optimizer = optim.SGD([p], lr=0.1)
    optimizer.step()  # no gradient yet: nothing happens

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        assert optimizer.step(closure).item() == 9
    assert abs(p.item() - 2.4) < 1e-6
    optimizer.zero_grad(set_to_none=False)
    assert p.grad.tolist() == [0]
    optimizer.zero_grad()
    assert p.grad is None


def test_step_hooks() -> None:
    log: list[str] = []
    optimizer = optim.Adam(two_parameters())
    handles = [
        optimizer.register_step_pre_hook(lambda o, args, kwargs: log.append("pre")),
        optimizer.register_step_post_hook(lambda o, args, kwargs: log.append("post")),
        optim.register_optimizer_step_pre_hook(lambda o, args, kwargs: log.append("global pre")),
        optim.register_optimizer_step_post_hook(lambda o, args, kwargs: log.append("global post")),
    ]
    optimizer.step()
    assert log == ["global pre", "pre", "post", "global post"]

    class Twice(optim.SGD):
        def step(self, closure=None):
            super().step(closure)
            return super().step(closure)

    twice = Twice(two_parameters(), lr=0.1)
    twice.register_step_post_hook(lambda o, args, kwargs: log.append("once"))
    twice.step()
    assert log[4:] == ["global pre", "once", "global post"]
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert len(log) == 7


def test_state_dict_hooks() -> None:
    optimizer = optim.SGD(two_parameters(), lr=0.1)
    log: list[str] = []
    optimizer.register_state_dict_pre_hook(lambda o: log.append("pre"))
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "more": 1})
    optimizer.register_load_state_dict_pre_hook(lambda o, state: log.append(str(state.pop("more"))))
    optimizer.register_load_state_dict_post_hook(lambda o: log.append("loaded"))
    optimizer.load_state_dict(optimizer.state_dict())
    assert log == ["pre", "1", "loaded"]


def test_own_optimizer() -> None:
    class Plain(optim.Optimizer):
        def __init__(self, params, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        @torch.no_grad()
        def step(self, closure=None) -> None:
            for group in self.param_groups:
                for p in group["params"]:
                    p.sub_(p.grad, alpha=group["lr"])

    params = two_parameters()
    optimizer = Plain(params, 0.5)
    seen: list[int] = []
    optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(len(args)))
    optimizer.step()
    assert params[0].tolist() == [0.5, 0.5] and seen == [1]
    assert optimizer._opt_called


def test_deepcopy_and_pickle() -> None:
    model = nn.Linear(2, 2)
    optimizer = optim.Adam(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    both = copy.deepcopy((model, optimizer))
    both[0](torch.ones(1, 2)).sum().backward()
    both[1].step()
    assert both[1].state[both[0].weight]["step"].item() == 2 and optimizer.state[model.weight]["step"].item() == 1
    assert pickle.loads(pickle.dumps(optimizer)).param_groups[0]["lr"] == 1e-3


P = nn.Parameter(torch.ones(2))


@pytest.mark.parametrize(
    ("action", "kind", "text"),
    [
        (lambda: optim.SGD([P], lr=-1), ValueError, "Invalid learning rate: -1"),
        (lambda: optim.SGD([P], lr=float("nan")), ValueError, "Invalid learning rate: nan"),
        (lambda: optim.SGD([P], momentum=-1), ValueError, "Invalid momentum value: -1"),
        (lambda: optim.SGD([P], weight_decay=-1), ValueError, "Invalid weight_decay value: -1"),
        (lambda: optim.SGD([P], nesterov=True), ValueError, "Nesterov momentum requires a momentum and zero dampening"),
        (lambda: optim.Adam([P], betas=(1.0, 0.9)), ValueError, "Invalid beta parameter at index 0: 1.0"),
        (lambda: optim.Adam([P], betas=(0, 0.9)), ValueError, "betas must be either both floats or both Tensors"),
        (lambda: optim.Adam([P], eps=-1.0), ValueError, "Invalid epsilon value: -1.0"),
        (lambda: optim.Adam([P], lr=torch.ones(2)), ValueError, "Tensor lr must be 1-element"),
        (lambda: optim.Adam([P], fused=True, foreach=True), RuntimeError, "`fused` and `foreach` cannot be `True`"),
        (lambda: optim.SGD([]), ValueError, "optimizer got an empty parameter list"),
        (lambda: optim.SGD(P), TypeError, "params argument given to the optimizer should be an iterable"),
        (lambda: optim.SGD([1]), TypeError, "optimizer can only optimize Tensors, but one of the params is int"),
        (lambda: optim.SGD([P * 2]), ValueError, "can't optimize a non-leaf Tensor"),
        (lambda: optim.SGD([{"params": {P}}]), TypeError, "optimizer parameters need to be organized in ordered"),
        (lambda: optim.SGD([{"params": [P]}, {"params": [P]}]), ValueError, "some parameters appear in more than one"),
        (lambda: optim.SGD([("a", P), P]), ValueError, "all optimizer params should be with/without names"),
        (
            lambda: optim.SGD([P]).load_state_dict({"state": {}, "param_groups": []}),
            ValueError,
            "loaded state dict has a different number of parameter groups",
        ),
        (
            lambda: optim.SGD([P]).load_state_dict({"state": {}, "param_groups": [{"params": [0, 1]}]}),
            ValueError,
            "loaded state dict contains a parameter group that doesn't match the size",
        ),
    ],
)
def test_errors_have_pytorch_types_and_words(action, kind, text: str) -> None:
    with pytest.raises(kind, match=text):
        action()


@pytest.mark.parametrize("norm", [1.0, 2.0, 3.0, float("inf")])
def test_clip_grad_norm(norm: float) -> None:
    params = [nn.Parameter(tensor(v)) for v in start()]
    params.append(nn.Parameter(torch.ones(1)))  # no gradient
    grads = gradients(0)
    for p, g in zip(params, grads, strict=False):
        p.grad = tensor(g)
    total = np.linalg.norm(np.concatenate([g.ravel() for g in grads]), norm)
    assert abs(nn.utils.clip_grad_norm_(iter(params), 1.5, norm).item() - total) < 1e-9
    for p, g in zip(params, grads, strict=False):
        np.testing.assert_allclose(np.array(p.grad.tolist()), g * min(1, 1.5 / (total + 1e-6)), rtol=1e-9)


def test_other_clipping() -> None:
    p = nn.Parameter(torch.zeros(3))
    p.grad = torch.tensor([-2.0, 0.1, 5.0])
    nn.utils.clip_grad_value_(p, 0.5)
    assert torch.allclose(p.grad, torch.tensor([-0.5, 0.1, 0.5]))
    p.grad = torch.tensor([float("nan"), 1.0, 1.0])
    with pytest.raises(RuntimeError, match="The total norm of order 2.0 for gradients from `parameters` is non-finite"):
        nn.utils.clip_grad_norm_([p], 1.0, error_if_nonfinite=True)
    assert nn.utils.clip_grad_norm_([], 1.0).item() == 0
    with pytest.warns(UserWarning, match="is an empty generator"):
        nn.utils.clip_grad_norm_((q for q in ()), 1.0)


def test_parameters_as_one_vector() -> None:
    model = nn.Linear(3, 2)
    vector = nn.utils.parameters_to_vector(model.parameters())
    assert vector.shape == (8,) and vector.requires_grad
    nn.utils.vector_to_parameters(torch.arange(8.0), model.parameters())
    assert model.weight.tolist() == [[0, 1, 2], [3, 4, 5]] and model.bias.tolist() == [6, 7]
    with pytest.raises(TypeError, match="expected torch.Tensor, but got: list"):
        nn.utils.vector_to_parameters([1], model.parameters())
