// autograd.Function: forward and backward written in Python, as a node of the graph.
#include "bind/function.h"

#include <set>

#include "autograd/node.h"
#include "dispatch/body.h"
#include "rushlight/autograd.h"

namespace rushlight::python {
namespace {

struct FunctionNode;

// Note [The context is the node]
// `ctx` of a custom function and `grad_fn` of its outputs are one Python object. The node owns it; the object only
// borrows the node, and learns when the node goes. Tensors saved for backward lie in the node, outputs among them
// without their history, so no cycle arises.
struct PyContext {
  PyObject_HEAD PyObject* dict;
  FunctionNode* node;
  PyObject* to_save;  // what save_for_backward was given, until forward has returned
  PyObject* dirty;    // what mark_dirty was given
  PyObject* non_differentiable;
  PyObject* needs_input_grad;  // a tuple of bools, one per argument
  bool materialize_grads;
};

struct FunctionNode final : Node {
  ~FunctionNode() override {
    if (!context || !Py_IsInitialized()) return;
    GilHold gil;
    context->node = nullptr;
    Py_DECREF(reinterpret_cast<PyObject*>(context));
    Py_XDECREF(backward);
  }
  void apply(Tensor* grads, Tensor* results) override;
  void release_saved() override { saved.clear(); }

  PyContext* context = nullptr;  // owned
  PyObject* backward = nullptr;  // owned: cls.backward
  std::vector<bool> is_input;    // of each argument of forward: a tensor, and so an edge
  std::vector<SavedTensor> saved;
  size_t saved_count = 0;
};

PyContext& context(PyObject* o) { return *reinterpret_cast<PyContext*>(o); }

Tensor zeros_of(const TensorMeta& meta) { return zeros(meta.sizes, TensorOptions(meta.dtype)); }

// backward() with an undefined gradient as None, or as zeros when the function asked for that (the default).
Ref call_backward(FunctionNode& node, Tensor* grads) {
  const uint32_t outputs = node.num_outputs();
  Ref arguments = Ref::steal(checked(PyTuple_New(1 + outputs)));
  PyTuple_SET_ITEM(arguments.get(), 0, Py_NewRef(reinterpret_cast<PyObject*>(node.context)));
  for (uint32_t i = 0; i < outputs; ++i) {
    const TensorMeta& meta = node.output(i);
    Tensor grad = grads[i];
    if (!grad.defined() && node.context->materialize_grads && meta.dtype != ScalarType::Undefined)
      grad = zeros_of(meta);
    PyTuple_SET_ITEM(arguments.get(), 1 + i, wrap(std::move(grad)));
  }
  return Ref::steal(checked(PyObject_CallObject(node.backward, arguments.get())));
}

void FunctionNode::apply(Tensor* grads, Tensor* results) {
  GilHold gil;
  Ref result = call_backward(*this, grads);
  if (!PyTuple_Check(result.get())) result = Ref::steal(checked(PyTuple_Pack(1, result.get())));
  const auto count = static_cast<size_t>(PyTuple_GET_SIZE(result.get()));
  size_t edge = 0;
  for (size_t i = 0; i < std::max(count, is_input.size()); ++i) {
    PyObject* item = i < count ? PyTuple_GET_ITEM(result.get(), static_cast<Py_ssize_t>(i)) : nullptr;
    check(item || i >= is_input.size(), "function {} returned an incorrect number of gradients (expected {}, got {})",
          name, is_input.size(), count);
    if (i >= is_input.size()) {
      check(item == Py_None, "function {} returned an incorrect number of gradients (expected {}, got {})", name,
            is_input.size(), count);
    } else if (!is_input[i]) {
      check(item == Py_None,
            "function {} returned a gradient different from None at position {}, but the corresponding forward input "
            "was not a Variable",
            name, i + 1);
    } else {
      check_type(item == Py_None || is_tensor(item),
                 "function {} returned a gradient of type {} at position {}; expected Tensor or None", name,
                 type_name(item), i + 1);
      if (item != Py_None && needs(edge)) results[edge] = tensor_of(item);
      ++edge;
    }
  }
}

// ---- the context object ---------------------------------------------------------------------------------------------

int context_traverse(PyObject* self, visitproc visit, void* arg) {
  PyContext& c = context(self);
  Py_VISIT(c.dict);
  Py_VISIT(c.to_save);
  Py_VISIT(c.dirty);
  Py_VISIT(c.non_differentiable);
  return 0;
}
int context_clear(PyObject* self) {
  PyContext& c = context(self);
  Py_CLEAR(c.dict);
  Py_CLEAR(c.to_save);
  Py_CLEAR(c.dirty);
  Py_CLEAR(c.non_differentiable);
  Py_CLEAR(c.needs_input_grad);
  return 0;
}
void context_dealloc(PyObject* self) {
  PyObject_GC_UnTrack(self);
  context_clear(self);
  Py_TYPE(self)->tp_free(self);
}
PyObject* context_new(PyTypeObject* type, PyObject*, PyObject*) {
  PyObject* self = type->tp_alloc(type, 0);
  if (self) context(self).materialize_grads = true;
  return self;
}

void keep(PyObject*& field, PyObject* tuple) {
  PyObject* before = std::exchange(field, Py_NewRef(tuple));
  Py_XDECREF(before);
}
PyObject* save_for_backward(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); ++i) {
      PyObject* item = PyTuple_GET_ITEM(args, i);
      check_type(item == Py_None || is_tensor(item),
                 "save_for_backward can only save variables, but argument {} is of type {}", i, type_name(item));
    }
    keep(context(self).to_save, args);
    return none();
  });
}
PyObject* mark_dirty(PyObject* self, PyObject* args) {
  keep(context(self).dirty, args);
  return none();
}
PyObject* mark_non_differentiable(PyObject* self, PyObject* args) {
  keep(context(self).non_differentiable, args);
  return none();
}
PyObject* set_materialize_grads(PyObject* self, PyObject* value) {
  context(self).materialize_grads = PyObject_IsTrue(value) == 1;
  return none();
}
PyObject* saved_tensors(PyObject* self, void*) {
  return guarded([&]() -> PyObject* {
    PyContext& c = context(self);
    if (!c.node) return c.to_save ? Py_NewRef(c.to_save) : PyTuple_New(0);
    if (c.node->released && c.node->saved.size() < c.node->saved_count)
      SavedTensor().unpack(c.node);  // raises: the graph was freed
    std::vector<Tensor> tensors;
    for (const SavedTensor& s : c.node->saved) tensors.push_back(s.unpack(c.node));
    return wrap_list(tensors);
  });
}
PyObject* needs_input_grad(PyObject* self, void*) {
  return Py_NewRef(context(self).needs_input_grad ? context(self).needs_input_grad : Py_None);
}
int set_needs_input_grad(PyObject* self, PyObject* value, void*) {
  keep(context(self).needs_input_grad, value ? value : Py_None);
  return 0;
}
PyObject* context_name(PyObject* self, PyObject*) {
  const FunctionNode* node = context(self).node;
  return PyUnicode_FromString(node ? node->name : Py_TYPE(self)->tp_name);
}
PyObject* context_next(PyObject* self, void*) {
  return guarded([&]() -> PyObject* { return next_functions(context(self).node); });
}

