"""Reductions and normalisations of the elements where a mask is true (broadcast to the input; None: all elements)."""
# ruff: noqa: F821

KEEP, DTYPE, MASK = "bool keepdim=False", "dtype? dtype=None", "T? mask=None"
M = "tensor([[True, False, True, True], [True, True, False, True], [True, True, True, False]])"
SAMPLES = [f"(randn(3, 4), 1), dict(mask={M})", "(randn(3, 4),)", "(randn(2, 3, 4), (0, 2)), dict(keepdim=True)"]
DOC = {"sum": "The sum", "prod": "The product", "amax": "The largest", "amin": "The smallest", "mean": "The mean", "logsumexp": "log(sum(exp))"}
for name, what in DOC.items():
    note = "NaN where the mask is false everywhere" if name == "mean" else "the neutral value where the mask is false everywhere"
    composite(f"masked.{name}(T input, int[1]? dim=None, *, {KEEP}, {DTYPE}, {MASK}) -> T", samples=SAMPLES,
              doc=f"{what} of the elements where `mask` is true, over the given dimensions (all by default); {note}.")
for name, what in (("argmax", "largest"), ("argmin", "smallest")):
    composite(f"masked.{name}(T input, int? dim=None, *, {KEEP}, {DTYPE}, {MASK}) -> T", samples=[f"(randn(3, 4), 1), dict(mask={M})", "(randn(3, 4),)"],
              doc=f"The place of the {what} element where `mask` is true, along `dim` or in the flattened tensor; in the input's dtype unless `dtype` says otherwise.")
composite(f"masked.median(T input, int dim=-1, *, {KEEP}, {DTYPE}, {MASK}) -> T", samples=[f"(randn(3, 4), 1), dict(mask={M})", "(randn(3, 4),)"],
          doc="The lower median along `dim` of the elements where `mask` is true; NaN where there is none (ValueError for integers).")
composite(f"masked.norm(T input, S? ord=2.0, int[1]? dim=None, *, {KEEP}, {DTYPE}, {MASK}) -> T", samples=[f"(randn(3, 4), 2.0, 1), dict(mask={M})", "(randn(3, 4), inf)"],
          doc="The vector norm over the given dimensions of the elements where `mask` is true.")
for name in ("var", "std"):
    composite(f"masked.{name}(T input, int[1]? dim=None, bool? unbiased=None, *, S? correction=None, {KEEP}, {DTYPE}, {MASK}) -> T",
              samples=[f"(randn(3, 4), 0), dict(mask={M}, correction=0)", "(randn(3, 4), 1, False)"],
              doc=f"The {'variance' if name == 'var' else 'standard deviation'} over the given dimensions of the elements where `mask` is true; squares are divided by n - correction (1; 0 with unbiased=False).")
for name in ("cumsum", "cumprod"):
    composite(f"masked.{name}(T input, int dim, *, {DTYPE}, {MASK}) -> T", samples=[f"(randn(3, 4), 1), dict(mask={M})"], doc=f"{name} along `dim`, in which elements where `mask` is false have no effect.")
for name in ("softmax", "log_softmax", "softmin"):
    composite(f"masked.{name}(T input, int dim, *, {DTYPE}, {MASK}) -> T", gradcheck={"samples": [1]} if name == "log_softmax" else True,
              samples=[f"(randn(3, 4), 0), dict(mask={M})", "(randn(3, 4), 1)"], doc=f"{name} along `dim` of the elements where `mask` is true.")
composite(f"masked.normalize(T input, S ord, int dim, *, float eps=1e-12, {DTYPE}, {MASK}) -> T", samples=[f"(randn(3, 4), 2.0, 1), dict(mask={M})"],
          doc="The input, 0 where `mask` is false, over its norm along `dim` (at least eps).")
composite(f"masked.logaddexp(T input, T other, *, {DTYPE}, T? input_mask=None, T? other_mask=None) -> T", samples=["(randn(3), randn(3)), dict(input_mask=tensor([True, False, True]), other_mask=tensor([True, True, False]))"],
          doc="log(exp(input) + exp(other)), in which elements where their mask is false count as -inf.")
