// Translated from python/rushlight/nn/init.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/ops.h"

namespace rushlight::nn::init {

RL_API Tensor uniform_(const Tensor& tensor, double a = 0.0, double b = 1.0, const std::optional<Generator>& generator = {});

RL_API Tensor normal_(const Tensor& tensor, double mean = 0.0, double std = 1.0, const std::optional<Generator>& generator = {});

RL_API Tensor constant_(const Tensor& tensor, double val);

RL_API Tensor ones_(const Tensor& tensor);

RL_API Tensor zeros_(const Tensor& tensor);

RL_API std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor);

RL_API Tensor xavier_uniform_(const Tensor& tensor, double gain = 1.0, const std::optional<Generator>& generator = {});

RL_API Tensor xavier_normal_(const Tensor& tensor, double gain = 1.0, const std::optional<Generator>& generator = {});

RL_API Tensor kaiming_uniform_(const Tensor& tensor, double a = 0.0, std::string_view mode = "fan_in", std::string_view nonlinearity = "leaky_relu", const std::optional<Generator>& generator = {});

RL_API Tensor kaiming_normal_(const Tensor& tensor, double a = 0.0, std::string_view mode = "fan_in", std::string_view nonlinearity = "leaky_relu", const std::optional<Generator>& generator = {});

}  // namespace rushlight::nn::init
