// SyncBatchNorm; the twin of python/rushlight/nn/modules/sync_batchnorm.py.
#include "rushlight/nn/parallel.h"

#include "nn/editor.h"

namespace rushlight::nn {

SyncBatchNormImpl::SyncBatchNormImpl(const BatchNorm1dOptions& o)
    : SyncBatchNormImpl(o.num_features(), o.eps(), o.momentum(), o.affine(), o.track_running_stats(), o.device(),
                        o.dtype(), o.bias()) {}

void SyncBatchNormImpl::_check_input_dim(const Tensor& input) {
  check_value(input.dim() >= 2, "expected at least 2D input (got {}D input)", input.dim());
  check_value(input.size(1) != 0, "SyncBatchNorm number of input channels should be non-zero");
}

void SyncBatchNormImpl::train(bool on) {
  BatchNormImpl::train(on);
  if (stands_for_) stands_for_->train(on);
}

std::shared_ptr<Module> SyncBatchNormImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SyncBatchNormImpl>(*this);
  copy->stands_for_.reset();
  copy->separate({&copy->weight, &copy->bias, &copy->running_mean, &copy->running_var, &copy->num_batches_tracked},
                 device);
  return copy;
}

std::shared_ptr<Module> SyncBatchNorm::convert_sync_batchnorm(std::shared_ptr<Module> module) {
  std::shared_ptr<Module> result = module;
  if (auto* norm = dynamic_cast<BatchNormImpl*>(module.get()); norm && !dynamic_cast<SyncBatchNormImpl*>(norm)) {
    auto sync = std::make_shared<SyncBatchNormImpl>(norm->num_features, norm->eps, norm->momentum, norm->affine,
                                                    norm->track_running_stats);
    sync->training = norm->training;
    sync->stands_for_ = module;
    const auto share = [&](const char* name, Tensor& mine, const Tensor& theirs) {
      mine = theirs;
      *ModuleEditor::find(*sync, name) = theirs;
    };
    share("weight", sync->weight, norm->weight);
    share("bias", sync->bias, norm->bias);
    share("running_mean", sync->running_mean, norm->running_mean);
    share("running_var", sync->running_var, norm->running_var);
    share("num_batches_tracked", sync->num_batches_tracked, norm->num_batches_tracked);
    result = sync;
  }
  const auto children = module->named_children();
  for (const auto& child : children) {
    const auto converted = convert_sync_batchnorm(child.value());
    if (converted == child.value()) continue;
    if (result == module)
      result->replace_module(child.key(), converted);
    else
      result->register_module(child.key(), converted);
  }
  return result;
}

}  // namespace rushlight::nn
