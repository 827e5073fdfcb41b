"""Making tensors: constants, ranges, identity, and tensors like others. Bodies in src/composite/create.cpp."""

factory("empty(int[] size, *, options, memory_format? memory_format=None) -> T", out="dtype does not match dtype of out parameter", varargs="size", bench="((r, c))", doc="A tensor whose elements are not initialised.")
factory("empty_strided(int[] size, int[] stride, *, options) -> T", out=False, samples=["((2, 3), (1, 2))"], doc="An uninitialised tensor with the given strides.")
factory("zeros(int[] size, *, options) -> T", out="dtype does not match dtype of out parameter", varargs="size", samples=["((2, 3),)", "(0,)"], ref="lambda *size: np.zeros(size if isinstance(size[0], int) else size[0], np.float32)", bench="((r, c))", doc="A tensor of zeros.")
factory("ones(int[] size, *, options) -> T", out="dtype does not match dtype of out parameter", varargs="size", samples=["((2, 3),)", "(0,)"], ref="lambda *size: np.ones(size if isinstance(size[0], int) else size[0], np.float32)", bench="((r, c))", doc="A tensor of ones.")
factory("full(int[] size, S fill_value, *, options) -> T", out="dtype does not match dtype of out parameter", samples=["((2, 3), 1.5)", "((2,), 7)", "((2,), True)"], ref="lambda size, v: np.full(size, v)",
        bench="((r, c), 0.5)", doc="A tensor filled with a number; the dtype follows the number (bool, int64, or the default) unless given.")
factory("scalar_tensor(S s, *, options) -> T", out=False, samples=["(2.5,)"], doc="A 0-d tensor with the value of a number, of the default dtype unless given.")
factory("eye(int n, *, options) -> T", out="dtype does not match dtype of out parameter", samples=["(3,)"], ref="lambda n: np.eye(n)", bench="(r)", doc="The identity matrix.")
factory("eye(int n, int m, *, options) -> T", out="dtype does not match dtype of out parameter", overload="m", samples=["(3, 4)"], ref="lambda n, m: np.eye(n, m)", doc="Ones on the diagonal of an n × m matrix.")
factory("arange(S end, *, options) -> T", samples=["(5,)", "(2.5,)"], ref="lambda e: np.arange(e)", bench="(n)", doc="0, 1, 2, … below `end`; int64 for ints, the default dtype for floats.")
factory("arange(S start, S end, *, options) -> T", overload="start", samples=["(1, 5)"], ref="lambda s, e: np.arange(s, e)", out=False, doc="start, start + 1, … below `end`.")
factory("arange(S start, S end, S step, *, options) -> T", overload="step", samples=["(1, 5, 2)", "(1.0, 2.0, 0.25)", "(5, 0, -2)"], ref="lambda s, e, d: np.arange(s, e, d)",
        doc="start, start + step, … below `end` (above it when step is negative).")
factory("linspace(S start, S end, int steps, *, options) -> T", samples=["(0, 1, 5)", "(-1.0, 1.0, 4)", "(0, 1, 1)"], ref="lambda a, b, n: np.linspace(a, b, n)", bench="(0, 1, n)", doc="`steps` numbers evenly from start to end, both included.")
factory("logspace(S start, S end, int steps, float base=10.0, *, options) -> T", samples=["(0, 2, 3)", "(0, 3, 4, 2.0)"], ref="lambda a, b, n, base=10.0: np.logspace(a, b, n, base=base)",
        doc="base to the powers linspace(start, end, steps).")
factory("tril_indices(int row, int col, int offset=0, *, options) -> T", out=False, samples=["(3, 4)", "(3, 4, 1)"], ref="lambda r, c, o=0: np.stack(np.tril_indices(r, o, c))", bench="(r, c)", doc="(2, n) int64: rows and columns of the lower triangle.")
factory("triu_indices(int row, int col, int offset=0, *, options) -> T", out=False, samples=["(3, 4)", "(3, 4, 1)"], ref="lambda r, c, o=0: np.stack(np.triu_indices(r, o, c))", doc="(2, n) int64: rows and columns of the upper triangle.")

LIKE = "*, options, memory_format? memory_format=None) -> T"
composite(f"empty_like(T self, {LIKE}", method=False, doc="An uninitialised tensor with another's shape, dtype and layout.")
composite(f"zeros_like(T self, {LIKE}", method=False, samples=["(randn(2, 3),)"], ref="lambda x: np.zeros_like(x)", bench="(x)", doc="Zeros with another's shape, dtype and layout.")
composite(f"ones_like(T self, {LIKE}", method=False, samples=["(randn(2, 3),)"], ref="lambda x: np.ones_like(x)", bench="(x)", doc="Ones with another's shape, dtype and layout.")
composite(f"full_like(T self, S fill_value, {LIKE}", method=False, samples=["(randn(2, 3), 2)"], ref="lambda x, v: np.full_like(x, v)", doc="A number with another's shape, dtype and layout.")
composite("new_empty(T self, int[] size, *, options) -> T", function=False, varargs="size", samples=["(randn(2), (2, 3))"], doc="An uninitialised tensor of this one's dtype.")
composite("new_empty_strided(T self, int[] size, int[] stride, *, options) -> T", function=False, samples=["(randn(2), (2, 3), (1, 2))"], doc="An uninitialised tensor of this one's dtype with the given strides.")
composite("new_zeros(T self, int[] size, *, options) -> T", function=False, varargs="size", samples=["(randn(2), (3, 1))"], ref="lambda x, size: np.zeros(size, x.dtype)", doc="Zeros of this one's dtype.")
composite("new_ones(T self, int[] size, *, options) -> T", function=False, varargs="size", samples=["(randn(2), (3, 1))"], ref="lambda x, size: np.ones(size, x.dtype)", doc="Ones of this one's dtype.")
composite("new_full(T self, int[] size, S fill_value, *, options) -> T", function=False, samples=["(randn(2), (3, 1), 2)"], ref="lambda x, size, v: np.full(size, v, x.dtype)", doc="A number, in this one's dtype.")
composite("type_as(T self, T other) -> T", function=False, samples=["(randn(2), arange(2))"], ref="lambda x, o: x.astype(o.dtype)", doc="`self.to(other.dtype)`.")
