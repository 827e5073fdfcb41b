// Memory shared with other libraries: NumPy arrays and the buffer protocol; elements as Python objects.
#include <algorithm>

#include "bind/bind.h"
#include "cpu/dispatch.h"
#include "plan/dims.h"

namespace rushlight::python {
namespace {

// ---- from the buffer protocol ---------------------------------------------------------------------------------------

std::optional<ScalarType> dtype_of_format(const Py_buffer& view) {
  const char* format = view.format ? view.format : "B";
  if (*format == '@' || *format == '=' || *format == '<') ++format;
  if (*format == '>' || *format == '!') {
    fail(ErrorKind::kValue,
         "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
         "currently not supported.");
  }
  if (format[0] == 'Z' && (format[1] == 'f' || format[1] == 'd') && format[2] == 0)
    return format[1] == 'f' ? kComplexFloat : kComplexDouble;
  if (format[0] == 0 || format[1] != 0) return std::nullopt;
  const auto of_size = [&](ScalarType one, ScalarType two, ScalarType four, ScalarType eight) {
    return view.itemsize == 1 ? one : view.itemsize == 2 ? two : view.itemsize == 4 ? four : eight;
  };
  switch (*format) {
    case '?':
      return kBool;
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q':
      return of_size(kChar, kShort, kInt, kLong);
    case 'c':
      return kByte;
    case 'B':
    case 'H':
    case 'I':
    case 'L':
    case 'Q':
      return of_size(kByte, kUInt16, kUInt32, kUInt64);
    case 'e':
    case 'f':
    case 'd':
      return of_size(kHalf, kHalf, kFloat, kDouble);
    default:
      return std::nullopt;
  }
}

// Note [NumPy's resize]
// ndarray.resize(refcheck=False) moves memory that a buffer still shows; it only refuses arrays that have weak references.
// So a tensor over an array keeps one.
struct Borrowed {
  Py_buffer view{};
  PyObject* weak = nullptr;
};

void release_view(void* context) {
  auto* borrowed = static_cast<Borrowed*>(context);
  if (Py_IsInitialized()) {
    GilHold gil;
    Py_XDECREF(borrowed->weak);
    PyBuffer_Release(&borrowed->view);
  }
  delete borrowed;
}

std::string array_type(PyObject* array) {
  Ref dtype = Ref::steal(PyObject_GetAttrString(array, "dtype"));
  Ref name = Ref::steal(dtype ? PyObject_GetAttrString(dtype.get(), "name") : nullptr);
  const char* text = name ? PyUnicode_AsUTF8(name.get()) : nullptr;
  PyErr_Clear();
  return text ? std::string("numpy.") + text : type_name(array);
}

[[noreturn]] void unsupported(PyObject* array) {
  fail(ErrorKind::kType,
       "can't convert np.ndarray of type {}. The only supported types are: float64, float32, float16, complex64, "
       "complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool.",
       array_type(array));
}

PyObject* from_numpy(PyObject*, PyObject* array) {
  return guarded([&]() -> PyObject* {
    check_type(is_array(array) && !is_numpy_scalar(array), "expected np.ndarray (got {})", type_name(array));
    return wrap(tensor_over_array(array));
  });
}

PyObject* frombuffer(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"buffer", "dtype", "count", "offset", "requires_grad"};
  return guarded([&]() -> PyObject* {
    PyObject* a[5];
    take_arguments("frombuffer", names, 5, 1, 2, args, count, keywords, a);
    ScalarType dtype;
    check_type(dtype_from(a[1], dtype), "frombuffer(): argument 'dtype' must be torch.dtype, not {}", type_name(a[1]));
    int64_t elements = -1, offset = 0;
    bool grad = false;
    check_type(!given(a[2]) || int_from(a[2], elements), "frombuffer(): argument 'count' must be int");
    check_type(!given(a[3]) || int_from(a[3], offset), "frombuffer(): argument 'offset' must be int");
    check_type(!given(a[4]) || bool_from(a[4], grad), "frombuffer(): argument 'requires_grad' must be bool");
    Tensor t = tensor_over_buffer(a[0], dtype, elements, offset);
    if (grad) t.requires_grad_(true);
    return wrap(std::move(t));
  });
}

// ---- to the buffer protocol -----------------------------------------------------------------------------------------

const char* format_of(ScalarType dtype) {
  switch (dtype) {
    case kBool:
      return "?";
    case kByte:
      return "B";
    case kChar:
      return "b";
    case kShort:
      return "h";
    case kInt:
      return "i";
    case kLong:
      return "l";
    case kHalf:
      return "e";
    case kFloat:
      return "f";
    case kDouble:
      return "d";
    case kUInt16:
      return "H";
    case kUInt32:
      return "I";
    case kUInt64:
      return "L";
    case kComplexFloat:
      return "Zf";
    case kComplexDouble:
      return "Zd";
    default:
      return nullptr;
  }
}

// What a view keeps: the storage, whatever becomes of the tensor, and the geometry in bytes.
struct Exported {
  Storage* storage;
  std::vector<Py_ssize_t> shape, strides;
};

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  return guarded([&]() -> int {
    const Tensor& t = tensor_of(self);
    const char* format = format_of(t.dtype());
    const char* problem =
        t.requires_grad() ? "a tensor that requires grad has no buffer; use tensor.detach()"
        : !format         ? "this dtype has no buffer format"
        : (flags & PyBUF_WRITABLE) && t.impl()->storage->read_only       ? "the tensor's memory is read-only"
        : !(flags & PyBUF_ND) && !t.is_contiguous()                      ? "the tensor is not contiguous"
        : (flags & PyBUF_STRIDES) != PyBUF_STRIDES && !t.is_contiguous() ? "the tensor is not contiguous"
                                                                         : nullptr;
    if (problem) {
      PyErr_SetString(PyExc_BufferError, problem);
      return -1;
    }
    auto* kept = new Exported{t.impl()->storage, {}, {}};
    kept->storage->retain();
    for (int64_t s : t.sizes()) kept->shape.push_back(s);
    for (int64_t s : t.strides()) kept->strides.push_back(s * t.element_size());
    view->internal = kept;
    t.impl()->storage->exported = true;
    view->buf = t.data_ptr();
    view->len = static_cast<Py_ssize_t>(t.nbytes());
    view->itemsize = t.element_size();
    view->readonly = t.impl()->storage->read_only;
    view->ndim = static_cast<int>(t.dim());
    view->format = flags & PyBUF_FORMAT ? const_cast<char*>(format) : nullptr;
    view->shape = flags & PyBUF_ND ? kept->shape.data() : nullptr;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? kept->strides.data() : nullptr;
    view->suboffsets = nullptr;
    view->obj = Py_NewRef(self);
    return 0;
  });
}
void release_buffer(PyObject*, Py_buffer* view) {
  auto* kept = static_cast<Exported*>(view->internal);
  kept->storage->release();
  delete kept;
}

