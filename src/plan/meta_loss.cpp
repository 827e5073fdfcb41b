// Checks and results of the fused losses.
#include "plan/meta_loss.h"

namespace rushlight::meta {
namespace {

void check_classes(const char* op, const Tensor& input, const Tensor& target, const Tensor& weight, int64_t reduction) {
  check_not_implemented(is_floating_point(input.dtype()),
                        "\"{}\" not implemented for '{}'; convert the input with to() first", op,
                        to_string(input.dtype()));
  check(input.dim() == 2, "{}: expected an input of shape [N, C], but got {}", op, input.sizes());
  check(target.dtype() == kLong || target.dtype() == kByte,
        "expected target dtype to be Long or Byte, but got {} (convert it with to(torch.int64))",
        to_string(target.dtype()));
  check(target.dim() == 1 && target.sizes()[0] == input.sizes()[0], "{}: expected a target of shape [{}], but got {}",
        op, input.sizes()[0], target.sizes());
  const int64_t classes = input.sizes()[1];
  check(!weight.defined() || (weight.dim() == 1 && weight.numel() == classes),
        "weight tensor should be defined either for all {} classes or no classes but got weight tensor of shape: {}",
        classes, weight.defined() ? DimVector(weight.sizes()).vec() : std::vector<int64_t>());
  check(!weight.defined() || weight.dtype() == input.dtype(),
        "expected scalar type {} but found {} (the dtype of weight must be the input's)", to_string(input.dtype()),
        to_string(weight.defined() ? weight.dtype() : input.dtype()));
  check_value(reduction >= 0 && reduction <= 2, "{}: {} is not a valid value for reduction (0 none, 1 mean, 2 sum)", op,
              reduction);
}

Meta loss_of(const Tensor& input, int64_t reduction) {
  if (reduction == 0) return {input.sizes().slice(0, 1), input.dtype()};
  return {IntArrayRef(), input.dtype()};
}
ScalarType wide(ScalarType t) { return t == kDouble ? kDouble : kFloat; }

}  // namespace

std::array<Meta, 3> cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t reduction) {
  check_classes("cross_entropy", input, target, weight, reduction);
  return {loss_of(input, reduction), Meta(input.sizes().slice(0, 1), wide(input.dtype())),
          Meta(IntArrayRef(), wide(input.dtype()))};
}

std::array<Meta, 2> nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t reduction) {
  check_classes("nll_loss", input, target, weight, reduction);
  return {loss_of(input, reduction), Meta(IntArrayRef(), wide(input.dtype()))};
}

Meta mse_loss(const Tensor& input, const Tensor& target, int64_t reduction) {
  check_not_implemented(is_floating_point(input.dtype()),
                        "\"mse_cpu\" not implemented for '{}'; convert the input with to() first",
                        to_string(input.dtype()));
  check(input.dtype() == target.dtype() && input.sizes() == target.sizes(),
        "_mse_loss: expected two tensors of one shape and dtype, but got {} {} and {} {}", input.sizes(),
        to_string(input.dtype()), target.sizes(), to_string(target.dtype()));
  check_value(reduction == 1 || reduction == 2, "_mse_loss: {} is not a valid value for reduction (1 mean, 2 sum)",
              reduction);
  return {IntArrayRef(), input.dtype()};
}

}  // namespace rushlight::meta
