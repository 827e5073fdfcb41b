// The step of mlp_step.h on LibTorch, for comparison. bench/native.py builds it out of a torch wheel.
#include <torch/torch.h>

#include "mlp_step.h"
