// Convolution and its input gradient as products over columns that are packed, tile by tile, from a padded copy.
#include "cpu/conv.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/thread_pool.h"
#include "cpu/conv_source.h"
#include "cpu/gemm.h"

namespace rushlight::cpu {
namespace {

// Note [Convolution product]
// Y[rows][pixels] = W[rows][k] * X[k][pixels] with k = (channel, tap). A task owns a band of pixels of one image (or a
// few whole images, if they are small), copies its source once, and then, for a chunk of pixels whose columns fit the
// second-level cache, packs columns and multiplies. Columns are never stored beyond that. The k blocks depend on k only,
// so neither bands, chunks nor panels show in the result.
constexpr int64_t kMaxKBlock = 384, kChunkBytes = 300 << 10, kSourceBytes = 512 << 10, kMinTasks = 8;

// Where the pixels of the grid go: distance of neighbours per dimension, of channels and of images.
struct Target {
  int64_t offset, pitch[3], plane, image;
  bool contiguous;
};

template <class T>
class ConvProduct {
 public:
  // `weights` is [groups][rows][channels * taps], `src` [batch][groups][channels][extent...].
  ConvProduct(const ConvAxis (&axes)[3], int64_t batch, int64_t groups, int64_t channels, int64_t rows,
              const Target& target, const T* src, const T* weights, const T* bias, T* dst)
      : gemm_(gemm_kernels<T>()),
        conv_(conv_kernels<T>()),
        source_(axes, channels),
        batch_(batch),
        groups_(groups),
        rows_(rows),
        k_(channels * source_.taps()),
        k_block_(split(k_, kMaxKBlock)),
        target_(target),
        src_(src),
        weights_(weights),
        bias_(bias),
        dst_(dst),
        narrow_(rows <= 2),
        in_place_(is_pointwise(axes) && !narrow_),
        images_(1) {
    for (int i = 0; i < 3; ++i) grid_[i] = axes[i].grid;
    choose_tasks();
  }

  void run() {
    if (batch_ == 0 || groups_ == 0 || rows_ == 0 || source_.pixels() == 0) return;
    const Workspace<T> packed(narrow_ ? 0 : groups_ * k_blocks() * a_block());
    if (!narrow_) {
      packed_ = packed.data();
      parallel_chunks(groups_ * k_blocks(), pack_task, this, double(rows_ * std::min(k_block_, k_)) * 0.4);
    }
    const int64_t pixels = source_.band_pixels(0) * images_;
    const double macs = double(rows_) * double(k_) * double(pixels);
    parallel_chunks(image_groups() * groups_ * source_.bands(), product_task, this, 200 + macs * ns_per_mac(sizeof(T)));
  }

 private:
  // The size of the fewest equal blocks of at most `most`.
  static int64_t split(int64_t n, int64_t most) {
    const int64_t blocks = std::max<int64_t>(1, (n + most - 1) / most);
    return std::max<int64_t>(1, (n + blocks - 1) / blocks);
  }
  static bool is_pointwise(const ConvAxis (&axes)[3]) {
    return std::all_of(axes, axes + 3, [](const ConvAxis& a) {
      return a.step == 1 && a.base.size() == 1 && a.base[0] == 0 && a.grid == a.extent;
    });
  }

  void choose_tasks() {
    const int64_t pixels = source_.pixels();
    if (pixels == 0) return;
    // Images with few pixels fill the register tiles badly: several of them make one row of pixels.
    constexpr int64_t kFewPixels = 100;
    if (!narrow_ && pixels < kFewPixels && pixels % gemm_.lanes != 0) {
      in_place_ = false;
      const int64_t most = std::max<int64_t>(1, kSourceBytes / std::max<int64_t>(1, source_bytes(pixels)));
      images_ = std::clamp<int64_t>(batch_ * groups_ / kMinTasks, 1, std::min(most, (8 * gemm_.nr) / pixels + 1));
    }
    const int64_t tasks = std::max<int64_t>(1, image_groups() * groups_);
    source_.choose_band((kMinTasks + tasks - 1) / tasks, images_ > 1 ? INT64_MAX : kSourceBytes, sizeof(T));
    if (source_.bands() > 1) images_ = 1;
    chunk_ =
        std::max<int64_t>(1, kChunkBytes / int64_t(sizeof(T)) / (std::min(k_block_, k_ + 1) * gemm_.nr)) * gemm_.nr;
    chunk_ = std::min(chunk_, (source_.band_pixels(0) * images_ + gemm_.nr - 1) / gemm_.nr * gemm_.nr);
    contiguous_ = target_.contiguous && images_ == 1;
  }
  int64_t source_bytes(int64_t pixels) const { return source_.channels() * pixels * 2 * int64_t(sizeof(T)); }

