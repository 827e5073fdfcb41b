// Autograd from Python: grad_fn objects, hooks, backward() and grad().
#include "rushlight/autograd.h"

#include <string>
#include <unordered_map>

#include "autograd/node.h"
#include "bind/anomaly.h"
#include "bind/bind.h"
#include "bind/function.h"
#include "rushlight/graph.h"

namespace rushlight::python {
namespace {

// ---- grad_fn --------------------------------------------------------------------------------------------------------

struct PyNode {
  PyObject_HEAD Node* node;  // owned
};
Node* node_of(PyObject* o) { return reinterpret_cast<PyNode*>(o)->node; }
void node_dealloc(PyObject* self);
// The node of any grad_fn object; null for other objects and for a context without one.
Node* any_node(PyObject* o) {
  if (Py_TYPE(o)->tp_dealloc == node_dealloc) return node_of(o);
  return node_of_context(o);
}

// Objects that are alive, so that x.grad_fn is x.grad_fn.
std::unordered_map<Node*, PyObject*>& live_nodes() {
  static auto* map = new std::unordered_map<Node*, PyObject*>;
  return *map;
}

void node_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  Node* node = node_of(self);
  live_nodes().erase(node);
  release(node);
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* node_name(PyObject* self, PyObject*) { return PyUnicode_FromString(node_of(self)->name); }
PyObject* node_repr(PyObject* self) { return PyUnicode_FromFormat("<%s object at %p>", node_of(self)->name, self); }
PyObject* node_next(PyObject* self, void*) {
  return guarded([&]() -> PyObject* { return next_functions(node_of(self)); });
}
PyObject* node_variable(PyObject* self, void*) {
  return guarded([&]() -> PyObject* {
    auto* leaf = dynamic_cast<AccumulateGrad*>(node_of(self));
    check_attribute(leaf, "'{}' object has no attribute 'variable'", node_of(self)->name);
    return wrap(leaf->variable);
  });
}
PyObject* node_sequence(PyObject* self, PyObject*) { return PyLong_FromUnsignedLongLong(node_of(self)->sequence); }

PyObject* node_register_hook(PyObject* self, PyObject* hook) { return hook_node(node_of(self), hook, false); }
PyObject* node_register_prehook(PyObject* self, PyObject* hook) { return hook_node(node_of(self), hook, true); }

PyMethodDef node_methods[] = {{"name", node_name, METH_NOARGS, nullptr},
                              {"_sequence_nr", node_sequence, METH_NOARGS, nullptr},
                              {"register_hook", node_register_hook, METH_O,
                               "register_hook(hook): calls hook(grad_inputs, grad_outputs) when the node has run; it "
                               "may return other grad_inputs. Returns a handle with remove()."},
                              {"register_prehook", node_register_prehook, METH_O,
                               "register_prehook(hook): calls hook(grad_outputs) before the node runs; it may return "
                               "other grad_outputs. Returns a handle with remove()."},
                              {}};
PyGetSetDef node_attributes[] = {{"next_functions", node_next, nullptr,
                                  "The nodes that the gradients go to, with the number of their output.", nullptr},
                                 {"variable", node_variable, nullptr, "Of AccumulateGrad: the leaf.", nullptr},
                                 {}};

// One class per kind of node, so that type(grad_fn).__name__ tells it.
PyTypeObject* node_type(const char* name) {
  static auto* types = new std::unordered_map<std::string, PyTypeObject*>;
  PyTypeObject*& type = (*types)[name];
  if (!type) {
    PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(node_dealloc)},
                           {Py_tp_repr, reinterpret_cast<void*>(node_repr)},
                           {Py_tp_methods, node_methods},
                           {Py_tp_getset, node_attributes},
                           {0, nullptr}};
    const auto* kept = new std::string(std::string("rushlight.autograd.") + name);  // the type refers to it
    PyType_Spec spec{kept->c_str(), sizeof(PyNode), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&spec)));
  }
  return type;
}

// ---- hooks ----------------------------------------------------------------------------------------------------------

struct PyHook final : TensorHook {
  explicit PyHook(PyObject* f) : function(Py_NewRef(f)) {}
  ~PyHook() override {
    if (!function || !Py_IsInitialized()) return;
    GilHold gil;
    Py_DECREF(function);
  }
  Tensor operator()(const Tensor& grad) override {
    GilHold gil;
    Ref argument = Ref::steal(wrap(grad));
    Ref result = Ref::steal(checked(PyObject_CallOneArg(function, argument.get())));
    if (result.get() == Py_None) return {};
    check_type(is_tensor(result.get()), "expected Variable, but hook returned '{}' (return None or a Tensor)",
               type_name(result.get()));
    return tensor_of(result.get());
  }
  std::string name() const override {
    GilHold gil;
    const Ref text = Ref::steal(PyObject_GetAttrString(function, "__name__"));
    const char* utf8 = text && PyUnicode_Check(text.get()) ? PyUnicode_AsUTF8(text.get()) : nullptr;
    PyErr_Clear();
    return format("hook '{}'", utf8 ? std::string(utf8) : type_name(function));
  }
  PyObject* function;
};

