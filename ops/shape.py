"""Views and shapes: ops that show, cut, join or rearrange elements without computing with them."""

# ---- views: only geometry ------------------------------------------------------------------------------------------------------
view("view(T self, int[] size) -> T", geom="geom::view(self, size)", grad="grad.reshape(self.sizes())", varargs="size",
     samples=["(randn(2, 6), (3, 4))", "(randn(2, 6), (-1, 3))", "(randn(2, 0), (0, 5))"], ref="lambda x, size: x.reshape(size)",
     bench="x.view(r, c)", doc="The same elements seen with another shape; one size may be -1. Raises RuntimeError when that needs a copy: use reshape.")
composite("view(T self, dtype dtype) -> T", overload="dtype", function=False,
          samples=["(arange(4, dtype=torch.float32), torch.int32)", "(zeros(2, 4), torch.uint8)"],
          doc="The same bytes read as another dtype; the last dimension grows or shrinks when element sizes differ.")
composite("reshape(T self, int[] shape) -> T", complex=True, varargs="shape", samples=["(randn(2, 6), (3, 4))", "(randn(2, 3, 4).transpose(0, 2), (-1,))"],
          ref="lambda x, shape: x.reshape(shape)", bench="(t, (n,))", doc="The elements in order with another shape; a view when possible, a copy otherwise.")
composite("view_as(T self, T other) -> T", function=False, samples=["(randn(2, 6), zeros(3, 4))"], ref="lambda x, o: x.reshape(o.shape)",
          doc="`self.view(other.size())`.")
composite("reshape_as(T self, T other) -> T", function=False, samples=["(randn(2, 6), zeros(3, 4))"], ref="lambda x, o: x.reshape(o.shape)",
          doc="`self.reshape(other.size())`.")
view("expand(T self, int[] size, *, bool implicit=False) -> T", complex=True, geom="geom::expand(self, size)", grad="expand_backward(grad, self.sizes())", function=False,
     varargs="size", samples=["(randn(3, 1), (3, 4))", "(randn(3), (2, -1))"], bench="(v, (r, c))", doc="Dimensions of size 1 repeated without copying; -1 keeps a size.")
composite("expand_as(T self, T other) -> T", function=False, samples=["(randn(3, 1), zeros(3, 4))"], ref="lambda x, o: np.broadcast_to(x, o.shape)",
          doc="`self.expand(other.size())`.")
composite("broadcast_to(T self, int[] size) -> T", varargs="size", samples=["(randn(3, 1), (2, 3, 4))"], ref="lambda x, size: np.broadcast_to(x, size)",
          bench="(v, (r, c))", doc="`self.expand(size)`, as NumPy names it.")
composite("broadcast_tensors(T[] tensors) -> T[]", varargs="tensors", samples=["([randn(3, 1), randn(4)],)"],
          doc="All tensors expanded to their common shape.")
view("permute(T self, int[] dims) -> T", complex=True, geom="geom::permute(self, dims)", grad="permute_backward(grad, dims)", varargs="dims",
     samples=["(randn(2, 3, 4), (2, 0, 1))", "(randn(2, 3), (-1, 0))"], ref="lambda x, dims: np.transpose(x, dims)",
     bench="(m, (1, 0))", doc="The dimensions in another order.")
view("transpose(T self, int dim0, int dim1) -> T", complex=True, geom="geom::transpose(self, dim0, dim1)", grad="grad.transpose(dim0, dim1)", aliases=("swapdims",),
     samples=["(randn(2, 3, 4), 0, 2)", "(randn(2, 3), -1, 0)"], ref="lambda x, a, b: np.swapaxes(x, a, b)",
     bench="(m, 0, 1)", doc="Two dimensions swapped.")
composite("swapaxes(T self, int axis0, int axis1) -> T", samples=["(randn(2, 3, 4), 0, 2)"], ref="lambda x, a, b: np.swapaxes(x, a, b)",
          doc="Two dimensions swapped: transpose, as NumPy names it.")
view("t(T self) -> T", geom="geom::t(self)", grad="grad.t()", samples=["(randn(2, 3),)", "(randn(3),)"], ref="lambda x: x.T",
     bench="(m)", doc="The transpose of a matrix; vectors and 0-d tensors as they are.")
