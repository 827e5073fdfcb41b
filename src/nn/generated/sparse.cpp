// Translated from python/rushlight/nn/modules/sparse.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/sparse.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

EmbeddingImpl::EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim, std::optional<int64_t> padding_idx, std::optional<double> max_norm, double norm_type, bool scale_grad_by_freq, bool sparse, const Tensor& _weight, bool _freeze, std::optional<Device> device, std::optional<ScalarType> dtype) {
  this->num_embeddings = num_embeddings;
  this->embedding_dim = embedding_dim;
  this->padding_idx = row_or_none(padding_idx, num_embeddings);
  this->max_norm = max_norm;
  this->norm_type = norm_type;
  this->scale_grad_by_freq = scale_grad_by_freq;
  this->sparse = sparse;
  if (!_weight.defined()) {
    Tensor table = empty({num_embeddings, embedding_dim}, TensorOptions().device(device).dtype(dtype));
    this->weight = register_parameter("weight", table, !_freeze);
    this->reset_parameters();
  } else {
    if (!same(_weight.sizes(), {num_embeddings, embedding_dim})) {
      throw AssertionError("Shape of weight does not match num_embeddings and embedding_dim");
    }
    this->weight = register_parameter("weight", _weight, !_freeze);
  }
}
EmbeddingImpl::EmbeddingImpl(const EmbeddingOptions& options) : EmbeddingImpl(options.num_embeddings(), options.embedding_dim(), options.padding_idx(), options.max_norm(), options.norm_type(), options.scale_grad_by_freq(), options.sparse(), options._weight(), options._freeze(), options.device(), options.dtype()) {}
void EmbeddingImpl::reset_parameters() {
  init::normal_(this->weight);
  this->_fill_padding_idx_with_zero();
}
void EmbeddingImpl::_fill_padding_idx_with_zero() {
  if (this->padding_idx.has_value()) {
    this->weight.detach()[*this->padding_idx].zero_();
  }
}
Tensor EmbeddingImpl::forward(const Tensor& input) {
  begin_forward(input);
  return F::embedding(input, this->weight, this->padding_idx, this->max_norm, this->norm_type, this->scale_grad_by_freq, this->sparse);
}
std::string EmbeddingImpl::extra_repr() const {
  std::string s = cat(this->num_embeddings, ", ", this->embedding_dim);
  if (this->padding_idx.has_value()) {
    s = cat(s, ", padding_idx=", this->padding_idx);
  }
  if (this->max_norm.has_value()) {
    s = cat(s, ", max_norm=", this->max_norm);
  }
  if (this->norm_type != 2) {
    s = cat(s, ", norm_type=", this->norm_type);
  }
  if (this->scale_grad_by_freq) {
    s = cat(s, ", scale_grad_by_freq=", this->scale_grad_by_freq);
  }
  if (this->sparse) {
    s = cat(s, ", sparse=True");
  }
  return s;
}
std::shared_ptr<Module> EmbeddingImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<EmbeddingImpl>(*this);
  copy->separate({&copy->weight}, device);
  return copy;
}
std::vector<Tensor*> EmbeddingImpl::tensor_members() {
  return {&weight};
}
Embedding Embedding::from_pretrained(const Tensor& embeddings, bool freeze, std::optional<int64_t> padding_idx, std::optional<double> max_norm, double norm_type, bool scale_grad_by_freq, bool sparse) {
  if (embeddings.dim() != 2) {
    throw AssertionError("Embeddings parameter is expected to be 2-dimensional");
  }
  const int64_t rows = embeddings.sizes()[0];
  const int64_t columns = embeddings.sizes()[1];
  return Embedding(rows, columns, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, embeddings, freeze);
}

