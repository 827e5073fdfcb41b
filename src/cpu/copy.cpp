// Kernels copy_, clone, _to_copy, fill_, zero_: one engine for any pair of layouts and dtypes.
#include "cpu/copy.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "core/allocator.h"
#include "core/scalar_checks.h"
#include "core/thread_pool.h"
#include "cpu/dispatch.h"
#include "cpu/isa.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"
#include "rushlight/warn.h"

namespace rushlight::cpu {
namespace {

constexpr int64_t kChunkBytes = 128 << 10;  // one parallel piece
constexpr int64_t kBlock = 512;             // elements that pass through a buffer at a time
constexpr double kNsPerByte = 0.06;

int copy_type(ScalarType dtype) {
  switch (dtype) {
    case kFloat:
      return kCopyF32;
    case kDouble:
      return kCopyF64;
    case kLong:
      return kCopyI64;
    case kInt:
      return kCopyI32;
    case kShort:
      return kCopyI16;
    case kChar:
      return kCopyI8;
    case kByte:
      return kCopyU8;
    case kBool:
      return kCopyBool;
    case kHalf:
      return kCopyF16;
    case kBFloat16:
      return kCopyBF16;
    default:
      fail(ErrorKind::kNotImplemented, "\"copy_\" not implemented for '{}'", to_string(dtype));
  }
}

constexpr bool is_wide_unsigned(ScalarType t) { return t == kUInt16 || t == kUInt32 || t == kUInt64; }

// Whole numbers of T as numbers of U, or back.
template <class U, class T>
void cast_run(int64_t n, const void* src, void* dst) {
  for (int64_t i = 0; i < n; ++i) static_cast<U*>(dst)[i] = static_cast<U>(static_cast<const T*>(src)[i]);
}

// Note [Conversions without a loop of their own]
// The loops per instruction set know ten types. The other unsigned types pass through a signed type that holds them (uint64
// keeps its bits, only its way to and from floating types is particular), and complex numbers are pairs of reals.
void convert_from_unsigned(int64_t n, const void* src, ScalarType from, void* dst, ScalarType to) {
  alignas(64) char middle[kBlock * 8];
  if (from == kUInt16) {
    cast_run<int32_t, uint16_t>(n, src, middle);
    return convert_contiguous(n, middle, kInt, dst, to);
  }
  if (from == kUInt32) {
    cast_run<int64_t, uint32_t>(n, src, middle);
    return convert_contiguous(n, middle, kLong, dst, to);
  }
  if (!is_floating_point(to)) return convert_contiguous(n, src, kLong, dst, to);
  if (to == kDouble) return cast_run<double, uint64_t>(n, src, dst);
  cast_run<float, uint64_t>(n, src, middle);
  convert_contiguous(n, middle, kFloat, dst, to);
}

void convert_to_unsigned(int64_t n, const void* src, ScalarType from, void* dst, ScalarType to) {
  alignas(64) char middle[kBlock * 8];
  if (to == kUInt16) {
    convert_contiguous(n, src, from, middle, kInt);
    return cast_run<uint16_t, int32_t>(n, middle, dst);
  }
  if (to == kUInt32) {
    convert_contiguous(n, src, from, middle, kLong);
    return cast_run<uint32_t, int64_t>(n, middle, dst);
  }
  if (!is_floating_point(from)) return convert_contiguous(n, src, from, dst, kLong);
  convert_contiguous(n, src, from, middle, kDouble);
  for (int64_t i = 0; i < n; ++i)
    static_cast<uint64_t*>(dst)[i] = Scalar(reinterpret_cast<const double*>(middle)[i]).toUInt64();
}

void convert_complex(int64_t n, const void* src, ScalarType from, void* dst, ScalarType to) {
  if (is_complex(from) && is_complex(to)) {
    constexpr int64_t kHalf = kBlock / 2;
    const int64_t s = element_size(from), d = element_size(to);
    for (int64_t i = 0; i < n; i += kHalf)
      convert_contiguous(2 * std::min(kHalf, n - i), static_cast<const char*>(src) + i * s, to_real_type(from),
                         static_cast<char*>(dst) + i * d, to_real_type(to));
    return;
  }
  alignas(64) char parts[kBlock * 8];
  dispatch_floating(to_real_type(is_complex(from) ? from : to), "copy_", [&]<class T>() {
    T* part = reinterpret_cast<T*>(parts);
    if (is_complex(from)) {
      const T* pairs = static_cast<const T*>(src);
      for (int64_t i = 0; i < n; ++i) part[i] = pairs[2 * i];
      if (to == kBool) {
        for (int64_t i = 0; i < n; ++i)
          static_cast<bool*>(dst)[i] = load(pairs[2 * i]) != 0 || load(pairs[2 * i + 1]) != 0;
        return;
      }
      return convert_contiguous(n, part, to_real_type(from), dst, to);
    }
    convert_contiguous(n, src, from, part, to_real_type(to));
    T* pairs = static_cast<T*>(dst);
    for (int64_t i = 0; i < n; ++i) {
      pairs[2 * i] = part[i];
      pairs[2 * i + 1] = T{};
    }
  });
}

void convert_indirect(int64_t n, const void* src, ScalarType from, void* dst, ScalarType to) {
  if (is_complex(from) || is_complex(to)) return convert_complex(n, src, from, dst, to);
  if (is_wide_unsigned(from) && is_wide_unsigned(to)) {  // one holds the other, or the low bytes are kept
    alignas(64) char middle[kBlock * 8];
    convert_from_unsigned(n, src, from, middle, kLong);
    return convert_to_unsigned(n, middle, kLong, dst, to);
  }
  if (is_wide_unsigned(from)) return convert_from_unsigned(n, src, from, dst, to);
  convert_to_unsigned(n, src, from, dst, to);
}

// How n contiguous elements are converted: one loop, or two with f32 between them, or a way round.
struct Converter {
  ConvertFn first, second;  // both null: same type
  ScalarType src_type, dst_type;
  int64_t from, to;  // element sizes
  bool indirect = false;

