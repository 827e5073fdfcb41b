// C++ exceptions as Python ones, and Python exceptions carried through C++ code.
#include "bind/bind.h"

#include <new>

namespace rushlight::python {

PyObject* out_of_memory_error = nullptr;
PyObject* linalg_error = nullptr;

struct PythonError::State {
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  ~State() {
    if (!type) return;
    GilHold gil;
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
  }
};

PythonError::PythonError() : state_(std::make_shared<State>()) {
  PyErr_Fetch(&state_->type, &state_->value, &state_->traceback);
}

void PythonError::restore() const noexcept {
  PyErr_Restore(Py_XNewRef(state_->type), Py_XNewRef(state_->value), Py_XNewRef(state_->traceback));
  if (!state_->type) PyErr_SetString(PyExc_SystemError, "a call into Python failed without an exception");
}

namespace {

PyObject* exception_type(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kIndex:
      return PyExc_IndexError;
    case ErrorKind::kValue:
      return PyExc_ValueError;
    case ErrorKind::kType:
      return PyExc_TypeError;
    case ErrorKind::kNotImplemented:
      return PyExc_NotImplementedError;
    case ErrorKind::kAttribute:
      return PyExc_AttributeError;
    case ErrorKind::kKey:
      return PyExc_KeyError;
    case ErrorKind::kAssertion:
      return PyExc_AssertionError;
    case ErrorKind::kOutOfMemory:
      return out_of_memory_error;
    case ErrorKind::kOS:
      return PyExc_OSError;
    case ErrorKind::kKeyboardInterrupt:
      return PyExc_KeyboardInterrupt;
    case ErrorKind::kLinAlg:
      return linalg_error;
    case ErrorKind::kRuntime:
      break;
  }
  return PyExc_RuntimeError;
}

}  // namespace

std::nullptr_t raise_current() noexcept {
  try {
    throw;
  } catch (const PythonError& e) {
    e.restore();
  } catch (const OSError& e) {
    if (e.code() == 0) {
      PyErr_SetString(PyExc_OSError, e.what());
    } else {  // Python picks the subclass: FileNotFoundError, PermissionError, …
      Ref error = Ref::steal(PyObject_CallFunction(PyExc_OSError, "is", e.code(), e.what()));
      if (error) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.get())), error.get());
    }
  } catch (const Error& e) {
    PyErr_SetString(exception_type(e.kind()), e.what());
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "an unknown C++ exception");
  }
  return nullptr;
}

}  // namespace rushlight::python
