// Note [Pointwise loops]
// A loop computes on contiguous blocks in one of four types. The plan drops and joins dimensions until as few as possible
// remain; a tensor that is contiguous in that order and of the loop's type is used where it lies, a broadcast number is
// read with step 0, and everything else passes through a block of 512 elements that is gathered (and converted) before
// the loop and scattered after it. So one loop per op and type serves every dtype, layout and broadcast.
// Where the result's rows can be written in place but some operand's cannot be read so, the loop walks tiles of a few
// rows: operands of another dtype are converted row by row, and operands whose unit stride lies along the column, such
// as a transposed matrix, are transposed a tile at a time, which reads whole cache lines.
#include "plan/pointwise.h"

#include <algorithm>
#include <cstring>

#include "core/thread_pool.h"
#include "cpu/convert.h"
#include "cpu/copy.h"
#include "cpu/isa.h"
#include "plan/dims.h"
#include "plan/meta.h"

namespace rushlight {

Meta meta::preserve(const Tensor& t, std::optional<ScalarType> dtype) {
  const ScalarType type = dtype.value_or(t.dtype());
  if (t.impl()->contiguous) return {t.sizes(), type};
  if (t.is_non_overlapping_and_dense()) return {t.sizes(), type, t.strides()};
  const Tensor* one = &t;
  return {t.sizes(), type, plan::result_strides(t.sizes(), &one, 1)};
}

namespace plan {
namespace {

constexpr int64_t kBlock = cpu::kPlane;
constexpr int kMaxOperands = 4;
constexpr int64_t kGrain = 16384;
constexpr int64_t kTileRows = 16;
constexpr int64_t kShortRow = 200;

constexpr Compute compute_type(ScalarType dtype) {
  switch (dtype) {
    case kFloat:
    case kHalf:
    case kBFloat16:
      return Compute::F32;
    case kDouble:
      return Compute::F64;
    case kLong:
    case kUInt32:
      return Compute::I64;
    case kUInt64:
      return Compute::U64;
    case kComplexFloat:
      return Compute::C64;
    case kComplexDouble:
      return Compute::C128;
    default:
      return Compute::I32;
  }
}
constexpr ScalarType dtype_of(Compute c) {
  constexpr ScalarType types[] = {kFloat, kDouble, kLong, kInt, kUInt64, kComplexFloat, kComplexDouble};
  return types[static_cast<int>(c)];
}

union Element {
  float f32;
  double f64;
  int64_t i64;
  int32_t i32;
  uint64_t u64;
  float c64[2];
  double c128[2];
};

// A number as an element of the loop's type; integers wrap to the operands' dtype first, as a tensor of it would hold it.
Element element(const Scalar& s, Compute compute, ScalarType dtype) {
  Element e{};
  switch (compute) {
    case Compute::F32:
      e.f32 = s.to<float>();
      break;
    case Compute::F64:
      e.f64 = s.toDouble();
      break;
    case Compute::I64:
      e.i64 = dtype == kUInt32 ? static_cast<uint32_t>(s.toLong()) : s.toLong();
      break;
    case Compute::U64:
      e.u64 = s.toUInt64();
      break;
    case Compute::C64:
      e.c64[0] = s.to<float>();
      e.c64[1] = static_cast<float>(s.imag());
      break;
    case Compute::C128:
      e.c128[0] = s.toDouble();
      e.c128[1] = s.imag();
      break;
    case Compute::I32:
      switch (dtype) {
        case kBool:
          e.i32 = s.toBool();
          break;
        case kByte:
          e.i32 = static_cast<uint8_t>(s.toLong());
          break;
        case kChar:
          e.i32 = static_cast<int8_t>(s.toLong());
          break;
        case kShort:
          e.i32 = static_cast<int16_t>(s.toLong());
          break;
        case kUInt16:
          e.i32 = static_cast<uint16_t>(s.toLong());
          break;
        default:
          e.i32 = static_cast<int32_t>(s.toLong());
      }
  }
  return e;
}

ScalarType combine(ScalarType higher, ScalarType lower) {
  if (higher == ScalarType::Undefined) return lower;
  if (lower == ScalarType::Undefined) return higher;
  if (is_complex(higher)) return higher;
  if (is_floating_point(higher)) return is_complex(lower) ? to_complex_type(higher) : higher;
  if (higher == kBool || is_differentiable(lower)) return promote_types(higher, lower);
  return higher;
}

// The op's name in errors; rows behind a public op begin with an underscore.
std::string_view public_name(const PointwiseInfo& info) {
  const std::string_view name = info.name;
  return name.starts_with('_') ? name.substr(1) : name;
}

void check_dtype(const PointwiseInfo& info, ScalarType dtype) {
  if (dtype == kBool && (info.reject & kRejectBool)) [[unlikely]] {
    if (std::string_view(info.name) == "neg")
      fail(ErrorKind::kRuntime,
           "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
           "`~` or `logical_not()` operator instead.");
    if (std::string_view(info.name) == "sub" || std::string_view(info.name) == "rsub")
      fail(ErrorKind::kRuntime,
           "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
           "use the `~` or `logical_not()` operator instead.");
    fail(ErrorKind::kNotImplemented, "\"{}_cpu\" not implemented for 'Bool'; convert the tensor with to() first",
         public_name(info));
  }
}

PointwiseKernel kernel_for(const PointwiseInfo& info, ScalarType dtype) {
  PointwiseKernel k = info.kernels[static_cast<int>(compute_type(dtype))][cpu::isa_level()];
  if (!k) [[unlikely]]
    fail(ErrorKind::kNotImplemented, "\"{}_cpu\" not implemented for '{}'; {}", public_name(info), to_string(dtype),
         is_complex(dtype) ? "it has no meaning for complex numbers: take real(), imag() or abs() first"
                           : "convert the tensor with to() first");
  return k;
}

// ---- the general path -----------------------------------------------------------------------------------------------

struct Lane {  // one operand of the loop: the output first
  char* data = nullptr;
  ScalarType dtype = kFloat;
  int64_t item = 4;
  DimVector strides;       // in elements, one per remaining dim
  bool direct = false;     // of the loop's type
  bool flat = false;       // contiguous in iteration order
  bool constant = false;   // one element for all
  bool crossed = false;    // the unit stride is along the column of a tile
  bool same_rows = false;  // every row is the same
  Element value{};         // of a constant
};

class Loop {
 public:
  Loop(const PointwiseInfo& info, PointwiseKernel kernel, Compute compute)
      : info_(info), kernel_(kernel), compute_(compute) {}

