// What the files of the Python door share: the Tensor object, conversions in both directions, errors, the GIL.
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "rushlight/ops.h"

namespace rushlight {

// Called by TensorImpl::destroy when the Impl owns a Python object (see Note [Who owns whom] in tensor_type.cpp).
// Returns false when the Impl has come back to life.
extern bool (*drop_pyobject)(TensorImpl* impl);

}  // namespace rushlight

namespace rushlight::python {

// ---- references -----------------------------------------------------------------------------------------------------

// Owns one reference to a Python object.
class Ref {
 public:
  Ref() noexcept = default;
  static Ref steal(PyObject* object) noexcept {
    Ref r;
    r.object_ = object;
    return r;
  }
  static Ref share(PyObject* object) noexcept {
    Py_XINCREF(object);
    return steal(object);
  }
  Ref(const Ref& other) noexcept : object_(other.object_) { Py_XINCREF(object_); }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() { Py_XDECREF(object_); }
  PyObject* get() const noexcept { return object_; }
  PyObject* take() noexcept { return std::exchange(object_, nullptr); }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

// Item i of a list or tuple, which code that ran since its length was read may have changed.
inline Ref sequence_item(PyObject* list, Py_ssize_t i) {
  check_value(i < PySequence_Fast_GET_SIZE(list), "the sequence changed its length while it was read");
  return Ref::share(PySequence_Fast_GET_ITEM(list, i));
}

// ---- errors ---------------------------------------------------------------------------------------------------------

// A Python exception on its way through C++ code, possibly through code that runs without the GIL.
class PythonError : public std::exception {
 public:
  PythonError();  // takes the exception that is set
  const char* what() const noexcept override { return "a Python exception"; }
  void restore() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Inside a catch block: sets the Python exception that belongs to the C++ one. Returns null.
std::nullptr_t raise_current() noexcept;
// Sets a Python exception with a formatted message. Returns null.
template <class... A>
std::nullptr_t raise(PyObject* type, std::string_view text, const A&... args) {
  PyErr_SetString(type, format(text, args...).c_str());
  return nullptr;
}
// Throws PythonError when a call into Python has failed.
inline PyObject* checked(PyObject* object) {
  if (!object) [[unlikely]]
    throw PythonError();
  return object;
}
inline void checked(int status) {
  if (status < 0) [[unlikely]]
    throw PythonError();
}
// Runs f; a C++ exception becomes a Python one and a null (or -1) result.
template <class F>
auto guarded(const F& f) noexcept -> decltype(f()) {
  try {
    return f();
  } catch (...) {
    raise_current();
    if constexpr (std::is_pointer_v<decltype(f())>)
      return nullptr;
    else
      return -1;
  }
}
inline PyObject* none() { return Py_NewRef(Py_None); }

// ---- the GIL --------------------------------------------------------------------------------------------------------

// Note [When the GIL is released]
// Releasing and regaining it costs more than a small op, so a call gives it up only for work that its inputs' sizes put
// above some tens of microseconds, and around backward(). Kernels and pool workers never touch Python; hooks and custom
// functions take the GIL themselves.
class GilRelease {
 public:
  explicit GilRelease(bool release = true) : state_(release ? PyEval_SaveThread() : nullptr) {}
  ~GilRelease() {
    if (state_) PyEval_RestoreThread(state_);
  }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  PyThreadState* state_;
};
class GilHold {
 public:
  GilHold() : state_(PyGILState_Ensure()) {}
  ~GilHold() { PyGILState_Release(state_); }
  GilHold(const GilHold&) = delete;
  GilHold& operator=(const GilHold&) = delete;

