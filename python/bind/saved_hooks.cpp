// Hooks of saved tensors from Python.
#include <memory>
#include <vector>

#include "bind/bind.h"
#include "rushlight/graph.h"

namespace rushlight::python {
namespace {

using autograd::graph::SavedTensorHooks;
using autograd::graph::SavedTensorHooksGuard;

// An object that may be let go on any thread.
std::shared_ptr<void> owned(PyObject* object) {
  return {object, [](void* o) {
            if (!Py_IsInitialized()) return;
            GilHold gil;
            Py_DECREF(static_cast<PyObject*>(o));
          }};
}

struct PySavedHooks final : SavedTensorHooks {
  PySavedHooks(PyObject* pack, PyObject* unpack) : pack_(owned(Py_NewRef(pack))), unpack_(owned(Py_NewRef(unpack))) {}
  std::shared_ptr<void> pack(const Tensor& tensor) override {
    GilHold gil;
    const Ref argument = Ref::steal(wrap(tensor));
    return owned(checked(PyObject_CallOneArg(static_cast<PyObject*>(pack_.get()), argument.get())));
  }
  Tensor unpack(const std::shared_ptr<void>& packed) override {
    GilHold gil;
    const Ref result = Ref::steal(
        checked(PyObject_CallOneArg(static_cast<PyObject*>(unpack_.get()), static_cast<PyObject*>(packed.get()))));
    check_type(is_tensor(result.get()),
               "Output of saved tensor unpack_hook expected to be a Tensor but got result of type {}",
               type_name(result.get()));
    return tensor_of(result.get());
  }

 private:
  std::shared_ptr<void> pack_, unpack_;
};

template <class T>
std::vector<std::unique_ptr<T>>& entered() {  // by this thread
  static thread_local std::vector<std::unique_ptr<T>> guards;
  return guards;
}

template <class T>
PyObject* leave(PyObject*, PyObject*) {
  return guarded([&]() -> PyObject* {
    check(!entered<T>().empty(), "left a context of saved tensor hooks that was not entered on this thread");
    entered<T>().pop_back();
    return none();
  });
}

PyObject* push(PyObject*, PyObject* args) {
  PyObject *pack = nullptr, *unpack = nullptr;
  if (!PyArg_ParseTuple(args, "OO", &pack, &unpack)) return nullptr;
  return guarded([&]() -> PyObject* {
    check_type(PyCallable_Check(pack) && PyCallable_Check(unpack),
               "saved_tensors_hooks: expected two callables, but got {} and {}", type_name(pack), type_name(unpack));
    entered<SavedTensorHooksGuard>().push_back(
        std::make_unique<SavedTensorHooksGuard>(std::make_shared<PySavedHooks>(pack, unpack)));
    return none();
  });
}

PyObject* disable(PyObject*, PyObject* message) {
  return guarded([&]() -> PyObject* {
    const char* text = PyUnicode_AsUTF8(message);
    if (!text) throw PythonError();
    using Guard = autograd::graph::disable_saved_tensors_hooks;
    entered<Guard>().push_back(std::make_unique<Guard>(text));
    return none();
  });
}

PyMethodDef functions[] = {
    {"_push_saved_tensors_hooks", push, METH_VARARGS, "Puts a pair (pack, unpack) in force for this thread."},
    {"_pop_saved_tensors_hooks", leave<SavedTensorHooksGuard>, METH_NOARGS, "Takes the innermost pair away."},
    {"_disable_saved_tensors_hooks", disable, METH_O, "Makes pushing a pair raise RuntimeError with this message."},
    {"_enable_saved_tensors_hooks", leave<autograd::graph::disable_saved_tensors_hooks>, METH_NOARGS,
     "Takes the innermost prohibition away."},
    {}};

}  // namespace

bool init_saved_hooks(PyObject* module) { return PyModule_AddFunctions(module, functions) == 0; }

}  // namespace rushlight::python
