// Checks of dtypes that meta functions of several families share, with PyTorch's words.
#pragma once
#include <string_view>

#include "rushlight/error.h"
#include "rushlight/tensor.h"

namespace rushlight::meta {

// NotImplementedError unless t is floating; `op` is the name that PyTorch's kernel has in its message.
inline void check_floating(const char* op, const Tensor& t) {
  check_not_implemented(is_floating_point(t.dtype()),
                        "\"{}\" not implemented for '{}'; convert the input with to() first", std::string_view(op),
                        to_string(t.dtype()));
}

}  // namespace rushlight::meta
