// Random factories and samplers, written as fills of fresh tensors.
#include "cpu/random.h"
#include "dispatch/body.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight {
namespace {

using Source = std::optional<Generator>;

// Filled before it requires a gradient, so that the fill is no part of any history.
Tensor with_flag(Tensor t, const TensorOptions& options) {
  if (options.requires_grad()) t.requires_grad_(true);
  return t;
}
Tensor plain(IntArrayRef size, const TensorOptions& options) { return empty(size, options.requires_grad(false)); }
TensorOptions or_long(const TensorOptions& options) { return options.has_dtype() ? options : options.dtype(kLong); }

}  // namespace

Tensor rand(IntArrayRef size, const Source& generator, TensorOptions options) {
  return with_flag(plain(size, options).uniform_(0, 1, generator), options);
}
Tensor randn(IntArrayRef size, const Source& generator, TensorOptions options) {
  return with_flag(plain(size, options).normal_(0, 1, generator), options);
}
Tensor randint(int64_t high, IntArrayRef size, const Source& generator, TensorOptions options) {
  return randint(0, high, size, generator, options);
}
Tensor randint(int64_t low, int64_t high, IntArrayRef size, const Source& generator, TensorOptions options) {
  return with_flag(plain(size, or_long(options)).random_(low, high, generator), options);
}

Tensor randperm(int64_t n, const Source& generator, TensorOptions options) {
  check(n >= 0, "Trying to create tensor with negative dimension {}: [{}]", n, n);
  const ScalarType dtype = or_long(options).dtype();
  if (is_integral(dtype, true) && dtype != kLong) {
    const int64_t most = dtype == kInt     ? 2147483647
                         : dtype == kShort ? 32767
                         : dtype == kChar  ? 127
                         : dtype == kByte  ? 255
                                           : 1;
    check(n <= most, "value cannot be converted to type {} without overflow (randperm: n={})", dtype_name(dtype), n);
  }
  if (dtype == kHalf) check(n <= 2049, "n cannot be greater than 2049 for Half type.");
  Tensor result = plain(n, TensorOptions(kLong));
  if (n > 0) cpu::fill_permutation(generator ? *generator : default_generator(), result.data_ptr<int64_t>(), n);
  return with_flag(result.to(dtype), options);
}

Tensor rand_like(const Tensor& self, TensorOptions options, std::optional<MemoryFormat> memory_format) {
  return with_flag(empty_like(self, options.requires_grad(false), memory_format).uniform_(0, 1), options);
}
Tensor randn_like(const Tensor& self, TensorOptions options, std::optional<MemoryFormat> memory_format) {
  return with_flag(empty_like(self, options.requires_grad(false), memory_format).normal_(0, 1), options);
}
Tensor randint_like(const Tensor& self, int64_t high, TensorOptions options,
                    std::optional<MemoryFormat> memory_format) {
  return randint_like(self, 0, high, options, memory_format);
}
Tensor randint_like(const Tensor& self, int64_t low, int64_t high, TensorOptions options,
                    std::optional<MemoryFormat> memory_format) {
  return with_flag(empty_like(self, options.requires_grad(false), memory_format).random_(low, high), options);
}

namespace {

// The result with a gradient of zeros for what it was drawn from, as PyTorch has it.
Tensor constant(const Tensor& drawn, const Tensor& from) {
  if (!detail::recording(from)) return drawn;
  return drawn.add(masked_fill(from, ones_like(from.detach(), TensorOptions(kBool)), 0));
}

}  // namespace

Tensor normal(const Tensor& mean, double std, const Source& generator) {
  return constant(empty_like(mean.detach()).normal_(0, std, generator).add(mean.detach()), mean);
}
Tensor normal(double mean, const Tensor& std, const Source& generator) {
  check(std.numel() == 0 || std.detach().min().item().toDouble() >= 0, "normal expects all elements of std >= 0.0");
  return constant(empty_like(std.detach()).normal_(0, 1, generator).mul(std.detach()).add(mean), std);
}
Tensor normal(const Tensor& mean, const Tensor& std, const Source& generator) {
  check(std.numel() == 0 || std.detach().min().item().toDouble() >= 0, "normal expects all elements of std >= 0.0");
  const DimVector sizes = plan::broadcast(mean.sizes(), std.sizes());
  const Tensor drawn = empty(sizes, mean.options()).normal_(0, 1, generator).mul(std.detach()).add(mean.detach());
  return constant(constant(drawn, mean), std);
}
Tensor normal(double mean, double std, IntArrayRef size, const Source& generator, TensorOptions options) {
  return with_flag(plain(size, options).normal_(mean, std, generator), options);
}

Tensor bernoulli(const Tensor& self, const Source& generator) {
  return constant(empty_like(self.detach()).bernoulli_(self.detach(), generator), self);
}
Tensor bernoulli(const Tensor& self, double p, const Source& generator) {
  return empty_like(self).bernoulli_(p, generator);
}

Tensor multinomial(const Tensor& self, int64_t num_samples, bool replacement, const Source& generator) {
  check(self.dim() == 1 || self.dim() == 2, "prob_dist must be 1 or 2 dim (multinomial: got shape {})", self.sizes());
  check(is_floating_point(self.dtype()), "multinomial only supports floating-point dtypes for input, got: {}",
        to_string(self.dtype()));
  const int64_t n = self.size(-1);
  check(num_samples > 0, "cannot sample n_sample <= 0 samples");
  check(replacement || num_samples <= n,
        "cannot sample n_sample > prob_dist.size(-1) samples without replacement (n_sample {}, size {})", num_samples,
        n);
  const Tensor weights = self.detach();
  if (self.numel() > 0) {
    if (!replacement) {
      check(weights.ge(0).logical_and(weights.lt(__builtin_inf())).all().item<bool>(),
            "probability tensor contains either `inf`, `nan` or element < 0");
    }
    check(weights.min().item().toDouble() >= 0,
          "invalid multinomial distribution (encountering probability entry < 0)");
    check(weights.max().item().toDouble() < __builtin_inf(),
          "invalid multinomial distribution (encountering probability entry = infinity or NaN)");
    check(weights.sum(IntArrayRef{-1}).min().item().toDouble() > 0,
          "invalid multinomial distribution (sum of probabilities <= 0)");
  }
  // The largest of weight / exponential is drawn with the right probability; the largest k are k draws without return.
  if (!replacement || num_samples == 1) {
    const Tensor race = weights.div(empty_like(weights).exponential_(1, generator));
    return num_samples == 1 ? race.argmax(-1, true) : std::get<1>(race.topk(num_samples, -1));
  }
  const Tensor rows = weights.dim() == 1 ? weights.unsqueeze(0) : weights;
  const Tensor sums = rows.cumsum(-1), total = sums.slice(1, n - 1, n, 1);
  const Tensor drawn = _draw(sums.div(total), num_samples, generator);
  return weights.dim() == 1 ? drawn.squeeze(0) : drawn;
}

}  // namespace rushlight
