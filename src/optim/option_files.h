// Options and other numbers as f64 tensors by name, and back.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "rushlight/optim/optimizer.h"

namespace rushlight::optim {

Tensor as_tensor(const std::vector<double>& values);
// Null when there is none of that name.
const Tensor* find(const NamedTensors& state, const std::string& name);

struct SaveOptions final : OptionVisitor {
  SaveOptions(NamedTensors& out, std::string prefix) : out(out), prefix(std::move(prefix)) {}
  void visit(const char* name, std::vector<double>& values) override {
    out.emplace_back(prefix + name, as_tensor(values));
  }
  NamedTensors& out;
  std::string prefix;
};

// What `state` does not have stays as it is.
struct LoadOptions final : OptionVisitor {
  LoadOptions(const NamedTensors& state, std::string prefix) : state(state), prefix(std::move(prefix)) {}
  void visit(const char* name, std::vector<double>& values) override;
  const NamedTensors& state;
  std::string prefix;
  size_t used = 0;
};

}  // namespace rushlight::optim
