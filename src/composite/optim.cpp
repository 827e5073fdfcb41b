// Optimizer steps that need products and norms of whole tensors: Adafactor and Muon, written as other operations.
#include <algorithm>
#include <cmath>
#include <optional>

#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight::_optim {
namespace {

double epsilon(ScalarType dtype) {
  switch (dtype) {
    case kDouble:
      return 0x1p-52;
    case kHalf:
      return 0x1p-10;
    case kBFloat16:
      return 0x1p-7;
    default:
      return 0x1p-23;
  }
}

// The root of the mean square times the root of the number of elements.
double length(const Tensor& t) { return rushlight::norm(t).item<double>(); }
double root_of_numel(const Tensor& t) { return std::sqrt(static_cast<double>(t.numel())); }

// Mean of the squares along one dimension, without a tensor of all squares.
Tensor mean_square(const Tensor& grad, int64_t dim) {
  return rushlight::norm(grad, 2, dim, true).square_().div_(grad.size(dim));
}

void check_lists(const char* op, const char* name, size_t got, size_t expected) {
  check(got == expected, "{}: expected {} tensors in {}, one per parameter, but got {}", op, expected, name, got);
}
void check_pair(const char* op, size_t i, const Tensor& param, const Tensor& grad) {
  check(param.defined() && grad.defined(), "{}: params[{}] or its gradient is an undefined tensor", op, i);
  check(param.sizes() == grad.sizes(), "{}: grads[{}] has shape {}, but params[{}] has shape {}", op, i, grad.sizes(),
        i, param.sizes());
}

// Note [Orthogonal directions]
// The singular values of a matrix of norm 1 are driven towards 1 by x -> a x + b x^3 + c x^5, applied a few times to the
// matrix itself: no decomposition, only products, and bfloat16 is enough (Jordan, "Muon", 2024).
Tensor orthogonal(const Tensor& direction, ArrayRef<double> coefficients, double eps, int64_t steps) {
  const bool tall = direction.size(0) > direction.size(1);
  Tensor x = direction.to(kBFloat16, /*non_blocking=*/false, /*copy=*/true);
  if (tall) x = x.t();
  x.div_(rushlight::norm(x).clamp_(eps));
  for (int64_t i = 0; i < steps; ++i) {
    const Tensor gram = x.matmul(x.t());
    x = rushlight::addmm(x, rushlight::addmm(gram, gram, gram, coefficients[1], coefficients[2]), x, coefficients[0]);
  }
  return tall ? x.t() : x;
}

double adjusted(double lr, std::optional<std::string_view> how, const Tensor& param) {
  const double rows = static_cast<double>(param.size(0)), columns = static_cast<double>(param.size(1));
  if (!how || *how == "original") return lr * std::sqrt(std::max(1.0, rows / columns));
  check_value(*how == "match_rms_adamw", "Adjust learning rate function {} is not supported", *how);
  return lr * (0.2 * std::sqrt(std::max(rows, columns)));
}

}  // namespace

void adafactor_(TensorList params, TensorList grads, TensorList row_vars, TensorList col_vars, TensorList variances,
                TensorList steps, double lr, double beta2_decay, std::optional<double> eps1, double eps2, double d,
                double weight_decay, bool maximize) {
  constexpr const char* kOp = "_optim.adafactor_";
  NoGradGuard guard;
  check_lists(kOp, "grads", grads.size(), params.size());
  check_lists(kOp, "row_vars", row_vars.size(), params.size());
  check_lists(kOp, "col_vars", col_vars.size(), params.size());
  check_lists(kOp, "variances", variances.size(), params.size());
  check_lists(kOp, "steps", steps.size(), params.size());
  for (size_t i = 0; i < params.size(); ++i) {
    const Tensor &param = params[i], &step = steps[i];
    check_pair(kOp, i, param, grads[i]);
    check(!is_complex(param.dtype()), "Adafactor does not support complex parameters (parameter {})", i);
    check(step.defined() && step.numel() == 1, "{}: steps[{}] must hold one number", kOp, i);
    const Tensor grad = maximize ? grads[i].neg() : grads[i];
    if (!eps1) eps1 = epsilon(param.dtype());  // the first parameter's, as in PyTorch
    const double count = step.add_(1).item<double>();
    const double weight = std::pow(count, beta2_decay), rho = std::min(lr, 1 / std::sqrt(count));
    const double alpha = std::max(eps2, length(param) / root_of_numel(param)) * rho;
    if (weight_decay != 0) param.mul_(1 - lr * weight_decay);
    Tensor estimate;
    if (grad.dim() > 1) {
      const Tensor &rows = row_vars[i], &columns = col_vars[i];
      check(rows.defined() && columns.defined(),
            "row_var and col_var should be defined when grad is multidimensional (parameter {})", i);
      rows.lerp_(mean_square(grad, -1), weight);
      columns.lerp_(mean_square(grad, -2), weight);
      estimate = rows.matmul(columns);
      estimate.div_(rows.mean(-2, true).clamp_(*eps1));
    } else {
      const Tensor& variance = variances[i];
      check(variance.defined(), "variance should be defined when grad is a vector (parameter {})", i);
      variance.lerp_(grad * grad, weight);
      estimate = variance.clone();
    }
    const Tensor update = estimate.clamp_(*eps1 * *eps1).rsqrt_().mul_(grad);
    const double clip = std::max(1.0, length(update) / (root_of_numel(update) * d));
    param.add_(update, -alpha / clip);
  }
}

