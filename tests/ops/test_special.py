"""Special functions against 40-digit references (mpmath), their limits, gradients that generated tests leave out."""

from __future__ import annotations

import math

import pytest

import rushlight as torch

INF, NAN = float("inf"), float("nan")

UNARY = {
    "airy_ai": [
        (-20.0, -0.1764061270779847),
        (-6.5, -0.2380203019971158),
        (-2.0, 0.22740742820168558),
        (0.0, 0.3550280538878172),
        (1.5, 0.07174949700810541),
        (4.0, 0.0009515638512048018),
        (10.5, 2.2022745192834015e-11),
        (60.0, 2.7831487094969354e-136),
    ],
    "bessel_j0": [
        (0.0, 1.0),
        (0.5, 0.9384698072408129),
        (-3.0, -0.26005195490193345),
        (7.9, 0.19436184484127825),
        (12.25, 0.1009306105105151),
        (150.0, -0.0007740903753942912),
    ],
    "bessel_j1": [
        (1e-09, 5e-10),
        (0.5, 0.2422684576748739),
        (-3.0, -0.3390589585259365),
        (7.9, 0.2191793999217512),
        (12.25, -0.200357198755855),
        (150.0, -0.06514516365772736),
    ],
    "bessel_y0": [
        (1e-09, -13.266645074938387),
        (0.5, -0.44451873350670656),
        (3.0, 0.3768500100127904),
        (7.8, 0.1872271733096245),
        (12.25, -0.20430162610894734),
        (150.0, -0.06514222150903735),
    ],
    "bessel_y1": [
        (1e-09, -636619772.3675814),
        (0.5, -1.471472392670243),
        (3.0, 0.3246744247918),
        (7.8, -0.20388509535126204),
        (12.25, -0.10933907409580199),
        (150.0, 0.00055695634956084),
    ],
    "erfcx": [
        (-20.0, 1.0442939379528289e174),
        (-1.5, 18.653886256262734),
        (0.0, 1.0),
        (0.25, 0.7703465477309968),
        (3.0, 0.17900115118138996),
        (40.0, 0.014100335983377814),
        (1000000000.0, 5.641895835477563e-10),
    ],
    "i0e": [
        (0.0, 1.0),
        (0.5, 0.6450352704491501),
        (-3.0, 0.2430003541618254),
        (7.9, 0.14436986414104191),
        (12.25, 0.11520524238907617),
        (1500.0, 0.010301504096519597),
    ],
    "i1": [
        (1e-09, 5e-10),
        (0.5, 0.2578943053908963),
        (-3.0, -3.9533702174026093),
        (7.9, 363.8539440845084),
        (12.25, 23071.11043117882),
        (150.0, 4.528426729115812e63),
    ],
    "i1e": [
        (1e-09, 4.999999995000001e-10),
        (0.5, 0.1564208031848717),
        (-3.0, -0.19682671329730086),
        (7.9, 0.13489649943989376),
        (12.25, 0.11039797177996276),
        (1500.0, 0.010298069689133039),
    ],
    "log_ndtr": [
        (-30.0, -454.3212439563432),
        (-5.0, -15.064998393988725),
        (-1.0, -1.8410216450092636),
        (0.0, -0.6931471805599453),
        (0.5, -0.3689464152886564),
        (6.0, -9.865876455243758e-10),
    ],
    "modified_bessel_i0": [
        (0.0, 1.0),
        (0.5, 1.0634833707413236),
        (-3.0, 4.8807925858650245),
        (7.9, 389.406283282158),
        (12.25, 24075.74003901683),
        (150.0, 4.543597466270579e63),
    ],
    "modified_bessel_k0": [
        (1e-09, 20.839197352604824),
        (0.5, 0.9244190712276659),
        (1.9, 0.1288459792760475),
        (2.5, 0.06234755320036619),
        (12.25, 1.6967587538963423e-06),
        (150.0, 7.336371406107646e-67),
    ],
    "modified_bessel_k1": [
        (1e-09, 999999999.9999999),
        (0.5, 1.656441120003301),
        (1.9, 0.15966015303266762),
        (2.5, 0.07389081634774707),
        (12.25, 1.764703573230126e-06),
        (150.0, 7.36078548876807e-67),
    ],
    "ndtr": [
        (-30.0, 4.906713927148187e-198),
        (-5.0, 2.866515718791939e-07),
        (-1.0, 0.15865525393145705),
        (0.0, 0.5),
        (0.5, 0.6914624612740131),
        (6.0, 0.9999999990134123),
    ],
    "ndtri": [
        (1e-30, -11.464024688443615),
        (1e-12, -7.034483825301132),
        (0.02, -2.053748910631823),
        (0.25, -0.6744897501960817),
        (0.6, 0.2533471031357997),
        (0.999, 3.090232306167813),
    ],
    "scaled_modified_bessel_k0": [
        (1e-09, 20.83919737344402),
        (0.5, 1.5241093857739094),
        (1.9, 0.8614506167517558),
        (2.5, 0.7595486903280996),
        (12.25, 0.3545908312902257),
        (1500.0, 0.03235773618383394),
    ],
    "scaled_modified_bessel_k1": [
        (1e-09, 1000000000.9999999),
        (0.5, 2.731009708211786),
        (1.9, 1.0674709298145701),
        (2.5, 0.900174423907878),
        (12.25, 0.36879002720661963),
        (1500.0, 0.032368520299440394),
    ],
    "spherical_bessel_j0": [
        (1e-09, 1.0),
        (0.5, 0.958851077208406),
        (-3.0, 0.04704000268662241),
        (7.9, 0.12644827111895848),
        (12.25, -0.025397498365806313),
        (150.0, -0.004765842864194431),
    ],
}
BINARY = {
    "gammainc": [
        (1e-06, 0.5, 0.9999994402261119),
        (0.5, 0.25, 0.5204998778130465),
        (3.0, 7.0, 0.9703638361194782),
        (20.0, 12.0, 0.021279769383026628),
        (150.0, 160.0, 0.7956261882343224),
        (500.0, 480.0, 0.1862819731903246),
        (10000.0, 10100.0, 0.8413487504471796),
    ],
    "gammaincc": [
        (1e-06, 0.5, 5.597738881556345e-07),
        (0.5, 0.25, 0.4795001221869535),
        (3.0, 7.0, 0.029636163880521777),
        (20.0, 12.0, 0.9787202306169733),
        (150.0, 160.0, 0.20437381176567754),
        (500.0, 480.0, 0.8137180268096754),
        (10000.0, 10100.0, 0.15865124955282037),
    ],
    "chebyshev_polynomial_t": [
        (0.3, 5.0, 0.99888),
        (0.3, 40.0, 0.9291591886517991),
        (-1.5, 7.0, -421.5),
        (-1.0, 3.0, -1.0),
    ],
    "chebyshev_polynomial_u": [
        (0.3, 5.0, 1.01376),
        (0.3, 40.0, 1.0454181275398593),
        (-1.5, 7.0, -987.0),
        (-1.0, 3.0, -4.0),
    ],
    "chebyshev_polynomial_v": [(0.3, 5.0, 0.9641599999999999), (0.3, 40.0, 0.6578883312463252), (-1.5, 7.0, -1364.0)],
    "chebyshev_polynomial_w": [(0.3, 5.0, 1.06336), (0.3, 40.0, 1.4329479238333935), (-1.5, 7.0, -610.0)],
    "shifted_chebyshev_polynomial_t": [(0.3, 5.0, -0.88384), (0.3, 40.0, -0.7298385503881479), (-1.5, 7.0, -937444.0)],
    "hermite_polynomial_h": [(0.3, 5.0, 31.757759999999998), (0.3, 40.0, -3.171800680570777e29), (-1.5, 7.0, -801.0)],
    "hermite_polynomial_he": [(0.3, 5.0, 4.23243), (0.3, 40.0, -1.0857350181143561e23), (-1.5, 7.0, -54.4921875)],
    "laguerre_polynomial_l": [
        (0.3, 5.0, -0.09333274999999998),
        (0.3, 40.0, 0.34841821941447815),
        (-1.5, 7.0, 63.63835100446428),
    ],
    "legendre_polynomial_p": [(0.3, 5.0, 0.34538625), (0.3, 40.0, 0.12511584585570795), (-1.5, 7.0, -192.37646484375)],
    "xlog1py": [(2.0, 1e-12, 1.999999999999e-12), (0.5, 3.0, 0.6931471805599453)],
}
LIMITS = {  # at 0, -0, inf, -inf, nan, -1
    "airy_ai": (0.3550280538878172, 0.3550280538878172, NAN, NAN, NAN, 0.5355608832923521),
    "bessel_y0": (-INF, -INF, NAN, NAN, NAN, NAN),
    "bessel_y1": (-INF, -INF, NAN, NAN, NAN, NAN),
    "entr": (0, 0, -INF, -INF, NAN, -INF),
    "erfcx": (1, 1, 0, INF, NAN, 5.00898008076228),
    "i0e": (1, 1, 0, 0, NAN, 0.46575960759364043),
    "i1e": (0, 0, 0, 0, NAN, -0.2079104153497085),
    "log_ndtr": (-0.6931471805599453, -0.6931471805599453, 0, -INF, NAN, -1.8410216450092636),
    "modified_bessel_k0": (INF, INF, 0, NAN, NAN, NAN),
    "modified_bessel_k1": (INF, INF, 0, NAN, NAN, NAN),
    "ndtr": (0.5, 0.5, 1, 0, NAN, 0.15865525393145705),
    "ndtri": (-INF, -INF, NAN, NAN, NAN, NAN),
    "scaled_modified_bessel_k0": (INF, INF, 0, NAN, NAN, NAN),
    "spherical_bessel_j0": (1, 1, 0, 0, NAN, 0.8414709848078965),
}
POLYNOMIALS = [
    *(f"{shift}chebyshev_polynomial_{kind}" for shift in ("", "shifted_") for kind in "tuvw"),
    *"hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p".split(),
]
WITH_GRADIENT = {
    **dict.fromkeys(
        "airy_ai bessel_j0 bessel_j1 erfcx i0e i1 i1e log_ndtr ndtr spherical_bessel_j0".split(), (-3.0, 12.5)
    ),
    **dict.fromkeys("modified_bessel_i0 modified_bessel_i1".split(), (-3.0, 5.0)),
    **dict.fromkeys("bessel_y0 bessel_y1 modified_bessel_k0 modified_bessel_k1 entr".split(), (0.3, 12.5)),
    **dict.fromkeys("scaled_modified_bessel_k0 scaled_modified_bessel_k1".split(), (0.3, 12.5)),
    "ndtri": (0.01, 0.99),
}


