// Kernels of the matrix-product family: shapes and strides for the GEMM of cpu/gemm.h.
#include <algorithm>

#include "core/thread_pool.h"
#include "cpu/copy.h"
#include "cpu/dispatch.h"
#include "cpu/gemm.h"
#include "dispatch/kernels.h"
#include "plan/dims.h"
#include "rushlight/ops.h"

namespace rushlight::cpu {
namespace {

// The element types that have a product: all but bool.
template <class F>
void dispatch_product(ScalarType dtype, const F& f) {
  dispatch_all(dtype, "addmm_impl_cpu_", [&]<class T>() {
    if constexpr (!std::is_same_v<T, bool>) f.template operator()<T>();
  });
}

template <class T>
const T* data(const Tensor& t) {
  return static_cast<const T*>(t.data_ptr());
}
template <class T>
T* data(Tensor& t) {
  return static_cast<T*>(t.data_ptr());
}

// result holds beta * self where the product will be added; returns the beta left for the product to apply.
template <class T>
gemm_acc_t<T> place_addend(const Tensor& self, const Scalar& beta, Tensor& result) {
  if (beta.equal(0)) return gemm_acc_t<T>(0);
  copy_elements(result, self);
  return beta.to<gemm_acc_t<T>>();
}

template <class T>
void product(const Tensor& a, const Tensor& b, gemm_acc_t<T> alpha, gemm_acc_t<T> beta, Tensor& out,
             const T* bias = nullptr) {
  gemm<T>(a.sizes()[0], b.sizes()[1], a.sizes()[1], alpha, data<T>(a), a.strides()[0], a.strides()[1], data<T>(b),
          b.strides()[0], b.strides()[1], beta, data<T>(out), out.sizes()[1], bias);
}

// Note [Batches of products]
// Batch dims of the three tensors are walked together. Where they merge into one evenly spaced dim, one batched product
// does all. Otherwise (heads split out of a transposed tensor) each product starts at its own place: small ones are
// shared out over the threads, large ones use the threads inside.
struct Batches {
  DimVector sizes, a, b, c;
};

Batches merge_batches(const Tensor& self, const Tensor& other, const Tensor& out) {
  Batches m;
  const int64_t n = out.dim() - 2;
  auto stride = [n](const Tensor& t, int64_t d) {
    const int64_t at = d - n + t.dim() - 2;
    return at < 0 || t.sizes()[at] == 1 ? 0 : t.strides()[at];
  };
  for (int64_t d = 0; d < n; ++d) {
    const int64_t size = out.sizes()[d], sa = stride(self, d), sb = stride(other, d), sc = stride(out, d);
    if (size == 1) continue;
    if (!m.sizes.empty() && m.a.back() == sa * size && m.b.back() == sb * size && m.c.back() == sc * size) {
      m.sizes.back() *= size;
      m.a.back() = sa;
      m.b.back() = sb;
      m.c.back() = sc;
    } else {
      m.sizes.push_back(size);
      m.a.push_back(sa);
      m.b.push_back(sb);
      m.c.push_back(sc);
    }
  }
  return m;
}

template <class T>
void batched_product(const Tensor& self, const Tensor& other, gemm_acc_t<T> alpha, gemm_acc_t<T> beta, Tensor& out) {
  const Batches m = merge_batches(self, other, out);
  const int64_t p = self.dim(), q = other.dim(), r = out.dim();
  const int64_t rows = self.sizes()[p - 2], inner = self.sizes()[p - 1], columns = other.sizes()[q - 1];
  const int64_t ar = self.strides()[p - 2], ac = self.strides()[p - 1], br = other.strides()[q - 2],
                bc = other.strides()[q - 1], cr = out.strides()[r - 2];
  const T *a = data<T>(self), *b = data<T>(other);
  T* c = data<T>(out);
  if (m.sizes.empty()) return gemm<T>(rows, columns, inner, alpha, a, ar, ac, b, br, bc, beta, c, cr);
  if (m.sizes.size() == 1) {
    return gemm_batched<T>(m.sizes[0], rows, columns, inner, alpha, a, m.a[0], ar, ac, b, m.b[0], br, bc, beta, c,
                           m.c[0], cr);
  }
  const double ns =
      ns_per_mac(sizeof(T)) * static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(inner);
  auto run = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t oa = 0, ob = 0, oc = 0, position = i;
      for (size_t d = m.sizes.size(); d-- > 0;) {
        const int64_t at = position % m.sizes[d];
        position /= m.sizes[d];
        oa += at * m.a[d];
        ob += at * m.b[d];
        oc += at * m.c[d];
      }
      gemm<T>(rows, columns, inner, alpha, a + oa, ar, ac, b + ob, br, bc, beta, c + oc, cr);
    }
  };
  const int64_t count = plan::numel_of(m.sizes);
  if (ns > 2e5)
    run(0, count);
  else
    parallel_for(count, std::max<int64_t>(1, static_cast<int64_t>(10000.0 / (ns + 50.0))), ns + 50.0, run);
}

}  // namespace

