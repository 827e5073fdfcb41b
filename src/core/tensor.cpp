// Tensor's own methods: geometry queries, items, the autograd record, hooks.
#include "rushlight/tensor.h"

#include <algorithm>

#include "autograd/node.h"
#include "core/scalar_checks.h"
#include "cpu/dispatch.h"
#include "dispatch/body.h"
#include "plan/dims.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {

void Tensor::raise_undefined() {
  fail(ErrorKind::kRuntime,
       "Expected a proper Tensor but got None (or an undefined Tensor in C++): give it a value first; "
       "a gradient is undefined until backward() has run");
}

int64_t Tensor::size(int64_t dim) const {
  const int64_t d = plan::wrap_dim(dim, this->dim());
  check_index(this->dim() > 0, "Dimension specified as {} but tensor has no dimensions", dim);
  return sizes()[d];
}

int64_t Tensor::stride(int64_t dim) const {
  const int64_t d = plan::wrap_dim(dim, this->dim());
  check_index(this->dim() > 0, "Dimension specified as {} but tensor has no dimensions", dim);
  return strides()[d];
}

bool Tensor::is_contiguous(MemoryFormat format) const {
  if (format == MemoryFormat::Contiguous || format == MemoryFormat::Preserve) return get()->contiguous;
  // channels last: dim 1 is the fastest, then the last dims backwards, then dim 0
  const int64_t n = format == MemoryFormat::ChannelsLast ? 4 : 5;
  if (dim() != n) return false;
  int64_t expected = 1;
  auto fits = [&](int64_t d) {
    const bool ok = sizes()[d] == 1 || strides()[d] == expected;
    expected *= sizes()[d];
    return ok;
  };
  if (numel() == 0) return true;
  if (!fits(1)) return false;
  for (int64_t d = n - 1; d >= 2; --d) {
    if (!fits(d)) return false;
  }
  return fits(0);
}

bool Tensor::is_non_overlapping_and_dense() const {
  if (get()->contiguous) return true;
  const size_t n = sizes().size();
  uint8_t order[TensorImpl::kMaxDims];
  for (size_t i = 0; i < n; ++i) order[i] = static_cast<uint8_t>(i);
  std::sort(order, order + n, [&](uint8_t a, uint8_t b) {
    if (sizes()[a] < 2) return false;
    if (sizes()[b] < 2) return true;
    return strides()[a] < strides()[b];
  });
  int64_t expected = 1;
  for (size_t i = 0; i < n; ++i) {
    const int64_t size = sizes()[order[i]];
    if (size < 2) return true;
    if (strides()[order[i]] != expected) return false;
    expected *= size;
  }
  return true;
}

Scalar Tensor::item() const {
  check(defined(), "item() of an undefined tensor");
  check(numel() == 1,
        "a Tensor with {} elements cannot be converted to Scalar (item: shape {}; pick one element, or reduce it with "
        "sum() or mean())",
        numel(), sizes());
  return cpu::dispatch_all(dtype(), "item",
                           [&]<class T>() -> Scalar { return Scalar(cpu::load(*static_cast<const T*>(data_ptr()))); });
}

void Tensor::expect_fits(const Scalar& value, ScalarType type) { check_fits(value, type); }

void Tensor::expect_type(ScalarType type) const {
  check(type == dtype(), "expected scalar type {} but found {}", rushlight::to_string(type),
        rushlight::to_string(dtype()));
}

void Tensor::expect_dims(int64_t dims) const {
  check(dims == dim(), "TensorAccessor expected {} dims but tensor has {}", dims, dim());
}

// ---- autograd --------------------------------------------------------------------------------------------------------

bool Tensor::requires_grad() const { return detail::needs_grad(*this); }

const Tensor& Tensor::requires_grad_(bool value) const {
  if (get()->autograd && impl_->autograd->grad_fn) {
    check(value,
          "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
          "subgraph that doesn't require differentiation use "
          "var_no_grad = var.detach().");
    return *this;
  }
  check(!value || is_differentiable(dtype()),
        "Only Tensors of floating point and complex dtype can require gradients, but this one is {}",
        rushlight::to_string(dtype()));
  impl_->requires_grad = value;
  return *this;
}

bool Tensor::is_leaf() const { return !grad_fn(); }

Tensor& Tensor::mutable_grad() const { return detail::autograd_of(*this).grad; }

