"""The Python door: autograd as seen from Python."""

from __future__ import annotations

import itertools
import weakref

import pytest

import rushlight as torch

# ---- autograd ------------------------------------------------------------------------------------------------------


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        y = x * x * factor
        ctx.save_for_backward(x, y)
        ctx.factor = factor
        return y

    @staticmethod
    def backward(ctx, grad):
        x, _ = ctx.saved_tensors
        assert ctx.needs_input_grad == (True, False)
        return 2 * x * grad * ctx.factor, None


def test_custom_function() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = Square.apply(x, 3)
    assert type(y.grad_fn).__name__ == "SquareBackward"
    (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    assert first.tolist() == [6, 12]
    assert torch.autograd.grad(first.sum(), x)[0].tolist() == [6, 6]


def test_custom_function_errors() -> None:
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, k):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            return grad

    class Raises(Wrong):
        @staticmethod
        def backward(ctx, grad):
            raise KeyError("zap")

    x = torch.ones(2, requires_grad=True)
    with pytest.raises(
        RuntimeError, match=r"WrongBackward returned an incorrect number of gradients \(expected 2, got 1"
    ):
        Wrong.apply(x, 1).sum().backward()
    with pytest.raises(KeyError, match="zap"):
        Raises.apply(x, 1).sum().backward()


def test_custom_functions_leave_no_cycle() -> None:
    x = torch.ones(2, requires_grad=True)
    ctx = weakref.ref(Square.apply(x, 1).grad_fn)
    assert ctx() is None


def test_setup_context_and_several_outputs() -> None:
    class Two(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x.exp(), x + 1

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(output[0])

        @staticmethod
        def backward(ctx, a, b):
            (y,) = ctx.saved_tensors
            return a * y + b

    x = torch.zeros(2, requires_grad=True)
    a, b = Two.apply(x)
    assert torch.autograd.grad(a.sum() + 3 * b.sum(), x)[0].tolist() == [4, 4]
    a, _ = Two.apply(x)
    assert torch.autograd.grad(a.sum(), x)[0].tolist() == [1, 1]


def test_hooks() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    seen = []
    handle = y.register_hook(lambda g: seen.append(g) or g * 3)
    y.sum().backward()
    assert x.grad.tolist() == [6, 6]
    assert seen[0].tolist() == [1, 1]
    handle.remove()
    handle.remove()
    y = x * 2
    y.register_hook(lambda g: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        y.sum().backward()
    y = x * 2
    y.register_hook(lambda g: 5)
    with pytest.raises(TypeError, match="expected Variable, but hook returned 'int'"):
        y.sum().backward()


def test_gradient_modes() -> None:
    x = torch.ones(1, requires_grad=True)
    with torch.no_grad():
        assert not (x * 2).requires_grad
        with torch.enable_grad():
            assert (x * 2).requires_grad
    with torch.set_grad_enabled(False):
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()

    @torch.no_grad()
    def plain():
        return (x * 2).requires_grad

    @torch.no_grad()
    def steps():
        for _ in range(2):
            yield (x * 2).requires_grad

    assert plain() is False
    assert list(itertools.chain(steps(), [torch.is_grad_enabled()])) == [False, False, True]
    with torch.inference_mode():
        assert torch.is_inference_mode_enabled()
        assert not (x * 2).requires_grad


def test_grad_and_backward_arguments() -> None:
    x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    (x * y).backward(torch.tensor([1.0, 2.0]), inputs=[x])
    assert x.grad.tolist() == [1, 2]
    assert y.grad is None
    assert torch.autograd.grad(x.sum(), [x, y], allow_unused=True)[1] is None
    assert torch.autograd.grad(x.sum(), [x, y], materialize_grads=True)[1].tolist() == [0, 0]
    batched = torch.autograd.grad(x * 2, x, torch.eye(2), is_grads_batched=True)[0]
    assert batched.tolist() == [[2, 0], [0, 2]]
    with pytest.raises(RuntimeError, match="element 0 of tensors does not require grad and does not have a grad_fn"):
        torch.ones(1).backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        z = (x * y).sum()
        z.backward()
        z.backward()


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1, TypeError, "assigned grad expected to be a Tensor or None but got grad of type int"),
        (torch.ones(3), RuntimeError, r"attempting to assign a gradient of size '\[3\]' to a tensor of size '\[2\]'"),
        (torch.ones(2, dtype=torch.float64), RuntimeError, "attempting to assign a gradient with dtype"),
    ],
)
def test_assigning_grad(value, kind, text) -> None:
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(kind, match=text):
        x.grad = value
    x.grad = torch.zeros(2)
    x.grad = None
    assert x.grad is None


def test_anomaly_mode_names_the_function() -> None:
    x = torch.zeros(2, requires_grad=True)
    with (
        torch.autograd.detect_anomaly(),
        pytest.raises(RuntimeError, match="Function 'SqrtBackward0' returned nan values in its 0th output"),
    ):
        (torch.sqrt(x) * 0).sum().backward()
    assert not torch.autograd.is_anomaly_enabled()


def test_numerical_checks() -> None:
    x = torch.randn(2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a: (a * a).sum(0), x)
    assert torch.autograd.gradgradcheck(torch.sin, x)
    assert torch.autograd.functional.jacobian(lambda a: a**2, torch.tensor([1.0, 2.0])).tolist() == [[2, 0], [0, 4]]
