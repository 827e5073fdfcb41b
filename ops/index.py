"""Reading and writing elements by index: every value index is checked, and writes are accumulated in the order of the index."""

# ---- along one dimension -------------------------------------------------------------------------------------------------------
op("index_select(T self, int dim, T index) -> T", complex=True, out="index_select(): self and result must have the same scalar type", out_apart=True, meta="meta::index_select(self, dim, index)", grad="index_select_backward(grad, self.sizes(), dim, index)",
   samples=["(randn(4, 3), 0, tensor([2, 0, 2]))", "(randn(4, 3), -1, tensor([1]))"], ref="lambda x, d, i: np.take(x, i, axis=d)",
   bench="(m, 0, ir)", doc="The entries `index` (a vector of int64 or int32) of one dimension. IndexError when an index is out of range.")
inplace("index_add_(T self, int dim, T index, T source, *, S alpha=1) -> T", complex=True, functional=True, out="Expected out tensor to have dtype", check="meta::index_add(self, dim, index, source)",
        grad={"self": "grad", "source": "index_add_backward(grad, source.sizes(), dim, index, alpha)"},
        samples=["(randn(4, 3), 0, tensor([2, 0, 2]), randn(3, 3))", "(randn(4, 3), 1, tensor([1]), randn(4, 1)), dict(alpha=2)"],
        bench="(m, 0, ir, w)", doc="Adds alpha times the entries of `source` to the entries `index` of a dimension; repeated indices add up.")
inplace("index_copy_(T self, int dim, T index, T source) -> T", amp="promote", complex=True, functional=True, out="Expected out tensor to have dtype", check="meta::index_copy(self, dim, index, source)",
        grad={"self": "grad.index_fill(dim, index, 0)", "source": "index_copy_backward(grad, source.sizes(), dim, index)"},
        samples=["(randn(4, 3), 0, tensor([2, 0]), randn(2, 3))"], bench="(m, 0, ir, w)", doc="Copies the entries of `source` to the entries `index` of a dimension.")
inplace("index_fill_(T self, int dim, T index, S value) -> T", complex=True, kernel="index_fill_", functional=True, check="meta::index_fill(self, dim, index)",
        grad={"self": "grad.index_fill(dim, index, 0)"}, samples=["(randn(4, 3), 0, tensor([2, 0]), 1.5)"], bench="(m, 0, ir, 0.5)", doc="Sets the entries `index` of a dimension to a number.")
composite("index_fill_(T self, int dim, T index, T value) -> T", complex=True, overload="Tensor", samples=["(randn(4, 3), 0, tensor([2, 0]), tensor(1.5))"],
          doc="Sets the entries `index` of a dimension to the value of a 0-d tensor.")
composite("index_fill(T self, int dim, T index, T value) -> T", overload="Tensor", samples=["(randn(4, 3), 0, tensor([2, 0]), tensor(1.5))"],
          doc="The tensor with the entries `index` of a dimension set to the value of a 0-d tensor.")

# ---- by tensors of indices and masks: x[i, :, mask] ----------------------------------------------------------------------------
composite("index(T self, T?[] indices) -> T", complex=True, method=False, samples=["(randn(3, 4), [tensor([2, 0])])", "(randn(3, 4), [None, tensor([1, -1])])", "(randn(3, 4), [tensor([[True, False, True, False]] * 3)])"],
          bench="m[ir]", doc="`self[indices]` with integer tensors (broadcast together), masks, and None for whole dimensions.")
op("_index(T self, T?[] indices) -> T", meta="meta::index(self, indices)", grad={"self": "index_backward(grad, self.sizes(), indices)"}, node="IndexBackward0",
   method=False, python=False, doc="index with int64 indices only.")
composite("index_put_(T self, T?[] indices, T values, bool accumulate=False) -> T", complex=True, samples=["(randn(3, 4), [tensor([2, 0])], randn(2, 4))", "(randn(3, 4), [tensor([1, 1]), tensor([0, 0])], tensor([1.0, 2.0]), True)"],
          doc="`self[indices] = values`, or `+=` with repeated indices adding up when accumulate is True.")
composite("index_put(T self, T?[] indices, T values, bool accumulate=False) -> T", complex=True, samples=["(randn(3, 4), [tensor([2, 0])], randn(2, 4))"],
          bench="(m, (ir,), w)", doc="A copy in which `indices` hold `values` (broadcast).")
inplace("_index_put_(T self, T?[] indices, T values, bool accumulate=False) -> T", node="IndexPutBackward0", method=False, python=False,
        check="meta::index_put(self, indices, values)",
        grad={"self": "index_put_backward_self(grad, indices, accumulate)", "values": "expand_backward(_index(grad, indices), values.sizes())"}, doc="index_put_ with int64 indices only.")
