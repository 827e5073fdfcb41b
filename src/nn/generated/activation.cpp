// Translated from python/rushlight/nn/modules/activation.py by ops/gen/layers.py: do not edit.
#include "rushlight/nn/generated/activation.h"

#include <cmath>

#include "nn/support.h"
#include "rushlight/nn/init.h"

namespace rushlight::nn {

namespace F = functional;
using namespace support;

ThresholdImpl::ThresholdImpl(double threshold, double value, bool inplace) {
  this->threshold = threshold;
  this->value = value;
  this->inplace = inplace;
}
ThresholdImpl::ThresholdImpl(const ThresholdOptions& options) : ThresholdImpl(options.threshold(), options.value(), options.inplace()) {}
Tensor ThresholdImpl::forward(const Tensor& input) {
  return F::threshold(input, this->threshold, this->value, this->inplace);
}
std::string ThresholdImpl::extra_repr() const {
  std::string inplace = this->inplace ? ", inplace=True" : "";
  return cat("threshold=", this->threshold, ", value=", this->value, inplace);
}
std::shared_ptr<Module> ThresholdImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ThresholdImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ReLUImpl::ReLUImpl(bool inplace) {
  this->inplace = inplace;
}
ReLUImpl::ReLUImpl(const ReLUOptions& options) : ReLUImpl(options.inplace()) {}
Tensor ReLUImpl::forward(const Tensor& input) {
  return F::relu(input, this->inplace);
}
std::string ReLUImpl::extra_repr() const {
  return this->inplace ? "inplace=True" : "";
}
std::shared_ptr<Module> ReLUImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ReLUImpl>(*this);
  copy->separate({}, device);
  return copy;
}

HardtanhImpl::HardtanhImpl(double min_val, double max_val, bool inplace) {
  this->min_val = min_val;
  this->max_val = max_val;
  this->inplace = inplace;
  if (this->max_val <= this->min_val) {
    throw AssertionError(cat("max_val (", this->max_val, ") must be greater than min_val (", this->min_val, ")"));
  }
}
HardtanhImpl::HardtanhImpl(const HardtanhOptions& options) : HardtanhImpl(options.min_val(), options.max_val(), options.inplace()) {}
Tensor HardtanhImpl::forward(const Tensor& input) {
  return F::hardtanh(input, this->min_val, this->max_val, this->inplace);
}
std::string HardtanhImpl::extra_repr() const {
  std::string inplace = this->inplace ? ", inplace=True" : "";
  return cat("min_val=", this->min_val, ", max_val=", this->max_val, inplace);
}
std::shared_ptr<Module> HardtanhImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<HardtanhImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ReLU6Impl::ReLU6Impl(bool inplace) : HardtanhImpl(0.0, 6.0, inplace) {
}
ReLU6Impl::ReLU6Impl(const ReLU6Options& options) : ReLU6Impl(options.inplace()) {}
std::string ReLU6Impl::extra_repr() const {
  return this->inplace ? "inplace=True" : "";
}
std::shared_ptr<Module> ReLU6Impl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ReLU6Impl>(*this);
  copy->separate({}, device);
  return copy;
}

Tensor SigmoidImpl::forward(const Tensor& input) {
  return sigmoid(input);
}
std::shared_ptr<Module> SigmoidImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SigmoidImpl>(*this);
  copy->separate({}, device);
  return copy;
}

HardsigmoidImpl::HardsigmoidImpl(bool inplace) {
  this->inplace = inplace;
}
HardsigmoidImpl::HardsigmoidImpl(const HardsigmoidOptions& options) : HardsigmoidImpl(options.inplace()) {}
Tensor HardsigmoidImpl::forward(const Tensor& input) {
  return F::hardsigmoid(input, this->inplace);
}
std::shared_ptr<Module> HardsigmoidImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<HardsigmoidImpl>(*this);
  copy->separate({}, device);
  return copy;
}

Tensor TanhImpl::forward(const Tensor& input) {
  return tanh(input);
}
std::shared_ptr<Module> TanhImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<TanhImpl>(*this);
  copy->separate({}, device);
  return copy;
}

