// Settings from Python: gradient modes, threads, the default dtype, promotion rules; warnings and Ctrl-C.
#include "bind/bind.h"
#include "core/thread_pool.h"
#include "rushlight/autograd.h"
#include "rushlight/warn.h"

namespace rushlight::python {
namespace {

thread_local bool inference_mode = false;

// ---- no_grad, enable_grad, set_grad_enabled, inference_mode ---------------------------------------------------------

// A context manager, and a decorator through autograd.grad_mode.wrap (Python).
struct PyGradMode {
  PyObject_HEAD bool value, inference_value;
  bool before, inference_before;
  bool at_once;  // set_grad_enabled works as a call too
};
PyGradMode& mode_of(PyObject* o) { return *reinterpret_cast<PyGradMode*>(o); }

bool is_enable_grad(PyTypeObject* type);
bool is_inference(PyTypeObject* type);

void enter(PyGradMode& mode) {
  mode.before = GradMode::is_enabled();
  mode.inference_before = inference_mode;
  GradMode::set_enabled(mode.value);
  inference_mode = mode.inference_value;
}
void leave(const PyGradMode& mode) {
  GradMode::set_enabled(mode.before);
  inference_mode = mode.inference_before;
}

PyObject* wrap_function(PyObject* mode, PyObject* function) {
  Ref module = Ref::steal(PyImport_ImportModule("rushlight.autograd.grad_mode"));
  return module ? PyObject_CallMethod(module.get(), "_wrap", "OO", mode, function) : nullptr;
}

PyObject* make_mode(PyTypeObject* type, bool value, bool inference_value, bool at_once) {
  PyObject* self = type->tp_alloc(type, 0);
  if (self) {
    auto& mode = mode_of(self);
    mode.value = value;
    mode.inference_value = inference_value;
    mode.at_once = at_once;
    mode.before = GradMode::is_enabled();
    mode.inference_before = inference_mode;
    if (at_once) enter(mode);
  }
  return self;
}

// no_grad(), enable_grad(): given a function they decorate it at once.
PyObject* fixed_new(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  PyObject* function = nullptr;
  static const char* names[] = {"orig_func", nullptr};
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O", const_cast<char**>(names), &function)) return nullptr;
  Ref mode = Ref::steal(make_mode(type, is_enable_grad(type), inference_mode, false));
  if (!mode || !given(function)) return mode.take();
  return wrap_function(mode.get(), function);
}
PyObject* flag_new(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  const bool inference = is_inference(type);
  PyObject* flag = inference ? Py_True : nullptr;
  static const char* names[] = {"mode", nullptr};
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, inference ? "|O" : "O", const_cast<char**>(names), &flag))
    return nullptr;
  if (inference && PyCallable_Check(flag)) {
    Ref mode = Ref::steal(make_mode(type, false, true, false));
    return mode ? wrap_function(mode.get(), flag) : nullptr;
  }
  const int on = PyObject_IsTrue(flag);
  if (on < 0) return nullptr;
  if (inference) return make_mode(type, on ? false : GradMode::is_enabled(), on, false);
  return make_mode(type, on, inference_mode, true);
}

PyObject* mode_enter(PyObject* self, PyObject*) {
  if (!mode_of(self).at_once) enter(mode_of(self));
  return none();
}
PyObject* mode_exit(PyObject* self, PyObject* const*, Py_ssize_t) {
  leave(mode_of(self));
  return none();
}
PyObject* mode_clone(PyObject* self, PyObject*) {
  const auto& mode = mode_of(self);
  return make_mode(Py_TYPE(self), mode.value, mode.inference_value, mode.at_once);
}
PyObject* mode_call(PyObject* self, PyObject* args, PyObject* kwargs) {
  PyObject* function = nullptr;
  static const char* names[] = {"func", nullptr};
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O", const_cast<char**>(names), &function)) return nullptr;
  if (mode_of(self).at_once) leave(mode_of(self));  // used as a decorator: the call itself has no effect
  return wrap_function(self, function);
}

