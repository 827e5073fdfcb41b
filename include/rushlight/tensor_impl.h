// What a Tensor handle points at: geometry in place, one storage, and an autograd record if there is one.
#pragma once
#include <atomic>
#include <cstdint>

#include "rushlight/array_ref.h"
#include "rushlight/device.h"
#include "rushlight/scalar_type.h"

namespace rushlight {

struct AutogradMeta;
class Tensor;

// Bytes shared by tensors, and the counter of in-place writes that all views of it share.
struct Storage {
  std::atomic<uint32_t> refs{1};
  std::atomic<uint32_t> version{0};
  void* data = nullptr;
  size_t nbytes = 0;
  void (*deleter)(void* context) = nullptr;  // null: the bytes are the allocator's
  void* context = nullptr;
  bool read_only = false;  // borrowed memory that must not be written (a read-only NumPy array)
  bool exported = false;   // someone outside holds the address (NumPy, DLPack), so the bytes may not move
  uint32_t block_bytes =
      0;  // of the block that holds this header and, at first, the bytes behind it; 0: the header alone

  static Storage* allocate(size_t nbytes);
  static Storage* borrow(void* data, size_t nbytes, void (*deleter)(void*), void* context);
  // Makes room for `nbytes`, keeping the content; every tensor over this storage sees it. Error when the bytes may not move.
  void grow(size_t nbytes);
  void retain() noexcept { refs.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (refs.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
  }
  bool unique() const noexcept { return refs.load(std::memory_order_acquire) == 1; }
  bool has_inline_data() const noexcept;
  void destroy() noexcept;
};

struct TensorImpl {
  static constexpr int kInlineDims = 6;
  static constexpr int kMaxDims = 64;

  std::atomic<uint32_t> refs{1};
  ScalarType dtype = kFloat;
  int8_t ndim = 0;
  bool contiguous = true;      // row-major without gaps
  bool requires_grad = false;  // set by the user on a leaf; a result that has a grad_fn says so through `autograd`
  bool data_alias =
      false;  // made by .data / detach-like access that PyTorch does not track: writes leave the version alone
  bool inference = false;
  bool uninitialized = false;  // a lazy layer's parameter or buffer: dtype and device, but no shape yet
  uint32_t view_version = 0;   // storage version when this view's history was last brought up to date
  int64_t count = 1;           // number of elements
  int64_t offset = 0;          // in elements
  Storage* storage = nullptr;
  TensorImpl* base = nullptr;  // of a view: the tensor that owns the history
  AutogradMeta* autograd = nullptr;
  void* pyobject =
      nullptr;  // the Python object, if there is one; the lowest bit: this owns the object, not the object this
  int64_t* dims = inline_dims;  // sizes, then strides
  int64_t inline_dims[2 * kInlineDims];

  static TensorImpl* make();  // from a pool; refs == 1
  IntArrayRef sizes() const noexcept { return {dims, static_cast<size_t>(ndim)}; }
  IntArrayRef strides() const noexcept { return {dims + ndim, static_cast<size_t>(ndim)}; }
  void* data() const noexcept { return static_cast<char*>(storage->data) + offset * element_size(dtype); }
  // Sets sizes and strides; recomputes count and contiguous. Raises when the count overflows.
  void set_geometry(IntArrayRef sizes, IntArrayRef strides);
  void set_contiguous(IntArrayRef sizes);
  void retain() noexcept { refs.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (refs.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
  }
  void destroy() noexcept;
};

}  // namespace rushlight