composite("mT(T self) -> T", function=False, python=False, doc="The last two dimensions swapped.")
composite("mH(T self) -> T", function=False, python=False, doc="The last two dimensions swapped and conjugated.")
composite("numpy_T(T self) -> T", function=False, python=False, doc="All dimensions in reverse order.")
composite("adjoint(T self) -> T", samples=["(randn(2, 3),)"], doc="The last two dimensions swapped and conjugated.")
composite("movedim(T self, int source, int destination) -> T", complex=True, overload="int", aliases=("moveaxis",), samples=["(randn(2, 3, 4), 0, -1)"],
          ref="lambda x, a, b: np.moveaxis(x, a, b)", bench="(m, 0, 1)", doc="One dimension moved to another place, the others keep their order.")
composite("movedim(T self, int[] source, int[] destination) -> T", complex=True, aliases=("moveaxis",), samples=["(randn(2, 3, 4), (0, 1), (-1, 0))"],
          ref="lambda x, a, b: np.moveaxis(x, a, b)", doc="Dimensions moved to other places, the others keep their order.")
view("squeeze(T self) -> T", complex=True, geom="geom::squeeze(self)", grad="grad.reshape(self.sizes())", samples=["(randn(1, 3, 1),)"], ref="lambda x: np.squeeze(x)",
     bench="(m)", doc="Without the dimensions of size 1.")
view("squeeze(T self, int dim) -> T", complex=True, overload="dim", geom="geom::squeeze(self, dim)", grad="grad.reshape(self.sizes())",
     samples=["(randn(1, 3, 1), 0)", "(randn(1, 3, 1), 1)"], doc="Without dimension `dim`, if its size is 1.")
view("squeeze(T self, int[] dim) -> T", complex=True, overload="dims", geom="geom::squeeze(self, dim)", grad="grad.reshape(self.sizes())",
     samples=["(randn(1, 3, 1), (0, 2))"], doc="Without those of the dimensions `dim` whose size is 1.")
view("unsqueeze(T self, int dim) -> T", complex=True, geom="geom::unsqueeze(self, dim)", grad="grad.reshape(self.sizes())",
     samples=["(randn(2, 3), 1)", "(randn(2, 3), -1)"], ref="lambda x, d: np.expand_dims(x, d)", bench="(m, 1)", doc="With a new dimension of size 1 at `dim`.")
view("select(T self, int dim, int index) -> T", complex=True, geom="geom::select(self, dim, index)", grad="select_backward(grad, self.sizes(), dim, index)",
     samples=["(randn(3, 4), 0, -1)", "(randn(3, 4), 1, 2)"], ref="lambda x, d, i: np.take(x, i, axis=d)",
     bench="(m, 1, 1)", doc="One index of a dimension, which disappears. IndexError out of range.")
view("slice(T self, int dim=0, int? start=None, int? end=None, int step=1) -> T", complex=True, geom="geom::slice(self, dim, start, end, step)",
     grad="slice_backward(grad, self.sizes(), dim, start, end, step)", python=False,
     bench="m[:, 1:3]", doc="The elements start, start + step, … below end of one dimension.")
composite("narrow(T self, int dim, int start, int length) -> T", complex=True, samples=["(randn(3, 4), 1, 1, 2)", "(randn(3, 4), 0, -2, 1)"],
          bench="(m, 1, 1, 2)", doc="`length` elements of a dimension from `start`.")
composite("narrow(T self, int dim, T start, int length) -> T", complex=True, overload="Tensor", samples=["(randn(3, 4), 1, tensor(1), 2)"], doc="`length` elements of a dimension from the 0-d integer tensor `start`.")
view("diagonal(T self, int offset=0, int dim1=0, int dim2=1) -> T", complex=True, geom="geom::diagonal(self, offset, dim1, dim2)",
     grad="diagonal_backward(grad, self.sizes(), offset, dim1, dim2)", samples=["(randn(3, 4),)", "(randn(3, 4), 1)", "(randn(2, 3, 4), -1, 0, 2)"],
     ref="lambda x, offset=0, dim1=0, dim2=1: np.diagonal(x, offset, dim1, dim2)", bench="(m)", doc="The diagonal of two dimensions, as the last dimension.")