SiLUImpl::SiLUImpl(bool inplace) {
  this->inplace = inplace;
}
SiLUImpl::SiLUImpl(const SiLUOptions& options) : SiLUImpl(options.inplace()) {}
Tensor SiLUImpl::forward(const Tensor& input) {
  return F::silu(input, this->inplace);
}
std::string SiLUImpl::extra_repr() const {
  return this->inplace ? "inplace=True" : "";
}
std::shared_ptr<Module> SiLUImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SiLUImpl>(*this);
  copy->separate({}, device);
  return copy;
}

MishImpl::MishImpl(bool inplace) {
  this->inplace = inplace;
}
MishImpl::MishImpl(const MishOptions& options) : MishImpl(options.inplace()) {}
Tensor MishImpl::forward(const Tensor& input) {
  return F::mish(input, this->inplace);
}
std::string MishImpl::extra_repr() const {
  return this->inplace ? "inplace=True" : "";
}
std::shared_ptr<Module> MishImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<MishImpl>(*this);
  copy->separate({}, device);
  return copy;
}

HardswishImpl::HardswishImpl(bool inplace) {
  this->inplace = inplace;
}
HardswishImpl::HardswishImpl(const HardswishOptions& options) : HardswishImpl(options.inplace()) {}
Tensor HardswishImpl::forward(const Tensor& input) {
  return F::hardswish(input, this->inplace);
}
std::shared_ptr<Module> HardswishImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<HardswishImpl>(*this);
  copy->separate({}, device);
  return copy;
}

ELUImpl::ELUImpl(double alpha, bool inplace) {
  this->alpha = alpha;
  this->inplace = inplace;
}
ELUImpl::ELUImpl(const ELUOptions& options) : ELUImpl(options.alpha(), options.inplace()) {}
Tensor ELUImpl::forward(const Tensor& input) {
  return F::elu(input, this->alpha, this->inplace);
}
std::string ELUImpl::extra_repr() const {
  std::string inplace = this->inplace ? ", inplace=True" : "";
  return cat("alpha=", this->alpha, inplace);
}
std::shared_ptr<Module> ELUImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ELUImpl>(*this);
  copy->separate({}, device);
  return copy;
}

CELUImpl::CELUImpl(double alpha, bool inplace) {
  this->alpha = alpha;
  this->inplace = inplace;
}
CELUImpl::CELUImpl(const CELUOptions& options) : CELUImpl(options.alpha(), options.inplace()) {}
Tensor CELUImpl::forward(const Tensor& input) {
  return F::celu(input, this->alpha, this->inplace);
}
std::string CELUImpl::extra_repr() const {
  std::string inplace = this->inplace ? ", inplace=True" : "";
  return cat("alpha=", this->alpha, inplace);
}
std::shared_ptr<Module> CELUImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<CELUImpl>(*this);
  copy->separate({}, device);
  return copy;
}

SELUImpl::SELUImpl(bool inplace) {
  this->inplace = inplace;
}
SELUImpl::SELUImpl(const SELUOptions& options) : SELUImpl(options.inplace()) {}
Tensor SELUImpl::forward(const Tensor& input) {
  return F::selu(input, this->inplace);
}
std::string SELUImpl::extra_repr() const {
  return this->inplace ? "inplace=True" : "";
}
std::shared_ptr<Module> SELUImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SELUImpl>(*this);
  copy->separate({}, device);
  return copy;
}

GLUImpl::GLUImpl(int64_t dim) {
  this->dim = dim;
}
GLUImpl::GLUImpl(const GLUOptions& options) : GLUImpl(options.dim()) {}
Tensor GLUImpl::forward(const Tensor& input) {
  return F::glu(input, this->dim);
}
std::string GLUImpl::extra_repr() const {
  return cat("dim=", this->dim);
}
std::shared_ptr<Module> GLUImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<GLUImpl>(*this);
  copy->separate({}, device);
  return copy;
}