composite("take(T self, T index) -> T", complex=True, samples=["(randn(3, 4), tensor([0, 11, -1]))"], ref="lambda x, i: np.take(x, i)", out="take(): self and out expected to have the same dtype", out_apart=True, bench="(x, i)", doc="Elements of the flat tensor by int64 index.")
composite("put_(T self, T index, T source, bool accumulate=False) -> T", complex=True, samples=["(randn(3, 4), tensor([0, 11]), tensor([1.0, 2.0]))"], doc="Writes (or adds) elements of `source` at flat indices.")
composite("put(T self, T index, T source, bool accumulate=False) -> T", complex=True, samples=["(randn(3, 4), tensor([0, 11]), tensor([1.0, 2.0]))"], bench="(x, i, y)", doc="A copy with elements of `source` at flat indices.")
composite("take_along_dim(T self, T indices, int? dim=None) -> T", complex=True, out="Expected out tensor to have dtype", samples=["(randn(3, 4), tensor([[0], [1], [3]]), 1)", "(randn(3, 4), tensor([5, 0]))"],
          bench="(m, ic, 1)", doc="gather with broadcasting of the other dimensions; without dim both are flat.")

# ---- element by element along a dimension --------------------------------------------------------------------------------------
op("gather(T self, int dim, T index, *, bool sparse_grad=False) -> T", complex=True, out_apart=True, out="Expected out tensor to have dtype", meta="meta::gather(self, dim, index)", grad="gather_backward(grad, self.sizes(), dim, index)",
   samples=["(randn(3, 4), 1, tensor([[0, 3], [1, 1], [2, 0]]))", "(randn(3, 4), 0, tensor([[2, 0]]))"], bench="(m, 1, ic)", doc="`out[i][j] = self[i][index[i][j]]` for dim=1, and likewise for other dimensions.")
inplace("scatter_(T self, int dim, T index, T src) -> T", complex=True, overload="src", kernel="scatter_src", functional=True, out="Expected out tensor to have dtype", check="meta::scatter(self, dim, index, src)",
        grad={"self": "grad.scatter(dim, index, 0)", "src": "scatter_src_backward(grad, src.sizes(), dim, index)"},
        samples=["(randn(3, 4), 1, tensor([[0, 3], [1, 2], [2, 0]]), randn(3, 2))"], bench="(m, 1, ic, w)", doc="`self[i][index[i][j]] = src[i][j]` for dim=1, and likewise for other dimensions.")
inplace("scatter_(T self, int dim, T index, S value) -> T", complex=True, overload="value", kernel="scatter_value", functional=True, out="Expected out tensor to have dtype", check="meta::scatter(self, dim, index, Tensor())",
        grad={"self": "grad.scatter(dim, index, 0)"}, samples=["(randn(3, 4), 1, tensor([[0, 3], [1, 2], [2, 0]]), 1.5)"], bench="(m, 1, ic, 0.5)", doc="`self[i][index[i][j]] = value` for dim=1, and likewise for other dimensions.")
inplace("scatter_(T self, int dim, T index, T src, *, str reduce) -> T", complex=True, overload="reduce", kernel="scatter_reduce_src", functional=True, out="Expected out tensor to have dtype", check="meta::scatter_old_reduce(self, dim, index, src, reduce)",
        grad=NONE, samples=["(randn(3, 4), 1, tensor([[0, 3], [1, 2], [2, 0]]), randn(3, 2)), dict(reduce='add')"], doc="scatter_ that adds or multiplies ('add', 'multiply').")
inplace("scatter_(T self, int dim, T index, S value, *, str reduce) -> T", complex=True, overload="value_reduce", kernel="scatter_reduce_value", functional=True, out="Expected out tensor to have dtype",
        check="meta::scatter_old_reduce(self, dim, index, Tensor(), reduce)", grad=NONE, samples=["(randn(3, 4), 1, tensor([[0, 3], [1, 2], [2, 0]]), 2.0), dict(reduce='multiply')"],
        doc="scatter_ of a number that adds or multiplies.")
inplace("scatter_add_(T self, int dim, T index, T src) -> T", complex=True, functional=True, out="Expected out tensor to have dtype", check="meta::scatter(self, dim, index, src)",
        grad={"self": "grad", "src": "scatter_src_backward(grad, src.sizes(), dim, index)"},
        samples=["(randn(3, 4), 1, tensor([[0, 0], [1, 2], [2, 2]]), randn(3, 2))"], bench="(m, 1, ic, w)", doc="`self[i][index[i][j]] += src[i][j]` for dim=1; repeated indices add up in order.")
