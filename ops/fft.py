"""Discrete Fourier transforms, and those of short pieces of signals."""
# ruff: noqa: F821

# ---- primitives: PyTorch's, by which all others are written ------------------------------------------------------------
op("_fft_c2c(T self, int[] dim, int normalization, bool forward) -> T", meta="meta::fft_c2c(self, dim, normalization)", grad="_fft_c2c(grad, dim, normalization, !forward)", method=False, node="FftC2CBackward0",
   samples=["(randn(3, 4, dtype=torch.complex64), (1,), 0, True)", "(randn(2, 3, 4, dtype=torch.complex64), (0, 2), 1, False)"],
   doc="Complex to complex along `dim`; divided by nothing (normalization 0), the root of the number of points (1) or that number (2).")
op("_fft_r2c(T self, int[] dim, int normalization, bool onesided) -> T", meta="meta::fft_r2c(self, dim, normalization, onesided)", method=False, node="FftR2CBackward0", gradcheck=False,
   grad="fft_r2c_backward(grad, dim, normalization, onesided, self.sizes())", samples=["(randn(3, 4), (1,), 0, True)", "(randn(2, 3, 5), (0, 2), 1, True)", "(randn(3, 4), (0,), 2, False)"],
   doc="Real to complex along `dim`, forward; onesided: only the n/2 + 1 values of the last dim that are not conjugates of others.")
op("_fft_c2r(T self, int[] dim, int normalization, int last_dim_size) -> T", meta="meta::fft_c2r(self, dim, normalization, last_dim_size)", method=False, node="FftC2RBackward0",
   grad="fft_c2r_backward(grad, dim, normalization)", samples=["(randn(3, 4, dtype=torch.complex64), (1,), 0, 6)", "(randn(2, 3, 4, dtype=torch.complex64), (0, 2), 1, 7)"],
   doc="Onesided complex to real along `dim`, backward; `last_dim_size` points in the last dim of the result.")
op("_unfold_backward(T windows, int[] sizes, int dimension, int size, int step) -> T", meta="meta::unfold_backward(windows, sizes, dimension, size, step)", grad="grad.unfold(dimension, size, step)", method=False,
   node="UnfoldBackward0", samples=["(randn(2, 3, 4), (2, 8), 1, 4, 2)", "(randn(3, 2, 2), (7, 2), 0, 2, 2)"], doc="Windows of `size` elements, `step` apart along `dimension`, added up to a tensor of these sizes: the transpose of unfold.")

# ---- one dimension -----------------------------------------------------------------------------------------------------
BENCH = {"fft": "(zc)", "ifft": "(zc)", "rfft": "(x)", "irfft": "(zc)", "hfft": "(zc)", "ihfft": "(x)"}
BENCH2 = {"fft": "(mc)", "ifft": "(mc)", "rfft": "(m)", "irfft": "(mc)", "hfft": "(mc)", "ihfft": "(m)"}
ONE = "(T input, int? n=None, int dim=-1, str? norm=None) -> T"
COMPLEX_OUT, REAL_OUT = "kind: {} expects a complex output tensor", "kind: {} expects a floating point output tensor"
SCALE = "`norm` says where the factor is: 'backward' (1/n in the inverse), 'forward' or 'ortho' (1/sqrt(n) in both)."
for name, ref, out, doc in (
        ("fft", "np.fft.fft", COMPLEX_OUT, "The transform along `dim`: the sum of x_j exp(-2πi jk/n) over j, after x is cut or padded with zeros to n points."),
        ("ifft", "np.fft.ifft", COMPLEX_OUT, "The inverse of fft."),
        ("rfft", "np.fft.rfft", COMPLEX_OUT, "fft of a real input: the first n/2 + 1 values, which tell the others."),
        ("irfft", "np.fft.irfft", REAL_OUT, "The inverse of rfft: n real values (default 2 (size - 1)) from n/2 + 1 complex ones."),
        ("hfft", "np.fft.hfft", REAL_OUT, "fft of the n values (default 2 (size - 1)) whose first n/2 + 1 are given and whose others are their conjugates: real."),
        ("ihfft", "np.fft.ihfft", COMPLEX_OUT, "The inverse of hfft: n/2 + 1 complex values from n real ones.")):
    composite(f"fft.{name}{ONE}", amp="float32", out=out.format(name), samples=["(randn(3, 8),)", "(randn(3, 5), 7)", "(randn(6, 3), 4, 0, 'ortho')", "(randn(3, 12), None, -1, 'forward')"], gradcheck=False,
              ref=f"lambda x, n=None, dim=-1, norm=None: {ref}(x, n, dim, norm)", bench=BENCH[name], doc=f"{doc} {SCALE}")

