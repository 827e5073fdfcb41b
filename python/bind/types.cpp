// The small classes of the Python door: dtype, device, layout, memory_format, finfo and iinfo.
#include <cmath>
#include <limits>

#include "bind/bind.h"

namespace rushlight::python {
namespace {

// ---- dtype ----------------------------------------------------------------------------------------------------------

struct PyDType {
  PyObject_HEAD ScalarType type;
  const char* name;    // "torch.float32"
  const char* alias;   // "float"; null: none
  const char* legacy;  // "Float", as in torch.FloatTensor; null: no such class
};

struct DTypeEntry {
  ScalarType type;
  const char *name, *alias, *legacy;
};
const DTypeEntry dtype_table[] = {
    {kByte, "torch.uint8", nullptr, "Byte"},
    {kChar, "torch.int8", nullptr, "Char"},
    {kShort, "torch.int16", "short", "Short"},
    {kInt, "torch.int32", "int", "Int"},
    {kLong, "torch.int64", "long", "Long"},
    {kHalf, "torch.float16", "half", "Half"},
    {kFloat, "torch.float32", "float", "Float"},
    {kDouble, "torch.float64", "double", "Double"},
    {ScalarType::ComplexHalf, "torch.complex32", "chalf", "ComplexHalf"},
    {kComplexFloat, "torch.complex64", "cfloat", "ComplexFloat"},
    {kComplexDouble, "torch.complex128", "cdouble", "ComplexDouble"},
    {kBool, "torch.bool", nullptr, "Bool"},
    {kBFloat16, "torch.bfloat16", nullptr, "BFloat16"},
    {ScalarType::Float8_e5m2, "torch.float8_e5m2", nullptr, nullptr},
    {ScalarType::Float8_e4m3fn, "torch.float8_e4m3fn", nullptr, nullptr},
    {ScalarType::Float8_e5m2fnuz, "torch.float8_e5m2fnuz", nullptr, nullptr},
    {ScalarType::Float8_e4m3fnuz, "torch.float8_e4m3fnuz", nullptr, nullptr},
    {kUInt16, "torch.uint16", nullptr, "UInt16"},
    {kUInt32, "torch.uint32", nullptr, "UInt32"},
    {kUInt64, "torch.uint64", nullptr, "UInt64"},
};
PyObject* dtypes[static_cast<size_t>(ScalarType::NumOptions)];

const PyDType& as_dtype(PyObject* o) { return *reinterpret_cast<PyDType*>(o); }
ScalarType type_of(PyObject* o) { return as_dtype(o).type; }

PyObject* dtype_repr(PyObject* self) { return PyUnicode_FromString(as_dtype(self).name); }
PyObject* dtype_reduce(PyObject* self, PyObject*) { return PyUnicode_FromString(as_dtype(self).name + 6); }
PyObject* dtype_is_floating(PyObject* self, void*) { return PyBool_FromLong(is_floating_point(type_of(self))); }
PyObject* dtype_is_complex(PyObject* self, void*) { return PyBool_FromLong(is_complex(type_of(self))); }
PyObject* dtype_is_signed(PyObject* self, void*) {
  const ScalarType t = type_of(self);
  return PyBool_FromLong(is_differentiable(t) || t == kChar || t == kShort || t == kInt || t == kLong);
}
PyObject* dtype_itemsize(PyObject* self, void*) { return PyLong_FromLongLong(element_size(type_of(self))); }
PyObject* dtype_to_real(PyObject* self, PyObject*) { return wrap(to_real_type(type_of(self))); }
PyObject* dtype_to_complex(PyObject* self, PyObject*) {
  switch (type_of(self)) {
    case kHalf:
      return wrap(ScalarType::ComplexHalf);
    case kDouble:
      return wrap(kComplexDouble);
    case kFloat:
    case kBFloat16:
      return wrap(kComplexFloat);
    default:
      break;
  }
  if (is_complex(type_of(self))) return Py_NewRef(self);
  return raise(PyExc_RuntimeError, "Unknown Complex ScalarType for {}", to_string(type_of(self)));
}

PyMethodDef dtype_methods[] = {
    {"__reduce__", dtype_reduce, METH_NOARGS, nullptr},
    {"to_real", dtype_to_real, METH_NOARGS, "The dtype of the real part."},
    {"to_complex", dtype_to_complex, METH_NOARGS, "The complex dtype whose parts have this dtype."},
    {}};
PyGetSetDef dtype_attributes[] = {{"is_floating_point", dtype_is_floating, nullptr, nullptr, nullptr},
                                  {"is_complex", dtype_is_complex, nullptr, nullptr, nullptr},
                                  {"is_signed", dtype_is_signed, nullptr, nullptr, nullptr},
                                  {"itemsize", dtype_itemsize, nullptr, "Bytes of one element.", nullptr},
                                  {}};

// ---- device ---------------------------------------------------------------------------------------------------------

struct PyDevice {
  PyObject_HEAD Device device;
};
const Device& device_value(PyObject* o) { return reinterpret_cast<PyDevice*>(o)->device; }
std::string device_kind(const Device& d) { return Device(d.type()).str(); }

PyObject* device_new(PyTypeObject*, PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"type", "index", nullptr};
  PyObject *type = nullptr, *index = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:device", const_cast<char**>(names), &type, &index))
    return nullptr;
  return guarded([&]() -> PyObject* {
    Device device(kCPU);
    check_type(device_from(type, device), "device(): argument 'type' (position 1) must be str, not {}",
               type_name(type));
    if (index && index != Py_None) {
      int64_t i = 0;
      check_type(int_from(index, i), "device(): argument 'index' (position 2) must be int, not {}", type_name(index));
      check(device.index() < 0, "type (string) must not include an index because index was passed explicitly: {}",
            device.str());
      check(i >= 0 && i < 128, "Device index must not be negative, and below 128; got {}", i);
      device = Device(device.type(), static_cast<int8_t>(i));
    }
    return wrap(device);
  });
}
PyObject* device_repr(PyObject* self) {
  return guarded([&]() -> PyObject* {
    const Device& d = device_value(self);
    std::string text = "device(type='" + device_kind(d) + "'";
    if (d.index() >= 0) text += ", index=" + std::to_string(d.index());
    return PyUnicode_FromString((text + ")").c_str());
  });
}
PyObject* device_str(PyObject* self) {
  return guarded([&]() -> PyObject* { return PyUnicode_FromString(device_value(self).str().c_str()); });
}
Py_hash_t device_hash(PyObject* self) {
  const Device& d = device_value(self);
  return static_cast<Py_hash_t>(d.type()) * 256 + d.index() + 1;
}
PyObject* device_compare(PyObject* a, PyObject* b, int op) {
  if (!PyObject_TypeCheck(b, &DeviceClass) || (op != Py_EQ && op != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
  return PyBool_FromLong((device_value(a) == device_value(b)) == (op == Py_EQ));
}
PyObject* device_type(PyObject* self, void*) {
  return guarded([&]() -> PyObject* { return PyUnicode_FromString(device_kind(device_value(self)).c_str()); });
}
PyObject* device_index(PyObject* self, void*) {
  const int8_t index = device_value(self).index();
  return index < 0 ? none() : PyLong_FromLong(index);
}
PyObject* device_reduce(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    const Device& d = device_value(self);
    if (d.index() < 0) return Py_BuildValue("O(s)", &DeviceClass, device_kind(d).c_str());
    return Py_BuildValue("O(si)", &DeviceClass, device_kind(d).c_str(), static_cast<int>(d.index()));
  });
}
// `with torch.device("cpu"):` sets where tensors are made, which is the cpu anyway.
PyObject* device_enter(PyObject* self, PyObject*) {
  const Device& d = device_value(self);
  if (!d.is_cpu())
    return raise(PyExc_RuntimeError, "this build computes on the cpu; tensors cannot be made on {}", d.str());
  return Py_NewRef(self);
}
PyObject* device_exit(PyObject*, PyObject* const*, Py_ssize_t) { return none(); }
// As a decorator: the function itself.
PyObject* device_call(PyObject* self, PyObject* args, PyObject* kwargs) {
  PyObject* function = nullptr;
  static const char* names[] = {"func", nullptr};
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O", const_cast<char**>(names), &function)) return nullptr;
  Ref entered = Ref::steal(device_enter(self, nullptr));
  return entered ? Py_NewRef(function) : nullptr;
}
PyMethodDef device_methods[] = {{"__reduce__", device_reduce, METH_NOARGS, nullptr},
                                {"__enter__", device_enter, METH_NOARGS, nullptr},
                                {"__exit__", as_function(device_exit), METH_FASTCALL, nullptr},
                                {}};
PyGetSetDef device_attributes[] = {
    {"type", device_type, nullptr, nullptr, nullptr}, {"index", device_index, nullptr, nullptr, nullptr}, {}};

// ---- layout and memory_format: named constants ----------------------------------------------------------------------

struct PyConstant {
  PyObject_HEAD const char* name;  // "torch.strided"
  int8_t value;
};
PyObject* constant_repr(PyObject* self) { return PyUnicode_FromString(reinterpret_cast<PyConstant*>(self)->name); }
PyObject* constant_reduce(PyObject* self, PyObject*) {
  return PyUnicode_FromString(reinterpret_cast<PyConstant*>(self)->name + 6);
}
PyMethodDef constant_methods[] = {{"__reduce__", constant_reduce, METH_NOARGS, nullptr}, {}};

PyObject* layout_strided = nullptr;
PyObject* formats[4];

PyObject* new_constant(PyTypeObject& type, const char* name, int8_t value) {
  auto* o = PyObject_New(PyConstant, &type);
  if (!o) return nullptr;
  o->name = name;
  o->value = value;
  return reinterpret_cast<PyObject*>(o);
}

// ---- finfo and iinfo ------------------------------------------------------------------------------------------------

struct PyInfo {
  PyObject_HEAD ScalarType type;
};
ScalarType info_type(PyObject* self) { return reinterpret_cast<PyInfo*>(self)->type; }

struct FloatFacts {
  double resolution, min, max, eps, tiny;
};
FloatFacts float_facts(ScalarType type) {
  switch (type) {
    case kHalf:
      return {1e-3, -65504.0, 65504.0, 0x1p-10, 0x1p-14};
    case kBFloat16:
      return {1e-2, -0x1.fep127, 0x1.fep127, 0x1p-7, 0x1p-126};
    case kDouble:
      return {1e-15, -std::numeric_limits<double>::max(), std::numeric_limits<double>::max(), 0x1p-52,
              std::numeric_limits<double>::min()};
    case ScalarType::Float8_e4m3fn:
      return {1.0, -448.0, 448.0, 0.125, 0x1p-6};
    case ScalarType::Float8_e5m2:
      return {1.0, -57344.0, 57344.0, 0.25, 0x1p-14};
    default:
      return {1e-6, -static_cast<double>(std::numeric_limits<float>::max()), std::numeric_limits<float>::max(), 0x1p-23,
              std::numeric_limits<float>::min()};
  }
}

PyObject* info_new(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"type", nullptr};
  PyObject* argument = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O", const_cast<char**>(names), &argument)) return nullptr;
  const bool floating = type == &FInfoClass;
  ScalarType dtype = get_default_dtype();
  if (!argument && !floating)
    return raise(PyExc_TypeError, "iinfo() missing 1 required positional arguments: \"type\"");
  if (argument && !dtype_from(argument, dtype)) {
    return raise(PyExc_TypeError, "{}(): argument 'type' (position 1) must be torch.dtype, not {}",
                 floating ? "finfo" : "iinfo", type_name(argument));
  }
  if (floating && !is_differentiable(dtype)) {
    return raise(PyExc_TypeError,
                 "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'");
  }
  if (!floating && dtype == kBool) return raise(PyExc_TypeError, "torch.bool is not supported by torch.iinfo");
  if (!floating && is_differentiable(dtype)) {
    return raise(PyExc_TypeError,
                 "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'");
  }
  dtype = to_real_type(dtype);
  auto* o = PyObject_New(PyInfo, type);
  if (!o) return nullptr;
  o->type = dtype;
  return reinterpret_cast<PyObject*>(o);
}
PyObject* info_bits(PyObject* self, void*) { return PyLong_FromLongLong(element_size(info_type(self)) * 8); }
PyObject* info_dtype(PyObject* self, void*) { return PyUnicode_FromString(python_dtype_name(info_type(self)) + 6); }
template <double FloatFacts::* field>
PyObject* finfo_field(PyObject* self, void*) {
  return PyFloat_FromDouble(float_facts(info_type(self)).*field);
}
PyObject* finfo_repr(PyObject* self) {
  const FloatFacts f = float_facts(info_type(self));
  char text[256];
  snprintf(text, sizeof text, "finfo(resolution=%g, min=%g, max=%g, eps=%g, smallest_normal=%g, tiny=%g, dtype=%s)",
           f.resolution, f.min, f.max, f.eps, f.tiny, f.tiny, python_dtype_name(info_type(self)) + 6);
  return PyUnicode_FromString(text);
}
bool is_unsigned(ScalarType t) { return t == kByte || (t >= kUInt16 && t <= kUInt64); }
uint64_t int_max(ScalarType t) { return ~uint64_t{0} >> (64 - 8 * element_size(t) + (is_unsigned(t) ? 0 : 1)); }
int64_t int_min(ScalarType t) { return is_unsigned(t) ? 0 : -static_cast<int64_t>(int_max(t)) - 1; }
PyObject* iinfo_max(PyObject* self, void*) { return PyLong_FromUnsignedLongLong(int_max(info_type(self))); }
PyObject* iinfo_min(PyObject* self, void*) { return PyLong_FromLongLong(int_min(info_type(self))); }
PyObject* iinfo_repr(PyObject* self) {
  const ScalarType t = info_type(self);
  char text[128];  // PyTorch shows the bounds as floats
  snprintf(text, sizeof text, "iinfo(min=%g, max=%g, dtype=%s)", static_cast<double>(int_min(t)),
           static_cast<double>(int_max(t)), python_dtype_name(t) + 6);
  return PyUnicode_FromString(text);
}
PyObject* info_compare(PyObject* a, PyObject* b, int op) {
  if (Py_TYPE(a) != Py_TYPE(b) || (op != Py_EQ && op != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
  return PyBool_FromLong((info_type(a) == info_type(b)) == (op == Py_EQ));
}
Py_hash_t info_hash(PyObject* self) { return static_cast<Py_hash_t>(info_type(self)) + 1; }

PyGetSetDef finfo_attributes[] = {{"bits", info_bits, nullptr, nullptr, nullptr},
                                  {"dtype", info_dtype, nullptr, nullptr, nullptr},
                                  {"eps", finfo_field<&FloatFacts::eps>, nullptr, nullptr, nullptr},
                                  {"max", finfo_field<&FloatFacts::max>, nullptr, nullptr, nullptr},
                                  {"min", finfo_field<&FloatFacts::min>, nullptr, nullptr, nullptr},
                                  {"tiny", finfo_field<&FloatFacts::tiny>, nullptr, nullptr, nullptr},
                                  {"smallest_normal", finfo_field<&FloatFacts::tiny>, nullptr, nullptr, nullptr},
                                  {"resolution", finfo_field<&FloatFacts::resolution>, nullptr, nullptr, nullptr},
                                  {}};
PyGetSetDef iinfo_attributes[] = {{"bits", info_bits, nullptr, nullptr, nullptr},
                                  {"dtype", info_dtype, nullptr, nullptr, nullptr},
                                  {"max", iinfo_max, nullptr, nullptr, nullptr},
                                  {"min", iinfo_min, nullptr, nullptr, nullptr},
                                  {}};

PyTypeObject plain_type(const char* name, size_t size, reprfunc repr, PyMethodDef* methods, PyGetSetDef* attributes) {
  PyTypeObject t = static_type(name, size);
  t.tp_repr = repr;
  t.tp_methods = methods;
  t.tp_getset = attributes;
  return t;
}

bool add_dtypes(PyObject* module) {
  for (const DTypeEntry& entry : dtype_table) {
    auto* o = PyObject_New(PyDType, &DTypeClass);
    if (!o) return false;
    o->type = entry.type;
    o->name = entry.name;
    o->alias = entry.alias;
    o->legacy = entry.legacy;
    auto* object = reinterpret_cast<PyObject*>(o);
    dtypes[static_cast<size_t>(entry.type)] = object;
    if (PyModule_AddObjectRef(module, entry.name + 6, object) < 0) return false;
    if (entry.alias && PyModule_AddObjectRef(module, entry.alias, object) < 0) return false;
  }
  return true;
}

bool add_constants(PyObject* module) {
  const char* format_names[] = {"torch.contiguous_format", "torch.preserve_format", "torch.channels_last",
                                "torch.channels_last_3d"};
  for (int8_t i = 0; i < 4; ++i) {
    formats[i] = new_constant(MemoryFormatClass, format_names[i], i);
    if (!formats[i] || PyModule_AddObjectRef(module, format_names[i] + 6, formats[i]) < 0) return false;
  }
  if (PyModule_AddObjectRef(module, "legacy_contiguous_format", formats[0]) < 0) return false;
  // only strided tensors exist; the other names are there to be compared with
  const char* layouts[] = {"torch.strided",    "torch.sparse_coo", "torch.sparse_csr", "torch.sparse_csc",
                           "torch.sparse_bsr", "torch.sparse_bsc", "torch.jagged"};
  for (int8_t i = 0; i < 7; ++i) {
    PyObject* layout = new_constant(LayoutClass, layouts[i], i);
    if (!layout || PyModule_AddObjectRef(module, layouts[i] + 6, layout) < 0) return false;
    if (i == 0) layout_strided = layout;
  }
  return true;
}

}  // namespace

PyTypeObject DTypeClass = plain_type("rushlight.dtype", sizeof(PyDType), dtype_repr, dtype_methods, dtype_attributes);
PyTypeObject DeviceClass =
    plain_type("rushlight.device", sizeof(PyDevice), device_repr, device_methods, device_attributes);
PyTypeObject LayoutClass = plain_type("rushlight.layout", sizeof(PyConstant), constant_repr, constant_methods, nullptr);
PyTypeObject MemoryFormatClass =
    plain_type("rushlight.memory_format", sizeof(PyConstant), constant_repr, constant_methods, nullptr);
PyTypeObject FInfoClass = plain_type("rushlight.finfo", sizeof(PyInfo), finfo_repr, nullptr, finfo_attributes);
PyTypeObject IInfoClass = plain_type("rushlight.iinfo", sizeof(PyInfo), iinfo_repr, nullptr, iinfo_attributes);

PyObject* wrap(ScalarType dtype) {
  PyObject* o = dtypes[static_cast<size_t>(dtype)];
  if (!o) return raise(PyExc_RuntimeError, "dtype {} has no Python object", to_string(dtype));
  return Py_NewRef(o);
}
PyObject* wrap(Device device) {
  auto* o = checked(reinterpret_cast<PyObject*>(PyObject_New(PyDevice, &DeviceClass)));
  reinterpret_cast<PyDevice*>(o)->device = device;
  return o;
}
PyObject* wrap(MemoryFormat format) { return Py_NewRef(formats[static_cast<int8_t>(format)]); }
PyObject* strided_layout() { return layout_strided; }
const char* python_dtype_name(ScalarType dtype) { return as_dtype(dtypes[static_cast<size_t>(dtype)]).name; }
std::string tensor_type_name(ScalarType dtype) {
  const PyDType& d = as_dtype(dtypes[static_cast<size_t>(dtype)]);
  return std::string("torch.") + (d.legacy ? d.legacy : d.name + 6) + "Tensor";
}

bool dtype_from(PyObject* o, ScalarType& out) {
  if (Py_TYPE(o) == &DTypeClass)
    out = type_of(o);
  else if (o == reinterpret_cast<PyObject*>(&PyFloat_Type))
    out = kDouble;
  else if (o == reinterpret_cast<PyObject*>(&PyBool_Type))
    out = kBool;
  else if (o == reinterpret_cast<PyObject*>(&PyLong_Type))
    out = kLong;
  else if (o == reinterpret_cast<PyObject*>(&PyComplex_Type))
    out = kComplexDouble;
  else
    return false;
  return true;
}
bool device_from(PyObject* o, Device& out) {
  if (Py_TYPE(o) == &DeviceClass) {
    out = device_value(o);
    return true;
  }
  if (PyUnicode_Check(o)) {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(o, &size);
    if (!text) throw PythonError();
    out = Device(std::string_view(text, static_cast<size_t>(size)));
    return true;
  }
  if (PyLong_Check(o) && !PyBool_Check(o)) {
    const long index = PyLong_AsLong(o);
    if (PyErr_Occurred()) throw PythonError();
    check(index >= 0 && index < 128, "Device index must not be negative, and below 128; got {}", index);
    out = Device(kCUDA, static_cast<int8_t>(index));
    return true;
  }
  return false;
}
bool memory_format_from(PyObject* o, MemoryFormat& out) {
  if (Py_TYPE(o) != &MemoryFormatClass) return false;
  out = static_cast<MemoryFormat>(reinterpret_cast<PyConstant*>(o)->value);
  return true;
}

bool init_types(PyObject* module) {
  DeviceClass.tp_new = device_new;
  DeviceClass.tp_call = device_call;
  DeviceClass.tp_str = device_str;
  DeviceClass.tp_hash = device_hash;
  DeviceClass.tp_richcompare = device_compare;
  FInfoClass.tp_new = IInfoClass.tp_new = info_new;
  FInfoClass.tp_richcompare = IInfoClass.tp_richcompare = info_compare;
  FInfoClass.tp_hash = IInfoClass.tp_hash = info_hash;
  for (PyTypeObject* type : {&DTypeClass, &DeviceClass, &LayoutClass, &MemoryFormatClass, &FInfoClass, &IInfoClass}) {
    if (PyType_Ready(type) < 0) return false;
    // instances are pickled by name, for which pickle asks the object for its module
    Ref name = Ref::steal(PyUnicode_FromString("rushlight"));
    if (!name || PyDict_SetItemString(type->tp_dict, "__module__", name.get()) < 0) return false;
    if (PyModule_AddObjectRef(module, type->tp_name + sizeof("rushlight"), reinterpret_cast<PyObject*>(type)) < 0)
      return false;
  }
  return add_dtypes(module) && add_constants(module);
}

}  // namespace rushlight::python