GELUImpl::GELUImpl(std::string_view approximate) {
  this->approximate = approximate;
}
GELUImpl::GELUImpl(const GELUOptions& options) : GELUImpl(options.approximate()) {}
Tensor GELUImpl::forward(const Tensor& input) {
  return F::gelu(input, this->approximate);
}
std::string GELUImpl::extra_repr() const {
  return cat("approximate='", this->approximate, "'");
}
std::shared_ptr<Module> GELUImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<GELUImpl>(*this);
  copy->separate({}, device);
  return copy;
}

LeakyReLUImpl::LeakyReLUImpl(double negative_slope, bool inplace) {
  this->negative_slope = negative_slope;
  this->inplace = inplace;
}
LeakyReLUImpl::LeakyReLUImpl(const LeakyReLUOptions& options) : LeakyReLUImpl(options.negative_slope(), options.inplace()) {}
Tensor LeakyReLUImpl::forward(const Tensor& input) {
  return F::leaky_relu(input, this->negative_slope, this->inplace);
}
std::string LeakyReLUImpl::extra_repr() const {
  std::string inplace = this->inplace ? ", inplace=True" : "";
  return cat("negative_slope=", this->negative_slope, inplace);
}
std::shared_ptr<Module> LeakyReLUImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<LeakyReLUImpl>(*this);
  copy->separate({}, device);
  return copy;
}

Tensor LogSigmoidImpl::forward(const Tensor& input) {
  return F::logsigmoid(input);
}
std::shared_ptr<Module> LogSigmoidImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<LogSigmoidImpl>(*this);
  copy->separate({}, device);
  return copy;
}

SoftplusImpl::SoftplusImpl(double beta, double threshold) {
  this->beta = beta;
  this->threshold = threshold;
}
SoftplusImpl::SoftplusImpl(const SoftplusOptions& options) : SoftplusImpl(options.beta(), options.threshold()) {}
Tensor SoftplusImpl::forward(const Tensor& input) {
  return F::softplus(input, this->beta, this->threshold);
}
std::string SoftplusImpl::extra_repr() const {
  return cat("beta=", this->beta, ", threshold=", this->threshold);
}
std::shared_ptr<Module> SoftplusImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SoftplusImpl>(*this);
  copy->separate({}, device);
  return copy;
}

PReLUImpl::PReLUImpl(int64_t num_parameters, double init, std::optional<Device> device, std::optional<ScalarType> dtype) {
  this->num_parameters = num_parameters;
  this->init = init;
  this->weight = register_parameter("weight", empty({num_parameters}, TensorOptions().device(device).dtype(dtype)));
  this->reset_parameters();
}
PReLUImpl::PReLUImpl(const PReLUOptions& options) : PReLUImpl(options.num_parameters(), options.init(), options.device(), options.dtype()) {}
void PReLUImpl::reset_parameters() {
  init::constant_(this->weight, this->init);
}
Tensor PReLUImpl::forward(const Tensor& input) {
  begin_forward(input);
  return F::prelu(input, this->weight);
}
std::string PReLUImpl::extra_repr() const {
  return cat("num_parameters=", this->num_parameters);
}
std::shared_ptr<Module> PReLUImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<PReLUImpl>(*this);
  copy->separate({&copy->weight}, device);
  return copy;
}
std::vector<Tensor*> PReLUImpl::tensor_members() {
  return {&weight};
}

Tensor SoftsignImpl::forward(const Tensor& input) {
  return F::softsign(input);
}
std::shared_ptr<Module> SoftsignImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SoftsignImpl>(*this);
  copy->separate({}, device);
  return copy;
}

Tensor TanhshrinkImpl::forward(const Tensor& input) {
  return F::tanhshrink(input);
}
std::shared_ptr<Module> TanhshrinkImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<TanhshrinkImpl>(*this);
  copy->separate({}, device);
  return copy;
}

