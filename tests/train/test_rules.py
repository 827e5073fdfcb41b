"""What all optimizers share: recorded steps, complex and half parameters, any strides, saving, hooks and errors."""

from __future__ import annotations

import copy
import pickle

import pytest

import rushlight as torch
from rushlight import nn, optim

# Optimizers with a recorded form of their step.
RECORDED = [
    (optim.RMSprop, {"lr": 0.01, "alpha": 0.9, "weight_decay": 0.1}),
    (optim.RMSprop, {"lr": 0.01, "momentum": 0.8, "centered": True, "eps": 1e-3, "maximize": True}),
    (optim.Adagrad, {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.2}),
    (optim.Adadelta, {"lr": 0.5, "rho": 0.8, "weight_decay": 0.1}),
    (optim.Adamax, {"lr": 0.02, "weight_decay": 0.1}),
    (optim.NAdam, {"lr": 0.02, "weight_decay": 0.1}),
    (optim.NAdam, {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    (optim.RAdam, {"lr": 0.02, "betas": (0.9, 0.8), "weight_decay": 0.1}),
    (optim.RAdam, {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    (optim.Rprop, {"lr": 0.01}),
    (optim.ASGD, {"lr": 0.1, "lambd": 0.01, "t0": 2, "weight_decay": 0.1}),
]
ELEMENTWISE = [
    *RECORDED,
    (optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}),
    (optim.Adam, {"amsgrad": True, "weight_decay": 0.1}),
]
ALL = [
    *ELEMENTWISE,
    (optim.AdamW, {}),
    (optim.Adafactor, {}),
    (optim.Muon, {}),
    (optim.SparseAdam, {}),
    (optim.LBFGS, {"max_iter": 2}),
]


def gradient(step: int, shape: tuple[int, ...]) -> torch.Tensor:
    n = 1
    for s in shape:
        n *= s
    return torch.sin(torch.arange(n, dtype=torch.float64) ** 2 + 2.3 * step).reshape(shape)


def ids(case: tuple) -> str:
    return case[0].__name__


@pytest.mark.parametrize("case", RECORDED, ids=ids)
def test_recorded_steps_are_the_native_ones_and_differentiable(case: tuple) -> None:
    kind, options = case
    start = gradient(99, (4, 3))
    leaf = start.clone().requires_grad_()
    recorded, native = leaf * 1, nn.Parameter(start.clone())
    a, b = kind([recorded], **options, differentiable=True), kind([native], **options)
    for step in range(8):
        recorded.grad, native.grad = gradient(step, (4, 3)), gradient(step, (4, 3))
        a.step()
        b.step()
    assert torch.allclose(recorded, native, rtol=1e-6, atol=1e-8)
    recorded.sum().backward()
    assert leaf.grad is not None and leaf.grad.shape == (4, 3)
    for key, value in b.state[native].items():
        assert torch.allclose(a.state[recorded][key].detach(), value, rtol=1e-6, atol=1e-8), key


@pytest.mark.parametrize("case", ELEMENTWISE, ids=ids)
def test_complex_numbers_are_pairs_of_real_ones(case: tuple) -> None:
    kind, options = case
    start = gradient(99, (5, 2))
    pair, number = nn.Parameter(start.clone()), nn.Parameter(torch.view_as_complex(start).clone())
    a, b = kind([pair], **options), kind([number], **options)
    for step in range(5):
        pair.grad = gradient(step, (5, 2))
        number.grad = torch.view_as_complex(gradient(step, (5, 2)))
        a.step()
        b.step()
    if kind is optim.Adagrad and options.get("initial_accumulator_value"):
        assert b.state[number]["sum"].is_complex()
    assert torch.equal(torch.view_as_real(number.detach()), pair.detach())


@pytest.mark.parametrize("case", ELEMENTWISE, ids=ids)
def test_any_strides_give_the_same_bits(case: tuple) -> None:
    kind, options = case
    start = gradient(99, (6, 5))
    plain = nn.Parameter(start.clone())
    turned = nn.Parameter(start.t().contiguous().t())
    gappy = nn.Parameter(torch.stack([start, start], 2)[:, :, 0])
    params = [plain, turned, gappy]
    optimizer = kind(params, **options)
    for step in range(4):
        for p in params:
            p.grad = gradient(step, (6, 5))
        turned.grad = turned.grad.t().contiguous().t()
        optimizer.step()
    assert torch.equal(plain, turned) and torch.equal(plain, gappy)


@pytest.mark.parametrize("case", ELEMENTWISE, ids=ids)
def test_half_parameters_are_updated_in_single_precision(case: tuple) -> None:
    kind, options = case
    half = nn.Parameter(gradient(99, (7,)).to(torch.bfloat16))
    single = nn.Parameter(half.detach().float())
    a, b = kind([half], **options), kind([single], **options)
    half.grad = gradient(0, (7,)).to(torch.bfloat16)
    single.grad = half.grad.float()
    a.step()
    b.step()
    assert half.dtype == torch.bfloat16
    assert all(v.dtype == (torch.bfloat16 if v.dim() else torch.float32) for v in a.state[half].values())
    assert torch.allclose(half.float(), single, rtol=1e-2, atol=1e-3)


def matrix_step(optimizer: optim.Optimizer, p: nn.Parameter, step: int) -> None:
    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = ((p - gradient(step, (3, 3))) ** 2).sum()
        loss.backward()
        return loss

    assert isinstance(optimizer.step(closure), torch.Tensor)


@pytest.mark.parametrize("case", ALL, ids=ids)
def test_saved_state_goes_on_bit_for_bit(case: tuple) -> None:
    kind, options = case
    p = nn.Parameter(gradient(99, (3, 3)).float())
    optimizer = kind([p], **options)
    for step in range(3):
        matrix_step(optimizer, p, step)
    saved = pickle.loads(pickle.dumps(optimizer.state_dict()))
    q = nn.Parameter(p.detach().clone())
    second = kind([q], **options)
    second.load_state_dict(saved)
    third, r = copy.deepcopy((optimizer, p))
    assert repr(second) == repr(optimizer) == repr(third)
    for step in range(3, 6):
        for o, x in ((optimizer, p), (second, q), (third, r)):
            matrix_step(o, x, step)
    assert torch.equal(p, q) and torch.equal(p, r)


@pytest.mark.parametrize("case", ALL, ids=ids)
def test_hooks_groups_and_missing_gradients(case: tuple) -> None:
    kind, options = case
    p, q = nn.Parameter(torch.ones(3, 3)), nn.Parameter(torch.ones(3, 3))
    if kind is optim.LBFGS:
        with pytest.raises(ValueError, match="LBFGS doesn't support per-parameter options"):
            kind([{"params": [p]}, {"params": [q]}])
        return
    optimizer = kind([{"params": [p]}, {"params": [q], "lr": 0.5}], **options)
    log: list[str] = []
    optimizer.register_step_pre_hook(lambda o, args, kwargs: log.append("pre"))
    optimizer.register_step_post_hook(lambda o, args, kwargs: log.append("post"))
    optimizer.step()
    assert torch.equal(p, torch.ones(3, 3)) and log == ["pre", "post"]
    q.grad = torch.ones(3, 3) - torch.eye(3) / 2
    optimizer.step()
    assert torch.equal(p, torch.ones(3, 3)) and not torch.equal(q, torch.ones(3, 3))


def test_old_files_hold_numbers_as_numbers() -> None:
    for kind, numbers in ((optim.NAdam, ("step", "mu_product")), (optim.ASGD, ("step", "eta", "mu"))):
        p = nn.Parameter(torch.ones(2))
        p.grad = torch.ones(2)
        optimizer = kind([p])
        optimizer.step()
        saved = optimizer.state_dict()
        for name in numbers:
            saved["state"][0][name] = saved["state"][0][name].item()
        optimizer.load_state_dict(saved)
        assert all(isinstance(optimizer.state[p][name], torch.Tensor) for name in numbers)


def test_sparse_adam_leaves_rows_without_gradient_alone() -> None:
    embedding = nn.Embedding(5, 3, sparse=True)
    optimizer = optim.SparseAdam(embedding.parameters(), lr=0.1)
    before = embedding.weight.detach().clone()
    for _ in range(3):
        optimizer.zero_grad()
        embedding(torch.tensor([1, 4])).sum().backward()
        optimizer.step()
    changed = (embedding.weight != before).any(1)
    assert changed.tolist() == [False, True, False, False, True]
    assert optimizer.state[embedding.weight]["step"] == 3


def test_other_parameters_for_a_while() -> None:
    p, q = nn.Parameter(torch.ones(2)), nn.Parameter(torch.full((2,), 5.0))
    p.grad = q.grad = torch.ones(2)
    optimizer = optim.Adam([p], lr=0.5)
    swap = optim.swap_in_optimizer_params_and_state
    with pytest.raises(RuntimeError, match="requires initialized optimizer state"), swap(optimizer, {"q": q}, {}):
        pass
    optimizer.step()
    saved = copy.deepcopy(optimizer.state_dict())
    saved["param_groups"][0]["lr"] = 1.0
    before = p.detach().clone()
    with swap(optimizer, {"q": q}, saved):
        optimizer.step()
        assert optimizer.param_groups[0]["params"] == [q]
    assert torch.allclose(q.detach(), torch.full((2,), 4.0)) and torch.equal(p, before)
    assert saved["state"][0]["step"].item() == 2 and optimizer.state[p]["step"].item() == 1
    assert optimizer.param_groups[0]["lr"] == 0.5 and optimizer.param_groups[0]["params"][0] is p
    del saved["param_groups"][0]["eps"]
    with pytest.raises(RuntimeError, match="Keys only in live: .'eps'."), swap(optimizer, {"q": q}, saved):
        pass


P = nn.Parameter(torch.ones(2, 2))
C = nn.Parameter(torch.ones(2, 2, dtype=torch.complex64))


@pytest.mark.parametrize(
    ("action", "kind", "text"),
    [
        (lambda: optim.RMSprop([P], lr=-1), ValueError, "Invalid learning rate: -1"),
        (lambda: optim.RMSprop([P], alpha=-1), ValueError, "Invalid alpha value: -1"),
        (lambda: optim.RMSprop([P], lr=torch.ones(2)), ValueError, "Tensor lr must be 1-element"),
        (lambda: optim.Adagrad([P], lr_decay=-1), ValueError, "Invalid lr_decay value: -1"),
        (lambda: optim.Adagrad([P], initial_accumulator_value=-1), ValueError, "Invalid initial_accumulator_value"),
        (lambda: optim.Adagrad([P], fused=True, foreach=True), RuntimeError, "`fused` and `foreach` cannot be"),
        (lambda: optim.Adadelta([P], rho=1.5), ValueError, "Invalid rho value: 1.5"),
        (lambda: optim.Adamax([P], betas=(0.9, 1.0)), ValueError, "Invalid beta parameter at index 1: 1.0"),
        (lambda: optim.NAdam([P], momentum_decay=-1), ValueError, "Invalid momentum_decay value: -1"),
        (lambda: optim.RAdam([P], weight_decay=-1), ValueError, "Invalid weight_decay value: -1"),
        (lambda: optim.Rprop([P], etas=(1.1, 1.2)), ValueError, "Invalid eta values: 1.1, 1.2"),
        (lambda: optim.ASGD([P], weight_decay=-1), ValueError, "Invalid weight_decay value: -1"),
        (lambda: optim.Adafactor([P], lr=-1), ValueError, "Learning rate should be >= 0 but is: -1"),
        (lambda: optim.Adafactor([P], beta2_decay=1), ValueError, "beta2_decay should be <= 0 but is: 1"),
        (lambda: optim.Adafactor([P], d=0.5), ValueError, "Clipping threshold d should be >= 1 but is: 0.5"),
        (lambda: optim.Muon([P], momentum=-1), ValueError, "momentum should be >= 0 but is: -1"),
        (lambda: optim.Muon([P], adjust_lr_fn="x"), ValueError, "Adjust learning rate function x is not supported"),
        (lambda: optim.Muon([nn.Parameter(torch.ones(2))]), ValueError, "Muon only supports 2D parameters whereas"),
        (lambda: optim.SparseAdam([P], lr=0.0), ValueError, "Invalid learning rate: 0.0"),
        (lambda: optim.SparseAdam([C]), ValueError, r"Complex params at indices \[\[0, 0\]\]: SparseAdam does not"),
        (lambda: optim.LBFGS([P], lr=-1), ValueError, "Invalid learning rate: -1"),
        (lambda: stepped(optim.LBFGS([P], line_search_fn="x")), RuntimeError, "only 'strong_wolfe' is supported"),
        (lambda: stepped(optim.Muon([P], ns_steps=100)), ValueError, "Number of steps must be less than 100"),
        (lambda: stepped(optim.RMSprop([P], capturable=True)), AssertionError, "If capturable=True, params and state"),
        (lambda: stepped(optim.Adafactor([C])), RuntimeError, "Adafactor does not support complex parameters"),
        (lambda: stepped(optim.Muon([C])), RuntimeError, "Muon does not support complex parameters"),
    ],
)
def test_errors_have_pytorch_types_and_words(action, kind, text: str) -> None:
    with pytest.raises(kind, match=text):
        action()


def stepped(optimizer: optim.Optimizer) -> None:
    for p in optimizer.param_groups[0]["params"]:
        p.grad = torch.ones_like(p)
    optimizer.step(lambda: torch.ones(()))
