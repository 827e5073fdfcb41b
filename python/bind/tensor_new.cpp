// Tensors from Python data: tensor(), as_tensor(), asarray(), new_tensor() and the legacy constructors.
#include <cmath>
#include <limits>

#include "bind/bind.h"
#include "cpu/dispatch.h"
#include "dispatch/body.h"
#include "rushlight/autograd.h"

namespace rushlight::python {
namespace {

bool is_sequence(PyObject* o) {
  return PyList_Check(o) || PyTuple_Check(o) || (PySequence_Check(o) && !PyUnicode_Check(o) && !PyBytes_Check(o));
}

// ---- shape and dtype of nested sequences ----------------------------------------------------------------------------

DimVector infer_shape(PyObject* data) {
  DimVector shape;
  Ref at = Ref::share(data);
  while (is_sequence(at.get())) {
    const Py_ssize_t n = PySequence_Size(at.get());
    checked(n < 0 ? -1 : 0);
    shape.push_back(n);
    check_value(shape.size() <= 64, "too many dimensions '{}'", type_name(at.get()));
    if (n == 0) break;
    Ref first = Ref::steal(checked(PySequence_GetItem(at.get(), 0)));
    check_value(first.get() != at.get(), "too many dimensions '{}'", type_name(at.get()));
    at = std::move(first);
  }
  check_value(shape.empty() || (!PyUnicode_Check(at.get()) && !PyBytes_Check(at.get())), "too many dimensions '{}'",
              type_name(at.get()));
  return shape;
}

std::optional<ScalarType> joined(std::optional<ScalarType> a, ScalarType b) { return a ? promote_types(*a, b) : b; }

std::optional<ScalarType> infer_dtype(PyObject* o, int depth = 0);

std::optional<ScalarType> infer_items(PyObject* o, int depth) {
  check_value(depth <= 64, "too many dimensions '{}'", type_name(o));
  std::optional<ScalarType> found;
  Ref items = Ref::steal(checked(PySequence_Fast(o, "not a sequence")));
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(items.get());
  PyTypeObject* last = nullptr;
  for (Py_ssize_t i = 0; i < n; ++i) {
    const Ref hold = sequence_item(items.get(), i);
    PyObject* item = hold.get();
    if (Py_TYPE(item) == last) continue;  // a number of a type already seen adds nothing
    if (PyFloat_CheckExact(item) || PyLong_CheckExact(item)) last = Py_TYPE(item);
    if (const auto type = infer_dtype(item, depth + 1)) found = joined(found, *type);
  }
  return found;
}

// nullopt: an empty sequence, which fits any dtype.
std::optional<ScalarType> infer_dtype(PyObject* o, int depth) {
  if (is_tensor(o)) return tensor_of(o).dtype();
  if (is_numpy_scalar(o) || is_array(o)) return tensor_over_array(o).dtype();
  if (PyFloat_Check(o)) return get_default_dtype();
  if (PyBool_Check(o)) return kBool;
  if (PyLong_Check(o)) return kLong;
  if (PyComplex_Check(o)) return get_default_dtype() == kDouble ? kComplexDouble : kComplexFloat;
  check_type(!PyUnicode_Check(o) && !PyBytes_Check(o), "new(): invalid data type '{}'", type_name(o));
  if (is_sequence(o)) return infer_items(o, depth);
  fail(ErrorKind::kRuntime, "Could not infer dtype of {}", type_name(o));
}

// ---- filling --------------------------------------------------------------------------------------------------------

[[noreturn]] void fail_negative() {
  PyErr_SetString(PyExc_OverflowError, "can't convert negative int to unsigned");
  throw PythonError();
}

// A Python or NumPy integer; ValueError beyond 64 bits.
Scalar whole_number(PyObject* o) {
  Scalar number;
  if (PyLong_Check(o)) {
    int overflow = 0;
    const long long v = PyLong_AsLongLongAndOverflow(o, &overflow);
    if (overflow == 0) return Scalar(static_cast<int64_t>(v));
    const unsigned long long u = PyLong_AsUnsignedLongLong(o);
    const bool fits = !PyErr_Occurred();
    PyErr_Clear();
    check_value(fits, "Overflow when unpacking long long");
    return Scalar(static_cast<uint64_t>(u));
  }
  check_type(!PyComplex_Check(o), "'{}' object cannot be interpreted as an integer", type_name(o));
  check_type(scalar_from(o, number), "an integer is required (got type {})", type_name(o));
  return number;
}

template <class T>
T int_value(PyObject* o, ScalarType dtype) {
  Scalar number;
  if (PyFloat_Check(o)) {
    const double d = PyFloat_AS_DOUBLE(o);
    check_value(!std::isnan(d), "cannot convert float NaN to integer");
    const bool in_range = std::is_same_v<T, uint64_t> ? d > -1 && d < 0x1p64 : d >= -0x1p63 && d < 0x1p63;
    check(in_range, "value cannot be converted to type {} without overflow", dtype_name(dtype));
    if constexpr (std::is_same_v<T, uint64_t>) return static_cast<uint64_t>(d);
    number = Scalar(static_cast<int64_t>(d));
  } else {
    number = whole_number(o);
  }
  if constexpr (std::is_same_v<T, uint64_t>) {
    if (!number.isUnsigned() && number.toLong() < 0) fail_negative();
    return number.toUInt64();
  }
  check_value(!number.isUnsigned(), "Overflow when unpacking long long");
  const int64_t v = number.toLong();
  const auto most = static_cast<int64_t>(std::numeric_limits<T>::max());
  const int64_t least =
      std::is_signed_v<T> ? static_cast<int64_t>(std::numeric_limits<T>::min()) : -most;  // negative ones wrap
  check(v >= least && v <= most, "value cannot be converted to type {} without overflow", dtype_name(dtype));
  return static_cast<T>(v);
}

// Floating and complex elements; a whole number of any size becomes the nearest float.
template <class T>
T float_value(PyObject* o) {
  Scalar number;
  if (PyFloat_CheckExact(o)) [[likely]] {
    if constexpr (!is_complex_v<T>) return cpu::store<T>(PyFloat_AS_DOUBLE(o));
    number = Scalar(PyFloat_AS_DOUBLE(o));
  } else if (PyLong_CheckExact(o)) {
    number = Scalar(PyLong_AsDouble(o));
    if (PyErr_Occurred()) throw PythonError();
  } else {
    check_type(scalar_from(o, number) && (is_complex_v<T> || !number.isComplex()), "must be real number, not {}",
               type_name(o));
  }
  if constexpr (is_complex_v<T>)
    return number.to<T>();
  else
    return cpu::store<T>(number.toDouble());
}

// The value of another tensor's element.
template <class T, class V>
T converted(V value, ScalarType dtype) {
  if constexpr (is_complex_v<V> && std::is_same_v<T, bool>) {
    return static_cast<bool>(value);
  } else if constexpr (is_complex_v<V> && !is_complex_v<T>) {
    check(value.im == 0, "value cannot be converted to type {} without overflow", dtype_name(dtype));
    return cpu::store<T>(value.re);
  } else if constexpr (is_complex_v<T> && !is_complex_v<V>) {
    return T(static_cast<typename T::value_type>(value));
  } else {
    return cpu::store<T>(value);
  }
}

template <class T>
T leaf_value(PyObject* o, ScalarType dtype) {
  if (is_tensor(o)) {
    const Tensor& t = tensor_of(o);
    check_value(t.numel() == 1, "only one element tensors can be converted to Python scalars");
    return cpu::dispatch_all(t.dtype(), "tensor", [&]<class S>() -> T {
      return converted<T>(cpu::load(*static_cast<const S*>(t.const_data_ptr())), dtype);
    });
  }
  if constexpr (std::is_same_v<T, bool>) {
    const int truth = PyObject_IsTrue(o);
    checked(truth);
    return truth;
  } else if constexpr (std::is_integral_v<T>) {
    return int_value<T>(o, dtype);
  } else {
    return float_value<T>(o);
  }
}

template <class T>
void fill(PyObject* o, IntArrayRef sizes, size_t dim, T*& out, ScalarType dtype) {
  if (dim == sizes.size()) {
    check_value(!PyUnicode_Check(o) && !is_sequence(o), "too many dimensions '{}'", type_name(o));
    *out++ = leaf_value<T>(o, dtype);
    return;
  }
  check_type(is_sequence(o), "expected sequence of length {} at dim {} (got {})", sizes[dim], dim, type_name(o));
  Ref items = Ref::steal(checked(PySequence_Fast(o, "not a sequence")));
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(items.get());
  check_value(n == sizes[dim], "expected sequence of length {} at dim {} (got {})", sizes[dim], dim, n);
  for (Py_ssize_t i = 0; i < n; ++i) fill(sequence_item(items.get(), i).get(), sizes, dim + 1, out, dtype);
}

// ---- arguments ------------------------------------------------------------------------------------------------------

std::optional<ScalarType> dtype_argument(const char* function, PyObject* o) {
  if (!given(o)) return std::nullopt;
  ScalarType dtype;
  check_type(dtype_from(o, dtype), "{}(): argument 'dtype' must be torch.dtype, not {}", function, type_name(o));
  return dtype;
}
void check_device_argument(const char* function, PyObject* o) {
  if (!given(o)) return;
  Device device(kCPU);
  check_type(device_from(o, device), "{}(): argument 'device' must be torch.device, not {}", function, type_name(o));
  if (!device.is_cpu())
    fail(ErrorKind::kAssertion, "Torch not compiled with CUDA enabled: this build computes on the cpu; got device {}",
         device.str());
}
bool flag_argument(const char* function, const char* name, PyObject* o) {
  bool value = false;
  check_type(!given(o) || bool_from(o, value), "{}(): argument '{}' must be bool, not {}", function, name,
             type_name(o ? o : Py_None));
  return value;
}
PyObject* finished(Tensor t, bool requires_grad) {
  if (requires_grad) t.requires_grad_(true);
  return wrap(std::move(t));
}

PyObject* new_tensor_from(const char* function, PyObject* data, PyObject* dtype, PyObject* device,
                          PyObject* requires_grad, std::optional<ScalarType> fallback) {
  check_device_argument(function, device);
  const auto type = dtype_argument(function, dtype);
  const bool grad = flag_argument(function, "requires_grad", requires_grad);
  if (is_tensor(data)) {
    checked(PyErr_WarnEx(PyExc_UserWarning,
                         "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
                         "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
                         1));
  }
  return finished(tensor_from(data, type ? type : fallback), grad);
}

PyObject* tensor(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"data", "dtype", "device", "requires_grad", "pin_memory", "names"};
  return guarded([&]() -> PyObject* {
    PyObject* a[6];
    take_arguments("tensor", names, 6, 1, 1, args, count, keywords, a);
    return new_tensor_from("tensor", a[0], a[1], a[2], a[3], std::nullopt);
  });
}

PyObject* new_tensor(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"data", "dtype", "device", "requires_grad", "pin_memory"};
  return guarded([&]() -> PyObject* {
    PyObject* a[5];
    take_arguments("new_tensor", names, 5, 1, 1, args, count, keywords, a);
    return new_tensor_from("new_tensor", a[0], a[1], a[2], a[3], tensor_of(self).dtype());
  });
}

