// Matrix products written as other ops: matmul, einsum, tensordot, chains, cross products, powers.
#include <algorithm>
#include <limits>

#include "composite/contraction_path.h"
#include "dispatch/autocast.h"
#include "dispatch/body.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight {

using plan::wrap_dim;

namespace {

// The factor as a number of t's dtype: these products keep it.
Tensor scale(const Tensor& t, const Scalar& s) {
  if (s.equal(1)) return t;
  if (t.dtype() == kBool) return t.mul(Scalar(s.toBool()));
  return t.mul(is_integral(t.dtype(), true) ? Scalar(s.toLong()) : s);
}
Tensor combine(const Tensor& self, const Scalar& beta, const Tensor& product, const Scalar& alpha) {
  const Tensor scaled = scale(product, alpha);
  return beta.equal(0) ? scaled : scale(self, beta).add(scaled);
}

}  // namespace

Tensor addbmm_plain(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                    const Scalar& alpha) {
  check(batch1.dim() == 3 && batch2.dim() == 3, "batch1 and batch2 must be 3D tensors (addbmm: shapes {} and {})",
        batch1.sizes(), batch2.sizes());
  return combine(self, beta, batch1.bmm(batch2).sum(IntArrayRef{0}, false, batch1.dtype()), alpha);
}
Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta, const Scalar& alpha) {
  return combine(self, beta, mat.mv(vec), alpha);
}
Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& beta, const Scalar& alpha) {
  if (beta.equal(1) && vec1.dim() == 1 && vec2.dim() == 1 && is_floating_point(self.dtype()) &&
      self.dtype() == vec1.dtype() && self.dtype() == vec2.dtype() && self.dim() <= 2)
    return _addr(self.expand({vec1.numel(), vec2.numel()}), vec1, vec2, alpha);
  return combine(self, beta, vec1.outer(vec2), alpha);
}

Tensor vdot(const Tensor& self, const Tensor& other) { return self.conj().dot(other); }

Tensor inner(const Tensor& self, const Tensor& other) {
  if (self.dim() == 0 || other.dim() == 0) return self.mul(other);
  check(self.sizes().back() == other.sizes().back(),
        "inner() the last dimension must match on both input tensors but got shapes {} and {}", self.sizes(),
        other.sizes());
  if (self.dim() == 1 && other.dim() == 1 && self.dtype() == other.dtype()) return dot(self, other);
  return tensordot(self, other, IntArrayRef{-1}, IntArrayRef{-1});
}

Tensor outer(const Tensor& self, const Tensor& vec2) {
  check(self.dim() == 1, "outer: Expected 1-D argument self, but got {}-D", self.dim());
  check(vec2.dim() == 1, "outer: Expected 1-D argument vec2, but got {}-D", vec2.dim());
  return self.unsqueeze(1).mul(vec2);
}

Tensor matmul_plain(const Tensor& self, const Tensor& other) {
  const int64_t p = self.dim(), q = other.dim();
  check(p != 0 && q != 0, "both arguments to matmul need to be at least 1D, but they are {}D and {}D", p, q);
  if (p == 2 && q == 2) return self.mm(other);
  if (p == 1 && q == 1) return self.dot(other);
  if (p == 2 && q == 1) return self.mv(other);
  if (p == 1) return matmul(self.unsqueeze(0), other).squeeze(-2);
  if (q == 1) return matmul(self, other.unsqueeze(1)).squeeze(-1);
  // Rows of many matrices against one matrix: one product with all the rows.
  if (q == 2 && self.is_contiguous()) {
    const int64_t k = self.sizes().back();
    check(k == other.sizes()[0], "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})",
          k == 0 ? 0 : self.numel() / k, k, other.sizes()[0], other.sizes()[1]);
    DimVector sizes = self.sizes();
    sizes.back() = other.sizes()[1];
    int64_t rows = 1;
    for (int64_t d = 0; d + 1 < p; ++d) rows *= self.sizes()[d];
    return self.view({rows, k}).mm(other).view(sizes);
  }
  return _matmul(self, other);
}

