"""Reductions and scans: sums, products, extremes and their places, moments, norms, order statistics, cumulative ops.

A reduction over `dim` folds those dimensions away (keepdim=True leaves them with size 1); without `dim` it folds all.
"""
# ruff: noqa: F821

# ---- sums and products ------------------------------------------------------------------------------------------------
op("sum(T self, *, dtype? dtype=None) -> T", complex=True, meta="meta::sum(self, std::nullopt, false, dtype)", grad="sum_backward(grad, self.sizes(), std::nullopt, false, self.dtype())",
   out=False, node="SumBackward0", ref="lambda x, dtype=None: np.sum(x)",
   bench="torch.sum(x)", doc="The sum of all elements: a 0-d tensor. Integers and bools add up in int64 (uint64 in uint64, where PyTorch wraps into int64) unless `dtype` says otherwise.")
op("sum(T self, int[1]? dim, bool keepdim=False, *, dtype? dtype=None) -> T", complex=True, overload="dim", meta="meta::sum(self, dim, keepdim, dtype)",
   grad="sum_backward(grad, self.sizes(), dim, keepdim, self.dtype())", node="SumBackward1",
   samples=["(randn(3, 4), 1)", "(randn(3, 4, 5), (0, 2))", "(randn(3, 4), -1, True)", "(randn(3, 4).t(), 0)", "(randint(0, 9, (3, 4)), 0)", "(randn(40, 3), 0)", "(randn(2, 70, 5), 1)"],
   ref="lambda x, dim, keepdim=False: np.sum(x, axis=dim, keepdims=keepdim)", bench="(m, 1)", doc="The sum over the given dimensions.")
op("nansum(T self, int[1]? dim=None, bool keepdim=False, *, dtype? dtype=None) -> T", out_computes=True, meta="meta::nansum(self, dim, keepdim, dtype)",
   grad="mul(sum_backward(grad, self.sizes(), dim, keepdim, self.dtype()), logical_not(isnan(self)))", samples=["(randn(3, 4),)", "(randn(3, 4), 1)", "(tensor([1.0, float('nan'), 2.0]),)"],
   ref="lambda x, dim=None, keepdim=False: np.nansum(x, axis=dim, keepdims=keepdim)", bench="(m, 1)", doc="The sum over the given dimensions, with NaN counted as 0.")
op("mean(T self, *, dtype? dtype=None) -> T", complex=True, meta="meta::mean(self, std::nullopt, false, dtype)", grad="div(sum_backward(grad, self.sizes(), std::nullopt, false, self.dtype()), self.numel())",
   out=True, node="MeanBackward0", ref="lambda x: np.mean(x)", bench="(x)", doc="The mean of all elements: a 0-d tensor. The input, or `dtype`, must be floating point.")
op("mean(T self, int[1]? dim, bool keepdim=False, *, dtype? dtype=None) -> T", complex=True, overload="dim", out="real: ", meta="meta::mean(self, dim, keepdim, dtype)",
   grad="mean_backward(grad, self.sizes(), dim, keepdim, self.dtype())", node="MeanBackward1", samples=["(randn(3, 4), 1)", "(randn(3, 4, 5), (0, 2), True)", "(randn(3, 4), -1)"],
   ref="lambda x, dim, keepdim=False: np.mean(x, axis=dim, keepdims=keepdim)", bench="(m, 0)", doc="The mean over the given dimensions.")
op("prod(T self, *, dtype? dtype=None) -> T", amp="float32", complex=True, meta="meta::sum(self, std::nullopt, false, dtype)", grad="prod_backward(grad, self, result)", out=False, node="ProdBackward0",
   samples=["(rand(3, 4) + 0.5,)", "(tensor([1.0, 0.0, 3.0]),)", "(randint(1, 4, (5,)),)"], ref="lambda x: np.prod(x)", bench="(x)", doc="The product of all elements; of integers in int64 (uint64 in uint64).")
op("prod(T self, int dim, bool keepdim=False, *, dtype? dtype=None) -> T", amp="float32", complex=True, overload="dim", meta="meta::prod(self, dim, keepdim, dtype)",
   grad="prod_backward(grad, self, result, dim, keepdim)", node="ProdBackward1", samples=["(rand(3, 4) + 0.5, 1)", "(rand(3, 4) + 0.5, 0, True)", "(tensor([[1.0, 0.0, 3.0], [2.0, 0.0, 0.0]]), 1)"],
   ref="lambda x, dim, keepdim=False: np.prod(x, axis=dim, keepdims=keepdim)", bench="(m, 1)", doc="The product over one dimension.")