PyObject* context_register_hook(PyObject* self, PyObject* hook) { return hook_node(context(self).node, hook, false); }
PyObject* context_register_prehook(PyObject* self, PyObject* hook) { return hook_node(context(self).node, hook, true); }

PyMethodDef context_methods[] = {
    {"save_for_backward", save_for_backward, METH_VARARGS,
     "Keeps tensors for backward, which finds them in ctx.saved_tensors."},
    {"mark_dirty", mark_dirty, METH_VARARGS, "Says which inputs forward has changed in place; they must be returned."},
    {"mark_non_differentiable", mark_non_differentiable, METH_VARARGS, "Says which outputs have no gradient."},
    {"set_materialize_grads", set_materialize_grads, METH_O,
     "Whether backward sees an undefined gradient as zeros (the default) or as None."},
    {"name", context_name, METH_NOARGS, nullptr},
    {"register_hook", context_register_hook, METH_O, "As of every grad_fn."},
    {"register_prehook", context_register_prehook, METH_O, "As of every grad_fn."},
    {}};
PyGetSetDef context_attributes[] = {
    {"saved_tensors", saved_tensors, nullptr, "The tensors given to save_for_backward.", nullptr},
    {"needs_input_grad", needs_input_grad, set_needs_input_grad, "Which arguments of forward need a gradient.",
     nullptr},
    {"next_functions", context_next, nullptr, nullptr, nullptr},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr},
    {}};