  Converter(ScalarType src, ScalarType dst)
      : first(nullptr), second(nullptr), src_type(src), dst_type(dst), from(element_size(src)), to(element_size(dst)) {
    if (src == dst) return;
    indirect = is_complex(src) || is_complex(dst) || is_wide_unsigned(src) || is_wide_unsigned(dst);
    if (indirect) return;
    const int s = copy_type(src), d = copy_type(dst);
    const CopyKernels& k = copy_kernels();
    first = k.convert[s][d];
    if (!first) {
      first = k.convert[s][kCopyF32];
      second = k.convert[kCopyF32][d];
    }
  }
  bool same() const { return !first && !indirect; }
  void operator()(int64_t n, const void* src, void* dst) const {
    if (indirect) {
      for (int64_t i = 0; i < n; i += kBlock)
        convert_indirect(std::min(kBlock, n - i), static_cast<const char*>(src) + i * from, src_type,
                         static_cast<char*>(dst) + i * to, dst_type);
    } else if (!first) {
      memcpy(dst, src, static_cast<size_t>(n * from));
    } else if (!second) {
      first(n, src, dst);
    } else {
      float middle[kBlock];
      for (int64_t i = 0; i < n; i += kBlock) {
        const int64_t count = std::min(kBlock, n - i);
        first(count, static_cast<const char*>(src) + i * from, middle);
        second(count, middle, static_cast<char*>(dst) + i * to);
      }
    }
  }
};

template <class T>
void gather(int64_t n, const T* src, int64_t stride, T* dst) {
  for (int64_t i = 0; i < n; ++i) dst[i] = src[i * stride];
}
template <class T>
void scatter(int64_t n, const T* src, T* dst, int64_t stride) {
  for (int64_t i = 0; i < n; ++i) dst[i * stride] = src[i];
}

// Note [Copy plans]
// Dims are ordered by dst's strides (so that writing walks forward), gapless neighbours merge, and what is left is one
// of
//   rows        both inner strides 1: memcpy or convert per row
//   transpose   dst's inner stride is 1 and another dim has src's stride 1: tiles of one cache line each way
//   strided     anything else: element by element, through a small buffer when the type changes
struct Plan {
  DimVector sizes, dst, src;  // innermost last; strides in elements
  char* dst_data;
  const char* src_data;
  Converter convert;

