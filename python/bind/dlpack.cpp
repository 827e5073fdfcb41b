// DLPack: tensors handed to and taken from other libraries without a copy (the plain and the versioned form).
#include "bind/bind.h"

namespace rushlight::python {
namespace {

// The structures of DLPack's ABI.
struct DLDevice {
  int32_t type, id;
};
struct DLDataType {
  uint8_t code, bits;
  uint16_t lanes;
};
struct DLTensor {
  void* data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t *shape, *strides;
  uint64_t byte_offset;
};
struct DLManagedTensor {
  DLTensor tensor;
  void* context;
  void (*deleter)(DLManagedTensor*);
};
struct DLVersion {
  uint32_t major, minor;
};
struct DLManagedTensorVersioned {
  DLVersion version;
  void* context;
  void (*deleter)(DLManagedTensorVersioned*);
  uint64_t flags;
  DLTensor tensor;
};
constexpr uint64_t kReadOnly = 1, kCopied = 2;
constexpr int32_t kDLCPU = 1;
enum Code : uint8_t { kDLInt = 0, kDLUInt = 1, kDLFloat = 2, kDLBfloat = 4, kDLBool = 6 };

DLDataType code_of(ScalarType dtype) {
  const auto bits = static_cast<uint8_t>(element_size(dtype) * 8);
  if (dtype == kBool) return {kDLBool, bits, 1};
  if (dtype == kBFloat16) return {kDLBfloat, bits, 1};
  if (is_floating_point(dtype)) return {kDLFloat, bits, 1};
  return {dtype == kByte ? kDLUInt : kDLInt, bits, 1};
}
ScalarType dtype_of(const DLDataType& type) {
  for (int i = 0; i < static_cast<int>(ScalarType::Undefined); ++i) {
    const auto dtype = static_cast<ScalarType>(i);
    if (!has_kernels(dtype)) continue;
    const DLDataType own = code_of(dtype);
    if (own.code == type.code && own.bits == type.bits && type.lanes == 1) return dtype;
  }
  fail(ErrorKind::kRuntime, "from_dlpack: unsupported data type (code {}, {} bits, {} lanes)", type.code, type.bits,
       type.lanes);
}

// What a handed-out tensor keeps alive.
template <class Managed>
struct Handed {
  Managed managed;
  Tensor tensor;
  std::vector<int64_t> shape, strides;
};
template <class Managed>
void free_handed(Managed* managed) {
  delete static_cast<Handed<Managed>*>(managed->context);
}
constexpr const char* kName = "dltensor";
constexpr const char* kVersionedName = "dltensor_versioned";

// A capsule that nobody has consumed frees its tensor.
template <class Managed>
void free_capsule(PyObject* capsule) {
  const char* name = std::is_same_v<Managed, DLManagedTensor> ? kName : kVersionedName;
  if (!PyCapsule_IsValid(capsule, name)) return;
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  if (managed->deleter) managed->deleter(managed);
}

template <class Managed>
PyObject* hand_out(const Tensor& t, bool copied) {
  auto* handed = new Handed<Managed>{{}, t, t.sizes().vec(), t.strides().vec()};
  Managed& m = handed->managed;
  t.impl()->storage->exported = true;
  m.tensor = {t.data_ptr(),
              {kDLCPU, 0},
              static_cast<int32_t>(t.dim()),
              code_of(t.dtype()),
              handed->shape.data(),
              handed->strides.data(),
              0};
  m.context = handed;
  m.deleter = free_handed<Managed>;
  if constexpr (std::is_same_v<Managed, DLManagedTensorVersioned>) {
    m.version = {1, 0};
    m.flags = (t.impl()->storage->read_only ? kReadOnly : 0) | (copied ? kCopied : 0);
    return PyCapsule_New(&m, kVersionedName, free_capsule<Managed>);
  } else {
    return PyCapsule_New(&m, kName, free_capsule<Managed>);
  }
}

PyObject* to_dlpack(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"stream", "max_version", "dl_device", "copy"};
  return guarded([&]() -> PyObject* {
    PyObject* a[4];
    take_arguments("__dlpack__", names, 4, 1, 0, args, count, keywords, a);
    Tensor t = tensor_of(self);
    if (t.requires_grad()) {
      PyErr_SetString(PyExc_BufferError, "Can't export tensors that require gradient, use tensor.detach()");
      return nullptr;
    }
    const bool copy = a[3] == Py_True;
    if (copy) t = t.clone();
    long major = 0;
    if (given(a[1]) && PyTuple_Check(a[1]) && PyTuple_GET_SIZE(a[1]) > 0)
      major = PyLong_AsLong(PyTuple_GET_ITEM(a[1], 0));
    if (major >= 1) return hand_out<DLManagedTensorVersioned>(t, copy);
    if (t.impl()->storage->read_only) {
      PyErr_SetString(PyExc_BufferError, "a read-only tensor needs DLPack 1.0: pass max_version=(1, 0)");
      return nullptr;
    }
    return hand_out<DLManagedTensor>(t, copy);
  });
}
PyObject* dlpack_device(PyObject*, PyObject*) { return Py_BuildValue("(ii)", kDLCPU, 0); }

template <class Managed>
void free_taken(void* context) {
  auto* managed = static_cast<Managed*>(context);
  if (!managed->deleter) return;
  GilHold gil;
  managed->deleter(managed);
}

template <class Managed>
Tensor take(PyObject* capsule, const char* name, const char* used_name, bool read_only) {
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  const DLTensor& source = managed->tensor;
  if (source.device.type != kDLCPU)
    fail(ErrorKind::kRuntime, "from_dlpack: unsupported device type {}; only the cpu (1)", source.device.type);
  const ScalarType dtype = dtype_of(source.dtype);
  const IntArrayRef sizes(source.shape, static_cast<size_t>(source.ndim));
  DimVector strides(sizes.size());
  int64_t step = 1, last = 0;
  bool none = false;
  for (size_t d = sizes.size(); d-- > 0;) {
    strides[d] = source.strides ? source.strides[d] : step;
    step *= std::max<int64_t>(sizes[d], 1);
    check_value(strides[d] >= 0, "from_dlpack: tensors with negative strides are not supported; copy the array first");
    none |= sizes[d] == 0;
    last += (sizes[d] - 1) * strides[d];
  }
  Storage* storage =
      Storage::borrow(static_cast<char*>(source.data) + source.byte_offset,
                      none ? 0 : static_cast<size_t>((last + 1) * element_size(dtype)), free_taken<Managed>, managed);
  storage->read_only = read_only;
  PyCapsule_SetName(capsule, used_name);
  return tensor_over(storage, dtype, sizes, strides);
}

Ref capsule_of(PyObject* o) {
  if (PyCapsule_CheckExact(o)) return Ref::share(o);
  check_type(PyObject_HasAttrString(o, "__dlpack__"), "from_dlpack: expected an object with __dlpack__ (got {})",
             type_name(o));
  Ref method = Ref::steal(checked(PyObject_GetAttrString(o, "__dlpack__")));
  Ref empty = Ref::steal(checked(PyTuple_New(0)));
  Ref version = Ref::steal(checked(Py_BuildValue("{s:(ii)}", "max_version", 1, 0)));
  if (PyObject* capsule = PyObject_Call(method.get(), empty.get(), version.get())) return Ref::steal(capsule);
  if (!PyErr_ExceptionMatches(PyExc_TypeError)) throw PythonError();
  PyErr_Clear();  // a library from before DLPack 1.0
  return Ref::steal(checked(PyObject_CallNoArgs(method.get())));
}

PyObject* from_dlpack(PyObject*, PyObject* object) {
  return guarded([&]() -> PyObject* {
    Ref capsule = capsule_of(object);
    if (PyCapsule_IsValid(capsule.get(), kVersionedName)) {
      auto* managed = static_cast<DLManagedTensorVersioned*>(PyCapsule_GetPointer(capsule.get(), kVersionedName));
      check(managed->version.major == 1, "from_dlpack: DLPack version {}.{} is not supported, only 1.x",
            managed->version.major, managed->version.minor);
      return wrap(take<DLManagedTensorVersioned>(capsule.get(), kVersionedName, "used_dltensor_versioned",
                                                 managed->flags & kReadOnly));
    }
    check(PyCapsule_IsValid(capsule.get(), kName),
          "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you "
          "might have already "
          "constructed a tensor from it once.");
    return wrap(take<DLManagedTensor>(capsule.get(), kName, "used_dltensor", false));
  });
}

PyMethodDef dlpack_functions[] = {
    {"from_dlpack", from_dlpack, METH_O,
     "from_dlpack(object): a tensor that shares the memory of an object with __dlpack__."},
    {"to_dlpack", [](PyObject*, PyObject* t) { return PyObject_CallMethod(t, "__dlpack__", nullptr); }, METH_O,
     nullptr},
    {}};

}  // namespace

PyMethodDef tensor_dlpack_methods[] = {{"__dlpack__", as_function(to_dlpack), METH_FASTCALL | METH_KEYWORDS, nullptr},
                                       {"__dlpack_device__", dlpack_device, METH_NOARGS, nullptr},
                                       {}};

bool init_dlpack(PyObject* module) { return PyModule_AddFunctions(module, dlpack_functions) == 0; }

}  // namespace rushlight::python