view("_as_strided(T self, int[] size, int[] stride, int? storage_offset, int[] base_size, int[] base_stride, int base_offset) -> T", method=False,
     geom="geom::as_strided(self, size, stride, storage_offset)", node="AsStridedBackward0",
     grad="strided_backward(grad, base_size, base_stride, size, stride, storage_offset.value_or(base_offset) - base_offset)",
     python=False, doc="as_strided, told the geometry of its input so that its gradient need not keep it.")
composite("as_strided(T self, int[] size, int[] stride, int? storage_offset=None) -> T",
          samples=["(randn(4, 4), (3, 2), (1, 2))", "(randn(8), (3, 3), (2, 1), 1)"],
          bench="(m, (c, r), (1, c))", doc="Any geometry over the tensor's storage; elements may repeat. Raises RuntimeError when it does not lie inside.")
view("unfold(T self, int dimension, int size, int step) -> T", complex=True, geom="geom::unfold(self, dimension, size, step)", function=False,
     grad="unfold_backward(grad, self.sizes(), dimension, size, step)", samples=["(randn(7), 0, 3, 2)", "(randn(3, 8), 1, 3, 1)"],
     bench="(m, 1, 2, 1)", doc="Windows of `size` along a dimension, `step` apart, as a new last dimension.")
view("detach(T self) -> T", geom="geom::same(self)", grad=NONE, bench="(x)", doc="The same memory without history: a new leaf that requires no gradient.")
composite("detach_(T self) -> T", samples=["(randn(3),)"], doc="Cuts the tensor from its history, in place.")

# ---- views in place: the tensor itself gets another geometry -------------------------------------------------------------------
composite("t_(T self) -> T", function=False, samples=["(randn(2, 3),)"], doc="`t`, in place.")
composite("transpose_(T self, int dim0, int dim1) -> T", function=False, samples=["(randn(2, 3), 0, 1)"], doc="`transpose`, in place.")
composite("squeeze_(T self) -> T", function=False, samples=["(randn(2, 1),)"], doc="`squeeze`, in place.")
composite("squeeze_(T self, int dim) -> T", overload="dim", function=False, samples=["(randn(2, 1), 1)"], doc="`squeeze`, in place.")
composite("squeeze_(T self, int[] dim) -> T", overload="dims", function=False, samples=["(randn(2, 1), (1,))"], doc="`squeeze`, in place.")
composite("unsqueeze_(T self, int dim) -> T", function=False, samples=["(randn(2, 1), 0)"], doc="`unsqueeze`, in place.")
composite("resize_(T self, int[] size, *, memory_format? memory_format=None) -> T", varargs="size", function=False, samples=["(zeros(4), (2, 2))"],
          doc="Another shape for the same storage, which grows when it must; new elements are not initialised.")
composite("resize_as_(T self, T the_template) -> T", samples=["(zeros(4), zeros(2, 2))"], doc="`self.resize_(the_template.size())`.")

# ---- lists of views ------------------------------------------------------------------------------------------------------------
composite("split(T self, int split_size, int dim=0) -> T[]", complex=True, samples=["(randn(5, 2), 2)", "(randn(2, 4), 4, 1)"],
          bench="(m, max(1, r // 4), 0)", doc="Pieces of `split_size` along a dimension; the last may be smaller.")
composite("split(T self, int[] split_size, int dim=0) -> T[]", complex=True, overload="sizes", samples=["(randn(5, 2), [2, 3])"],
          doc="Pieces of the given sizes along a dimension.")
composite("split_with_sizes(T self, int[] split_sizes, int dim=0) -> T[]", samples=["(randn(5, 2), [2, 3])"], doc="Pieces of the given sizes along a dimension.")
composite("tensor_split(T self, int sections, int dim=0) -> T[]", overload="sections", samples=["(randn(7, 2), 3)"],
          bench="(m, 4, 1)", doc="`sections` pieces whose sizes differ by one at most.")
composite("tensor_split(T self, int[] indices, int dim=0) -> T[]", samples=["(randn(7, 2), [2, 4])"], doc="Pieces cut before the given indices.")
composite("tensor_split(T self, T tensor_indices_or_sections, int dim=0) -> T[]", overload="tensor", samples=["(randn(7, 2), tensor([2, 4]))"],
          doc="As with ints or a list, read from a 0-d or 1-d int64 tensor.")