  int64_t inner() const { return sizes.empty() ? 1 : sizes.back(); }
};

Plan make_plan(IntArrayRef sizes, void* dst, IntArrayRef dst_strides, ScalarType dst_dtype, const void* src,
               IntArrayRef src_strides, ScalarType src_dtype) {
  Plan p{{}, {}, {}, static_cast<char*>(dst), static_cast<const char*>(src), Converter(src_dtype, dst_dtype)};
  int order[TensorImpl::kMaxDims];
  int n = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] != 1) order[n++] = static_cast<int>(i);
  }
  auto outer = [&](int a, int b) {  // whether a belongs outside b
    if (dst_strides[a] != dst_strides[b]) return dst_strides[a] > dst_strides[b];
    return src_strides[a] > src_strides[b];
  };
  for (int i = 1; i < n; ++i) {
    for (int j = i; j > 0 && outer(order[j], order[j - 1]); --j) std::swap(order[j], order[j - 1]);
  }
  for (int i = 0; i < n; ++i) {
    const int d = order[i];
    if (!p.sizes.empty() && p.dst.back() == dst_strides[d] * sizes[d] && p.src.back() == src_strides[d] * sizes[d]) {
      p.sizes.back() *= sizes[d];
      p.dst.back() = dst_strides[d];
      p.src.back() = src_strides[d];
    } else {
      p.sizes.push_back(sizes[d]);
      p.dst.push_back(dst_strides[d]);
      p.src.push_back(src_strides[d]);
    }
  }
  if (p.sizes.empty()) {
    p.sizes.push_back(1);
    p.dst.push_back(1);
    p.src.push_back(1);
  }
  return p;
}

// One row along the innermost dim.
void copy_row(const Plan& p, char* dst, const char* src, int64_t n) {
  const int64_t ds = p.dst.back(), ss = p.src.back(), from = p.convert.from, to = p.convert.to;
  if (ds == 1 && ss == 1) return p.convert(n, src, dst);
  if (ss == 0) {
    ElementBits bits;
    p.convert(1, src, &bits);
    if (ds == 1) return fill_run(dst, n, to, bits);
    return dispatch_bytes(to, [&]<class T>() {
      T value;
      memcpy(&value, &bits, sizeof(T));
      T* d = reinterpret_cast<T*>(dst);
      for (int64_t i = 0; i < n; ++i) d[i * ds] = value;
    });
  }
  if (p.convert.same() && to <= 8 && ds == 1 && ss == -1) return copy_kernels().reverse(to, n, src - (n - 1) * to, dst);
  if (p.convert.same()) {
    return dispatch_bytes(to, [&]<class T>() {
      const T* s = reinterpret_cast<const T*>(src);
      T* d = reinterpret_cast<T*>(dst);
      if (ds == 1)
        gather(n, s, ss, d);
      else
        for (int64_t i = 0; i < n; ++i) d[i * ds] = s[i * ss];
    });
  }
  alignas(64) char in[kBlock * 16], out[kBlock * 16];
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t count = std::min(kBlock, n - i);
    const char* from_at = src + i * ss * from;
    char* to_at = dst + i * ds * to;
    if (ss != 1) {
      dispatch_bytes(
          from, [&]<class T>() { gather(count, reinterpret_cast<const T*>(from_at), ss, reinterpret_cast<T*>(in)); });
      from_at = in;
    }
    if (ds == 1) {
      p.convert(count, from_at, to_at);
    } else {
      p.convert(count, from_at, out);
      dispatch_bytes(
          to, [&]<class T>() { scatter(count, reinterpret_cast<const T*>(out), reinterpret_cast<T*>(to_at), ds); });
    }
  }
}

// Where a flat index over the first `dims` dims of a plan points.
struct Place {
  char* dst;
  const char* src;

  Place(const Plan& p, size_t dims, int64_t index) : dst(p.dst_data), src(p.src_data) {
    for (size_t d = dims; d-- > 0;) {
      const int64_t at = index % p.sizes[d];
      index /= p.sizes[d];
      dst += at * p.dst[d] * p.convert.to;
      src += at * p.src[d] * p.convert.from;
    }
  }
};

int64_t outer_count(const Plan& p, size_t dims) {
  int64_t n = 1;
  for (size_t d = 0; d < dims; ++d) n *= p.sizes[d];
  return n;
}