// The tensor itself, or one over an array's memory, where that is possible; else a copy.
Tensor shared_or_copied(PyObject* data, std::optional<ScalarType> dtype) {
  if (is_tensor(data)) return dtype ? tensor_of(data).to(*dtype) : tensor_of(data);
  if (is_array(data) && !is_numpy_scalar(data)) {
    Tensor t = tensor_over_array(data);
    return dtype ? t.to(*dtype) : t;
  }
  return tensor_from(data, dtype);
}

PyObject* as_tensor(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"data", "dtype", "device"};
  return guarded([&]() -> PyObject* {
    PyObject* a[3];
    take_arguments("as_tensor", names, 3, 3, 1, args, count, keywords, a);
    check_device_argument("as_tensor", a[2]);
    return wrap(shared_or_copied(a[0], dtype_argument("as_tensor", a[1])));
  });
}

// What asarray() looks at, in PyTorch's order.
enum class Source : uint8_t { Array, DLPack, Buffer, Data };
Source source_kind(PyObject* o) {
  if (is_tensor(o) || is_numpy_scalar(o)) return Source::Data;
  if (is_array(o)) return Source::Array;
  if (PyCapsule_CheckExact(o) || PyObject_HasAttrString(o, "__dlpack__")) return Source::DLPack;
  return PyObject_CheckBuffer(o) ? Source::Buffer : Source::Data;
}

