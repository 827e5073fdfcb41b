// Shapes and argument checks of indexing, scattering, masking, counting and sorting.
#include "plan/meta_index.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "plan/check_dtype.h"
#include "plan/dims.h"
#include "plan/meta_shape.h"
#include "rushlight/ops.h"

namespace rushlight::meta {
namespace {

using plan::wrap_dim;

bool index_dtype(const Tensor& t) { return t.dtype() == kLong || t.dtype() == kInt; }

// The size along a dim; a 0-d tensor has one entry.
int64_t length(const Tensor& t, int64_t dim) { return t.dim() == 0 ? 1 : t.sizes()[dim]; }

void check_vector_index(const char* op, const Tensor& index) {
  check_index(index.dim() <= 1, "{}: Index is supposed to be a vector, but got dim: {} with type: {} and size: {}",
              std::string_view(op), index.dim(), to_string(index.dtype()), index.sizes());
}

// Sizes of self and source agree except in `dim`.
void check_slices(const Tensor& self, int64_t dim, const Tensor& source) {
  bool same = std::max<int64_t>(self.dim(), 1) == std::max<int64_t>(source.dim(), 1);
  for (int64_t d = 0; same && d < self.dim() && d < source.dim(); ++d)
    same = d == dim || self.sizes()[d] == source.sizes()[d];
  check(same,
        "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = {} "
        "source.shape = {}",
        self.sizes(), source.sizes());
}

}  // namespace

Meta index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  check_vector_index("index_select()", index);
  check(index_dtype(index), "index_select(): Expected dtype int32 or int64 for index, but got {}",
        to_string(index.dtype()));
  dim = wrap_dim(dim, self.dim());
  check_index(self.dim() > 0 || index.numel() == 1,
              "index_select(): Index to scalar can have only 1 value, got {} value(s)", index.numel());
  DimVector sizes = self.sizes();
  if (self.dim() > 0) sizes[dim] = index.numel();
  return {sizes, self.dtype()};
}

void index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  check_vector_index("index_add_()", index);
  check(index_dtype(index), "index_add_(): Expected dtype int32/int64 for index but got: {}", to_string(index.dtype()));
  check(self.dtype() == source.dtype(), "index_add_(): self ({}) and source ({}) must have the same scalar type",
        to_string(self.dtype()), to_string(source.dtype()));
  dim = wrap_dim(dim, self.dim());
  check(index.numel() == length(source, dim),
        "index_add_(): Number of indices ({}) should be equal to source.size(dim): ({}), for dim: {}", index.numel(),
        length(source, dim), dim);
  check_slices(self, dim, source);
}

void index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  check_vector_index("index_copy_()", index);
  check(index.dtype() == kLong, "index_copy_(): Expected a long tensor for index, but got {}",
        to_string(index.dtype()));
  check(self.dtype() == source.dtype(),
        "index_copy_(): self and source expected to have the same dtype, but got (self) {} and (source) {}",
        to_string(self.dtype()), to_string(source.dtype()));
  dim = wrap_dim(dim, self.dim());
  check_index(index.numel() == length(source, dim),
              "index_copy_(): Number of indices ({}) should be equal to source.size(dim) ({})", index.numel(),
              length(source, dim));
  check_slices(self, dim, source);
}

void index_fill(const Tensor& self, int64_t dim, const Tensor& index) {
  check_index(index.dtype() == kLong, "index_fill_(): Expected dtype int64 for index. (got {})",
              to_string(index.dtype()));
  check_vector_index("index_fill_()", index);
  wrap_dim(dim, self.dim());
}

