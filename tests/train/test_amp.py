"""Automatic mixed precision: result dtypes against PyTorch's recorded ones, contexts, casts and the gradient scaler."""

from __future__ import annotations

import copy
import json
import pickle
import re
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from amp_cases import INPUTS, LOWER, answers, calls, load

import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F  # noqa: N812

GOLDEN = json.loads(Path(__file__).with_name("golden_amp.json").read_text())

# Rows whose answer differs, and why; with the letters of the dtypes there.
REASONS = {
    "complex": "there is no complex type of two float16",
    "lu_unpack": "LU factors are float32 or float64",
    "histogram": "counts are kept in float32 or float64",
    "histogramdd": "counts are kept in float32 or float64",
    "normal": "the result has the promoted type of mean and std",
    "lstm": "oneDNN's layer takes float16 only where the processor has it; ours always does",
}
# Names on PyTorch's lists that no row has, and why.
NOT_ROWS = {
    "_addmm_activation": "private",
    "_convolution.deprecated": "private",
    "_grid_sampler_2d_cpu_fallback": "private",
    "_native_multi_head_attention": "private",
    "fake_quantize_per_tensor_affine": "quantisation",
    "mkldnn_rnn_layer": "said in src/composite/rnn.cpp for the padded LSTM",
    "multilabel_margin_loss_forward": "within nn.functional.multilabel_margin_loss",
    "nll_loss2d": "within nn.functional.nll_loss",
    "cross_entropy_loss": "nn.functional.cross_entropy",
    "reflection_pad1d": "said in nn.functional.pad",
    "reflection_pad2d": "said in nn.functional.pad",
    "replication_pad1d": "said in nn.functional.pad",
    "replication_pad2d": "said in nn.functional.pad",
    "replication_pad3d": "said in nn.functional.pad",
}


@pytest.fixture(autouse=True)
def autocast_is_off_again() -> Iterator[None]:
    yield
    assert not torch.is_autocast_enabled("cpu")
    assert torch.get_autocast_dtype("cpu") is torch.bfloat16
    assert torch.is_autocast_cache_enabled()
    assert torch.autocast_increment_nesting() == 1
    assert torch.autocast_decrement_nesting() == 0


# ---- result dtypes ----


CALLS: dict[str, list] = {}
for _key, _row, _text in calls():
    if _key in GOLDEN["dtypes"]:
        CALLS.setdefault(f"{_row.schema.namespace}.{_row.base}".lstrip("."), []).append((_key, _row, _text))


@pytest.mark.parametrize("name", sorted(set(CALLS) - set(REASONS)))
def test_result_dtypes(name: str) -> None:
    """Every call that PyTorch answers gives the same dtypes here, for all inputs and both lower types."""
    variants = [f"{lower} autocast of {form} inputs" for lower in LOWER for form in INPUTS]
    for key, row, text in CALLS[name]:
        wanted, got = GOLDEN["dtypes"][key].split(" "), answers(torch, row, text).split(" ")
        wrong = [(v, w, g) for v, w, g in zip(variants, wanted, got, strict=True) if w not in ("!", g)]
        assert not wrong, key


def test_every_listed_op_is_a_row_with_amp() -> None:
    homes: dict[str, set] = {}
    for row in load(Path(__file__).resolve().parents[2] / "ops").rows:
        home = row.schema.namespace.replace("nn.functional", "").replace(".", "_")
        homes.setdefault("_".join(filter(None, [home, row.base])), set()).add(row.attrs.get("amp"))
    for name in GOLDEN["listed"]:
        base = name.split(".")[0]
        assert name in NOT_ROWS or (base in homes and None not in homes[base]), name


