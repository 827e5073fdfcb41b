// Gradients of a convolution's weight and bias: products over pixels, with partial sums per group of images.
#include <algorithm>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/conv.h"
#include "cpu/conv_source.h"
#include "cpu/gemm.h"

namespace rushlight::cpu {
namespace {

constexpr int64_t kBlockPixels = 256, kSliceBytes = 512 << 10, kSourceBytes = 384 << 10, kPartialBytes = 16 << 20;
constexpr int64_t kTasks = 16, kMinTasks = 4;

// Note [Weight gradient order]
// The images are cut into a fixed number of groups. A task sums one group's images, in order, into its own partial
// gradient (transposed: [k][output channel]) for a slice of the input channels; then the partials are added in order.
// The number of groups depends on sizes only, so the threads do not show in the result.
template <class T>
class ConvWeight {
 public:
  ConvWeight(const ConvAxis (&axes)[3], const ConvPlan& plan, const T* x, const T* dy, T* dw)
      : gemm_(gemm_kernels<T>()),
        conv_(conv_kernels<T>()),
        groups_(plan.groups),
        batch_(plan.batch),
        in_(plan.in_channels / plan.groups),
        out_(plan.out_channels / plan.groups),
        narrow_(out_ <= 2),
        ld_(narrow_ ? out_ : (out_ + 31) / 32 * 32),
        slice_(slice_size(axes)),
        source_(axes, slice_),
        k_(in_ * source_.taps()),
        x_(x),
        dy_(dy),
        dw_(dw) {
    slices_ = (in_ + slice_ - 1) / slice_;
    const int64_t bytes = groups_ * k_ * ld_ * int64_t(sizeof(T));
    image_groups_ = std::max<int64_t>(1, std::min((kTasks + groups_ * slices_ - 1) / (groups_ * slices_), batch_));
    image_groups_ = std::min(image_groups_, std::max<int64_t>(1, kPartialBytes / std::max<int64_t>(1, bytes)));
    source_.choose_band(1, kSourceBytes, sizeof(T));
    // Small images are taken several at a time, so that the chains in registers are long enough.
    images_ = source_.bands() > 1 ? 1 : std::clamp<int64_t>(kBlockPixels / source_.pixels(), 1, 16);
  }

  void run() {
    const Workspace<T> partial(image_groups_ * groups_ * k_ * ld_);
    partial_ = partial.data();
    const double images = double(batch_) / double(image_groups_);
    const double macs = images * double(source_.pixels()) * double(slice_ * source_.taps()) * double(out_);
    parallel_chunks(image_groups_ * groups_ * slices_, sum_task, this, 500 + macs * ns_per_mac(sizeof(T)));
    const double elements = double(kFinishRows) * double(out_);
    parallel_chunks(groups_ * finish_chunks(), finish_task, this, elements * double(image_groups_ + 1) * 0.2);
  }

 private:
  static constexpr int64_t kFinishRows = 16;
  int64_t finish_chunks() const { return (k_ + kFinishRows - 1) / kFinishRows; }

  int64_t slice_size(const ConvAxis (&axes)[3]) const {
    const int64_t taps = int64_t(axes[0].base.size() * axes[1].base.size() * axes[2].base.size());
    const int64_t most = std::max<int64_t>(1, kSliceBytes / std::max<int64_t>(1, taps * ld_ * int64_t(sizeof(T))));
    const int64_t few = (kMinTasks + batch_ * groups_ - 1) / (batch_ * groups_);  // slices that a small batch needs
    const int64_t count = std::max((in_ + most - 1) / most, std::min(few, in_));
    return std::max<int64_t>(1, (in_ + count - 1) / count);
  }

  static void sum_task(void* self, int64_t task) {
    const ConvWeight& g = *static_cast<ConvWeight*>(self);
    const int64_t slice = task % g.slices_, group = task / g.slices_ % g.groups_, part = task / g.slices_ / g.groups_;
    g.sum(part, group, slice * g.slice_);
  }