def function(name: str):
    return getattr(torch.special, name)


def same(got: float, want: float, relative: float, floor: float = 0.0) -> bool:
    if math.isnan(want) or math.isinf(want):
        return math.isnan(got) if math.isnan(want) else got == want
    return abs(got - want) <= relative * abs(want) + floor


@pytest.mark.parametrize("name", UNARY)
def test_unary_values(name: str) -> None:
    points, wants = zip(*UNARY[name], strict=True)
    for dtype, relative in ((torch.float64, 1e-13), (torch.float32, 2e-6)):
        x = torch.tensor(points, dtype=dtype)
        # what the rounded argument itself changes is not the function's error
        moved = function(name)(x.double()).tolist()
        for got, want, at in zip(function(name)(x).tolist(), moved, points, strict=True):
            fits = abs(want) < 3e38 and abs(want) > 1e-37 or dtype == torch.float64
            assert not fits or same(got, want, 1e-7 if dtype == torch.float32 else 0), (name, at)
        if dtype == torch.float64:
            for got, want, at in zip(moved, wants, points, strict=True):
                assert same(got, want, relative, 1e-15 if "bessel_" in name and abs(want) < 1 else 0), (
                    name,
                    at,
                    got,
                    want,
                )


@pytest.mark.parametrize("name", BINARY)
def test_binary_values(name: str) -> None:
    for a, b, want in BINARY[name]:
        x, y = torch.tensor(a, dtype=torch.float64), torch.tensor(b, dtype=torch.float64)
        got = function(name)(x, y).item()
        assert same(got, want, 1e-13, 1e-14 if abs(want) < 10 else 0), (name, a, b, got, want)
        assert same(
            function(name)(x.float(), y.float()).item(),
            function(name)(x.float().double(), y.float().double()).item(),
            1e-7,
        )