// The tensor's memory as an array; NumPy is imported here, on first use.
PyObject* array_over(PyObject* self) {
  const Tensor& t = tensor_of(self);
  check_type(format_of(t.dtype()), "Got unsupported ScalarType {}", to_string(t.dtype()));
  Ref numpy = Ref::steal(checked(PyImport_ImportModule("numpy")));
  return checked(PyObject_CallMethod(numpy.get(), "asarray", "O", self));
}

PyObject* numpy(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"force"};
  return guarded([&]() -> PyObject* {
    PyObject* a[1];
    take_arguments("numpy", names, 1, 0, 0, args, count, keywords, a);
    const Tensor& t = tensor_of(self);
    if (!t.requires_grad()) return array_over(self);
    check(a[0] == Py_True, "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.");
    Ref detached = Ref::steal(wrap(t.detach()));
    return array_over(detached.get());
  });
}

PyObject* array(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"dtype", "copy"};
  return guarded([&]() -> PyObject* {
    PyObject* a[2];
    take_arguments("__array__", names, 2, 1, 0, args, count, keywords, a);
    check(!tensor_of(self).requires_grad(),
          "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.");
    Ref made = Ref::steal(array_over(self));
    if (given(a[0])) return PyObject_CallMethod(made.get(), "astype", "O", a[0]);
    return a[1] == Py_True ? PyObject_CallMethod(made.get(), "copy", nullptr) : made.take();
  });
}