Tensor chain_matmul(TensorList matrices) {
  for (const Tensor& t : matrices) check(t.dim() == 2, "Tensor dimension is {}, expected 2 instead.", t.dim());
  check(!matrices.empty(), "chain_matmul(): Expected one or more matrices");
  return matrices.size() == 1 ? matrices[0] : linalg::multi_dot(matrices);
}

// ---- contraction of labelled dimensions -----------------------------------------------------------------------------

Tensor tensordot(const Tensor& self, const Tensor& other, int64_t dims) {
  check(dims >= 0, "tensordot expects dims >= 0, but got dims={}", dims);
  check(dims <= self.dim() && dims <= other.dim(),
        "tensordot expects dims no larger than both tensors' dimensions ({} and {}), but got dims={}", self.dim(),
        other.dim(), dims);
  DimVector a, b;
  for (int64_t i = 0; i < dims; ++i) {
    a.push_back(i - dims);
    b.push_back(i);
  }
  return tensordot(self, other, IntArrayRef(a), IntArrayRef(b));
}

Tensor tensordot(const Tensor& self, const Tensor& other, IntArrayRef dims_self, IntArrayRef dims_other) {
  check(dims_self.size() == dims_other.size(), "both dimension lists should have same length (tensordot: {} and {})",
        dims_self, dims_other);
  plan::DimMask used_self, used_other;
  DimVector order_self, order_other, sizes;
  Tensor a = self, b = other;
  int64_t inner = 1;
  for (size_t i = 0; i < dims_self.size(); ++i) {
    const int64_t x = wrap_dim(dims_self[i], self.dim()), y = wrap_dim(dims_other[i], other.dim());
    check(!used_self[x] && !used_other[y], "tensordot: dim {} or {} appears multiple times in {} or {}", x, y,
          dims_self, dims_other);
    used_self[x] = used_other[y] = true;
    const int64_t m = self.size(x), n = other.size(y);
    check(m == n || m == 1 || n == 1,
          "contracted dimensions need to match, but first has size {} in dim {} and second has size {} in dim {}", m,
          dims_self[i], n, dims_other[i]);
    // A size of 1 stands for all of the other's: only its own sum takes part.
    if (m == 1 && n != 1) b = b.sum(y, true, b.dtype());
    if (n == 1 && m != 1) a = a.sum(x, true, a.dtype());
    inner *= m == 1 || n == 1 ? 1 : m;
  }
  int64_t rows = 1, columns = 1;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (used_self[d]) continue;
    order_self.push_back(d);
    sizes.push_back(self.sizes()[d]);
    rows *= self.sizes()[d];
  }
  for (int64_t d : dims_self) order_self.push_back(wrap_dim(d, self.dim()));
  for (int64_t d : dims_other) order_other.push_back(wrap_dim(d, other.dim()));
  for (int64_t d = 0; d < other.dim(); ++d) {
    if (used_other[d]) continue;
    order_other.push_back(d);
    sizes.push_back(other.sizes()[d]);
    columns *= other.sizes()[d];
  }
  return a.permute(order_self)
      .reshape({rows, inner})
      .mm(b.permute(order_other).reshape({inner, columns}))
      .reshape(sizes);
}

namespace {

// An operand of an einsum: a tensor and one label per dimension (letters, and numbers from 52 for those of '...').
struct Labelled {
  Tensor tensor;
  std::vector<int> labels;

