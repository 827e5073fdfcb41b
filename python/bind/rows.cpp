// Every op of the table as a Python function and a Tensor method.
#include <algorithm>
#include <map>

#include "bind/parser.h"

namespace rushlight::python {
namespace {

const Row table[] = {
#include "generated/python_rows.inc"
};

// The submodule of a namespace: "nn.functional" is _C._nn, "linalg" _C._linalg, "signal.windows" _C._signal_windows,
// "_optim" _C._optim.
PyObject* submodule(PyObject* module, std::string_view ns) {
  if (ns.empty()) return module;
  std::string name = ns == "nn.functional" ? "_nn" : ns[0] == '_' ? std::string(ns) : "_" + std::string(ns);
  std::replace(name.begin(), name.end(), '.', '_');
  PyObject* dict = PyModule_GetDict(module);
  if (PyObject* found = PyDict_GetItemString(dict, name.c_str())) return found;
  Ref made = Ref::steal(PyModule_New(("rushlight._C." + name).c_str()));
  if (!made || PyDict_SetItemString(dict, name.c_str(), made.get()) < 0) return nullptr;
  return made.get();  // the dict keeps it
}

bool add_op(PyObject* dict, const char* name, const char* ns, const std::vector<const Row*>& rows, bool method) {
  auto* op = PyObject_New(Op, method ? &MethodClass : &FunctionClass);
  if (!op) return false;
  auto** kept = new const Row*[rows.size()];  // lives as long as the process
  std::copy(rows.begin(), rows.end(), kept);
  op->vectorcall = call_op;
  op->name = PyUnicode_InternFromString(name);
  op->ns = ns;
  op->is_method = method;
  op->count = static_cast<int>(rows.size());
  op->rows = kept;
  op->overloads = nullptr;
  Ref hold = Ref::steal(reinterpret_cast<PyObject*>(op));
  return PyDict_SetItemString(dict, name, hold.get()) == 0;
}

// The type of an op's named tuple, None if its results have none; unpickling asks before the op was called.
PyObject* named_result(PyObject*, PyObject* o) {
  return guarded([&]() -> PyObject* {
    if (Py_TYPE(o) != &FunctionClass) return none();
    auto& op = *reinterpret_cast<Op*>(o);
    const Overload* overloads = overloads_of(op);
    for (int i = 0; i < op.count; ++i) {
      if (overloads[i].named) return Py_NewRef(reinterpret_cast<PyObject*>(overloads[i].named));
    }
    return none();
  });
}
PyMethodDef row_functions[] = {{"_named_result", named_result, METH_O, nullptr}, {}};

}  // namespace

PyObject* make_tuple(PyTypeObject* named, PyObject** items, size_t count) {
  PyObject* out = checked(named ? PyStructSequence_New(named) : PyTuple_New(static_cast<Py_ssize_t>(count)));
  for (size_t i = 0; i < count; ++i) {
    if (named)
      PyStructSequence_SET_ITEM(out, static_cast<Py_ssize_t>(i), items[i]);
    else
      PyTuple_SET_ITEM(out, static_cast<Py_ssize_t>(i), items[i]);
  }
  return out;
}

bool add_rows(PyObject* module, const Row* rows, size_t count) {
  std::map<std::pair<std::string_view, std::string_view>, std::vector<const Row*>> functions, methods;
  for (const Row* row = rows; row < rows + count; ++row) {
    if (row->flags & kFunction) functions[{row->ns, row->name}].push_back(row);
    if (row->flags & kMethod) methods[{row->ns, row->name}].push_back(row);
  }
  for (const auto& [key, overloads] : functions) {
    PyObject* target = submodule(module, key.first);
    if (!target || !add_op(PyModule_GetDict(target), overloads[0]->name, overloads[0]->ns, overloads, false))
      return false;
  }
  for (const auto& [key, overloads] : methods) {
    if (!add_op(TensorBaseClass.tp_dict, overloads[0]->name, overloads[0]->ns, overloads, true)) return false;
  }
  PyType_Modified(&TensorBaseClass);
  return true;
}

bool init_rows(PyObject* module) {
  if (PyType_Ready(&FunctionClass) < 0 || PyType_Ready(&MethodClass) < 0) return false;
  for (const char* ns : {"nn.functional", "linalg", "special", "fft", "_optim"}) {
    if (!submodule(module, ns)) return false;
  }
  return add_rows(module, table, std::size(table)) && add_hand_rows(module) &&
         PyModule_AddFunctions(module, row_functions) == 0;
}

}  // namespace rushlight::python
