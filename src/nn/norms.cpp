// Weights under a constraint: orthogonal, weight-normalised and spectrally normalised ones, as parametrizations and as the
// hooks that were there before. The twin of nn/utils/parametrizations.py, weight_norm.py and spectral_norm.py.
#include <algorithm>
#include <cmath>
#include <limits>

#include "rushlight/nn/generated/conv.h"
#include "rushlight/nn/parametrize.h"
#include "rushlight/nn/utils.h"

#include "nn/editor.h"
#include "nn/support.h"

namespace rushlight::nn::utils {
namespace {

using support::cat;
using Dims = std::vector<int64_t>;

Tensor normalized_weight(const Tensor& v, const Tensor& g, int64_t dim) {
  return mul(v, div(g, norm_except_dim(v, 2, dim)));
}

Tensor unit(const Tensor& x, double eps) { return functional::normalize(x, 2.0, 0, eps); }

Tensor with_rows(const Tensor& weight, int64_t dim) {
  if (dim == 0) return weight;
  Dims order{dim};
  for (int64_t d = 0; d < weight.dim(); ++d) {
    if (d != dim) order.push_back(d);
  }
  return weight.permute(order);
}

int64_t rows_of(Module& module, std::optional<int64_t> dim) {
  const auto* conv = dynamic_cast<const ConvNdImpl*>(&module);
  return dim.value_or(conv && conv->transposed ? 1 : 0);
}

// ---- orthogonal -----------------------------------------------------------------------------------------------------

double epsilon(ScalarType dtype) {
  switch (dtype) {
    case kDouble:
    case kComplexDouble:
      return std::numeric_limits<double>::epsilon();
    case kHalf:
      return std::ldexp(1.0, -10);
    case kBFloat16:
      return std::ldexp(1.0, -7);
    default:
      return std::numeric_limits<float>::epsilon();
  }
}

Dims leading(const Tensor& x, int64_t rows, int64_t columns) {
  Dims shape(x.sizes().begin(), x.sizes().end() - 2);
  shape.push_back(rows);
  shape.push_back(columns);
  return shape;
}

bool is_orthogonal(const Tensor& q) {
  const int64_t n = q.size(-2), k = q.size(-1);
  const Tensor one = eye(k, TensorOptions(q.dtype())).expand(leading(q, k, k));
  return allclose(matmul(q.mH(), q), one, 1e-5, 10.0 * static_cast<double>(n) * epsilon(q.dtype()));
}

// The orthogonal matrix nearest in the sense of QR with a positive diagonal of R.
Tensor make_orthogonal(const Tensor& a) {
  const auto [x, tau] = geqrf(a);
  return mul(linalg::householder_product(x, tau), x.diagonal(0, -2, -1).sgn().unsqueeze(-2));
}

class OrthogonalImpl final : public Module {
 public:
  OrthogonalImpl(const Tensor& weight, std::string map, bool use_trivialization)
      : Module("_Orthogonal"), shape_(weight.sizes()), map_(std::move(map)), trivialized_(use_trivialization) {
    check_value(!weight.is_complex() || map_ != "householder",
                "The householder parametrization does not support complex tensors.");
    if (trivialized_) register_buffer("base", Tensor());
  }

  Tensor forward(const Tensor& given) {
    const bool transposed = given.size(-2) < given.size(-1);
    Tensor x = transposed ? given.mT() : given, q;
    const int64_t n = x.size(-2), k = x.size(-1);
    if (map_ == "householder") {
      const Tensor a = x.tril(-1), tau = div(Scalar(2.0), add(mul(a, a).sum({-2}), Scalar(1.0)));
      q = linalg::householder_product(a, tau);
      q = mul(q, x.diagonal(0, -2, -1).to(kInt).unsqueeze(-2));  // the signs of the initial value
    } else {
      x = x.tril();
      if (n != k) x = rushlight::cat({x, zeros(leading(x, n, n - k), TensorOptions(x.dtype()))}, -1);
      const Tensor a = sub(x, x.mH());
      if (map_ == "matrix_exp") {
        q = matrix_exp(a);
      } else {
        const Tensor one = eye(n, TensorOptions(a.dtype()));
        q = linalg::solve(add(one, a, -0.5), add(one, a, 0.5));
      }
      if (n != k) q = q.narrow(-1, 0, k);
    }
    if (trivialized_) q = matmul(base(), q);
    return transposed ? q.mT() : q;
  }