PyMethodDef mode_methods[] = {{"__enter__", mode_enter, METH_NOARGS, nullptr},
                              {"__exit__", as_function(mode_exit), METH_FASTCALL, nullptr},
                              {"clone", mode_clone, METH_NOARGS, nullptr},
                              {}};
PyTypeObject mode_type(const char* name, newfunc make, const char* doc) {
  PyTypeObject t = static_type(name, sizeof(PyGradMode));
  t.tp_flags |= Py_TPFLAGS_BASETYPE;
  t.tp_new = make;
  t.tp_call = mode_call;
  t.tp_methods = mode_methods;
  t.tp_doc = doc;
  return t;
}
PyTypeObject NoGradClass =
    mode_type("rushlight.no_grad", fixed_new, "Context manager and decorator: ops are not recorded.");
PyTypeObject EnableGradClass = mode_type("rushlight.enable_grad", fixed_new,
                                         "Context manager and decorator: ops are recorded, also inside no_grad.");
PyTypeObject SetGradClass =
    mode_type("rushlight.set_grad_enabled", flag_new,
              "set_grad_enabled(mode): sets whether ops are recorded, as a call, a context manager or a decorator.");
PyTypeObject InferenceClass =
    mode_type("rushlight.inference_mode", flag_new,
              "Context manager and decorator: no_grad for code that needs no autograd at all.");

bool is_enable_grad(PyTypeObject* type) { return PyType_IsSubtype(type, &EnableGradClass); }
bool is_inference(PyTypeObject* type) { return PyType_IsSubtype(type, &InferenceClass); }

PyObject* is_grad_enabled(PyObject*, PyObject*) { return PyBool_FromLong(GradMode::is_enabled()); }
PyObject* is_inference_mode(PyObject*, PyObject*) { return PyBool_FromLong(inference_mode); }
PyObject* set_grad_mode(PyObject*, PyObject* value) {
  GradMode::set_enabled(PyObject_IsTrue(value) == 1);
  return none();
}

// ---- threads, dtypes ------------------------------------------------------------------------------------------------

PyObject* get_threads(PyObject*, PyObject*) {
  return guarded([&]() -> PyObject* { return PyLong_FromLong(get_num_threads()); });
}
PyObject* set_threads(PyObject*, PyObject* value) {
  return guarded([&]() -> PyObject* {
    int64_t n = 0;
    check_type(int_from(value, n), "set_num_threads expects an int, but got {}", type_name(value));
    check(n > 0 && n < 65536, "set_num_threads expects a positive integer (got {}, expected 1 to 65535)", n);
    set_num_threads(static_cast<int>(n));
    return none();
  });
}
ScalarType dtype_argument(const char* function, PyObject* o) {
  ScalarType dtype;
  check_type(dtype_from(o, dtype), "{}(): expected torch.dtype, but got {}", function, type_name(o));
  return dtype;
}
PyObject* get_default(PyObject*, PyObject*) { return wrap(get_default_dtype()); }
PyObject* set_default(PyObject*, PyObject* value) {
  return guarded([&]() -> PyObject* {
    check_type(Py_TYPE(value) == &DTypeClass,
               "invalid dtype object: only floating-point types are supported as the default type; got {}",
               type_name(value));
    const ScalarType dtype = dtype_argument("set_default_dtype", value);
    check_type(is_floating_point(dtype), "only floating-point types are supported as the default type; got {}",
               python_dtype_name(dtype));
    set_default_dtype(dtype);
    return none();
  });
}
PyObject* promote(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"type1", "type2"};
  return guarded([&]() -> PyObject* {
    PyObject* a[2];
    take_arguments("promote_types", names, 2, 2, 2, args, count, keywords, a);
    return wrap(promote_types(dtype_argument("promote_types", a[0]), dtype_argument("promote_types", a[1])));
  });
}
PyObject* castable(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"from_", "to"};
  return guarded([&]() -> PyObject* {
    PyObject* a[2];
    take_arguments("can_cast", names, 2, 2, 2, args, count, keywords, a);
    return PyBool_FromLong(can_cast(dtype_argument("can_cast", a[0]), dtype_argument("can_cast", a[1])));
  });
}

