// How a convolution reads its source: taps, strides and padding turned into offsets in a padded copy of one image.
#pragma once
#include <cstdint>
#include <vector>

#include "cpu/isa/micro.h"

namespace rushlight::cpu {

template <class T>
const ConvKernels<T>& conv_kernels();

// Note [Convolution source]
// Along one dimension, output pixel q and tap t read the source at q * step + base[t]: for a forward convolution step
// is the stride and base[t] = t * dilation - padding; for its input gradient, one phase of the input at a time, step is
// 1 and base[t] whatever maps that phase to dY. A band of output rows is computed from a copy of the source that
//  - holds zeros where a tap reaches outside, so that no kernel tests bounds, and
//  - is split by index modulo step, so that neighbouring pixels are neighbours in memory for any stride.
// Then every tap is one offset, the same for all pixels:
//   copy of one channel: [phase 0][phase 1][phase 2][rows 0][rows 1][rows 2], a phase only where a tap needs it.
struct ConvAxis {
  int64_t grid = 1;    // output pixels
  int64_t extent = 1;  // source elements
  int64_t step = 1;
  std::vector<int64_t> base{0};  // one per tap
};

class ConvSource {
 public:
  ConvSource(const ConvAxis (&axes)[3], int64_t channels);

  int64_t taps() const { return taps_; }
  int64_t channels() const { return channels_; }
  // Elements of one channel of the source, and output pixels.
  int64_t plane() const { return plane_; }
  int64_t pixels() const { return dims_[0].grid * dims_[1].grid * dims_[2].grid; }

  // Output pixels are cut into bands along the outermost dimension that has more than one pixel, so a band is one run
  // of pixels. This fixes the number of rows of a band (the last may be shorter): at least `min_bands` bands unless
  // those would be tiny, and a copy of about `max_bytes` at most.
  void choose_band(int64_t min_bands, int64_t max_bytes, int64_t element_bytes);
  int64_t bands() const { return (dims_[band_axis_].grid + band_ - 1) / band_; }
  // Pixels before a band, and in it.
  int64_t pixel_begin(int64_t band) const { return band * band_ * row_pixels_; }
  int64_t band_pixels(int64_t band) const;
  int64_t row_length() const { return band_axis_ == 2 ? band_ : dims_[2].grid; }
  // Elements of one copy, and the slack behind the last one that whole-vector access needs.
  int64_t copy_size() const { return channels_ * channel_size_; }
  static constexpr int64_t kSlack = 32;

  // The pixels [begin, end) of a band, cut where the source is not contiguous and into runs of `longest` at most.
  template <class F>
  void for_each_run(int64_t begin, int64_t end, int64_t longest, const F& f) const {
    const int64_t width = row_length(), height = band_axis_ == 1 ? band_ : dims_[1].grid;
    for (int64_t p = begin; p < end;) {
      const int64_t row = p / width, column = p % width;
      int64_t count = width - column < end - p ? width - column : end - p;
      if (count > longest) count = longest;
      f(p, (row / height) * pitch_[0] + (row % height) * pitch_[1] + column, count);
      p += count;
    }
  }
  // offsets()[c * taps + t] of channel c and tap t.
  const std::vector<int64_t>& offsets() const { return offsets_; }

  // Copies what a band needs of the first `channels` channels at src, and clears the slack behind.
  template <class T>
  void copy(T* dst, const T* src, int64_t channels, int64_t band) const;

 private:
  struct Dim {
    int64_t grid, extent, step, low, span;  // span: indices per phase beyond the grid
    std::vector<int64_t> phases;            // the remainders some tap needs
    std::vector<int64_t> tap_phase, tap_index;
  };
  struct Inside {
    int64_t from, to, source;
  };
  Inside inside(int i, int64_t phase, int64_t band) const;
  int64_t size_for(int64_t band) const;
  void set_band(int64_t band);

  Dim dims_[3];
  int64_t channels_, taps_, plane_, band_ = 0, row_pixels_ = 0, channel_size_ = 0;
  int64_t size_[3] = {}, pitch_[3] = {};
  int band_axis_;
  std::vector<int64_t> offsets_;
};

}  // namespace rushlight::cpu
