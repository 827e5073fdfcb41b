// Custom functions as nodes: what the rest of the Python door needs to know of them.
#pragma once
#include "bind/bind.h"

namespace rushlight::python {

// The context object of a custom function's node, a new reference; null for other nodes.
PyObject* context_of(Node* node);
Node* node_of_context(PyObject* object);                       // null for other objects
PyObject* hook_node(Node* node, PyObject* hook, bool before);  // a handle for the hook
PyObject* next_functions(Node* node);                          // ((node or None, number of its output), …)

}  // namespace rushlight::python
