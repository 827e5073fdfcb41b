// Optimizers: groups, state, hooks, saving.
#include "rushlight/optim/optimizer.h"

#include <algorithm>

#include "rushlight/archive.h"

#include "optim/option_files.h"

namespace rushlight::optim {

Optimizer::Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults)
    : defaults_(std::move(defaults)) {
  check_value(
      !groups.empty() && std::any_of(groups.begin(), groups.end(), [](const auto& g) { return !g.params().empty(); }),
      "optimizer got an empty parameter list. model->parameters() is empty when the model registers no parameters");
  for (const auto& group : groups) add_param_group(group);
}

void Optimizer::add_param_group(const OptimizerParamGroup& group) {
  OptimizerParamGroup added(group);
  if (added.has_options()) {  // the constructors check the defaults
    check_value(added.options().get_lr() >= 0, "Invalid learning rate: {}. lr must be 0 or more",
                added.options().get_lr());
  } else {
    added.set_options(defaults_->clone());
  }
  for (size_t i = 0; i < added.params().size(); ++i) {
    const Tensor& p = added.params()[i];
    check_value(p.is_leaf(), "can't optimize a non-leaf Tensor (parameter {} of the group, shape {})", i, p.sizes());
    for (const auto& g : param_groups_) {
      check_value(std::none_of(g.params().begin(), g.params().end(), [&](const Tensor& q) { return q.is_same(p); }),
                  "some parameters appear in more than one parameter group (parameter {} of the group, shape {})", i,
                  p.sizes());
    }
  }
  slots_.emplace_back(added.params().size());
  work_.emplace_back();
  param_groups_.push_back(std::move(added));
}

size_t Optimizer::size() const noexcept {
  size_t n = 0;
  for (const auto& g : param_groups_) n += g.params().size();
  return n;
}

void Optimizer::set_lr(double lr) {
  for (auto& g : param_groups_) g.options().set_lr(lr);
}

void Optimizer::zero_grad(bool set_to_none) {
  for (auto& g : param_groups_) {
    for (auto& p : g.params()) {
      if (!p.grad().defined()) continue;
      if (set_to_none)
        p.mutable_grad().reset();
      else
        p.mutable_grad() = p.grad().detach().zero_();
    }
  }
}

void Optimizer::run_hooks(const Hooks& hooks, NamedTensors* state) {
  std::vector<std::shared_ptr<Hook>> now;  // a hook may remove itself
  for (const auto& [handle, hook] : hooks) now.push_back(hook);
  for (const auto& hook : now) (*hook)(*this, state);
}

void Optimizer::remove_hook(unsigned handle) {
  const auto is_it = [&](const auto& h) { return h.first == handle; };
  std::erase_if(pre_hooks_, is_it);
  std::erase_if(post_hooks_, is_it);
  for (auto& hooks : state_hooks_) std::erase_if(hooks, is_it);
}

Tensor Optimizer::step(LossClosure closure) {
  stepped_ = true;
  run_hooks(pre_hooks_);
  Tensor loss;
  if (closure)
    loss = step_with(closure);
  else
    step_once();
  run_hooks(post_hooks_);
  return loss;
}

void Optimizer::update(Work&, const OptimizerOptions&) {
  throw NotImplementedError("this optimizer has no update: override step()");
}

Tensor Optimizer::step_with(LossClosure& closure) {
  Tensor loss = closure();
  step_once();
  return loss;
}

void Optimizer::step_once() {
  NoGradGuard guard;
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    Work& work = work_[g];
    const auto& params = param_groups_[g].params();
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
        auto& state = slots_[g][i];
        state.resize(state_slots());
        work.index.push_back(i);
        work.params.push_back(params[i]);
        for (size_t s = 0; s < state.size(); ++s) {
          if (!state[s].defined()) state[s] = new_state(s, params[i], param_groups_[g].options());
          work.state[s].push_back(state[s]);
        }
      }
    }
    if (n == 0) continue;
    work.grads.clear();
    for (size_t i : work.index) work.grads.push_back(params[i].grad());
    update(work, param_groups_[g].options());
    work.grads.clear();
  }
}

