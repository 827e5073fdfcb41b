// Short-time Fourier transforms: signals cut into windows, transformed, and added up again.
#include <algorithm>

#include "plan/dims.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {
namespace {

std::string type_words(const Tensor& t) {
  return is_complex(t.dtype()) ? format("CPU{}Type", to_string(t.dtype()))
                               : format("torch.{}Tensor", to_string(t.dtype()));
}
std::string window_words(const Tensor& window) {
  return window.defined() ? type_words(window) + "{" + format("{}", window.sizes()) + "}" : "None";
}
std::string words(std::optional<bool> flag) { return flag ? std::to_string(static_cast<int>(*flag)) : "None"; }

// What both take.
struct Frame {
  int64_t n_fft, hop_length, win_length;
};

// The window in the middle of n_fft elements, zeros around it.
Tensor centred_window(const Tensor& window, const Frame& frame) {
  if (frame.win_length >= frame.n_fft) return window;
  const int64_t left = (frame.n_fft - frame.win_length) / 2;
  return constant_pad_nd(window, {left, frame.n_fft - frame.win_length - left}, 0);
}

Tensor padded(const Tensor& input, int64_t pad, std::string_view mode) {
  DimVector sizes(static_cast<size_t>(std::max<int64_t>(0, 3 - input.dim())), 1);
  for (const int64_t s : input.sizes()) sizes.push_back(s);
  Tensor x = nn::functional::pad(input.reshape(sizes), {pad, pad}, mode);
  const auto dims = static_cast<size_t>(input.dim());
  return x.view(x.sizes().slice(x.sizes().size() - dims, dims));
}

void check_stft(const Tensor& x, const Frame& frame, const Tensor& window, const std::string& call) {
  check(is_differentiable(x.dtype()), "{}: expected a tensor of floating point or complex values", call);
  check(x.dim() == 1 || x.dim() == 2, "{}: expected a 1D or 2D tensor", call);
  check(frame.hop_length > 0, "{}: expected hop_length > 0, but got hop_length={}", call, frame.hop_length);
  check(frame.win_length > 0 && frame.win_length <= frame.n_fft,
        "{}: expected 0 < win_length <= n_fft, but got win_length={}", call, frame.win_length);
  if (!window.defined()) return;
  check(window.dim() == 1 && window.size(0) == frame.win_length,
        "{}: expected a 1D window tensor of size equal to win_length={}, but got window with size {}", call,
        frame.win_length, window.sizes());
}

}  // namespace

Tensor stft_plain(const Tensor& self, int64_t n_fft, std::optional<int64_t> hop_length,
                  std::optional<int64_t> win_length, const Tensor& window, bool center, std::string_view pad_mode,
                  bool normalized, std::optional<bool> onesided, std::optional<bool> return_complex,
                  std::optional<bool> align_to_window) {
  check(!center || !align_to_window, "stft align_to_window should only be set when center = false");
  const Tensor x = center ? padded(self, n_fft / 2, pad_mode) : self;
  if (!window.defined()) {
    warn(
        "A window was not provided. A rectangular window will be applied,which is known to cause spectral leakage. "
        "Other windows such as torch.hann_window or torch.hamming_window are recommended to reduce spectral leakage."
        "To suppress this warning and use a rectangular window, explicitly set `window=torch.ones(n_fft, "
        "device=<device>)`.");
  }
  const bool complex_window = window.defined() && is_complex(window.dtype());
  const bool complex_result = return_complex.value_or(is_complex(x.dtype()) || complex_window);
  if (!complex_result) {
    check(return_complex.has_value(),
          "stft requires the return_complex parameter be given for real inputs, and will further require that "
          "return_complex=True in a future PyTorch release.");
    warn(
        "stft with return_complex=False is deprecated. In a future pytorch release, stft will return complex tensors "
        "for all inputs, and return_complex=False will raise an error.\nNote: you can still call torch.view_as_real "
        "on the complex output to recover the old return format.");
  }
  const Frame frame{n_fft, hop_length.value_or(n_fft >> 2), win_length.value_or(n_fft)};
  const std::string call = format(
      "stft({}{}, n_fft={}, hop_length={}, win_length={}, window={}, normalized={}, onesided={}, return_complex={}, "
      "align_to_window={}) ",
      type_words(x), x.sizes(), n_fft, frame.hop_length, frame.win_length, window_words(window),
      static_cast<int>(normalized), words(onesided), words(return_complex), words(align_to_window));
  check(is_differentiable(x.dtype()), "{}: expected a tensor of floating point or complex values", call);
  check(x.dim() == 1 || x.dim() == 2, "{}: expected a 1D or 2D tensor", call);
  const int64_t length = x.size(-1);
  const bool align = align_to_window.value_or(false);
  check(n_fft > 0 && (align ? frame.win_length : n_fft) <= length, "{}: expected 0 < n_fft < {}, but got n_fft={}",
        call, length, frame.win_length);
  check_stft(x, frame, window, call);

  Tensor w = window.defined() ? window : frame.win_length < n_fft ? ones({frame.win_length}, x.options()) : Tensor();
  if (w.defined()) w = centred_window(w, frame);
  Tensor pieces = x.dim() == 1 ? x.unsqueeze(0) : x;
  if (align) {  // the transform may reach beyond both ends of the signal, the window does not
    const int64_t left = (n_fft - frame.win_length) / 2;
    pieces = constant_pad_nd(pieces, {left, n_fft - frame.win_length - left}, 0);
  }
  pieces = pieces.unfold(-1, n_fft, frame.hop_length);  // batch, windows, n_fft
  if (w.defined()) pieces = pieces.mul(w);
  const bool complex_transform = is_complex(pieces.dtype());
  const bool half = onesided.value_or(!complex_transform);
  check(!half || !complex_transform, "Cannot have onesided output if window or input is complex");
  Tensor out = complex_transform ? _fft_c2c(pieces, {2}, normalized ? 1 : 0, true)
                                 : _fft_r2c(pieces, {2}, normalized ? 1 : 0, half);
  out = out.transpose(1, 2);
  if (self.dim() == 1) out = out.squeeze(0);
  return complex_result ? out : view_as_real(out);
}