// `rows` rows of n bytes each, `dst_step` and `src_step` bytes apart.
void copy_short_rows(char* dst, int64_t dst_step, const char* src, int64_t src_step, int64_t rows, int64_t n) {
  auto fixed = [&](auto size) {
    for (int64_t i = 0; i < rows; ++i) memcpy(dst + i * dst_step, src + i * src_step, size());
  };
  switch (n) {
    case 4:
      return fixed(std::integral_constant<size_t, 4>());
    case 8:
      return fixed(std::integral_constant<size_t, 8>());
    case 16:
      return fixed(std::integral_constant<size_t, 16>());
    case 32:
      return fixed(std::integral_constant<size_t, 32>());
    case 64:
      return fixed(std::integral_constant<size_t, 64>());
    case 128:
      return fixed(std::integral_constant<size_t, 128>());
    default:
      for (int64_t i = 0; i < rows; ++i) memcpy(dst + i * dst_step, src + i * src_step, static_cast<size_t>(n));
  }
}

// `rows` rows of a few elements each: walked column by column, so that the loops are long, and few rows at a time, so
// that they stay in the nearest cache.
void copy_narrow_rows(char* dst, int64_t dst_row, int64_t dst_step, const char* src, int64_t src_row, int64_t src_step,
                      int64_t rows, int64_t n, int64_t size) {
  dispatch_bytes(size, [&]<class T>() {
    T* d = reinterpret_cast<T*>(dst);
    const T* s = reinterpret_cast<const T*>(src);
    constexpr int64_t kRows = 64;
    for (int64_t first = 0; first < rows; first += kRows) {
      const int64_t last = std::min(rows, first + kRows);
      for (int64_t j = 0; j < n; ++j) {
        for (int64_t i = first; i < last; ++i) d[i * dst_row + j * dst_step] = s[i * src_row + j * src_step];
      }
    }
  });
}

// Rows [begin, end) of the flattened outer dims, in runs along the dim next to the innermost.
void copy_row_range(const Plan& p, int64_t begin, int64_t end) {
  const size_t outer = p.sizes.size() - 1;
  const int64_t run = p.sizes[outer - 1], n = p.inner();
  const int64_t dst_step = p.dst[outer - 1] * p.convert.to, src_step = p.src[outer - 1] * p.convert.from;
  const bool plain = p.convert.same() && p.dst.back() == 1 && p.src.back() == 1;
  while (begin < end) {
    const Place at(p, outer, begin);
    const int64_t rows = std::min(end - begin, run - begin % run);
    if (plain) {
      copy_short_rows(at.dst, dst_step, at.src, src_step, rows, n * p.convert.to);
    } else if (p.convert.same() && n <= 8) {
      copy_narrow_rows(at.dst, p.dst[outer - 1], p.dst.back(), at.src, p.src[outer - 1], p.src.back(), rows, n,
                       p.convert.to);
    } else {
      for (int64_t i = 0; i < rows; ++i) copy_row(p, at.dst + i * dst_step, at.src + i * src_step, n);
    }
    begin += rows;
  }
}

void copy_rows(const Plan& p) {
  const size_t outer = p.sizes.size() - 1;
  const int64_t rows = outer_count(p, outer), n = p.inner(), bytes = p.convert.from + p.convert.to;
  const bool strided = p.dst.back() != 1 || (p.src.back() != 1 && p.src.back() != 0);
  const double ns = strided ? 0.5 : kNsPerByte * static_cast<double>(bytes);
  if (rows == 1) {  // one long row: cut it
    return parallel_for(n, kChunkBytes / bytes, ns, [&](int64_t begin, int64_t end) {
      copy_row(p, p.dst_data + begin * p.dst.back() * p.convert.to, p.src_data + begin * p.src.back() * p.convert.from,
               end - begin);
    });
  }
  const int64_t grain = std::max<int64_t>(1, kChunkBytes / (n * bytes));
  parallel_for(rows, grain, ns * static_cast<double>(n) + 2,
               [&](int64_t begin, int64_t end) { copy_row_range(p, begin, end); });
}

