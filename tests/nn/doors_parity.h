// What a case of doors_parity is: how it is run and what is recorded of it.
#pragma once
#include <rushlight/rushlight.h>

#include <cstdio>
#include <string>
#include <tuple>

namespace doors {

namespace torch = rushlight;
namespace nn = torch::nn;
using torch::kSame, torch::kReflect, torch::kSum, torch::kNone;
using torch::rand, torch::randn, torch::randint;
using torch::Tensor;

struct Record {
  torch::NamedTensors tensors;
  torch::Metadata texts;
  int count = 0;

  std::string prefix() const { return std::to_string(count) + "."; }
  void tensor(const std::string& name, const Tensor& t) { tensors.emplace_back(prefix() + name, t.detach().clone()); }
  void text(const std::string& name, const std::string& t) { texts.emplace_back(prefix() + name, t); }
};

template <class T>
const Tensor& first(const T& result) {
  if constexpr (std::is_same_v<T, Tensor>)
    return result;
  else if constexpr (std::is_same_v<T, nn::ASMoutput>)
    return result.output;
  else
    return std::get<0>(result);
}

// Parameters, output, gradients of everything, then the output in evaluation mode.
template <class Module, class... Inputs>
void run(Record& record, Module& module, std::tuple<Inputs...>& inputs) {
  std::apply([](auto&... x) { ((x.is_floating_point() ? (void)x.requires_grad_() : void()), ...); }, inputs);
  for (const auto& p : module->named_parameters()) record.tensor("param." + p.key(), p.value());
  const auto forward = [&](auto&... x) { return first(module(x...)); };
  const Tensor out = std::apply(forward, inputs);
  record.tensor("out", out);
  if (out.requires_grad()) {
    (out * torch::linspace(-1, 1, out.numel()).view(out.sizes())).sum().backward();
    int i = 0;
    std::apply(
        [&](auto&... x) {
          ((x.grad().defined() ? record.tensor("input_grad." + std::to_string(i), x.grad()) : void(), ++i), ...);
        },
        inputs);
    for (const auto& p : module->named_parameters()) {
      if (p.value().grad().defined()) record.tensor("grad." + p.key(), p.value().grad());
    }
  }
  module->eval();
  record.tensor("eval", std::apply(forward, inputs));
  std::string keys;
  for (const auto& [key, value] : module->state_dict()) {
    record.tensor("state." + key, value);
    keys += key + ",";
  }
  record.text("keys", keys);
  record.text("repr", module->repr());
}

// In doors_parity_more.cpp.
void transposed_and_folded(Record& record);
void padding(Record& record);
void more_pooling(Record& record);
void more_layers(Record& record);
void more_losses(Record& record);
// Of computed weights, lazy layers and the errors of both: doors_parity_computed.cpp.
void parametrized(Record& record);
void pruned(Record& record);
void lazy(Record& record);
void combined(Record& record);
void errors(Record& record);

}  // namespace doors

// In this order: seed, module, inputs from left to right.
#define CASE(python, make, ...)             \
  {                                         \
    torch::manual_seed(100 + record.count); \
    auto module = make;                     \
    std::tuple inputs{__VA_ARGS__};         \
    record.text("python", python);          \
    record.text("inputs", #__VA_ARGS__);    \
    run(record, module, inputs);            \
    ++record.count;                         \
  }