EmbeddingBagImpl::EmbeddingBagImpl(int64_t num_embeddings, int64_t embedding_dim, std::optional<double> max_norm, double norm_type, bool scale_grad_by_freq, std::string_view mode, bool sparse, const Tensor& _weight, bool include_last_offset, std::optional<int64_t> padding_idx, std::optional<Device> device, std::optional<ScalarType> dtype, bool _freeze) {
  this->num_embeddings = num_embeddings;
  this->embedding_dim = embedding_dim;
  this->max_norm = max_norm;
  this->norm_type = norm_type;
  this->scale_grad_by_freq = scale_grad_by_freq;
  this->mode = mode;
  this->sparse = sparse;
  this->include_last_offset = include_last_offset;
  this->padding_idx = row_or_none(padding_idx, num_embeddings);
  if (!_weight.defined()) {
    Tensor table = empty({num_embeddings, embedding_dim}, TensorOptions().device(device).dtype(dtype));
    this->weight = register_parameter("weight", table, !_freeze);
    this->reset_parameters();
  } else {
    if (!same(_weight.sizes(), {num_embeddings, embedding_dim})) {
      throw AssertionError("Shape of weight does not match num_embeddings and embedding_dim");
    }
    this->weight = register_parameter("weight", _weight, !_freeze);
  }
}
EmbeddingBagImpl::EmbeddingBagImpl(const EmbeddingBagOptions& options) : EmbeddingBagImpl(options.num_embeddings(), options.embedding_dim(), options.max_norm(), options.norm_type(), options.scale_grad_by_freq(), options.mode(), options.sparse(), options._weight(), options.include_last_offset(), options.padding_idx(), options.device(), options.dtype(), options._freeze()) {}
void EmbeddingBagImpl::reset_parameters() {
  init::normal_(this->weight);
  this->_fill_padding_idx_with_zero();
}
void EmbeddingBagImpl::_fill_padding_idx_with_zero() {
  if (this->padding_idx.has_value()) {
    this->weight.detach()[*this->padding_idx].zero_();
  }
}
Tensor EmbeddingBagImpl::forward(const Tensor& input, const Tensor& offsets, const Tensor& per_sample_weights) {
  begin_forward(input);
  return F::embedding_bag(input, this->weight, offsets, this->max_norm, this->norm_type, this->scale_grad_by_freq, this->mode, this->sparse, per_sample_weights, this->include_last_offset, this->padding_idx);
}
std::string EmbeddingBagImpl::extra_repr() const {
  std::string s = cat(this->num_embeddings, ", ", this->embedding_dim);
  if (this->max_norm.has_value()) {
    s = cat(s, ", max_norm=", this->max_norm);
  }
  if (this->norm_type != 2) {
    s = cat(s, ", norm_type=", this->norm_type);
  }
  if (this->scale_grad_by_freq) {
    s = cat(s, ", scale_grad_by_freq=", this->scale_grad_by_freq);
  }
  s = cat(s, ", mode=", quoted(this->mode));
  if (this->padding_idx.has_value()) {
    s = cat(s, ", padding_idx=", this->padding_idx);
  }
  return s;
}
std::shared_ptr<Module> EmbeddingBagImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<EmbeddingBagImpl>(*this);
  copy->separate({&copy->weight}, device);
  return copy;
}
std::vector<Tensor*> EmbeddingBagImpl::tensor_members() {
  return {&weight};
}
EmbeddingBag EmbeddingBag::from_pretrained(const Tensor& embeddings, bool freeze, std::optional<double> max_norm, double norm_type, bool scale_grad_by_freq, std::string_view mode, bool sparse, bool include_last_offset, std::optional<int64_t> padding_idx) {
  if (embeddings.dim() != 2) {
    throw AssertionError("Embeddings parameter is expected to be 2-dimensional");
  }
  const int64_t rows = embeddings.sizes()[0];
  const int64_t columns = embeddings.sizes()[1];
  return EmbeddingBag(rows, columns, max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings, include_last_offset, padding_idx, std::nullopt, std::nullopt, freeze);
}

}  // namespace rushlight::nn