op("count_nonzero(T self, int[1]? dim=None) -> T", complex=True, meta="meta::count_nonzero(self, dim)", grad=NONE, samples=["(randint(0, 2, (3, 4)),)", "(randint(0, 2, (3, 4)), 1)"],
   ref="lambda x, dim=None: np.count_nonzero(x, axis=dim)", bench="(m, 1)", doc="How many elements are not zero, as int64.")
op("logsumexp(T self, int[1] dim, bool keepdim=False) -> T", complex=True, meta="meta::logsumexp(self, dim, keepdim)", grad="logsumexp_backward(grad, self, result, dim, keepdim)",
   samples=["(randn(3, 4), 1)", "(randn(3, 4, 5), (0, 2))", "(randn(3, 4), 0, True)"], aliases=("special.logsumexp",), ref="lambda x, dim, keepdim=False: np.log(np.sum(np.exp(x), axis=dim, keepdims=keepdim))",
   bench="(m, 1)", doc="log(sum(exp(self))) over the given dimensions, without overflow.")

# ---- extremes ---------------------------------------------------------------------------------------------------------
for name, word in (("amax", "largest"), ("amin", "smallest")):
    op(f"{name}(T self, int[1] dim=[], bool keepdim=False) -> T", out="Expected the dtype for input and out to match", meta=f'meta::extreme("{name}", self, dim, keepdim)', grad="extreme_backward(grad, self, result, dim, keepdim)",
       samples=["(randn(3, 4),)", "(randn(3, 4), 1)", "(randn(3, 4, 5), (0, 2), True)", "(randn(40, 20), 0)"],
       ref=f"lambda x, dim=None, keepdim=False: np.{name}(x, axis=dim, keepdims=keepdim)", bench="(m, 1)", doc=f"The {word} element over the given dimensions; NaN wins. Ties share the gradient.")
op("aminmax(T self, *, int? dim=None, bool keepdim=False) -> (T min, T max)", out="Expected out tensor to have dtype", meta="meta::aminmax(self, dim, keepdim)", grad="aminmax_backward(grad_min, grad_max, self, min, max, dim, keepdim)",
   samples=["(randn(3, 4),)", "(randn(3, 4),), dict(dim=1)"], bench="(x)", doc="The smallest and the largest element, over one dimension or over all.")
for name, word in (("max", "largest"), ("min", "smallest")):
    other = "maximum" if name == "max" else "minimum"
    op(f"{name}(T self) -> T", out="castable: Expected canCast(typeMetaToScalarType(self.dtype()), typeMetaToScalarType(out.dtype())) to be true, but got false", meta=f'meta::extreme_all("{name}", self)', grad="evenly_distribute_backward(grad, self, result)", ref=f"lambda x: np.{name}(x)",
       node=f"{name.capitalize()}Backward1", bench="(x)", doc=f"The {word} of all elements; NaN wins.")
    composite(f"{name}(T self, T other) -> T", overload="other", out=True, samples=["(randn(3, 4), randn(3, 4))"], ref=f"lambda a, b: np.{other}(a, b)", doc=f"`{other}(self, other)`.")
    op(f"{name}(T self, int dim, bool keepdim=False) -> (T values, T indices)", overload="dim", out="Expected out tensor to have dtype", meta=f'meta::select("{name}", self, dim, keepdim)',
       grad="selection_backward(grad_values, self.sizes(), dim, indices, keepdim)", node=f"{name.capitalize()}Backward0", samples=["(randn(3, 4), 1)", "(randn(3, 4), 0, True)", "(randn(3, 4, 5), 1)"],
       ref=f"lambda x, dim, keepdim=False: (np.{name}(x, axis=dim, keepdims=keepdim), np.arg{name}(x, axis=dim, keepdims=keepdim))",
       bench="(m, 1)", doc=f"The {word} element of each slice along `dim`, and its (first) place.")
    op(f"arg{name}(T self, int? dim=None, bool keepdim=False) -> T", meta=f'meta::arg("arg{name}", self, dim, keepdim)', grad=NONE, samples=["(randn(3, 4),)", "(randn(3, 4), 1)", "(randn(3, 4), 0, True)"],
       ref=f"lambda x, dim=None, keepdim=False: np.arg{name}(x, axis=dim, keepdims=keepdim)", bench="(m, 1)", doc=f"The (first) place of the {word} element: along `dim`, or in the flattened tensor. int64.")
for name, word in (("any", "Whether some element is"), ("all", "Whether every element is")):
    op(f"{name}(T self, int[1]? dim=None, bool keepdim=False) -> T", complex=True, out=f"bool: {name} only supports bool tensor for result", meta="meta::truth(self, dim, keepdim)", grad=NONE, samples=["(randint(0, 2, (3, 4)) > 0,)", "(randint(0, 2, (3, 4)) > 0, 1)", "(randn(3, 4), 0, True)"],
       ref=f"lambda x, dim=None, keepdim=False: np.{name}(x, axis=dim, keepdims=keepdim)", bench="(bm, 1)", doc=f"{word} true (not zero), over the given dimensions. bool, or uint8 for uint8.")

