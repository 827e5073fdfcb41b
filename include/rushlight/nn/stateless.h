// Calling a module with other tensors in the place of its parameters and buffers.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rushlight/nn/module.h"
#include "rushlight/nn/parametrize.h"

namespace rushlight::nn::utils::stateless {

// While one exists, the module has these tensors instead of its own of the same names. Names that share a tensor get the same
// one, with tie_weights. ValueError: different tensors for tied names. Error: names missing or unknown, with strict.
class RL_API Reparametrized {
 public:
  Reparametrized(Module& module, const NamedTensors& tensors, bool tie_weights = true, bool strict = false);
  ~Reparametrized();
  Reparametrized(const Reparametrized&) = delete;
  Reparametrized& operator=(const Reparametrized&) = delete;

 private:
  struct Swap {
    Module* owner;
    std::string name;
    Tensor before, now;
  };
  void restore() noexcept;
  std::vector<Swap> done_;
};

// module(args...) with these tensors, by their names in named_parameters and named_buffers; the module is left as it was.
// For strict names, or tied ones that are to differ, hold a Reparametrized and call the module.
//   auto loss = functional_call(net, {{"fc.weight", fast}}, x).sum();
template <ModulePointer P, class... Args>
decltype(auto) functional_call(const P& module, const NamedTensors& parameters_and_buffers, Args&&... args) {
  const Reparametrized guard(static_cast<Module&>(*module), parameters_and_buffers);
  if constexpr (requires { module(std::forward<Args>(args)...); })
    return module(std::forward<Args>(args)...);
  else
    return ModuleHolder<std::remove_reference_t<decltype(*module)>>(module)(std::forward<Args>(args)...);
}

}  // namespace rushlight::nn::utils::stateless