IndexLayout index_layout(const Tensor& self, TensorList indices) {
  check_index(static_cast<int64_t>(indices.size()) <= self.dim(),
              "too many indices for tensor of dimension {} (got {})", self.dim(), indices.size());
  IndexLayout layout;
  int64_t first = -1, last = -1;
  bool neighbours = true;
  for (size_t d = 0; d < indices.size(); ++d) {
    if (!indices[d].defined()) continue;
    check_index(index_dtype(indices[d]), "tensors used as indices must be long, int, byte or bool tensors");
    if (first < 0) {
      layout.index_sizes = indices[d].sizes();
      first = static_cast<int64_t>(d);
    } else {
      neighbours &= last + 1 == static_cast<int64_t>(d);
      try {
        layout.index_sizes = plan::broadcast(layout.index_sizes, indices[d].sizes());
      } catch (const Error&) {
        std::string shapes;
        for (const Tensor& t : indices) {
          if (t.defined()) shapes += format(shapes.empty() ? "{}" : ", {}", t.sizes());
        }
        check_index(false, "shape mismatch: indexing tensors could not be broadcast together with shapes {}", shapes);
      }
    }
    last = static_cast<int64_t>(d);
  }
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d < static_cast<int64_t>(indices.size()) && indices[static_cast<size_t>(d)].defined()) continue;
    const bool before = neighbours && d < first;
    (before ? layout.before : layout.after).push_back(self.sizes()[d]);
    (before ? layout.before_dims : layout.after_dims).push_back(d);
  }
  return layout;
}

namespace {

DimVector joined(const IndexLayout& layout) {
  DimVector sizes = layout.before;
  for (int64_t s : layout.index_sizes) sizes.push_back(s);
  for (int64_t s : layout.after) sizes.push_back(s);
  return sizes;
}

}  // namespace

Meta index(const Tensor& self, TensorList indices) { return {joined(index_layout(self, indices)), self.dtype()}; }

void index_put(const Tensor& self, TensorList indices, const Tensor& values) {
  check(self.dtype() == values.dtype(),
        "Index put requires the source and destination dtypes match, got {} for the destination and {} for the source.",
        to_string(self.dtype()), to_string(values.dtype()));
  const DimVector sizes = joined(index_layout(self, indices));
  bool fits = values.dim() <= static_cast<int64_t>(sizes.size());
  for (int64_t i = 1; fits && i <= values.dim(); ++i) {
    const int64_t s = values.sizes()[static_cast<size_t>(values.dim() - i)];
    fits = s == 1 || s == sizes[sizes.size() - static_cast<size_t>(i)];
  }
  check(fits, "shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of shape {}",
        values.sizes(), sizes);
}

Meta gather(const Tensor& self, int64_t dim, const Tensor& index) {
  check(index_dtype(index) || index.numel() == 0, "gather(): Expected dtype int32/int64 for index, but got {}",
        to_string(index.dtype()));
  dim = wrap_dim(dim, self.dim());
  if (index.numel() == 0) return {index.sizes(), self.dtype()};
  check(std::max<int64_t>(index.dim(), 1) == std::max<int64_t>(self.dim(), 1),
        "Index tensor must have the same number of dimensions as input tensor (gather: index {}, input {})",
        index.sizes(), self.sizes());
  for (int64_t d = 0; d < std::min(self.dim(), index.dim()); ++d) {
    check(d == dim || index.sizes()[d] <= self.sizes()[d],
          "Size does not match at dimension {} expected index {} to be no larger than self {} apart from dimension {}",
          d, index.sizes(), self.sizes(), dim);
  }
  return {index.sizes(), self.dtype()};
}

void scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  dim = wrap_dim(dim, self.dim());
  check(index_dtype(index) || index.numel() == 0, "scatter(): Expected dtype int32/int64 for index, but got {}",
        to_string(index.dtype()));
  if (src.defined()) {
    check(self.dtype() == src.dtype(), "scatter(): Expected self.dtype to be equal to src.dtype (got {} and {})",
          to_string(self.dtype()), to_string(src.dtype()));
  }
  if (index.numel() == 0) return;
  const int64_t n = std::max<int64_t>(self.dim(), 1);
  check(std::max<int64_t>(index.dim(), 1) == n,
        "Index tensor must have the same number of dimensions as self tensor (scatter: index {}, self {})",
        index.sizes(), self.sizes());
  bool fits = true;
  for (int64_t d = 0; d < std::min(self.dim(), index.dim()); ++d)
    fits &= d == dim || index.sizes()[d] <= self.sizes()[d];
  if (!src.defined()) {
    check(fits, "Expected index {} to be no larger than self {} apart from dimension {}", index.sizes(), self.sizes(),
          dim);
    return;
  }
  check(std::max<int64_t>(src.dim(), 1) == n,
        "Index tensor must have the same number of dimensions as src tensor (scatter: index {}, src {})", index.sizes(),
        src.sizes());
  for (int64_t d = 0; d < std::min(src.dim(), index.dim()); ++d) fits &= index.sizes()[d] <= src.sizes()[d];
  check(fits,
        "Expected index {} to be no larger than self {} apart from dimension {} and to be no larger size than src {}",
        index.sizes(), self.sizes(), dim, src.sizes());
}

