"""Statistics, differences and integrals, histograms, distances, hashes."""
# ruff: noqa: F821

EXACT = "Expected out tensor to have dtype"

# ---- moments and order ---------------------------------------------------------------------------------------------------------
composite("nanmean(T self, int[1]? dim=None, bool keepdim=False, *, dtype? dtype=None) -> T", out=True, out_computes=True,
          samples=["(randn(3, 4),)", "(randn(3, 4), 1)", "(tensor([1.0, nan, 4.0]),)"], ref="lambda x, dim=None, keepdim=False: np.nanmean(x, axis=dim, keepdims=keepdim)",
          bench="(m, 1)", doc="The mean over the given dimensions of the elements that are not NaN.")
composite("cov(T self, *, int correction=1, T? fweights=None, T? aweights=None) -> T", samples=["(randn(3, 5),)", "(randn(3, 4),), dict(correction=0, fweights=tensor([1, 2, 1, 3]), aweights=tensor([0.5, 1.0, 2.0, 1.0]))"],
          bench="(m)", doc="(n, observations) to (n, n): the covariances of the rows, with whole (`fweights`) and relative (`aweights`) weights of the observations.")
composite("corrcoef(T self) -> T", samples=["(randn(3, 5),)"], ref="lambda x: np.corrcoef(x)", bench="(m)", doc="(n, observations) to (n, n): the correlations of the rows.")
for name, what in (("quantile", "NaN wins"), ("nanquantile", "NaN is left out")):
    for q, overload in (("T", ""), ("float", "scalar")):
        composite(f"{name}(T self, {q} q, int? dim=None, bool keepdim=False, *, str interpolation='linear') -> T", amp="float32", overload=overload, out="quantile() out tensor must be same dtype as the input tensor",
                  samples=["(randn(3, 5), tensor([0.2, 0.9]), 1)", "(randn(3, 5), tensor(0.6), 0, True), dict(interpolation='midpoint')"] if q == "T" else ["(randn(3, 5), 0.3)", "(randn(3, 5), 0.6, 1), dict(interpolation='lower')"],
                  bench="(m, 0.5, 1)", doc=f"The q-th quantiles (q in [0, 1], a number or a vector, whose dimension comes first) along `dim` or of all elements; {what}. interpolation: linear, lower, higher, midpoint or nearest.")
composite("renorm(T self, S p, int dim, S maxnorm) -> T", inplace=True, out=EXACT, samples=["(randn(3, 4), 2, 0, 1.0)", "(randn(3, 4), 1, 1, 0.5)"],
          bench="(m, 2, 0, 1.0)", doc="Every slice of dimension `dim` whose p-norm is larger than maxnorm, scaled down to it.")
composite("norm_except_dim(T v, int pow=2, int dim=0) -> T", samples=["(randn(3, 4),)", "(randn(3, 4), 2, 1)"], doc="The norms of the slices of dimension `dim`, shaped to broadcast with v; of the whole for dim = -1.")
composite("frobenius_norm(T self, int[1] dim, bool keepdim=False) -> T", method=False, out=EXACT, samples=["(randn(3, 4), (0, 1))"], doc="The square root of the sum of squares over the given dimensions.")
op("hash_tensor(T self, int[1] dim=[], *, bool keepdim=False, int mode=0) -> T", meta="meta::hash_tensor(self, dim, keepdim, mode)", grad=NONE, out="Expected result to be of dtype uint64, but got",
   samples=["(randn(3, 4),)", "(randint(0, 9, (3, 4)), 1)"], doc="uint64: the exclusive or of all elements' 64-bit patterns (floats as float64), over the given dimensions.")

# ---- differences and integrals -------------------------------------------------------------------------------------------------
composite("diff(T self, int n=1, int dim=-1, T? prepend=None, T? append=None) -> T", out="expected scalar_type", samples=["(randn(3, 5),)", "(randn(3, 5), 2, 0)", "(randn(3, 5), 1, 1, randn(3, 1), randn(3, 2))"],
          ref="lambda x, n=1, dim=-1, a=None, b=None: np.diff(x, n, dim, **({} if a is None else {'prepend': a, 'append': b}))", bench="(m)", doc="The n-th differences of neighbours along `dim`, after joining `prepend`, self and `append`.")
GRADIENT = "The derivatives along dimensions (all by default), by second-order differences; `spacing` is the distance of samples, one for each dimension, or their coordinates. edge_order 1 or 2 at the borders."
for overload, rest in (("scalarint", "float? spacing=None, int? dim=None"), ("scalararray", "float spacing, int[] dim"), ("array", "int[] dim"), ("scalarrayint", "float[] spacing, int? dim=None"),
                       ("scalarrayarray", "float[] spacing, int[] dim"), ("tensorarrayint", "T[] spacing, int? dim=None"), ("tensorarray", "T[] spacing, int[] dim")):
    composite(f"gradient(T self, *, {rest}, int edge_order=1) -> T[]", overload=overload, method=False, doc=GRADIENT,
              samples={"scalarint": ["(randn(4, 5),)", "(randn(6),), dict(spacing=0.5, edge_order=2)"], "tensorarray": ["(randn(4, 5),), dict(spacing=[tensor([0.0, 1.0, 3.0, 4.0])], dim=(0,))"]}.get(overload, []))
