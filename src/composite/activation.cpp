// Activations that are not pointwise: the softmax family and the gated linear unit.
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {
namespace {

// PyTorch's choice when no dim is given: 0 for 0-d, 1-d and 3-d inputs, else 1.
int64_t softmax_dim(std::string_view name, std::optional<int64_t> dim, int64_t ndim) {
  if (dim) return *dim;
  warn(format("Implicit dimension choice for {} has been deprecated. Change the call to include dim=X as an argument.",
              name));
  return ndim == 0 || ndim == 1 || ndim == 3 ? 0 : 1;
}

}  // namespace

Tensor softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  return _softmax(dtype ? self.to(*dtype) : self, dim);
}
Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  return _log_softmax(dtype ? self.to(*dtype) : self, dim);
}

namespace nn::functional {

Tensor softmax(const Tensor& input, std::optional<int64_t> dim, int64_t, std::optional<ScalarType> dtype) {
  return rushlight::softmax(input, softmax_dim("softmax", dim, input.dim()), dtype);
}
Tensor log_softmax(const Tensor& input, std::optional<int64_t> dim, int64_t, std::optional<ScalarType> dtype) {
  return rushlight::log_softmax(input, softmax_dim("log_softmax", dim, input.dim()), dtype);
}
Tensor softmin(const Tensor& input, std::optional<int64_t> dim, int64_t, std::optional<ScalarType> dtype) {
  return rushlight::softmax(neg(input), softmax_dim("softmin", dim, input.dim()), dtype);
}

Tensor gumbel_softmax(const Tensor& logits, double tau, bool hard, double eps, int64_t dim) {
  if (eps != 1e-10) warn("`eps` parameter is deprecated and has no effect.");
  Tensor noise = empty(logits.sizes(), logits.options());
  noise.exponential_();
  const Tensor soft = rushlight::softmax(div(sub(logits, log(noise)), tau), dim);
  if (!hard) return soft;
  const Tensor index = std::get<1>(rushlight::max(soft, dim, true));
  const Tensor one_hot = zeros(logits.sizes(), logits.options()).scatter(dim, index, Scalar(1.0));
  return add(sub(one_hot, soft.detach()), soft);
}

Tensor glu(const Tensor& input, int64_t dim) {
  check_not_implemented(!is_complex(input.dtype()), "\"glu_cpu\" not implemented for '{}'", to_string(input.dtype()));
  return _glu(input, dim);
}

}  // namespace nn::functional
}  // namespace rushlight
