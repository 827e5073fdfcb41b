// Python's operators on tensors.
#pragma once
#include "bind/bind.h"

namespace rushlight::python {

extern PyNumberMethods tensor_numbers;
PyObject* tensor_compare(PyObject* a, PyObject* b, int op);

}  // namespace rushlight::python