for name in ("trapezoid", "trapz"):
    composite(f"{name}(T y, T x, *, int dim=-1) -> T", overload="x", samples=["(randn(3, 5), randn(5))", "(randn(3, 5), randn(3, 5)), dict(dim=0)"], ref="lambda y, x, dim=-1: np.trapezoid(y, x, axis=dim)" if name == "trapz" else None,
              doc="The integral along `dim` of the lines between the samples y at the coordinates x.")
    composite(f"{name}(T y, *, S dx=1, int dim=-1) -> T", overload="dx", samples=["(randn(3, 5),)", "(randn(3, 5),), dict(dx=0.5, dim=0)"], bench="(m)", doc="The integral along `dim` of the lines between the samples y, dx apart.")
composite("cumulative_trapezoid(T y, T x, *, int dim=-1) -> T", overload="x", samples=["(randn(3, 5), randn(5))"], doc="trapezoid up to each sample but the first.")
composite("cumulative_trapezoid(T y, *, S dx=1, int dim=-1) -> T", overload="dx", samples=["(randn(3, 5),)", "(randn(3, 5),), dict(dx=0.5, dim=0)"], bench="(m)", doc="trapezoid up to each sample but the first.")
composite("linalg.vander(T x, *, int? N=None) -> T", samples=["(randn(4),)", "(randn(2, 3),), dict(N=4)"], doc="(*, n) to (*, n, N): the powers 0 … N - 1 of the elements.")

# ---- histograms ----------------------------------------------------------------------------------------------------------------
HISTOGRAM = "torch.histogram: input tensor and hist tensor should have the same dtype, but got input and hist"
composite("histogram(T self, int bins=100, *, float[]? range=None, T? weight=None, bool density=False) -> (T hist, T bin_edges)", overload="bin_ct", out=HISTOGRAM,
          samples=["(rand(20), 5)", "(rand(20), 4), dict(range=(0.0, 1.0), density=True)"], bench="(x, 100)", doc="Counts (or sums of weights) in equal bins over `range` or the data, and the bins' edges; density=True divides by the total and the width.")
composite("histogram(T self, T bins, *, T? weight=None, bool density=False) -> (T hist, T bin_edges)", overload="bins_tensor", out=HISTOGRAM,
          samples=["(rand(20), tensor([0.0, 0.25, 1.0]))", "(rand(4), tensor([0.0, 0.25, 1.0])), dict(weight=rand(4))"], doc="Counts (or sums of weights) between ascending edges, the last bin closed.")
for overload, bins, sample in (("int_bins", "int", "2"), ("", "int[]", "[2, 3]"), ("TensorList_bins", "T[]", "[tensor([0.0, 0.5, 1.0]), tensor([0.0, 1.0])]")):
    composite(f"histogramdd(T self, {bins} bins, float[]? range=None, T? weight=None, bool density=False) -> (T hist, T[] bin_edges)", overload=overload, method=False, samples=[f"(rand(9, 2), {sample})"],
              doc="Of points (…, d): counts (or sums of weights) in a grid of d dimensions, given by how many equal bins each has or by their edges. range: the lowest and highest edge for each dimension.")

op("_histogram(T points, T[] edges, T? weight, bool even) -> T", meta="meta::histogram(points, edges)", grad=NONE, python=False, method=False,
   doc="(n, d) points between d vectors of edges (even: equally far apart): counts, or sums of weights, flat.")

# ---- distances -----------------------------------------------------------------------------------------------------------------
op("_cdist(T x1, T x2, float p, bool by_product) -> T", meta="meta::cdist(x1, x2)", python=False, method=False, node="CdistBackward0",
   grad={"x1": "cdist_backward(grad, x1, x2, p, by_product, result)", "x2": "cdist_backward(grad.transpose(1, 2), x2, x1, p, by_product, result.transpose(1, 2))"},
   doc="(b, n, m) and (b, k, m) to (b, n, k): the p-norms of the differences of rows; by_product: through a matrix product, for p = 2.")
op("_cdist_backward(T grad_output, T x1, T x2, float p, T distances) -> T", meta="meta::like(x1)", python=False, method=False,
   grad={"grad_output, x1, x2": "cdist_double_backward(grad, grad_output, x1, x2, p, distances)"}, doc="The gradient of `_cdist` for its first argument.")
composite("cdist(T x1, T x2, float p=2.0, str compute_mode='use_mm_for_euclid_dist_if_necessary') -> T", amp="float32", method=False,
          samples=["(randn(3, 4), randn(5, 4))", "(randn(2, 3, 4), randn(5, 4), 1.0)", "(randn(3, 4), randn(30, 4))", "(randn(3, 4), randn(5, 4), 3.0)", "(randn(3, 4), randn(5, 4), inf)"],
          bench="(m[:200], w[:200])", doc="(*, n, m) and (*, k, m) to (*, n, k): the p-norms of the differences of all pairs of rows. compute_mode says when p = 2 goes through a matrix product: use_mm_for_euclid_dist_if_necessary (more than 25 rows), use_mm_for_euclid_dist, donot_use_mm_for_euclid_dist.")
op("_pdist(T self, float p) -> T", meta="meta::pdist(self)", python=False, method=False, node="PdistBackward0", grad="pdist_backward(grad, self, p, result)", doc="(n, m) to (n (n - 1) / 2): the p-norms of the differences of rows i < j.")
for space, first in (("", "self"), ("nn.functional.", "input")):
    composite(f"{space}pdist(T {first}, float p=2.0) -> T", method=False, samples=["(randn(4, 3),)", "(randn(4, 3), 1.0)"], bench="(m[:200])", doc="(n, m) to (n (n - 1) / 2): the p-norms of the differences of rows i < j.")
