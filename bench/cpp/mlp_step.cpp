// The step of mlp_step.h on Rushlight.
#include <rushlight/rushlight.h>

namespace torch = rushlight;

#include "mlp_step.h"
