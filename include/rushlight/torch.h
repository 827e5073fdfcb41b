// For programs written for LibTorch: include this instead of <torch/torch.h>. Everything, the macros, and LibTorch's
// namespaces as names for this one.
#pragma once
#include "rushlight/rushlight.h"
#include "rushlight/torch_macros.h"

namespace torch = rushlight;
namespace at = rushlight;
namespace c10 = rushlight;
