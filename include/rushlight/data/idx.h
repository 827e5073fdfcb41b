// The idx format of MNIST and its kin (http://yann.lecun.com/exdb/mnist): magic, sizes, then the elements, big-endian.
#pragma once
#include <string>

#include "rushlight/export.h"
#include "rushlight/tensor.h"

namespace rushlight::data {

// The array in an idx file, plain or gzip-compressed: uint8, int8, int16, int32, float32 or float64, any number of dims.
//   Tensor images = data::read_idx("train-images-idx3-ubyte.gz");  // (60000, 28, 28), uint8
// Raises OSError when the file cannot be read, Error naming it when it is damaged, truncated or longer than it says.
RL_API Tensor read_idx(const std::string& path);

}  // namespace rushlight::data