# ---- several dimensions ------------------------------------------------------------------------------------------------
NUMPY = {"fft": "np.fft.fftn", "ifft": "np.fft.ifftn", "rfft": "np.fft.rfftn", "irfft": "np.fft.irfftn"}
for name, out, doc in (("fft", COMPLEX_OUT, "fft along several dimensions"), ("ifft", COMPLEX_OUT, "ifft along several dimensions"), ("rfft", COMPLEX_OUT, "rfft along the last of `dim`, then fft along the others"),
                       ("irfft", REAL_OUT, "ifft along all but the last of `dim`, then irfft along it"), ("hfft", REAL_OUT, "fft along all but the last of `dim`, then hfft along it"),
                       ("ihfft", COMPLEX_OUT, "ihfft along the last of `dim`, then ifft along the others")):
    ref = NUMPY.get(name)
    composite(f"fft.{name}2(T input, int[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> T", amp=None if "h" in name else "float32", out=out.format(f"{name}n"), gradcheck=False, samples=["(randn(3, 4, 5),)", "(randn(3, 4, 5), (3, 6), (2, 0), 'ortho')"],
              ref=ref and f"lambda x, s=None, dim=(-2, -1), norm=None: {ref}(x, s, dim, norm)", doc=f"{doc}, by default the last two. `s` are the numbers of points, -1 for those of the input. {SCALE}")
    composite(f"fft.{name}n(T input, int[1]? s=None, int[1]? dim=None, str? norm=None) -> T", amp=None if "h" in name else "float32", out=out.format(f"{name}n"), gradcheck=False, samples=["(randn(3, 4, 5),)", "(randn(3, 4, 5), (3, 6), (2, 0), 'ortho')", "(randn(2, 3, 4), (4,))"],
              ref=ref and f"lambda x, s=None, dim=None, norm=None: {ref}(x, s, dim or (None if s is None else tuple(range(-len(s), 0))), norm)",
              bench=BENCH2[name], doc=f"{doc}, by default all (the last len(s) if `s` is given). `s` are the numbers of points, -1 for those of the input. {SCALE}")

# ---- around them -------------------------------------------------------------------------------------------------------
factory("fft.fftfreq(int n, float d=1.0, *, options) -> T", samples=["(7,)", "(8, 0.5)"], ref="lambda n, d=1.0: np.fft.fftfreq(n, d)", doc="The frequencies of fft's values in cycles per unit, for n points `d` apart: 0, 1, …, then the negative ones, over n d.")
factory("fft.rfftfreq(int n, float d=1.0, *, options) -> T", samples=["(7,)", "(8, 0.5)"], ref="lambda n, d=1.0: np.fft.rfftfreq(n, d)", doc="The frequencies of rfft's values in cycles per unit, for n points `d` apart: 0, 1, …, n/2, over n d.")
composite("fft.fftshift(T input, int[1]? dim=None) -> T", samples=["(randn(5),)", "(randn(4, 5), (0,))"], ref="lambda x, dim=None: np.fft.fftshift(x, dim)", bench="(m)", doc="Frequency 0 moved from the front to the middle of each of `dim` (default all).")
composite("fft.ifftshift(T input, int[1]? dim=None) -> T", samples=["(randn(5),)", "(randn(4, 5), (0,))"], ref="lambda x, dim=None: np.fft.ifftshift(x, dim)", doc="The inverse of fftshift.")

# ---- short-time transforms ---------------------------------------------------------------------------------------------
composite("stft(T self, int n_fft, int? hop_length=None, int? win_length=None, T? window=None, bool center=True, str pad_mode='reflect', bool normalized=False, bool? onesided=None, bool? return_complex=None, "
          "bool? align_to_window=None) -> T", amp="float32", gradcheck=False, samples=["(randn(2, 20), 8, 3, 6, rand(6)), dict(return_complex=True)", "(randn(20), 8, None, None, rand(8), False), dict(return_complex=True)"],
          bench="(x, 4 if n < 100 else 256, return_complex=True)", doc="The transforms of windows of signals (batch?, length), `hop_length` apart (default n_fft / 4), each times `window`: (batch?, frequencies, windows). center: the signal is padded by n_fft / 2 on both sides "
              "in `pad_mode`; normalized: times n_fft^-0.5; onesided: n_fft / 2 + 1 frequencies (default for reals); return_complex=False: a last dimension of real and imaginary parts; align_to_window (only without center): "
              "the shorter window, not the transform, begins at the signal's first sample.")
composite("istft(T self, int n_fft, int? hop_length=None, int? win_length=None, T? window=None, bool center=True, bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False) -> T", gradcheck=False,
          samples=["(randn(2, 5, 7, dtype=torch.complex64), 8, 2, 8, ones(8))", "(randn(5, 7, dtype=torch.complex64), 8, 3, 8, ones(8)), dict(length=20)"],
          doc="The signal whose stft is nearest to the input (Griffin and Lim 1984): inverse transforms times the window, added up and divided by the added squares of the window. RuntimeError where those are 0.")
