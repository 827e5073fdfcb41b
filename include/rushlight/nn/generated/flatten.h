// Translated from python/rushlight/nn/modules/flatten.py by ops/gen/layers.py: do not edit.
#pragma once
#include "rushlight/nn/arguments.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

class FlattenOptions {
 public:
  FlattenOptions(int64_t start_dim = 1, int64_t end_dim = -1)
      : start_dim_(start_dim), end_dim_(end_dim) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, start_dim)
  RUSHLIGHT_OPTION(int64_t, int64_t, end_dim)
};

// Joins the dimensions from `start_dim` to `end_dim` into one.
//
// Args:
//     start_dim: the first dimension joined; 1 keeps the batch.
//     end_dim: the last dimension joined.
// Shape:
//     input `(N, *)`, by default output `(N, product of *)`.
// Errors:
//     IndexError: a dimension the input does not have.
//     RuntimeError: `start_dim` comes after `end_dim`.
class RL_API FlattenImpl : public Module {
 public:
  explicit FlattenImpl(int64_t start_dim = 1, int64_t end_dim = -1);
  FlattenImpl(const FlattenOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t start_dim = 0;
  int64_t end_dim = 0;
};
RUSHLIGHT_MODULE(Flatten);

class UnflattenOptions {
 public:
  UnflattenOptions(int64_t dim, const IntList& unflattened_size)
      : dim_(dim), unflattened_size_(unflattened_size) {}
  RUSHLIGHT_OPTION(int64_t, int64_t, dim)
  RUSHLIGHT_OPTION(const IntList&, IntList, unflattened_size)
};

// Splits one dimension into several.
//
// Args:
//     dim: the dimension to split.
//     unflattened_size: the new sizes; one of them may be -1.
// Shape:
//     input `(*, S_dim, *)`, output `(*, unflattened_size, *)`.
// Errors:
//     TypeError: `unflattened_size` is not a tuple or list of ints.
//     RuntimeError: the sizes do not multiply to the size of `dim`.
class RL_API UnflattenImpl : public Module {
 public:
  explicit UnflattenImpl(int64_t dim, const IntList& unflattened_size);
  UnflattenImpl(const UnflattenOptions& options);
  Tensor forward(const Tensor& input);
  std::string extra_repr() const override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;

  int64_t dim = 0;
  IntList unflattened_size;
};
RUSHLIGHT_MODULE(Unflatten);

}  // namespace rushlight::nn
