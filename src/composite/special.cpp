// Special functions written as other ops.
#include "dispatch/body.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {

std::tuple<Tensor, Tensor> frexp(const Tensor& self) {
  check(self.is_floating_point(), "torch.frexp() only supports floating-point dtypes, but got {}",
        to_string(self.dtype()));
  Tensor exponent;
  {
    NoGradGuard guard;
    exponent = _frexp_exponent(self).to(kInt);
  }
  return {_frexp_mantissa(self), exponent};
}

}  // namespace rushlight
