// Every function on lanes that a pointwise formula may name.
#pragma once

#include "math/basic.h"
#include "math/bessel.h"
#include "math/by_lane.h"
#include "math/complex_lanes.h"
#include "math/division.h"
#include "math/exp_log.h"
#include "math/normal.h"
#include "math/power.h"
#include "math/special.h"
#include "math/trig.h"
#include "math/unsigned_lane.h"
#include "math/wide.h"