// The dim along which src is contiguous, if the last one is so only in dst.
int64_t transposed_dim(const Plan& p) {
  const int64_t last = static_cast<int64_t>(p.sizes.size()) - 1;
  if (p.dst.back() != 1 || p.src.back() <= 1 || p.sizes.back() < 4 || p.convert.to > 8) return -1;
  for (int64_t d = last - 1; d >= 0; --d) {
    if (p.src[d] == 1 && p.sizes[d] >= 4) return d;
  }
  return -1;
}

void copy_transposed(Plan& p, int64_t dim) {
  const size_t last = p.sizes.size() - 1;
  // Move `dim` next to the last one, cut it into pieces; each piece is a matrix of src rows.
  for (size_t d = static_cast<size_t>(dim); d + 1 < last; ++d) {
    std::swap(p.sizes[d], p.sizes[d + 1]);
    std::swap(p.dst[d], p.dst[d + 1]);
    std::swap(p.src[d], p.src[d + 1]);
  }
  const size_t outer = last - 1;
  const int64_t size = p.convert.to, columns = p.sizes[outer], rows = p.inner();
  int64_t piece = std::max<int64_t>(1, kChunkBytes / (2 * size * rows));
  piece = std::max<int64_t>(64 / size, (piece * size + 63) / 64 * 64 / size);
  const int64_t pieces = (columns + piece - 1) / piece, total = outer_count(p, outer) * pieces;
  const double ns = 0.12 * static_cast<double>(size * rows * std::min(piece, columns));
  parallel_for(total, 1, ns, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Place at(p, outer, i / pieces);
      const int64_t first = i % pieces * piece, count = std::min(piece, columns - first);
      copy_kernels().transpose(size, rows, count, at.src + first * size, p.src.back(),
                               at.dst + first * p.dst[outer] * size, p.dst[outer]);
    }
  });
}

void run(Plan& p) {
  const int64_t dim = transposed_dim(p);
  if (dim < 0) return copy_rows(p);
  if (p.convert.same()) return copy_transposed(p, dim);
  // Convert first, in src's own order, then transpose.
  const int64_t count = outer_count(p, p.sizes.size());
  Scratch scratch(static_cast<size_t>(count * p.convert.to));
  DimVector order(p.sizes.size()), strides(p.sizes.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return p.src[a] > p.src[b]; });
  int64_t step = 1;
  for (size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = step;
    step *= p.sizes[order[i]];
  }
  Plan forward = p, back = p;
  forward.dst_data = scratch.as<char>();
  for (size_t i = 0; i < order.size(); ++i) {
    forward.sizes[i] = p.sizes[order[i]];
    forward.dst[i] = strides[order[i]];
    forward.src[i] = p.src[order[i]];
  }
  copy_rows(forward);
  back.src_data = scratch.as<char>();
  back.src = strides;
  back.convert = Converter(p.convert.dst_type, p.convert.dst_type);
  copy_transposed(back, dim);
}

void copy_dense(int64_t n, const void* src, ScalarType src_dtype, void* dst, ScalarType dst_dtype) {
  const Converter convert(src_dtype, dst_dtype);
  const int64_t bytes = convert.from + convert.to;
  parallel_for(n, kChunkBytes / bytes, kNsPerByte * static_cast<double>(bytes), [&](int64_t begin, int64_t end) {
    convert(end - begin, static_cast<const char*>(src) + begin * convert.from,
            static_cast<char*>(dst) + begin * convert.to);
  });
}

}  // namespace

const CopyKernels& copy_kernels() noexcept {
  static const CopyKernels* const kernels[] = {&base::kCopy, &avx2::kCopy, &avx512::kCopy};
  static const CopyKernels* const chosen = kernels[isa_level()];
  return *chosen;
}

void convert_contiguous(int64_t n, const void* src, ScalarType src_dtype, void* dst, ScalarType dst_dtype) {
  Converter(src_dtype, dst_dtype)(n, src, dst);
}

void copy_strided(IntArrayRef sizes, void* dst, IntArrayRef dst_strides, ScalarType dst_dtype, const void* src,
                  IntArrayRef src_strides, ScalarType src_dtype) {
  for (int64_t s : sizes) {
    if (s == 0) return;
  }
  Plan p = make_plan(sizes, dst, dst_strides, dst_dtype, src, src_strides, src_dtype);
  run(p);
}

