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

// The part of the copy's dimension i, for one phase, that lies inside the source: indices [from, to), source element of
// the first.
ConvSource::Inside ConvSource::inside(int i, int64_t phase, int64_t band) const {
  const Dim& d = dims_[i];
  const int64_t source = (d.low + (i == band_axis_ ? band * band_ : 0)) * d.step + phase;
  Inside r;
  r.from = std::clamp<int64_t>(-floor_div(source, d.step), 0, size_[i]);
  r.to = std::clamp<int64_t>(floor_div(d.extent - 1 - source, d.step) + 1, r.from, size_[i]);
  r.source = source + r.from * d.step;
  return r;
}

template <class T>
void ConvSource::copy(T* dst, const T* src, int64_t channels, int64_t band) const {
  PlaneCopy<T> p;
  p.planes = channels;
  p.dst_plane = channel_size_;
  p.src_plane = plane_;
  p.width = size_[2];
  p.src_pitch = dims_[2].extent * dims_[1].step;
  p.step = dims_[2].step;
  p.dst = dst;
  p.exact = size_[0] * size_[1] * size_[2] != channel_size_ || size_[0] > 1;
  for (int64_t phase0 : dims_[0].phases) {
    const Inside depth = inside(0, phase0, band);
    for (int64_t phase1 : dims_[1].phases) {
      const Inside rows = inside(1, phase1, band);
      for (int64_t phase2 : dims_[2].phases) {
        const Inside columns = inside(2, phase2, band);
        p.left = columns.from;
        p.count = columns.to - columns.from;
        for (int64_t j = 0; j < size_[0]; ++j, p.dst += pitch_[0]) {
          const bool empty = j < depth.from || j >= depth.to || rows.from == rows.to || p.count == 0;
          p.top = empty ? size_[1] : rows.from;
          p.rows = empty ? 0 : rows.to - rows.from;
          p.bottom = size_[1] - p.top - p.rows;
          const int64_t plane = depth.source + (j - depth.from) * dims_[0].step;
          p.src = empty ? src : src + (plane * dims_[1].extent + rows.source) * dims_[2].extent + columns.source;
          conv_kernels<T>().copy_planes(p);
        }
      }
    }
  }
  T* slack = dst + channels * channel_size_;
  for (int64_t i = 0; i < kSlack; ++i) slack[i] = T(0);
}
template void ConvSource::copy<float>(float*, const float*, int64_t, int64_t) const;
template void ConvSource::copy<double>(double*, const double*, int64_t, int64_t) const;

}  // namespace rushlight::cpu
