"""Complex numbers: their parts, conjugates and making.

conj() computes at once and real tensors are their own conjugate: there are no lazy bits, so is_conj() and is_neg() are False.
"""
# ruff: noqa: F821

view("view_as_real(T self) -> T", geom="geom::view_as_real(self)", grad="view_as_complex(grad.contiguous())", method=False, complex=True, samples=["(randn(3, 4, dtype=torch.complex64),)"],
     bench="(zc)", doc="A view of complex numbers [...] as reals [..., 2], real and imaginary part. RuntimeError for real tensors.")
view("view_as_complex(T self) -> T", amp="float32", geom="geom::view_as_complex(self)", grad="view_as_real(grad)", method=False, gradcheck=False, samples=["(randn(3, 2),)"],
     doc="A view of reals [..., 2] as complex numbers [...]; the last stride must be 1 and the others even.")
composite("real(T self) -> T", samples=["(randn(3, 4),)", "(randn(3, 4, dtype=torch.complex64),)"], method=False, bench="(zc)", doc="A view of the real parts; a real tensor itself.")
composite("imag(T self) -> T", samples=["(randn(3, 4, dtype=torch.complex64),)"], method=False, bench="(zc)", doc="A view of the imaginary parts. RuntimeError for real tensors.")
unary("_conj", math="x", complex="conj(x)", grad="conj(grad)", node="ConjPhysicalBackward0", inplace=True, method=False, python=False, doc="The complex conjugate as a new tensor.")
composite("conj_physical(T self) -> T", out="Found dtype but expected", ref="np.conj", samples=["(randn(3, 4),)", "(randn(3, 4, dtype=torch.complex64),)"], doc="The complex conjugate; a real tensor itself.")
composite("conj_physical_(T self) -> T", samples=["(randn(3, 4, dtype=torch.complex64),)"], doc="In-place conjugate.")
composite("conj(T self) -> T", samples=["(randn(3, 4),)", "(randn(3, 4, dtype=torch.complex64),)"], bench="(zc)", doc="The complex conjugate, computed at once; a real tensor itself.")
composite("resolve_conj(T self) -> T", samples=["(randn(3, 4),)"], doc="The tensor itself: conjugates are never left to be done.")
composite("resolve_neg(T self) -> T", samples=["(randn(3, 4),)"], doc="The tensor itself: negations are never left to be done.")
unary("angle", math="where(x != x, x, where(x < 0, 3.141592653589793, 0))", complex="angle(x)", real_result=True, promote="float", grad="angle_backward(grad, self)", gradcheck=False, inplace=False, ns=4.0, ref="np.angle",
      doc="The angle of each complex number in radians, in (-π, π]; 0 or π for reals.")
composite("complex(T real, T imag) -> T", method=False, out="Expected object of scalar type", samples=["(randn(3, 4), randn(3, 4))"], ref="lambda a, b: a + 1j * b",
          bench="(x, y)", doc="Complex numbers from real and imaginary parts of one floating dtype.")
composite("polar(T abs, T angle) -> T", amp="float32", method=False, out="Expected object of scalar type", samples=["(rand(3, 4), randn(3, 4))"], ref="lambda r, a: r * np.exp(1j * a)",
          bench="(u, x)", doc="Complex numbers from absolute values and angles in radians: `abs (cos(angle) + i sin(angle))`.")
