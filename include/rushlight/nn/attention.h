// Which implementation of scaled dot-product attention to take: names that PyTorch's programs use.
#pragma once
#include <cstdint>
#include <vector>

namespace rushlight::nn::attention {

// The implementations that PyTorch knows.
enum class SDPBackend : int8_t {
  ERROR = -1,
  MATH = 0,
  FLASH_ATTENTION = 1,
  EFFICIENT_ATTENTION = 2,
  CUDNN_ATTENTION = 3,
  OVERRIDEABLE = 4,
};

// Accepts a choice of implementations, until it goes. There is one here, which is exact for all of them, so nothing changes.
//   attention::sdpa_kernel guard(attention::SDPBackend::MATH);
class sdpa_kernel {
 public:
  explicit sdpa_kernel(SDPBackend) {}
  explicit sdpa_kernel(const std::vector<SDPBackend>&, bool = false) {}
  ~sdpa_kernel() {}
  sdpa_kernel(const sdpa_kernel&) = delete;
  sdpa_kernel& operator=(const sdpa_kernel&) = delete;
};

}  // namespace rushlight::nn::attention