const Tensor& Tensor::grad() const {
  static const Tensor none;
  return get()->autograd ? impl_->autograd->grad : none;
}

Node* Tensor::grad_fn() const {
  if (!get()->autograd && !impl_->base) return nullptr;
  if (!detail::needs_grad(*this)) return nullptr;
  detail::gradient_edge(*this);  // brings a stale view up to date
  return impl_->autograd ? impl_->autograd->grad_fn.get() : nullptr;
}

uint32_t Tensor::output_nr() const noexcept { return impl_->autograd ? impl_->autograd->output_nr : 0; }

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph) const {
  autograd::backward(*this, gradient, retain_graph, create_graph);
}

namespace {

struct RetainGrad final : TensorHook {
  explicit RetainGrad(TensorImpl* target) : target(target) {}
  Tensor operator()(const Tensor& grad) override {
    Tensor t = Tensor::share(target);
    t.mutable_grad() = t.grad().defined() ? add(t.grad(), grad) : grad.clone();
    return {};
  }
  TensorImpl* target;  // borrowed: the tensor owns the node that owns this hook
};

std::unique_ptr<std::vector<HookEntry>>& hooks_of(const Tensor& tensor) {
  if (Node* node = tensor.grad_fn()) return node->hooks;
  return detail::autograd_of(tensor).hooks;
}

}  // namespace

namespace {
std::atomic<unsigned> next_hook{0};
}  // namespace

unsigned Tensor::add_post_accumulate_hook(TensorHook* hook) const {
  std::shared_ptr<TensorHook> owned(hook);
  check(requires_grad(), "cannot register a hook on a tensor that doesn't require gradient");
  check(is_leaf(),
        "post accumulate grad hooks cannot be registered on non-leaf tensors; use register_hook for a tensor that is "
        "computed");
  auto& hooks = detail::autograd_of(*this).after;
  if (!hooks) hooks = std::make_unique<std::vector<HookEntry>>();
  const unsigned handle = next_hook++;
  hooks->push_back({handle, 0, false, std::move(owned)});
  return handle;
}

unsigned Tensor::add_hook(TensorHook* hook) const {
  std::shared_ptr<TensorHook> owned(hook);
  check(requires_grad(), "cannot register a hook on a tensor that doesn't require gradient");
  auto& hooks = hooks_of(*this);
  if (!hooks) hooks = std::make_unique<std::vector<HookEntry>>();
  const unsigned handle = next_hook++;
  hooks->push_back({handle, output_nr(), false, std::move(owned)});
  return handle;
}

void Tensor::remove_hook(unsigned handle) const {
  const auto drop = [&](std::unique_ptr<std::vector<HookEntry>>& hooks) {
    if (hooks) std::erase_if(*hooks, [&](const HookEntry& e) { return e.handle == handle; });
  };
  drop(hooks_of(*this));
  if (get()->autograd) drop(get()->autograd->after);
}

void Tensor::retain_grad() const {
  check(requires_grad(), "can't retain_grad on Tensor that has requires_grad=False");
  Node* node = grad_fn();
  if (!node || detail::autograd_of(*this).retains_grad) return;
  if (!node->hooks) node->hooks = std::make_unique<std::vector<HookEntry>>();
  node->hooks->push_back({~0u, output_nr(), true, std::make_shared<RetainGrad>(impl_)});
  detail::autograd_of(*this).retains_grad = true;
}

bool Tensor::retains_grad() const noexcept { return impl_->autograd && impl_->autograd->retains_grad; }

Tensor Tensor::data() const {
  Tensor result = detail::alias(*this);
  result.impl()->data_alias = true;
  return result;
}

void Tensor::set_data(const Tensor& source) const {
  check(source.defined(), "data set to an undefined tensor");
  check(!get()->requires_grad || is_differentiable(source.dtype()),
        "data set to a tensor that requires gradients must be floating point dtype, but got {}",
        rushlight::to_string(source.dtype()));
  source.impl()->storage->retain();
  impl_->storage->release();
  impl_->storage = source.impl()->storage;
  impl_->dtype = source.dtype();
  impl_->offset = source.storage_offset();
  const DimVector sizes = source.sizes(), strides = source.strides();
  impl_->set_geometry(sizes, strides);
}

}  // namespace rushlight