  int64_t size_of(int label) const {
    const auto at = std::find(labels.begin(), labels.end(), label);
    return at == labels.end() ? -1 : tensor.size(at - labels.begin());
  }
};
constexpr int kEllipsis = 52;

int label_of(char c) { return c >= 'a' && c <= 'z' ? c - 'a' : c >= 'A' && c <= 'Z' ? c - 'A' + 26 : -1; }

struct Equation {
  std::vector<std::string> inputs;
  std::string output;
  bool has_output = false;
};

// Splits at ',' and '->', drops blanks, and checks every character; an ellipsis becomes one '.'.
Equation parse_equation(std::string_view text) {
  Equation e;
  e.inputs.emplace_back();
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& term = e.has_output ? e.output : e.inputs.back();
    if (c == ' ') continue;
    if (c == ',' && !e.has_output) {
      e.inputs.emplace_back();
    } else if (c == '-' && i + 1 < text.size() && text[i + 1] == '>') {
      check(!e.has_output, "einsum(): found more than one '->' in the equation {}", text);
      e.has_output = true;
      ++i;
    } else if (c == '.') {
      check(text.substr(i, 3) == "...",
            "einsum(): found '.' at index {} in the equation {} that is not part of any ellipsis", i, text);
      check(term.find('.') == std::string::npos,
            "einsum(): found '.' for operand {} for which an ellipsis was already found", e.inputs.size() - 1);
      term += '.';
      i += 2;
    } else {
      check(label_of(c) >= 0,
            "einsum(): invalid subscript given at index {} in the equation string, subscripts must be in [a-zA-Z]", i);
      term += c;
    }
  }
  return e;
}

// The labels of one term; '...' covers the `dims` dimensions that the letters leave, aligned at the right.
std::vector<int> labels_of(const std::string& term, int64_t ellipsis_dims) {
  std::vector<int> labels;
  for (char c : term) {
    if (c != '.')
      labels.push_back(label_of(c));
    else
      for (int64_t k = ellipsis_dims; k-- > 0;) labels.push_back(kEllipsis + static_cast<int>(k));
  }
  return labels;
}

// Repeated labels of one operand become a diagonal.
Labelled without_repeats(Labelled in, size_t operand) {
  for (size_t i = 0; i < in.labels.size(); ++i) {
    for (size_t j = i + 1; j < in.labels.size(); ++j) {
      if (in.labels[i] != in.labels[j]) continue;
      const int64_t a = in.tensor.size(static_cast<int64_t>(i)), b = in.tensor.size(static_cast<int64_t>(j));
      const char name = static_cast<char>(in.labels[i] < 26 ? 'a' + in.labels[i] : 'A' + in.labels[i] - 26);
      check(a == b, "einsum(): subscript {} is repeated for operand {} but the sizes don't match, {} != {}", name,
            operand, b, a);
      in.tensor =
          in.tensor.diagonal(0, static_cast<int64_t>(i), static_cast<int64_t>(j)).movedim(-1, static_cast<int64_t>(i));
      in.labels.erase(in.labels.begin() + static_cast<std::ptrdiff_t>(j));
      --j;
    }
  }
  return in;
}

// Sums away the labels that `keep` has not.
template <class Keep>
Labelled reduced(const Labelled& in, const Keep& keep) {
  DimVector dims;
  Labelled out{in.tensor, {}};
  for (size_t i = 0; i < in.labels.size(); ++i) {
    if (keep(in.labels[i]))
      out.labels.push_back(in.labels[i]);
    else
      dims.push_back(static_cast<int64_t>(i));
  }
  if (!dims.empty()) out.tensor = in.tensor.sum(IntArrayRef(dims));
  return out;
}

// The operand's dims in the order of `labels`, as `groups` merged dims of the given sizes.
Tensor arranged(const Labelled& in, const std::vector<int>& labels, IntArrayRef expanded, IntArrayRef merged) {
  DimVector order;
  for (int label : labels) order.push_back(std::find(in.labels.begin(), in.labels.end(), label) - in.labels.begin());
  Tensor t = in.tensor.permute(order);
  if (t.sizes() != expanded) t = t.expand(expanded);
  return t.reshape(merged);
}