// Operands by weight: numbers, 0-d tensors, tensors. A lighter one counts only if its kind of number is higher.
int category(ScalarType t) { return t == kBool ? 0 : is_integral(t, false) ? 1 : is_complex(t) ? 3 : 2; }
PyObject* result_type(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    check_type(count == 2, "result_type() takes 2 positional arguments but {} were given", count);
    std::optional<ScalarType> by_weight[3];
    for (Py_ssize_t i = 0; i < 2; ++i) {
      Scalar number;
      ScalarType type;
      int weight;
      if (is_tensor(args[i])) {
        type = tensor_of(args[i]).dtype();
        weight = tensor_of(args[i]).dim() == 0 ? 1 : 2;
      } else {
        check_type(scalar_from(args[i], number), "result_type(): argument {} must be Tensor or Number, not {}", i + 1,
                   type_name(args[i]));
        type = number.isFloatingPoint() ? get_default_dtype()
               : number.isComplex()     ? to_complex_type(get_default_dtype())
                                        : number.type();
        weight = 0;
      }
      by_weight[weight] = by_weight[weight] ? promote_types(*by_weight[weight], type) : type;
    }
    std::optional<ScalarType> result = by_weight[2];
    for (int w = 1; w >= 0; --w) {
      if (by_weight[w] && (!result || category(*by_weight[w]) > category(*result)))
        result = result ? promote_types(*result, *by_weight[w]) : *by_weight[w];
    }
    return wrap(*result);
  });
}

PyObject* is_tensor_function(PyObject*, PyObject* o) { return PyBool_FromLong(is_tensor(o)); }

// ---- warnings and signals -------------------------------------------------------------------------------------------

void warn_in_python(std::string_view text) {
  GilHold gil;
  checked(PyErr_WarnEx(PyExc_UserWarning, std::string(text).c_str(), 1));
}
// Runs on the main thread about every 10 ms of a long op; Ctrl-C leaves the op as KeyboardInterrupt.
void check_signals() {
  if (!Py_IsInitialized()) return;
  GilHold gil;
  checked(PyErr_CheckSignals());
}

PyMethodDef setting_functions[] = {
    {"is_grad_enabled", is_grad_enabled, METH_NOARGS, "Whether ops are recorded on this thread."},
    {"is_inference_mode_enabled", is_inference_mode, METH_NOARGS, nullptr},
    {"_set_grad_enabled", set_grad_mode, METH_O, nullptr},
    {"get_num_threads", get_threads, METH_NOARGS, "How many threads an op may use."},
    {"set_num_threads", set_threads, METH_O, "Sets how many threads an op may use."},
    {"get_default_dtype", get_default, METH_NOARGS, "The dtype of floats when none is given."},
    {"set_default_dtype", set_default, METH_O, "Sets the dtype of floats when none is given."},
    {"promote_types", as_function(promote), METH_FASTCALL | METH_KEYWORDS, "The smallest dtype that holds both."},
    {"can_cast", as_function(castable), METH_FASTCALL | METH_KEYWORDS,
     "Whether a result of the first dtype may be stored in the second."},
    {"result_type", as_function(result_type), METH_FASTCALL, "The dtype of an expression over two tensors or numbers."},
    {"is_tensor", is_tensor_function, METH_O, "Whether an object is a Tensor."},
    {}};

}  // namespace

bool init_settings(PyObject* module) {
  for (PyTypeObject* type : {&NoGradClass, &EnableGradClass, &SetGradClass, &InferenceClass}) {
    if (PyType_Ready(type) < 0 ||
        PyModule_AddObjectRef(module, type->tp_name + sizeof("rushlight"), reinterpret_cast<PyObject*>(type)) < 0)
      return false;
  }
  set_warn_handler(warn_in_python);
  set_interrupt_check(check_signals);
  return PyModule_AddFunctions(module, setting_functions) == 0;
}

}  // namespace rushlight::python
