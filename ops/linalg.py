"""Matrix products and what is built of them."""

op("mm(T self, T mat2) -> T", amp="lower", complex=True, out="Expected out tensor to have dtype", meta="meta::mm(self, mat2)", grad={"self": "mm(grad, conj(mat2.t()))", "mat2": "mm(conj(self.t()), grad)"},
   samples=["(randn(3, 4), randn(4, 5))", "(randn(4, 3).t(), randn(5, 4).t())", "(randint(0, 9, (2, 3)), randint(0, 9, (3, 2)))"], ref="lambda a, b: a @ b",
   bench="(s, s2)", doc="(n, k) times (k, m) to (n, m).")
op("addmm(T self, T mat1, T mat2, *, S beta=1, S alpha=1) -> T", amp="lower", complex=True, out="Expected out tensor to have dtype", meta="meta::addmm(self, mat1, mat2)", inplace=True,
   grad={"self": "scaled(grad, beta.conj())", "mat1": "scaled(mm(grad, conj(mat2.t())), alpha.conj())", "mat2": "scaled(mm(conj(mat1.t()), grad), alpha.conj())"},
   samples=["(randn(5), randn(3, 4), randn(4, 5))", "(randn(3, 5), randn(3, 4), randn(4, 5)), dict(beta=0.5, alpha=2.0)"],
   ref="lambda c, a, b, beta=1, alpha=1: beta * c + alpha * (a @ b)", bench="(s, s, s2)", doc="`beta * self + alpha * (mat1 @ mat2)`; with beta 0, self is not read.")
op("bmm(T self, T mat2) -> T", amp="lower", complex=True, out="Expected out tensor to have dtype", meta="meta::bmm(self, mat2)", grad={"self": "bmm(grad, conj(mat2.transpose(1, 2)))", "mat2": "bmm(conj(self.transpose(1, 2)), grad)"},
   samples=["(randn(2, 3, 4), randn(2, 4, 5))", "(randn(2, 4, 3).transpose(1, 2), randn(2, 4, 5))"], ref="lambda a, b: a @ b", bench="(a, a2)", doc="A batch of matrix products: (b, n, k) times (b, k, m).")
op("baddbmm(T self, T batch1, T batch2, *, S beta=1, S alpha=1) -> T", amp="lower", complex=True, out="Expected out tensor to have dtype", meta="meta::baddbmm(self, batch1, batch2)", inplace=True,
   grad={"self": "scaled(grad, beta.conj())", "batch1": "scaled(bmm(grad, conj(batch2.transpose(1, 2))), alpha.conj())", "batch2": "scaled(bmm(conj(batch1.transpose(1, 2)), grad), alpha.conj())"},
   samples=["(randn(2, 3, 5), randn(2, 3, 4), randn(2, 4, 5))", "(randn(5), randn(2, 3, 4), randn(2, 4, 5)), dict(beta=0.5, alpha=2.0)"],
   ref="lambda c, a, b, beta=1, alpha=1: beta * c + alpha * (a @ b)", bench="(a, a, a2)", doc="`beta * self + alpha * (batch1 @ batch2)` for batches.")
composite("addbmm(T self, T batch1, T batch2, *, S beta=1, S alpha=1) -> T", amp="lower", complex=True, inplace=True, out=True, samples=["(randn(3, 5), randn(2, 3, 4), randn(2, 4, 5))"],
          ref="lambda c, a, b: c + (a @ b).sum(0)", bench="(a[0], a, a2)", doc="`beta * self + alpha * sum over the batch of batch1 @ batch2`.")
op("mv(T self, T vec) -> T", complex=True, out="addmv input tensors must have the same dtype", meta="meta::mv(self, vec)", grad={"self": "outer(grad, conj(vec))", "vec": "mv(conj(self.t()), grad)"}, samples=["(randn(3, 4), randn(4))"], ref="lambda a, b: a @ b",
   bench="(m, v)", doc="(n, k) times (k) to (n).")
composite("addmv(T self, T mat, T vec, *, S beta=1, S alpha=1) -> T", complex=True, inplace=True, out="addmv input tensors must have the same dtype", samples=["(randn(3), randn(3, 4), randn(4))", "(randn(3), randn(3, 4), randn(4)), dict(beta=0.5, alpha=2.0)"],
          ref="lambda c, a, b, beta=1, alpha=1: beta * c + alpha * (a @ b)", bench="(h, m, v)", doc="`beta * self + alpha * (mat @ vec)`.")
