// Complex numbers: parts, conjugates, and numbers from parts.
#include "rushlight/ops.h"

namespace rushlight {

Tensor real(const Tensor& self) { return is_complex(self.dtype()) ? view_as_real(self).select(-1, 0) : self; }

Tensor imag(const Tensor& self) {
  check(is_complex(self.dtype()), "imag is not implemented for tensors with non-complex dtypes. (got {})",
        to_string(self.dtype()));
  return view_as_real(self).select(-1, 1);
}

Tensor conj(const Tensor& self) { return is_complex(self.dtype()) ? _conj(self) : self; }
Tensor conj_physical(const Tensor& self) { return conj(self); }
Tensor& conj_physical_(Tensor& self) { return is_complex(self.dtype()) ? _conj_(self) : self; }
Tensor resolve_conj(const Tensor& self) { return self; }
Tensor resolve_neg(const Tensor& self) { return self; }

namespace {

void check_parts(const Tensor& a, const Tensor& b) {
  const auto floating = [](const Tensor& t) {
    return t.dtype() == kHalf || t.dtype() == kFloat || t.dtype() == kDouble;
  };
  check(floating(a) && floating(b), "Expected both inputs to be Half, Float or Double tensors but got {} and {}",
        to_string(a.dtype()), to_string(b.dtype()));
  check(a.dtype() == b.dtype(), "Expected object of scalar type {} but got scalar type {} for second argument",
        to_string(a.dtype()), to_string(b.dtype()));
  check_not_implemented(a.dtype() != kHalf, "complex: there is no complex32 arithmetic; convert the parts to float32");
}

}  // namespace

Tensor complex(const Tensor& real, const Tensor& imag) {
  check_parts(real, imag);
  const std::vector<Tensor> parts = broadcast_tensors({real, imag});
  return view_as_complex(stack(parts, -1));
}

Tensor polar_plain(const Tensor& abs, const Tensor& angle) {
  check_parts(abs, angle);
  return rushlight::complex(mul(abs, cos(angle)), mul(abs, sin(angle)));
}

}  // namespace rushlight