def test_functions_made_of_ops() -> None:
    """LSTM, GRU, cells, attention and norms end up in PyTorch's dtypes."""
    x, low = torch.randn(5, 2, 4), torch.randn(5, 2, 4).bfloat16()
    b, f = torch.bfloat16, torch.float32
    with torch.autocast("cpu"):
        assert [t.dtype for t in (lambda o, s: (o, *s))(*nn.LSTM(4, 3)(x))] == [b, b, b]
        assert [t.dtype for t in nn.GRU(4, 3)(x)] == [f, f]
        assert [t.dtype for t in nn.GRU(4, 3)(low)] == [b, b]
        assert [t.dtype for t in nn.RNN(4, 3)(x)] == [b, b]
        assert [t.dtype for t in nn.LSTMCell(4, 3)(x[0])] == [f, f]
        assert nn.GRUCell(4, 3)(x[0]).dtype is f
        assert nn.RNNCell(4, 3)(x[0]).dtype is b
        assert [t.dtype for t in nn.MultiheadAttention(4, 2)(x, x, x)] == [b, b]
        assert nn.TransformerEncoderLayer(4, 2, 8)(x).dtype is f
        for norm in (nn.LayerNorm(4), nn.RMSNorm(4)):
            assert norm(x).dtype is f
            assert norm(low).dtype is b
        assert nn.BatchNorm1d(4)(low[0]).dtype is b
        assert nn.GroupNorm(2, 4)(low[0]).dtype is b
        for mode, dims, dtype in (
            ("reflect", 1, f),
            ("reflect", 2, f),
            ("reflect", 3, b),
            ("replicate", 3, f),
            ("circular", 2, b),
        ):
            image = torch.randn(1, 1, *[4] * dims).bfloat16()
            assert F.pad(image, (1, 1) * dims, mode).dtype is dtype
        assert F.mse_loss(low, low).dtype is f
        assert F.mse_loss(low, low, weight=torch.ones_like(low)).dtype is b


# ---- contexts ----


def test_nesting_and_disabled_regions() -> None:
    a, b = torch.randn(2, 2), torch.randn(2, 2)
    with torch.autocast("cpu", dtype=torch.float16):
        low = a @ b
        assert low.dtype is torch.float16
        with torch.autocast("cpu", enabled=False):
            assert not torch.is_autocast_enabled("cpu")
            assert (a @ b).dtype is torch.float32
            with pytest.raises(RuntimeError):
                a @ low
            with torch.autocast("cpu", dtype=torch.bfloat16):
                assert (a @ low).dtype is torch.bfloat16
        assert torch.get_autocast_dtype("cpu") is torch.float16
        assert (a @ b).dtype is torch.float16
    assert (a @ b).dtype is torch.float32


def test_an_exception_leaves_the_context() -> None:
    with pytest.raises(ZeroDivisionError), torch.autocast("cpu"):
        1 / 0  # noqa: B018


def test_decorator() -> None:
    @torch.autocast("cpu", dtype=torch.float16)
    def product(a: torch.Tensor) -> torch.Tensor:
        """What it says."""
        return a @ a

    assert product(torch.randn(2, 2)).dtype is torch.float16
    assert product.__doc__ == "What it says."
    with pytest.raises(TypeError, match=re.escape("autocast()(func) requires a callable, but got int")):
        torch.autocast("cpu")(3)


def test_the_state_is_the_threads() -> None:
    seen = []
    with torch.autocast("cpu"):
        thread = threading.Thread(target=lambda: seen.append(torch.is_autocast_enabled("cpu")))
        thread.start()
        thread.join()
    assert seen == [False]


def test_what_is_written_is_not_cast() -> None:
    a, b = torch.randn(2, 2), torch.randn(2, 2)
    with torch.autocast("cpu"):
        out = torch.empty(2, 2)
        torch.mm(a, b, out=out)
        assert out.dtype is torch.float32
        into = torch.zeros(2, 2)
        into.addmm_(a, b)
        assert into.equal(out)
        into = torch.zeros(2, 2)
        into.addbmm_(a.unsqueeze(0), b.unsqueeze(0))
        assert into.equal(out)
        with pytest.raises(RuntimeError, match="dtype"):
            torch.zeros(2, 2).addmm_(a.bfloat16(), b)
        assert torch.softmax(a, 0).dtype is torch.float32
        assert (a.double() @ b.double()).dtype is torch.float64
        with pytest.raises(RuntimeError, match="dtype"):
            a.double() @ b