PyObject* asarray(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"obj", "dtype", "device", "copy", "requires_grad"};
  return guarded([&]() -> PyObject* {
    PyObject* a[5];
    take_arguments("asarray", names, 5, 1, 1, args, count, keywords, a);
    check_device_argument("asarray", a[2]);
    const auto dtype = dtype_argument("asarray", a[1]);
    const bool grad = flag_argument("asarray", "requires_grad", a[4]);
    const auto kind = source_kind(a[0]);
    Tensor t = kind == Source::DLPack   ? tensor_over_dlpack(a[0])
               : kind == Source::Buffer ? tensor_over_buffer(a[0], dtype.value_or(get_default_dtype()), -1, 0)
                                        : shared_or_copied(a[0], dtype);
    if (kind == Source::DLPack && dtype) t = t.to(*dtype);
    const bool shares = is_tensor(a[0]) ? t.impl()->storage == tensor_of(a[0]).impl()->storage
                                        : kind != Source::Data && t.impl()->storage->deleter != nullptr;
    if (given(a[3])) {
      const bool copy = flag_argument("asarray", "copy", a[3]);
      check_value(copy || shares,
                  "can't alias arbitrary sequence into a tensor. asarray: copy=False needs a tensor, an array or a "
                  "buffer of the wanted dtype");
      if (copy && shares) t = t.clone();
    }
    if (t.requires_grad() && !grad) t = t.detach();
    return finished(std::move(t), grad);
  });
}