void mm(const Tensor& self, const Tensor& mat2, Tensor& result) {
  if (result.numel() == 0) return;
  dispatch_product(self.dtype(), [&]<class T>() { product<T>(self, mat2, 1, 0, result); });
}

void addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta, const Scalar& alpha,
           Tensor& result) {
  if (result.numel() == 0) return;
  const int64_t n = result.sizes()[1];
  dispatch_product(mat1.dtype(), [&]<class T>() {
    // A dense vector with factor 1 is a bias: added when the sums are stored.
    const bool bias = beta.equal(1) && self.dim() == 1 && self.sizes()[0] == n && (n == 1 || self.strides()[0] == 1);
    if (bias) return product<T>(mat1, mat2, alpha.to<gemm_acc_t<T>>(), 0, result, data<T>(self));
    product<T>(mat1, mat2, alpha.to<gemm_acc_t<T>>(), place_addend<T>(self, beta, result), result);
  });
}

void bmm(const Tensor& self, const Tensor& mat2, Tensor& result) {
  if (result.numel() == 0) return;
  dispatch_product(self.dtype(), [&]<class T>() { batched_product<T>(self, mat2, 1, 0, result); });
}

void _matmul(const Tensor& self, const Tensor& other, Tensor& result) { bmm(self, other, result); }

void baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta, const Scalar& alpha,
             Tensor& result) {
  if (result.numel() == 0) return;
  dispatch_product(batch1.dtype(), [&]<class T>() {
    const gemm_acc_t<T> left = place_addend<T>(self, beta, result);
    batched_product<T>(batch1, batch2, alpha.to<gemm_acc_t<T>>(), left, result);
  });
}

void mv(const Tensor& self, const Tensor& vec, Tensor& result) {
  if (result.numel() == 0) return;
  dispatch_product(self.dtype(), [&]<class T>() {
    gemm<T>(self.sizes()[0], 1, self.sizes()[1], 1, data<T>(self), self.strides()[0], self.strides()[1], data<T>(vec),
            vec.strides()[0], 1, 0, data<T>(result), 1);
  });
}

namespace {

// Sums of complex products, in four chains and in double.
template <class T>
T complex_dot(int64_t n, const T* a, int64_t a_stride, const T* b, int64_t b_stride) {
  using Wide = Complex<double>;
  Wide chains[4];
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    for (int64_t c = 0; c < 4; ++c) chains[c] += Wide(a[(i + c) * a_stride]) * Wide(b[(i + c) * b_stride]);
  }
  for (; i < n; ++i) chains[0] += Wide(a[i * a_stride]) * Wide(b[i * b_stride]);
  return T((chains[0] + chains[1]) + (chains[2] + chains[3]));
}

}  // namespace

void dot(const Tensor& self, const Tensor& tensor, Tensor& result) {
  dispatch_product(self.dtype(), [&]<class T>() {
    if constexpr (is_complex_v<T>) {
      *data<T>(result) =
          complex_dot(self.numel(), data<T>(self), self.strides()[0], data<T>(tensor), tensor.strides()[0]);
      return;
    }
    gemm<T>(1, 1, self.numel(), 1, data<T>(self), 1, self.strides()[0], data<T>(tensor), tensor.strides()[0], 1, 0,
            data<T>(result), 1);
  });
}

void _addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& alpha, Tensor& result) {
  addcmul_out(result, self.detach().expand(result.sizes()), vec1.detach().unsqueeze(1), vec2.detach(), alpha);
}

void linear(const Tensor& input, const Tensor& weight, const Tensor& bias, Tensor& result) {
  if (result.numel() == 0) return;
  const int64_t k = weight.sizes()[1], n = weight.sizes()[0], rows = result.numel() / n;
  // One matrix of rows: as it lies when it is dense or two-dimensional.
  const bool matrix = input.dim() == 2;
  const Tensor flat = matrix || input.is_contiguous() ? input : input.detach().contiguous();
  const int64_t row = matrix ? flat.strides()[0] : k, column = matrix ? flat.strides()[1] : 1;
  dispatch_product(input.dtype(), [&]<class T>() {
    const bool usable = bias.defined() && bias.numel() == n && (n == 1 || bias.strides()[0] == 1);
    if (bias.defined() && !usable) {
      copy_elements(result, bias);
      return gemm<T>(rows, n, k, 1, data<T>(flat), row, column, data<T>(weight), weight.strides()[1],
                     weight.strides()[0], 1, data<T>(result), n);
    }
    gemm<T>(rows, n, k, 1, data<T>(flat), row, column, data<T>(weight), weight.strides()[1], weight.strides()[0], 0,
            data<T>(result), n, usable ? data<T>(bias) : nullptr);
  });
}

}  // namespace rushlight::cpu