PyTypeObject ContextClass = [] {
  PyTypeObject t = static_type("rushlight._C._FunctionContext", sizeof(PyContext));
  t.tp_flags |= Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC;
  t.tp_new = context_new;
  t.tp_dealloc = context_dealloc;
  t.tp_traverse = context_traverse;
  t.tp_clear = context_clear;
  t.tp_methods = context_methods;
  t.tp_getset = context_attributes;
  t.tp_dictoffset = offsetof(PyContext, dict);
  return t;
}();

// ---- apply ----------------------------------------------------------------------------------------------------------

bool contains(PyObject* tuple, PyObject* item) {
  for (Py_ssize_t i = 0; tuple && i < PyTuple_GET_SIZE(tuple); ++i) {
    if (PyTuple_GET_ITEM(tuple, i) == item) return true;
  }
  return false;
}

const char* permanent(const std::string& name) {
  static auto* names = new std::set<std::string>;  // node names live for ever
  return names->insert(name).first->c_str();
}

// The node with one edge per tensor argument; null when nothing needs a gradient.
FunctionNode* make_node(PyObject* ctx, PyObject* backward, PyObject* args, Py_ssize_t first, const char* name) {
  std::vector<Tensor> inputs;
  std::vector<bool> is_input;
  Ref needs = Ref::steal(checked(PyTuple_New(PyTuple_GET_SIZE(args) - first)));
  bool any = false;
  for (Py_ssize_t i = first; i < PyTuple_GET_SIZE(args); ++i) {
    PyObject* o = PyTuple_GET_ITEM(args, i);
    is_input.push_back(is_tensor(o));
    const bool needed = is_tensor(o) && tensor_of(o).requires_grad();
    if (is_tensor(o)) inputs.push_back(tensor_of(o));
    PyTuple_SET_ITEM(needs.get(), i - first, Py_NewRef(needed ? Py_True : Py_False));
    any |= needed;
  }
  keep(context(ctx).needs_input_grad, needs.get());
  if (!any || !GradMode::is_enabled()) return nullptr;
  auto* node = new FunctionNode;
  NodeRef hold = NodeRef::steal(node);
  detail::NodeBuilder(node, name, inputs.size()).inputs(inputs);
  node->is_input = std::move(is_input);
  node->context = reinterpret_cast<PyContext*>(Py_NewRef(ctx));
  node->backward = Py_NewRef(backward);
  context(ctx).node = node;
  retain(node);
  return node;
}

// Gives one output its history. An input that is returned as it came becomes a view, so that it can have another.
PyObject* attach_output(FunctionNode* node, PyObject* ctx, PyObject* args, PyObject* output, uint32_t nr) {
  if (!is_tensor(output)) {
    if (nr > 0 && !node->more_outputs) node->more_outputs = std::make_unique<std::vector<TensorMeta>>();
    if (nr > 0 && node->more_outputs->size() < nr) node->more_outputs->resize(nr);
    return Py_NewRef(output);
  }
  const bool is_input = contains(args, output), dirty = contains(context(ctx).dirty, output);
  Tensor t = tensor_of(output);
  if (contains(context(ctx).non_differentiable, output)) {
    node->add_output(t, nr);
    return Py_NewRef(output);
  }
  if (is_input && !dirty) {
    NoGradGuard no_grad;
    t = t.view(t.sizes());
  }
  check(!dirty || !t.requires_grad() || !t.is_leaf(),
        "a leaf Variable that requires grad is being used in an in-place operation. ({})", node->name);
  if (dirty) detail::written(t);
  detail::attach(node, t, nr, dirty ? How::InPlace : How::New);
  return wrap(std::move(t));
}