  int64_t k_blocks() const { return (k_ + k_block_ - 1) / k_block_; }
  int64_t a_panel() const { return a_panel_size(gemm_, k_block_); }
  int64_t a_block() const { return (rows_ + gemm_.mr - 1) / gemm_.mr * a_panel(); }
  int64_t image_groups() const { return (batch_ + images_ - 1) / images_; }

  static void pack_task(void* self, int64_t chunk) {
    const ConvProduct& p = *static_cast<ConvProduct*>(self);
    const int64_t group = chunk / p.k_blocks(), k0 = chunk % p.k_blocks() * p.k_block_;
    const int64_t k = std::min(p.k_block_, p.k_ - k0), count = (p.rows_ + p.gemm_.mr - 1) / p.gemm_.mr;
    const T* w = p.weights_ + group * p.rows_ * p.k_ + k0;
    T* dst = p.packed_ + chunk * p.a_block();
    for (int64_t i = 0; i < count; ++i, dst += p.a_panel()) {
      const int64_t height = p.rows_ / count + (i < p.rows_ % count);
      p.gemm_.pack(dst, height, w, p.k_, 1, height, k, height);
      w += height * p.k_;
    }
  }

  static void product_task(void* self, int64_t task) {
    const ConvProduct& p = *static_cast<ConvProduct*>(self);
    const int64_t band = task % p.source_.bands(), group = task / p.source_.bands() % p.groups_;
    const int64_t image = task / p.source_.bands() / p.groups_ * p.images_;
    p.product(image, std::min(p.images_, p.batch_ - image), group, band);
  }

  // The columns of the pixels [begin, end) of a task, as runs; destinations count from `begin`.
  void runs_of(int64_t begin, int64_t end, int64_t band_pixels, std::vector<PixelRun>& runs) const {
    runs.clear();
    for (int64_t p = begin; p < end;) {
      const int64_t image = p / band_pixels, last = std::min(end, (image + 1) * band_pixels);
      source_.for_each_run(
          p - image * band_pixels, last - image * band_pixels, gemm_.lanes,
          [&](int64_t at, int64_t from, int64_t count) {
            runs.push_back({image * band_pixels + at - begin, image * source_.copy_size() + from, count});
          });
      p = last;
    }
  }

  void product(int64_t image, int64_t images, int64_t group, int64_t band) const {
    const int64_t plane = source_.plane(), channels = source_.channels();
    const T* src = src_ + (image * groups_ + group) * channels * plane;
    constexpr int64_t kFront = 32;  // packing may read one vector before the copy
    const Workspace<T> memory(in_place_ ? 0 : kFront + images * source_.copy_size() + ConvSource::kSlack);
    T* copy = in_place_ ? nullptr : memory.data() + kFront;
    if (copy) std::fill_n(memory.data(), kFront, T(0));
    for (int64_t i = 0; i < images && !in_place_; ++i) {
      source_.copy(copy + i * source_.copy_size(), src + i * groups_ * channels * plane, channels, band);
    }
    const int64_t band_pixels = source_.band_pixels(band), pixels = band_pixels * images;
    const T* from = in_place_ ? src + source_.pixel_begin(band) : copy;
    T* to = dst_ + image * target_.image + group * rows_ * target_.plane;
    const Workspace<T> tile(contiguous_ ? 0 : rows_ * std::min(chunk_, pixels));
    const Workspace<T> columns(narrow_ ? 0 : chunk_ * k_block_ + gemm_.lanes);
    std::vector<PixelRun> runs;
    for (int64_t begin = 0; begin < pixels; begin += chunk_) {
      const int64_t n = std::min(chunk_, pixels - begin);
      T* c = contiguous_ ? to + target_.offset + source_.pixel_begin(band) + begin : tile.data();
      const int64_t ldc = contiguous_ ? target_.plane : n;
      if (narrow_) {
        runs_of(begin, begin + n, band_pixels, runs);
        for (int64_t r = 0; r < rows_; ++r) {
          conv_.narrow(c + r * ldc, from, source_.offsets().data(), weights_ + (group * rows_ + r) * k_, k_,
                       bias_ ? bias_[group * rows_ + r] : T(0), runs.data(), int64_t(runs.size()));
        }
      } else {
        multiply(from, group, begin, n, band_pixels, columns.data(), c, ldc, runs);
      }
      if (!contiguous_) scatter(to, tile.data(), ldc, begin, n, band, band_pixels);
    }
  }