// Note [Contracting a pair]
// Labels fall in four groups: kept and in both (batch), kept and in one (rows or columns), and in both but needed no
// more
// (summed). Each operand becomes batch x rows x summed or batch x summed x columns, and one batched product does the
// rest.
template <class Keep>
Labelled contract(Labelled a, Labelled b, const Keep& keep) {
  auto has = [](const Labelled& t, int label) {
    return std::find(t.labels.begin(), t.labels.end(), label) != t.labels.end();
  };
  a = reduced(a, [&](int l) { return keep(l) || has(b, l); });
  b = reduced(b, [&](int l) { return keep(l) || has(a, l); });
  std::vector<int> batch, rows, columns, summed;
  for (int l : a.labels) (!has(b, l) ? rows : keep(l) ? batch : summed).push_back(l);
  for (int l : b.labels) {
    if (!has(a, l)) columns.push_back(l);
  }
  DimVector sizes;  // of the result
  auto extent = [&](const std::vector<int>& group, DimVector* into, bool of_result) {
    int64_t product = 1;
    for (int l : group) {
      const int64_t size = std::max(a.size_of(l), b.size_of(l)) == 1 ? 1
                           : a.size_of(l) == 1 || a.size_of(l) < 0   ? b.size_of(l)
                                                                     : a.size_of(l);
      if (into) into->push_back(size);
      if (of_result) sizes.push_back(size);
      product *= size;
    }
    return product;
  };
  DimVector left, right;
  const int64_t nb = extent(batch, &left, true);
  for (int64_t s : left) right.push_back(s);
  const int64_t nr = extent(rows, &left, true), ns = extent(summed, &left, false);
  extent(summed, &right, false);
  const int64_t nc = extent(columns, &right, true);
  std::vector<int> left_labels = batch, right_labels = batch, labels = batch;
  left_labels.insert(left_labels.end(), rows.begin(), rows.end());
  left_labels.insert(left_labels.end(), summed.begin(), summed.end());
  right_labels.insert(right_labels.end(), summed.begin(), summed.end());
  right_labels.insert(right_labels.end(), columns.begin(), columns.end());
  labels.insert(labels.end(), rows.begin(), rows.end());
  labels.insert(labels.end(), columns.begin(), columns.end());
  if (summed.empty()) {  // nothing to sum: a broadcast product
    const Tensor x = arranged(a, left_labels, left, {nb, nr, 1}), y = arranged(b, right_labels, right, {nb, 1, nc});
    return {x.mul(y).reshape(sizes), labels};
  }
  if (batch.empty()) {
    return {arranged(a, left_labels, left, {nr, ns}).mm(arranged(b, right_labels, right, {ns, nc})).reshape(sizes),
            labels};
  }
  return {
      arranged(a, left_labels, left, {nb, nr, ns}).bmm(arranged(b, right_labels, right, {nb, ns, nc})).reshape(sizes),
      labels};
}

// Every operand with its labels, after checking counts of subscripts and sizes.
std::vector<Labelled> label_operands(const Equation& e, TensorList operands, int64_t& ellipsis_dims) {
  check(!operands.empty(), "einsum(): must provide at least one operand");
  check(e.inputs.size() >= operands.size(), "einsum(): more operands were provided than specified in the equation");
  check(e.inputs.size() <= operands.size(), "einsum(): fewer operands were provided than specified in the equation");
  std::vector<Labelled> out;
  std::vector<int64_t> sizes(kEllipsis + TensorImpl::kMaxDims, 1);
  for (size_t i = 0; i < operands.size(); ++i) {
    const bool ellipsis = e.inputs[i].find('.') != std::string::npos;
    const int64_t letters = static_cast<int64_t>(e.inputs[i].size()) - ellipsis, n = operands[i].dim();
    check(ellipsis ? letters <= n : letters == n,
          ellipsis ? "einsum(): the number of subscripts in the equation ({}) is more than the number of dimensions "
                     "({}) for operand {}"
                   : "einsum(): the number of subscripts in the equation ({}) does not match the number of dimensions "
                     "({}) for operand {} and no ellipsis was given",
          letters, n, i);
    ellipsis_dims = std::max(ellipsis_dims, ellipsis ? n - letters : 0);
    Labelled in = without_repeats({operands[i], labels_of(e.inputs[i], n - letters)}, i);
    for (size_t d = 0; d < in.labels.size(); ++d) {
      int64_t& known = sizes[static_cast<size_t>(in.labels[d])];
      const int64_t size = in.tensor.size(static_cast<int64_t>(d));
      const int label = in.labels[d];
      check(known == 1 || size == 1 || known == size,
            "einsum(): subscript {} has size {} for operand {} which does not broadcast with previously seen size {}",
            label >= kEllipsis ? std::string("...")
                               : std::string(1, static_cast<char>(label < 26 ? 'a' + label : 'A' + label - 26)),
            size, i, known);
      if (known == 1) known = size;
    }
    out.push_back(std::move(in));
  }
  return out;
}

