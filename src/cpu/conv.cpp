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
// few whole images, if they are small) and a slice of the rows; it copies its source once. The columns X are then read
// from the copy by offset in the register kernel itself, where a vector of pixels is at most a few runs; else they are
// packed panel by panel. The k blocks depend on k only, so bands, chunks, slices and panels do not show in the result.
constexpr int64_t kMaxKBlock = 384, kChunkBytes = 300 << 10, kSourceBytes = 512 << 10;
constexpr int64_t kMinTasks = 8, kMinSlices = 4;

// Where the pixels of the grid go: distance of neighbours per dimension, of channels and of images.
struct Target {
  int64_t offset, pitch[3], plane, image;
  bool contiguous;
};

// Where the weight of (group, row, channel, tap) lies.
template <class T>
struct WeightView {
  const T* data;
  int64_t group, row, channel;
  std::vector<int64_t> tap;
};

template <class T>
class ConvProduct {
 public:
  // `src` is [batch][groups][channels][extent...].
  ConvProduct(const ConvAxis (&axes)[3], int64_t batch, int64_t groups, int64_t channels, int64_t rows,
              const Target& target, const T* src, const WeightView<T>& weights, const T* bias, T* dst)
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
        images_(1),
        slice_(rows),
        slices_(1) {
    for (int i = 0; i < 3; ++i) grid_[i] = axes[i].grid;
    choose_tasks();
  }

  // Whether there is anything to compute.
  bool empty() const { return batch_ == 0 || groups_ == 0 || rows_ == 0 || source_.pixels() == 0; }
  // Packs the weights.
  void prepare() {
    if (narrow_) {
      packed_ = Workspace<T>(groups_ * rows_ * k_);
      for (int64_t r = 0; r < groups_ * rows_; ++r) pack_rows(packed_.data() + r * k_, r / rows_, r % rows_, 1, 0, k_);
      return;
    }
    packed_ = Workspace<T>(groups_ * slices_ * k_blocks() * a_block());
    const double elements = double(slice_) * double(std::min(k_block_, k_));
    parallel_chunks(groups_ * slices_ * k_blocks(), pack_task, this, elements * 0.4);
  }
  void run() {
    if (empty()) return;
    prepare();
    parallel_chunks(image_groups() * tasks_per_group(), product_task, this, task_ns());
  }