  void set_sizes(IntArrayRef sizes) { sizes_ = sizes; }
  void add(const Tensor& t, ScalarType loop_type) {
    Lane& lane = lanes_[count_++];
    lane.data = static_cast<char*>(t.data_ptr());
    lane.dtype = t.dtype();
    lane.item = t.element_size();
    lane.direct = t.dtype() == loop_type;
    lane.strides.resize(sizes_.size());
    const size_t skip = sizes_.size() - t.sizes().size();
    for (size_t d = 0; d < t.sizes().size(); ++d) lane.strides[skip + d] = t.sizes()[d] == 1 ? 0 : t.strides()[d];
  }
  void add(const Scalar& s, ScalarType dtype) {
    Lane& lane = lanes_[count_++];
    lane.constant = true;
    lane.value = element(s, compute_, dtype);
    lane.strides.resize(sizes_.size());
  }
  void constants(std::initializer_list<Scalar> values) {
    int i = 0;
    for (const auto& v : values) constants_[i++] = element(v, compute_, dtype_of(compute_));
  }
  void run();

 private:
  void simplify();
  void run_range(int64_t begin, int64_t end) const;
  bool has_short_rows() const;
  void run_blocks(int64_t begin, int64_t end) const;
  void run_short_rows(int64_t begin, int64_t end) const;
  void plan_tiles();
  void run_tiles(int64_t begin, int64_t end) const;
  void run_tile(const int64_t* offsets, int64_t rows, int64_t columns) const;
  void gather(const Lane& lane, int64_t begin, int64_t n, char* block) const;
  void scatter(const Lane& lane, int64_t begin, int64_t n, const char* block) const;
  bool planes() const { return compute_ >= Compute::C64; }
  void locate(int64_t index, int64_t* position) const;
  template <class F>
  void segments(const Lane& lane, int64_t begin, int64_t count, const F& f) const;
  void call(cpu::PointwiseArgs& args) const {
    for (int i = 0; i < info_.constants; ++i) args.params[i] = &constants_[i];
    kernel_(args);
  }