  // The images of one group, for the input channels from `channel` on.
  void sum(int64_t part, int64_t group, int64_t channel) const {
    const int64_t channels = std::min(slice_, in_ - channel), k = channels * source_.taps();
    T* dw = partial_ + ((part * groups_ + group) * k_ + channel * source_.taps()) * ld_;
    std::fill_n(dw, k * ld_, T(0));
    const Workspace<T> copy(images_ * source_.copy_size() + ConvSource::kSlack);
    const Workspace<T> turned(narrow_ ? 0 : kBlockPixels * gemm_.nr);
    const int64_t first = part * batch_ / image_groups_, last = (part + 1) * batch_ / image_groups_;
    const int64_t pixels = source_.pixels();
    std::vector<PixelRow> rows;
    for (int64_t image = first; image < last; image += images_) {
      const int64_t images = std::min(images_, last - image);
      const T* dy = dy_ + (image * groups_ + group) * out_ * pixels;
      for (int64_t band = 0; band < source_.bands(); ++band) {
        for (int64_t i = 0; i < images; ++i) {
          source_.copy(copy.data() + i * source_.copy_size(),
                       x_ + (((image + i) * groups_ + group) * in_ + channel) * source_.plane(), channels, band);
        }
        const int64_t band_pixels = source_.band_pixels(band);
        if (images_ > 1) {
          rows.clear();
          for (int64_t i = 0; i < images; ++i) add_rows(rows, 0, band_pixels, i);
          add_block(dw, k, copy.data(), rows, dy, band_pixels, images, turned.data());
          continue;
        }
        for (int64_t begin = 0, end; begin < band_pixels; begin = end) {
          end = block_end(begin, band_pixels);
          rows.clear();
          add_rows(rows, begin, end, 0);
          add_block(dw, k, copy.data(), rows, dy + source_.pixel_begin(band) + begin, end - begin, 1, turned.data());
        }
      }
    }
  }

  void add_rows(std::vector<PixelRow>& rows, int64_t begin, int64_t end, int64_t image) const {
    source_.for_each_run(begin, end, kBlockPixels, [&](int64_t, int64_t from, int64_t count) {
      rows.push_back({image * source_.copy_size() + from, count});
    });
  }

  // Blocks are whole rows where those are short enough.
  int64_t block_end(int64_t begin, int64_t end) const {
    const int64_t row = source_.row_length();
    if (row > kBlockPixels) return std::min(end, begin + std::min(kBlockPixels, row - begin % row));
    return std::min(end, begin + kBlockPixels / row * row);
  }

  // Adds `images` pieces of `pixels` pixels each; the pieces of dY are whole images apart.
  void add_block(T* dw, int64_t k, const T* src, const std::vector<PixelRow>& rows, const T* dy, int64_t pixels,
                 int64_t images, T* turned) const {
    const int64_t plane = source_.pixels(), image = groups_ * out_ * plane, n_rows = int64_t(rows.size());
    const int64_t* offsets = source_.offsets().data();
    if (narrow_) {
      const int64_t per_image = n_rows / images;
      for (int64_t i = 0; i < images; ++i) {
        for (int64_t o = 0; o < out_; ++o) {
          conv_.narrow_weight(dw + o, ld_, src, offsets, k, rows.data() + i * per_image, per_image,
                              dy + i * image + o * plane);
        }
      }
      return;
    }
    for (int64_t o = 0; o < out_; o += gemm_.nr) {
      const int64_t count = std::min<int64_t>(gemm_.nr, out_ - o);
      for (int64_t i = 0; i < images; ++i) {
        gemm_.pack(turned + i * pixels * gemm_.nr, gemm_.nr, dy + i * image + o * plane, plane, 1, count, pixels,
                   gemm_.nr);
      }
      conv_.weight(dw + o, ld_, src, offsets, k, rows.data(), n_rows, turned, count > gemm_.lanes ? 2 : 1);
    }
  }