void scatter_old_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                        std::string_view reduce) {
  check(reduce == "add" || reduce == "multiply", "reduce argument must be either add or multiply. (got {})", reduce);
  meta::scatter(self, dim, index, src);
}

void scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) {
  check(reduce == "sum" || reduce == "prod" || reduce == "mean" || reduce == "amax" || reduce == "amin",
        "reduce argument must be either sum, prod, mean, amax or amin, got {}", reduce);
  check_not_implemented(!is_complex(self.dtype()) || reduce[0] != 'a',
                        "\"scatter_gather_tensor_cpu_reduce_{}\" not implemented for '{}'", reduce,
                        to_string(self.dtype()));
  meta::scatter(self, dim, index, src);
}

// ---- masks ----------------------------------------------------------------------------------------------------------

int64_t count_true(const Tensor& mask) {
  const char* p = static_cast<const char*>(mask.data_ptr());
  const int64_t n = mask.numel();
  int64_t count = 0, i = 0;
  for (; i + 8 <= n; i += 8) {  // eight bytes of 0 or 1: their sum lands in the top byte of a product
    uint64_t word;
    memcpy(&word, p + i, 8);
    count += static_cast<int64_t>((word * 0x0101010101010101u) >> 56);
  }
  for (; i < n; ++i) count += p[i];
  return count;
}

Meta masked_select(const Tensor& self, const Tensor& mask) {
  check(mask.dtype() == kBool, "masked_select: expected BoolTensor for mask, but got {}", to_string(mask.dtype()));
  const DimVector sizes = plan::broadcast(self.sizes(), mask.sizes());
  // Each true of the mask stands for as many elements as broadcasting repeats it.
  const Tensor dense = mask.contiguous();
  const int64_t n = plan::numel_of(sizes), repeat = mask.numel() == 0 ? 0 : n / mask.numel(), count = count_true(dense);
  return {IntArrayRef(count * repeat), self.dtype()};
}

void masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value) {
  check(mask.dtype() == kBool, "masked_fill_ only supports boolean masks, but got mask with dtype {}",
        dtype_name(mask.dtype()));
  if (value.defined()) {
    check(value.dim() == 0,
          "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {} dimension(s).", value.dim());
  }
  if (self.sizes() == mask.sizes()) return;
  const DimVector sizes = plan::broadcast(mask.sizes(), self.sizes());
  check(self.sizes() == IntArrayRef(sizes),
        "output with shape {} doesn't match the broadcast shape {} (masked_fill_: the mask has shape {})", self.sizes(),
        sizes, mask.sizes());
}

Tensor masked_copy(const Tensor& self, const Tensor& mask) {
  if (self.sizes() == mask.sizes()) return self.clone();
  const DimVector sizes = plan::broadcast(self.sizes(), mask.sizes());
  return self.sizes() == IntArrayRef(sizes) ? self.clone() : self.expand(sizes).clone(MemoryFormat::Contiguous);
}

void masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source) {
  check(self.dtype() == source.dtype(),
        "masked_scatter: expected self and source to have same dtypes but got {} and {}", to_string(self.dtype()),
        to_string(source.dtype()));
  check(mask.dtype() == kBool, "masked_scatter_ only supports boolean masks, but got mask with dtype {}",
        to_string(mask.dtype()));
  const DimVector sizes = plan::broadcast(self.sizes(), mask.sizes());
  check(
      self.sizes() == IntArrayRef(sizes),
      "expand: a mask of shape {} to size {}: the number of sizes provided ({}) must be greater or equal to the number "
      "of dimensions in the tensor ({}), and the mask's must fit",
      mask.sizes(), self.sizes(), self.dim(), mask.dim());
}

Meta nonzero(const Tensor& self) {
  const Tensor mask = self.to(kBool).contiguous();
  const int64_t count = count_true(mask);
  return {{count, self.dim()}, kLong, {1, count}};  // PyTorch's layout: one dense column per dimension
}

