// Whether a number can be stored in an element.
#pragma once
#include "rushlight/scalar.h"

namespace rushlight {

// RuntimeError unless `type` holds the value: no overflow (unsigned types wrap negative numbers, floating ones have
// infinities), no imaginary part lost. Every value is a bool.
void check_fits(const Scalar& value, ScalarType type);

}  // namespace rushlight
