"""Window functions: signal.windows, symmetric unless told otherwise, and the older *_window, periodic unless told otherwise."""
# ruff: noqa: F821

W = "bool sym=True, options) -> T"
SHAPE = "The largest value is 1 (between two samples when M is even and sym is True). sym=False gives the first M of M + 1 samples, for spectra. float32 or float64."
for text, formula, sample in (
    (f"bartlett(int M, *, {W}", "1 - |2n / (M - 1) - 1|", "(5,)"),
    (f"blackman(int M, *, {W}", "0.42 - 0.5 cos(2πn / (M - 1)) + 0.08 cos(4πn / (M - 1))", "(5,)"),
    (f"cosine(int M, *, {W}", "sin(π (n + 0.5) / M)", "(5,)"),
    (f"exponential(int M, *, float? center=None, float tau=1.0, {W}", "exp(-|n - center| / tau); the centre is the middle unless given, which needs sym=False", "(5,), dict(tau=2.0)"),
    (f"gaussian(int M, *, float std=1.0, {W}", "exp(-((n - (M - 1) / 2) / std)² / 2)", "(5,), dict(std=2.0)"),
    (f"general_cosine(int M, *, float[]? a, {W}", "sum_i (-1)^i a_i cos(2πin / (M - 1))", "(5,), dict(a=[0.5, 0.5])"),
    (f"general_hamming(int M, *, float alpha=0.54, {W}", "alpha - (1 - alpha) cos(2πn / (M - 1))", "(5,)"),
    (f"hamming(int M, *, {W}", "0.54 - 0.46 cos(2πn / (M - 1))", "(5,), dict(sym=False)"),
    (f"hann(int M, *, {W}", "0.5 - 0.5 cos(2πn / (M - 1))", "(5,)"),
    (f"kaiser(int M, *, float beta=12.0, {W}", "i0(beta sqrt(1 - (2n / (M - 1) - 1)²)) / i0(beta)", "(5,), dict(beta=3.0)"),
    (f"nuttall(int M, *, {W}", "the sum of four cosines with Nuttall's coefficients", "(5,)"),
):
    composite("signal.windows." + text, samples=[sample], doc=f"{formula} for n = 0 … M - 1. {SHAPE}")

for name, extra in (("bartlett", ()), ("blackman", ()), ("hamming", ("float alpha", "float alpha, float beta")), ("hann", ()), ("kaiser", ("float beta",))):
    rows = ["", ", bool periodic", *(f", bool periodic, {e}" for e in extra)]
    for rest in rows:
        overload = "_".join(part.split()[-1] for part in rest.split(",") if part)
        values = {"": "", "bool periodic": ", False", "float alpha": ", 0.5", "float beta": ", 0.5"}
        sample = "(5" + "".join(values[part.strip()] for part in rest.split(",") if part) + ("," if not rest else "") + ")"
        factory(f"{name}_window(int window_length{rest}, *, options) -> T", overload=overload, out=False, samples=[sample],
                doc=f"The {name} window of `window_length` samples; periodic (the default) leaves out the last of one more. Floating point only.")
