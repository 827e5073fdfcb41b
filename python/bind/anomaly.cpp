// Anomaly mode: backward passes that stop at the first NaN and name the function that made it.
#include "bind/anomaly.h"

#include <algorithm>
#include <unordered_set>

#include "rushlight/autograd.h"

namespace rushlight::python {
namespace {

bool enabled = false, check_nan = true;
constexpr unsigned kHandle = ~1u;  // marks our entries among a node's hooks

struct NanCheck final : TensorHook {
  NanCheck(const char* function, uint32_t output) : function(function), output(output) {}
  Tensor operator()(const Tensor& grad) override {
    NoGradGuard no_grad;
    const bool bad = grad.is_floating_point() && rushlight::any(rushlight::isnan(grad)).item().toBool();
    check(!bad,
          "Function '{}' returned nan values in its {}th output. (gradient of shape {}; look at the values that "
          "the op of that name was given)",
          function, output, grad.sizes());
    return {};
  }
  const char* function;
  uint32_t output;
};

bool is_watched(const Node* node, uint32_t output) {
  if (!node->hooks) return false;
  return std::any_of(node->hooks->begin(), node->hooks->end(),
                     [&](const HookEntry& e) { return e.handle == kHandle && e.output == output; });
}

PyObject* set_anomaly(PyObject*, PyObject* args) {
  int on = 0, nan = 0;
  if (!PyArg_ParseTuple(args, "pp", &on, &nan)) return nullptr;
  Ref before = Ref::steal(Py_BuildValue("(NN)", PyBool_FromLong(enabled), PyBool_FromLong(check_nan)));
  enabled = on;
  check_nan = nan;
  return before.take();
}
PyObject* is_anomaly_enabled(PyObject*, PyObject*) { return PyBool_FromLong(enabled); }
PyObject* is_check_nan_enabled(PyObject*, PyObject*) { return PyBool_FromLong(check_nan); }

PyMethodDef functions[] = {{"_set_anomaly", set_anomaly, METH_VARARGS, "Sets (enabled, check_nan); returns what was."},
                           {"is_anomaly_enabled", is_anomaly_enabled, METH_NOARGS, nullptr},
                           {"is_anomaly_check_nan_enabled", is_check_nan_enabled, METH_NOARGS, nullptr},
                           {}};

}  // namespace

NanWatch::NanWatch(TensorList roots) {
  if (!enabled || !check_nan) return;
  std::unordered_set<Node*> seen;
  std::vector<Node*> walk;
  for (const Tensor& root : roots) {
    Node* node = root.defined() ? root.grad_fn() : nullptr;
    if (node && seen.insert(node).second) walk.push_back(node);
  }
  while (!walk.empty()) {
    Node* node = walk.back();
    walk.pop_back();
    for (uint32_t i = 0; i < node->num_edges; ++i) {
      const Edge& edge = node->edges[i];
      Node* next = edge.fn.get();
      if (!next) continue;
      if (!is_watched(next, edge.nr)) {
        if (!next->hooks) next->hooks = std::make_unique<std::vector<HookEntry>>();
        next->hooks->push_back({kHandle, edge.nr, false, std::make_shared<NanCheck>(node->name, i)});
        watched_.emplace_back(next);
      }
      if (seen.insert(next).second) walk.push_back(next);
    }
  }
}

NanWatch::~NanWatch() {
  for (const NodeRef& node : watched_) {
    if (node->hooks) std::erase_if(*node->hooks, [](const HookEntry& e) { return e.handle == kHandle; });
  }
}

bool init_anomaly(PyObject* module) { return PyModule_AddFunctions(module, functions) == 0; }

}  // namespace rushlight::python