  // Adds the partials of kFinishRows rows and turns them into the layout of the weight.
  static void finish_task(void* self, int64_t chunk) {
    const ConvWeight& g = *static_cast<ConvWeight*>(self);
    const int64_t group = chunk / g.finish_chunks(), k0 = chunk % g.finish_chunks() * kFinishRows;
    const int64_t rows = std::min(kFinishRows, g.k_ - k0), count = rows * g.ld_;
    T* sums = g.partial_ + (group * g.k_ + k0) * g.ld_;
    for (int64_t part = 1; part < g.image_groups_; ++part) {
      g.gemm_.finish(count, sums + part * g.groups_ * g.k_ * g.ld_, sums, {T(1), T(1), nullptr});
    }
    T* dw = g.dw_ + group * g.out_ * g.k_ + k0;
    if (rows == kFinishRows) {
      g.gemm_.pack(dw, g.k_, sums, g.ld_, 1, rows, g.out_, rows);
    } else {
      for (int64_t o = 0; o < g.out_; ++o) {
        for (int64_t r = 0; r < rows; ++r) dw[o * g.k_ + r] = sums[r * g.ld_ + o];
      }
    }
  }

  const GemmKernels<T>& gemm_;
  const ConvKernels<T>& conv_;
  int64_t groups_, batch_, in_, out_;
  bool narrow_;
  int64_t ld_, slice_;
  ConvSource source_;
  int64_t k_;
  const T* x_;
  const T* dy_;
  T* dw_;
  int64_t slices_, image_groups_, images_;
  T* partial_ = nullptr;
};

}  // namespace

template <class T>
void conv_backward_weight(const ConvPlan& plan, const T* x, const T* dy, T* dw) {
  ConvAxis axes[3];
  int64_t pixels = 1, taps = 1;
  for (int d = 0; d < plan.nd; ++d) {
    ConvAxis& axis = axes[3 - plan.nd + d];
    axis = {plan.out[d], plan.in[d], plan.stride[d], {}};
    for (int64_t t = 0; t < plan.kernel[d]; ++t) axis.base.push_back(t * plan.dilation[d] - plan.padding[d]);
    pixels *= plan.out[d];
    taps *= plan.kernel[d];
  }
  const int64_t count = plan.out_channels * (plan.in_channels / plan.groups) * taps;
  if (pixels == 0 || plan.batch == 0 || count == 0) {
    std::fill_n(dw, count, T(0));
    return;
  }
  ConvWeight<T>(axes, plan, x, dy, dw).run();
}

// One dot product with ones per image and channel, then the images in order.
template <class T>
void conv_backward_bias(const ConvPlan& plan, const T* dy, T* db) {
  int64_t pixels = 1;
  for (int d = 0; d < plan.nd; ++d) pixels *= plan.out[d];
  const int64_t channels = plan.out_channels;
  const Workspace<T> ones(pixels), sums(plan.batch * channels);
  std::fill_n(ones.data(), pixels, T(1));
  const double ns = double(channels) * (10 + double(pixels) * sizeof(T) / 24);
  parallel_for(plan.batch, 1, ns, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      gemm_kernels<T>().dot(channels, pixels, dy + i * channels * pixels, pixels, ones.data(),
                            sums.data() + i * channels);
    }
  });
  std::fill_n(db, channels, T(0));
  for (int64_t i = 0; i < plan.batch; ++i) {
    gemm_kernels<T>().finish(channels, sums.data() + i * channels, db, {T(1), T(1), nullptr});
  }
}

#define RL_INSTANTIATE(T)                                                         \
  template void conv_backward_weight<T>(const ConvPlan&, const T*, const T*, T*); \
  template void conv_backward_bias<T>(const ConvPlan&, const T*, T*);
RL_INSTANTIATE(float)
RL_INSTANTIATE(double)
#undef RL_INSTANTIATE

}  // namespace rushlight::cpu