composite("chunk(T self, int chunks, int dim=0) -> T[]", complex=True, samples=["(randn(5, 2), 3)", "(randn(2, 4), 2, 1)"], bench="(m, 4, 1)", doc="At most `chunks` pieces of equal size; the last may be smaller.")
composite("unbind(T self, int dim=0) -> T[]", complex=True, samples=["(randn(3, 2),)", "(randn(3, 2), 1)"], doc="Every index of a dimension as a tensor of its own.")
composite("hsplit(T self, int sections) -> T[]", overload="int", samples=["(randn(2, 4), 2)"], doc="tensor_split along columns (dimension 0 of a vector) into equal parts.")
composite("hsplit(T self, int[] indices) -> T[]", samples=["(randn(2, 4), [1, 3])"], doc="tensor_split along columns (dimension 0 of a vector).")
composite("vsplit(T self, int sections) -> T[]", overload="int", samples=["(randn(4, 2), 2)"], doc="tensor_split along rows into equal parts.")
composite("vsplit(T self, int[] indices) -> T[]", samples=["(randn(4, 2), [1])"], doc="tensor_split along rows.")
composite("dsplit(T self, int sections) -> T[]", overload="int", samples=["(randn(2, 2, 4), 2)"], doc="tensor_split along the third dimension into equal parts.")
composite("dsplit(T self, int[] indices) -> T[]", samples=["(randn(2, 2, 4), [1])"], doc="tensor_split along the third dimension.")
composite("meshgrid(T[] tensors, *, str? indexing=None) -> T[]", varargs="tensors", samples=["([arange(3), arange(2)],)", "([arange(3), arange(2)],)"],
          bench="(v, h)", doc="Coordinates of a grid from vectors, each expanded to the grid's shape; indexing 'ij' or 'xy'.")

# ---- shapes of one tensor ------------------------------------------------------------------------------------------------------
composite("flatten(T self, int start_dim=0, int end_dim=-1) -> T", complex=True, samples=["(randn(2, 3, 4),)", "(randn(2, 3, 4), 1)", "(randn(2, 3, 4), 0, 1)"],
          bench="(m)", doc="The dimensions start_dim … end_dim as one.")
composite("unflatten(T self, int dim, int[] sizes) -> T", samples=["(randn(2, 6), 1, (2, -1))"], doc="One dimension as several.")
composite("ravel(T self) -> T", samples=["(randn(2, 3),)"], ref="lambda x: x.ravel()", bench="(t)", doc="All elements as one dimension.")
composite("atleast_1d(T self) -> T", method=False, samples=["(tensor(1.0),)", "(randn(2),)"], ref="lambda x: np.atleast_1d(x)", doc="0-d becomes (1,).")
composite("atleast_1d(T[] tensors) -> T[]", overload="sequence", varargs="tensors", doc="atleast_1d of each.")
composite("atleast_2d(T self) -> T", method=False, samples=["(tensor(1.0),)", "(randn(2),)"], ref="lambda x: np.atleast_2d(x)", bench="(x)", doc="Vectors become rows.")
composite("atleast_2d(T[] tensors) -> T[]", overload="sequence", varargs="tensors", doc="atleast_2d of each.")
composite("atleast_3d(T self) -> T", method=False, samples=["(tensor(1.0),)", "(randn(2),)", "(randn(2, 3),)"], ref="lambda x: np.atleast_3d(x)", doc="At least three dimensions, as NumPy adds them.")
composite("atleast_3d(T[] tensors) -> T[]", overload="sequence", varargs="tensors", doc="atleast_3d of each.")

# ---- copies --------------------------------------------------------------------------------------------------------------------
op("clone(T self, *, memory_format? memory_format=None) -> T", complex=True, meta="meta::clone(self, memory_format)", grad="grad", out=False,
   samples=["(randn(2, 3),)", "(randn(2, 3, 4).transpose(0, 1),)"], ref="lambda x: x.copy()", bench="(x)", doc="A copy; dense layouts are kept unless memory_format says otherwise.")
op("_to_copy(T self, *, dtype? dtype=None, memory_format? memory_format=None) -> T", complex=True, meta="meta::to_copy(self, dtype, memory_format)",
   grad="copy_backward(grad, self.sizes(), self.dtype())", node="ToCopyBackward0", method=False, bench="x.to(torch.float64)", doc="A copy in another dtype.")