  // Turns the runs of one panel into loads of its two vectors, equally many for both; returns how many for each.
  int64_t add_panel(const std::vector<PixelRun>& runs, std::vector<PanelPiece>& pieces) const {
    std::vector<PanelPiece> halves[2];
    const int64_t width = gemm_.lanes;
    for (int v = 0; v < 2; ++v) {
      for (const PixelRun& run : runs) {
        const int64_t begin = std::max(run.dst, v * width), end = std::min(run.dst + run.count, (v + 1) * width);
        if (begin >= end) continue;
        const int64_t lane = begin - v * width;
        halves[v].push_back({run.src + begin - run.dst - lane, lane});
      }
      if (halves[v].empty()) halves[v].push_back({runs[0].src, 0});  // a vector past the last pixel
    }
    const size_t count = std::max(halves[0].size(), halves[1].size());
    for (auto& half : halves) {
      half.resize(count, half.back());  // a repeated load changes nothing
      pieces.insert(pieces.end(), half.begin(), half.end());
    }
    return int64_t(count);
  }

  // One chunk of pixels: all rows, all of k.
  void multiply(const T* from, int64_t group, int64_t begin, int64_t n, int64_t band_pixels, T* columns, T* c,
                int64_t ldc, std::vector<PixelRun>& runs) const {
    const int64_t nr = gemm_.nr;
    std::vector<std::pair<int64_t, int64_t>> panels;  // first piece and pieces per vector
    std::vector<PanelPiece> pieces;
    for (int64_t j = 0; j < n && !in_place_; j += nr) {
      runs_of(begin + j, begin + std::min(j + nr, n), band_pixels, runs);
      const int64_t first = int64_t(pieces.size());
      panels.emplace_back(first, add_panel(runs, pieces));
    }
    for (int64_t block = 0; block < k_blocks(); ++block) {
      const int64_t k0 = block * k_block_, k = std::min(k_block_, k_ - k0), plane = source_.plane();
      for (int64_t j = 0; j < n; j += nr) {
        T* dst = columns + j * k;
        if (in_place_) {
          gemm_.pack(dst, nr, from + begin + j + k0 * plane, 1, plane, std::min(nr, n - j), k, nr);
        } else {
          const auto& panel = panels[size_t(j / nr)];
          conv_.pack_columns(dst, from, source_.offsets().data(), k0, k0 + k, pieces.data() + panel.first,
                             panel.second);
        }
      }
      const T* start = block == 0 && bias_ ? bias_ + group * rows_ : nullptr;
      gemm_.macro(rows_, n, k, packed_ + (group * k_blocks() + block) * a_block(), a_panel(), columns, nr * k, c, ldc,
                  {T(1), block == 0 ? T(0) : T(1), nullptr}, start);
    }
    if (k_ == 0) {
      for (int64_t r = 0; r < rows_; ++r) std::fill_n(c + r * ldc, n, bias_ ? bias_[group * rows_ + r] : T(0));
    }
  }

  // Writes a finished tile to pixels that are not neighbours.
  void scatter(T* to, const T* tile, int64_t ld, int64_t begin, int64_t n, int64_t band, int64_t band_pixels) const {
    for (int64_t p = begin; p < begin + n;) {
      const int64_t image = p / band_pixels, pixel = source_.pixel_begin(band) + p % band_pixels;
      const int64_t column = pixel % grid_[2], row = pixel / grid_[2];
      int64_t count = std::min(grid_[2] - column, begin + n - p);
      T* out = to + target_.offset + image * target_.image + (row / grid_[1]) * target_.pitch[0] +
               (row % grid_[1]) * target_.pitch[1] + column * target_.pitch[2];
      if (target_.contiguous) {
        count = std::min(band_pixels - p % band_pixels, begin + n - p);
        out = to + target_.offset + image * target_.image + pixel;
      }
      for (int64_t r = 0; r < rows_; ++r) {
        const T* t = tile + r * ld + p - begin;
        T* o = out + r * target_.plane;
        for (int64_t i = 0; i < count; ++i) o[i * target_.pitch[2]] = t[i];
      }
      p += count;
    }
  }