// The labels of the result: as written, or '...' and then every letter that occurs once, in alphabetical order.
std::vector<int> output_labels(const Equation& e, int64_t ellipsis_dims) {
  std::vector<int> labels;
  int count[kEllipsis] = {};
  for (const auto& term : e.inputs) {
    for (char c : term) {
      if (c != '.') ++count[label_of(c)];
    }
  }
  if (e.has_output) {
    labels = labels_of(e.output, ellipsis_dims);
    for (char c : e.output) {
      if (c == '.') continue;
      check(count[label_of(c)] > 0,
            "einsum(): output subscript {} does not appear in the equation for any input operand", c);
      check(std::count(e.output.begin(), e.output.end(), c) == 1,
            "einsum(): output subscript {} appears more than once in the output", c);
    }
    return labels;
  }
  labels = labels_of(".", ellipsis_dims);
  for (int l = 26; l < 52; ++l) {
    if (count[l] == 1) labels.push_back(l);
  }
  for (int l = 0; l < 26; ++l) {
    if (count[l] == 1) labels.push_back(l);
  }
  return labels;
}

// The order in which to contract the operands, and how large each label's dimensions are.
std::vector<std::pair<size_t, size_t>> path_of(const std::vector<Labelled>& list, const std::vector<int>& output) {
  constexpr size_t kLabels = kEllipsis + TensorImpl::kMaxDims;
  static_assert(kLabels <= LabelSet().size());
  if (list.size() == 2) return {{0, 1}};
  std::vector<int64_t> sizes(kLabels, 1);
  std::vector<LabelSet> operands;
  for (const Labelled& in : list) {
    LabelSet& labels = operands.emplace_back();
    for (size_t d = 0; d < in.labels.size(); ++d) {
      const auto l = static_cast<size_t>(in.labels[d]);
      labels[l] = true;
      sizes[l] = std::max(sizes[l], in.tensor.size(static_cast<int64_t>(d)));
    }
  }
  LabelSet kept;
  for (const int l : output) kept[static_cast<size_t>(l)] = true;
  return contraction_path(operands, kept, sizes);
}

}  // namespace

Tensor einsum(std::string_view equation, TensorList operands) {
  const Equation e = parse_equation(equation);
  int64_t ellipsis_dims = 0;
  std::vector<Labelled> list = label_operands(e, operands, ellipsis_dims);
  const std::vector<int> output = output_labels(e, ellipsis_dims);
  auto in_output = [&](int l) { return std::find(output.begin(), output.end(), l) != output.end(); };
  for (const auto& [i, j] : path_of(list, output)) {
    Labelled a = std::move(list[i]), b = std::move(list[j]);
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(j));
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
    list.push_back(contract(std::move(a), std::move(b), [&](int l) {
      return in_output(l) ||
             std::any_of(list.begin(), list.end(), [&](const Labelled& t) { return t.size_of(l) >= 0; });
    }));
  }
  const Labelled result = reduced(list[0], in_output);
  DimVector order;
  Tensor t = result.tensor;
  for (int l : output) {
    const auto at = std::find(result.labels.begin(), result.labels.end(), l);
    order.push_back(at - result.labels.begin());
  }
  return t.permute(order);
}