  Tensor right_inverse(const Tensor& given) {
    if (given.sizes() != shape_) {
      throw ValueError(
          format("Expected a matrix or batch of matrices of shape torch.Size({}). Got a tensor of shape "
                 "torch.Size({}).",
                 IntArrayRef(shape_), given.sizes()));
    }
    NoGradGuard no_grad;
    const bool transposed = given.size(-2) < given.size(-1);
    Tensor q = transposed ? given.mT() : given;
    if (!trivialized_) return householder_start(q, transposed);
    const int64_t n = q.size(-2), k = q.size(-1);
    if (n == k)
      q = is_orthogonal(q) ? q.clone() : make_orthogonal(q);
    else
      q = make_orthogonal(rushlight::cat({q, randn(leading(q, n, n - k), TensorOptions(q.dtype()))}, -1));
    ModuleEditor::replace(*this, "base", q);
    Tensor start = zeros_like(given);
    start.diagonal(0, -2, -1).fill_(-1.0);
    return start;
  }

  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    auto copy = std::make_shared<OrthogonalImpl>(*this);
    copy->separate({}, device);
    return copy;
  }

 private:
  Tensor base() { return *ModuleEditor::find_buffer(*this, "base"); }
  Tensor householder_start(const Tensor& q, bool transposed) const {
    if (map_ != "householder") {
      throw NotImplementedError(
          "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
          "use_trivialization=False.");
    }
    const auto [a, tau] = geqrf(q);
    Tensor diagonal = a.diagonal(0, -2, -1);
    diagonal.sign_();
    // LAPACK's reflection for a column that needs none is the identity; ours then is its negative
    diagonal.copy_(where(eq(tau, 0.0), neg(diagonal), diagonal));
    return transposed ? a.mT() : a;
  }

  DimVector shape_;
  std::string map_;
  bool trivialized_;
};

// ---- weight norm ----------------------------------------------------------------------------------------------------

class WeightNormImpl final : public Module {
 public:
  explicit WeightNormImpl(std::optional<int64_t> dim) : Module("_WeightNorm"), dim_(dim.value_or(-1)) {}
  Tensor forward(const Tensor& weight_g, const Tensor& weight_v) { return normalized_weight(weight_v, weight_g, dim_); }
  std::tuple<Tensor, Tensor> right_inverse(const Tensor& weight) { return {norm_except_dim(weight, 2, dim_), weight}; }
  std::shared_ptr<Module> clone(const std::optional<Device>&) const override {
    return std::make_shared<WeightNormImpl>(*this);
  }

 private:
  int64_t dim_;
};

// State that was saved by the older nn.utils.weight_norm, under the names of today.
struct RenamesWeightNorm final : Preparation {
  explicit RenamesWeightNorm(std::string tensor_name) : name(std::move(tensor_name)) {}
  void before_load(Module&, NamedTensors& state, const std::string& prefix) override {
    const std::string old[] = {prefix + name + "_g", prefix + name + "_v"};
    const auto find = [&](const std::string& key) {
      return std::find_if(state.begin(), state.end(), [&](const auto& item) { return item.first == key; });
    };
    if (find(old[0]) == state.end() || find(old[1]) == state.end()) return;
    for (int64_t i = 0; i < 2; ++i) find(old[i])->first = cat(prefix, "parametrizations.", name, ".original", i);
  }
  std::string name;
};

// ---- spectral norm --------------------------------------------------------------------------------------------------

class SpectralNormImpl final : public Module {
 public:
  SpectralNormImpl(const Tensor& weight, int64_t n_power_iterations, int64_t dim, double eps)
      : Module("_SpectralNorm"), count_(n_power_iterations), eps_(eps) {
    const int64_t ndim = weight.dim();
    check_index(dim < ndim && dim >= -ndim, "Dimension out of range (expected to be in range of [-{}, {}] but got {})",
                ndim, ndim - 1, dim);
    check_value(n_power_iterations > 0, "Expected n_power_iterations to be positive, but got n_power_iterations={}",
                n_power_iterations);
    dim_ = dim >= 0 ? dim : dim + ndim;
    if (ndim <= 1) return;
    NoGradGuard no_grad;
    const Tensor m = matrix(weight);
    const Tensor u = empty({m.size(0)}, TensorOptions(weight.dtype())).normal_(0, 1);
    const Tensor v = empty({m.size(1)}, TensorOptions(weight.dtype())).normal_(0, 1);
    u_ = register_buffer("_u", unit(u, eps));
    v_ = register_buffer("_v", unit(v, eps));
    power_method(m, 15);
  }

  Tensor forward(const Tensor& weight) {
    if (weight.dim() == 1) return unit(weight, eps_);
    const Tensor m = matrix(weight);
    if (training) power_method(m, count_);
    return div(weight, vdot(u_.clone(), mv(m, v_.clone())));
  }
  Tensor right_inverse(const Tensor& value) { return value; }