  const GemmKernels<T>& gemm_;
  const ConvKernels<T>& conv_;
  ConvSource source_;
  int64_t batch_, groups_, rows_, k_, k_block_;
  Target target_;
  const T* src_;
  const T* weights_;
  const T* bias_;
  T* dst_;
  bool narrow_;     // one or two output channels: no packing
  bool in_place_;   // pointwise: the source needs no copy
  int64_t images_;  // whole images per task
  bool contiguous_ = false;
  int64_t chunk_ = 0, grid_[3];
  T* packed_ = nullptr;
};

// The plan's dimension i of 3; the missing ones come first and are 1.
struct PlanAxis {
  int64_t in = 1, out = 1, kernel = 1, stride = 1, padding = 0, dilation = 1;
};
PlanAxis plan_axis(const ConvPlan& p, int i) {
  const int d = i - (3 - p.nd);
  if (d < 0) return {};
  return {p.in[d], p.out[d], p.kernel[d], p.stride[d], p.padding[d], p.dilation[d]};
}

int64_t product_of(const int64_t* sizes, int n) {
  int64_t r = 1;
  for (int i = 0; i < n; ++i) r *= sizes[i];
  return r;
}

}  // namespace

template <class T>
void conv_forward(const ConvPlan& plan, const T* x, const T* w, const T* bias, T* y) {
  ConvAxis axes[3];
  for (int i = 0; i < 3; ++i) {
    const PlanAxis a = plan_axis(plan, i);
    axes[i] = {a.out, a.in, a.stride, {}};
    for (int64_t t = 0; t < a.kernel; ++t) axes[i].base.push_back(t * a.dilation - a.padding);
  }
  const int64_t pixels = product_of(plan.out, plan.nd);
  const Target target{0, {axes[1].grid * axes[2].grid, axes[2].grid, 1}, pixels, plan.out_channels * pixels, true};
  ConvProduct<T>(axes, plan.batch, plan.groups, plan.in_channels / plan.groups, plan.out_channels / plan.groups, target,
                 x, w, bias, y)
      .run();
}

// Note [Input gradient by phases]
// Input element i = r + stride * q of one dimension receives tap t from output (i + padding - t * dilation) / stride
// where that divides. So the elements with one remainder r use a fixed subset of the taps, each at a fixed distance: the
// gradient is one stride-1 product per combination of remainders, and every element is written once.
template <class T>
void conv_backward_input(const ConvPlan& plan, const T* dy, const T* w, T* dx) {
  const int64_t in = plan.in_channels / plan.groups, out = plan.out_channels / plan.groups;
  const int64_t pixels = product_of(plan.in, plan.nd), taps = product_of(plan.kernel, plan.nd);
  PlanAxis a[3];
  for (int i = 0; i < 3; ++i) a[i] = plan_axis(plan, i);
  const int64_t pitch[3] = {a[1].in * a[2].in, a[2].in, 1};
  for (int64_t phase = 0; phase < a[0].stride * a[1].stride * a[2].stride; ++phase) {
    const int64_t r[3] = {phase / (a[1].stride * a[2].stride), phase / a[2].stride % a[1].stride, phase % a[2].stride};
    ConvAxis axes[3];
    Target target{0, {}, pixels, plan.in_channels * pixels, true};
    std::vector<int64_t> used(1, 0);  // the taps of this phase, as indices into one filter
    for (int i = 0; i < 3; ++i) {
      axes[i] = {(a[i].in - r[i] + a[i].stride - 1) / a[i].stride, a[i].out, 1, {}};
      std::vector<int64_t> next;
      for (int64_t u : used) {
        for (int64_t t = 0; t < a[i].kernel; ++t) {
          if ((r[i] + a[i].padding - t * a[i].dilation) % a[i].stride == 0) next.push_back(u * a[i].kernel + t);
        }
      }
      used = std::move(next);
      for (int64_t t = 0; t < a[i].kernel; ++t) {
        const int64_t e = r[i] + a[i].padding - t * a[i].dilation;
        if (e % a[i].stride == 0) axes[i].base.push_back(e / a[i].stride);
      }
      target.offset += r[i] * pitch[i];
      target.pitch[i] = pitch[i] * a[i].stride;
      target.contiguous &= a[i].stride == 1;
    }
    const bool no_source = product_of(plan.out, plan.nd) == 0;
    const int64_t k = no_source ? 0 : out * int64_t(used.size());
    if (k == 0) {  // nothing reaches this phase
      for (ConvAxis& axis : axes) axis.base.assign(1, 0);
    }
    const Workspace<T> flipped(plan.groups * in * k);  // [group][in][out][used taps]
    const int64_t n_used = int64_t(used.size());
    parallel_for(k ? plan.groups * in : 0, 1, double(k), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        T* to = flipped.data() + i * k;
        const T* from = w + (i / in * out * in + i % in) * taps;
        for (int64_t o = 0; o < out; ++o, from += in * taps) {
          for (int64_t t = 0; t < n_used; ++t) *to++ = from[used[size_t(t)]];
        }
      }
    });
    ConvProduct<T>(axes, plan.batch, plan.groups, k ? out : 0, in, target, dy, flipped.data(), nullptr, dx).run();
  }
}

#define RL_INSTANTIATE(T)                                                           \
  template void conv_forward<T>(const ConvPlan&, const T*, const T*, const T*, T*); \
  template void conv_backward_input<T>(const ConvPlan&, const T*, const T*, T*);
RL_INSTANTIATE(float)
RL_INSTANTIATE(double)
#undef RL_INSTANTIATE

}  // namespace rushlight::cpu