# ---- moments ----------------------------------------------------------------------------------------------------------
for name, what in (("var", "variance"), ("std", "standard deviation")):
    op(f"{name}(T self, int[1]? dim=None, *, S? correction=None, bool keepdim=False) -> T", complex=True, overload="correction", meta=f'meta::moments("{name}", self, dim, correction, keepdim)',
       grad=f"{name}_backward(grad, self, {'result, ' if name == 'std' else ''}dim, correction, keepdim)",
       samples=["(randn(3, 4),)", "(randn(3, 4), 1), dict(correction=0)", "(randn(3, 4, 5), (0, 2)), dict(keepdim=True)", "(randn(40, 20), 0)"],
       ref=f"lambda x, dim=None, correction=1, keepdim=False: np.{name}(x, axis=dim, ddof=correction, keepdims=keepdim)", node=f"{name.capitalize()}Backward0",
       bench="(m, 1)", doc=f"The {what} over the given dimensions; squares are divided by n - correction (default 1).")
    composite(f"{name}(T self, bool unbiased) -> T", complex=True, overload="unbiased", samples=["(randn(3, 4), False)", "(randn(3, 4), True)"], doc=f"The {what} of all elements; unbiased=True divides by n - 1.")
    composite(f"{name}(T self, int[1]? dim, bool unbiased, bool keepdim=False) -> T", complex=True, overload="dim", samples=["(randn(3, 4), 1, False)", "(randn(3, 4), 0, True, True)"],
              doc=f"The {what} over the given dimensions; unbiased=True divides by n - 1.")
    outs = f"(T {name}, T mean)"
    op(f"{name}_mean(T self, int[1]? dim=None, *, S? correction=None, bool keepdim=False) -> {outs}", complex=True, overload="correction", meta=f'meta::moments_pair("{name}_mean", self, dim, correction, keepdim)',
       out=False, method=False, grad=f"{name}_mean_backward(grad_{name}, grad_mean, self, {'std, ' if name == 'std' else ''}dim, correction, keepdim)",
       samples=["(randn(3, 4),)", "(randn(3, 4), 1), dict(correction=0)"], node=f"{name.capitalize()}MeanBackward0", bench="(m, 0)", doc=f"The {what} and the mean over the given dimensions, in one pass.")
    composite(f"{name}_mean(T self, bool unbiased) -> {outs}", complex=True, overload="unbiased", method=False, samples=["(randn(3, 4), False)"], doc=f"The {what} and the mean of all elements.")
    composite(f"{name}_mean(T self, int[1]? dim, bool unbiased, bool keepdim=False) -> {outs}", complex=True, overload="dim", method=False, samples=["(randn(3, 4), 1, False)"], doc=f"The {what} and the mean over the given dimensions.")

# ---- norms ------------------------------------------------------------------------------------------------------------
op("linalg.vector_norm(T x, S ord=2, int[1]? dim=None, bool keepdim=False, *, dtype? dtype=None) -> T", complex=True, meta="meta::vector_norm(x, ord, dim, keepdim, dtype)",
   grad={"x": "norm_backward(grad, x, ord, result, dim, keepdim)"}, samples=["(randn(3, 4),)", "(randn(3, 4), 1, 1)", "(randn(3, 4), float('inf'), 0)", "(randn(3, 4), 3.0, (0, 1), True)", "(randn(3, 4), 0)"],
   node="LinalgVectorNormBackward0", bench="(m, 2, 1)", doc="(sum |x|^ord)^(1/ord) over the given dimensions; ord inf, -inf and 0 are the largest, the smallest and the count of non-zeros.")
composite("norm(T self, S? p=2, int[1]? dim=None, bool keepdim=False, *, dtype? dtype=None) -> T", complex=True, samples=["(randn(3, 4),)", "(randn(3, 4), 1)", "(randn(3, 4), 2, 1)", "(randn(3, 4), float('inf'), 0, True)"],
          bench="(x)", doc="The p-norm of all elements, or over the given dimensions.")
composite("norm(T self, str p, int[1]? dim=None, bool keepdim=False, *, dtype? dtype=None) -> T", complex=True, overload="str", samples=["(randn(3, 4), 'fro')", "(randn(3, 4), 'fro', (0, 1))"],
          doc="The Frobenius norm ('fro'), or the nuclear norm ('nuc') of a matrix.")
composite("dist(T self, T other, S p=2) -> T", complex=True, samples=["(randn(3, 4), randn(3, 4))", "(randn(3, 4), randn(4), 1)"], bench="(x, y)", doc="The p-norm of self - other.")

