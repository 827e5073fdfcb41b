// Shapes and checks of matrix products.
#pragma once
#include "plan/meta.h"

namespace rushlight::meta {

Meta mm(const Tensor& self, const Tensor& mat2);
Meta addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2);
Meta bmm(const Tensor& self, const Tensor& mat2);
Meta baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2);
Meta mv(const Tensor& self, const Tensor& vec);
Meta dot(const Tensor& self, const Tensor& tensor);
Meta matmul(const Tensor& self, const Tensor& other);
Meta linear(const Tensor& input, const Tensor& weight, const Tensor& bias);

}  // namespace rushlight::meta