 private:
  PyGILState_STATE state_;
};
constexpr int64_t kReleaseElements = 20000;  // elements of all inputs
constexpr double kReleaseProducts = 50000;   // multiply-adds of a matmul or convolution

// ---- the Tensor object ----------------------------------------------------------------------------------------------

struct PyTensor {
  PyObject_HEAD Tensor tensor;
  PyObject* dict;
  PyObject* weakrefs;
};
extern PyTypeObject* TensorType;      // rushlight.Tensor, a heap type, so that programs can add to it
extern PyTypeObject TensorBaseClass;  // holds everything that is native
extern PyTypeObject TensorMetaClass;  // gives every subclass our deallocator

inline bool is_tensor(PyObject* o) noexcept {
  return Py_TYPE(o) == TensorType || PyType_IsSubtype(Py_TYPE(o), &TensorBaseClass);
}
inline const Tensor& tensor_of(PyObject* o) noexcept { return reinterpret_cast<PyTensor*>(o)->tensor; }
// The Python object of a tensor, made if there is none; None for an undefined one.
PyObject* wrap(Tensor tensor);
// A new Python object of a subclass for a tensor that has none yet.
PyObject* wrap_as(PyTypeObject* type, Tensor tensor);
PyObject* wrap_list(const std::vector<Tensor>& tensors, bool as_list = false);

// ---- small values ---------------------------------------------------------------------------------------------------

extern PyTypeObject DTypeClass, DeviceClass, LayoutClass, MemoryFormatClass, SizeClass, GeneratorClass, FInfoClass,
    IInfoClass;

PyObject* wrap(ScalarType dtype);
PyObject* wrap(Device device);
PyObject* wrap(MemoryFormat format);
PyObject* wrap(const Scalar& scalar);
PyObject* wrap_size(IntArrayRef sizes);           // torch.Size
PyObject* wrap_ints(IntArrayRef values);          // a plain tuple
PyObject* strided_layout();                       // borrowed
const char* python_dtype_name(ScalarType dtype);  // "torch.float32"
std::string tensor_type_name(ScalarType dtype);   // "torch.FloatTensor"

bool dtype_from(PyObject* o, ScalarType& out);  // a dtype, or one of the types float, int, bool
bool device_from(PyObject* o, Device& out);     // a device, text or an index; false without an exception: neither
bool memory_format_from(PyObject* o, MemoryFormat& out);
bool int_from(PyObject* o, int64_t& out);  // an int, an object with __index__, a one-element integer tensor
bool float_from(PyObject* o, double& out);
bool scalar_from(PyObject* o, Scalar& out);  // a number, a NumPy number, a 0-d tensor
bool bool_from(PyObject* o, bool& out);
bool is_numpy_scalar(PyObject* o) noexcept;
const std::optional<Generator>* generator_from(PyObject* o);  // null: not a generator
// Tensor, or the class name as error messages show it.
std::string type_name(PyObject* o);

// A type object to be completed and readied; size 0: that of its base.
inline PyTypeObject static_type(const char* name, size_t size) {
  PyTypeObject t{};
  Py_SET_REFCNT(reinterpret_cast<PyObject*>(&t), 1);
  t.tp_name = name;
  t.tp_basicsize = static_cast<Py_ssize_t>(size);
  t.tp_flags = Py_TPFLAGS_DEFAULT;
  return t;
}

// Puts the arguments of a METH_FASTCALL | METH_KEYWORDS function into `out` by name; null where none was given. The
// first `positional` may be given by position, the first `required` must be there. Throws TypeError.
void take_arguments(const char* function, const char* const* names, size_t size, size_t positional, size_t required,
                    PyObject* const* args, Py_ssize_t count, PyObject* keywords, PyObject** out);
inline bool given(PyObject* o) noexcept { return o && o != Py_None; }
inline PyCFunction as_function(PyObject* (*f)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*)) noexcept {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(f));
}
inline PyCFunction as_function(PyObject* (*f)(PyObject*, PyObject* const*, Py_ssize_t)) noexcept {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(f));
}
inline PyCFunction as_function(PyObject* (*f)(PyObject*, PyObject*, PyObject*)) noexcept {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(f));
}

// The tensor that torch.tensor(data, dtype=…) makes.
Tensor tensor_from(PyObject* data, std::optional<ScalarType> dtype);
bool is_array(PyObject* o) noexcept;             // a NumPy array, or what offers its memory as one does
PyObject* weak_reference(PyObject* o) noexcept;  // to an array, else null; see Note [NumPy's resize]
// A tensor over the memory of an array, which must have a dtype and strides that tensors have.
Tensor tensor_over_array(PyObject* array);
// A vector over an object's buffer; count -1: to its end. ValueError when the buffer does not fit.
Tensor tensor_over_buffer(PyObject* buffer, ScalarType dtype, int64_t count, int64_t offset);
// A tensor over the memory of a DLPack capsule, or of an object that makes one.
Tensor tensor_over_dlpack(PyObject* object);
// A tensor of a dtype and geometry over a storage, which it takes over.
Tensor tensor_over(Storage* storage, ScalarType dtype, IntArrayRef sizes, IntArrayRef strides);
PyObject* to_list(const Tensor& tensor);
PyObject* to_item(const Tensor& tensor);

// ---- parts of the module, one per file ------------------------------------------------------------------------------

bool init_types(PyObject* module);  // dtype, device, layout, memory_format, finfo, iinfo
bool init_size(PyObject* module);
bool init_generator(PyObject* module);
bool init_tensor(PyObject* module);
bool init_rows(PyObject* module);      // every op of the table, and the methods that are written as rows
bool init_new(PyObject* module);       // tensor(), as_tensor(), …
bool init_exchange(PyObject* module);  // from_numpy, frombuffer, from_dlpack
bool init_dlpack(PyObject* module);
bool init_autograd(PyObject* module);
bool init_function(PyObject* module);  // autograd.Function
bool init_module_base(PyObject* module);
bool init_printing(PyObject* module);
bool init_anomaly(PyObject* module);
bool init_saved_hooks(PyObject* module);
bool init_files(PyObject* module);     // safetensors and idx files
bool init_settings(PyObject* module);  // grad modes, threads, defaults
bool init_autocast(PyObject* module);

extern PyMethodDef tensor_methods[], tensor_new_methods[], tensor_exchange_methods[], tensor_dlpack_methods[],
    tensor_autograd_methods[];
extern PyGetSetDef tensor_attributes[];
extern PyMappingMethods tensor_mapping;
extern PyBufferProcs tensor_buffer;
extern PyObject *out_of_memory_error, *linalg_error;

PyObject* tensor_iter(PyObject* self);
int tensor_contains(PyObject* self, PyObject* value);
PyObject* tensor_repr(PyObject* self);
PyObject* legacy_new(PyTypeObject* type, PyObject* args, PyObject* kwargs);
PyObject* wrap_node(Node* node);  // grad_fn; None for null
int traverse_hooks(const Tensor& tensor, visitproc visit, void* arg);
void clear_hooks(const Tensor& tensor);
void track_if_stateful(PyObject* tensor);  // lets the collector see an object that can be in a cycle
bool add_methods(PyTypeObject& type,
                 PyMethodDef* methods);  // to a type that is not ready yet: into its dict after PyType_Ready

}  // namespace rushlight::python