  // Tasks are ordered by groups of images.
  int64_t image_groups() const { return (batch_ + images_ - 1) / images_; }
  int64_t tasks_per_group() const { return groups_ * source_.bands() * slices_; }
  double task_ns() const {
    const double macs = double(slice_) * double(k_) * double(source_.band_pixels(0) * images_);
    return 200 + macs * ns_per_mac(sizeof(T));
  }
  static void product_task(void* self, int64_t task) {
    const ConvProduct& p = *static_cast<ConvProduct*>(self);
    const int64_t slice = task % p.slices_, rest = task / p.slices_;
    const int64_t band = rest % p.source_.bands(), group = rest / p.source_.bands() % p.groups_;
    const int64_t image = rest / p.source_.bands() / p.groups_ * p.images_;
    p.product(image, std::min(p.images_, p.batch_ - image), group, band, slice);
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

  // Rows per task: what tasks are missing comes from slices of the rows, and one k block of the weights should stay in
  // the second-level cache.
  int64_t slice_for(int64_t tasks) const {
    constexpr int64_t kWeightBytes = 400 << 10;
    const int64_t missing = (kMinSlices + tasks - 1) / tasks;
    const int64_t fit = std::max<int64_t>(64, kWeightBytes / int64_t(sizeof(T)) / k_block_);
    return std::min(split(rows_, fit),
                    std::max<int64_t>(std::min<int64_t>(rows_, 64), (rows_ + missing - 1) / missing));
  }

  // Images with few pixels fill the register tiles badly, or use large weights too few times per pass over them:
  // several images make one row of pixels. The number is the one with the least estimated time per image.
  int64_t choose_images() const {
    const int64_t pixels = source_.pixels();
    if (narrow_ || pixels > 1024) return 1;
    const int64_t bytes = source_.channels() * pixels * 2 * int64_t(sizeof(T));
    const int64_t most = std::min<int64_t>({batch_, 16, std::max<int64_t>(1, 2 * kSourceBytes / (bytes + 1))});
    const bool large = rows_ * k_ * int64_t(sizeof(T)) > kSourceBytes;
    int64_t best = 1;
    double least = 0;
    for (int64_t i = 1; i <= most; ++i) {
      const int64_t padded = (i * pixels + gemm_.lanes - 1) / gemm_.lanes * gemm_.lanes;
      const double n = double(i * pixels), lanes = double(padded);
      const int64_t groups = (batch_ + i - 1) / i, tasks = groups * groups_;
      const int64_t slices = (rows_ + slice_for(tasks) - 1) / slice_for(tasks);
      const int64_t even = slices * groups_ % 2 ? (groups + 1) / 2 * 2 : groups;  // for two threads
      double cost = lanes / n * double(even * i) / double(batch_);
      if (large) cost += std::min(1.0, 27 / n);
      if (slices > 4) cost += 0.02 * double(slices - 4);
      if (i == 1 || cost < least - 0.01) least = cost, best = i;
    }
    return best;
  }

  void choose_tasks() {
    if (empty()) return;
    images_ = choose_images();
    const int64_t tasks = image_groups() * groups_;
    const bool whole = images_ > 1;
    source_.choose_band(whole ? 1 : (kMinTasks + tasks - 1) / tasks, whole ? INT64_MAX : kSourceBytes, sizeof(T));
    if (whole) in_place_ = false;
    if (!narrow_) slice_ = slice_for(tasks * source_.bands());
    slices_ = (rows_ + slice_ - 1) / slice_;
    const int64_t pixels = source_.band_pixels(0) * images_, panel = k_block_ * gemm_.nr * int64_t(sizeof(T));
    chunk_ = std::min(std::max<int64_t>(1, kChunkBytes / panel), (pixels + gemm_.nr - 1) / gemm_.nr) * gemm_.nr;
  }

  int64_t k_blocks() const { return (k_ + k_block_ - 1) / k_block_; }
  int64_t a_panel() const { return a_panel_size(gemm_, k_block_); }
  int64_t a_block() const { return (slice_ + gemm_.mr - 1) / gemm_.mr * a_panel(); }
  int64_t slice_rows(int64_t slice) const { return std::min(slice_, rows_ - slice * slice_); }

  // Chunks are ordered (group, slice, k block).
  static void pack_task(void* self, int64_t chunk) {
    const ConvProduct& p = *static_cast<ConvProduct*>(self);
    const int64_t k0 = chunk % p.k_blocks() * p.k_block_, slice = chunk / p.k_blocks() % p.slices_;
    const int64_t group = chunk / p.k_blocks() / p.slices_, rows = p.slice_rows(slice);
    const int64_t k = std::min(p.k_block_, p.k_ - k0), count = (rows + p.gemm_.mr - 1) / p.gemm_.mr;
    T* dst = p.packed_.data() + chunk * p.a_block();
    for (int64_t i = 0, row = slice * p.slice_; i < count; ++i, dst += p.a_panel()) {
      const int64_t height = rows / count + (i < rows % count);
      p.pack_rows(dst, group, row, height, k0, k);
      row += height;
    }
  }

  // dst[p * height + r] = the weight of row `row` + r and k0 + p.
  void pack_rows(T* dst, int64_t group, int64_t row, int64_t height, int64_t k0, int64_t k) const {
    const T* w = weights_.data + group * weights_.group + row * weights_.row;
    const int64_t taps = source_.taps();
    if (!narrow_ && taps == weights_.channel)
      return gemm_.pack(dst, height, w + k0, weights_.row, 1, height, k, height);
    if (!narrow_ && taps == 1) {
      w += k0 * weights_.channel + weights_.tap[0];
      return gemm_.pack(dst, height, w, weights_.row, weights_.channel, height, k, height);
    }
    int64_t channel = k0 / taps, tap = k0 % taps;
    const bool all_taps = weights_.tap.back() - weights_.tap.front() == taps - 1;  // they rise: so they are neighbours
    if (all_taps && !narrow_) {
      for (int64_t p = 0; p < k; tap = 0, ++channel) {
        const int64_t steps = std::min(taps - tap, k - p);
        const T* from = w + channel * weights_.channel + weights_.tap[size_t(tap)];
        gemm_.pack(dst + p * height, height, from, weights_.row, 1, height, steps, height);
        p += steps;
      }
      return;
    }
    for (int64_t p = 0; p < k; ++p, dst += height) {
      const T* from = w + channel * weights_.channel + weights_.tap[size_t(tap)];
      for (int64_t r = 0; r < height; ++r) dst[r] = from[r * weights_.row];
      if (++tap == taps) tap = 0, ++channel;
    }
  }

  // The columns of the pixels [begin, end) of a task, as runs; destinations count from `begin`.
  void runs_of(int64_t begin, int64_t end, int64_t band_pixels, std::vector<PixelRun>& runs) const {
    runs.clear();
    for (int64_t p = begin; p < end;) {
      const int64_t image = p / band_pixels, last = std::min(end, (image + 1) * band_pixels);
      source_.for_each_run(p - image * band_pixels, last - image * band_pixels, gemm_.lanes,
                           [&](int64_t at, int64_t from, int64_t count) {
                             const int64_t dst = image * band_pixels + at - begin;
                             runs.push_back({dst, image * source_.copy_size() + from, count});
                           });
      p = last;
    }
  }

  void product(int64_t image, int64_t images, int64_t group, int64_t band, int64_t slice) const {
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
    T* to = dst_ + image * target_.image + (group * rows_ + slice * slice_) * target_.plane;
    const bool in_output = target_.contiguous && images == 1;
    const Workspace<T> tile(in_output ? 0 : slice_ * chunk_), panel(narrow_ ? 0 : gemm_.nr * k_block_ + gemm_.lanes);
    std::vector<Part> parts;
    for (int64_t begin = 0; begin < pixels; begin += chunk_) {
      parts.clear();
      add_parts(parts, {begin, std::min(chunk_, pixels - begin), band_pixels, band}, to, tile.data());
      if (narrow_) {
        narrow_product(from, group, parts[0], band_pixels);
      } else {
        multiply(from, group, slice, parts, band_pixels, panel.data());
      }
      for (const Part& part : parts) {
        if (part.scattered) scatter(to, slice_rows(slice), part, band, band_pixels);
      }
    }
  }

  // Pixels [begin, begin + n) of a task, and where their products go: into the output, or a tile that is scattered.
  struct Part {
    int64_t begin, n;
    T* c;
    int64_t ldc;
    bool scattered;
  };
  struct Span {
    int64_t begin, n, band_pixels, band;
  };

  // Panels that lie in one image of a contiguous output are written in place.
  void add_parts(std::vector<Part>& parts, const Span& s, T* to, T* tile) const {
    if (!target_.contiguous) {
      parts.push_back({s.begin, s.n, tile, s.n, true});
      return;
    }
    const int64_t nr = gemm_.nr, end = s.begin + s.n;
    for (int64_t p = s.begin; p < end;) {
      const int64_t image = p / s.band_pixels, stop = std::min(end, (image + 1) * s.band_pixels);
      int64_t n = stop == end ? end - p : (stop - p) / nr * nr;
      if (n > 0) {
        T* c = to + target_.offset + image * target_.image + source_.pixel_begin(s.band) + p % s.band_pixels;
        parts.push_back({p, n, c, target_.plane, false});
      } else {
        n = std::min(nr, end - p);
        parts.push_back({p, n, tile + (p - s.begin) * slice_, nr, true});
      }
      p += n;
    }
  }

  void narrow_product(const T* from, int64_t group, const Part& part, int64_t band_pixels) const {
    std::vector<PixelRun> runs;
    runs_of(part.begin, part.begin + part.n, band_pixels, runs);
    for (int64_t r = 0; r < rows_; ++r) {
      conv_.narrow(part.c + r * part.ldc, from, source_.offsets().data(), packed_.data() + (group * rows_ + r) * k_, k_,
                   bias_ ? bias_[group * rows_ + r] : T(0), runs.data(), int64_t(runs.size()));
    }
  }

  // The loads of the vectors of a part, `pieces` for each; vectors come in pairs.
  struct Columns {
    std::vector<PanelPiece> loads;
    int64_t pieces = 1;
  };
  Columns columns_of(const std::vector<PixelRun>& runs, int64_t n) const {
    const int64_t width = gemm_.lanes, vectors = (n + gemm_.nr - 1) / gemm_.nr * 2;
    std::vector<int64_t> count(size_t(vectors), 0);
    for (const PixelRun& run : runs) {
      for (int64_t v = run.dst / width; v <= (run.dst + run.count - 1) / width; ++v) ++count[size_t(v)];
    }
    Columns r;
    r.pieces = std::max<int64_t>(1, *std::max_element(count.begin(), count.end()));
    r.loads.resize(size_t(vectors * r.pieces), PanelPiece{runs[0].src, 0});  // also for vectors past the last pixel
    std::fill(count.begin(), count.end(), 0);
    for (const PixelRun& run : runs) {
      for (int64_t v = run.dst / width; v <= (run.dst + run.count - 1) / width; ++v) {
        const int64_t lane = std::max<int64_t>(run.dst - v * width, 0);
        const PanelPiece piece{run.src + v * width - run.dst, lane};
        for (int64_t i = count[size_t(v)]++; i < r.pieces; ++i) r.loads[size_t(v * r.pieces + i)] = piece;
      }
    }
    return r;
  }

  // A slice of the rows, all of k.
  void multiply(const T* from, int64_t group, int64_t slice, const std::vector<Part>& parts, int64_t band_pixels,
                T* panel) const {
    const int64_t rows = slice_rows(slice);
    const T* bias = bias_ ? bias_ + group * rows_ + slice * slice_ : nullptr;
    std::vector<Columns> columns(in_place_ ? 0 : parts.size());
    std::vector<PixelRun> runs;
    for (size_t i = 0; i < columns.size(); ++i) {
      runs_of(parts[i].begin, parts[i].begin + parts[i].n, band_pixels, runs);
      columns[i] = columns_of(runs, parts[i].n);
    }
    const int64_t* offsets = source_.offsets().data();
    for (int64_t block = 0; block < k_blocks(); ++block) {
      const int64_t k0 = block * k_block_, k = std::min(k_block_, k_ - k0);
      const T* a = packed_.data() + ((group * slices_ + slice) * k_blocks() + block) * a_block();
      const T* start = block == 0 ? bias : nullptr;
      const GemmEpilogue<T> epilogue{T(1), block == 0 ? T(0) : T(1), nullptr};
      for (size_t i = 0; i < parts.size(); ++i) {
        const Part& t = parts[i];
        if (!in_place_ && columns[i].pieces <= gemm_.max_pieces) {
          gemm_.macro_indirect(rows, t.n, k, a, a_panel(), from, offsets + k0, columns[i].loads.data(),
                               columns[i].pieces, t.c, t.ldc, epilogue, start);
          continue;
        }
        for (int64_t j = 0; j < t.n; j += gemm_.nr) {
          const int64_t n = std::min<int64_t>(gemm_.nr, t.n - j);
          if (in_place_) {
            gemm_.pack(panel, gemm_.nr, from + t.begin + j + k0 * source_.plane(), 1, source_.plane(), n, k, gemm_.nr);
          } else {
            const PanelPiece* loads = columns[i].loads.data() + j / gemm_.lanes * columns[i].pieces;
            conv_.pack_columns(panel, from, offsets, k0, k0 + k, loads, columns[i].pieces);
          }
          gemm_.macro(rows, n, k, a, a_panel(), panel, gemm_.nr * k, t.c + j, t.ldc, epilogue, start);
        }
      }
    }
    if (k_ > 0) return;
    for (const Part& t : parts) {
      for (int64_t r = 0; r < rows; ++r) std::fill_n(t.c + r * t.ldc, t.n, bias ? bias[r] : T(0));
    }
  }

  // Writes a finished tile to pixels that are not neighbours.
  void scatter(T* to, int64_t rows, const Part& part, int64_t band, int64_t band_pixels) const {
    const int64_t end = part.begin + part.n;
    for (int64_t p = part.begin; p < end;) {
      const int64_t image = p / band_pixels, pixel = source_.pixel_begin(band) + p % band_pixels;
      const int64_t column = pixel % grid_[2], row = pixel / grid_[2];
      int64_t count = std::min(grid_[2] - column, end - p);
      T* out = to + target_.offset + image * target_.image + (row / grid_[1]) * target_.pitch[0] +
               (row % grid_[1]) * target_.pitch[1] + column * target_.pitch[2];
      if (target_.contiguous) count = std::min(band_pixels - p % band_pixels, end - p);
      for (int64_t r = 0; r < rows; ++r) {
        const T* t = part.c + r * part.ldc + p - part.begin;
        T* o = out + r * target_.plane;
        if (target_.contiguous) {
          for (int64_t i = 0; i < count; ++i) o[i] = t[i];
        } else {
          for (int64_t i = 0; i < count; ++i) o[i * target_.pitch[2]] = t[i];
        }
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
  WeightView<T> weights_;
  const T* bias_;
  T* dst_;
  bool narrow_;             // one or two output channels: no packing
  bool in_place_;           // pointwise: the source needs no copy
  int64_t images_;          // whole images per task
  int64_t slice_, slices_;  // rows per task
  int64_t chunk_ = 0, grid_[3];
  Workspace<T> packed_;
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
  const int64_t in = plan.in_channels / plan.groups, out = plan.out_channels / plan.groups;
  const int64_t taps = product_of(plan.kernel, plan.nd);
  WeightView<T> weights{w, out * in * taps, in * taps, taps, {}};
  for (int64_t t = 0; t < taps; ++t) weights.tap.push_back(t);
  ConvProduct<T>(axes, plan.batch, plan.groups, in, out, target, x, weights, bias, y).run();
}

// Note [Input gradient by phases]
// Input element i = r + stride * q of one dimension receives tap t from output (i + padding - t * dilation) / stride
// where that divides. So the elements with one remainder r use a fixed subset of the taps, each at a fixed distance:
// the gradient is one stride-1 product per combination of remainders. Where some have no taps, dX starts as zeros.
namespace {

struct InputPhase {
  ConvAxis axes[3];
  int64_t offset = 0, pitch[3];
  std::vector<int64_t> used{0};  // the taps of this phase, as indices into one filter

  InputPhase(const PlanAxis (&a)[3], const int64_t (&r)[3]) {
    const int64_t whole[3] = {a[1].in * a[2].in, a[2].in, 1};
    for (int i = 0; i < 3; ++i) {
      axes[i] = {(a[i].in - r[i] + a[i].stride - 1) / a[i].stride, a[i].out, 1, {}};
      std::vector<int64_t> taps, next;
      for (int64_t t = 0; t < a[i].kernel; ++t) {
        const int64_t e = r[i] + a[i].padding - t * a[i].dilation;
        if (e % a[i].stride != 0) continue;
        axes[i].base.push_back(e / a[i].stride);
        taps.push_back(t);
      }
      for (int64_t u : used) {
        for (int64_t t : taps) next.push_back(u * a[i].kernel + t);
      }
      used = std::move(next);
      offset += r[i] * whole[i];
      pitch[i] = whole[i] * a[i].stride;
    }
  }
};

// All phases of a group of images in one task, so that the lines they share are still in the cache.
template <class T>
void run_together(std::vector<ConvProduct<T>>& products) {
  if (products.empty()) return;
  const int64_t groups = products[0].image_groups();
  bool together = products.size() > 1 && groups >= kMinTasks;
  double ns = 0;
  for (const ConvProduct<T>& p : products) {
    together &= p.image_groups() == groups;
    ns += p.task_ns() * double(p.tasks_per_group());
  }
  if (!together) {
    for (ConvProduct<T>& p : products) p.run();
    return;
  }
  for (ConvProduct<T>& p : products) p.prepare();
  parallel_for(groups, 1, ns, [&](int64_t begin, int64_t end) {
    for (int64_t g = begin; g < end; ++g) {
      for (ConvProduct<T>& p : products) {
        for (int64_t t = 0; t < p.tasks_per_group(); ++t) {
          ConvProduct<T>::product_task(&p, g * p.tasks_per_group() + t);
        }
      }
    }
  });
}

}  // namespace

template <class T>
void conv_backward_input(const ConvPlan& plan, const T* dy, const T* w, T* dx) {
  const int64_t in = plan.in_channels / plan.groups, out = plan.out_channels / plan.groups;
  const int64_t pixels = product_of(plan.in, plan.nd), taps = product_of(plan.kernel, plan.nd);
  PlanAxis a[3];
  for (int i = 0; i < 3; ++i) a[i] = plan_axis(plan, i);
  const bool dense = a[0].stride * a[1].stride * a[2].stride == 1, no_source = out * product_of(plan.out, plan.nd) == 0;
  std::vector<InputPhase> phases;
  bool all_reached = true;
  for (int64_t r0 = 0; r0 < a[0].stride; ++r0) {
    for (int64_t r1 = 0; r1 < a[1].stride; ++r1) {
      for (int64_t r2 = 0; r2 < a[2].stride; ++r2) {
        InputPhase phase(a, {r0, r1, r2});
        if (phase.used.empty() || no_source) {
          all_reached = false;
        } else {
          phases.push_back(std::move(phase));
        }
      }
    }
  }
  if (!all_reached) {
    parallel_for(plan.batch * plan.in_channels * pixels, 1 << 16, 0.1,
                 [&](int64_t begin, int64_t end) { std::fill(dx + begin, dx + end, T(0)); });
  }
  std::vector<ConvProduct<T>> products;
  for (const InputPhase& p : phases) {
    const WeightView<T> weights{w, out * in * taps, taps, in * taps, p.used};
    const Target target{p.offset, {p.pitch[0], p.pitch[1], p.pitch[2]}, pixels, plan.in_channels * pixels, dense};
    products.emplace_back(p.axes, plan.batch, plan.groups, out, in, target, dy, weights, nullptr, dx);
    if (products.back().empty()) products.pop_back();
  }
  run_together(products);
}

#define RL_INSTANTIATE(T)                                                           \
  template void conv_forward<T>(const ConvPlan&, const T*, const T*, const T*, T*); \
  template void conv_backward_input<T>(const ConvPlan&, const T*, const T*, T*);
RL_INSTANTIATE(float)
RL_INSTANTIATE(double)
#undef RL_INSTANTIATE

}  // namespace rushlight::cpu