// A hook of a node, before or after it runs.
struct PyNodeHook final : autograd::NodeHook {
  PyNodeHook(PyObject* f, bool before) : function(Py_NewRef(f)), before(before) {}
  ~PyNodeHook() override {
    if (!Py_IsInitialized()) return;
    GilHold gil;
    Py_CLEAR(function);
  }
  std::vector<Tensor> operator()(const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs) override {
    GilHold gil;
    const Ref in = Ref::steal(tuple_of(inputs)), out = Ref::steal(tuple_of(outputs));
    const Ref result =
        Ref::steal(checked(before ? PyObject_CallOneArg(function, out.get())
                                  : PyObject_CallFunctionObjArgs(function, in.get(), out.get(), nullptr)));
    if (result.get() == Py_None) return {};
    if (is_tensor(result.get())) return {tensor_of(result.get())};
    check_type(PyTuple_Check(result.get()), "expected a tuple of Tensors or None from a hook, but got {}",
               type_name(result.get()));
    std::vector<Tensor> replaced;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(result.get()); ++i) {
      PyObject* item = PyTuple_GET_ITEM(result.get(), i);
      check_type(item == Py_None || is_tensor(item), "expected Tensors or None from a hook, but element {} is a {}", i,
                 type_name(item));
      replaced.push_back(item == Py_None ? Tensor() : tensor_of(item));
    }
    return replaced;
  }
  static PyObject* tuple_of(const std::vector<Tensor>& tensors) {
    Ref tuple = Ref::steal(checked(PyTuple_New(static_cast<Py_ssize_t>(tensors.size()))));
    for (size_t i = 0; i < tensors.size(); ++i)
      PyTuple_SET_ITEM(tuple.get(), i, tensors[i].defined() ? wrap(tensors[i]) : none());
    return tuple.take();
  }
  PyObject* function;
  bool before;
};

// Calls back with the leaf whose gradient is complete.
struct PyLeafHook final : TensorHook {
  explicit PyLeafHook(PyObject* f) : function(Py_NewRef(f)) {}
  ~PyLeafHook() override {
    if (!Py_IsInitialized()) return;
    GilHold gil;
    Py_CLEAR(function);
  }
  Tensor operator()(const Tensor& leaf) override {
    GilHold gil;
    const Ref argument = Ref::steal(wrap(leaf));
    const Ref result = Ref::steal(checked(PyObject_CallOneArg(function, argument.get())));
    check(result.get() == Py_None, "Tensor post accumulate grad hooks should return None.");
    return {};
  }
  PyObject* function;
};

struct PyHandle {
  PyObject_HEAD Tensor tensor;  // or
  NodeRef node;
  unsigned id;
  bool removed;
};
PyHandle& handle_of(PyObject* o) { return *reinterpret_cast<PyHandle*>(o); }
void handle_dealloc(PyObject* self) {
  handle_of(self).tensor.~Tensor();
  handle_of(self).node.~NodeRef();
  PyObject_Free(self);
}
PyObject* handle_remove(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    PyHandle& handle = handle_of(self);
    if (std::exchange(handle.removed, true)) return none();
    if (handle.node)
      autograd::graph::remove_hook(handle.node.get(), handle.id);
    else
      handle.tensor.remove_hook(handle.id);
    return none();
  });
}
PyObject* handle_enter(PyObject* self, PyObject*) { return Py_NewRef(self); }
PyObject* handle_exit(PyObject* self, PyObject*) { return handle_remove(self, nullptr); }
PyObject* handle_id(PyObject* self, void*) { return PyLong_FromUnsignedLong(handle_of(self).id); }
PyMethodDef handle_methods[] = {
    {"remove", handle_remove, METH_NOARGS, "Takes the hook out; doing so twice is allowed."},
    {"__enter__", handle_enter, METH_NOARGS, nullptr},
    {"__exit__", handle_exit, METH_VARARGS, nullptr},
    {}};
PyGetSetDef handle_attributes[] = {{"id", handle_id, nullptr, nullptr, nullptr}, {}};
PyTypeObject HandleClass = [] {
  PyTypeObject t = static_type("rushlight._C._HookHandle", sizeof(PyHandle));
  t.tp_dealloc = handle_dealloc;
  t.tp_methods = handle_methods;
  t.tp_getset = handle_attributes;
  return t;
}();

