// Parametrizations: a parameter or buffer of a module computed from others before every call.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "rushlight/nn/module.h"

namespace rushlight::nn::utils {

// A holder or shared_ptr of a module.
template <class P>
concept ModulePointer = requires(const P& pointer) { static_cast<Module&>(*pointer); };

}  // namespace rushlight::nn::utils

namespace rushlight::nn::utils::parametrize {

// A module whose forward makes a tensor of one or several others, whatever its class. With a method right_inverse (which
// gives one tensor, or a tuple or vector of them) the initial value is kept, and the tensor can be assigned to.
class RL_API Parametrization {
 public:
  template <class M>
    requires std::is_base_of_v<Module, M>
  Parametrization(std::shared_ptr<M> module)
      : module_(std::move(module)), forward_(&run<M>), inverse_(inverse_of<M>()) {}
  template <class M>
  Parametrization(const ModuleHolder<M>& holder) : Parametrization(holder.ptr()) {}

  // What right_inverse gave: one tensor, or several.
  struct Originals {
    std::vector<Tensor> tensors;
    bool several = false;
  };
  const std::shared_ptr<Module>& module() const noexcept { return module_; }
  Tensor forward(TensorList originals) const;
  bool has_inverse() const noexcept { return inverse_ != nullptr; }
  Originals right_inverse(const Tensor& value) const { return inverse_(*module_, value); }
  Parametrization clone(const std::optional<Device>& device) const;

 private:
  template <class M, size_t... I>
  static Tensor spread(M& module, TensorList x, std::index_sequence<I...>) {
    check(x.size() == sizeof...(I), "{}: a parametrization of {} tensors got {}", module.name(), sizeof...(I),
          x.size());
    return module.forward(x[I]...);
  }
  template <class M>
  static Tensor run(Module& base, TensorList x) {
    auto& module = static_cast<M&>(base);
    const Tensor t;
    if constexpr (requires { module.forward(t); })
      return spread(module, x, std::make_index_sequence<1>());
    else if constexpr (requires { module.forward(t, t); })
      return spread(module, x, std::make_index_sequence<2>());
    else if constexpr (requires { module.forward(t, t, t); })
      return spread(module, x, std::make_index_sequence<3>());
    else
      return module.forward(x);
  }
  using Inverse = Originals (*)(Module& module, const Tensor& value);
  template <class M>
  static Inverse inverse_of() {
    if constexpr (requires(M& m, const Tensor& t) { m.right_inverse(t); }) {
      return [](Module& module, const Tensor& value) -> Originals {
        auto result = static_cast<M&>(module).right_inverse(value);
        if constexpr (std::is_convertible_v<decltype(result), Tensor>)
          return {{result}, false};
        else if constexpr (requires { std::tuple_size<decltype(result)>::value; })
          return {std::apply([](const auto&... parts) { return std::vector<Tensor>{parts...}; }, result), true};
        else
          return {{result.begin(), result.end()}, true};
      };
    } else {
      return nullptr;
    }
  }
  std::shared_ptr<Module> module_;
  Tensor (*forward_)(Module& module, TensorList originals);
  Inverse inverse_;
};

// The parametrizations of one tensor, applied one after another, and the tensors they start from: "original", or
// "original0", "original1", … where the first parametrization's right_inverse gives several.
class RL_API ParametrizationListImpl : public ModuleListImpl {
 public:
  // ValueError: no modules, or (unless unsafe) a result of another dtype or shape. `parameter`: whether the original is one.
  ParametrizationListImpl(std::vector<Parametrization> modules, const Tensor& original, bool unsafe = false,
                          bool parameter = true);
  Tensor forward() const;
  // Sets the originals so that the parametrized tensor becomes `value`.
  void right_inverse(const Tensor& value);
  void append(const Parametrization& parametrization);
  std::vector<Tensor> originals() const;
  const std::vector<Parametrization>& parametrizations() const noexcept { return parts_; }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;

  bool unsafe;
  bool is_tensor = true;  // one original
  size_t ntensors = 1;
  Tensor first_value;  // what the constructor's check has computed; undefined when unsafe