def test_promotion() -> None:
    f, h, b, d = (torch.ones(2, dtype=getattr(torch, t)) for t in ("float32", "float16", "bfloat16", "float64"))
    with torch.autocast("cpu"):
        assert torch.cat([f, b]).dtype is torch.float32
        assert torch.stack([b, b]).dtype is torch.bfloat16
        assert torch.cat([f, h]).dtype is torch.float32
        assert torch.cat([d, b]).dtype is torch.float64
        assert torch.cat([torch.tensor([1]), torch.tensor([2])]).dtype is torch.int64
        assert f.index_copy(0, torch.tensor([1]), b[:1]).dtype is torch.float32
        for wrong in ([b, h], [h, h]):
            with pytest.raises(RuntimeError, match="Unexpected floating ScalarType in at::autocast::prioritize"):
                torch.cat(wrong)


def test_gradients_have_the_dtype_of_what_was_cast() -> None:
    weight, x = torch.randn(3, 3, requires_grad=True), torch.randn(2, 3, requires_grad=True)
    low = torch.randn(3, 3, dtype=torch.bfloat16, requires_grad=True)
    with torch.autocast("cpu"):
        product = x @ weight @ low
        loss = F.cross_entropy(product, torch.tensor([0, 2]))
    assert product.dtype is torch.bfloat16
    assert loss.dtype is torch.float32
    assert loss.grad_fn.name() == "CrossEntropyBackward0"
    loss.backward()
    assert (weight.grad.dtype, x.grad.dtype, low.grad.dtype) == (torch.float32, torch.float32, torch.bfloat16)
    exact = torch.softmax(x @ weight @ low.float(), 1) - F.one_hot(torch.tensor([0, 2]), 3)
    expected = x.T @ (exact / 2 @ low.float().T)
    assert (weight.grad - expected).abs().max() < 0.02 * expected.abs().max()


def test_weights_are_cast_once() -> None:
    w, x = torch.randn(3, 3, requires_grad=True), torch.randn(2, 3)

    def cast_of(result: torch.Tensor) -> object:
        return result.grad_fn.next_functions[1][0]

    with torch.autocast("cpu"):
        with torch.no_grad():
            assert not (x @ w).requires_grad  # nothing without a graph is kept
        first, second = x @ w, x @ w
        assert cast_of(first).name() == "ToCopyBackward0"
        assert cast_of(first) is cast_of(second)
        with torch.autocast("cpu"):
            assert cast_of(x @ w) is cast_of(first)
        assert cast_of(x @ w) is cast_of(first)  # the inner context was not the outermost
        torch.clear_autocast_cache()
        assert cast_of(x @ w) is not cast_of(first)
        with torch.autocast("cpu", cache_enabled=False):
            assert not torch.is_autocast_cache_enabled()
            assert cast_of(x @ w) is not cast_of(x @ w)
    (first + second).sum().backward()
    with torch.autocast("cpu"):
        assert cast_of(x @ w) is not cast_of(first)


def test_training_run_is_near_float32() -> None:
    def run(**how: object) -> list[float]:
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 4))
        x, y = torch.randn(64, 8), torch.randint(0, 4, (64,))
        optimizer = torch.optim.Adam(net.parameters(), 1e-2)
        losses = []
        for _ in range(40):
            optimizer.zero_grad()
            with torch.autocast("cpu", **how):
                loss = F.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    exact = run(enabled=False)
    assert exact[-1] < 0.7 * exact[0]
    for dtype, tolerance in ((torch.bfloat16, 0.03), (torch.float16, 0.005)):
        assert max(abs(a - b) for a, b in zip(exact, run(dtype=dtype), strict=True)) < tolerance