void copy_elements(const Tensor& dst, const Tensor& src) {
  if (dst.numel() == 0) return;
  const bool same_shape = dst.sizes() == src.sizes();
  if (same_shape && dst.impl()->contiguous && src.impl()->contiguous) {
    if (dst.dtype() == src.dtype() && dst.nbytes() <= 4096) {
      memmove(dst.data_ptr(), src.data_ptr(), dst.nbytes());
      return;
    }
    return copy_dense(dst.numel(), src.data_ptr(), src.dtype(), dst.data_ptr(), dst.dtype());
  }
  DimVector strides(static_cast<size_t>(dst.dim()));
  const int64_t lead = dst.dim() - src.dim();
  for (int64_t d = 0; d < src.dim(); ++d) strides[lead + d] = src.sizes()[d] == 1 ? 0 : src.strides()[d];
  copy_strided(dst.sizes(), dst.data_ptr(), dst.strides(), dst.dtype(), src.data_ptr(), strides, src.dtype());
}

ElementBits scalar_bits(const Scalar& value, ScalarType dtype) {
  check_fits(value, dtype);
  ElementBits bits;
  dispatch_all(dtype, "fill_", [&]<class T>() {
    T element;
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
      element = store<T>(value.to<float>());
    else if constexpr (sizeof(T) < 4 && !std::is_same_v<T, bool>)
      element = static_cast<T>(value.toLong());
    else
      element = value.to<T>();
    memcpy(static_cast<void*>(&bits), &element, sizeof(T));
  });
  return bits;
}

Scalar read_scalar(const void* p, ScalarType dtype) {
  return dispatch_all(dtype, "item", [&]<class T>() -> Scalar {
    T element;
    memcpy(&element, p, sizeof(T));
    return Scalar(load(element));
  });
}

void fill_run(void* dst, int64_t n, int64_t size, ElementBits bits) {
  if (size <= 8) return copy_kernels().fill(dst, n, size, bits.low);
  for (int64_t i = 0; i < n; ++i) static_cast<ElementBits*>(dst)[i] = bits;
}

void fill_bits(const Tensor& self, ElementBits bits) {
  const int64_t n = self.numel(), size = self.element_size();
  if (n == 0) return;
  if (self.impl()->contiguous || self.is_non_overlapping_and_dense()) {
    char* data = static_cast<char*>(self.data_ptr());
    return parallel_for(n, kChunkBytes / size, kNsPerByte * static_cast<double>(size),
                        [&](int64_t begin, int64_t end) { fill_run(data + begin * size, end - begin, size, bits); });
  }
  const DimVector zeros(static_cast<size_t>(self.dim()));
  copy_strided(self.sizes(), self.data_ptr(), self.strides(), self.dtype(), &bits, zeros, self.dtype());
}

namespace {

// Once in a process, as PyTorch.
void warn_of_lost_parts(ScalarType from, ScalarType to) {
  static std::atomic_flag warned;
  if (!is_complex(from) || is_complex(to) || to == kBool || warned.test_and_set()) return;
  warn("Casting complex values to real discards the imaginary part");
}

}  // namespace

void copy_(const Tensor& self, const Tensor& src, bool) {
  warn_of_lost_parts(src.dtype(), self.dtype());
  // The same elements onto themselves is nothing; other overlaps were refused before.
  if (self.impl()->storage == src.impl()->storage && self.storage_offset() == src.storage_offset() &&
      self.dtype() == src.dtype() && self.sizes() == src.sizes() && self.strides() == src.strides()) {
    return;
  }
  copy_elements(self, src);
}

void clone(const Tensor& self, std::optional<MemoryFormat>, Tensor& result) { copy_elements(result, self); }

void _to_copy(const Tensor& self, std::optional<ScalarType>, std::optional<MemoryFormat>, Tensor& result) {
  warn_of_lost_parts(self.dtype(), result.dtype());
  copy_elements(result, self);
}

void fill_(const Tensor& self, const Scalar& value) { fill_bits(self, scalar_bits(value, self.dtype())); }
void fill_(const Tensor& self, const Tensor& value) {
  ElementBits bits;
  convert_contiguous(1, value.data_ptr(), value.dtype(), &bits, self.dtype());
  fill_bits(self, bits);
}

void zero_(const Tensor& self) { fill_bits(self, 0); }

}  // namespace rushlight::cpu
