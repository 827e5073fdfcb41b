"""Special functions (`torch.special`) and the gamma family: pointwise rows, whose scalar functions are in src/math/scalar_*.cpp.

Where PyTorch has no gradient (Bessel and Airy functions, orthogonal polynomials) the rows have one.
"""
# ruff: noqa: F821
P = "special."

# ---- normal distribution, entropy -----------------------------------------------------------------------------------------------
unary(P + "entr(T self)", math="where(x > 0, -x * log(x), where(x == 0, 0, where(x < 0, -inf, x)))", promote="float", grad="neg(mul(grad, add(log(self), 1)))", node="SpecialEntrBackward0", domain="positive", ns=1.0, ref="lambda x: -x * np.log(x)",
      doc="`-x log(x)`: 0 at 0, -inf below.")
unary(P + "erfcx(T self)", math="erfcx(x)", promote="float", grad="mul(grad, sub(mul(mul(self, 2), result), 1.1283791670955126))", node="SpecialErfcxBackward0", ns=6.0, doc="`exp(x²) erfc(x)` without overflow for positive x.")
unary(P + "ndtr(T self)", math="ndtr(x)", promote="float", grad="mul(grad, mul(exp(mul(mul(self, self), -0.5)), 0.3989422804014327))", node="SpecialNdtrBackward0", ns=7.0, doc="The distribution function of the standard normal.")
unary(P + "log_ndtr(T self)", math="log_ndtr(x)", promote="float", grad="mul(grad, div(0.7978845608028654, special::erfcx(mul(self, -0.7071067811865476))))", node="SpecialLogNdtrBackward0", ns=12.0,
      doc="The logarithm of `ndtr`, exact in the tail.")
unary(P + "ndtri(T self)", math="ndtri(x)", promote="float", grad="mul(grad, mul(exp(mul(mul(result, result), 0.5)), 2.5066282746310002))", node="SpecialNdtriBackward0", domain="probability", ns=8.0,
      doc="The inverse of `ndtr` (algorithm AS 241, Wichura 1988); NaN outside [0, 1].")
binary(P + "xlog1py", "(T|S self, T|S other)", math="where((a == 0) and (b == b), 0, a * log1p(b))", promote="float", ns=3.0, node="SpecialXlog1PyBackward0",
       grad={"self": "xlog1py_backward_self(grad, self, other)", "other": "div(mul(grad, self), add(other, 1))"}, samples=["(rand(3, 4) + 0.5, rand(3, 4) + 0.5)", "(rand(3, 4), 2.0)", "(2.0, rand(3, 4))"],
       ref="lambda a, b: a * np.log1p(b)", doc="`self * log1p(other)`, 0 where self is 0.")

# ---- Bessel and Airy functions ----------------------------------------------------------------------------------------------------
unary(P + "i0e(T self)", math="i0e(x)", promote="float", grad="mul(grad, sub(special::i1e(self), mul(sgn(self), result)))", node="SpecialI0EBackward0", ns=8.0, doc="`exp(-|x|) i0(x)`.")
unary(P + "i1(T self)", math="i1(x)", promote="float", grad="mul(grad, bessel_i1_slope(self, result))", node="SpecialI1Backward0", ns=10.0, doc="Modified Bessel function of the first kind, order 1.")
unary(P + "i1e(T self)", math="i1e(x)", promote="float", grad="mul(grad, bessel_i1e_slope(self, result))", node="SpecialI1EBackward0", ns=8.0, doc="`exp(-|x|) i1(x)`.")
unary(P + "bessel_j0(T self)", math="bessel_j0(x)", promote="float", grad="neg(mul(grad, special::bessel_j1(self)))", node="SpecialBesselJ0Backward0", ns=30.0, doc="Bessel function of the first kind, order 0.")
unary(P + "bessel_j1(T self)", math="bessel_j1(x)", promote="float", grad="mul(grad, bessel_j1_slope(self, result))", node="SpecialBesselJ1Backward0", ns=30.0, doc="Bessel function of the first kind, order 1.")
unary(P + "bessel_y0(T self)", math="bessel_y0(x)", promote="float", grad="neg(mul(grad, special::bessel_y1(self)))", node="SpecialBesselY0Backward0", domain="positive", ns=40.0, doc="Bessel function of the second kind, order 0; NaN below 0.")
unary(P + "bessel_y1(T self)", math="bessel_y1(x)", promote="float", grad="mul(grad, sub(special::bessel_y0(self), div(result, self)))", node="SpecialBesselY1Backward0", domain="positive", ns=40.0, doc="Bessel function of the second kind, order 1; NaN below 0.")
unary(P + "modified_bessel_i0(T self)", math="i0(x)", promote="float", grad="mul(grad, special::modified_bessel_i1(self))", node="SpecialModifiedBesselI0Backward0", ns=10.0, ref="np.i0", doc="Modified Bessel function of the first kind, order 0.")
unary(P + "modified_bessel_i1(T self)", math="i1(x)", promote="float", grad="mul(grad, bessel_i1_slope(self, result))", node="SpecialModifiedBesselI1Backward0", ns=10.0, doc="Modified Bessel function of the first kind, order 1.")
unary(P + "modified_bessel_k0(T self)", math="bessel_k0(x)", promote="float", grad="neg(mul(grad, special::modified_bessel_k1(self)))", node="SpecialModifiedBesselK0Backward0", domain="positive", ns=40.0,
      doc="Modified Bessel function of the second kind, order 0; NaN below 0.")