// ---- elements -------------------------------------------------------------------------------------------------------

template <class T>
PyObject* element(const T* p) {
  if constexpr (std::is_same_v<T, bool>)
    return PyBool_FromLong(*p);
  else if constexpr (std::is_same_v<T, uint64_t>)
    return PyLong_FromUnsignedLongLong(*p);
  else if constexpr (std::is_integral_v<T>)
    return PyLong_FromLongLong(*p);
  else if constexpr (is_complex_v<T>)
    return PyComplex_FromDoubles(static_cast<double>(p->re), static_cast<double>(p->im));
  else
    return PyFloat_FromDouble(static_cast<double>(cpu::load(*p)));
}
template <class T>
PyObject* nested(const T* p, IntArrayRef sizes, IntArrayRef strides, size_t dim) {
  if (dim == sizes.size()) return checked(element(p));
  Ref list = Ref::steal(checked(PyList_New(sizes[dim])));
  for (int64_t i = 0; i < sizes[dim]; ++i)
    PyList_SET_ITEM(list.get(), i, nested(p + i * strides[dim], sizes, strides, dim + 1));
  return list.take();
}

template <PyObject* (*f)(const Tensor&)>
PyObject* element_method(PyObject* self, PyObject*) {
  try {
    return f(tensor_of(self));
  } catch (...) {
    return raise_current();
  }
}

PyMethodDef exchange_functions[] = {
    {"from_numpy", from_numpy, METH_O, "from_numpy(ndarray): a tensor that shares the array's memory."},
    {"frombuffer", as_function(frombuffer), METH_FASTCALL | METH_KEYWORDS,
     "frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False): a vector over an object's buffer."},
    {}};

}  // namespace

PyBufferProcs tensor_buffer = {get_buffer, release_buffer};

PyMethodDef tensor_exchange_methods[] = {
    {"numpy", as_function(numpy), METH_FASTCALL | METH_KEYWORDS,
     "numpy(*, force=False): an array over the tensor's memory."},
    {"__array__", as_function(array), METH_FASTCALL | METH_KEYWORDS, nullptr},
    {"item", element_method<to_item>, METH_NOARGS, "The value of a tensor with one element."},
    {"tolist", element_method<to_list>, METH_NOARGS, "The elements as nested lists; a number for a 0-d tensor."},
    {}};

bool is_array(PyObject* o) noexcept {
  if (!PyObject_CheckBuffer(o) || is_tensor(o)) return false;
  if (strncmp(Py_TYPE(o)->tp_name, "numpy.", 6) == 0) return true;
  if (PyBytes_Check(o) || PyByteArray_Check(o) || PyMemoryView_Check(o)) return false;
  const bool like = PyObject_HasAttrString(o, "__array_interface__");
  return like;
}

PyObject* weak_reference(PyObject* o) noexcept {
  PyObject* weak = is_array(o) ? PyWeakref_NewRef(o, nullptr) : nullptr;
  PyErr_Clear();
  return weak;
}