op("dot(T self, T tensor) -> T", complex=True, out="result dtype does not match input dtype", meta="meta::dot(self, tensor)", grad={"self": "mul(grad, conj(tensor))", "tensor": "mul(grad, conj(self))"}, samples=["(randn(4), randn(4))"], ref="lambda a, b: a @ b", bench="(x, y)", doc="The sum of products of two vectors.")
composite("vdot(T self, T other) -> T", complex=True, samples=["(randn(4), randn(4))"], ref="lambda a, b: np.vdot(a, b)", out=True, doc="dot of self's conjugate and other.")
composite("inner(T self, T other) -> T", complex=True, samples=["(randn(4), randn(4))", "(randn(2, 4), randn(3, 4))"], ref="lambda a, b: np.inner(a, b)", out=True, bench="(s, s2)", doc="Sums of products over the last dimensions.")
composite("outer(T self, T vec2) -> T", complex=True, aliases=("ger",), samples=["(randn(3), randn(4))"], ref="lambda a, b: np.outer(a, b)", out=True, bench="(h, v)", doc="All products of two vectors' elements, (n, m).")
op("_addr(T self, T vec1, T vec2, S alpha) -> T", meta="Meta({vec1.numel(), vec2.numel()}, self.dtype())", method=False, node="AddrBackward0", samples=["(randn(3, 4), randn(3), randn(4), 2.0)", "(randn(4), randn(3), randn(4), 0.5)"],
   grad={"self": "grad", "vec1": "mul(mv(grad, vec2), alpha)", "vec2": "mul(mv(grad.t(), vec1), alpha)"}, doc="`self + alpha * outer(vec1, vec2)` of floating tensors of one dtype.")
composite("addr(T self, T vec1, T vec2, *, S beta=1, S alpha=1) -> T", complex=True, inplace=True, samples=["(randn(3, 4), randn(3), randn(4))"], ref="lambda c, a, b: c + np.outer(a, b)", out=True, bench="(m, h, v)", doc="`beta * self + alpha * outer(vec1, vec2)`.")
op("_matmul(T self, T other) -> T", meta="meta::matmul(self, other)", grad={"self": "_matmul(grad, conj(other.transpose(-2, -1)))", "other": "_matmul(conj(self.transpose(-2, -1)), grad)"}, node="UnsafeViewBackward0",
   method=False, python=False, doc="Matrix products of tensors with at least 2 dimensions whose other dimensions broadcast.")
composite("matmul(T self, T other) -> T", amp="lower", complex=True, out="Expected out tensor to have dtype", samples=["(randn(3), randn(3))", "(randn(2, 3), randn(3))", "(randn(3), randn(3, 2))", "(randn(2, 3), randn(3, 4))", "(randn(2, 1, 3, 4), randn(5, 4, 2))", "(randn(2, 5, 3), randn(3, 4))"],
          ref="lambda a, b: a @ b", bench="(a, a2)", doc="`self @ other`: vectors, matrices, and batches of matrices that broadcast.")
composite("linalg.matmul(T input, T other) -> T", complex=True, samples=["(randn(2, 3), randn(3, 4))"], ref="lambda a, b: a @ b", out=True, doc="matmul.")
composite("linalg.vecdot(T x, T y, *, int dim=-1) -> T", amp="lower", complex=True, samples=["(randn(2, 3), randn(2, 3))"], ref="lambda a, b: (np.conj(a) * b).sum(-1)", out="linalg.vecdot: Expected out of dtype", bench="(m, w)", doc="Sums of products along a dimension.")
composite("chain_matmul(T[] matrices) -> T", complex=True, varargs="matrices", samples=["([randn(2, 3), randn(3, 4), randn(4, 2)],)"], doc="The product of matrices in the cheapest order.")
composite("linalg.multi_dot(T[] tensors) -> T", complex=True, samples=["([randn(2, 3), randn(3, 4), randn(4, 2)],)", "([randn(3), randn(3, 4), randn(4)],)"], ref="lambda xs: np.linalg.multi_dot(xs)", out=True, bench="((s, s2, s))", doc="The product of matrices in the cheapest order; the first and last may be vectors.")
composite("tensordot(T self, T other, int dims=2) -> T", complex=True, overload="int", method=False, samples=["(randn(2, 3, 4), randn(3, 4, 5))"], ref="lambda a, b, n=2: np.tensordot(a, b, n)",
          bench="(s, s2, 1)", doc="Sums of products over the last `dims` dimensions of self and the first of other.")