unary(P + "modified_bessel_k1(T self)", math="bessel_k1(x)", promote="float", grad="neg(mul(grad, add(special::modified_bessel_k0(self), div(result, self))))", node="SpecialModifiedBesselK1Backward0", domain="positive", ns=40.0,
      doc="Modified Bessel function of the second kind, order 1; NaN below 0.")
unary(P + "scaled_modified_bessel_k0(T x)", math="bessel_k0e(x)", promote="float", grad="mul(grad, sub(result, special::scaled_modified_bessel_k1(x)))", node="SpecialScaledModifiedBesselK0Backward0", domain="positive", ns=40.0,
      doc="`exp(x) modified_bessel_k0(x)`.")
unary(P + "scaled_modified_bessel_k1(T x)", math="bessel_k1e(x)", promote="float", grad="mul(grad, sub(sub(result, special::scaled_modified_bessel_k0(x)), div(result, x)))", node="SpecialScaledModifiedBesselK1Backward0", domain="positive", ns=40.0,
      doc="`exp(x) modified_bessel_k1(x)`.")
unary(P + "spherical_bessel_j0(T x)", math="where(x == 0, 1, where(isinf(x), 0, sin(x) / x))", promote="float", grad="mul(grad, spherical_bessel_slope(x, result))", node="SpecialSphericalBesselJ0Backward0", ns=2.0, ref="lambda x: np.sin(x) / x",
      doc="Spherical Bessel function of the first kind, order 0: `sin(x) / x`.")
unary(P + "airy_ai(T x)", math="airy_ai(x)", promote="float", grad="mul(grad, _airy_ai_prime(x))", node="SpecialAiryAiBackward0", ns=60.0, doc="The Airy function Ai.")
unary("_airy_ai_prime(T x)", math="airy_ai_prime(x)", promote="float", grad="mul(grad, mul(x, special::airy_ai(x)))", method=False, ns=60.0, doc="The derivative of the Airy function Ai.")

# ---- orthogonal polynomials ---------------------------------------------------------------------------------------------------------
# The numbers are those of scalar::Polynomial. A shifted polynomial is the plain one of 2x - 1.
for _family, (_name, _what) in enumerate((("chebyshev_polynomial_t", "Chebyshev polynomial of the first kind"), ("chebyshev_polynomial_u", "Chebyshev polynomial of the second kind"),
                                          ("chebyshev_polynomial_v", "Chebyshev polynomial of the third kind"), ("chebyshev_polynomial_w", "Chebyshev polynomial of the fourth kind"),
                                          ("hermite_polynomial_h", "physicist's Hermite polynomial"), ("hermite_polynomial_he", "probabilist's Hermite polynomial"),
                                          ("laguerre_polynomial_l", "Laguerre polynomial"), ("legendre_polynomial_p", "Legendre polynomial"))):
    _node = "Special" + "".join(word.capitalize() for word in _name.split("_")) + "Backward0"
    _limit = "NaN above 512" if _name.startswith("hermite") else "NaN above 10⁷"
    binary(P + _name, "(T|S x, T|S n)", math=f"orthogonal_polynomial(a, b, {_family}, 0)", promote="float", ns=40.0, node=_node, samples=["(randn(3, 4), randint(0, 6, (3, 4)))", "(randn(3, 4), 5)", "(0.3, randint(0, 12, (3, 4)))"],
           grad={"x": f"polynomial_backward(grad, x, n, {_family}, 0)", "n": f'not_differentiable("{_name}: n")'}, doc=f"The {_what} of degree n (cut to a whole number; 0 below degree 0, {_limit}) at x.")
    if _name.startswith("chebyshev"):
        binary(P + "shifted_" + _name, "(T|S x, T|S n)", math=f"orthogonal_polynomial(2 * a - 1, b, {_family}, 0)", promote="float", ns=40.0, node=_node.replace("Special", "SpecialShifted"),
               samples=["(rand(3, 4), randint(0, 6, (3, 4)))", "(rand(3, 4), 5)", "(0.3, randint(0, 12, (3, 4)))"], grad={"x": f"shifted_polynomial_backward(grad, x, n, {_family})", "n": f'not_differentiable("shifted_{_name}: n")'},
               doc=f"The {_what} of degree n at 2x - 1.")