inplace("copy_(T self, T src, bool non_blocking=False) -> T", complex=True, grad={"src": "copy_backward(grad, src.sizes(), src.dtype())"}, node="CopyBackwards",
        function=False, check="meta::copy_(self, src)", samples=["(zeros(2, 3), randn(2, 3))", "(zeros(2, 3), randn(3))", "(zeros(2, 3, dtype=torch.int64), randn(2, 1))"],
        doc="Overwrites the elements with `src`, broadcast and converted.")
inplace("fill_(T self, S value) -> T", complex=True, grad=ZERO, expanded=True, samples=["(zeros(2, 3), 1.5)"], doc="Sets every element to a number.")
inplace("fill_(T self, T value) -> T", complex=True, overload="Tensor", kernel="fill_", expanded=True, grad={"value": "grad.sum()"}, check="meta::fill_(value)",
        samples=["(zeros(2, 3), tensor(1.5))"], doc="Sets every element to the value of a 0-d tensor.")
inplace("zero_(T self) -> T", grad=ZERO, expanded=True, samples=["(randn(2, 3),)"], doc="Sets every element to zero.")

# ---- joining -------------------------------------------------------------------------------------------------------------------
op("cat(T[] tensors, int dim=0) -> T", amp="promote", complex=True, out_apart=True, out="castable TypeError: torch.cat(): input types can't be cast to the desired output type", meta="meta::cat(tensors, dim)", grad={"tensors": "cat_backward(grad, tensors.sizes(), tensors.dtype(), dim)"},
   aliases=("concat", "concatenate"), samples=["([randn(2, 3), randn(4, 3)],)", "([randn(2, 3), randn(2, 1)], 1)", "([randn(2, 3), arange(3).reshape(1, 3)], -2)"],
   ref="lambda xs, dim=0: np.concatenate(xs, dim)", bench="((m, w), 1)", doc="The tensors one after the other along a dimension; dtypes are promoted.")
op("stack(T[] tensors, int dim=0) -> T", amp="promote", complex=True, out="castable TypeError: torch.cat(): input types can't be cast to the desired output type", meta="meta::stack(tensors, dim)", grad={"tensors": "stack_backward(grad, tensors.dtype(), dim)"},
   samples=["([randn(2, 3), randn(2, 3)],)", "([randn(2, 3), randn(2, 3)], -1)"], ref="lambda xs, dim=0: np.stack(xs, dim)",
   bench="((m, w), 1)", doc="Tensors of one shape along a new dimension.")
composite("hstack(T[] tensors) -> T", complex=True, samples=["([randn(2, 3), randn(2, 1)],)", "([randn(2), randn(3)],)"], ref="lambda xs: np.hstack(xs)", out="castable TypeError: torch.cat(): input types can't be cast to the desired output type", bench="((m, w))", doc="cat along columns (dimension 0 of vectors).")
composite("vstack(T[] tensors) -> T", complex=True, aliases=("row_stack",), samples=["([randn(2, 3), randn(1, 3)],)", "([randn(3), randn(3)],)"], ref="lambda xs: np.vstack(xs)", out="castable TypeError: torch.cat(): input types can't be cast to the desired output type", bench="((m, w))", doc="cat along rows; vectors are rows.")
composite("dstack(T[] tensors) -> T", samples=["([randn(2, 3), randn(2, 3)],)"], ref="lambda xs: np.dstack(xs)", out="castable TypeError: torch.cat(): input types can't be cast to the desired output type", doc="cat along the third dimension.")
composite("column_stack(T[] tensors) -> T", samples=["([randn(2), randn(2, 3)],)"], ref="lambda xs: np.column_stack(xs)", out="castable TypeError: torch.cat(): input types can't be cast to the desired output type", doc="cat along columns; vectors are columns.")
composite("block_diag(T[] tensors) -> T", complex=True, varargs="tensors", samples=["([randn(2, 3), randn(1, 1), randn(2)],)"], bench="(m, w)", doc="A matrix with the given matrices on its diagonal and zeros elsewhere.")

