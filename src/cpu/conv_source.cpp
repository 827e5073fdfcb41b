// The padded, phase-split copy of the source that all convolution kernels read.
#include "cpu/conv_source.h"

#include <algorithm>

#include "cpu/isa.h"

namespace rushlight::cpu {

template <>
const ConvKernels<float>& conv_kernels<float>() {
  static const ConvKernels<float>* const table[] = {&base::kConvF32, &avx2::kConvF32, &avx512::kConvF32};
  static const ConvKernels<float>& chosen = *table[isa_level()];
  return chosen;
}
template <>
const ConvKernels<double>& conv_kernels<double>() {
  static const ConvKernels<double>* const table[] = {&base::kConvF64, &avx2::kConvF64, &avx512::kConvF64};
  static const ConvKernels<double>& chosen = *table[isa_level()];
  return chosen;
}

namespace {

int64_t floor_div(int64_t a, int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

}  // namespace

ConvSource::ConvSource(const ConvAxis (&axes)[3], int64_t channels) : channels_(channels), taps_(1), plane_(1) {
  for (int i = 0; i < 3; ++i) {
    const ConvAxis& axis = axes[i];
    Dim& d = dims_[i];
    d.grid = axis.grid;
    d.extent = axis.extent;
    d.step = axis.step;
    int64_t high = 0;
    for (size_t t = 0; t < axis.base.size(); ++t) {
      const int64_t index = floor_div(axis.base[t], d.step), phase = axis.base[t] - index * d.step;
      auto at = std::find(d.phases.begin(), d.phases.end(), phase);
      d.tap_phase.push_back(at - d.phases.begin());
      if (at == d.phases.end()) d.phases.push_back(phase);
      d.tap_index.push_back(index);
      d.low = t ? std::min(d.low, index) : index;
      high = t ? std::max(high, index) : index;
    }
    d.span = high - d.low;
    taps_ *= int64_t(axis.base.size());
    plane_ *= d.extent;
  }
  band_axis_ = dims_[0].grid > 1 ? 0 : dims_[1].grid > 1 ? 1 : 2;
}

int64_t ConvSource::size_for(int64_t band) const {
  int64_t size = channels_;
  for (int i = 0; i < 3; ++i) {
    const Dim& d = dims_[i];
    size *= int64_t(d.phases.size()) * (d.span + (i == band_axis_ ? band : d.grid));
  }
  return size;
}

void ConvSource::choose_band(int64_t min_bands, int64_t max_bytes, int64_t element_bytes) {
  constexpr int64_t kSmallBand = 96;  // pixels
  const int64_t rows = dims_[band_axis_].grid, per_row = pixels() / rows;
  int64_t band = rows;
  while (band > 1 && ((rows + band - 1) / band < min_bands || size_for(band) * element_bytes > max_bytes)) {
    const int64_t half = (band + 1) / 2;
    if (half * per_row < kSmallBand) break;
    band = half;
  }
  row_pixels_ = per_row;
  set_band(band);
}

int64_t ConvSource::band_pixels(int64_t band) const {
  return std::min(band_, dims_[band_axis_].grid - band * band_) * row_pixels_;
}

void ConvSource::set_band(int64_t band) {
  band_ = band;
  channel_size_ = 1;
  for (int i = 2; i >= 0; --i) {
    size_[i] = dims_[i].span + (i == band_axis_ ? band : dims_[i].grid);
    pitch_[i] = channel_size_;
    channel_size_ *= size_[i];
  }
  int64_t phase_pitch[3];
  for (int i = 2; i >= 0; --i) {
    phase_pitch[i] = channel_size_;
    channel_size_ *= int64_t(dims_[i].phases.size());
  }
  std::vector<int64_t> taps(1, 0);
  for (int i = 0; i < 3; ++i) {
    std::vector<int64_t> next;
    for (int64_t offset : taps) {
      for (size_t t = 0; t < dims_[i].tap_index.size(); ++t) {
        next.push_back(offset + dims_[i].tap_phase[t] * phase_pitch[i] +
                       (dims_[i].tap_index[t] - dims_[i].low) * pitch_[i]);
      }
    }
    taps = std::move(next);
  }
  offsets_.clear();
  offsets_.reserve(size_t(channels_ * taps_));
  for (int64_t c = 0; c < channels_; ++c) {
    for (int64_t offset : taps) offsets_.push_back(offset + c * channel_size_);
  }
}

// The rows of one phase of one channel.
struct ConvSource::Part {
  int64_t phase[3];  // remainders
  int64_t first[3];  // index of the first element: source = (first + j) * step + phase
};

template <class T>
void ConvSource::copy_rows(T* dst, const T* src, const Part& part) const {
  const int64_t width = size_[2], step = dims_[2].step;
  // the elements [from, to) of each row that lie inside the source, and likewise of the two outer dimensions
  int64_t from[3], to[3], source[3];
  for (int i = 0; i < 3; ++i) {
    const Dim& d = dims_[i];
    source[i] = part.first[i] * d.step + part.phase[i];
    from[i] = std::clamp<int64_t>(-floor_div(source[i], d.step), 0, size_[i]);
    to[i] = std::clamp<int64_t>(floor_div(d.extent - 1 - source[i], d.step) + 1, from[i], size_[i]);
    source[i] += from[i] * d.step;
  }
  const auto& kernels = conv_kernels<T>();
  const auto zero_rows = [&](int64_t rows) {
    kernels.copy_rows(dst, width, src, 0, 1, rows, 0, 0), dst += rows * width;
  };
  for (int64_t j0 = 0; j0 < size_[0]; ++j0) {
    if (j0 < from[0] || j0 >= to[0]) {
      zero_rows(size_[1]);
      continue;
    }
    const int64_t s0 = source[0] + (j0 - from[0]) * dims_[0].step, pitch = dims_[2].extent;
    zero_rows(from[1]);
    if (from[1] < to[1] && from[2] < to[2]) {
      kernels.copy_rows(dst, width, src + (s0 * dims_[1].extent + source[1]) * pitch + source[2], pitch * dims_[1].step,
                        step, to[1] - from[1], from[2], to[2] - from[2]);
      dst += (to[1] - from[1]) * width;
    } else {
      zero_rows(to[1] - from[1]);
    }
    zero_rows(size_[1] - to[1]);
  }
}

template <class T>
void ConvSource::copy(T* dst, const T* src, int64_t channels, int64_t band) const {
  const int64_t block = size_[0] * size_[1] * size_[2];
  Part part;
  for (int i = 0; i < 3; ++i) part.first[i] = dims_[i].low + (i == band_axis_ ? band * band_ : 0);
  for (int64_t c = 0; c < channels; ++c, src += plane_) {
    for (int64_t p0 : dims_[0].phases) {
      for (int64_t p1 : dims_[1].phases) {
        for (int64_t p2 : dims_[2].phases) {
          part.phase[0] = p0, part.phase[1] = p1, part.phase[2] = p2;
          copy_rows(dst, src, part);
          dst += block;
        }
      }
    }
  }
  for (int64_t i = 0; i < kSlack; ++i) dst[i] = T(0);
}
template void ConvSource::copy<float>(float*, const float*, int64_t, int64_t) const;
template void ConvSource::copy<double>(double*, const double*, int64_t, int64_t) const;

}  // namespace rushlight::cpu