# ---- errors, warnings, old names ----


def test_errors() -> None:
    with pytest.raises(ValueError, match="Expected `device_type` of type `str`, got: `<class 'int'>`"):
        torch.autocast(3)
    with pytest.raises(RuntimeError, match="Expected one of cpu, cuda"):
        torch.autocast("xyz")
    with pytest.raises(RuntimeError, match="unsupported scalarType"):
        torch.autocast("meta")
    with pytest.raises(TypeError, match="device_type"):
        torch.autocast()
    with pytest.raises(TypeError, match=re.escape("argument 'device_type' (position 1) must be str, not int")):
        torch.is_autocast_enabled(3)
    with pytest.raises(TypeError, match=re.escape("argument 'enabled' (position 2) must be bool, not int")):
        torch.set_autocast_enabled("cpu", 3)
    with pytest.raises(TypeError, match=re.escape("argument 'dtype' (position 2) must be torch.dtype, not int")):
        torch.set_autocast_dtype("cpu", 3)
    with pytest.raises(TypeError, match=re.escape("enabled must be a bool (got int)")):
        torch.set_autocast_cache_enabled(3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64])
def test_other_dtypes_disable_with_a_warning(dtype: torch.dtype) -> None:
    with pytest.warns(UserWarning, match="In CPU autocast, but the target dtype is not supported. Disabling autocast"):
        context = torch.autocast("cpu", dtype=dtype)
    with context:
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is torch.float32


def test_cuda_disables_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="CUDA is not available or torch_xla is imported. Disabling autocast."):
        context = torch.autocast("cuda")
    with context:
        assert not torch.is_autocast_enabled("cuda")
    assert torch.get_autocast_dtype("cuda") is torch.float16


def test_availability() -> None:
    assert torch.amp.is_autocast_available("cpu")
    assert torch.amp.is_autocast_available("cuda")
    assert not torch.amp.is_autocast_available("meta")
    assert torch.amp.autocast is torch.autocast


def test_old_names() -> None:
    for call, value in (
        (torch.is_autocast_cpu_enabled, False),
        (torch.get_autocast_cpu_dtype, torch.bfloat16),
        (torch.get_autocast_gpu_dtype, torch.float16),
    ):
        with pytest.warns(DeprecationWarning, match="is deprecated. Please use torch."):
            assert call() is value
    with pytest.warns(DeprecationWarning, match="set_autocast_enabled"):
        torch.set_autocast_cpu_enabled(True)
    assert torch.is_autocast_enabled("cpu")
    torch.set_autocast_enabled("cpu", False)
    with pytest.warns(DeprecationWarning):
        torch.set_autocast_cpu_dtype(torch.float16)
    torch.set_autocast_dtype("cpu", torch.bfloat16)
    torch.set_autocast_enabled(True)  # cuda
    assert torch.is_autocast_enabled()
    torch.set_autocast_enabled(False)
    with pytest.warns(FutureWarning, match=re.escape("`torch.cpu.amp.autocast(args...)` is deprecated")):
        context = torch.cpu.amp.autocast()
    with context:
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is torch.bfloat16
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert not torch.cuda.amp.GradScaler().is_enabled()
        torch.cuda.amp.autocast()
        assert torch.cpu.amp.GradScaler().is_enabled()
    assert [w.category for w in caught] == [FutureWarning, UserWarning, FutureWarning, UserWarning, FutureWarning]
    assert torch.cuda.amp.common.amp_definitely_not_available()


