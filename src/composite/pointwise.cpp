// Pointwise ops written as other ops: clamping, rounding modes, activations with their nn.functional signatures.
#include <algorithm>
#include <cmath>

#include "dispatch/body.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

template <class Divisor>
Tensor div_rounded(const Tensor& self, const Divisor& other, std::optional<std::string_view> mode) {
  if (!mode) return div(self, other);
  if (*mode == "trunc") return _div_trunc(self, other);
  check(*mode == "floor", "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{}'", *mode);
  return _div_floor(self, other);
}

// An in-place result must fit self's dtype.
void check_cast(const char* op, const Tensor& result, const Tensor& self) {
  check(can_cast(result.dtype(), self.dtype()), "result type {} can't be cast to the desired output type {} ({})",
        to_string(result.dtype()), to_string(self.dtype()), std::string_view(op));
}

// What an in-place composite computes from: a copy where the graph keeps what the write would overwrite.
Tensor source_of(const Tensor& self) { return detail::recording(self) ? self.clone() : self; }

}  // namespace

Tensor div(const Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode) {
  return div_rounded(self, other, rounding_mode);
}
Tensor div(const Tensor& self, const Scalar& other, std::optional<std::string_view> rounding_mode) {
  return div_rounded(self, other, rounding_mode);
}
Tensor& div_(Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode) {
  return rounding_mode ? self.copy_(div_rounded(source_of(self), other, rounding_mode)) : div_(self, other);
}
Tensor& div_(Tensor& self, const Scalar& other, std::optional<std::string_view> rounding_mode) {
  return rounding_mode ? self.copy_(div_rounded(source_of(self), other, rounding_mode)) : div_(self, other);
}

Tensor float_power(const Tensor& self, const Tensor& exponent) {
  const ScalarType wide = is_complex(self.dtype()) || is_complex(exponent.dtype()) ? kComplexDouble : kDouble;
  return pow(self.to(wide), exponent.to(wide));
}
Tensor float_power(const Tensor& self, const Scalar& exponent) {
  if (is_complex(self.dtype()) || exponent.isComplex()) {
    return pow(self.to(kComplexDouble), Scalar(exponent.toComplexDouble()));
  }
  return pow(self.to(kDouble), Scalar(exponent.toDouble()));
}
Tensor float_power(const Scalar& self, const Tensor& exponent) {
  if (is_complex(exponent.dtype()) || self.isComplex()) {
    return pow(Scalar(self.toComplexDouble()), exponent.to(kComplexDouble));
  }
  return pow(Scalar(self.toDouble()), exponent.to(kDouble));
}

Tensor polygamma(int64_t n, const Tensor& self) {
  check(n >= 0, "polygamma(n, x) does not support negative n, but got {}", n);
  if (n == 0) return digamma(self);
  if (n == 1) return _trigamma(self);
  return _polygamma(self, n);
}
Tensor& polygamma_(Tensor& self, int64_t n) {
  const Tensor result = polygamma(n, source_of(self));
  check_cast("polygamma_", result, self);
  return self.copy_(result);
}

Tensor square(const Tensor& self) { return pow(self, Scalar(2)); }
Tensor& square_(Tensor& self) { return pow_(self, Scalar(2)); }

Tensor positive(const Tensor& self) {
  check(self.dtype() != kBool, "The `+` operator, on a bool tensor is not supported.");
  return self;
}

Tensor logit(const Tensor& self, std::optional<double> eps) {
  if (!eps) return logit(self);
  const Tensor x = self.is_floating_point() ? self : self.to(get_default_dtype());
  return logit(clamp(x, Scalar(*eps), Scalar(1 - *eps)));
}
Tensor& logit_(Tensor& self, std::optional<double> eps) {
  if (!eps) return logit_(self);
  const Tensor result = logit(source_of(self), eps);
  check_cast("logit_", result, self);
  return self.copy_(result);
}

Tensor isposinf(const Tensor& self) {
  return self.is_floating_point() ? eq(self, __builtin_inf()) : zeros_like(self, TensorOptions(kBool));
}
Tensor isneginf(const Tensor& self) {
  return self.is_floating_point() ? eq(self, -__builtin_inf()) : zeros_like(self, TensorOptions(kBool));
}

Tensor round(const Tensor& self, int64_t decimals) {
  check_not_implemented(self.is_floating_point(), "\"round_cpu\" not implemented for '{}'; integers are round",
                        to_string(self.dtype()));
  if (decimals == 0) return round(self);
  double scale = 1;  // 10^309 is infinite
  for (int64_t i = std::clamp<int64_t>(decimals, -309, 309); i != 0; i += i < 0 ? 1 : -1) scale *= 10;
  return decimals > 0 ? _round_scaled(self, scale) : _round_multiples(self, scale);
}

Tensor& round_(Tensor& self, int64_t decimals) { return self.copy_(round(source_of(self), decimals)); }