  std::vector<Tensor*> tensor_members() override { return {&u_, &v_}; }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    auto copy = std::make_shared<SpectralNormImpl>(*this);
    copy->separate({&copy->u_, &copy->v_}, device);
    return copy;
  }

 private:
  Tensor matrix(const Tensor& weight) const { return with_rows(weight, dim_).flatten(1); }
  void power_method(const Tensor& m, int64_t count) {
    NoGradGuard no_grad;
    for (int64_t i = 0; i < count; ++i) {
      u_.copy_(unit(mv(m, v_), eps_));
      v_.copy_(unit(mv(m.mH(), u_), eps_));
    }
  }
  int64_t count_, dim_ = 0;
  double eps_;
  Tensor u_, v_;
};

}  // namespace

namespace parametrizations {

Module& orthogonal(Module& module, const std::string& name, const std::optional<std::string>& orthogonal_map,
                   bool use_trivialization) {
  const Tensor weight = ModuleEditor::get(module, name);
  check_value(weight.dim() >= 2, "Expected a matrix or batch of matrices. Got a tensor of {} dimensions.",
              weight.dim());
  const bool square = weight.size(-2) == weight.size(-1);
  const std::string map = orthogonal_map.value_or(square || weight.is_complex() ? "matrix_exp" : "householder");
  if (map != "matrix_exp" && map != "cayley" && map != "householder") {
    throw ValueError("orthogonal_map has to be one of \"matrix_exp\", \"cayley\", \"householder\". Got: " + map);
  }
  return parametrize::register_parametrization(module, name,
                                               std::make_shared<OrthogonalImpl>(weight, map, use_trivialization), true);
}

Module& weight_norm(Module& module, const std::string& name, std::optional<int64_t> dim) {
  parametrize::register_parametrization(module, name, std::make_shared<WeightNormImpl>(dim), true);
  ModuleEditor::preparations(module).push_back(std::make_shared<RenamesWeightNorm>(name));
  return module;
}

Module& spectral_norm(Module& module, const std::string& name, int64_t n_power_iterations, double eps,
                      std::optional<int64_t> dim) {
  const Tensor weight = ModuleEditor::get(module, name);
  return parametrize::register_parametrization(
      module, name, std::make_shared<SpectralNormImpl>(weight, n_power_iterations, rows_of(module, dim), eps));
}

}  // namespace parametrizations

// ---- the older hooks --------------------------------------------------------------------------------------------------

namespace {

struct WeightNormHook final : Preparation {
  WeightNormHook(std::string tensor_name, std::optional<int64_t> dimension)
      : name(std::move(tensor_name)), dim(dimension.value_or(-1)) {}
  Tensor value(Module& module) const {
    return normalized_weight(ModuleEditor::get(module, name + "_v"), ModuleEditor::get(module, name + "_g"), dim);
  }
  void before_forward(Module& module, const Tensor*) override { ModuleEditor::compute(module, name, value(module)); }
  std::string name;
  int64_t dim;
};

struct SpectralNormHook final : Preparation {
  SpectralNormHook(std::string tensor_name, int64_t n_power_iterations, int64_t dimension, double epsilon)
      : name(std::move(tensor_name)), count(n_power_iterations), dim(dimension), eps(epsilon) {
    check_value(count > 0, "Expected n_power_iterations to be positive, but got n_power_iterations={}", count);
  }
  Tensor matrix(const Tensor& weight) const { return with_rows(weight, dim).reshape({weight.size(dim), -1}); }
  Tensor value(Module& module, bool iterate) const {
    const Tensor weight = ModuleEditor::get(module, name + "_orig"), m = matrix(weight);
    Tensor u = ModuleEditor::get(module, name + "_u"), v = ModuleEditor::get(module, name + "_v");
    if (iterate) {
      NoGradGuard no_grad;
      for (int64_t i = 0; i < count; ++i) {
        v.copy_(unit(mv(m.t(), u), eps));
        u.copy_(unit(mv(m, v), eps));
      }
      u = u.clone();
      v = v.clone();
    }
    return div(weight, dot(u, mv(m, v)));
  }
  void before_forward(Module& module, const Tensor*) override {
    ModuleEditor::compute(module, name, value(module, module.training));
  }
  // Reads state that was saved before "<name>_v" existed.
  void before_load(Module&, NamedTensors& state, const std::string& prefix) override {
    const std::string key = prefix + name;
    const auto find = [&](const std::string& text) {
      return std::find_if(state.begin(), state.end(), [&](const auto& item) { return item.first == text; });
    };
    const auto original = find(key + "_orig"), weight = find(key), u = find(key + "_u");
    if (original == state.end() || weight == state.end() || u == state.end()) return;
    NoGradGuard no_grad;
    const Tensor sigma = div(original->second, weight->second).mean(), m = matrix(original->second);
    const Tensor gram = linalg::pinv(matmul(m.t(), m));
    const Tensor v = matmul(matmul(gram, m.t()), u->second.unsqueeze(1)).squeeze(1);
    const Tensor scaled = mul(v, div(sigma, dot(u->second, mv(m, v))));
    state.erase(weight);
    state.emplace_back(key + "_v", scaled);
  }
  std::string name;
  int64_t count, dim;
  double eps;
};

template <class Hook>
std::shared_ptr<Hook> hook_of(Module& module, const std::string& name) {
  for (const auto& p : ModuleEditor::preparations(module)) {
    if (auto hook = std::dynamic_pointer_cast<Hook>(p); hook && hook->name == name) return hook;
  }
  return nullptr;
}

// The parameter that a hook is to compute from now on.
template <class Hook>
Tensor parameter_for(Module& module, const std::string& name, const char* hook, const char* class_name) {
  check(!hook_of<Hook>(module, name), "Cannot register two {} hooks on the same parameter {}", hook, name);
  const Tensor* weight = ModuleEditor::find_parameter(module, name);
  check_value(weight && weight->defined(), "`{}` cannot be applied as parameter `{}` is None", class_name, name);
  check_value(!is_lazy(*weight),
              "The module passed to `{}` can't have uninitialized parameters. Make sure to run the dummy forward "
              "before applying {} normalization",
              class_name, std::string_view(hook).substr(0, std::string_view(hook).find('_')));
  ModuleEditor::check_member(module, name, *weight);
  return ModuleEditor::unregister(module, name);
}

template <class Hook>
std::shared_ptr<Hook> take_hook(Module& module, const std::string& name, const char* what) {
  auto hook = hook_of<Hook>(module, name);
  if (!hook) throw ValueError(cat(what, " of '", name, "' not found in ", module.repr()));
  std::erase(ModuleEditor::preparations(module), std::static_pointer_cast<Preparation>(hook));
  return hook;
}

}  // namespace