def test_custom_functions() -> None:
    seen = []

    class Product(torch.autograd.Function):
        @staticmethod
        @torch.amp.custom_fwd(device_type="cpu")
        def forward(ctx: object, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(a, b)
            return a @ b

        @staticmethod
        @torch.amp.custom_bwd(device_type="cpu")
        def backward(ctx: object, grad: torch.Tensor) -> tuple:
            a, b = ctx.saved_tensors
            seen.append((torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")))
            return grad @ b.T, a.T @ grad

    class Cast(torch.autograd.Function):
        @staticmethod
        @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.float32)
        def forward(ctx: object, a: torch.Tensor, more: list) -> torch.Tensor:
            seen.append((a.dtype, more[0].dtype, more[1].dtype, torch.is_autocast_enabled("cpu")))
            return a * 2

        @staticmethod
        @torch.amp.custom_bwd(device_type="cpu")
        def backward(ctx: object, grad: torch.Tensor) -> tuple:
            seen.append(torch.is_autocast_enabled("cpu"))
            return grad * 2, None

    a = torch.randn(2, 2, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.float16):
        low = Product.apply(a, a)
        cast = Cast.apply(low, [low, torch.tensor(1)])
    assert (low.dtype, cast.dtype) == (torch.float16, torch.float32)
    cast.sum().backward()
    assert seen == [(torch.float32, torch.float16, torch.int64, False), False, (True, torch.float16)] or seen == [
        (torch.float32, torch.float32, torch.int64, False),
        False,
        (True, torch.float16),
    ]
    assert a.grad.dtype is torch.float32
    with pytest.raises(ValueError, match="Expected `device_type` of type `str`"):
        torch.amp.custom_fwd(device_type=3)


# ---- the scaler ----


def scaled_step(scaler: torch.amp.GradScaler, optimizer: torch.optim.Optimizer, value: float) -> None:
    optimizer.zero_grad()
    (param,) = optimizer.param_groups[0]["params"]
    scaler.scale((param * value).sum()).backward()


def parameter_and_sgd() -> tuple[torch.Tensor, torch.optim.Optimizer]:
    p = nn.Parameter(torch.ones(3))
    return p, torch.optim.SGD([p], 0.5)


def test_scaler_grows_backs_off_and_skips() -> None:
    p, optimizer = parameter_and_sgd()
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_factor=4.0, backoff_factor=0.25, growth_interval=2)
    assert scaler.get_scale() == 8.0
    for value, scale, expected in ((1.0, 8.0, 0.5), (1.0, 32.0, 0.0), (float("inf"), 8.0, 0.0), (1.0, 8.0, -0.5)):
        scaled_step(scaler, optimizer, value)
        scaler.step(optimizer)
        scaler.update()
        assert scaler.get_scale() == scale
        assert p.tolist() == [expected] * 3
    assert scaler.state_dict() == {
        "scale": 8.0,
        "growth_factor": 4.0,
        "backoff_factor": 0.25,
        "growth_interval": 2,
        "_growth_tracker": 1,
    }


def test_scaler_unscales_once() -> None:
    p, optimizer = parameter_and_sgd()
    scaler = torch.amp.GradScaler("cpu", init_scale=16.0)
    scaled_step(scaler, optimizer, 2.0)
    assert p.grad.tolist() == [32.0] * 3
    scaler.unscale_(optimizer)
    assert p.grad.tolist() == [2.0] * 3
    with pytest.raises(RuntimeError, match=re.escape("unscale_() has already been called on this optimizer since")):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    assert p.tolist() == [0.0] * 3
    with pytest.raises(RuntimeError, match=re.escape("unscale_() is being called after step().")):
        scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match=re.escape("step() has already been called since the last update().")):
        scaler.step(optimizer)
    scaler.update()
    scaled_step(scaler, optimizer, 2.0)
    scaler.step(optimizer)
    scaler.update(3.0)
    assert scaler.get_scale() == 3.0
    scaler.update(torch.tensor(5.0))
    assert scaler.get_scale() == 5.0