Tensor nan_to_num(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  if (!self.is_floating_point()) return self.clone();
  const double largest = self.dtype() == kDouble     ? 1.7976931348623157e308
                         : self.dtype() == kHalf     ? 65504.0
                         : self.dtype() == kBFloat16 ? 3.3895313892515355e38
                                                     : 3.4028234663852886e38;
  return _nan_to_num(self, nan.value_or(0), posinf.value_or(largest), neginf.value_or(-largest));
}
Tensor& nan_to_num_(Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                    std::optional<double> neginf) {
  return self.copy_(nan_to_num(source_of(self), nan, posinf, neginf));
}

Tensor bitwise_not(const Tensor& self) { return self.dtype() == kBool ? logical_not(self) : _bitwise_not(self); }
Tensor& bitwise_not_(Tensor& self) { return self.copy_(bitwise_not(self)); }

Tensor clamp(const Tensor& self, const std::optional<Scalar>& min, const std::optional<Scalar>& max) {
  check(min || max, "torch.clamp: At least one of 'min' or 'max' must not be None");
  if (min && max) return _clamp(self, *min, *max);
  return min ? clamp_min(self, *min) : clamp_max(self, *max);
}
Tensor clamp(const Tensor& self, const Tensor& min, const Tensor& max) {
  check(min.defined() || max.defined(), "torch.clamp: At least one of 'min' or 'max' must not be None");
  if (min.defined() && max.defined() && self.is_floating_point() && self.dtype() == min.dtype() &&
      self.dtype() == max.dtype())
    return _clamp_tensors(self, min, max);
  Tensor result = min.defined() ? clamp_min(self, min) : self;
  return max.defined() ? clamp_max(result, max) : result;
}
Tensor& clamp_(Tensor& self, const std::optional<Scalar>& min, const std::optional<Scalar>& max) {
  check(min || max, "torch.clamp: At least one of 'min' or 'max' must not be None");
  if (min && max) return _clamp_(self, *min, *max);
  return min ? clamp_min_(self, *min) : clamp_max_(self, *max);
}
Tensor& clamp_(Tensor& self, const Tensor& min, const Tensor& max) {
  return self.copy_(clamp(source_of(self), min, max));
}

Tensor selu(const Tensor& self) { return _elu(self, 1.6732632423543772, 1.0507009873554805, 1.0); }
Tensor celu(const Tensor& self, double alpha) {
  check(alpha != 0, "ZeroDivisionError: alpha cannot be 0 for CELU");
  return _elu(self, alpha, 1.0, 1.0 / alpha);
}
Tensor prelu_plain(const Tensor& self, const Tensor& weight) {
  const int64_t channels = self.dim() >= 2 ? self.size(1) : 1;
  check(self.dim() > 0 || weight.numel() == 1, "Not allow zero-dim input tensor. (prelu: {} weights)", weight.numel());
  check(weight.dim() <= 1, "prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {}", weight.dim());
  check(weight.numel() == 1 || weight.numel() == channels,
        "Mismatch of parameter numbers and input channel size. Found parameter numbers = {} and channel size = {}.",
        weight.numel(), channels);
  DimVector shape(static_cast<size_t>(self.dim()), 1);
  if (self.dim() >= 2) shape[1] = weight.numel();
  Tensor w = self.dim() == 0 ? weight.reshape({}) : weight.reshape(shape);
  return _prelu(self, w);
}
Tensor threshold(const Tensor& self, const Scalar& threshold, const Scalar& value) {
  return _threshold(self, threshold, value);
}

Tensor isclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  check(self.dtype() == other.dtype(), "{} did not match {}", to_string(self.dtype()), to_string(other.dtype()));
  check(rtol >= 0 && atol >= 0, "rtol and atol must be greater than or equal to zero, but got {} and {}", rtol, atol);
  Tensor close = eq(self, other);
  if (equal_nan && is_differentiable(self.dtype())) close = logical_or(close, logical_and(isnan(self), isnan(other)));
  if (rtol == 0 && atol == 0) return close;
  Tensor a = self, b = other;
  if (!is_differentiable(self.dtype())) {
    a = self.to(kDouble);
    b = other.to(kDouble);
  }
  Tensor allowed = add(mul(abs(b), rtol), atol);
  Tensor error = abs(sub(a, b));
  return logical_or(close, logical_and(isfinite(error), le(error, allowed)));
}
bool allclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  return all(isclose(self, other, rtol, atol, equal_nan)).item<bool>();
}
bool equal(const Tensor& self, const Tensor& other) {
  if (self.sizes() != other.sizes()) return false;
  return all(eq(self, other)).item<bool>();
}
Tensor isreal(const Tensor& self) {
  return is_complex(self.dtype()) ? eq(imag(self), 0) : ones_like(self, TensorOptions(kBool));
}

