// Storage and TensorImpl: pooled headers, small tensors in one block with their bytes, iterative release.
#include "rushlight/tensor_impl.h"

#include <cstring>
#include <new>

#include "autograd/node.h"
#include "core/allocator.h"
#include "rushlight/error.h"

namespace rushlight {
namespace {

// Header and bytes share one block up to this size, so that a small tensor costs one allocation less.
constexpr size_t kInlineBytes = 4096;
constexpr size_t kHeader = (sizeof(Storage) + 63) / 64 * 64;

}  // namespace

Storage* Storage::allocate(size_t nbytes) {
  if (nbytes <= kInlineBytes) {
    void* block = rushlight::allocate(kHeader + nbytes);
    auto* storage = new (block) Storage;
    storage->data = static_cast<char*>(block) + kHeader;
    storage->nbytes = nbytes;
    storage->block_bytes = static_cast<uint32_t>(kHeader + nbytes);
    return storage;
  }
  void* data = rushlight::allocate(nbytes);
  auto* storage = new (rushlight::allocate(sizeof(Storage))) Storage;
  storage->data = data;
  storage->nbytes = nbytes;
  return storage;
}

Storage* Storage::borrow(void* data, size_t nbytes, void (*deleter)(void*), void* context) {
  auto* storage = new (rushlight::allocate(sizeof(Storage))) Storage;
  storage->data = data;
  storage->nbytes = nbytes;
  storage->deleter = deleter;
  storage->context = context;
  return storage;
}

void Storage::grow(size_t bytes) {
  if (bytes <= nbytes) return;
  check(!deleter && !read_only && !exported,
        "Trying to resize storage that is not resizable (its {} bytes are borrowed, or shared with NumPy); clone() the "
        "tensor first",
        nbytes);
  void* bigger = rushlight::allocate(bytes);
  if (nbytes > 0) memcpy(bigger, data, nbytes);
  if (!has_inline_data()) rushlight::deallocate(data, nbytes);
  data = bigger;
  nbytes = bytes;
}

bool Storage::has_inline_data() const noexcept {
  return block_bytes > 0 && data == reinterpret_cast<const char*>(this) + kHeader;
}

void Storage::destroy() noexcept {
  if (deleter)
    deleter(context);
  else if (!has_inline_data())
    rushlight::deallocate(data, nbytes);
  rushlight::deallocate(this, block_bytes > 0 ? block_bytes : sizeof(Storage));
}

TensorImpl* TensorImpl::make() { return new (rushlight::allocate(sizeof(TensorImpl))) TensorImpl; }

void TensorImpl::set_geometry(IntArrayRef sizes, IntArrayRef strides) {
  const size_t n = sizes.size();
  check(n <= kMaxDims, "only tensors with up to {} dims are supported, but got {}", kMaxDims, n);
  int64_t* to = dims;
  if (n > kInlineDims) to = static_cast<int64_t*>(rushlight::allocate(2 * n * sizeof(int64_t)));
  int64_t total = 1;
  bool overflow = false;
  for (size_t i = 0; i < n; ++i) {
    to[i] = sizes[i];
    overflow |= __builtin_mul_overflow(total, sizes[i], &total);
  }
  bool dense = true;
  int64_t expected = 1;
  for (size_t i = n; i-- > 0;) {
    to[n + i] = strides[i];
    if (sizes[i] != 1) {
      dense &= strides[i] == expected;
      if (__builtin_mul_overflow(expected, sizes[i], &expected)) expected = 0;
    }
  }
  if (total == 0 || overflow) {
    for (size_t i = 0; i < n; ++i) {
      if (sizes[i] == 0) {
        total = 0;
        overflow = false;
        dense = true;
      }
    }
  }
  if (overflow) [[unlikely]] {  // before anything of this tensor changes
    if (n > kInlineDims) rushlight::deallocate(to, 2 * n * sizeof(int64_t));
    check(false,
          "numel: integer multiplication overflow: the number of elements of shape {} overflows a 64-bit integer",
          sizes);
  }
  if (to != dims && dims != inline_dims) rushlight::deallocate(dims, 2 * ndim * sizeof(int64_t));
  dims = to;
  ndim = static_cast<int8_t>(n);
  count = total;
  contiguous = dense;
}

void TensorImpl::set_contiguous(IntArrayRef sizes) {
  DimVector strides(sizes.size());
  int64_t step = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = step;
    if (sizes[i] > 1 && __builtin_mul_overflow(step, sizes[i], &step)) step = 0;
  }
  set_geometry(sizes, strides);
}

// Set by the Python door; see Note [Who owns whom] in python/bind/tensor_type.cpp.
bool (*drop_pyobject)(TensorImpl* impl) = nullptr;

void TensorImpl::destroy() noexcept {
  const bool owns_object = reinterpret_cast<uintptr_t>(pyobject) & 1;
  if (owns_object && drop_pyobject && !drop_pyobject(this)) return;
  delete autograd;  // a node's release is queued, so chains of any length are freed without recursion
  if (base) base->release();
  if (storage) storage->release();
  if (dims != inline_dims) rushlight::deallocate(dims, 2 * ndim * sizeof(int64_t));
  rushlight::deallocate(this, sizeof(TensorImpl));
}

}  // namespace rushlight
