// Translated from python/rushlight/nn/modules/sparse.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

class EmbeddingOptions {
 public:
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim, std::optional<int64_t> padding_idx = {}, std::optional<double> max_norm = {}, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, const Tensor& _weight = {}, bool _freeze = false, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {})
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim), padding_idx_(padding_idx), max_norm_(max_norm), norm_type_(norm_type), scale_grad_by_freq_(scale_grad_by_freq), sparse_(sparse), _weight_(_weight), _freeze_(_freeze), device_(device), dtype_(dtype) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_embeddings)
  RUSHLIGHT_OPTION(int64_t, int64_t, embedding_dim)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, padding_idx)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, max_norm)
  RUSHLIGHT_OPTION(double, double, norm_type)
  RUSHLIGHT_OPTION(bool, bool, scale_grad_by_freq)
  RUSHLIGHT_OPTION(bool, bool, sparse)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, _weight)
  RUSHLIGHT_OPTION(bool, bool, _freeze)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
};

// A table of vectors; the input holds row numbers.
//
// Args:
//     num_embeddings: the number of rows.
//     embedding_dim: the length of each row.
//     padding_idx: a row that starts at zero and gets no gradient.
//     max_norm: rows longer than this are scaled down, in place, when they are looked up.
//     norm_type: the p of the norm that `max_norm` bounds.
//     scale_grad_by_freq: divide each row's gradient by how often it occurs in the batch.
//     sparse: accepted; gradients are dense.
//     _weight: the table to use (shared, not copied) instead of a new one.
//     _freeze: the table needs no gradient.
//     device, dtype: of the table.
// Shape:
//     input `(*)` of int32 or int64, output `(*, embedding_dim)`.
// Errors:
//     AssertionError: `padding_idx` is no row, or `_weight` has another shape.
//     IndexError: the input holds a number that is no row.
class RL_API EmbeddingImpl : public Module {
 public:
  explicit EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim, std::optional<int64_t> padding_idx = {}, std::optional<double> max_norm = {}, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, const Tensor& _weight = {}, bool _freeze = false, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {});
  EmbeddingImpl(const EmbeddingOptions& options);
  void reset_parameters() override;
  void _fill_padding_idx_with_zero();
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  int64_t num_embeddings = 0;
  int64_t embedding_dim = 0;
  std::optional<int64_t> padding_idx;
  std::optional<double> max_norm;
  double norm_type = 0;
  bool scale_grad_by_freq = false;
  bool sparse = false;
  Tensor weight;
};
class RL_API Embedding : public ModuleHolder<EmbeddingImpl> {
 public:
  using ModuleHolder<EmbeddingImpl>::ModuleHolder;
  using Impl_ = EmbeddingImpl;
  static Embedding from_pretrained(const Tensor& embeddings, bool freeze = true, std::optional<int64_t> padding_idx = {}, std::optional<double> max_norm = {}, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false);
};

class EmbeddingBagOptions {
 public:
  EmbeddingBagOptions(int64_t num_embeddings, int64_t embedding_dim, std::optional<double> max_norm = {}, double norm_type = 2.0, bool scale_grad_by_freq = false, std::string_view mode = "mean", bool sparse = false, const Tensor& _weight = {}, bool include_last_offset = false, std::optional<int64_t> padding_idx = {}, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool _freeze = false)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim), max_norm_(max_norm), norm_type_(norm_type), scale_grad_by_freq_(scale_grad_by_freq), mode_(mode), sparse_(sparse), _weight_(_weight), include_last_offset_(include_last_offset), padding_idx_(padding_idx), device_(device), dtype_(dtype), _freeze_(_freeze) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, num_embeddings)
  RUSHLIGHT_OPTION(int64_t, int64_t, embedding_dim)
  RUSHLIGHT_OPTION(std::optional<double>, std::optional<double>, max_norm)
  RUSHLIGHT_OPTION(double, double, norm_type)
  RUSHLIGHT_OPTION(bool, bool, scale_grad_by_freq)
  RUSHLIGHT_OPTION(std::string_view, std::string, mode)
  RUSHLIGHT_OPTION(bool, bool, sparse)
  RUSHLIGHT_OPTION(const Tensor&, Tensor, _weight)
  RUSHLIGHT_OPTION(bool, bool, include_last_offset)
  RUSHLIGHT_OPTION(std::optional<int64_t>, std::optional<int64_t>, padding_idx)
  RUSHLIGHT_OPTION(std::optional<Device>, std::optional<Device>, device)
  RUSHLIGHT_OPTION(std::optional<ScalarType>, std::optional<ScalarType>, dtype)
  RUSHLIGHT_OPTION(bool, bool, _freeze)
};

// Sums, means or maxima of rows of a table, for bags of row numbers.
//
// Args:
//     num_embeddings: the number of rows.
//     embedding_dim: the length of each row.
//     max_norm: rows longer than this are scaled down, in place, when they are looked up.
//     norm_type: the p of the norm that `max_norm` bounds.
//     scale_grad_by_freq: divide each row's gradient by how often it occurs in the batch (not for "max").
//     mode: "sum", "mean" or "max".
//     sparse: accepted; gradients are dense.
//     _weight: the table to use (shared, not copied) instead of a new one.
//     include_last_offset: the last offset is the end of the last bag, not the begin of one more.
//     padding_idx: a row that counts in no bag, starts at zero and gets no gradient.
//     device, dtype: of the table.
//     _freeze: the table needs no gradient.
// Shape:
//     input `(B, L)` of int32 or int64: a bag in each row; or `(L,)` with `offsets` `(B,)`, where each bag begins.
//     per_sample_weights: of the input's shape, for "sum". Output `(B, embedding_dim)`.
// Errors:
//     AssertionError: `padding_idx` is no row, or `_weight` has another shape.
//     ValueError: offsets that do not fit the input.
//     RuntimeError: the input holds a number that is no row, or offsets that decrease.
class RL_API EmbeddingBagImpl : public Module {
 public:
  explicit EmbeddingBagImpl(int64_t num_embeddings, int64_t embedding_dim, std::optional<double> max_norm = {}, double norm_type = 2.0, bool scale_grad_by_freq = false, std::string_view mode = "mean", bool sparse = false, const Tensor& _weight = {}, bool include_last_offset = false, std::optional<int64_t> padding_idx = {}, std::optional<Device> device = {}, std::optional<ScalarType> dtype = {}, bool _freeze = false);
  EmbeddingBagImpl(const EmbeddingBagOptions& options);
  void reset_parameters() override;
  void _fill_padding_idx_with_zero();
  Tensor forward(const Tensor& input, const Tensor& offsets = {}, const Tensor& per_sample_weights = {});
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  std::vector<Tensor*> tensor_members() override;

  int64_t num_embeddings = 0;
  int64_t embedding_dim = 0;
  std::optional<double> max_norm;
  double norm_type = 0;
  bool scale_grad_by_freq = false;
  std::string mode;
  bool sparse = false;
  bool include_last_offset = false;
  std::optional<int64_t> padding_idx;
  Tensor weight;
};
class RL_API EmbeddingBag : public ModuleHolder<EmbeddingBagImpl> {
 public:
  using ModuleHolder<EmbeddingBagImpl>::ModuleHolder;
  using Impl_ = EmbeddingBagImpl;
  static EmbeddingBag from_pretrained(const Tensor& embeddings, bool freeze = true, std::optional<double> max_norm = {}, double norm_type = 2.0, bool scale_grad_by_freq = false, std::string_view mode = "mean", bool sparse = false, bool include_last_offset = false, std::optional<int64_t> padding_idx = {});
};

}  // namespace rushlight::nn
