// Optimizers: groups, state, and the calls of the fused steps.
#include "rushlight/optim/optimizer.h"

#include <algorithm>

namespace rushlight::optim {

Optimizer::Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults)
    : defaults_(std::move(defaults)) {
  check_value(
      !groups.empty() && std::any_of(groups.begin(), groups.end(), [](const auto& g) { return !g.params().empty(); }),
      "optimizer got an empty parameter list");
  for (const auto& group : groups) add_param_group(group);
}

void Optimizer::add_param_group(const OptimizerParamGroup& group) {
  OptimizerParamGroup added(group);
  if (!added.has_options()) added.set_options(defaults_->clone());
  check_value(added.options().get_lr() >= 0, "Invalid learning rate: {}", added.options().get_lr());
  for (size_t i = 0; i < added.params().size(); ++i) {
    const Tensor& p = added.params()[i];
    check_value(p.is_leaf(), "can't optimize a non-leaf Tensor (parameter {} of the group, shape {})", i, p.sizes());
    for (const auto& g : groups_) {
      check_value(std::none_of(g.params().begin(), g.params().end(), [&](const Tensor& q) { return q.is_same(p); }),
                  "some parameters appear in more than one parameter group (parameter {} of the group, shape {})", i,
                  p.sizes());
    }
  }
  state_.emplace_back(added.params().size());
  work_.emplace_back();
  groups_.push_back(std::move(added));
}

size_t Optimizer::size() const noexcept {
  size_t n = 0;
  for (const auto& g : groups_) n += g.params().size();
  return n;
}

void Optimizer::set_lr(double lr) {
  for (auto& g : groups_) g.options().set_lr(lr);
}

void Optimizer::zero_grad(bool set_to_none) {
  for (auto& g : groups_) {
    for (auto& p : g.params()) {
      if (!p.grad().defined()) continue;
      if (set_to_none)
        p.mutable_grad().reset();
      else
        p.mutable_grad() = p.grad().detach().zero_();
    }
  }
}

void Optimizer::step() {
  NoGradGuard guard;
  for (size_t g = 0; g < groups_.size(); ++g) {
    Work& work = work_[g];
    const auto& params = groups_[g].params();
    size_t n = 0;
    bool same = true;
    for (size_t i = 0; i < params.size(); ++i) {
      if (!params[i].grad().defined()) continue;
      same = same && n < work.index.size() && work.index[n] == i;
      ++n;
    }
    if (!same || n != work.index.size()) {
      work = Work();
      work.state.resize(state_slots());
      for (size_t i = 0; i < params.size(); ++i) {
        if (!params[i].grad().defined()) continue;
        auto& state = state_[g][i];
        state.resize(state_slots());
        work.index.push_back(i);
        work.params.push_back(params[i]);
        for (size_t s = 0; s < state.size(); ++s) {
          if (!state[s].defined()) state[s] = new_state(s, params[i], groups_[g].options());
          work.state[s].push_back(state[s]);
        }
      }
    }
    if (n == 0) continue;
    work.grads.clear();
    for (size_t i : work.index) work.grads.push_back(params[i].grad());
    update(work, groups_[g].options());
    work.grads.clear();
  }
}

void Optimizer::adopt_state(const Work& work, size_t slot) {
  auto& group = state_[static_cast<size_t>(&work - work_.data())];
  for (size_t k = 0; k < work.index.size(); ++k) group[work.index[k]][slot] = work.state[slot][k];
}

NamedTensors Optimizer::state_dict() const {
  NamedTensors out;
  size_t index = 0;
  for (size_t g = 0; g < groups_.size(); ++g) {
    for (size_t i = 0; i < groups_[g].params().size(); ++i, ++index) {
      for (size_t s = 0; s < state_[g][i].size(); ++s) {
        if (state_[g][i][s].defined()) out.emplace_back(format("state.{}.{}", index, slot_name(s)), state_[g][i][s]);
      }
    }
  }
  return out;
}

void Optimizer::load_state_dict(const NamedTensors& state) {
  size_t index = 0, used = 0;
  for (size_t g = 0; g < groups_.size(); ++g) {
    work_[g] = Work();
    for (size_t i = 0; i < groups_[g].params().size(); ++i, ++index) {
      auto& slots = state_[g][i];
      slots.assign(state_slots(), Tensor());
      for (size_t s = 0; s < slots.size(); ++s) {
        const std::string name = format("state.{}.{}", index, slot_name(s));
        const auto found =
            std::find_if(state.begin(), state.end(), [&](const auto& item) { return item.first == name; });
        if (found == state.end()) continue;
        const Tensor& p = groups_[g].params()[i];
        check_value(found->second.numel() == 1 || found->second.sizes() == p.sizes(),
                    "load_state_dict: '{}' has shape {}, but the parameter has {}", name, found->second.sizes(),
                    p.sizes());
        slots[s] = found->second.clone();
        ++used;
      }
    }
  }
  check_value(used == state.size(), "load_state_dict: {} of {} tensors belong to no parameter of this optimizer",
              state.size() - used, state.size());
}