composite("tensordot(T self, T other, int[] dims_self, int[] dims_other) -> T", complex=True, method=False, samples=["(randn(2, 3, 4), randn(4, 5, 3), [1, 2], [2, 0])"], ref="lambda a, b, x, y: np.tensordot(a, b, (x, y))",
          doc="Sums of products over pairs of dimensions.")
composite("einsum(str equation, T[] operands) -> T", complex=True, varargs="operands", samples=["('ij,jk->ik', [randn(2, 3), randn(3, 4)])", "('bij,bkj->bik', [randn(2, 3, 4), randn(2, 5, 4)])", "('ii->i', [randn(3, 3)])",
          "('i,j', [randn(2), randn(3)])", "('...ij,...jk', [randn(2, 2, 3), randn(3, 4)])", "('ij,jk,kl->il', [randn(2, 3), randn(3, 4), randn(4, 2)])", "('ij->', [randn(2, 3)])"],
          ref="lambda eq, xs: np.einsum(eq, *xs)", bench="('bij,bjk->bik', a, a2)", doc="Sums of products named by letters: 'ij,jk->ik' is a matrix product; '...' stands for dimensions that broadcast.")
composite("cross(T self, T other, int? dim=None) -> T", complex=True, samples=["(randn(2, 3), randn(2, 3), 1)", "(randn(3, 2), randn(3, 2))"], out="Expected out tensor to have dtype", bench="(m[:, :3], w[:, :3], 1)", doc="The cross product along a dimension of size 3 (the first such one by default).")
composite("linalg.cross(T input, T other, *, int dim=-1) -> T", complex=True, samples=["(randn(2, 3), randn(2, 3))"], ref="lambda a, b: np.cross(a, b)", out="Expected out tensor to have dtype", doc="The cross product along a dimension of size 3, with broadcasting.")
composite("trace(T self) -> T", amp="float32", complex=True, samples=["(randn(3, 4),)"], ref="lambda x: np.trace(x)", bench="(m)", doc="The sum of a matrix's diagonal.")
composite("matrix_power(T self, int n) -> T", complex=True, out="Expected out tensor to have dtype", samples=["(randn(3, 3), 3)", "(randn(3, 3), 0)", "(randn(3, 3) + 3 * torch.eye(3), -2)"], ref="lambda x, n: np.linalg.matrix_power(x, n)", bench="(a, 3)", doc="A square matrix (or batch) multiplied with itself; its inverse for n < 0.")
composite("linalg.matrix_power(T A, int n) -> T", complex=True, out="Expected out tensor to have dtype", samples=["(randn(3, 3), 3)"], ref="lambda x, n: np.linalg.matrix_power(x, n)", doc="A square matrix (or batch) multiplied with itself; its inverse for n < 0.")
composite("linalg.diagonal(T A, *, int offset=0, int dim1=-2, int dim2=-1) -> T", complex=True, samples=["(randn(2, 3, 4),)"], doc="The diagonals of the last two dimensions, as a view.")

op("nn.functional.linear(T input, T weight, T? bias=None) -> T", amp="lower", complex=True, out="Expected out tensor to have dtype", meta="meta::linear(input, weight, bias)", node="AddmmBackward0",
   grad={"input": "linear_backward_input(grad, weight)", "weight": "linear_backward_weight(grad, input)", "bias": "linear_backward_bias(grad)"},
   samples=["(randn(3, 4), randn(5, 4), randn(5))", "(randn(2, 3, 4), randn(5, 4))", "(randn(4), randn(5, 4), randn(5))"], ref="lambda x, w, b=None: x @ w.T + (0 if b is None else b)",
   bench="(s, s2, sv)", doc="`input @ weight.T + bias`: (*, k) with a weight of (n, k) and a bias of (n) to (*, n).")
composite("nn.functional.bilinear(T input1, T input2, T weight, T? bias=None) -> T", complex=True, samples=["(randn(3, 4), randn(3, 5), randn(2, 4, 5), randn(2))"],
          doc="`input1 @ weight[o] @ input2 + bias[o]` for every output o: (*, i), (*, j) with a weight of (o, i, j) to (*, o).")
