// In-place forms of ops written as other ops: the result is computed, checked and copied back.
#include "dispatch/autocast.h"
#include "dispatch/body.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

Tensor& overwrite(const char* op, Tensor& self, const Tensor& result) {
  check(self.sizes() == result.sizes(),
        "Bad in-place call: input tensor size {} and output tensor size {} should match ({}: an in-place result keeps "
        "self's shape)",
        self.sizes(), result.sizes(), std::string_view(op));
  check(can_cast(result.dtype(), self.dtype()), "result type {} can't be cast to the desired output type {} ({})",
        to_string(result.dtype()), to_string(self.dtype()), std::string_view(op));
  return self.copy_(result);
}

}  // namespace

Tensor& addbmm_(Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta, const Scalar& alpha) {
  const detail::NoAutocast off;  // what is written in place is not cast
  const Tensor result = addbmm(self, batch1, batch2, beta, alpha);
  if (self.sizes() != result.sizes()) {  // PyTorch's addbmm_ takes the result's shape
    const NoGradGuard guard;
    self.resize_(result.sizes());
  }
  return overwrite("addbmm_", self, result);
}
Tensor& addmv_(Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta, const Scalar& alpha) {
  return overwrite("addmv_", self, addmv(self, mat, vec, beta, alpha));
}
Tensor& addr_(Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& beta, const Scalar& alpha) {
  check(self.dim() == 2, "2D tensor expected, got {}D tensor for input (addr_)", self.dim());
  return overwrite("addr_", self, addr(self, vec1, vec2, beta, alpha));
}

Tensor& fill_diagonal_(Tensor& self, const Scalar& fill_value, bool wrap) {
  check(self.dim() >= 2, "dimensions must larger than 1 (fill_diagonal_: got shape {})", self.sizes());
  if (self.dim() == 2) {
    const int64_t height = self.size(0), width = self.size(1);
    for (int64_t row = 0; row < height && width > 0; row += width + 1) {
      self.slice(0, row, height).diagonal().fill_(fill_value);
      if (!wrap) break;
    }
    return self;
  }
  int64_t stride = 0;
  for (int64_t d = 0; d < self.dim(); ++d) {
    check(self.size(d) == self.size(0),
          "all dimensions of input must be of equal length (fill_diagonal_: got shape {})", self.sizes());
    stride += self.strides()[d];
  }
  if (self.size(0) > 0) self.as_strided(self.size(0), stride, self.storage_offset()).fill_(fill_value);
  return self;
}

namespace {

Tensor& to_power(Tensor& self, const Tensor& result) {
  check(self.dtype() == result.dtype(),
        "the base given to float_power_ has dtype {} but the operation's result requires dtype {}",
        to_string(self.dtype()), to_string(result.dtype()));
  check(self.sizes() == result.sizes(), "output with shape {} doesn't match the broadcast shape {} (float_power_)",
        self.sizes(), result.sizes());
  return self.copy_(result);
}

}  // namespace

// The graph keeps the base, which the write overwrites: then the power is taken of a copy.
Tensor& float_power_(Tensor& self, const Tensor& exponent) {
  return to_power(self, float_power(detail::recording(self, exponent) ? self.clone() : self, exponent));
}
Tensor& float_power_(Tensor& self, const Scalar& exponent) {
  return to_power(self, float_power(detail::recording(self) ? self.clone() : self, exponent));
}

}  // namespace rushlight