def test_scaler_errors() -> None:
    p, optimizer = parameter_and_sgd()
    scaler = torch.amp.GradScaler("cpu")
    for name, call in (
        ("step", lambda: scaler.step(optimizer)),
        ("unscale_", lambda: scaler.unscale_(optimizer)),
        ("update", lambda: scaler.update()),
    ):
        with pytest.raises(AssertionError, match=f"Attempted {name} but _scale is None.  This may indicate"):
            call()
    for wrong in (3, [3], {"a": torch.ones(1)}.values):
        with pytest.raises(ValueError, match="outputs must be a Tensor or an iterable of Tensors"):
            scaler.scale(wrong)
    scaler.scale(p.sum())
    with pytest.raises(AssertionError, match="No inf checks were recorded prior to update."):
        scaler.update()
    with pytest.raises(AssertionError, match="No inf checks were recorded for this optimizer."):
        scaler.step(optimizer)
    with pytest.raises(RuntimeError, match="Closure use is not currently supported if GradScaler is enabled."):
        scaler.step(optimizer, closure=lambda: 1.0)
    for wrong in (torch.ones(2), torch.ones(1, requires_grad=True)):
        with pytest.raises(AssertionError, match="new_scale should be a float or a 1-element"):
            scaler.update(wrong)
    with pytest.raises(AssertionError, match="The growth factor must be > 1.0."):
        torch.amp.GradScaler("cpu", growth_factor=1.0)
    with pytest.raises(AssertionError, match="The backoff factor must be < 1.0."):
        torch.amp.GradScaler("cpu", backoff_factor=1.0)
    half = nn.Parameter(torch.ones(2, dtype=torch.float16))
    half.grad = torch.ones(2, dtype=torch.float16)
    with pytest.raises(ValueError, match="Attempting to unscale FP16 gradients."):
        torch_scaler = torch.amp.GradScaler("cpu")
        torch_scaler.scale(p.sum())
        torch_scaler.unscale_(torch.optim.SGD([half], 0.1))
    with pytest.raises(RuntimeError, match="The source state dict is empty"):
        scaler.load_state_dict({})


def test_scaler_scales_nested_outputs() -> None:
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    one = torch.ones(2)
    result = scaler.scale([one, (one, [one]), (x for x in [one])])
    assert type(result) is list
    assert type(result[1]) is tuple
    flat = [result[0], result[1][0], result[1][1][0], *result[2]]
    assert all(t.tolist() == [4.0, 4.0] for t in flat)
    assert scaler.scale(one.bfloat16()).dtype is torch.bfloat16


def test_disabled_scaler_passes_on() -> None:
    p, optimizer = parameter_and_sgd()
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    loss = p.sum()
    assert scaler.scale(loss) is loss
    loss.backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    assert p.tolist() == [0.5] * 3
    assert (scaler.get_scale(), scaler.state_dict(), scaler.is_enabled()) == (1.0, {}, False)
    scaler.load_state_dict({})


def test_scaler_state_goes_over() -> None:
    p, optimizer = parameter_and_sgd()
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=3)
    scaled_step(scaler, optimizer, 1.0)
    with pytest.raises(AssertionError, match="A GradScaler instance may only be pickled at the beginning"):
        scaler.step(optimizer)
        pickle.dumps(scaler)
    scaler.update()
    other = torch.amp.GradScaler("cpu")
    other.load_state_dict(scaler.state_dict())
    for again in (other, copy.deepcopy(scaler), pickle.loads(pickle.dumps(scaler))):  # noqa: S301 (our own)
        assert again.state_dict() == scaler.state_dict()
        scaled_step(again, optimizer, 1.0)
        assert p.grad.tolist() == [8.0] * 3
    scaler.set_growth_factor(3.0)
    scaler.set_backoff_factor(0.1)
    scaler.set_growth_interval(7)
    assert (scaler.get_growth_factor(), scaler.get_backoff_factor(), scaler.get_growth_interval()) == (3.0, 0.1, 7)


def test_several_optimizers_share_a_scale() -> None:
    (p, first), (q, second) = parameter_and_sgd(), parameter_and_sgd()
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0)
    scaled_step(scaler, first, 1.0)
    scaled_step(scaler, second, float("nan"))
    scaler.step(first)
    scaler.step(second)
    scaler.update()
    assert (p.tolist(), q.tolist(), scaler.get_scale()) == ([0.5] * 3, [1.0] * 3, 4.0)


