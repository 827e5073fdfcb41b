// repr() of tensors and the print options.
#include "rushlight/print.h"

#include <limits>

#include "bind/bind.h"

namespace rushlight::python {
namespace {

// A Parameter prints as a plain tensor; other subclasses show their name.
std::string printed_name(PyTypeObject* type) {
  const char* name = strrchr(type->tp_name, '.');
  name = name ? name + 1 : type->tp_name;
  return type == TensorType || strcmp(name, "Parameter") == 0 ? "tensor" : name;
}

PyObject* get_options(PyObject*, PyObject*) {
  const PrintOptions& o = print_options();
  PyObject* sci = o.sci_mode ? PyBool_FromLong(*o.sci_mode) : none();
  PyObject* threshold = o.threshold == static_cast<double>(static_cast<int64_t>(std::min(o.threshold, 1e15)))
                            ? PyLong_FromDouble(o.threshold)
                            : PyFloat_FromDouble(o.threshold);
  return Py_BuildValue("{s:i,s:N,s:L,s:L,s:N}", "precision", o.precision, "threshold", threshold, "edgeitems",
                       static_cast<long long>(o.edgeitems), "linewidth", static_cast<long long>(o.linewidth),
                       "sci_mode", sci);
}

PyObject* set_options(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"precision", "threshold", "edgeitems", "linewidth", "profile", "sci_mode"};
  return guarded([&]() -> PyObject* {
    PyObject* a[6];
    take_arguments("set_printoptions", names, 6, 6, 0, args, count, keywords, a);
    PrintOptions o = print_options();
    if (given(a[4])) {
      const char* profile = PyUnicode_Check(a[4]) ? PyUnicode_AsUTF8(a[4]) : "";
      if (strcmp(profile, "default") == 0)
        o = {4, 1000, 3, 80, {}};
      else if (strcmp(profile, "short") == 0)
        o = {2, 1000, 2, 80, {}};
      else if (strcmp(profile, "full") == 0)
        o = {4, std::numeric_limits<double>::infinity(), 3, 80, {}};
    }
    int64_t value = 0;
    double threshold = 0;
    bool flag = false;
    const auto integer = [&](size_t i) {
      check_type(int_from(a[i], value) && value >= 0 && value < 1000000,
                 "set_printoptions(): argument '{}' must be a non-negative int, not {}", names[i], type_name(a[i]));
      return value;
    };
    if (given(a[0])) o.precision = static_cast<int>(std::min<int64_t>(integer(0), 60));
    if (given(a[1])) {
      check_type(float_from(a[1], threshold), "set_printoptions(): argument 'threshold' must be a number, not {}",
                 type_name(a[1]));
      o.threshold = threshold;
    }
    if (given(a[2])) o.edgeitems = integer(2);
    if (given(a[3])) o.linewidth = integer(3);
    o.sci_mode.reset();
    if (given(a[5])) {
      check_type(bool_from(a[5], flag), "set_printoptions(): argument 'sci_mode' must be bool or None, not {}",
                 type_name(a[5]));
      o.sci_mode = flag;
    }
    print_options() = o;
    return none();
  });
}

PyMethodDef printing_functions[] = {
    {"set_printoptions", as_function(set_options), METH_FASTCALL | METH_KEYWORDS,
     "set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None)"},
    {"get_printoptions", get_options, METH_NOARGS, "The print options as a dict."},
    {}};

}  // namespace

PyObject* tensor_repr(PyObject* self) {
  return guarded([&]() -> PyObject* {
    const std::string text = format_tensor(tensor_of(self), printed_name(Py_TYPE(self)));
    return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
  });
}

bool init_printing(PyObject* module) { return PyModule_AddFunctions(module, printing_functions) == 0; }

}  // namespace rushlight::python