  const PointwiseInfo& info_;
  PointwiseKernel kernel_;
  Compute compute_;
  DimVector sizes_;
  Lane lanes_[kMaxOperands];
  Element constants_[4] = {};
  int count_ = 0;
  int64_t total_ = 1;
  bool rows_ = false;  // every operand's innermost dim is direct with step 0 or 1
  bool tiles_ = false;
  int64_t tile_rows_ = 1, tile_columns_ = kBlock;
};

// Orders dims by the output's strides, then joins neighbours that every operand walks as one.
void Loop::simplify() {
  size_t n = sizes_.size();
  for (size_t i = 1; i < n; ++i) {  // largest stride first; insertion sort keeps the order of ties
    for (size_t j = i; j > 0 && lanes_[0].strides[j - 1] < lanes_[0].strides[j] && sizes_[j] != 1; --j) {
      std::swap(sizes_[j - 1], sizes_[j]);
      for (int k = 0; k < count_; ++k) std::swap(lanes_[k].strides[j - 1], lanes_[k].strides[j]);
    }
  }
  DimVector sizes;
  DimVector strides[kMaxOperands];
  for (size_t d = 0; d < n; ++d) {
    if (sizes_[d] == 1) continue;
    bool join = !sizes.empty();
    for (int k = 0; join && k < count_; ++k) join = strides[k].back() == lanes_[k].strides[d] * sizes_[d];
    if (join) {
      sizes.back() *= sizes_[d];
      for (int k = 0; k < count_; ++k) strides[k].back() = lanes_[k].strides[d];
    } else {
      sizes.push_back(sizes_[d]);
      for (int k = 0; k < count_; ++k) strides[k].push_back(lanes_[k].strides[d]);
    }
  }
  if (sizes.empty()) {
    sizes.push_back(1);
    for (int k = 0; k < count_; ++k) strides[k].push_back(k == 0 ? 1 : 0);
  }
  sizes_ = sizes;
  total_ = numel_of(sizes_);
  rows_ = sizes_.back() >= 16 || sizes_.size() == 1;
  for (int k = 0; k < count_; ++k) {
    Lane& lane = lanes_[k];
    lane.strides = strides[k];
    if (k > 0 && !lane.constant &&
        std::all_of(lane.strides.begin(), lane.strides.end(), [](int64_t s) { return s == 0; })) {
      cpu::convert(&lane.value, dtype_of(compute_), 1, lane.data, lane.dtype, 1, 1);
      lane.constant = true;
    }
    lane.flat = lane.direct && lane.strides == contiguous_strides(sizes_);
    const int64_t inner = lane.strides.back();
    rows_ &= !planes();
    lane.same_rows = std::all_of(lane.strides.begin(), lane.strides.end() - 1, [](int64_t s) { return s == 0; });
    rows_ &= lane.constant || (lane.direct && (inner == 1 || (inner == 0 && k > 0)));
  }
}

void Loop::locate(int64_t index, int64_t* position) const {
  for (size_t d = sizes_.size(); d-- > 0;) {
    position[d] = index % sizes_[d];
    index /= sizes_[d];
  }
}

// Calls f(offset in elements, at, n) for the runs along the innermost dim that make up [begin, begin + count).
template <class F>
void Loop::segments(const Lane& lane, int64_t begin, int64_t count, const F& f) const {
  const size_t n = sizes_.size();
  int64_t position[TensorImpl::kMaxDims];
  locate(begin, position);
  int64_t offset = 0;
  for (size_t d = 0; d < n; ++d) offset += position[d] * lane.strides[d];
  for (int64_t at = 0; at < count;) {
    const int64_t run = std::min(sizes_[n - 1] - position[n - 1], count - at);
    f(offset, at, run);
    at += run;
    offset += run * lane.strides[n - 1];
    position[n - 1] += run;
    for (size_t d = n - 1; d > 0 && position[d] == sizes_[d]; --d) {
      offset += lane.strides[d - 1] - sizes_[d] * lane.strides[d];
      position[d] = 0;
      ++position[d - 1];
    }
  }
}

// Whether rows are better walked several at a time. Filling blocks anew for each row costs more than it saves, unless the
// rows are very short, or a call for each would have many operands to set up.
bool Loop::has_short_rows() const {
  int64_t limit = kShortRow;
  for (int k = 1; k < count_; ++k)
    if (!lanes_[k].constant && !lanes_[k].flat && !lanes_[k].same_rows) limit = count_ <= 3 ? 24 : 100;
  return sizes_.back() <= limit;
}

void Loop::run_range(int64_t begin, int64_t end) const {
  if (!rows_) return run_blocks(begin, end);
  const size_t n = sizes_.size();
  if (n > 1 && has_short_rows() && lanes_[0].flat && end - begin > sizes_[n - 1]) return run_short_rows(begin, end);
  int64_t position[TensorImpl::kMaxDims];
  locate(begin, position);
  int64_t offsets[kMaxOperands] = {};
  for (int k = 0; k < count_; ++k) {
    for (size_t d = 0; d < n; ++d) offsets[k] += position[d] * lanes_[k].strides[d];
  }
  cpu::PointwiseArgs args{};
  for (int k = 1; k < count_; ++k) {
    const Lane& lane = lanes_[k];
    args.step[k - 1] = !lane.constant && lane.strides[n - 1] != 0;
    if (lane.constant) args.in[k - 1] = &lane.value;
  }
  cpu::PointwiseRows below{};
  if (n > 1) {
    args.rows = &below;
    below.out = lanes_[0].strides[n - 2];
    for (int k = 1; k < count_; ++k) below.in[k - 1] = lanes_[k].constant ? 0 : lanes_[k].strides[n - 2];
  }
  for (int64_t i = begin; i < end;) {
    // The rest of a row, or whole rows up to the end of the dim that counts them.
    const int64_t run = std::min(sizes_[n - 1] - position[n - 1], end - i);
    const int64_t rows = n > 1 && run == sizes_[n - 1] ? std::min(sizes_[n - 2] - position[n - 2], (end - i) / run) : 1;
    args.n = run;
    below.more = rows - 1;
    args.out = lanes_[0].data + offsets[0] * lanes_[0].item;
    for (int k = 1; k < count_; ++k) {
      if (!lanes_[k].constant) args.in[k - 1] = lanes_[k].data + offsets[k] * lanes_[k].item;
    }
    call(args);
    i += rows * run;
    if (run < sizes_[n - 1] - position[n - 1]) return;
    position[n - 1] = 0;
    for (int k = 0; k < count_; ++k) {
      offsets[k] -= (sizes_[n - 1] - run) * lanes_[k].strides[n - 1];
      if (n > 1) offsets[k] += rows * lanes_[k].strides[n - 2];
    }
    if (n > 1) position[n - 2] += rows;
    for (size_t d = n - 1; d-- > 1 && position[d] == sizes_[d];) {
      for (int k = 0; k < count_; ++k) offsets[k] += lanes_[k].strides[d - 1] - sizes_[d] * lanes_[k].strides[d];
      position[d] = 0;
      ++position[d - 1];
    }
  }
}

// Rows that are short next to the cost of a call: several at a time, from blocks that repeat what is broadcast.
void Loop::run_short_rows(int64_t begin, int64_t end) const {
  alignas(64) char blocks[kMaxOperands - 1][kBlock * 8];
  const size_t n = sizes_.size();
  const int64_t step = kBlock / sizes_[n - 1] * sizes_[n - 1];
  cpu::PointwiseArgs args{};
  for (int64_t i = begin; i < end; i += step) {
    args.n = std::min(step, end - i);
    args.out = lanes_[0].data + i * lanes_[0].item;
    for (int k = 1; k < count_; ++k) {
      const Lane& lane = lanes_[k];
      args.step[k - 1] = !lane.constant;
      if (lane.constant || lane.flat) {
        args.in[k - 1] = lane.constant ? static_cast<const void*>(&lane.value) : lane.data + i * lane.item;
        continue;
      }
      args.in[k - 1] = blocks[k - 1];
      if (i > begin && lane.same_rows) continue;
      segments(lane, i, args.n, [&](int64_t offset, int64_t at, int64_t run) {
        char* to = blocks[k - 1] + at * lane.item;
        const char* from = lane.data + offset * lane.item;
        if (lane.strides.back() == 1) {
          std::memcpy(to, from, static_cast<size_t>(run * lane.item));
        } else {
          uint64_t bits = 0;
          std::memcpy(&bits, from, static_cast<size_t>(lane.item));
          cpu::copy_kernels().fill(to, run, lane.item, bits);
        }
      });
    }
    call(args);
  }
}

// n elements from the flat index `begin` on, converted into a block of the loop's type.
void Loop::gather(const Lane& lane, int64_t begin, int64_t n, char* block) const {
  const ScalarType loop_type = dtype_of(compute_);
  if (!planes()) {
    return segments(lane, begin, n, [&](int64_t offset, int64_t at, int64_t run) {
      cpu::convert(block + at * element_size(loop_type), loop_type, 1, lane.data + offset * lane.item, lane.dtype,
                   lane.strides.back(), run);
    });
  }
  // Complex elements are pairs of reals; the parts go to one plane each.
  const ScalarType part = to_real_type(loop_type), from = to_real_type(lane.dtype);
  const int64_t size = element_size(part), pair = is_complex(lane.dtype) ? 2 : 1;
  char* imag = block + kBlock * size;
  segments(lane, begin, n, [&](int64_t offset, int64_t at, int64_t run) {
    const char* source = lane.data + offset * lane.item;
    if (pair == 2 && from == part && lane.strides.back() == 1)
      return cpu::copy_kernels().split(size, run, source, block + at * size, imag + at * size);
    cpu::convert(block + at * size, part, 1, source, from, pair * lane.strides.back(), run);
    if (pair == 2)
      cpu::convert(imag + at * size, part, 1, source + element_size(from), from, 2 * lane.strides.back(), run);
    else
      std::memset(imag + at * size, 0, static_cast<size_t>(run * size));
  });
}

// A block of results to where they belong.
void Loop::scatter(const Lane& lane, int64_t begin, int64_t n, const char* block) const {
  const ScalarType loop_type = dtype_of(compute_);
  const bool real = info_.promotion == Promotion::Bool || !planes() || info_.real_result;
  const ScalarType type = info_.promotion == Promotion::Bool ? kBool : to_real_type(loop_type);
  const int64_t size = element_size(type), to_pair = is_complex(lane.dtype) ? 2 : 1;
  if (real && to_pair == 1) {
    return segments(lane, begin, n, [&](int64_t offset, int64_t at, int64_t run) {
      cpu::convert(lane.data + offset * lane.item, lane.dtype, lane.strides.back(), block + at * size, type, 1, run);
    });
  }
  const ScalarType to = to_real_type(lane.dtype);
  const int64_t zero = 0;
  segments(lane, begin, n, [&](int64_t offset, int64_t at, int64_t run) {
    char* target = lane.data + offset * lane.item;
    if (!real && to_pair == 2 && to == type && lane.strides.back() == 1)
      return cpu::copy_kernels().join(size, run, block + at * size, block + (kBlock + at) * size, target);
    cpu::convert(target, to, to_pair * lane.strides.back(), block + at * size, type, 1, run);
    if (to_pair == 1) return;
    const char* imag = real ? reinterpret_cast<const char*>(&zero) : block + (kBlock + at) * size;
    cpu::convert(target + element_size(to), to, 2 * lane.strides.back(), imag, type, real ? 0 : 1, run);
  });
}

void Loop::run_blocks(int64_t begin, int64_t end) const {
  alignas(64) char blocks[kMaxOperands][kBlock * 16];
  const bool flat = lanes_[0].flat && (!planes() || info_.real_result || info_.promotion == Promotion::Bool);
  for (int64_t i = begin; i < end; i += kBlock) {
    const int64_t n = std::min(kBlock, end - i);
    cpu::PointwiseArgs args{};
    args.n = n;
    args.out = flat ? static_cast<void*>(lanes_[0].data + i * lanes_[0].item) : blocks[0];
    for (int k = 1; k < count_; ++k) {
      const Lane& lane = lanes_[k];
      args.step[k - 1] = !lane.constant;
      if (lane.constant) {
        args.in[k - 1] = &lane.value;
      } else if (lane.flat && !planes()) {
        args.in[k - 1] = lane.data + i * lane.item;
      } else {
        gather(lane, i, n, blocks[k]);
        args.in[k - 1] = blocks[k];
      }
    }
    call(args);
    if (!flat) scatter(lanes_[0], i, n, blocks[0]);
  }
}

// Decides whether to walk tiles; if so, the dim that makes their rows moves next to the innermost one.
void Loop::plan_tiles() {
  const size_t n = sizes_.size();
  if (rows_ || planes() || n < 2 || sizes_[n - 1] < 16 || !lanes_[0].direct || lanes_[0].strides[n - 1] != 1) return;
  size_t across = n;  // the dim along which operands are crossed; n: none
  for (int k = 1; k < count_; ++k) {
    Lane& lane = lanes_[k];
    const int64_t inner = lane.strides[n - 1];
    if (lane.constant || inner == 0 || inner == 1 || lane.item > 8) continue;
    size_t d = n - 1;
    while (d-- > 0 && !(lane.strides[d] == 1 && sizes_[d] >= 4)) {
    }
    if (d >= n - 1 || (across != n && across != d)) continue;
    across = d;
    lane.crossed = true;
  }
  tiles_ = true;
  if (across == n) return;
  tile_rows_ = kTileRows;
  tile_columns_ = kBlock / 2;
  for (size_t d = across; d + 2 < n; ++d) {
    std::swap(sizes_[d], sizes_[d + 1]);
    for (int k = 0; k < count_; ++k) std::swap(lanes_[k].strides[d], lanes_[k].strides[d + 1]);
  }
}

// One tile; `offsets` are those of its first element.
void Loop::run_tile(const int64_t* offsets, int64_t rows, int64_t columns) const {
  alignas(64) char tiles[kMaxOperands - 1][kTileRows * kBlock / 2 * 8];
  alignas(64) char blocks[kMaxOperands - 1][kBlock * 8];
  const ScalarType loop_type = dtype_of(compute_);
  const size_t n = sizes_.size();
  for (int k = 1; k < count_; ++k) {
    const Lane& lane = lanes_[k];
    if (lane.crossed)
      cpu::copy_kernels().transpose(lane.item, columns, rows, lane.data + offsets[k] * lane.item, lane.strides[n - 1],
                                    tiles[k - 1], columns);
  }
  cpu::PointwiseArgs args{};
  args.n = columns;
  for (int64_t i = 0; i < rows; ++i) {
    args.out = lanes_[0].data + (offsets[0] + i * lanes_[0].strides[n - 2]) * lanes_[0].item;
    for (int k = 1; k < count_; ++k) {
      const Lane& lane = lanes_[k];
      const int64_t inner = lane.crossed ? 1 : lane.strides[n - 1];
      const char* row = lane.crossed ? tiles[k - 1] + i * columns * lane.item
                                     : lane.data + (offsets[k] + i * lane.strides[n - 2]) * lane.item;
      args.step[k - 1] = !lane.constant && inner != 0;
      if (lane.constant) {
        args.in[k - 1] = &lane.value;
      } else if (lane.direct && (inner == 0 || inner == 1)) {
        args.in[k - 1] = row;
      } else {  // a row that stays the same is converted once
        if (i == 0 || lane.crossed || lane.strides[n - 2] != 0)
          cpu::convert(blocks[k - 1], loop_type, 1, row, lane.dtype, inner, inner == 0 ? 1 : columns);
        args.in[k - 1] = blocks[k - 1];
      }
    }
    call(args);
  }
}

// Tiles [begin, end) in row-major order of the outer dims, then of the tiles of each matrix.
void Loop::run_tiles(int64_t begin, int64_t end) const {
  const size_t n = sizes_.size();
  const int64_t down = (sizes_[n - 2] + tile_rows_ - 1) / tile_rows_;
  const int64_t right = (sizes_[n - 1] + tile_columns_ - 1) / tile_columns_;
  for (int64_t i = begin; i < end; ++i) {
    int64_t rest = i / (down * right), offsets[kMaxOperands] = {};
    const int64_t row = i / right % down * tile_rows_, column = i % right * tile_columns_;
    for (int k = 0; k < count_; ++k) offsets[k] = row * lanes_[k].strides[n - 2] + column * lanes_[k].strides[n - 1];
    for (size_t d = n - 2; d-- > 0;) {
      for (int k = 0; k < count_; ++k) offsets[k] += rest % sizes_[d] * lanes_[k].strides[d];
      rest /= sizes_[d];
    }
    run_tile(offsets, std::min(tile_rows_, sizes_[n - 2] - row), std::min(tile_columns_, sizes_[n - 1] - column));
  }
}

void Loop::run() {
  simplify();
  if (total_ == 0) return;
  plan_tiles();
  if (tiles_) {
    const size_t n = sizes_.size();
    const int64_t down = (sizes_[n - 2] + tile_rows_ - 1) / tile_rows_;
    const int64_t right = (sizes_[n - 1] + tile_columns_ - 1) / tile_columns_;
    const int64_t tiles = total_ / (sizes_[n - 2] * sizes_[n - 1]) * down * right, each = total_ / tiles;
    return parallel_for(tiles, std::max<int64_t>(1, kGrain / std::max<int64_t>(each, 1)),
                        (info_.ns + 0.5) * static_cast<double>(each),
                        [this](int64_t begin, int64_t end) { run_tiles(begin, end); });
  }
  const double ns = rows_ ? info_.ns : info_.ns + 1.5;
  parallel_for(total_, kGrain, ns, [this](int64_t begin, int64_t end) { run_range(begin, end); });
}

void general(const PointwiseInfo& info, const Operand* operands, size_t count, std::initializer_list<Scalar> constants,
             Tensor& result, How how) {
  Operand promoted[kMaxOperands] = {Scalar(0), Scalar(0), Scalar(0), Scalar(0)};
  size_t promoted_count = 0;
  const Tensor* tensors[kMaxOperands];
  size_t tensor_count = 0;
  DimVector sizes;
  for (size_t i = 0; i < count; ++i) {
    if (static_cast<int>(i) != info.condition) promoted[promoted_count++] = operands[i];
    if (!operands[i].tensor) continue;
    check_type(operands[i].tensor->defined(), "{}: argument {} is an undefined tensor", info.name, i);
    tensors[tensor_count] = operands[i].tensor;
    sizes =
        tensor_count++ == 0 ? DimVector(operands[i].tensor->sizes()) : broadcast(sizes, operands[i].tensor->sizes());
  }
  ScalarType common = result_type(promoted, promoted_count);
  check_dtype(info, common);
  if (info.promotion == Promotion::Float && is_integral(common, true)) common = get_default_dtype();
  const Compute compute = compute_type(common);
  const PointwiseKernel kernel = kernel_for(info, common);
  check(!info.real_result || how != How::InPlace || !is_complex(common),
        "In-place {} is not supported for complex tensors. (the result is real)", std::string_view(info.name));
  const ScalarType stored = info.real_result ? to_real_type(common) : common;
  const ScalarType out_dtype = info.promotion == Promotion::Bool ? kBool : stored;
  if (how == How::Out && count == 1 && info.promotion == Promotion::Same && out_dtype == common &&
      result.dtype() != out_dtype) {
    fail(ErrorKind::kRuntime, "Found dtype {} but expected {} ({}: pass an out= of dtype {})",
         to_string(result.dtype()), to_string(out_dtype), info.name, to_string(out_dtype));
  }
  if (how == How::Out && result.dtype() != out_dtype && !is_complex(common) && can_cast(out_dtype, result.dtype())) {
    // Computed in its own dtype, as PyTorch does, and converted afterwards.
    Tensor own;
    general(info, operands, count, constants, own, How::New);
    detail::prepare(info.name, result, sizes, {}, out_dtype, how);
    for (size_t i = 0; i < tensor_count; ++i) detail::check_partial_overlap(info.name, result, *tensors[i]);
    cpu::copy_elements(result, own);
    return;
  }
  const DimVector strides = how == How::New ? result_strides(sizes, tensors, tensor_count) : DimVector();
  detail::prepare(info.name, result, sizes, strides, out_dtype, how);
  if (how == How::Out) {
    for (size_t i = 0; i < tensor_count; ++i) detail::check_partial_overlap(info.name, result, *tensors[i]);
  }
  Loop loop(info, kernel, compute);
  loop.set_sizes(sizes);
  const ScalarType loop_type = dtype_of(compute);
  loop.add(result, info.promotion == Promotion::Bool ? kBool : info.real_result ? to_real_type(loop_type) : loop_type);
  for (size_t i = 0; i < count; ++i) {
    if (operands[i].tensor)
      loop.add(*operands[i].tensor, loop_type);
    else
      loop.add(operands[i].scalar, static_cast<int>(i) == info.condition ? kBool : common);
  }
  loop.constants(constants);
  loop.run();
}

// ---- the fast path: row-major tensors of one dtype and shape, and numbers of no higher kind ---------------------------

constexpr bool is_direct(ScalarType t) { return t == kFloat || t == kDouble || t == kLong || t == kInt; }
constexpr bool number_fits(const Scalar& s, ScalarType t) {
  return is_floating_point(t) ? !s.isComplex() : s.isIntegral(true) && !s.isUnsigned();
}

bool fast(const PointwiseInfo& info, const Operand* operands, size_t count, std::initializer_list<Scalar> constants,
          Tensor& result, How how) {
  const Tensor* first = nullptr;
  for (size_t i = 0; i < count; ++i) {
    const Tensor* t = operands[i].tensor;
    if (!t) continue;
    const TensorImpl* impl = t->impl();
    if (!impl || !impl->contiguous) return false;
    if (!first) {
      if (!is_direct(impl->dtype)) return false;
      first = t;
    } else if (impl->dtype != first->dtype() || !(impl->sizes() == first->sizes())) {
      return false;
    }
  }
  if (!first || info.condition >= 0) return false;
  const ScalarType dtype = first->dtype();
  if (info.promotion == Promotion::Float && !is_floating_point(dtype)) return false;
  for (size_t i = 0; i < count; ++i) {
    if (!operands[i].tensor && !number_fits(operands[i].scalar, dtype)) return false;
  }
  const Compute compute = compute_type(dtype);
  const PointwiseKernel kernel = info.kernels[static_cast<int>(compute)][cpu::isa_level()];
  if (!kernel) return false;
  if (how == How::New) {
    result = detail::allocate_like(*first, info.promotion == Promotion::Bool ? kBool : dtype);
  } else if (how != How::InPlace || !result.is_same(*operands[0].tensor) || info.promotion == Promotion::Bool) {
    return false;
  }
  Element values[kMaxOperands], params[4];
  cpu::PointwiseArgs args{};
  args.n = first->numel();
  args.out = result.data_ptr();
  for (size_t i = 0; i < count; ++i) {
    if (operands[i].tensor) {
      args.in[i] = operands[i].tensor->data_ptr();
      args.step[i] = 1;
    } else {
      values[i] = element(operands[i].scalar, compute, dtype);
      args.in[i] = &values[i];
    }
  }
  int k = 0;
  for (const auto& c : constants) {
    params[k] = element(c, compute, dtype);
    args.params[k] = &params[k];
    ++k;
  }
  if (args.n <= kGrain) {
    kernel(args);
    return true;
  }
  const int64_t in_size = element_size(dtype), out_size = result.element_size();
  parallel_for(args.n, kGrain, info.ns, [&](int64_t begin, int64_t end) {
    cpu::PointwiseArgs part = args;
    part.n = end - begin;
    part.out = static_cast<char*>(args.out) + begin * out_size;
    for (size_t i = 0; i < count; ++i) {
      if (args.step[i]) part.in[i] = static_cast<const char*>(args.in[i]) + begin * in_size;
    }
    kernel(part);
  });
  return true;
}

}  // namespace

ScalarType result_type(const Operand* operands, size_t count) {
  ScalarType dim = ScalarType::Undefined, zero = ScalarType::Undefined, number = ScalarType::Undefined;
  auto promote = [](ScalarType& into, ScalarType t) {
    into = into == ScalarType::Undefined ? t : promote_types(into, t);
  };
  for (size_t i = 0; i < count; ++i) {
    if (const Tensor* t = operands[i].tensor) {
      promote(t->dim() > 0 ? dim : zero, t->dtype());
    } else {
      const ScalarType t2 = operands[i].scalar.type();
      promote(number, t2 == kDouble          ? get_default_dtype()
                      : t2 == kComplexDouble ? to_complex_type(get_default_dtype())
                                             : t2);
    }
  }
  return combine(dim, combine(zero, number));
}

DimVector result_strides(IntArrayRef sizes, const Tensor* const* tensors, size_t count) {
  bool same_shape = true, all_contiguous = true, same_strides = true;
  for (size_t i = 0; i < count; ++i) {
    same_shape &= tensors[i]->sizes() == sizes;
    all_contiguous &= tensors[i]->impl()->contiguous;
    same_strides &= tensors[i]->strides() == tensors[0]->strides();
  }
  if (count == 0 || (same_shape && all_contiguous)) return {};
  if (same_shape && same_strides && tensors[0]->is_non_overlapping_and_dense()) return tensors[0]->strides();
  const int64_t n = static_cast<int64_t>(sizes.size());
  DimVector order(static_cast<size_t>(n));  // fastest first
  for (int64_t i = 0; i < n; ++i) order[i] = n - 1 - i;
  auto stride_of = [&](const Tensor& t, int64_t dim) -> int64_t {
    const int64_t at = dim - (n - t.dim());
    return at < 0 || (t.sizes()[at] == 1 && sizes[dim] != 1) ? 0 : t.strides()[at];
  };
  auto compare = [&](int64_t a, int64_t b) {
    for (size_t i = 0; i < count; ++i) {
      const int64_t x = stride_of(*tensors[i], a), y = stride_of(*tensors[i], b);
      if (x == 0 || y == 0) continue;
      if (x != y) return x < y ? -1 : 1;
      if (sizes[a] > sizes[b]) return 1;
    }
    return 0;
  };
  for (int64_t i = 1; i < n; ++i) {
    int64_t at = i;
    for (int64_t j = i - 1; j >= 0; --j) {
      const int c = compare(order[j], order[at]);
      if (c > 0) {
        std::swap(order[j], order[at]);
        at = j;
      } else if (c < 0) {
        break;
      }
    }
  }
  DimVector strides(static_cast<size_t>(n));
  int64_t step = 1;
  for (int64_t i = 0; i < n; ++i) {
    strides[order[i]] = step;
    step *= std::max<int64_t>(sizes[order[i]], 1);
  }
  return strides;
}

void pointwise(const PointwiseInfo& info, std::initializer_list<Operand> operands,
               std::initializer_list<Scalar> constants, Tensor& result, How how) {
  if (how != How::New) {
    if (operands.size() == 2)
      detail::check_target(info.name, result, how,
                           {operands.begin()[0].tensor ? operands.begin()[0].tensor : &result,
                            operands.begin()[1].tensor ? operands.begin()[1].tensor : &result});
    else
      detail::check_target(info.name, result, how, {operands.begin()[0].tensor ? operands.begin()[0].tensor : &result});
  }
  if (!fast(info, operands.begin(), operands.size(), constants, result, how))
    general(info, operands.begin(), operands.size(), constants, result, how);
  if (how != How::New) detail::written(result);
}

}  // namespace plan
}  // namespace rushlight
