// The native base of nn.Module: calls that look at hooks only if there are any, and attributes out of the registries.
#include "bind/bind.h"

namespace rushlight::python {
namespace {

struct PyModuleBase {
  PyObject_HEAD PyObject* dict;
  PyObject* weakrefs;
};
PyObject* dict_of(PyObject* self) { return reinterpret_cast<PyModuleBase*>(self)->dict; }

long global_hooks = 0;  // how many hooks exist for all modules
enum Name {
  kForward,
  kCallImpl,
  kParameters,
  kBuffers,
  kModules,
  kPreHooks,
  kHooks,
  kBackwardHooks,
  kBackwardPreHooks,
  kGetattr,
  kNames
};
PyObject* names[kNames];
const char* const texts[kNames] = {
    "forward",        "_call_impl",      "_parameters",         "_buffers",   "_modules", "_forward_pre_hooks",
    "_forward_hooks", "_backward_hooks", "_backward_pre_hooks", "__getattr__"};

bool has_hooks(PyObject* dict) {
  if (global_hooks > 0) return true;
  if (!dict) return false;
  for (Name name : {kPreHooks, kHooks, kBackwardHooks, kBackwardPreHooks}) {
    PyObject* hooks = PyDict_GetItemWithError(dict, names[name]);
    if (hooks && (!PyDict_Check(hooks) || PyDict_GET_SIZE(hooks) > 0)) return true;
  }
  return false;
}

// forward(self, *args, **kwargs) without a bound method or a second tuple.
PyObject* call_forward(PyObject* self, PyObject* args, PyObject* kwargs) {
  PyObject* dict = dict_of(self);
  PyObject* function =
      dict && PyDict_GetItemWithError(dict, names[kForward]) ? nullptr : _PyType_Lookup(Py_TYPE(self), names[kForward]);
  if (!function || !PyType_HasFeature(Py_TYPE(function), Py_TPFLAGS_METHOD_DESCRIPTOR)) {
    Ref bound = Ref::steal(PyObject_GetAttr(self, names[kForward]));
    return bound ? PyObject_Call(bound.get(), args, kwargs) : nullptr;
  }
  const Py_ssize_t count = PyTuple_GET_SIZE(args), named = kwargs ? PyDict_GET_SIZE(kwargs) : 0;
  constexpr Py_ssize_t kSmall = 16;
  PyObject* small[kSmall];
  std::unique_ptr<PyObject*[]> large;
  PyObject** values = small;
  if (1 + count + named > kSmall) {
    large = std::make_unique<PyObject*[]>(static_cast<size_t>(1 + count + named));
    values = large.get();
  }
  values[0] = self;
  for (Py_ssize_t i = 0; i < count; ++i) values[1 + i] = PyTuple_GET_ITEM(args, i);
  Ref keys, hold = Ref::share(function);
  if (named > 0) {
    keys = Ref::steal(PyTuple_New(named));
    if (!keys) return nullptr;
    PyObject *key, *value;
    Py_ssize_t at = 0;
    for (Py_ssize_t i = 0; PyDict_Next(kwargs, &at, &key, &value); ++i) {
      PyTuple_SET_ITEM(keys.get(), i, Py_NewRef(key));
      values[1 + count + i] = value;
    }
  }
  return PyObject_Vectorcall(function, values, static_cast<size_t>(1 + count), keys.get());
}

// Lets the exception that is set say which module it left.
void add_note(PyObject* self) {
  static PyObject* function = nullptr;
  if (!PyErr_ExceptionMatches(PyExc_Exception)) return;
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback) PyException_SetTraceback(value, traceback);
  if (!function) {
    Ref module = Ref::steal(PyImport_ImportModule("rushlight.nn.modules.module"));
    if (module) function = PyObject_GetAttrString(module.get(), "_add_module_note");
  }
  Ref done = Ref::steal(function ? PyObject_CallFunctionObjArgs(function, value, self, nullptr) : nullptr);
  PyErr_Clear();
  PyErr_Restore(type, value, traceback);
}

PyObject* module_call(PyObject* self, PyObject* args, PyObject* kwargs) {
  PyObject* result;
  if (!has_hooks(dict_of(self))) {
    result = call_forward(self, args, kwargs);
  } else {
    Ref call = Ref::steal(PyObject_GetAttr(self, names[kCallImpl]));
    result = call ? PyObject_Call(call.get(), args, kwargs) : nullptr;
  }
  if (!result) add_note(self);
  return result;
}

// A parameter, buffer or submodule of this name, borrowed; null without an exception when there is none.
PyObject* registered(PyObject* self, PyObject* name) {
  PyObject* dict = dict_of(self);
  if (!dict) return nullptr;
  for (Name registry : {kParameters, kBuffers, kModules}) {
    PyObject* items = PyDict_GetItemWithError(dict, names[registry]);
    if (!items || !PyDict_Check(items)) continue;
    if (PyObject* found = PyDict_GetItemWithError(items, name)) return found;
  }
  return nullptr;
}

PyObject* get_registered(PyObject* self, PyObject* name) {
  if (PyObject* found = registered(self, name)) return Py_NewRef(found);
  if (!PyErr_Occurred())
    PyErr_Format(PyExc_AttributeError, "'%s' object has no attribute '%U'", _PyType_Name(Py_TYPE(self)), name);
  return nullptr;
}

PyObject* module_getattro(PyObject* self, PyObject* name) {
  if (PyObject* found = _PyObject_GenericGetAttrWithDict(self, name, nullptr, 1)) return found;
  return PyErr_Occurred() ? nullptr : get_registered(self, name);
}

// Note [A __getattr__ that costs nothing]
// Subclasses may call super().__getattr__(name), so there must be such a method. Python would then give every class the
// slow slot that looks for it, though module_getattro has done its work already; so classes without a __getattr__ of
// their own get the direct slot back.
PyObject* init_subclass(PyObject* cls, PyObject*, PyObject* kwargs) {
  if (kwargs && PyDict_GET_SIZE(kwargs) > 0)
    return PyErr_Format(PyExc_TypeError, "%s.__init_subclass__() takes no keyword arguments",
                        _PyType_Name(reinterpret_cast<PyTypeObject*>(cls)));
  auto* type = reinterpret_cast<PyTypeObject*>(cls);
  PyObject* method = _PyType_Lookup(type, names[kGetattr]);
  if (method && Py_TYPE(method) == &PyMethodDescr_Type) type->tp_getattro = module_getattro;
  Py_RETURN_NONE;
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(dict_of(self));
  return 0;
}
int clear(PyObject* self) {
  Py_CLEAR(reinterpret_cast<PyModuleBase*>(self)->dict);
  return 0;
}
void dealloc(PyObject* self) {
  PyObject_GC_UnTrack(self);
  if (reinterpret_cast<PyModuleBase*>(self)->weakrefs) PyObject_ClearWeakRefs(self);
  clear(self);
  Py_TYPE(self)->tp_free(self);
}

// object.__new__ would refuse the arguments of an __init__ that is not defined yet at this level.
PyObject* make(PyTypeObject* type, PyObject*, PyObject*) { return type->tp_alloc(type, 0); }

PyMethodDef methods[] = {
    {"__getattr__", get_registered, METH_O, nullptr},
    {"__init_subclass__", as_function(init_subclass), METH_VARARGS | METH_KEYWORDS | METH_CLASS, nullptr},
    {}};
PyGetSetDef attributes[] = {{"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr}, {}};
PyTypeObject ModuleBaseClass = [] {
  PyTypeObject t = static_type("rushlight._C.ModuleBase", sizeof(PyModuleBase));
  t.tp_flags |= Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC;
  t.tp_new = make;
  t.tp_dealloc = dealloc;
  t.tp_traverse = traverse;
  t.tp_clear = clear;
  t.tp_call = module_call;
  t.tp_getattro = module_getattro;
  t.tp_methods = methods;
  t.tp_getset = attributes;
  t.tp_dictoffset = offsetof(PyModuleBase, dict);
  t.tp_weaklistoffset = offsetof(PyModuleBase, weakrefs);
  return t;
}();

PyObject* set_global_hooks(PyObject*, PyObject* count) {
  global_hooks = PyLong_AsLong(count);
  return PyErr_Occurred() ? nullptr : none();
}
PyMethodDef functions[] = {
    {"_set_global_module_hooks", set_global_hooks, METH_O, "How many hooks exist for all modules."}, {}};

}  // namespace

bool init_module_base(PyObject* module) {
  for (int i = 0; i < kNames; ++i) {
    if (!(names[i] = PyUnicode_InternFromString(texts[i]))) return false;
  }
  return PyType_Ready(&ModuleBaseClass) == 0 &&
         PyModule_AddObjectRef(module, "ModuleBase", reinterpret_cast<PyObject*>(&ModuleBaseClass)) == 0 &&
         PyModule_AddFunctions(module, functions) == 0;
}

}  // namespace rushlight::python
