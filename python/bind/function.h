// Custom functions as nodes: what the rest of the Python door needs to know of them.
#pragma once
#include "bind/bind.h"

namespace rushlight::python {

// The context object of a custom function's node, a new reference; null for other nodes.
PyObject* context_of(Node* node);
PyObject* next_functions(Node* node);  // ((node or None, number of its output), …)

}  // namespace rushlight::python