namespace {

void check_istft(const Tensor& self, const Frame& frame, const Tensor& window, bool onesided, const std::string& call) {
  const int64_t n_fft = frame.n_fft, dims = self.dim() + 1;  // with the one of real and imaginary parts
  check(self.numel() != 0, "{}: input tensor cannot be empty.", call);
  check(dims == 3 || dims == 4, "{}: expected a tensor with 3 or 4 dimensions, but got {}", call, dims);
  const int64_t have = self.size(-2);
  check(!onesided || have == n_fft / 2 + 1,
        "{}: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft / 2 + 1 when "
        "onesided=True, but got {}",
        call, have);
  check(onesided || have == n_fft,
        "{}: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft when "
        "onesided=False, but got {}",
        call, have);
  check(frame.hop_length > 0 && frame.hop_length <= frame.win_length, "{}: expected 0 < hop_length <= win_length",
        call);
  check(frame.win_length > 0 && frame.win_length <= n_fft, "{}: expected 0 < win_length <= n_fft", call);
  check(!window.defined() || (window.dim() == 1 && window.size(0) == frame.win_length),
        "{}: Invalid window shape. window has to be 1D and length of `win_length`", call);
}

}  // namespace

Tensor istft(const Tensor& self, int64_t n_fft, std::optional<int64_t> hop_length, std::optional<int64_t> win_length,
             const Tensor& window, bool center, bool normalized, std::optional<bool> onesided,
             std::optional<int64_t> length, bool return_complex) {
  if (!window.defined()) {
    warn(
        "A window was not provided. A rectangular window will be applied.Please provide the same window used by stft "
        "to make the inversion lossless.To suppress this warning and use a rectangular window, explicitly set "
        "`window=torch.ones(n_fft, device=<device>)`.");
  }
  check(is_complex(self.dtype()),
        "istft requires a complex-valued input tensor matching the output from stft with return_complex=True.");
  const Frame frame{n_fft, hop_length.value_or(n_fft >> 2), win_length.value_or(n_fft)};
  const std::string call = format(
      "istft({}{}, n_fft={}, hop_length={}, win_length={}, window={}, center={}, normalized={}, onesided={}, "
      "length={}, "
      "return_complex={}) ",
      type_words(self), self.sizes(), n_fft, frame.hop_length, frame.win_length, window_words(window),
      static_cast<int>(center), static_cast<int>(normalized), words(onesided),
      length ? std::to_string(*length) : "None", static_cast<int>(return_complex));
  plan::wrap_dim(-3, self.dim() + 1);
  const bool half = onesided.value_or(self.size(-2) != n_fft);
  check_istft(self, frame, window, half, call);

  Tensor w = window.defined() ? window : ones({frame.win_length}, to_real_type(self.dtype()));
  w = centred_window(w, frame);
  Tensor x = (self.dim() == 2 ? self.unsqueeze(0) : self).transpose(1, 2);  // batch, windows, frequencies
  const int64_t norm = normalized ? 1 : 2;
  if (return_complex) {
    check(!half, "Cannot have onesided output if window or input is complex");
    x = _fft_c2c(x, {2}, norm, false);
  } else {
    check(!is_complex(w.dtype()), "Complex windows are incompatible with return_complex=False");
    x = _fft_c2r(half ? x : x.slice(2, 0, n_fft / 2 + 1), {2}, norm, n_fft);
  }
  const int64_t windows = x.size(1), whole = n_fft + frame.hop_length * (windows - 1);
  const int64_t start = center ? n_fft / 2 : 0, end = length ? start + *length : center ? -(n_fft / 2) : whole;
  const auto put_together = [&](const Tensor& pieces) {
    return _unfold_backward(pieces, {pieces.size(0), whole}, 1, n_fft, frame.hop_length).slice(1, start, end);
  };
  Tensor y = put_together(x.mul(w));
  const Tensor envelope = put_together(w.mul(w).expand({1, windows, n_fft}));
  check(envelope.abs().min().item().toDouble() >= 1e-11,
        "{}window overlap add min: 1 (the squares of the window add up to 0 somewhere: choose a smaller hop_length, "
        "center=True or another window)",
        call);
  y = y.div(envelope);
  if (self.dim() == 2) y = y.squeeze(0);
  if (end > whole) {
    warn(
        "The length of signal is shorter than the length parameter. Result is being padded with zeros in the tail. "
        "Please check your center and hop_length settings.");
    y = constant_pad_nd(y, {0, end - whole}, 0);
  }
  return y;
}

}  // namespace rushlight