void save_tensors(FunctionNode* node, PyObject* ctx, PyObject* outputs) {
  PyObject* to_save = context(ctx).to_save;
  if (!to_save) return;
  const auto count = static_cast<size_t>(PyTuple_GET_SIZE(to_save));
  node->saved.resize(count);
  node->saved_count = count;
  for (size_t i = 0; i < count; ++i) {
    PyObject* o = PyTuple_GET_ITEM(to_save, static_cast<Py_ssize_t>(i));
    if (!is_tensor(o)) continue;
    const Tensor& t = tensor_of(o);
    if (t.grad_fn() == node && contains(outputs, o))
      node->saved[i].save_output(t, t.output_nr());
    else
      node->saved[i].save(t);
  }
  Py_CLEAR(context(ctx).to_save);
}

// _function_apply(ctx, forward, backward, name, *args): runs forward(*args) without recording and attaches its outputs.
PyObject* function_apply(PyObject*, PyObject* all) {
  return guarded([&]() -> PyObject* {
    constexpr Py_ssize_t kFirst = 4;
    check_type(PyTuple_GET_SIZE(all) >= kFirst && PyObject_TypeCheck(PyTuple_GET_ITEM(all, 0), &ContextClass),
               "_function_apply: wrong arguments");
    PyObject *ctx = PyTuple_GET_ITEM(all, 0), *forward = PyTuple_GET_ITEM(all, 1), *backward = PyTuple_GET_ITEM(all, 2);
    Ref args = Ref::steal(checked(PyTuple_GetSlice(all, kFirst, PyTuple_GET_SIZE(all))));
    FunctionNode* node = make_node(ctx, backward, all, kFirst, permanent(PyUnicode_AsUTF8(PyTuple_GET_ITEM(all, 3))));
    NodeRef hold = NodeRef::steal(node);
    Ref result;
    {
      NoGradGuard no_grad;
      result = Ref::steal(checked(PyObject_CallObject(forward, args.get())));
    }
    if (!node) return result.take();
    const bool single = !PyTuple_Check(result.get());
    Ref outputs = single ? Ref::steal(checked(PyTuple_Pack(1, result.get()))) : result;
    const Py_ssize_t n = PyTuple_GET_SIZE(outputs.get());
    Ref attached = Ref::steal(checked(PyTuple_New(n)));
    for (Py_ssize_t i = 0; i < n; ++i) {
      PyTuple_SET_ITEM(
          attached.get(), i,
          attach_output(node, ctx, args.get(), PyTuple_GET_ITEM(outputs.get(), i), static_cast<uint32_t>(i)));
    }
    save_tensors(node, ctx, attached.get());
    return single ? Py_NewRef(PyTuple_GET_ITEM(attached.get(), 0)) : attached.take();
  });
}

PyMethodDef function_functions[] = {{"_function_apply", function_apply, METH_VARARGS, nullptr}, {}};

}  // namespace

PyObject* context_of(Node* node) {
  auto* function = dynamic_cast<FunctionNode*>(node);
  return function && function->context ? Py_NewRef(reinterpret_cast<PyObject*>(function->context)) : nullptr;
}

Node* node_of_context(PyObject* object) {
  return PyObject_TypeCheck(object, &ContextClass) ? context(object).node : nullptr;
}

bool init_function(PyObject* module) {
  return PyType_Ready(&ContextClass) == 0 &&
         PyModule_AddObjectRef(module, "_FunctionContext", reinterpret_cast<PyObject*>(&ContextClass)) == 0 &&
         PyModule_AddFunctions(module, function_functions) == 0;
}

}  // namespace rushlight::python
