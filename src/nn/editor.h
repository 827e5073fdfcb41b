// What parametrizations, pruning and their like do to a module: tensors go and come, members point at computed ones.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "rushlight/nn/module.h"

namespace rushlight::nn {

// Note [Computed tensors]
// A layer reads its weight from a member, a handle. When the weight becomes a function of other parameters, it leaves the
// registry (named_parameters, state_dict) and goes into `computed_`; a Preparation puts a fresh value there, and into the
// member, before each call. Python's attribute lookup does the same when the layer reads the attribute. The parameter itself
// stays the tensor it was, under a new name, so that an optimizer that was made before goes on with it.
struct ModuleEditor {
  static Tensor* find_parameter(Module& module, const std::string& name) { return module.parameters_.find(name); }
  static Tensor* find_buffer(Module& module, const std::string& name) { return module.buffers_.find(name); }
  static Tensor* find_computed(Module& module, const std::string& name) { return module.computed_.find(name); }
  static Tensor* find(Module& module, const std::string& name);
  // ValueError where there is none of that name.
  static Tensor get(Module& module, const std::string& name);

  // Takes a registered tensor out; the member goes on holding it until a value is computed.
  static Tensor unregister(Module& module, const std::string& name);
  // From now on `name` is computed: this is its first value. `before` is what the member holds.
  static void start_computing(Module& module, const std::string& name, const Tensor& before, const Tensor& value);
  static void compute(Module& module, const std::string& name, const Tensor& value);
  // A computed tensor is registered again, in the member, too.
  static void stop_computing(Module& module, const std::string& name, const Tensor& tensor, bool parameter);
  // Another tensor in the place of a registered one.
  static void replace(Module& module, const std::string& name, const Tensor& tensor);
  // NotImplementedError unless the class lists a member that holds `tensor`.
  static void check_member(Module& module, const std::string& name, const Tensor& tensor);

  static std::vector<std::shared_ptr<Preparation>>& preparations(Module& module) { return module.preparations_; }
  static void rename(Module& module, std::string name) { module.name_ = std::move(name); }
  static bool is_transient(const Module& module, const std::string& name);

 private:
  static size_t rebind(Module& module, const Tensor& before, const Tensor& after);
};

}  // namespace rushlight::nn