Tensor sum_to_size(const Tensor& self, IntArrayRef size) {
  const int64_t lead = self.dim() - static_cast<int64_t>(size.size());
  bool fits = lead >= 0;
  DimVector dims;
  for (int64_t i = 0; fits && i < self.dim(); ++i) {
    const int64_t have = self.sizes()[i], want = i < lead ? 1 : size[i - lead];
    fits = i < lead || have == want || want == 1;
    if (i < lead || (want == 1 && have != 1)) dims.push_back(i);
  }
  check(fits, "size {} is not expandable to size {}.", size, self.sizes());
  if (size.empty()) return sum(self);
  Tensor result = dims.empty() ? self : sum(self, dims, true);
  return lead > 0 ? result.view(size) : result;
}

namespace nn::functional {
namespace {

// An activation with `inplace`: writes into input and returns it, as PyTorch does.
template <class InPlace, class New>
Tensor either(const Tensor& input, bool inplace, const InPlace& write, const New& make) {
  if (!inplace) return make();
  write(const_cast<Tensor&>(input));
  return input;
}

}  // namespace

#define RL_EITHER(write, make) return either(input, inplace, [&](Tensor& x) { write; }, [&] { return make; })

Tensor relu(const Tensor& input, bool inplace) { RL_EITHER(rushlight::relu_(x), rushlight::relu(input)); }
Tensor& relu_(Tensor& input) { return rushlight::relu_(input); }
Tensor sigmoid(const Tensor& input) { return rushlight::sigmoid(input); }
Tensor tanh(const Tensor& input) { return rushlight::tanh(input); }
Tensor gelu(const Tensor& input, std::string_view approximate) {
  check(approximate == "none" || approximate == "tanh",
        "approximate argument must be either none or tanh, but got '{}'", approximate);
  return approximate == "none" ? _gelu(input) : _gelu_tanh(input);
}
Tensor silu(const Tensor& input, bool inplace) { RL_EITHER(_silu_(x), _silu(input)); }
Tensor mish(const Tensor& input, bool inplace) {
  const Tensor x = inplace ? source_of(input) : input;
  Tensor result = mul(x, rushlight::tanh(_softplus(x, 1.0, 20.0)));
  return inplace ? const_cast<Tensor&>(input).copy_(result) : result;
}
Tensor elu(const Tensor& input, double alpha, bool inplace) {
  RL_EITHER(_elu_(x, alpha, 1.0, 1.0), _elu(input, alpha, 1.0, 1.0));
}
Tensor selu(const Tensor& input, bool inplace) {
  constexpr double alpha = 1.6732632423543772, scale = 1.0507009873554805;
  RL_EITHER(_elu_(x, alpha, scale, 1.0), _elu(input, alpha, scale, 1.0));
}
Tensor celu(const Tensor& input, double alpha, bool inplace) {
  check(alpha != 0, "ZeroDivisionError: alpha cannot be 0 for CELU");
  RL_EITHER(_elu_(x, alpha, 1.0, 1.0 / alpha), _elu(input, alpha, 1.0, 1.0 / alpha));
}
Tensor leaky_relu(const Tensor& input, double negative_slope, bool inplace) {
  RL_EITHER(_leaky_relu_(x, negative_slope), _leaky_relu(input, negative_slope));
}
Tensor prelu_plain(const Tensor& input, const Tensor& weight) { return rushlight::prelu(input, weight); }
Tensor hardtanh(const Tensor& input, double min_val, double max_val, bool inplace) {
  check_value(min_val <= max_val, "min_val cannot be greater than max_val, but got {} and {}", min_val, max_val);
  RL_EITHER(_hardtanh_(x, min_val, max_val), _hardtanh(input, min_val, max_val));
}
Tensor relu6(const Tensor& input, bool inplace) { return hardtanh(input, 0, 6, inplace); }
Tensor softplus(const Tensor& input, double beta, double threshold) { return _softplus(input, beta, threshold); }
Tensor softsign(const Tensor& input) { return div(input, add(abs(input), 1)); }
Tensor logsigmoid(const Tensor& input) { return _logsigmoid(input); }
Tensor tanhshrink(const Tensor& input) { return sub(input, rushlight::tanh(input)); }
Tensor hardswish(const Tensor& input, bool inplace) { RL_EITHER(_hardswish_(x), _hardswish(input)); }
Tensor hardsigmoid(const Tensor& input, bool inplace) { RL_EITHER(_hardsigmoid_(x), _hardsigmoid(input)); }
Tensor threshold(const Tensor& input, double threshold, double value, bool inplace) {
  RL_EITHER(_threshold_(x, threshold, value), _threshold(input, threshold, value));
}
Tensor hardshrink(const Tensor& input, double lambd) { return rushlight::hardshrink(input, lambd); }
Tensor softshrink(const Tensor& input, double lambd) {
  check(lambd >= 0, "lambda must be in range [0, 3.40282e+38] for input dtype {}, but found {}",
        to_string(input.dtype()), lambd);
  return _softshrink(input, lambd);
}
#undef RL_EITHER

}  // namespace nn::functional
}  // namespace rushlight