# ---- rearranging ---------------------------------------------------------------------------------------------------------------
op("flip(T self, int[] dims) -> T", complex=True, meta="meta::flip(self, dims)", grad="grad.flip(dims)", varargs="dims", samples=["(randn(3, 4), (0,))", "(randn(3, 4), (0, 1))"],
   ref="lambda x, dims: np.flip(x, dims)", bench="(m, (1,))", doc="The order of elements along the dimensions reversed; a copy.")
composite("fliplr(T self) -> T", samples=["(randn(3, 4),)"], ref="lambda x: np.fliplr(x)", bench="(m)", doc="flip along dimension 1.")
composite("flipud(T self) -> T", samples=["(randn(3, 4),)"], ref="lambda x: np.flipud(x)", bench="(m)", doc="flip along dimension 0.")
op("roll(T self, int[] shifts, int[] dims=[]) -> T", complex=True, meta="meta::roll(self, shifts, dims)", grad="roll_backward(grad, shifts, dims)", out=False, samples=["(randn(3, 4), 1)", "(randn(3, 4), (1, -1), (0, 1))"],
   bench="(m, (1,), (1,))", doc="Elements moved along dimensions, those that fall off come back at the other end; without dims the flat tensor is rolled.")
composite("rot90(T self, int k=1, int[] dims=[0, 1]) -> T", complex=True, samples=["(randn(2, 3),)", "(randn(2, 3, 4), 2, (1, 2))"], ref="lambda x, k=1, dims=(0, 1): np.rot90(x, k, dims)",
          bench="(m)", doc="Rotated k times by 90 degrees in the plane of two dimensions.")
composite("repeat(T self, int[] repeats) -> T", complex=True, function=False, varargs="repeats", samples=["(randn(2, 3), (2, 1))", "(randn(3), (2, 2))"], ref="lambda x, r: np.tile(x, r)",
          bench="(m, 2, 1)", doc="The whole tensor repeated along each dimension; a copy.")
composite("tile(T self, int[] dims) -> T", complex=True, varargs="dims", samples=["(randn(2, 3), (2,))", "(randn(3), (2, 2))"], ref="lambda x, r: np.tile(x, r)", bench="(m, (2, 1))", doc="repeat, as NumPy names and aligns it.")
op("_repeat_index(T repeats, int? output_size=None) -> T", meta="meta::repeat_index(repeats, output_size)", grad=NONE, python=False, doc="Index i, repeats[i] times.")
composite("repeat_interleave(T repeats, *, int? output_size=None) -> T", complex=True, overload="Tensor", method=False, samples=["(tensor([1, 0, 2]),)"], doc="Index i, repeats[i] times.")
composite("repeat_interleave(T self, T repeats, int? dim=None, *, int? output_size=None) -> T", complex=True, overload="self_Tensor", samples=["(randn(3, 2), tensor([1, 0, 2]), 0)"],
          ref="lambda x, r, dim=None: np.repeat(x, r, dim)", doc="Each element along a dimension repeated as often as `repeats` says.")
composite("repeat_interleave(T self, int repeats, int? dim=None, *, int? output_size=None) -> T", complex=True, overload="self_int", samples=["(randn(3, 2), 2)", "(randn(3, 2), 2, 1)"],
          ref="lambda x, r, dim=None: np.repeat(x, r, dim)", bench="(m, 2, 1)", doc="Each element along a dimension repeated.")
op("tril(T self, int diagonal=0) -> T", complex=True, out="Expected out tensor to have dtype", meta="meta::triangle(self, \"tril\")", grad="grad.tril(diagonal)", inplace=True, samples=["(randn(3, 4),)", "(randn(2, 3, 3), -1)"],
   ref="lambda x, d=0: np.tril(x, d)", bench="(m)", doc="The lower triangle of matrices (up to a diagonal), zeros above it.")
op("triu(T self, int diagonal=0) -> T", complex=True, out="Expected out tensor to have dtype", meta="meta::triangle(self, \"triu\")", grad="grad.triu(diagonal)", inplace=True, samples=["(randn(3, 4),)", "(randn(2, 3, 3), 1)"],
   ref="lambda x, d=0: np.triu(x, d)", bench="(m)", doc="The upper triangle of matrices (from a diagonal), zeros below it.")