binary("_orthogonal_polynomial", "(T|S x, T|S n, int family, int order)", math="orthogonal_polynomial(a, b, family, order)", promote="float", method=False, ns=80.0, samples=["(randn(3, 4), 5, 7, 1)", "(randn(3, 4), randint(0, 6, (3, 4)), 1, 2)", "(0.5, randint(0, 6, (3, 4)), 4, 0)"],
       grad={"x": "polynomial_backward(grad, x, n, family, order)", "n": 'not_differentiable("orthogonal_polynomial: n")'}, doc="The derivative of the given order of an orthogonal polynomial (families 0 to 7 in the order above).")

# ---- the gamma family -----------------------------------------------------------------------------------------------------------------
binary("igamma", "(T self, T other)", math="gamma_p(a, b)", types="f", ns=150.0, samples=["(rand(3, 4) + 0.5, rand(3, 4) * 3)", "(rand(3, 1) * 9, rand(4) * 9)"], gradcheck=False,
       grad={"self": 'not_differentiable("igamma: input")', "other": "igamma_backward(grad, self, other)"}, aliases=("special.gammainc",), doc="The regularised lower incomplete gamma function P(self, other).")
binary("igammac", "(T self, T other)", math="gamma_q(a, b)", types="f", ns=150.0, samples=["(rand(3, 4) + 0.5, rand(3, 4) * 3)", "(rand(3, 1) * 9, rand(4) * 9)"], gradcheck=False,
       grad={"self": 'not_differentiable("igammac: input")', "other": "neg(igamma_backward(grad, self, other))"}, aliases=("special.gammaincc",), doc="The regularised upper incomplete gamma function Q(self, other) = 1 - P(self, other).")
unary("mvlgamma(T self, int p)", math="mvlgamma(x, p)", promote="float", check="plan::check_mvlgamma(self, p)", grad="mvlgamma_backward(grad, self, p)", ns=30.0, samples=["(rand(3, 4) + 2, 3)", "(rand(3, 4) + 2, 1)"], aliases=("special.multigammaln",),
      doc="The logarithm of the multivariate gamma function of dimension p (at most 10⁶): `ln(pi) p(p - 1)/4` plus the sum of `lgamma(self - j/2)` over j = 0 … p - 1.")

# ---- numbers in two parts, whole numbers ----------------------------------------------------------------------------------------------------
composite("frexp(T self) -> (T mantissa, T exponent)", out="torch.frexp() expects mantissa to have dtype", samples=["(randn(3, 4) * 20,)"], ref="np.frexp",
          bench="(x)", doc="`self = mantissa * 2 ** exponent` with |mantissa| in [1/2, 1) and an int32 exponent. RuntimeError for integers.")
unary("_frexp_mantissa(T self)", math="frexp_mantissa(x)", types="f", grad="div(grad, exp2(_frexp_exponent(self)))", node="FrexpBackward0", method=False, gradcheck=False, doc="The mantissa of frexp.")
unary("_frexp_exponent(T self)", math="frexp_exponent(x)", types="f", grad=NONE, method=False, doc="The exponent of frexp, as a floating-point number.")
binary("lcm", "(T self, T other)", math="lcm(a, b)", types="i", reject=("bool",), grad=NONE, ns=12.0, ref="np.lcm", doc="The least common multiple, never negative.")