inplace("scatter_reduce_(T self, int dim, T index, T src, str reduce, *, bool include_self=True) -> T", complex={"samples": [0, 1, 3]}, functional=True, out="Expected out tensor to have dtype",
        check="meta::scatter_reduce(self, dim, index, src, reduce)", grad={"self, src": "scatter_reduce_backward(grad, self, dim, index, src, reduce, include_self, result)"},
        samples=["(randn(3, 4), 1, tensor([[0, 0], [1, 2], [2, 2]]), randn(3, 2), 'sum')", "(randn(3, 4), 1, tensor([[0, 0], [1, 2], [2, 2]]), randn(3, 2), 'mean'), dict(include_self=False)",
                 "(randn(3, 4), 1, tensor([[0, 0], [1, 2], [2, 2]]), randn(3, 2), 'amax')", "(randn(3, 4), 1, tensor([[0, 0], [1, 2], [2, 2]]), randn(3, 2), 'prod')"],
        bench="(m, 1, ic, w, 'amax')", doc="Reduces `src` into the places of `index`: sum, prod, mean, amax or amin, with or without what self held.")
composite("index_reduce(T self, int dim, T index, T source, str reduce, *, bool include_self=True) -> T", inplace=True, out="Expected out tensor to have dtype",
          samples=["(randn(4, 3), 0, tensor([2, 0, 2]), randn(3, 3), 'mean')", "(randn(4, 3), 1, tensor([1, 1]), randn(4, 2), 'amax'), dict(include_self=False)", "(rand(4, 3) + 0.5, 0, tensor([1, 1]), rand(2, 3) + 0.5, 'prod')"],
          bench="(m, 0, ir, w, 'amax')", doc="Reduces the entries of `source` into the entries `index` of a dimension: prod, mean, amax or amin, with or without what self held.")

# ---- masks ---------------------------------------------------------------------------------------------------------------------
op("masked_select(T self, T mask) -> T", complex=True, out="masked_select(): self and result must have the same scalar type", out_apart=True, meta="meta::masked_select(self, mask)", grad={"self": "masked_select_backward(grad, self.sizes(), mask)"},
   samples=["(randn(3, 4), tensor([[True, False, True, False]]))", "(randn(4), tensor([True, False, True, False]))"], bench="(m, bm)", doc="The elements where the mask (broadcast) is true, as a vector.")
inplace("masked_fill_(T self, T mask, S value) -> T", complex=True, kernel="masked_fill_", functional="meta::masked_copy(self, mask)", check="meta::masked_fill(self, mask, Tensor())",
        grad={"self": "grad.masked_fill(mask, 0)"}, samples=["(randn(3, 4), tensor([True, False, True, False]), -1.0)"], bench="(m, bm, 0.5)", doc="Sets the elements where the mask (broadcast) is true to a number.")
inplace("masked_fill_(T self, T mask, T value) -> T", complex=True, overload="Tensor", kernel="masked_fill_", functional="meta::masked_copy(self, mask)", check="meta::masked_fill(self, mask, value)",
        grad={"self": "grad.masked_fill(mask, 0)", "value": "where(mask, grad, 0).sum()"}, samples=["(randn(3, 4), tensor([True, False, True, False]), tensor(-1.0))"],
        doc="Sets the elements where the mask (broadcast) is true to the value of a 0-d tensor.")
inplace("masked_scatter_(T self, T mask, T source) -> T", complex=True, functional="meta::masked_copy(self, mask)", check="meta::masked_scatter(self, mask, source)",
        grad={"self": "grad.masked_fill(mask, 0)", "source": "masked_scatter_backward(grad, mask, source.sizes())"},
        samples=["(randn(3, 4), tensor([True, False, True, False]), randn(8))"], bench="(m, bm, w)", doc="Writes the elements of `source` one after the other where the mask is true.")
op("nonzero(T self) -> T", complex=True, meta="meta::nonzero(self)", grad=NONE, samples=["(tensor([[0.0, 1.0], [2.0, 0.0]]),)", "(tensor([True, False, True]),)"], ref="lambda x: np.argwhere(x)",
   bench="(bm)", doc="(n, dim) int64: the indices of elements that are not zero, in row-major order.")
composite("nonzero_numpy(T self) -> T[]", samples=["(tensor([[0.0, 1.0], [2.0, 0.0]]),)"], doc="The columns of nonzero: one index vector per dimension.")
composite("argwhere(T self) -> T", complex=True, samples=["(tensor([[0.0, 1.0], [2.0, 0.0]]),)"], ref="lambda x: np.argwhere(x)", bench="(m)", doc="nonzero, as NumPy names it.")
composite("where(T condition) -> T[]", overload="nonzero", method=False, samples=["(tensor([[0.0, 1.0], [2.0, 0.0]]),)"], doc="`nonzero(condition, as_tuple=True)`.")

