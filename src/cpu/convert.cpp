// Strided conversion: gathered into a small block, converted there by the per-ISA loops, scattered from one.
#include "cpu/convert.h"

#include <algorithm>
#include <cstring>

#include "cpu/copy.h"
#include "cpu/dispatch.h"

namespace rushlight::cpu {
namespace {

constexpr int64_t kBlock = 512;

void gather(void* to, const void* from, int64_t stride, int64_t n, int64_t size) {
  dispatch_bytes(size, [&]<class T>() {
    T* d = static_cast<T*>(to);
    const T* s = static_cast<const T*>(from);
    for (int64_t i = 0; i < n; ++i) d[i] = s[i * stride];
  });
}

void scatter(void* to, int64_t stride, const void* from, int64_t n, int64_t size) {
  dispatch_bytes(size, [&]<class T>() {
    T* d = static_cast<T*>(to);
    const T* s = static_cast<const T*>(from);
    for (int64_t i = 0; i < n; ++i) d[i * stride] = s[i];
  });
}

}  // namespace

void convert(void* dst, ScalarType dst_type, int64_t dst_stride, const void* src, ScalarType src_type,
             int64_t src_stride, int64_t n) {
  const int64_t dst_size = element_size(dst_type), src_size = element_size(src_type);
  alignas(64) char in[kBlock * 16], out[kBlock * 16];
  if (src_type == dst_type && (src_stride == 1 || dst_stride == 1)) {
    if (src_stride == dst_stride)
      memcpy(dst, src, static_cast<size_t>(n * src_size));
    else if (dst_stride == 1)
      gather(dst, src, src_stride, n, src_size);
    else
      scatter(dst, dst_stride, src, n, src_size);
    return;
  }
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t count = std::min(kBlock, n - i);
    const char* from = static_cast<const char*>(src) + i * src_stride * src_size;
    char* to = static_cast<char*>(dst) + i * dst_stride * dst_size;
    if (src_stride != 1) {
      gather(in, from, src_stride, count, src_size);
      from = in;
    }
    if (src_type == dst_type) {
      scatter(to, dst_stride, from, count, dst_size);
      continue;
    }
    convert_contiguous(count, from, src_type, dst_stride == 1 ? to : out, dst_type);
    if (dst_stride != 1) scatter(to, dst_stride, out, count, dst_size);
  }
}

}  // namespace rushlight::cpu
