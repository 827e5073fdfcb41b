// The public face of reverse-mode differentiation: grad modes, backward and grad.
#pragma once
#include <optional>
#include <vector>

#include "rushlight/tensor.h"

namespace rushlight {

// Whether ops record what they do, for the calling thread.
struct GradMode {
  static bool is_enabled() noexcept;
  static void set_enabled(bool enabled) noexcept;
};

// Sets the mode for a scope and restores it.
class AutoGradMode {
 public:
  explicit AutoGradMode(bool enabled) noexcept : before_(GradMode::is_enabled()) { GradMode::set_enabled(enabled); }
  ~AutoGradMode() { GradMode::set_enabled(before_); }
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;

 private:
  bool before_;
};
struct NoGradGuard : AutoGradMode {
  NoGradGuard() noexcept : AutoGradMode(false) {}
};
// As NoGradGuard, for code that only evaluates; InferenceMode(false) records again.
class InferenceMode : AutoGradMode {
 public:
  explicit InferenceMode(bool enabled = true) noexcept;
  ~InferenceMode();
  static bool is_enabled() noexcept;

 private:
  bool before_;
};

namespace autograd {

using rushlight::AutoGradMode;
using rushlight::GradMode;

// Accumulates the gradients of `tensors` into the leaves (or into `inputs` only, when given).
// `grad_tensors` may be empty, or hold an undefined tensor, for single-element tensors. Raises Error as torch does.
void backward(TensorList tensors, TensorList grad_tensors = {}, std::optional<bool> retain_graph = std::nullopt,
              bool create_graph = false, TensorList inputs = {});

// The gradients of `outputs` with respect to `inputs`; an unused input raises unless allow_unused (then it is undefined).
std::vector<Tensor> grad(TensorList outputs, TensorList inputs, TensorList grad_outputs = {},
                         std::optional<bool> retain_graph = std::nullopt, bool create_graph = false,
                         bool allow_unused = false);

}  // namespace autograd
}  // namespace rushlight
