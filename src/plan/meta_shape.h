// What copies, joins and rearrangements give: shapes, dtypes, layouts, and the checks of their arguments.
#pragma once
#include "plan/meta.h"

namespace rushlight::meta {

// The layout of a copy: that of `self` when it is dense (Preserve), or what the format says.
Meta formatted(const Tensor& self, ScalarType dtype, std::optional<MemoryFormat> format);
Meta clone(const Tensor& self, std::optional<MemoryFormat> format);
Meta to_copy(const Tensor& self, std::optional<ScalarType> dtype, std::optional<MemoryFormat> format);
void copy_(const Tensor& self, const Tensor& src);
void fill_(const Tensor& value);
Meta cat(TensorList tensors, int64_t dim);
Meta stack(TensorList tensors, int64_t dim);
Meta flip(const Tensor& self, IntArrayRef dims);
Meta roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims);
Meta repeat_index(const Tensor& repeats, std::optional<int64_t> output_size);
Meta triangle(const Tensor& self, const char* op);
Meta constant_pad(const Tensor& self, IntArrayRef pad);

// Whether cat passes over this tensor: the empty vector that old code starts from.
inline bool cat_skips(const Tensor& t) { return t.dim() == 1 && t.sizes()[0] == 0; }

}  // namespace rushlight::meta