Module& weight_norm(Module& module, const std::string& name, std::optional<int64_t> dim) {
  warn("`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.");
  auto hook = std::make_shared<WeightNormHook>(name, dim);
  const Tensor weight = parameter_for<WeightNormHook>(module, name, "weight_norm", "WeightNorm");
  module.register_parameter(name + "_g", Parameter(norm_except_dim(weight, 2, hook->dim)));
  module.register_parameter(name + "_v", Parameter(weight));
  ModuleEditor::start_computing(module, name, weight, hook->value(module));
  ModuleEditor::preparations(module).push_back(hook);
  return module;
}

Module& remove_weight_norm(Module& module, const std::string& name) {
  const auto hook = take_hook<WeightNormHook>(module, name, "weight_norm");
  const Tensor weight = hook->value(module);
  ModuleEditor::unregister(module, name + "_g");
  ModuleEditor::unregister(module, name + "_v");
  ModuleEditor::stop_computing(module, name, Parameter(weight), true);
  return module;
}

Module& spectral_norm(Module& module, const std::string& name, int64_t n_power_iterations, double eps,
                      std::optional<int64_t> dim) {
  auto hook = std::make_shared<SpectralNormHook>(name, n_power_iterations, rows_of(module, dim), eps);
  const Tensor weight = parameter_for<SpectralNormHook>(module, name, "spectral_norm", "SpectralNorm");
  Tensor u, v;
  {
    NoGradGuard no_grad;
    const Tensor m = hook->matrix(weight);
    u = unit(empty({m.size(0)}, TensorOptions(weight.dtype())).normal_(0, 1), eps);
    v = unit(empty({m.size(1)}, TensorOptions(weight.dtype())).normal_(0, 1), eps);
  }
  module.register_parameter(name + "_orig", weight, weight.requires_grad());
  ModuleEditor::start_computing(module, name, weight, weight.detach());  // for those who read it before the first call
  module.register_buffer(name + "_u", u);
  module.register_buffer(name + "_v", v);
  ModuleEditor::preparations(module).push_back(hook);
  return module;
}

Module& remove_spectral_norm(Module& module, const std::string& name) {
  const auto hook = take_hook<SpectralNormHook>(module, name, "spectral_norm");
  NoGradGuard no_grad;
  const Tensor weight = hook->value(module, false);
  for (const char* suffix : {"_u", "_v", "_orig"}) ModuleEditor::unregister(module, name + suffix);
  ModuleEditor::stop_computing(module, name, Parameter(weight), true);
  return module;
}

}  // namespace rushlight::nn::utils