// ---- cross products, traces, powers ---------------------------------------------------------------------------------

Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim) {
  if (dim) return linalg::cross(self, other, *dim);
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (self.sizes()[d] == 3) return linalg::cross(self, other, d);
  }
  fail(ErrorKind::kRuntime, "no dimension of size 3 in input (cross: shape {})", self.sizes());
}

Tensor trace_plain(const Tensor& self) {
  check(self.dim() == 2, "trace: expected a matrix, but got tensor with dim {}", self.dim());
  return self.diagonal().sum();
}

Tensor matrix_power(const Tensor& self, int64_t n) { return linalg::matrix_power(self, n); }

namespace linalg {

Tensor matmul(const Tensor& input, const Tensor& other) { return input.matmul(other); }

Tensor vecdot_plain(const Tensor& x, const Tensor& y, int64_t dim) {
  check(x.dtype() == y.dtype(), "linalg.vecdot: Expected x and y to have the same dtype, but got {} and {}",
        to_string(x.dtype()), to_string(y.dtype()));
  if (x.dim() == 1 && y.dim() == 1 && x.numel() == y.numel()) return vdot(x, y);
  return x.conj().mul(y).sum(dim);
}

Tensor cross(const Tensor& input, const Tensor& other, int64_t dim) {
  check(input.dim() == other.dim(),
        "linalg.cross: inputs must have the same number of dimensions. (got shapes {} and {})", input.sizes(),
        other.sizes());
  check(input.size(dim) == 3 && other.size(dim) == 3,
        "linalg.cross: inputs dimension {} must have length 3. Got {} and {}", dim, input.size(dim), other.size(dim));
  const DimVector sizes = plan::broadcast(input.sizes(), other.sizes());
  const Tensor a = input.expand(sizes), b = other.expand(sizes);
  return a.roll(-1, dim).mul(b.roll(-2, dim)).sub(a.roll(-2, dim).mul(b.roll(-1, dim)));
}

Tensor matrix_power(const Tensor& A, int64_t n) {
  check(A.dim() >= 2, "linalg.matrix_power: The input tensor A must have at least 2 dimensions.");
  const int64_t rows = A.size(-2), columns = A.size(-1);
  check(rows == columns, "linalg.matrix_power: A must be batches of square matrices, but they are {} by {} matrices",
        rows, columns);
  if (n < 0) {
    check(n != std::numeric_limits<int64_t>::min(), "linalg.matrix_power: n={} is out of range", n);
    return linalg::matrix_power(inv(A), -n);
  }
  if (n == 0) return A.clone().zero_().add_(eye(rows, A.options()));  // with a gradient of zeros
  // Square and multiply.
  Tensor square = A, result;
  for (int64_t rest = n; rest > 0; rest >>= 1) {
    if (rest & 1) result = result.defined() ? result.matmul(square) : square;
    if (rest > 1) square = square.matmul(square);
  }
  return n == 1 ? A.clone() : result;
}

Tensor diagonal(const Tensor& A, int64_t offset, int64_t dim1, int64_t dim2) { return A.diagonal(offset, dim1, dim2); }

// Note [The cheapest chain]
// cost[i][j] is the least number of multiplications for tensors i..j: the best of all places for the last product.
Tensor multi_dot(TensorList tensors) {
  const size_t n = tensors.size();
  check(n >= 2, "multi_dot(): expected at least 2 tensors but got {}", n);
  std::vector<Tensor> list(tensors.begin(), tensors.end());
  check(list[0].dim() >= 1 && list[0].dim() <= 2, "multi_dot(): the first tensor must be 1D or 2D but got {}D",
        list[0].dim());
  check(list[n - 1].dim() >= 1 && list[n - 1].dim() <= 2, "multi_dot(): the last tensor must be 1D or 2D but got {}D",
        list[n - 1].dim());
  const bool row = list[0].dim() == 1, column = list[n - 1].dim() == 1;
  if (row) list[0] = list[0].unsqueeze(0);
  if (column) list[n - 1] = list[n - 1].unsqueeze(1);
  for (size_t i = 0; i < n; ++i) {
    check(list[i].dim() == 2, "multi_dot(): tensor {} must be 2D but got {}D", i, list[i].dim());
    check(i == 0 || list[i - 1].size(1) == list[i].size(0),
          "multi_dot(): tensors {} and {} with shapes {} and {} cannot be multiplied", i - 1, i,
          tensors[i == 0 ? 0 : i - 1].sizes(), tensors[i].sizes());
  }
  auto rows = [&](size_t i) { return static_cast<double>(list[i].size(0)); };
  std::vector<std::vector<double>> cost(n, std::vector<double>(n, 0));
  std::vector<std::vector<size_t>> cut(n, std::vector<size_t>(n, 0));
  for (size_t length = 1; length < n; ++length) {
    for (size_t i = 0; i + length < n; ++i) {
      const size_t j = i + length;
      cost[i][j] = std::numeric_limits<double>::infinity();
      for (size_t k = i; k < j; ++k) {
        const double c = cost[i][k] + cost[k + 1][j] + rows(i) * rows(k + 1) * static_cast<double>(list[j].size(1));
        if (c < cost[i][j]) {
          cost[i][j] = c;
          cut[i][j] = k;
        }
      }
    }
  }
  auto product = [&](auto& self, size_t i, size_t j) -> Tensor {
    return i == j ? list[i] : self(self, i, cut[i][j]).mm(self(self, cut[i][j] + 1, j));
  };
  Tensor result = product(product, 0, n - 1);
  if (row) result = result.squeeze(0);
  if (column) result = result.squeeze(-1);
  return result;
}

}  // namespace linalg