// ---- counting and searching -----------------------------------------------------------------------------------------

Meta bincount(const Tensor& self, const Tensor& weights, int64_t minlength) {
  check_not_implemented(is_integral(self.dtype(), false), "\"bincount_cpu\" not implemented for '{}'",
                        to_string(self.dtype()));
  check(minlength >= 0, "minlength should be >= 0");
  check(self.dim() == 1, "bincount only supports 1-d non-negative integral inputs. (got shape {})", self.sizes());
  if (weights.defined()) {
    check(weights.dim() == 1 && weights.numel() == self.numel(),
          "weights should be 1-d and have the same length as input (got {} and {})", weights.sizes(), self.sizes());
  }
  int64_t bins = minlength;
  if (self.numel() > 0) {
    const Tensor wide = self.detach().to(kLong);
    const int64_t least = wide.min().item<int64_t>(), most = wide.max().item<int64_t>();
    check(least >= 0, "bincount only supports 1-d non-negative integral inputs. (got a value of {})", least);
    check(most < std::numeric_limits<int64_t>::max(), "maximum value of input overflowed, it should be < {} but got {}",
          std::numeric_limits<int64_t>::max(), most);
    bins = std::max(bins, most + 1);
  }
  return {IntArrayRef(bins), weights.defined() ? (weights.dtype() == kFloat ? kFloat : kDouble) : kLong};
}

Meta histc(const Tensor& self, int64_t bins, const Scalar& min, const Scalar& max) {
  check_not_implemented(!is_complex(self.dtype()), "\"aminmax_cpu\" not implemented for '{}'", to_string(self.dtype()));
  check_not_implemented(is_floating_point(self.dtype()), "\"histogram_cpu\" not implemented for '{}'",
                        to_string(self.dtype()));
  check(bins > 0, "torch.histogram(): bins must be > 0, but got {} for dimension 0", bins);
  check(min.toDouble() <= max.toDouble(), "torch.histc: max must be larger than min (got min {} and max {})",
        min.toDouble(), max.toDouble());
  return {IntArrayRef(bins), self.dtype()};
}

Meta searchsorted(const Tensor& sorted_sequence, const Tensor& input, bool out_int32, bool right,
                  std::optional<std::string_view> side, const Tensor& sorter) {
  if (side) {
    check(*side == "left" || *side == "right", "torch.searchsorted(): side can only be 'left' or 'right' but got {}",
          *side);
    check(!right || *side == "right",
          "torch.searchsorted(): side and right can't be set to opposites, got side of {} while right was True", *side);
  }
  check(sorted_sequence.dim() > 0,
        "torch.searchsorted(): input value can be 0-dim only when boundaries tensor dimension is 1, but boundaries are "
        "0-dim");
  if (sorter.defined()) {
    check(sorter.sizes() == sorted_sequence.sizes(),
          "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor {}and got sorter "
          "tensor {}",
          sorted_sequence.sizes(), sorter.sizes());
    check(sorter.dtype() == kLong, "torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {}",
          to_string(sorter.dtype()));
  }
  for (const Tensor* t : {&sorted_sequence, &input})
    check_not_implemented(!is_complex(t->dtype()), "\"searchsorted_out_cpu\" not implemented for '{}'",
                          to_string(t->dtype()));
  bool fits = sorted_sequence.dim() == 1 || sorted_sequence.dim() == input.dim();
  for (int64_t d = 0; fits && sorted_sequence.dim() > 1 && d + 1 < input.dim(); ++d)
    fits = sorted_sequence.sizes()[d] == input.sizes()[d];
  check(fits,
        "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
        "tensor and input value "
        "tensor must match, but we got boundaries tensor {} and input value tensor {}",
        sorted_sequence.sizes(), input.sizes());
  return {input.sizes(), out_int32 ? kInt : kLong};
}

Meta like_vector(const Tensor& self) { return {IntArrayRef(self.sizes()[0]), kLong}; }

// ---- sorting --------------------------------------------------------------------------------------------------------