composite("diag(T self, int diagonal=0) -> T", complex=True, out="Expected out tensor to have dtype", samples=["(randn(3),)", "(randn(3, 4), 1)"], ref="lambda x, d=0: np.diag(x, d)",
          bench="(m)", doc="The diagonal of a matrix (a copy), or the matrix with a vector on its diagonal.")
composite("diag_embed(T self, int offset=0, int dim1=-2, int dim2=-1) -> T", complex=True, samples=["(randn(2, 3),)", "(randn(2, 3), 1, 0, 2)"], bench="(m[:, :8])", doc="Matrices with the last dimension on their diagonals.")
composite("diagflat(T self, int offset=0) -> T", complex=True, samples=["(randn(2, 2),)"], ref="lambda x, o=0: np.diagflat(x, o)", doc="A matrix with all elements on its diagonal.")
composite("kron(T self, T other) -> T", complex=True, samples=["(randn(2, 3), randn(2, 2))", "(randn(2), randn(3))"], ref="lambda a, b: np.kron(a, b)", out=True, bench="(s[:8, :8], m)", doc="The Kronecker product.")
composite("cartesian_prod(T[] tensors) -> T", complex=True, varargs="tensors", samples=["([arange(2), arange(3)],)"], bench="(v, h)", doc="All combinations of the vectors' elements, one per row.")
composite("combinations(T self, int r=2, bool with_replacement=False) -> T", complex=True, method=False, samples=["(arange(4),)", "(arange(3), 2, True)"], doc="All choices of r elements of a vector, one per row.")
composite("vander(T x, int? N=None, bool increasing=False) -> T", complex=True, samples=["(randn(4),)", "(randn(4), 3, True)"], ref="lambda x, N=None, increasing=False: np.vander(x, N, increasing)",
          bench="(h.detach())", doc="Powers of a vector's elements as columns.")

# ---- padding and pixels --------------------------------------------------------------------------------------------------------
composite("nn.functional.pad(T input, int[] pad, str mode='constant', float? value=None) -> T", complex=True,
          samples=["(randn(1, 2, 4, 4), (1, 2))", "(randn(1, 2, 4, 4), (1, -1, 0, 2), 'constant', 2.0)", "(randn(1, 2, 5), (2, 1), 'reflect')",
                   "(randn(1, 2, 4, 4), (1, 1, 2, 0), 'replicate')", "(randn(1, 2, 4, 4), (1, 1, 2, 0), 'circular')"],
          bench="(m, (1, 1))", doc="Dimensions made longer (or shorter, by negative numbers) from the last one on: pad = (left, right, top, bottom, …); mode constant, reflect, replicate or circular.")
op("constant_pad_nd(T self, int[] pad, S value=0) -> T", complex=True, meta="meta::constant_pad(self, pad)", grad="constant_pad_backward(grad, pad)", method=False,
   samples=["(randn(2, 3), (1, 2))", "(randn(2, 4), (-1, 2, 1, 0), 1.5)"], doc="Dimensions made longer with a number (or shorter, by negative numbers) from the last one on.")
composite("nn.functional.pixel_shuffle(T input, int upscale_factor) -> T", samples=["(randn(1, 8, 2, 3), 2)"], bench="(image4, 2)", doc="(*, C r², H, W) to (*, C, H r, W r).")
composite("nn.functional.pixel_unshuffle(T input, int downscale_factor) -> T", samples=["(randn(1, 2, 4, 6), 2)"], doc="(*, C, H r, W r) to (*, C r², H, W).")
composite("pixel_shuffle(T self, int upscale_factor) -> T", method=False, samples=["(randn(1, 8, 2, 3), 2)"], doc="(*, C r², H, W) to (*, C, H r, W r).")
composite("pixel_unshuffle(T self, int downscale_factor) -> T", method=False, samples=["(randn(1, 2, 4, 6), 2)"], doc="(*, C, H r, W r) to (*, C r², H, W).")
composite("channel_shuffle(T self, int groups) -> T", method=False, samples=["(randn(1, 4, 2), 2)"], doc="Channels dealt out to groups like cards.")
composite("nn.functional.channel_shuffle(T input, int groups) -> T", samples=["(randn(1, 4, 2), 2)"], bench="(image4, 2)", doc="Channels dealt out to groups like cards.")
