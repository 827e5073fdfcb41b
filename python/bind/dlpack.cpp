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
enum Code : uint8_t { kDLInt = 0, kDLUInt = 1, kDLFloat = 2, kDLBfloat = 4, kDLComplex = 5, kDLBool = 6 };

DLDataType code_of(ScalarType dtype) {
  const auto bits = static_cast<uint8_t>(element_size(dtype) * 8);
  if (dtype == kBool) return {kDLBool, bits, 1};
  if (dtype == kBFloat16) return {kDLBfloat, bits, 1};
  if (is_floating_point(dtype)) return {kDLFloat, bits, 1};
  if (is_complex(dtype)) return {kDLComplex, bits, 1};
  const bool is_unsigned = dtype == kByte || (dtype >= kUInt16 && dtype <= kUInt64);
  return {is_unsigned ? kDLUInt : kDLInt, bits, 1};
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
    if (given(a[0])) return raise(PyExc_AssertionError, "stream should be None on cpu.");
    int type = kDLCPU, id = 0;
    if (given(a[2]) && (!PyTuple_Check(a[2]) || !PyArg_ParseTuple(a[2], "ii", &type, &id))) {
      PyErr_Clear();
      fail(ErrorKind::kType, "__dlpack__: dl_device must be a tuple of two ints, not {}",
           PyTuple_Check(a[2]) ? "one of others" : type_name(a[2]));
    }
    if (type != kDLCPU)
      return raise(PyExc_BufferError, "__dlpack__: the tensor is on the cpu (1, 0), and cannot go to device ({}, {})",
                   type, id);
    const bool copy = a[3] == Py_True;
    if (copy) t = t.clone();
    int64_t major = 0;
    check_type(!given(a[1]) ||
                   (PyTuple_Check(a[1]) && PyTuple_GET_SIZE(a[1]) == 2 && int_from(PyTuple_GET_ITEM(a[1], 0), major)),
               "__dlpack__: max_version must be a tuple of two ints");
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
struct Taken {
  Managed* managed;
  PyObject* weak;  // see Note [NumPy's resize]
};

template <class Managed>
void free_taken(void* context) {
  const std::unique_ptr<Taken<Managed>> taken(static_cast<Taken<Managed>*>(context));
  if (!Py_IsInitialized()) return;
  GilHold gil;
  Py_XDECREF(taken->weak);
  if (taken->managed->deleter) taken->managed->deleter(taken->managed);
}

template <class Managed>
Tensor take(PyObject* capsule, PyObject* owner, const char* name, const char* used_name, bool read_only) {
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  const DLTensor& source = managed->tensor;
  if (source.device.type != kDLCPU)
    fail(ErrorKind::kRuntime, "from_dlpack: unsupported device type {}; only the cpu (1) is there", source.device.type);
  const ScalarType dtype = dtype_of(source.dtype);
  check(source.ndim >= 0 && source.ndim <= TensorImpl::kMaxDims && (source.shape || source.ndim == 0),
        "from_dlpack: {} dimensions; a tensor has at most {}", source.ndim, TensorImpl::kMaxDims);
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
  Storage* storage = Storage::borrow(static_cast<char*>(source.data) + source.byte_offset,
                                     none ? 0 : static_cast<size_t>((last + 1) * element_size(dtype)),
                                     free_taken<Managed>, new Taken<Managed>{managed, weak_reference(owner)});
  storage->read_only = read_only;
  PyCapsule_SetName(capsule, used_name);
  return tensor_over(storage, dtype, sizes, strides);
}

Ref capsule_of(PyObject* o) {
  if (PyCapsule_CheckExact(o)) return Ref::share(o);
  check(PyObject_HasAttrString(o, "__dlpack__"),
        "from_dlpack received an invalid capsule. It takes an object with __dlpack__ or a capsule, not {}",
        type_name(o));
  Ref method = Ref::steal(checked(PyObject_GetAttrString(o, "__dlpack__")));
  Ref empty = Ref::steal(checked(PyTuple_New(0)));
  Ref version = Ref::steal(checked(Py_BuildValue("{s:(ii)}", "max_version", 1, 0)));
  if (PyObject* capsule = PyObject_Call(method.get(), empty.get(), version.get())) return Ref::steal(capsule);
  if (!PyErr_ExceptionMatches(PyExc_TypeError)) throw PythonError();
  PyErr_Clear();  // a library from before DLPack 1.0
  return Ref::steal(checked(PyObject_CallNoArgs(method.get())));
}

// Note [Read-only memory from DLPack]
// A producer can say that its memory must not be written. The tensor made of it is refused as the target of any write
// (RuntimeError: clone() it first), where PyTorch would write; the old form of capsule cannot say so.
Tensor tensor_of_capsule(PyObject* capsule, PyObject* owner, bool* copied) {
  *copied = false;
  if (PyCapsule_IsValid(capsule, kVersionedName)) {
    auto* managed = static_cast<DLManagedTensorVersioned*>(PyCapsule_GetPointer(capsule, kVersionedName));
    check(managed->version.major == 1, "from_dlpack: DLPack version {}.{} is not supported, only 1.x",
          managed->version.major, managed->version.minor);
    *copied = managed->flags & kCopied;
    return take<DLManagedTensorVersioned>(capsule, owner, kVersionedName, "used_dltensor_versioned",
                                          managed->flags & kReadOnly);
  }
  check(PyCapsule_IsValid(capsule, kName),
        "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you might "
        "have already constructed a tensor from it once.");
  return take<DLManagedTensor>(capsule, owner, kName, "used_dltensor", false);
}

PyObject* from_dlpack(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"ext_tensor", "device", "copy"};
  return guarded([&]() -> PyObject* {
    PyObject* a[3];
    take_arguments("from_dlpack", names, 3, 1, 1, args, count, keywords, a);
    Device device(kCPU);
    check_type(!given(a[1]) || device_from(a[1], device),
               "from_dlpack(): argument 'device' must be torch.device, not {}", type_name(a[1] ? a[1] : Py_None));
    if (!device.is_cpu())
      fail(ErrorKind::kAssertion, "Torch not compiled with CUDA enabled: this build computes on the cpu; got device {}",
           device.str());
    bool copy = false, copied = false;
    check_type(!given(a[2]) || bool_from(a[2], copy), "from_dlpack(): argument 'copy' must be bool, not {}",
               type_name(a[2] ? a[2] : Py_None));
    Tensor t = tensor_of_capsule(capsule_of(a[0]).get(), a[0], &copied);
    if (given(a[2]) && !copy) check_value(!copied, "from_dlpack: copy=False, but the producer made a copy");
    return wrap(copy && !copied ? t.clone() : t);
  });
}

PyMethodDef dlpack_functions[] = {
    {"from_dlpack", as_function(from_dlpack), METH_FASTCALL | METH_KEYWORDS,
     "from_dlpack(ext_tensor, *, device=None, copy=None): a tensor that shares the memory of an object with "
     "__dlpack__, "
     "or of a capsule. Memory that its owner calls read-only cannot be written through the tensor."},
    {"to_dlpack", [](PyObject*, PyObject* t) { return PyObject_CallMethod(t, "__dlpack__", nullptr); }, METH_O,
     nullptr},
    {}};

}  // namespace

PyMethodDef tensor_dlpack_methods[] = {{"__dlpack__", as_function(to_dlpack), METH_FASTCALL | METH_KEYWORDS, nullptr},
                                       {"__dlpack_device__", dlpack_device, METH_NOARGS, nullptr},
                                       {}};

Tensor tensor_over_dlpack(PyObject* object) {
  bool copied = false;
  return tensor_of_capsule(capsule_of(object).get(), object, &copied);
}

bool init_dlpack(PyObject* module) { return PyModule_AddFunctions(module, dlpack_functions) == 0; }

}  // namespace rushlight::python