// ---- SGD -----------------------------------------------------------------------------------------------------------------

SGD::SGD(std::vector<OptimizerParamGroup> groups, SGDOptions options)
    : Optimizer(std::move(groups), std::make_unique<SGDOptions>(options)) {
  check_value(options.lr() >= 0, "Invalid learning rate: {}", options.lr());
  check_value(options.momentum() >= 0, "Invalid momentum value: {}", options.momentum());
  check_value(options.weight_decay() >= 0, "Invalid weight_decay value: {}", options.weight_decay());
  check_value(!options.nesterov() || (options.momentum() > 0 && options.dampening() == 0),
              "Nesterov momentum requires a momentum and zero dampening");
}

Tensor SGD::new_state(size_t, const Tensor&, const OptimizerOptions&) const { return {}; }

void SGD::update(Work& work, const OptimizerOptions& base) {
  const auto& o = static_cast<const SGDOptions&>(base);
  auto run = [&](TensorList params, TensorList grads, TensorList buffers, bool first) {
    _optim::sgd_(params, grads, buffers, o.lr(), o.momentum(), o.dampening(), o.weight_decay(), o.nesterov(),
                 o.maximize(), first);
  };
  auto& buffers = work.state[0];
  if (o.momentum() == 0) return run(work.params, work.grads, {}, false);
  const auto fresh = [](const Tensor& b) { return !b.defined(); };
  if (std::none_of(buffers.begin(), buffers.end(), fresh)) return run(work.params, work.grads, buffers, false);
  // A parameter's first gradient becomes its buffer as it is; others go on as usual.
  std::vector<Tensor> params[2], grads[2], bufs[2];
  for (size_t i = 0; i < buffers.size(); ++i) {
    const size_t first = fresh(buffers[i]);
    if (first) buffers[i] = empty_like(work.params[i]);
    params[first].push_back(work.params[i]);
    grads[first].push_back(work.grads[i]);
    bufs[first].push_back(buffers[i]);
  }
  for (size_t first : {0, 1}) {
    if (!params[first].empty()) run(params[first], grads[first], bufs[first], first == 1);
  }
  adopt_state(work, 0);
}

// ---- Adam, AdamW ----------------------------------------------------------------------------------------------------------

namespace {

struct AdamSettings {
  double lr, beta1, beta2, eps, weight_decay;
  bool amsgrad, maximize, decoupled;
};

template <class Options>
AdamSettings settings(const Options& o, bool decoupled) {
  return {
      o.lr(),   std::get<0>(o.betas()), std::get<1>(o.betas()), o.eps(), o.weight_decay(), o.amsgrad(), o.maximize(),
      decoupled};
}

AdamSettings settings_of(const OptimizerOptions& options) {
  if (const auto* adamw = dynamic_cast<const AdamWOptions*>(&options)) return settings(*adamw, true);
  return settings(static_cast<const AdamOptions&>(options), false);
}

void check_settings(const AdamSettings& s) {
  check_value(s.lr >= 0, "Invalid learning rate: {}", s.lr);
  check_value(s.eps >= 0, "Invalid epsilon value: {}", s.eps);
  check_value(s.beta1 >= 0 && s.beta1 < 1, "Invalid beta parameter at index 0: {}", s.beta1);
  check_value(s.beta2 >= 0 && s.beta2 < 1, "Invalid beta parameter at index 1: {}", s.beta2);
  check_value(s.weight_decay >= 0, "Invalid weight_decay value: {}", s.weight_decay);
}

}  // namespace

Adam::Adam(std::vector<OptimizerParamGroup> groups, AdamOptions options)
    : AdamBase(std::move(groups), std::make_unique<AdamOptions>(options)) {
  check_settings(settings(options, false));
}

AdamW::AdamW(std::vector<OptimizerParamGroup> groups, AdamWOptions options)
    : AdamBase(std::move(groups), std::make_unique<AdamWOptions>(options)) {
  check_settings(settings(options, true));
}

const char* AdamBase::slot_name(size_t slot) const {
  constexpr const char* names[] = {"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  return names[slot];
}

Tensor AdamBase::new_state(size_t slot, const Tensor& param, const OptimizerOptions& options) const {
  if (slot == 0) return zeros({}, TensorOptions(kFloat));
  if (slot == 3 && !settings_of(options).amsgrad) return {};
  return zeros_like(param);
}

void AdamBase::update(Work& work, const OptimizerOptions& options) {
  const AdamSettings s = settings_of(options);
  _optim::adam_(work.params, work.grads, work.state[1], work.state[2],
                s.amsgrad ? TensorList(work.state[3]) : TensorList(), work.state[0], s.lr, s.beta1, s.beta2, s.eps,
                s.weight_decay, s.amsgrad, s.maximize, s.decoupled);
}

}  // namespace rushlight::optim