 private:
  std::vector<Parametrization> parts_;
};
RUSHLIGHT_MODULE(ParametrizationList);

// Lets `module`'s tensor be parametrization(original) from now on; a tensor can be parametrized several times. unsafe: another
// dtype or shape is allowed, and the checks are skipped. ValueError: no such tensor, or a result of another dtype or shape.
//   struct SymmetricImpl : nn::Module {
//     torch::Tensor forward(const torch::Tensor& x) { return x.triu() + x.triu(1).mT(); }
//   };
//   auto layer = register_parametrization(nn::Linear(3, 3), "weight", std::make_shared<SymmetricImpl>());
RL_API Module& register_parametrization(Module& module, const std::string& tensor_name,
                                        const Parametrization& parametrization, bool unsafe = false);
template <ModulePointer P>
P register_parametrization(P module, const std::string& tensor_name, const Parametrization& parametrization,
                           bool unsafe = false) {
  register_parametrization(static_cast<Module&>(*module), tensor_name, parametrization, unsafe);
  return module;
}

// Whether this tensor of the module (any, without a name) is parametrized.
RL_API bool is_parametrized(const Module& module, const std::optional<std::string>& tensor_name = std::nullopt);
template <ModulePointer P>
bool is_parametrized(const P& module, const std::optional<std::string>& tensor_name = std::nullopt) {
  return is_parametrized(static_cast<Module&>(*module), tensor_name);
}

// The parametrizations of a tensor, as Python's module.parametrizations.weight: its forward() computes the tensor from the
// originals as they are now, its right_inverse() assigns to it. ValueError where it is not parametrized.
RL_API ParametrizationListImpl& parametrizations_of(Module& module, const std::string& tensor_name);
template <ModulePointer P>
ParametrizationListImpl& parametrizations_of(const P& module, const std::string& tensor_name) {
  return parametrizations_of(static_cast<Module&>(*module), tensor_name);
}

// Makes the tensor an ordinary one again, with its parametrized value or with the original's. ValueError: it is not
// parametrized, or leave_parametrized is false and there are several originals.
RL_API Module& remove_parametrizations(Module& module, const std::string& tensor_name, bool leave_parametrized = true);
template <ModulePointer P>
P remove_parametrizations(P module, const std::string& tensor_name, bool leave_parametrized = true) {
  remove_parametrizations(static_cast<Module&>(*module), tensor_name, leave_parametrized);
  return module;
}

// The name of the module's class without its parametrizations.
RL_API std::string type_before_parametrizations(const Module& module);

// Gives `to_module` the parametrizations (of one tensor, or all) that `from_module` has, and shares their originals.
RL_API Module& transfer_parametrizations_and_params(const Module& from_module, Module& to_module,
                                                    const std::optional<std::string>& tensor_name = std::nullopt);

// While one exists on this thread, each parametrized tensor is computed once, when it is first asked for:
//   parametrize::cached guard;
//   auto output = model(inputs);
class RL_API cached {
 public:
  cached();
  ~cached();
  cached(const cached&) = delete;
  cached& operator=(const cached&) = delete;
};

}  // namespace rushlight::nn::utils::parametrize

// Ready parametrizations.
namespace rushlight::nn::utils::parametrizations {

// Keeps a matrix (or a batch of them) orthogonal, or unitary; with orthonormal rows or columns if it is not square
// (Lezcano-Casado 2019). orthogonal_map: "matrix_exp", "cayley" or "householder"; the first for square and complex matrices
// unless given. use_trivialization: multiply by a fixed orthogonal matrix, so that the tensor can be assigned to.
RL_API Module& orthogonal(Module& module, const std::string& name = "weight",
                          const std::optional<std::string>& orthogonal_map = std::nullopt,
                          bool use_trivialization = true);
template <ModulePointer P>
P orthogonal(P module, const std::string& name = "weight",
             const std::optional<std::string>& orthogonal_map = std::nullopt, bool use_trivialization = true) {
  orthogonal(static_cast<Module&>(*module), name, orthogonal_map, use_trivialization);
  return module;
}

// Splits a tensor into lengths ("original0"), one for each index of `dim` (nullopt: one for all), and directions
// ("original1") (Salimans & Kingma 2016).
RL_API Module& weight_norm(Module& module, const std::string& name = "weight", std::optional<int64_t> dim = 0);
template <ModulePointer P>
P weight_norm(P module, const std::string& name = "weight", std::optional<int64_t> dim = 0) {
  weight_norm(static_cast<Module&>(*module), name, dim);
  return module;
}

// Divides a tensor by its largest singular value, as a matrix with `dim` (0 unless given, 1 for transposed convolutions)
// for its rows, by power iteration (Miyato et al. 2018).
RL_API Module& spectral_norm(Module& module, const std::string& name = "weight", int64_t n_power_iterations = 1,
                             double eps = 1e-12, std::optional<int64_t> dim = std::nullopt);
template <ModulePointer P>
P spectral_norm(P module, const std::string& name = "weight", int64_t n_power_iterations = 1, double eps = 1e-12,
                std::optional<int64_t> dim = std::nullopt) {
  spectral_norm(static_cast<Module&>(*module), name, n_power_iterations, eps, dim);
  return module;
}

}  // namespace rushlight::nn::utils::parametrizations
