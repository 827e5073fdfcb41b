// Every function on lanes that a pointwise formula may name.
#pragma once

#include "math/basic.h"
#include "math/division.h"
#include "math/exp_log.h"
#include "math/power.h"
#include "math/special.h"
#include "math/trig.h"
#include "math/wide.h"