void muon_(TensorList params, TensorList grads, TensorList momentum_buffers, double lr, double weight_decay,
           double momentum, bool nesterov, ArrayRef<double> ns_coefficients, double eps, int64_t ns_steps,
           std::optional<std::string_view> adjust_lr_fn) {
  constexpr const char* kOp = "_optim.muon_";
  NoGradGuard guard;
  check_value(ns_steps < 100, "Number of steps must be less than 100 for computational efficiency, but got {}",
              ns_steps);
  check_value(ns_coefficients.size() == 3, "Coefficients must be a tuple of exactly 3 values, but got {}",
              ns_coefficients.size());
  check_lists(kOp, "grads", grads.size(), params.size());
  check_lists(kOp, "momentum_buffers", momentum_buffers.size(), params.size());
  for (size_t i = 0; i < params.size(); ++i) {
    const Tensor &param = params[i], &buffer = momentum_buffers[i];
    const Tensor& grad = grads[i];
    check_pair(kOp, i, param, grad);
    check_value(grad.dim() == 2, "Param gradient must be a 2D matrix, but parameter {} has shape {}", i, grad.sizes());
    check(!is_complex(param.dtype()), "Muon does not support complex parameters (parameter {})", i);
    check(buffer.defined() && buffer.sizes() == param.sizes(), "{}: momentum_buffers[{}] must have the shape {}", kOp,
          i, param.sizes());
    buffer.lerp_(grad, 1 - momentum);
    const Tensor update = orthogonal(nesterov ? grad.lerp(buffer, momentum) : buffer, ns_coefficients, eps, ns_steps);
    param.mul_(1 - lr * weight_decay);
    param.add_(update, -adjusted(lr, adjust_lr_fn, param));
  }
}

void sparse_adam_(TensorList params, TensorList grads, TensorList exp_avgs, TensorList exp_avg_sqs, IntArrayRef steps,
                  double lr, double beta1, double beta2, double eps, bool maximize) {
  constexpr const char* kOp = "_optim.sparse_adam_";
  NoGradGuard guard;
  check_lists(kOp, "grads", grads.size(), params.size());
  check_lists(kOp, "exp_avgs", exp_avgs.size(), params.size());
  check_lists(kOp, "exp_avg_sqs", exp_avg_sqs.size(), params.size());
  check_lists(kOp, "steps", steps.size(), params.size());
  for (size_t i = 0; i < params.size(); ++i) {
    check_pair(kOp, i, params[i], grads[i]);
    check_pair(kOp, i, params[i], exp_avgs[i]);
    check_pair(kOp, i, params[i], exp_avg_sqs[i]);
    // A number is a row of one element.
    const auto rows = [](const Tensor& t) { return t.dim() == 0 ? t.unsqueeze(0) : t; };
    Tensor param = rows(params[i]), mean = rows(exp_avgs[i]), square = rows(exp_avg_sqs[i]);
    const Tensor all = rows(grads[i]);
    const Tensor touched = all.dim() == 1 ? all.ne(0) : all.flatten(1).ne(0).any(1);
    const Tensor index = touched.nonzero().flatten();
    if (index.numel() == 0) continue;
    Tensor grad = all.index_select(0, index);
    if (maximize) grad = grad.neg();
    Tensor old = mean.index_select(0, index), old_square = square.index_select(0, index);
    const Tensor change = (grad - old).mul_(1 - beta1), change_square = (grad.pow(2) - old_square).mul_(1 - beta2);
    mean.index_add_(0, index, change);
    square.index_add_(0, index, change_square);
    const double step = static_cast<double>(steps[i]);
    const double size = lr * std::sqrt(1 - std::pow(beta2, step)) / (1 - std::pow(beta1, step));
    const Tensor divisor = change_square.add(old_square).sqrt_().add_(eps);
    param.index_add_(0, index, change.add(old).div_(divisor).mul_(-size));
  }
}

}  // namespace rushlight::_optim
