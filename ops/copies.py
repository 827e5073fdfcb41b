"""Views that come as copies, copies with a part replaced, and split pieces that may be written in place."""

EXACT = "Expected out tensor to have dtype"


def copy_of(text: str, *samples: str, overload: str = "", method: bool = False, what: str = "", out: str = EXACT) -> None:
    """A `*_copy` op: the view of the same name as a new tensor."""
    name = text[: text.index("(")].removesuffix("_copy")
    composite(text, overload=overload, method=method, out=out, samples=list(samples), doc=what or f"`{name}`, as a new contiguous tensor.")


copy_of("alias_copy(T self) -> T", "(randn(2, 3),)", what="The tensor as a new contiguous one.")
copy_of("detach_copy(T self) -> T", "(randn(2, 3),)")
copy_of("as_strided_copy(T self, int[] size, int[] stride, int? storage_offset=None) -> T", "(randn(4, 4), (3, 2), (1, 2))")
copy_of("diagonal_copy(T self, int offset=0, int dim1=0, int dim2=1) -> T", "(randn(3, 4),)", "(randn(2, 3, 4), -1, 0, 2)")
copy_of("expand_copy(T self, int[] size, *, bool implicit=False) -> T", "(randn(3, 1), (3, 4))")
copy_of("narrow_copy(T self, int dim, int start, int length) -> T", "(randn(3, 4), 1, 1, 2)", method=True,
        out="Expected self.dtype() == output.dtype() to be true, but got false")
copy_of("permute_copy(T self, int[] dims) -> T", "(randn(2, 3, 4), (2, 0, 1))")
copy_of("select_copy(T self, int dim, int index) -> T", "(randn(3, 4), 0, -1)")
copy_of("slice_copy(T self, int dim=0, int? start=None, int? end=None, int step=1) -> T", "(randn(5, 4), 0, 1, 5, 2)",
        what="The elements start, start + step, … below end of one dimension, as a new tensor.")
copy_of("squeeze_copy(T self) -> T", "(randn(1, 3, 1),)")
copy_of("squeeze_copy(T self, int dim) -> T", "(randn(1, 3, 1), 0)", overload="dim")
copy_of("squeeze_copy(T self, int[] dim) -> T", "(randn(1, 3, 1), (0, 2))", overload="dims")
copy_of("t_copy(T self) -> T", "(randn(2, 3),)", "(randn(3),)")
copy_of("transpose_copy(T self, int dim0, int dim1) -> T", "(randn(2, 3, 4), 0, 2)")
copy_of("unfold_copy(T self, int dimension, int size, int step) -> T", "(randn(7), 0, 3, 2)")
copy_of("unsqueeze_copy(T self, int dim) -> T", "(randn(2, 3), 1)")
copy_of("view_copy(T self, int[] size) -> T", "(randn(2, 6), (3, 4))", "(randn(2, 6), (-1, 3))")
copy_of("view_copy(T self, dtype dtype) -> T", "(arange(4), torch.float64)", overload="dtype")
copy_of("view_as_real_copy(T self) -> T", "(randn(2, 3, dtype=torch.complex64),)")
copy_of("view_as_complex_copy(T self) -> T", "(randn(3, 2),)")
copy_of("split_copy(T self, int split_size, int dim=0) -> T[]", "(randn(5, 2), 2)")
copy_of("split_with_sizes_copy(T self, int[] split_sizes, int dim=0) -> T[]", "(randn(5, 2), [2, 3])")
copy_of("unbind_copy(T self, int dim=0) -> T[]", "(randn(3, 2), 1)")

# ---- pieces that know nothing of each other ------------------------------------------------------------------------------------
composite("unsafe_chunk(T self, int chunks, int dim=0) -> T[]", samples=["(randn(5, 2), 3)"], doc="`chunk`, whose pieces may be written in place one by one.")
composite("unsafe_split(T self, int split_size, int dim=0) -> T[]", samples=["(randn(5, 2), 2)"], doc="`split`, whose pieces may be written in place one by one.")
composite("unsafe_split_with_sizes(T self, int[] split_sizes, int dim=0) -> T[]", samples=["(randn(5, 2), [2, 3])"],
          doc="`split_with_sizes`, whose pieces may be written in place one by one.")

# ---- a copy with a part replaced -----------------------------------------------------------------------------------------------
composite("as_strided_scatter(T self, T src, int[] size, int[] stride, int? storage_offset=None) -> T", out=EXACT,
          samples=["(randn(4, 4), randn(3, 2), (3, 2), (1, 3))", "(randn(8), randn(2, 2), (2, 2), (4, 1), 1)"],
          doc="A copy whose `as_strided(size, stride, storage_offset)` holds `src`. The gradient of self is 0 there (PyTorch's is 0 elsewhere instead, which no difference quotient confirms).")