OPTIMIZERS = [n for n in dir(torch.optim) if n[0].isupper() and n not in ("Optimizer", "LBFGS", "SparseAdam")]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_steps_as_without_a_scaler(name: str) -> None:
    def run(scaler: torch.amp.GradScaler) -> torch.Tensor:
        torch.manual_seed(3)
        p, x = nn.Parameter(torch.randn(4, 4)), torch.randn(5, 4)
        optimizer = getattr(torch.optim, name)([p], lr=0.01)
        for i in range(5):
            optimizer.zero_grad()
            scaler.scale((x @ p).square().mean()).backward()
            if i == 2 and scaler.is_enabled():
                before, p.grad[0, 0] = p.detach().clone(), float("nan")
                scaler.step(optimizer)
                assert p.equal(before)
            elif i != 2:
                scaler.step(optimizer)
            scaler.update()
        return p.detach()

    assert run(torch.amp.GradScaler("cpu", init_scale=1024.0)).equal(run(torch.amp.GradScaler("cpu", enabled=False)))


def test_optimizers_that_scale_by_themselves() -> None:
    class Own(torch.optim.SGD):
        _step_supports_amp_scaling = True

        def step(self, closure: object = None) -> tuple:
            return self.grad_scale.item(), self.found_inf.item()

    p = nn.Parameter(torch.ones(3))
    optimizer, scaler = Own([p], 0.5), torch.amp.GradScaler("cpu", init_scale=8.0)
    scaled_step(scaler, optimizer, float("inf"))
    assert scaler.step(optimizer) == (8.0, 1.0)
    assert not hasattr(optimizer, "found_inf")
    scaler.update()
    assert scaler.get_scale() == 4.0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("size", [1, 15, 1000, 50001])
def test_check_and_unscale(dtype: torch.dtype, size: int) -> None:
    """Every place of an infinity or NaN is noticed; memory of any strides is written."""
    scale = torch.tensor(0.5)
    for bad in (None, 0, size // 2, size - 1):
        for value in (float("inf"), float("-inf"), float("nan")):
            x = torch.arange(size).to(dtype) % 100
            if bad is not None:
                x[bad] = value
            strided = torch.stack([x, x])[:, ::2].T
            expected = (x * 0.5, strided * 0.5)
            found = torch.tensor(0.0)
            torch._amp_foreach_non_finite_check_and_unscale_([x, strided], found, scale)
            assert found.item() == (bad is not None)
            for got, wanted in zip((x, strided), expected, strict=True):
                torch.testing.assert_close(got, wanted, rtol=0, atol=0, equal_nan=True)


def test_check_and_unscale_errors() -> None:
    zero, one, step = torch.tensor(0.0), torch.tensor(1.0), torch.tensor(0, dtype=torch.int32)
    unscale, update = torch._amp_foreach_non_finite_check_and_unscale_, torch._amp_update_scale_
    unscale([], zero, one)
    with pytest.raises(NotImplementedError, match="not implemented for 'Int'"):
        unscale([step], zero, one)
    with pytest.raises(RuntimeError, match="found_inf must be a 1-element tensor."):
        unscale([one], torch.zeros(2), one)
    with pytest.raises(RuntimeError, match="inv_scale must be a float tensor."):
        unscale([one], zero, one.double())
    for args, words in (
        ((one, one, zero), "growth_tracker must be an int tensor."),
        ((one.double(), step, zero), "current_scale must be a float tensor."),
        ((one, step, torch.zeros(2)), "found_inf must be a 1-element tensor."),
    ):
        with pytest.raises(RuntimeError, match=re.escape(words)):
            update(*args, 2.0, 0.5, 1)
    big = torch.tensor(3e38)
    update(big, step, zero, 2.0, 0.5, 1)
    assert big.item() == pytest.approx(3e38)  # a scale never grows to infinity
