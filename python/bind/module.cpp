// The extension module rushlight._C.
#include "bind/bind.h"

namespace rushlight::python {
namespace {

PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "rushlight._C",
                          "The native part of rushlight.",
                          -1,
                          nullptr,
                          nullptr,
                          nullptr,
                          nullptr,
                          nullptr};

bool init_errors(PyObject* module) {
  Ref bases = Ref::steal(PyTuple_Pack(2, PyExc_RuntimeError, PyExc_MemoryError));
  if (!bases) return false;
  out_of_memory_error = PyErr_NewExceptionWithDoc("rushlight.OutOfMemoryError",
                                                  "The system has no memory left for a tensor.", bases.get(), nullptr);
  linalg_error = PyErr_NewExceptionWithDoc("rushlight.linalg.LinAlgError",
                                           "A matrix is not fit for the operation, such as singular.",
                                           PyExc_RuntimeError, nullptr);
  return out_of_memory_error && linalg_error &&
         PyModule_AddObjectRef(module, "OutOfMemoryError", out_of_memory_error) == 0 &&
         PyModule_AddObjectRef(module, "_LinAlgError", linalg_error) == 0;
}

}  // namespace
}  // namespace rushlight::python

PyMODINIT_FUNC PyInit__C() {
  using namespace rushlight::python;
  PyObject* module = PyModule_Create(&definition);
  if (!module) return nullptr;
  for (auto* init : {init_errors, init_types, init_size, init_generator, init_tensor, init_rows, init_new,
                     init_exchange, init_autograd, init_function, init_anomaly, init_saved_hooks, init_printing,
                     init_files, init_settings, init_autocast, init_module_base}) {
    bool good = false;
    try {
      good = init(module);
    } catch (...) {
      raise_current();
    }
    if (good) continue;
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_ImportError, "rushlight._C: a part could not be initialised");
    Py_DECREF(module);
    return nullptr;
  }
  return module;
}