// ---- legacy constructors: Tensor(2, 3), Tensor([1, 2]), FloatTensor(...) -----------------------------------------------

Tensor legacy(PyObject* args, PyObject* kwargs, ScalarType dtype) {
  if (kwargs && PyDict_GET_SIZE(kwargs) > 0) {
    PyObject* device = PyDict_GetItemString(kwargs, "device");
    check_type(device && PyDict_GET_SIZE(kwargs) == 1, "new() takes no keyword arguments but device=");
    check_device_argument("new", device);
  }
  const Py_ssize_t count = PyTuple_GET_SIZE(args);
  if (count == 0) return empty({0}, TensorOptions(dtype));
  PyObject* first = PyTuple_GET_ITEM(args, 0);
  if (count == 1 && is_tensor(first)) {
    const Tensor& t = tensor_of(first);
    check_type(t.dtype() == dtype, "expected {} (got {})", to_string(dtype), to_string(t.dtype()));
    return detail::alias(t);
  }
  PyObject* items = count == 1 && Py_TYPE(first) == &SizeClass ? first : args;
  DimVector sizes;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items); ++i) {
    int64_t size = 0;
    if (is_tensor(PyTuple_GET_ITEM(items, i)) || !int_from(PyTuple_GET_ITEM(items, i), size)) break;
    sizes.push_back(size);
  }
  if (sizes.size() == static_cast<size_t>(PyTuple_GET_SIZE(items))) return empty(sizes, TensorOptions(dtype));
  check_type(!PyUnicode_Check(first), "new(): invalid data type '{}' (expected sizes, or one sequence of numbers)",
             type_name(first));
  check_type(count == 1 && (is_sequence(first) || is_array(first)), "new(): data must be a sequence (got {})",
             type_name(first));
  return tensor_from(first, dtype);
}

