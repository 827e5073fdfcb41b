// The switches of autocast; the contexts made of them are Python (rushlight.amp).
#include "rushlight/amp.h"

#include "bind.h"

namespace rushlight::python {
namespace {

DeviceType device_argument(const char* function, PyObject* o) {
  check_type(PyUnicode_Check(o), "{}(): argument 'device_type' (position 1) must be str, not {}", function,
             type_name(o));
  const char* text = PyUnicode_AsUTF8(o);
  if (!text) throw PythonError();
  return Device(text).type();
}
bool flag_argument(const char* function, PyObject* o, int position) {
  check_type(PyBool_Check(o), "{}(): argument 'enabled' (position {}) must be bool, not {}", function, position,
             type_name(o));
  return o == Py_True;
}
bool plain_flag(PyObject* o) {
  check_type(PyBool_Check(o), "enabled must be a bool (got {})", type_name(o));
  return o == Py_True;
}
void deprecated(const char* old, const char* use) {
  const std::string text = format("torch.{} is deprecated. Please use torch.{} instead.", old, use);
  checked(PyErr_WarnEx(PyExc_DeprecationWarning, text.c_str(), 1));
}

PyObject* is_enabled(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"device_type"};
  return guarded([&]() -> PyObject* {
    PyObject* a[1];
    take_arguments("is_autocast_enabled", names, 1, 1, 0, args, count, keywords, a);
    return PyBool_FromLong(autocast::is_autocast_enabled(a[0] ? device_argument("is_autocast_enabled", a[0]) : kCUDA));
  });
}
// (device_type, enabled), or the older (enabled) for cuda.
PyObject* set_enabled(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const both[] = {"device_type", "enabled"};
  static const char* const one[] = {"enabled"};
  return guarded([&]() -> PyObject* {
    const Py_ssize_t total = count + (keywords ? PyTuple_GET_SIZE(keywords) : 0);
    PyObject* a[2];
    if (total == 1) {
      take_arguments("set_autocast_enabled", one, 1, 1, 1, args, count, keywords, a);
      autocast::set_autocast_enabled(kCUDA, flag_argument("set_autocast_enabled", a[0], 1));
      return none();
    }
    take_arguments("set_autocast_enabled", both, 2, 2, 2, args, count, keywords, a);
    const DeviceType device = device_argument("set_autocast_enabled", a[0]);
    autocast::set_autocast_enabled(device, flag_argument("set_autocast_enabled", a[1], 2));
    return none();
  });
}
PyObject* get_dtype(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"device_type"};
  return guarded([&]() -> PyObject* {
    PyObject* a[1];
    take_arguments("get_autocast_dtype", names, 1, 1, 1, args, count, keywords, a);
    return wrap(autocast::get_autocast_dtype(device_argument("get_autocast_dtype", a[0])));
  });
}
ScalarType dtype_argument(const char* function, PyObject* o, int position) {
  ScalarType dtype;
  check_type(Py_TYPE(o) == &DTypeClass && dtype_from(o, dtype),
             "{}(): argument 'dtype' (position {}) must be torch.dtype, not {}", function, position, type_name(o));
  return dtype;
}
PyObject* set_dtype(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"device_type", "dtype"};
  return guarded([&]() -> PyObject* {
    PyObject* a[2];
    take_arguments("set_autocast_dtype", names, 2, 2, 2, args, count, keywords, a);
    const DeviceType device = device_argument("set_autocast_dtype", a[0]);
    autocast::set_autocast_dtype(device, dtype_argument("set_autocast_dtype", a[1], 2));
    return none();
  });
}
PyObject* is_available(PyObject*, PyObject* device) {
  return guarded([&]() -> PyObject* {
    return PyBool_FromLong(autocast::is_autocast_available(device_argument("_is_autocast_available", device)));
  });
}