@pytest.mark.parametrize("name", LIMITS)
def test_limits(name: str) -> None:
    x = torch.tensor([0.0, -0.0, INF, -INF, NAN, -1.0], dtype=torch.float64)
    for dtype in (torch.float64, torch.float32):
        for got, want, at in zip(function(name)(x.to(dtype)).tolist(), LIMITS[name], x.tolist(), strict=True):
            assert same(got, want, 1e-13 if dtype == torch.float64 else 1e-7), (name, at, got, want)


def test_integers_become_floating() -> None:
    for name in (*UNARY, "entr"):
        for dtype in (torch.int64, torch.uint8, torch.bool):
            assert function(name)(torch.tensor([1, 0, 1]).to(dtype)).dtype == torch.float32, name
    for name in (*POLYNOMIALS, "xlog1py", "zeta"):
        one = torch.tensor([2, 3])
        for got in (function(name)(one, one), function(name)(one, 2), function(name)(2, one)):
            assert got.dtype == torch.float32, name
    for name in ("gammainc", "gammaincc"):
        with pytest.raises(NotImplementedError):
            function(name)(torch.tensor([1]), torch.tensor([1]))


def test_incomplete_gamma_at_the_edges() -> None:
    a = torch.tensor([0.0, 0.0, 1.0, -1.0, 1.0, INF, 1.0, INF, NAN, 1.0, 0.0, 1e300, 1e300], dtype=torch.float64)
    x = torch.tensor([0.0, 1.0, 0.0, 1.0, -1.0, 1.0, INF, INF, 1.0, NAN, INF, 1e10, 1e300], dtype=torch.float64)
    wants = (NAN, 1, 0, NAN, NAN, 0, 1, NAN, NAN, NAN, 1, 0, 0.5)
    for lower, upper, want in zip(torch.igamma(a, x).tolist(), torch.igammac(a, x).tolist(), wants, strict=True):
        assert same(lower, want, 1e-13) and same(upper, 1 - want, 1e-13)