// A handle for the hook that `add` registers and whose number it returns.
template <class Add>
PyObject* handle_for(const Tensor& tensor, const NodeRef& node, const Add& add) {
  auto* handle = PyObject_New(PyHandle, &HandleClass);
  if (!handle) throw PythonError();
  new (&handle->tensor) Tensor(tensor);
  new (&handle->node) NodeRef(node);
  handle->removed = true;
  Ref hold = Ref::steal(reinterpret_cast<PyObject*>(handle));
  handle->id = add();
  handle->removed = false;
  return hold.take();
}

template <class Add>
PyObject* hook_tensor(PyObject* self, PyObject* hook, const char* what, const Add& add) {
  return guarded([&]() -> PyObject* {
    const Tensor& t = tensor_of(self);
    check(t.requires_grad(), "cannot register a hook on a tensor that doesn't require gradient");
    check_type(PyCallable_Check(hook), "{}(): the hook must be callable, but got {}", what, type_name(hook));
    PyObject* handle = handle_for(t, NodeRef(), [&] { return add(t); });
    track_if_stateful(self);
    return handle;
  });
}

PyObject* register_hook(PyObject* self, PyObject* hook) {
  return hook_tensor(self, hook, "register_hook", [&](const Tensor& t) { return t.add_hook(new PyHook(hook)); });
}
PyObject* register_post_accumulate_grad_hook(PyObject* self, PyObject* hook) {
  return hook_tensor(self, hook, "register_post_accumulate_grad_hook",
                     [&](const Tensor& t) { return t.add_post_accumulate_hook(new PyLeafHook(hook)); });
}

PyObject* retain_grad(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    tensor_of(self).retain_grad();
    return none();
  });
}

// ---- backward and grad ----------------------------------------------------------------------------------------------

std::vector<Tensor> tensors_from(const char* what, PyObject* o) {
  std::vector<Tensor> list;
  if (!given(o)) return list;
  if (is_tensor(o)) return {tensor_of(o)};
  Ref items = Ref::steal(checked(PySequence_Fast(o, "expected a Tensor or a sequence of Tensors")));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(items.get(), i);
    check_type(is_tensor(item) || item == Py_None, "{}: element {} must be Tensor or None, not {}", what, i,
               type_name(item));
    list.push_back(item == Py_None ? Tensor() : tensor_of(item));
  }
  return list;
}
std::optional<bool> flag_from(PyObject* o) {
  return given(o) ? std::optional<bool>(PyObject_IsTrue(o) == 1) : std::nullopt;
}

PyObject* tensor_backward(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"gradient", "retain_graph", "create_graph", "inputs"};
  return guarded([&]() -> PyObject* {
    PyObject* a[4];
    take_arguments("backward", names, 4, 4, 0, args, count, keywords, a);
    const auto gradients = tensors_from("gradient", a[0]), inputs = tensors_from("inputs", a[3]);
    check(!given(a[3]) || !inputs.empty(), "`inputs` argument to `backward()` cannot be empty.");
    const Tensor& t = tensor_of(self);
    const auto retain = flag_from(a[1]);
    const bool create = flag_from(a[2]).value_or(false);
    GilRelease gil;
    NanWatch watch(t);
    autograd::backward(t, gradients, retain, create, inputs);
    return Py_None;
  })
             ? none()
             : nullptr;
}

PyObject* run_backward(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"tensors", "grad_tensors", "retain_graph", "create_graph", "inputs"};
  return guarded([&]() -> PyObject* {
    PyObject* a[5];
    take_arguments("_backward", names, 5, 5, 1, args, count, keywords, a);
    const auto tensors = tensors_from("tensors", a[0]), gradients = tensors_from("grad_tensors", a[1]),
               inputs = tensors_from("inputs", a[4]);
    const auto retain = flag_from(a[2]);
    const bool create = flag_from(a[3]).value_or(false);
    GilRelease gil;
    NanWatch watch(tensors);
    autograd::backward(tensors, gradients, retain, create, inputs);
    return Py_None;
  })
             ? none()
             : nullptr;
}

PyObject* run_grad(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const char* const names[] = {"outputs",      "inputs",       "grad_outputs",
                                      "retain_graph", "create_graph", "allow_unused"};
  return guarded([&]() -> PyObject* {
    PyObject* a[6];
    take_arguments("_grad", names, 6, 6, 2, args, count, keywords, a);
    const auto outputs = tensors_from("outputs", a[0]), inputs = tensors_from("inputs", a[1]),
               gradients = tensors_from("grad_outputs", a[2]);
    const auto retain = flag_from(a[3]);
    const bool create = flag_from(a[4]).value_or(false), unused = flag_from(a[5]).value_or(false);
    std::vector<Tensor> results;
    {
      GilRelease gil;
      NanWatch watch(outputs);
      results = autograd::grad(outputs, inputs, gradients, retain, create, unused);
    }
    return wrap_list(results);
  });
}