PyObject* legacy_tensor(PyObject*, PyObject* args, PyObject* kwargs) {
  return guarded([&]() -> PyObject* {
    ScalarType dtype;
    check_type(PyTuple_GET_SIZE(args) > 0 && dtype_from(PyTuple_GET_ITEM(args, 0), dtype),
               "_legacy_tensor(dtype, ...): the first argument must be torch.dtype");
    Ref rest = Ref::steal(checked(PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args))));
    return wrap(legacy(rest.get(), kwargs, dtype));
  });
}
PyObject* new_(PyObject* self, PyObject* args, PyObject* kwargs) {
  return guarded([&]() -> PyObject* { return wrap(legacy(args, kwargs, tensor_of(self).dtype())); });
}

PyMethodDef new_functions[] = {
    {"tensor", as_function(tensor), METH_FASTCALL | METH_KEYWORDS,
     "tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False): a tensor with a copy of data, a "
     "number, nested sequences or an array."},
    {"as_tensor", as_function(as_tensor), METH_FASTCALL | METH_KEYWORDS,
     "as_tensor(data, dtype=None, device=None): like tensor(), but shares memory where it can."},
    {"asarray", as_function(asarray), METH_FASTCALL | METH_KEYWORDS,
     "asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False): obj as a tensor."},
    {"_legacy_tensor", as_function(legacy_tensor), METH_VARARGS | METH_KEYWORDS, nullptr},
    {}};

}  // namespace

PyMethodDef tensor_new_methods[] = {
    {"new_tensor", as_function(new_tensor), METH_FASTCALL | METH_KEYWORDS,
     "new_tensor(data, *, dtype=None, device=None, requires_grad=False): tensor(data) with this tensor's dtype."},
    {"new", as_function(new_), METH_VARARGS | METH_KEYWORDS, nullptr},
    {}};

Tensor tensor_from(PyObject* data, std::optional<ScalarType> dtype) {
  if (is_tensor(data)) {
    NoGradGuard no_grad;
    const Tensor& t = tensor_of(data);
    return dtype && *dtype != t.dtype() ? t.to(*dtype) : t.clone();
  }
  if (is_array(data)) {
    const Tensor t = tensor_over_array(data);
    return dtype && *dtype != t.dtype() ? t.to(*dtype) : t.clone();
  }
  const DimVector sizes = infer_shape(data);
  const ScalarType type = dtype ? *dtype : infer_dtype(data).value_or(get_default_dtype());
  check_value(dtype || !PyUnicode_Check(data), "too many dimensions 'str'");
  Tensor result = detail::allocate_tensor(sizes, type);
  cpu::dispatch_all(type, "tensor", [&]<class T>() {
    T* out = static_cast<T*>(result.data_ptr());
    if (result.numel() > 0) fill<T>(data, sizes, 0, out, type);
  });
  return result;
}

Tensor tensor_over(Storage* storage, ScalarType dtype, IntArrayRef sizes, IntArrayRef strides) {
  Tensor result = Tensor::steal(TensorImpl::make());
  TensorImpl* impl = result.impl();
  impl->storage = storage;
  impl->dtype = dtype;
  impl->set_geometry(sizes, strides);
  return result;
}

PyObject* legacy_new(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  return wrap_as(type, legacy(args, kwargs, get_default_dtype()));
}

bool init_new(PyObject* module) { return PyModule_AddFunctions(module, new_functions) == 0; }

}  // namespace rushlight::python
