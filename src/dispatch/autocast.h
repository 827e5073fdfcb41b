// Automatic mixed precision at the entry of an op: which dtype it gets its arguments in.
#pragma once
#include <vector>

#include "autograd/node.h"
#include "rushlight/tensor.h"

namespace rushlight::detail {

// Note [Autocast]
// A row of the op table says with `amp=` what autocast does with its floating arguments; float64 is never touched.
//  lower    f32, f16 and bf16 become the type that autocast was entered with
//  float32  f16 and bf16 become f32
//  promote  all become f32 when one of them is, else all must have autocast's type
// The entry of such a row reads the flag word that every op reads on entry. If autocast is on, it casts with the ops that
// record themselves (so the gradient is cast back by the nodes of the casts) and calls itself again with autocast off: what
// the op is made of sees the types that were decided for the op as a whole. Forms that write into a tensor (in place, out=)
// are never cast. The lower form of a leaf that is trained is kept until the outermost context is left.
enum class AmpPolicy : uint8_t { kLower, kFloat32, kPromote };

constexpr uint32_t kAutocastHook = 1;  // in ThreadState::hooks
inline bool autocasting() { return (tls.hooks & kAutocastHook) != 0; }

// Autocast off for a scope.
class NoAutocast {
 public:
  NoAutocast() noexcept : before_(tls.hooks) { tls.hooks &= ~kAutocastHook; }
  ~NoAutocast() { tls.hooks = before_; }
  NoAutocast(const NoAutocast&) = delete;
  NoAutocast& operator=(const NoAutocast&) = delete;

 private:
  uint32_t before_;
};

// The casts of one call; autocast is off while it lives.
class AmpCall {
 public:
  explicit AmpCall(AmpPolicy policy);
  // Of a promoting op: takes an argument into account.
  void consider(const Tensor& tensor);
  void consider(TensorList tensors);
  Tensor cast(const Tensor& tensor) const;
  std::vector<Tensor> cast(TensorList tensors) const;

 private:
  NoAutocast off_;
  ScalarType to_;
};

}  // namespace rushlight::detail