SoftminImpl::SoftminImpl(std::optional<int64_t> dim) {
  this->dim = dim;
}
SoftminImpl::SoftminImpl(const SoftminOptions& options) : SoftminImpl(options.dim()) {}
Tensor SoftminImpl::forward(const Tensor& input) {
  return F::softmin(input, this->dim);
}
std::string SoftminImpl::extra_repr() const {
  return cat("dim=", this->dim);
}
std::shared_ptr<Module> SoftminImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SoftminImpl>(*this);
  copy->separate({}, device);
  return copy;
}

SoftmaxImpl::SoftmaxImpl(std::optional<int64_t> dim) {
  this->dim = dim;
}
SoftmaxImpl::SoftmaxImpl(const SoftmaxOptions& options) : SoftmaxImpl(options.dim()) {}
Tensor SoftmaxImpl::forward(const Tensor& input) {
  return F::softmax(input, this->dim);
}
std::string SoftmaxImpl::extra_repr() const {
  return cat("dim=", this->dim);
}
std::shared_ptr<Module> SoftmaxImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SoftmaxImpl>(*this);
  copy->separate({}, device);
  return copy;
}

LogSoftmaxImpl::LogSoftmaxImpl(std::optional<int64_t> dim) {
  this->dim = dim;
}
LogSoftmaxImpl::LogSoftmaxImpl(const LogSoftmaxOptions& options) : LogSoftmaxImpl(options.dim()) {}
Tensor LogSoftmaxImpl::forward(const Tensor& input) {
  return F::log_softmax(input, this->dim);
}
std::string LogSoftmaxImpl::extra_repr() const {
  return cat("dim=", this->dim);
}
std::shared_ptr<Module> LogSoftmaxImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<LogSoftmaxImpl>(*this);
  copy->separate({}, device);
  return copy;
}

HardshrinkImpl::HardshrinkImpl(double lambd) {
  this->lambd = lambd;
}
HardshrinkImpl::HardshrinkImpl(const HardshrinkOptions& options) : HardshrinkImpl(options.lambd()) {}
Tensor HardshrinkImpl::forward(const Tensor& input) {
  return F::hardshrink(input, this->lambd);
}
std::string HardshrinkImpl::extra_repr() const {
  return cat(this->lambd);
}
std::shared_ptr<Module> HardshrinkImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<HardshrinkImpl>(*this);
  copy->separate({}, device);
  return copy;
}

SoftshrinkImpl::SoftshrinkImpl(double lambd) {
  this->lambd = lambd;
}
SoftshrinkImpl::SoftshrinkImpl(const SoftshrinkOptions& options) : SoftshrinkImpl(options.lambd()) {}
Tensor SoftshrinkImpl::forward(const Tensor& input) {
  return F::softshrink(input, this->lambd);
}
std::string SoftshrinkImpl::extra_repr() const {
  return cat(this->lambd);
}
std::shared_ptr<Module> SoftshrinkImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SoftshrinkImpl>(*this);
  copy->separate({}, device);
  return copy;
}

RReLUImpl::RReLUImpl(double lower, double upper, bool inplace) {
  this->lower = lower;
  this->upper = upper;
  this->inplace = inplace;
}
RReLUImpl::RReLUImpl(const RReLUOptions& options) : RReLUImpl(options.lower(), options.upper(), options.inplace()) {}
Tensor RReLUImpl::forward(const Tensor& input) {
  return F::rrelu(input, this->lower, this->upper, this->training, this->inplace);
}
std::string RReLUImpl::extra_repr() const {
  std::string inplace = this->inplace ? ", inplace=True" : "";
  return cat("lower=", this->lower, ", upper=", this->upper, inplace);
}
std::shared_ptr<Module> RReLUImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<RReLUImpl>(*this);
  copy->separate({}, device);
  return copy;
}

Tensor Softmax2dImpl::forward(const Tensor& input) {
  if (input.dim() != 3 && input.dim() != 4) {
    throw ValueError(cat("Softmax2d: expected input to be 3D or 4D, got ", input.dim(), "D instead"));
  }
  return F::softmax(input, -3);
}
std::shared_ptr<Module> Softmax2dImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<Softmax2dImpl>(*this);
  copy->separate({}, device);
  return copy;
}

}  // namespace rushlight::nn