PyObject* backward_run(PyObject*, PyObject*) { return PyLong_FromUnsignedLongLong(rushlight::detail::current_run()); }
PyObject* will_run(PyObject*, PyObject* grad_fn) {
  return guarded([&]() -> PyObject* { return PyBool_FromLong(rushlight::detail::will_run(any_node(grad_fn))); });
}

PyMethodDef autograd_functions[] = {
    {"_backward_run", backward_run, METH_NOARGS, "The number of the backward that this thread is in; 0 outside."},
    {"_will_run", will_run, METH_O, "Whether a grad_fn takes part in it."},
    {"_backward", as_function(run_backward), METH_FASTCALL | METH_KEYWORDS, nullptr},
    {"_grad", as_function(run_grad), METH_FASTCALL | METH_KEYWORDS, nullptr},
    {}};

}  // namespace

PyMethodDef tensor_autograd_methods[] = {
    {"backward", as_function(tensor_backward), METH_FASTCALL | METH_KEYWORDS,
     "backward(gradient=None, retain_graph=None, create_graph=False, inputs=None): adds this tensor's gradients to "
     ".grad of the leaves."},
    {"register_hook", register_hook, METH_O,
     "register_hook(hook): calls hook(grad) when the gradient is known; it may return another. Returns a handle with "
     "remove()."},
    {"register_post_accumulate_grad_hook", register_post_accumulate_grad_hook, METH_O,
     "register_post_accumulate_grad_hook(hook): of a leaf: calls hook(leaf) when a backward has added to its .grad. "
     "Returns a handle with remove()."},
    {"retain_grad", retain_grad, METH_NOARGS, "Keeps the gradient of a tensor that is no leaf in .grad."},
    {}};

PyObject* next_functions(Node* node) {
  Ref out = Ref::steal(checked(PyTuple_New(node ? node->num_edges : 0)));
  for (uint32_t i = 0; node && i < node->num_edges; ++i) {
    const Edge& edge = node->edges[i];
    PyTuple_SET_ITEM(out.get(), i, checked(Py_BuildValue("(NI)", wrap_node(edge.fn.get()), edge.nr)));
  }
  return out.take();
}

PyObject* wrap_node(Node* node) {
  if (!node) return none();
  if (PyObject* context = context_of(node)) return context;
  if (const auto found = live_nodes().find(node); found != live_nodes().end()) return Py_NewRef(found->second);
  PyTypeObject* type = node_type(node->name);
  PyObject* o = checked(type->tp_alloc(type, 0));
  reinterpret_cast<PyNode*>(o)->node = node;
  retain(node);
  live_nodes()[node] = o;
  return o;
}

PyObject* hook_node(Node* node, PyObject* hook, bool before) {
  return guarded([&]() -> PyObject* {
    check(node, "register_hook: this grad_fn has no node yet; it gets one when its forward has returned");
    check_type(PyCallable_Check(hook), "register_hook(): the hook must be callable, but got {}", type_name(hook));
    return handle_for(Tensor(), NodeRef(node),
                      [&] { return autograd::graph::add_hook(node, new PyNodeHook(hook, before), before); });
  });
}

int traverse_hooks(const Tensor& tensor, visitproc visit, void* arg) {
  const AutogradMeta* meta = tensor.impl()->autograd;
  if (!meta) return 0;
  const Node* node = meta->grad_fn.get();
  const bool owned = node && node->refs.load(std::memory_order_relaxed) == 1;
  for (const std::vector<HookEntry>* hooks : {owned ? node->hooks.get() : meta->hooks.get(), meta->after.get()}) {
    if (!hooks) continue;
    for (const HookEntry& entry : *hooks) {
      if (auto* hook = dynamic_cast<const PyHook*>(entry.hook.get())) Py_VISIT(hook->function);
      if (auto* hook = dynamic_cast<const PyLeafHook*>(entry.hook.get())) Py_VISIT(hook->function);
    }
  }
  if (!owned || !node->node_hooks) return 0;
  for (const NodeHookEntry& entry : *node->node_hooks) {
    if (auto* hook = dynamic_cast<const PyNodeHook*>(entry.hook.get())) Py_VISIT(hook->function);
  }
  return 0;
}

void clear_hooks(const Tensor& tensor) {
  AutogradMeta* meta = tensor.impl()->autograd;
  if (!meta) return;
  meta->hooks.reset();
  meta->after.reset();
  Node* node = meta->grad_fn.get();
  if (!node || node->refs.load(std::memory_order_relaxed) != 1) return;
  node->hooks.reset();
  node->node_hooks.reset();
}

bool init_autograd(PyObject* module) {
  return PyType_Ready(&HandleClass) == 0 && PyModule_AddFunctions(module, autograd_functions) == 0;
}

}  // namespace rushlight::python