Tensor tensor_over_buffer(PyObject* buffer, ScalarType dtype, int64_t count, int64_t offset) {
  check_not_implemented(has_kernels(dtype), "frombuffer: tensors of dtype {} have no kernels", dtype_name(dtype));
  auto borrowed = std::make_unique<Borrowed>();
  Py_buffer* view = &borrowed->view;
  if (PyObject_GetBuffer(buffer, view, PyBUF_WRITABLE) < 0) {
    PyErr_Clear();
    checked(PyObject_GetBuffer(buffer, view, PyBUF_SIMPLE));
  }
  borrowed->weak = weak_reference(buffer);
  const int64_t length = view->len, size = element_size(dtype), start = std::clamp<int64_t>(offset, 0, length);
  Storage* storage = Storage::borrow(static_cast<char*>(view->buf) + start, static_cast<size_t>(length - start),
                                     release_view, borrowed.get());
  storage->read_only = view->readonly;
  borrowed.release();
  Tensor hold = tensor_over(storage, kByte, {0}, {1});
  check_value(length > 0 && count != 0, "both buffer length ({}) and count ({}) must not be 0", length, count);
  check_value(offset >= 0 && offset < length,
              "offset ({} bytes) must be non-negative and no greater than buffer length ({} bytes) minus 1", offset,
              length);
  check_value(count > 0 || (length - offset) % size == 0,
              "buffer length ({} bytes) after offset ({} bytes) must be a multiple of element size ({})", length,
              offset, size);
  if (count < 0) count = (length - offset) / size;
  check_value(count <= (length - offset) / size,
              "requested buffer length ({} * {} bytes) after offset ({} bytes) must not be greater than actual "
              "buffer length ({} bytes)",
              count, size, offset, length);
  storage->retain();
  return tensor_over(storage, dtype, {count}, {1});
}

Tensor tensor_over_array(PyObject* array) {
  auto borrowed = std::make_unique<Borrowed>();
  Py_buffer* view = &borrowed->view;
  if (PyObject_GetBuffer(array, view, PyBUF_RECORDS) < 0) {
    PyErr_Clear();
    if (PyObject_GetBuffer(array, view, PyBUF_RECORDS_RO) < 0) {
      PyErr_Clear();
      unsupported(array);
    }
  }
  struct Release {
    Py_buffer* view;
    ~Release() {
      if (view) PyBuffer_Release(view);
    }
  } release{view};
  const auto dtype = dtype_of_format(*view);
  if (!dtype) unsupported(array);
  DimVector sizes, strides;
  int64_t last = 0;
  for (int d = 0; d < view->ndim; ++d) {
    const int64_t stride = view->strides[d];
    check_value(stride >= 0 || view->shape[d] <= 1,
                "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
                "currently supported. (You can probably work around this by "
                "making a copy of your array  with array.copy().)");
    check_value(stride % view->itemsize == 0,
                "given numpy array strides not a multiple of the element byte size. Copy the numpy array to reallocate "
                "the memory.");
    sizes.push_back(view->shape[d]);
    strides.push_back(view->shape[d] <= 1 ? std::max<int64_t>(stride, 0) / view->itemsize : stride / view->itemsize);
    last += (view->shape[d] - 1) * strides.back();
  }
  const bool none = plan::numel_of(sizes) == 0;
  Storage* storage = Storage::borrow(view->buf, none ? 0 : static_cast<size_t>((last + 1) * view->itemsize),
                                     release_view, borrowed.get());
  storage->read_only = view->readonly;
  borrowed->weak = weak_reference(array);
  release.view = nullptr;
  borrowed.release();
  return tensor_over(storage, *dtype, sizes, strides);
}

PyObject* to_item(const Tensor& t) { return wrap(t.item()); }
PyObject* to_list(const Tensor& t) {
  return cpu::dispatch_all(t.dtype(), "tolist", [&]<class T>() -> PyObject* {
    return nested(static_cast<const T*>(t.const_data_ptr()), t.sizes(), t.strides(), 0);
  });
}

bool init_exchange(PyObject* module) {
  return PyModule_AddFunctions(module, exchange_functions) == 0 && init_dlpack(module);
}

}  // namespace rushlight::python