PyObject* is_cpu_enabled(PyObject*, PyObject*) {
  return guarded([&]() -> PyObject* {
    deprecated("is_autocast_cpu_enabled()", "is_autocast_enabled('cpu')");
    return PyBool_FromLong(autocast::is_cpu_enabled());
  });
}
PyObject* set_cpu_enabled(PyObject*, PyObject* value) {
  return guarded([&]() -> PyObject* {
    const bool on = plain_flag(value);
    deprecated("set_autocast_cpu_enabled(enabled)", "set_autocast_enabled('cpu', enabled)");
    autocast::set_cpu_enabled(on);
    return none();
  });
}
PyObject* get_cpu_dtype(PyObject*, PyObject*) {
  return guarded([&]() -> PyObject* {
    deprecated("get_autocast_cpu_dtype()", "get_autocast_dtype('cpu')");
    return wrap(autocast::get_autocast_dtype(kCPU));
  });
}
PyObject* get_gpu_dtype(PyObject*, PyObject*) {
  return guarded([&]() -> PyObject* {
    deprecated("get_autocast_gpu_dtype()", "get_autocast_dtype('cuda')");
    return wrap(autocast::get_autocast_dtype(kCUDA));
  });
}
PyObject* set_old_dtype(const char* function, const char* device, DeviceType type, PyObject* value) {
  return guarded([&]() -> PyObject* {
    const ScalarType dtype = dtype_argument(function, value, 1);
    deprecated(format("{}(dtype)", function).c_str(), format("set_autocast_dtype('{}', dtype)", device).c_str());
    autocast::set_autocast_dtype(type, dtype);
    return none();
  });
}
PyObject* set_cpu_dtype(PyObject*, PyObject* value) {
  return set_old_dtype("set_autocast_cpu_dtype", "cpu", kCPU, value);
}
PyObject* set_gpu_dtype(PyObject*, PyObject* value) {
  return set_old_dtype("set_autocast_gpu_dtype", "cuda", kCUDA, value);
}

PyObject* increment(PyObject*, PyObject*) { return PyLong_FromLong(autocast::increment_nesting()); }
PyObject* decrement(PyObject*, PyObject*) { return PyLong_FromLong(autocast::decrement_nesting()); }
PyObject* clear(PyObject*, PyObject*) {
  autocast::clear_cache();
  return none();
}
PyObject* is_cache_enabled(PyObject*, PyObject*) { return PyBool_FromLong(autocast::is_autocast_cache_enabled()); }
PyObject* set_cache_enabled(PyObject*, PyObject* value) {
  return guarded([&]() -> PyObject* {
    autocast::set_autocast_cache_enabled(plain_flag(value));
    return none();
  });
}

PyMethodDef functions[] = {
    {"is_autocast_enabled", as_function(is_enabled), METH_FASTCALL | METH_KEYWORDS,
     "Whether autocast is on for a device type (cuda when none is given)."},
    {"set_autocast_enabled", as_function(set_enabled), METH_FASTCALL | METH_KEYWORDS,
     "set_autocast_enabled(device_type, enabled): switches autocast on this thread."},
    {"get_autocast_dtype", as_function(get_dtype), METH_FASTCALL | METH_KEYWORDS,
     "The lower type of autocast for a device type."},
    {"set_autocast_dtype", as_function(set_dtype), METH_FASTCALL | METH_KEYWORDS,
     "set_autocast_dtype(device_type, dtype): sets the lower type of autocast."},
    {"_is_autocast_available", is_available, METH_O, "Whether a device type has autocast."},
    {"is_autocast_cpu_enabled", is_cpu_enabled, METH_NOARGS, "Deprecated: is_autocast_enabled('cpu')."},
    {"set_autocast_cpu_enabled", set_cpu_enabled, METH_O, "Deprecated: set_autocast_enabled('cpu', enabled)."},
    {"get_autocast_cpu_dtype", get_cpu_dtype, METH_NOARGS, "Deprecated: get_autocast_dtype('cpu')."},
    {"set_autocast_cpu_dtype", set_cpu_dtype, METH_O, "Deprecated: set_autocast_dtype('cpu', dtype)."},
    {"get_autocast_gpu_dtype", get_gpu_dtype, METH_NOARGS, "Deprecated: get_autocast_dtype('cuda')."},
    {"set_autocast_gpu_dtype", set_gpu_dtype, METH_O, "Deprecated: set_autocast_dtype('cuda', dtype)."},
    {"autocast_increment_nesting", increment, METH_NOARGS, "Counts an autocast context; the new number of them."},
    {"autocast_decrement_nesting", decrement, METH_NOARGS, "Takes an autocast context off; the new number of them."},
    {"clear_autocast_cache", clear, METH_NOARGS, "Forgets the lower forms of weights."},
    {"is_autocast_cache_enabled", is_cache_enabled, METH_NOARGS, "Whether the lower forms of weights are kept."},
    {"set_autocast_cache_enabled", set_cache_enabled, METH_O, "Sets whether the lower forms of weights are kept."},
    {}};

}  // namespace

bool init_autocast(PyObject* module) { return PyModule_AddFunctions(module, functions) == 0; }

}  // namespace rushlight::python