# ---- counting and searching ----------------------------------------------------------------------------------------------------
op("bincount(T self, T? weights=None, int minlength=0) -> T", meta="meta::bincount(self, weights, minlength)", grad=NONE,
   samples=["(tensor([1, 3, 1]),)", "(tensor([1, 3, 1]), tensor([0.5, 1.0, 2.0]), 6)"], ref="lambda x, w=None, m=0: np.bincount(x, w, m)", bench="(q)", doc="How often (or with what weight) each value 0, 1, … occurs.")
op("histc(T self, int bins=100, S min=0, S max=0) -> T", out="torch.histogram: input tensor and hist tensor should have the same dtype, but got input and hist", meta="meta::histc(self, bins, min, max)", grad=NONE, samples=["(rand(20), 5)", "(rand(20), 4, 0, 1)"],
   bench="(x, 100, -2, 2)", doc="Counts of elements in equal bins from min to max (of the data when both are 0).")
op("searchsorted(T sorted_sequence, T input, *, bool out_int32=False, bool right=False, str? side=None, T? sorter=None) -> T", out="torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or Long(int64) depending on whether out_int32 flag is True",
   meta="meta::searchsorted(sorted_sequence, input, out_int32, right, side, sorter)", grad=NONE, samples=["(tensor([1.0, 3.0, 5.0]), tensor([[0.0, 3.0, 9.0]]))", "(tensor([1, 3, 5]), tensor([3, 4])), dict(right=True)"],
   ref="lambda s, x, right=False: np.searchsorted(s, x, 'right' if right else 'left')", bench="(sorted, x)", doc="Where each value would be inserted into the sorted last dimension.")
composite("searchsorted(T sorted_sequence, S input, *, bool out_int32=False, bool right=False, str? side=None, T? sorter=None) -> T", overload="Scalar",
          samples=["(tensor([1.0, 3.0, 5.0]), 3)"], doc="Where a number would be inserted into a sorted vector.")
composite("bucketize(T input, T boundaries, *, bool out_int32=False, bool right=False) -> T", out="torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or Long(int64) depending on whether out_int32 flag is True", samples=["(randn(5), tensor([-1.0, 0.0, 1.0]))"],
          ref="lambda x, b, right=False: np.searchsorted(b, x, 'right' if right else 'left')", bench="(x, sorted)", doc="The bucket between sorted boundaries of each value.")
composite("bucketize(S self, T boundaries, *, bool out_int32=False, bool right=False) -> T", out="torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or Long(int64) depending on whether out_int32 flag is True", overload="Scalar", samples=["(0.5, tensor([-1.0, 0.0, 1.0]))"],
          doc="The bucket between sorted boundaries of a number.")
for first, second, letters in (("T elements", "T test_elements", "Tensor_Tensor"), ("T elements", "S test_element", "Tensor_Scalar"), ("S element", "T test_elements", "Scalar_Tensor")):
    composite(f"isin({first}, {second}, *, bool assume_unique=False, bool invert=False) -> T", overload=letters, out="Expected out tensor to have dtype",
              samples=[{"Tensor_Tensor": "(tensor([1, 2, 3]), tensor([[2, 5]]))", "Tensor_Scalar": "(tensor([1, 2, 3]), 2)", "Scalar_Tensor": "(2, tensor([1, 2]))"}[letters]],
              doc="bool: whether each element is among the test elements (or is not, with invert).")
composite("_unique2(T self, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (T output, T inverse_indices, T counts)", method=False,
          samples=["(tensor([3, 1, 3]), True, True, True)"], bench="torch.unique(q)", doc="Distinct elements in order, where each element went, and how often each occurred.")
composite("unique_dim(T self, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (T output, T inverse_indices, T counts)", method=False,
          samples=["(tensor([[1, 2], [1, 2], [0, 1]]), 0, True, True, True)"], doc="Distinct slices of a dimension in lexicographic order, where each went, and how often each occurred.")
composite("_unique_consecutive(T self, bool return_inverse=False, bool return_counts=False, int? dim=None) -> (T output, T inverse_indices, T counts)", method=False,
          samples=["(tensor([1, 1, 2, 1]), True, True)"], bench="torch.unique_consecutive(q)", doc="Elements (or slices) that differ from the one before, where each went, and how long each run is.")
op("_lexicographic_order(T self) -> T", meta="meta::like_vector(self)", grad=NONE, method=False, python=False, doc="(n, m) to (n): the order that sorts the rows.")