@pytest.mark.parametrize("name", WITH_GRADIENT)
def test_gradients(name: str) -> None:
    low, high = WITH_GRADIENT[name]
    x = torch.linspace(low, high, 23, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(function(name), (x,), atol=1e-6, rtol=1e-5)
    assert torch.autograd.gradgradcheck(function(name), (x,), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    "name", "bessel_j0 bessel_j1 i0e i1 modified_bessel_i0 modified_bessel_i1 spherical_bessel_j0".split()
)
def test_gradient_at_zero(name: str) -> None:
    x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(function(name)(x).sum(), x)
    assert slope.item() == (0.5 if name.endswith("1") else 0)


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomial_gradients(name: str) -> None:
    x = torch.tensor([-1.0, -0.7, 0.0, 0.3, 1.0, 1.7], dtype=torch.float64, requires_grad=True)
    for n in (0, 1, 2, 5, 12):
        assert torch.autograd.gradcheck(lambda t: function(name)(t, n), (x,), atol=1e-4, rtol=1e-4)  # noqa: B023
    assert torch.autograd.gradgradcheck(lambda t: function(name)(t, 4), (x,), atol=1e-4, rtol=1e-4)
    assert function(name)(x, -1).tolist() == [0.0] * 6
    assert all(math.isnan(v) for v in function(name)(x[1:4], NAN).tolist())
    assert torch.equal(function(name)(x, 3.9), function(name)(x, 3))
    n = torch.ones(6, dtype=torch.float64, requires_grad=True)
    with pytest.raises(NotImplementedError, match="the derivative for"):
        function(name)(x, n).sum().backward()


def test_degrees_that_would_take_forever() -> None:
    x = torch.tensor([-0.5, 0.5, 1.0, 2.0], dtype=torch.float64)
    for name in POLYNOMIALS:
        assert function(name)(x, 1e18).shape == (4,)


def test_gradients_of_the_incomplete_gamma_functions() -> None:
    a = torch.tensor([0.5, 2.0, 30.0], dtype=torch.float64)
    x = torch.tensor([0.7, 1.0, 25.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda t: torch.igamma(a, t), (x,))
    assert torch.autograd.gradcheck(lambda t: torch.igammac(a, t), (x,))
    with pytest.raises(NotImplementedError, match="the derivative for 'igamma: input' is not implemented"):
        torch.igamma(a.clone().requires_grad_(), x).sum().backward()
    with pytest.raises(NotImplementedError, match="the derivative for 'zeta' is not implemented"):
        torch.special.zeta((a + 2).requires_grad_(), x).sum().backward()


def test_mvlgamma() -> None:
    x = torch.tensor([3.0, 0.5, 10.25], dtype=torch.float64)
    want = [2.694924879806965, INF, 38.47072356025262]
    assert all(same(g, w, 1e-13) for g, w in zip(torch.mvlgamma(x, 3).tolist(), want, strict=True))
    assert torch.equal(torch.mvlgamma(x, 1), torch.lgamma(x))
    with pytest.raises(RuntimeError, match="p has to be greater than or equal to 1"):
        torch.mvlgamma(x, 0)
    with pytest.raises(RuntimeError, match="may not be a boolean tensor"):
        torch.mvlgamma(torch.tensor([True]), 2)


def test_polygamma() -> None:
    x = torch.tensor([0.5, 2.0, -1.25], dtype=torch.float64, requires_grad=True)
    wants = {
        1: (4.934802200544679, 0.6449340668482264, 19.181879647671607),
        4: (-771.4742498266672, -0.8862661234408782, 24481.063714184584),
    }
    for n, want in wants.items():
        assert all(same(g, w, 1e-12) for g, w in zip(torch.polygamma(n, x).tolist(), want, strict=True)), n
    assert torch.equal(torch.polygamma(0, x), torch.digamma(x))
    assert torch.autograd.gradcheck(lambda t: torch.polygamma(2, t), (x,), rtol=1e-4)
    with pytest.raises(RuntimeError, match="does not support negative n"):
        torch.polygamma(-1, x)


@pytest.mark.parametrize("dtype", (torch.float16, torch.bfloat16, torch.float32, torch.float64))
def test_frexp(dtype: torch.dtype) -> None:
    x = torch.tensor([0.0, -0.0, INF, -INF, NAN, -3.0, 0.15625, 1.0], dtype=dtype)
    mantissa, exponent = torch.frexp(x)
    assert (mantissa.dtype, exponent.dtype) == (dtype, torch.int32)
    assert exponent.tolist() == [0, 0, 0, 0, 0, 2, -2, 1]
    assert mantissa.tolist()[5:] == [-0.75, 0.625, 0.5]
    assert math.copysign(1, mantissa[1].item()) == -1 and math.isnan(mantissa[4].item())
    if dtype == torch.float64:
        m, e = torch.frexp(torch.tensor([5e-324, 1.7e308], dtype=dtype))
        assert e.tolist() == [-1073, 1024] and m[0].item() == 0.5
    t = torch.ones(2, 3, dtype=dtype).t()
    assert torch.frexp(t).mantissa.stride() == torch.frexp(t).exponent.stride() == (1, 3)
    with pytest.raises(RuntimeError, match="only supports floating-point dtypes"):
        torch.frexp(torch.tensor([1]))


def test_lcm_and_gcd() -> None:
    for dtype in (torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64):
        x, y = torch.tensor([6, 0, 7], dtype=dtype), torch.tensor([4, 5, 7], dtype=dtype)
        assert torch.lcm(x, y).tolist() == [12, 0, 7] and torch.gcd(x, y).tolist() == [2, 5, 7]
        assert torch.lcm(x, y).dtype == dtype
    assert torch.lcm(torch.tensor([100, -128], dtype=torch.int8), torch.tensor([99, 3], dtype=torch.int8)).tolist() == [
        -84,
        -128,
    ]
    for bad in (torch.tensor([True]), torch.tensor([1.0])):
        with pytest.raises(NotImplementedError):
            torch.lcm(bad, bad)


def test_aliases() -> None:
    x = torch.tensor([0.25, 0.5, 0.75])
    pairs = {"gammaln": "lgamma", "psi": "digamma", "expit": "sigmoid", "multigammaln": "mvlgamma"}
    for name in "digamma erf erfc erfinv exp2 expm1 i0 log1p logit round sinc gammaln psi expit".split():
        assert torch.equal(function(name)(x), getattr(torch, pairs.get(name, name))(x)), name
        out = torch.empty(3)
        assert function(name)(input=x, out=out) is out
    assert torch.equal(torch.special.multigammaln(x + 3, 2), torch.mvlgamma(x + 3, 2))
    assert torch.equal(torch.special.polygamma(1, x), torch.polygamma(1, x))
    assert torch.equal(torch.special.softmax(x, 0, dtype=torch.float64), torch.softmax(x, 0, dtype=torch.float64))
    assert torch.equal(torch.special.log_softmax(x, 0), torch.log_softmax(x, 0))
    assert torch.equal(torch.special.logsumexp(x, 0), torch.logsumexp(x, 0))
    assert torch.equal(torch.special.xlogy(2, x), torch.xlogy(2, x))
