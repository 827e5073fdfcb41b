// Modules made for several processes or devices, as they are in one: SyncBatchNorm and DataParallel.
#pragma once
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "rushlight/nn/generated/batchnorm.h"
#include "rushlight/nn/module.h"

namespace rushlight::nn {

// Batch normalisation over all processes of a group. There is one process here, so it is BatchNorm over the second
// dimension of an input of two or more.
class RL_API SyncBatchNormImpl : public BatchNormImpl {
 public:
  using BatchNormImpl::BatchNormImpl;
  SyncBatchNormImpl(const BatchNorm1dOptions& options);
  void _check_input_dim(const Tensor& input) override;
  void train(bool on = true) override;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;

 private:
  friend class SyncBatchNorm;
  std::shared_ptr<Module> stands_for_;  // what the owner may go on calling
};
using SyncBatchNormOptions = BatchNorm1dOptions;

class RL_API SyncBatchNorm : public ModuleHolder<SyncBatchNormImpl> {
 public:
  using ModuleHolder<SyncBatchNormImpl>::ModuleHolder;
  using Impl_ = SyncBatchNormImpl;
  // The module, or the SyncBatchNorm that takes its place: every BatchNorm in it becomes one that shares its tensors. A
  // member of yours that holds the BatchNorm goes on calling that, which computes the same.
  static std::shared_ptr<Module> convert_sync_batchnorm(std::shared_ptr<Module> module);
  template <class M>
  static std::shared_ptr<Module> convert_sync_batchnorm(const ModuleHolder<M>& module) {
    return convert_sync_batchnorm(std::shared_ptr<Module>(module.ptr()));
  }
};

// Calls a module on several devices with a part of the batch each. There is one device here: it calls the module.
template <class Contained>
class DataParallelImpl : public Module {
 public:
  explicit DataParallelImpl(ModuleHolder<Contained> given, std::vector<int64_t> device_ids = {},
                            std::optional<int64_t> output_device = std::nullopt, int64_t dim = 0)
      : Module("DataParallel"),
        module(std::move(given)),
        device_ids(std::move(device_ids)),
        output_device(output_device),
        dim(dim) {
    register_module("module", module);
  }
  template <class... Inputs>
  decltype(auto) forward(Inputs&&... inputs) {
    return module(std::forward<Inputs>(inputs)...);
  }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    auto copied = std::static_pointer_cast<Contained>(module->clone(device));
    auto copy = std::make_shared<DataParallelImpl>(ModuleHolder<Contained>(copied), device_ids, output_device, dim);
    copy->training = training;
    return copy;
  }

  ModuleHolder<Contained> module;
  std::vector<int64_t> device_ids;
  std::optional<int64_t> output_device;
  int64_t dim;
};
template <class Contained>
class DataParallel : public ModuleHolder<DataParallelImpl<Contained>> {
 public:
  template <class Holder>
    requires requires(const Holder& module) { module.ptr(); }
  explicit DataParallel(const Holder& module, std::vector<int64_t> device_ids = {},
                        std::optional<int64_t> output_device = std::nullopt, int64_t dim = 0)
      : ModuleHolder<DataParallelImpl<Contained>>(std::make_shared<DataParallelImpl<Contained>>(
            ModuleHolder<Contained>(module.ptr()), std::move(device_ids), output_device, dim)) {}
};
template <class Holder>
DataParallel(const Holder&) -> DataParallel<typename Holder::ContainedType>;

namespace parallel {

using nn::DataParallel;

// module(inputs...); the devices are accepted, there is one.
template <class Holder, class... Inputs>
decltype(auto) data_parallel(const Holder& module, Inputs&&... inputs) {
  return module(std::forward<Inputs>(inputs)...);
}

}  // namespace parallel
}  // namespace rushlight::nn