namespace nn::functional {

Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias) {
  const detail::NoAutocast off;  // PyTorch's loop is not on its lists
  check(input1.dim() == input2.dim(), "bilinear(): input dimensions do not match: got {} and {}", input1.dim(),
        input2.dim());
  for (int64_t d = 0; d + 1 < input1.dim(); ++d) {
    check(input1.sizes()[d] == input2.sizes()[d],
          "bilinear(): input batch dimensions do not match at dim {}: got {} and {}", d, input1.sizes()[d],
          input2.sizes()[d]);
  }
  check(weight.dim() == 3, "bilinear(): weight must be 3D (out, in1, in2), but got shape {}", weight.sizes());
  check(input1.size(-1) == weight.size(1), "bilinear(): input1 size does not match weight size: got {} but expected {}",
        input1.size(-1), weight.size(1));
  check(input2.size(-1) == weight.size(2), "bilinear(): input2 size does not match weight size: got {} but expected {}",
        input2.size(-1), weight.size(2));
  check(!bias.defined() || bias.size(0) == weight.size(0),
        "bilinear(): bias size does not match weight size: got {} but expected {}", bias.defined() ? bias.size(0) : 0,
        weight.size(0));
  const int64_t o = weight.size(0), i = weight.size(1), j = weight.size(2);
  const Tensor x = input1.reshape({-1, i}), y = input2.reshape({-1, j});
  const Tensor t = x.mm(weight.permute({1, 0, 2}).reshape({i, o * j})).view({x.size(0), o, j});
  Tensor result = t.bmm(y.unsqueeze(2)).squeeze(-1);
  if (bias.defined()) result = result.add(bias);
  DimVector sizes = input1.sizes();
  sizes.back() = o;
  return result.reshape(sizes);
}

}  // namespace nn::functional
}  // namespace rushlight