void Optimizer::adopt_state(const Work& work, size_t slot) {
  auto& group = slots_[static_cast<size_t>(&work - work_.data())];
  for (size_t k = 0; k < work.index.size(); ++k) group[work.index[k]][slot] = work.state[slot][k];
}

// ---- saving ---------------------------------------------------------------------------------------------------------------

Tensor as_tensor(const std::vector<double>& values) {
  Tensor t = empty({static_cast<int64_t>(values.size())}, TensorOptions(kDouble));
  std::copy(values.begin(), values.end(), static_cast<double*>(t.data_ptr()));
  return t;
}

const Tensor* find(const NamedTensors& state, const std::string& name) {
  const auto found = std::find_if(state.begin(), state.end(), [&](const auto& item) { return item.first == name; });
  return found == state.end() ? nullptr : &found->second;
}

void LoadOptions::visit(const char* name, std::vector<double>& values) {
  const Tensor* saved = find(state, prefix + name);
  if (!saved) return;
  const Tensor t = saved->to(kDouble).flatten().contiguous();
  const auto* data = static_cast<const double*>(t.data_ptr());
  values.assign(data, data + t.numel());
  ++used;
}

NamedTensors Optimizer::state_dict() const {
  NamedTensors out;
  auto& self = const_cast<Optimizer&>(*this);  // hooks may do what they like
  self.run_hooks(state_hooks_[0], &out);
  size_t index = 0;
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    for (size_t i = 0; i < param_groups_[g].params().size(); ++i, ++index) {
      for (size_t s = 0; s < slots_[g][i].size(); ++s) {
        if (slots_[g][i][s].defined()) out.emplace_back(format("state.{}.{}", index, slot_name(s)), slots_[g][i][s]);
      }
    }
  }
  save_more(out);
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    SaveOptions visitor(out, format("param_groups.{}.", g));
    param_groups_[g].options().clone()->visit_options(visitor);
    if (param_groups_[g].initial_lr)
      out.emplace_back(format("param_groups.{}.initial_lr", g), as_tensor({*param_groups_[g].initial_lr}));
  }
  self.run_hooks(state_hooks_[1], &out);
  return out;
}

void Optimizer::load_state_dict(const NamedTensors& state) {
  if (state_hooks_[2].empty()) {
    take_state(state, false);
  } else {
    NamedTensors changed = state;
    run_hooks(state_hooks_[2], &changed);
    take_state(changed, false);
  }
  NamedTensors none;
  run_hooks(state_hooks_[3], &none);
}

void Optimizer::take_state(const NamedTensors& state, bool share) {
  size_t index = 0, used = load_more(state);
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    work_[g] = Work();
    for (size_t i = 0; i < param_groups_[g].params().size(); ++i, ++index) {
      auto& slots = slots_[g][i];
      slots.assign(state_slots(), Tensor());
      for (size_t s = 0; s < slots.size(); ++s) {
        const std::string name = format("state.{}.{}", index, slot_name(s));
        const Tensor* found = find(state, name);
        if (!found) continue;
        const Tensor& p = param_groups_[g].params()[i];
        const Tensor fresh = new_state(s, p, param_groups_[g].options());
        check_value(found->numel() == 1 || found->sizes() == (fresh.defined() ? fresh : p).sizes(),
                    "load_state_dict: '{}' has shape {}, but the parameter has {}", name, found->sizes(), p.sizes());
        slots[s] = share ? *found : found->clone();
        ++used;
      }
    }
    LoadOptions visitor(state, format("param_groups.{}.", g));
    param_groups_[g].options().visit_options(visitor);
    used += visitor.used;
    if (const Tensor* initial = find(state, format("param_groups.{}.initial_lr", g))) {
      param_groups_[g].initial_lr = initial->item<double>();
      ++used;
    }
  }
  check_value(used == state.size(), "load_state_dict: {} of {} tensors belong to no parameter of this optimizer",
              state.size() - used, state.size());
}