composite("diagonal_scatter(T self, T src, int offset=0, int dim1=0, int dim2=1) -> T", out=EXACT,
          samples=["(randn(3, 4), randn(3))", "(randn(2, 3, 4), randn(3, 1), -1, 0, 2)"], bench="(m, m.diagonal().detach())", doc="A copy whose diagonal holds `src`.")
composite("select_scatter(T self, T src, int dim, int index) -> T", out=EXACT, samples=["(randn(3, 4), randn(4), 0, -1)"],
          bench="(m, v, 0, 1)", doc="A copy whose index of a dimension holds `src`.")
composite("slice_scatter(T self, T src, int dim=0, int? start=None, int? end=None, int step=1) -> T", out=EXACT,
          samples=["(randn(5, 4), randn(2, 4), 0, 1, 5, 2)", "(randn(3, 4), randn(3, 2), 1, -2)"],
          bench="(m, w[:1], 0, 1, 2)", doc="A copy whose elements start, start + step, … below end of a dimension hold `src`.")
composite("fill(T self, S value) -> T", method=False, out=EXACT, samples=["(randn(2, 3), 1.5)"], doc="The tensor's shape and dtype with every element a number.")
composite("fill(T self, T value) -> T", overload="Tensor", method=False, out=EXACT, samples=["(randn(2, 3), tensor(1.5))"],
          doc="The tensor's shape and dtype with every element the value of a 0-d tensor.")

# ---- in place ------------------------------------------------------------------------------------------------------------------
composite("as_strided_(T self, int[] size, int[] stride, int? storage_offset=None) -> T", samples=["(randn(4, 4), (3, 2), (1, 2))"],
          doc="Another geometry over the same storage, in place.")
composite("swapaxes_(T self, int axis0, int axis1) -> T", function=False, samples=["(randn(2, 3), 0, 1)"], doc="`swapaxes`, in place.")
composite("swapdims_(T self, int dim0, int dim1) -> T", function=False, samples=["(randn(2, 3), 0, 1)"], doc="`swapdims`, in place.")
composite("fill_diagonal_(T self, S fill_value, bool wrap=False) -> T", function=False, samples=["(zeros(3, 4), 2.0)", "(zeros(7, 3), 1.0, True)", "(zeros(3, 3, 3), 1.0)"],
          doc="Sets the main diagonal (equal indices in all dimensions) to a number; wrap=True goes on below it in tall matrices.")

# ---- new tensors and places ----------------------------------------------------------------------------------------------------
factory("empty_permuted(int[] size, int[] physical_layout, *, options) -> T", out=False, samples=["((2, 3), (1, 0))"],
        doc="A dense uninitialised tensor whose dimensions lie in memory in the order `physical_layout`, outermost first.")
factory("range(S start, S end, S step=1, *, options) -> T", samples=["(1, 3)", "(1, 3, 0.5)"],
        doc="start, start + step, … up to and including `end`; of the default dtype unless given.")
composite("nonzero_static(T self, *, int size, int fill_value=-1) -> T", out=EXACT, samples=["(tensor([1, 0, 2]),), dict(size=3)"],
          doc="(size, dim) int64: the first `size` rows of nonzero, rows of `fill_value` when there are fewer.")
composite("unravel_index(T indices, int[] shape) -> T[]", method=False, samples=["(tensor([3, 7]), (2, 4))"],
          doc="Flat indices into a tensor of `shape` as one index tensor per dimension.")
composite("is_same_size(T self, T other) -> bool", samples=["(zeros(2), zeros(2))"], doc="Whether both have the same shape.")
composite("float_power_(T self, T|S exponent) -> T", function=False, samples=["(rand(3, dtype=torch.float64) + 0.5, 2.0)"], doc="`float_power`, in place; self must be float64 (or complex128).")
composite("is_distributed(T self) -> bool", samples=["(zeros(2),)"], doc="Always False: no tensor is spread over devices.")
composite("resize(T self, int[] size) -> T", function=False, varargs="size", samples=["(randn(2, 3), (3, 2))"], doc="`contiguous().view(size)`, with a warning: deprecated.")
composite("resize_as(T self, T the_template) -> T", function=False, samples=["(randn(2, 3), zeros(3, 2))"], doc="`resize(the_template.size())`: deprecated.")