std::array<Meta, 2> sort(const Tensor& self, int64_t dim) {
  check(!is_complex(self.dtype()), " Sort does not support complex dtypes on CPU (got {})", to_string(self.dtype()));
  wrap_dim(dim, self.dim());
  return {Meta(self.sizes(), self.dtype()), Meta(self.sizes(), kLong)};
}

std::array<Meta, 2> topk(const Tensor& self, int64_t k, int64_t dim) {
  check(!is_complex(self.dtype()), " topk does not support complex dtypes on CPU (got {})", to_string(self.dtype()));
  dim = wrap_dim(dim, self.dim());
  check(k >= 0 && k <= length(self, dim), "selected index k out of range (topk: k is {}, dimension {} has size {})", k,
        dim, length(self, dim));
  DimVector sizes = self.sizes();
  if (self.dim() > 0) sizes[dim] = k;
  return {Meta(sizes, self.dtype()), Meta(sizes, kLong)};
}

// ---- arguments of random fills --------------------------------------------------------------------------------------

namespace {

// The integers that a dtype holds exactly.
std::pair<double, double> exact_range(ScalarType dtype) {
  switch (dtype) {
    case kBool:
      return {0, 1};
    case kByte:
      return {0, 255};
    case kUInt16:
      return {0, 65535};
    case kUInt32:
      return {0, 4294967295.0};
    case kUInt64:
      return {0, 0x1p64};
    case kChar:
      return {-128, 127};
    case kShort:
      return {-32768, 32767};
    case kInt:
      return {-2147483648.0, 2147483647.0};
    case kHalf:
      return {-65504, 65504};
    default:
      return {-0x1p63, 0x1p63};
  }
}

}  // namespace

void uniform(const Tensor& self, double from, double to) {
  if (!is_complex(self.dtype())) check_floating("check_uniform_bounds", self);
  check(from <= to, "uniform_ expects to return a [from, to) range, but found from={} > to={}", from, to);
}
void normal(const Tensor& self, double std) {
  check(std >= 0, "normal expects std >= 0.0, but found std {}", std);
  if (!is_complex(self.dtype())) check_floating("normal_kernel_cpu", self);
}
void random(const Tensor& self, int64_t from, std::optional<int64_t> to) {
  const auto [low, high] = exact_range(self.dtype());
  check(static_cast<double>(from) >= low && static_cast<double>(from) <= high,
        "from is out of bounds for {} (random_: from={})", dtype_name(self.dtype()), from);
  if (!to) return;
  check(from < *to, "random_ expects 'from' to be less than 'to', but got from={} >= to={}", from, *to);
  check(static_cast<double>(*to - 1) <= high, "to - 1 is out of bounds for {} (random_: to={})",
        dtype_name(self.dtype()), *to);
}
void bernoulli(double p) { check(p >= 0 && p <= 1, "bernoulli_ expects p to be in [0, 1], but got p={}", p); }
void bernoulli(const Tensor& self, const Tensor& p) {
  check_floating("bernoulli_tensor_cpu_p_", p);
  copy_(self, p);
}
void exponential(const Tensor& self, double lambd) {
  check(is_floating_point(self.dtype()),
        "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you "
        "specified {}",
        to_string(self.dtype()));
  check(lambd > 0, "exponential_ expects lambda > 0.0, but found lambda={}", lambd);
}
void geometric(const Tensor& self, double p) {
  check_not_implemented(self.dtype() != kBool, "\"geometric_cpu\" not implemented for 'Bool'");
  check(p > 0 && p < 1, "geometric_ expects p to be in (0, 1), but got p={}", p);
}
void cauchy(const Tensor& self, double sigma) {
  check(is_floating_point(self.dtype()),
        "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you "
        "specified {}",
        to_string(self.dtype()));
  check(sigma > 0, "cauchy_ expects sigma > 0.0, but found sigma={}", sigma);
}
void log_normal(const Tensor& self, double std) {
  check(std > 0, "log_normal_ expects std > 0.0, but found std={}", std);
  check_floating("log_normal_cpu", self);
}
Meta draw(const Tensor& cumulative, int64_t num_samples) { return {{cumulative.sizes()[0], num_samples}, kLong}; }
Meta poisson(const Tensor& self) {
  check_floating("poisson_cpu", self);
  return like(self);
}

}  // namespace rushlight::meta