// ---- as archives ------------------------------------------------------------------------------------------------------------

std::unique_ptr<OptimizerParamState> OptimizerParamState::clone() const {
  throw NotImplementedError(
      "clone() has not been implemented for this OptimizerParamState. Subclass OptimizerCloneableParamState<YourState> "
      "instead of OptimizerParamState to inherit the ability to clone.");
}

void OptimizerParamState::serialize(serialize::InputArchive&) {
  throw NotImplementedError(
      "void serialize(serialize::InputArchive&) has not been implemented for this OptimizerParamState. Implement it to "
      "load the optimizer.");
}

void OptimizerParamState::serialize(serialize::OutputArchive&) const {
  throw NotImplementedError(
      "void serialize(serialize::OutputArchive&) const has not been implemented for this OptimizerParamState. "
      "Implement "
      "it to save the optimizer.");
}

void Optimizer::save(serialize::OutputArchive& archive) const {
  for (const auto& [name, tensor] : state_dict()) archive.write(name, tensor);
  size_t index = 0;
  for (const auto& group : param_groups_) {
    for (const Tensor& p : group.params()) {
      const auto found = state_.find(p.unsafeGetTensorImpl());
      if (found != state_.end()) {
        serialize::OutputArchive nested;
        found->second->serialize(nested);
        archive.write(format("param_state.{}", index), nested);
      }
      ++index;
    }
  }
}

void Optimizer::load(serialize::InputArchive& archive) {
  NamedTensors own;
  for (const auto& item : archive.tensors()) {
    if (!item.first.starts_with("param_state.")) own.push_back(item);
  }
  load_state_dict(own);
  size_t index = 0;
  for (const auto& group : param_groups_) {
    for (const Tensor& p : group.params()) {
      const auto found = state_.find(p.unsafeGetTensorImpl());
      serialize::InputArchive nested;
      if (found != state_.end() && archive.try_read(format("param_state.{}", index), nested))
        found->second->serialize(nested);
      ++index;
    }
  }
}

// ---- other parameters, for a while ----------------------------------------------------------------------------------------

swap_in_optimizer_params_and_state::swap_in_optimizer_params_and_state(Optimizer& optimizer,
                                                                       const std::vector<Tensor>& swapin_parameters,
                                                                       const NamedTensors& swapin_optim_state)
    : optimizer_(optimizer), groups_(optimizer.param_groups_), slots_(optimizer.slots_) {
  const auto has_state = [](const auto& group) {
    return std::any_of(group.begin(), group.end(), [](const auto& slots) { return !slots.empty(); });
  };
  check(std::any_of(slots_.begin(), slots_.end(), has_state),
        "swap_in_optimizer_params_and_state requires initialized optimizer state. Take a step first");
  check(swapin_parameters.size() >= optimizer.size(),
        "swap_in_optimizer_params_and_state requires the explicit parameter state to match optimizer.param_groups "
        "ordering. ({} parameters for {})",
        swapin_parameters.size(), optimizer.size());
  try {
    size_t next = 0;
    for (auto& group : optimizer_.param_groups_) {
      for (Tensor& p : group.params()) p = swapin_parameters[next++];
    }
    optimizer_.take_state(swapin_optim_state, true);
  } catch (...) {
    restore();
    throw;
  }
}

void swap_in_optimizer_params_and_state::restore() noexcept {
  for (size_t g = 0; g < groups_.size(); ++g) optimizer_.param_groups_[g] = std::move(groups_[g]);
  optimizer_.slots_ = std::move(slots_);
  for (auto& work : optimizer_.work_) work = {};
}

swap_in_optimizer_params_and_state::~swap_in_optimizer_params_and_state() { restore(); }

}  // namespace rushlight::optim