# ---- order statistics -------------------------------------------------------------------------------------------------
for name, what in (("median", "The lower median; NaN wins"), ("nanmedian", "The lower median of the elements that are not NaN")):
    op(f"{name}(T self) -> T", meta=f'meta::median_all("{name}", self)', grad="evenly_distribute_backward(grad, self, result)", out=False, node=f"{'Nanm' if name[0] == 'n' else 'M'}edianBackward0",
       samples=["(randn(3, 5),)", "(randn(4),)"], bench="(x)", doc=f"{what}, of all elements.")
    op(f"{name}(T self, int dim, bool keepdim=False) -> (T values, T indices)", overload="dim", meta=f'meta::median("{name}", self, dim, keepdim)',
       grad="selection_backward(grad_values, self.sizes(), dim, indices, keepdim)", node=f"{'Nanm' if name[0] == 'n' else 'M'}edianBackward1", samples=["(randn(3, 5), 1)", "(randn(3, 4), 0, True)"],
       bench="(m, 1)", doc=f"{what}, of each slice along `dim`, and its place.")
op("kthvalue(T self, int k, int dim=-1, bool keepdim=False) -> (T values, T indices)", out="output values must be of same type as input", out_apart=True, meta="meta::kthvalue(self, k, dim, keepdim)", grad="selection_backward(grad_values, self.sizes(), dim, indices, keepdim)",
   samples=["(randn(3, 5), 2)", "(randn(3, 5), 1, 0, True)"], bench="(m, 2, 1)", doc="The k-th smallest element (from 1) of each slice along `dim`, and its place.")
op("mode(T self, int dim=-1, bool keepdim=False) -> (T values, T indices)", out="expected scalar type for values output", meta='meta::select("mode", self, dim, keepdim)', grad="selection_backward(grad_values, self.sizes(), dim, indices, keepdim)",
   samples=["(randint(0, 3, (3, 7)),)", "(randint(0, 3, (3, 7)), 0, True)"], bench="(m, 1)", doc="The most frequent value of each slice along `dim` (the smallest of several), and a place of it.")

# ---- scans ------------------------------------------------------------------------------------------------------------
op("cumsum(T self, int dim, *, dtype? dtype=None) -> T", complex=True, out_computes=True, meta='meta::scan("cumsum", self, dim, dtype)', grad="cumsum_backward(grad, dim, self.dtype())", inplace=True, samples=["(randn(3, 4), 1)", "(randn(3, 4), 0)", "(randint(0, 5, (3, 4)), -1)"],
   ref="lambda x, dim: np.cumsum(x, axis=dim)", bench="(m, 1)", doc="Running sums along `dim`. Integers add up in int64 (uint64 in uint64) unless `dtype` says otherwise.")
op("_reverse_cumsum(T self, int dim) -> T", complex=True, meta='meta::scan("cumsum", self, dim, self.dtype())', grad="cumsum(grad, dim)", method=False, samples=["(randn(3, 4), 1)", "(randn(3, 4), 0)"],
   ref="lambda x, dim: np.flip(np.cumsum(np.flip(x, dim), axis=dim), dim)", doc="Running sums along `dim`, from its end.")
op("cumprod(T self, int dim, *, dtype? dtype=None) -> T", complex=True, out_computes=True, meta='meta::scan("cumprod", self, dim, dtype)', grad="cumprod_backward(grad, self, dim, result)", inplace=True, samples=["(rand(3, 4) + 0.5, 1)", "(rand(3, 4) + 0.5, 0)", "(tensor([2.0, 0.0, 3.0, 0.0]), 0)"],
   ref="lambda x, dim: np.cumprod(x, axis=dim)", bench="(m, 1)", doc="Running products along `dim`.")
for name in ("cummax", "cummin"):
    op(f"{name}(T self, int dim) -> (T values, T indices)", out="expected scalar_type", meta=f'meta::scan_places("{name}", self, dim)', grad="scan_selection_backward(grad_values, self.sizes(), dim, indices)", samples=["(randn(3, 4), 1)", "(randn(3, 4), 0)"],
       bench="(m, 1)", doc=f"The running {'maximum' if name == 'cummax' else 'minimum'} along `dim` and its (last) place; NaN wins.")
op("logcumsumexp(T self, int dim) -> T", complex={"ref": False}, out="expected scalar_type", meta="meta::logcumsumexp(self, dim)", grad="logcumsumexp_backward(grad, self, result, dim)", samples=["(randn(3, 4), 1)", "(randn(3, 4), 0)"],
   ref="lambda x, dim: np.log(np.cumsum(np.exp(x), axis=dim))", bench="(m, 1)", doc="The running log(sum(exp)) along `dim`.")
