// Writes what the C++ door's optimizers, schedulers and averages do, for tests/train/test_optim_doors.py to compare with
// Python bit for bit. usage: optim_doors_parity FILE
//
// A case is named by its Python text.
#include <rushlight/rushlight.h>

#include <cstdio>

namespace {

namespace torch = rushlight;
namespace nn = torch::nn;
using namespace torch::optim;
using torch::randn;
using torch::Tensor;

struct Record {
  torch::NamedTensors tensors;
  torch::Metadata texts;
  int count = 0;

  std::string prefix() const { return std::to_string(count) + "."; }
  void tensor(const std::string& name, const Tensor& t) { tensors.emplace_back(prefix() + name, t.detach().clone()); }
  void text(const std::string& name, const std::string& t) { texts.emplace_back(prefix() + name, t); }
};

enum Which { kAll, kMatrices };

// Twelve steps of a small net; the twin is `train` in test_optim_doors.py.
template <class Optimizer, class Options>
void train(Record& record, const char* python, Options options, Which which = kAll) {
  torch::manual_seed(100 + record.count);
  nn::Sequential net{nn::Linear(6, 8), nn::Tanh(), nn::Linear(8, 3)};
  const Tensor x = randn({16, 6}), y = randn({16, 3});
  std::vector<Tensor> params;
  for (const Tensor& p : net->parameters()) {
    if (which == kAll || p.dim() == 2) params.push_back(p);
  }
  Optimizer optimizer(params, options);
  const auto closure = [&] {
    optimizer.zero_grad();
    Tensor loss = nn::functional::mse_loss(net(x), y);
    loss.backward();
    return loss;
  };
  // Half of the way in a second optimizer that goes on from the saved state.
  for (int i = 0; i < 6; ++i) optimizer.step(closure);
  Optimizer second(params, options);
  second.load_state_dict(torch::load_bytes(torch::save_bytes(optimizer.state_dict())).tensors);
  Tensor loss;
  for (int i = 0; i < 6; ++i)
    loss = second.step([&] {
      second.zero_grad();
      Tensor value = nn::functional::mse_loss(net(x), y);
      value.backward();
      return value;
    });
  record.text("train", python);
  record.text("which", which == kAll ? "all" : "matrices");
  record.tensor("loss", loss);
  for (const auto& [name, value] : net->state_dict()) record.tensor("param." + name, value);
  std::string keys;
  for (const auto& [name, value] : second.state_dict()) {
    if (name.compare(0, 6, "state.") != 0) continue;
    keys += name + ",";
    record.tensor(name, value);
  }
  record.text("keys", keys);
  ++record.count;
}

void first_order(Record& record) {
  train<SGD>(record, "SGD(lr=0.1)", SGDOptions(0.1));
  train<SGD>(record, "SGD(lr=0.1, momentum=0.9, dampening=0.1, weight_decay=0.01, maximize=True)",
             SGDOptions(0.1).momentum(0.9).dampening(0.1).weight_decay(0.01).maximize(true));
  train<Adam>(record, "Adam(lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1, amsgrad=True)",
              AdamOptions(0.01).betas({0.8, 0.99}).eps(1e-6).weight_decay(0.1).amsgrad(true));
  train<Adam>(record, "Adam(weight_decay=0.1, decoupled_weight_decay=True)",
              AdamOptions().weight_decay(0.1).decoupled_weight_decay(true));
  train<AdamW>(record, "AdamW()", AdamWOptions());
  train<RMSprop>(record, "RMSprop()", RMSpropOptions());
  train<RMSprop>(record, "RMSprop(lr=0.01, alpha=0.9, eps=1e-6, weight_decay=0.1, momentum=0.8, centered=True)",
                 RMSpropOptions(0.01).alpha(0.9).eps(1e-6).weight_decay(0.1).momentum(0.8).centered(true));
  train<Adagrad>(record, "Adagrad()", AdagradOptions());
  train<Adagrad>(record, "Adagrad(lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.2, eps=1e-6)",
                 AdagradOptions(0.1).lr_decay(0.1).weight_decay(0.1).initial_accumulator_value(0.2).eps(1e-6));
  train<Adadelta>(record, "Adadelta()", AdadeltaOptions());
  train<Adadelta>(record, "Adadelta(lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.1, maximize=True)",
                  AdadeltaOptions(0.5).rho(0.8).eps(1e-4).weight_decay(0.1).maximize(true));
  train<Adamax>(record, "Adamax()", AdamaxOptions());
  train<Adamax>(record, "Adamax(lr=0.01, betas=(0.8, 0.9), weight_decay=0.1)",
                AdamaxOptions(0.01).betas({0.8, 0.9}).weight_decay(0.1));
  train<NAdam>(record, "NAdam()", NAdamOptions());
  train<NAdam>(record, "NAdam(lr=0.01, weight_decay=0.1, momentum_decay=0.01, decoupled_weight_decay=True)",
               NAdamOptions(0.01).weight_decay(0.1).momentum_decay(0.01).decoupled_weight_decay(true));
  train<RAdam>(record, "RAdam()", RAdamOptions());
  train<RAdam>(record, "RAdam(lr=0.01, betas=(0.9, 0.95), weight_decay=0.1)",
               RAdamOptions(0.01).betas({0.9, 0.95}).weight_decay(0.1));
  train<Rprop>(record, "Rprop()", RpropOptions());
  train<Rprop>(record, "Rprop(lr=0.001, etas=(0.6, 1.3), step_sizes=(1e-4, 0.1))",
               RpropOptions(0.001).etas({0.6, 1.3}).step_sizes({1e-4, 0.1}));
  train<ASGD>(record, "ASGD()", ASGDOptions());
  train<ASGD>(record, "ASGD(lr=0.1, lambd=0.01, alpha=0.5, t0=3, weight_decay=0.1)",
              ASGDOptions(0.1).lambd(0.01).alpha(0.5).t0(3).weight_decay(0.1));
}

void composed(Record& record) {
  train<Adafactor>(record, "Adafactor()", AdafactorOptions());
  train<Adafactor>(record, "Adafactor(lr=0.1, beta2_decay=-0.5, eps=(1e-6, 1e-2), d=2.0, weight_decay=0.1)",
                   AdafactorOptions(0.1).beta2_decay(-0.5).eps({1e-6, 1e-2}).d(2).weight_decay(0.1));
  train<Muon>(record, "Muon()", MuonOptions(), kMatrices);
  train<Muon>(record, "Muon(lr=0.01, momentum=0.8, nesterov=False, ns_steps=3, adjust_lr_fn='match_rms_adamw')",
              MuonOptions(0.01).momentum(0.8).nesterov(false).ns_steps(3).adjust_lr_fn("match_rms_adamw"), kMatrices);
  train<SparseAdam>(record, "SparseAdam(lr=0.01)", SparseAdamOptions(0.01));
  train<LBFGS>(record, "LBFGS(lr=0.3, max_iter=3, history_size=4)", LBFGSOptions(0.3).max_iter(3).history_size(4));
  train<LBFGS>(record, "LBFGS(max_iter=3, line_search_fn='strong_wolfe')",
               LBFGSOptions().max_iter(3).line_search_fn("strong_wolfe"));
}

// ---- schedulers ---------------------------------------------------------------------------------------------------------

struct Groups {
  Tensor a = torch::ones({1}), b = torch::ones({1});
  SGD sgd{{OptimizerParamGroup({a}, std::make_unique<SGDOptions>(SGDOptions(0.1).momentum(0.9))),
           OptimizerParamGroup({b}, std::make_unique<SGDOptions>(SGDOptions(0.04).momentum(0.9)))},
          SGDOptions(0.1).momentum(0.9)};
};

template <class Scheduler>
void take_step(Scheduler& scheduler, int) {
  scheduler.step();
}
void take_step(ReduceLROnPlateau& scheduler, int step) { scheduler.step(step % 4 == 0 ? 1.0 / (1 + step) : 1.0); }

// Sixty steps: rates and momenta of both groups. The twin is `schedule` in test_optim_doors.py.
template <class Make>
void schedule(Record& record, const char* python, const Make& make) {
  Groups groups;
  auto scheduler = make(groups.sgd);
  std::vector<double> values;
  const auto note = [&] {
    for (const auto& group : groups.sgd.param_groups()) values.push_back(group.options().get_lr());
    for (auto& group : groups.sgd.param_groups()) {
      values.push_back(static_cast<SGDOptions&>(group.options()).momentum());
    }
  };
  note();
  for (int i = 0; i < 60; ++i) {
    groups.sgd.step();
    take_step(*scheduler, i);
    note();
  }
  record.text("schedule", python);
  record.tensor("values", torch::tensor(values, torch::TensorOptions(torch::kDouble)));
  ++record.count;
}

#define SCHEDULE(python, Class, ...) \
  schedule(record, python, [](SGD& o) { return std::make_unique<Class>(o __VA_OPT__(, ) __VA_ARGS__); })

// Schedulers that are made of others, kept together.
struct Sequence {
  explicit Sequence(SGD& o) : a(o, 0.1, 1.0, 5), b(o, 20), c(o, 0.97), all(o, {&a, &b, &c}, {5, 30}) {}
  void step() { all.step(); }
  LinearLR a;
  CosineAnnealingLR b;
  ExponentialLR c;
  SequentialLR all;
};
struct Nested {
  explicit Nested(SGD& o)
      : a(o, 0.5, 7), b(o, 9, 0.8), inner(o, {&a, &b}, {12}), c(o, 15, 2.0), all(o, {&inner, &c}, {40}) {}
  void step() { all.step(); }
  ConstantLR a;
  StepLR b;
  SequentialLR inner;
  PolynomialLR c;
  SequentialLR all;
};
struct Chain {
  explicit Chain(SGD& o) : a(o, 0.1, 20), b(o, 0.98), all({&a, &b}) {}
  void step() { all.step(); }
  ConstantLR a;
  ExponentialLR b;
  ChainedScheduler all;
};

void schedulers(Record& record) {
  SCHEDULE("StepLR(o, 7, 0.9)", StepLR, 7, 0.9);
  SCHEDULE("MultiStepLR(o, [3, 10, 10, 40], 0.3)", MultiStepLR, std::vector<int64_t>{3, 10, 10, 40}, 0.3);
  SCHEDULE("ConstantLR(o, 0.3, 11)", ConstantLR, 0.3, 11);
  SCHEDULE("ConstantLR(o)", ConstantLR);
  SCHEDULE("LinearLR(o, 0.2, 0.9, 13)", LinearLR, 0.2, 0.9, 13);
  SCHEDULE("LinearLR(o)", LinearLR);
  SCHEDULE("ExponentialLR(o, 0.97)", ExponentialLR, 0.97);
  SCHEDULE("PolynomialLR(o, 47, 0.9)", PolynomialLR, 47, 0.9);
  SCHEDULE("PolynomialLR(o)", PolynomialLR);
  SCHEDULE("CosineAnnealingLR(o, 17, 0.001)", CosineAnnealingLR, 17, 0.001);
  SCHEDULE("CosineAnnealingWarmRestarts(o, 10)", CosineAnnealingWarmRestarts, 10);
  SCHEDULE("CosineAnnealingWarmRestarts(o, 5, 2, 0.002)", CosineAnnealingWarmRestarts, 5, 2, 0.002);
  SCHEDULE("LambdaLR(o, lambda t: 1 / (1 + t))", LambdaLR, [](int64_t t) { return 1.0 / static_cast<double>(1 + t); });
  SCHEDULE("MultiplicativeLR(o, lambda t: 0.99 if t % 2 else 0.98)", MultiplicativeLR,
           [](int64_t t) { return t % 2 ? 0.99 : 0.98; });
  SCHEDULE("OneCycleLR(o, 0.2, total_steps=61)", OneCycleLR, OneCycleLROptions(0.2).total_steps(61));
  SCHEDULE("OneCycleLR(o, [0.2, 0.3], epochs=9, steps_per_epoch=7, three_phase=True, anneal_strategy='linear')",
           OneCycleLR,
           OneCycleLROptions({0.2, 0.3}).epochs(9).steps_per_epoch(7).three_phase(true).anneal_strategy("linear"));
  SCHEDULE("CyclicLR(o, 0.01, 0.1, 20)", CyclicLR, CyclicLROptions(0.01, 0.1).step_size_up(20));
  SCHEDULE("CyclicLR(o, [0.01, 0.02], [0.1, 0.2], 9, 5, mode='triangular2')", CyclicLR,
           CyclicLROptions({0.01, 0.02}, {0.1, 0.2}).step_size_up(9).step_size_down(5).mode("triangular2"));
  SCHEDULE("CyclicLR(o, 0.01, 0.1, 7, mode='exp_range', gamma=0.99, cycle_momentum=False)", CyclicLR,
           CyclicLROptions(0.01, 0.1).step_size_up(7).mode("exp_range").gamma(0.99).cycle_momentum(false));
  SCHEDULE("SequentialLR(o, [LinearLR(o, 0.1, 1.0, 5), CosineAnnealingLR(o, 20), ExponentialLR(o, 0.97)], [5, 30])",
           Sequence);
  SCHEDULE(
      "SequentialLR(o, [SequentialLR(o, [ConstantLR(o, 0.5, 7), StepLR(o, 9, 0.8)], [12]), "
      "PolynomialLR(o, 15, 2.0)], [40])",
      Nested);
  SCHEDULE("ChainedScheduler([ConstantLR(o, 0.1, 20), ExponentialLR(o, 0.98)])", Chain);
  SCHEDULE("ReduceLROnPlateau(o, factor=0.5, patience=2, cooldown=1, min_lr=1e-3)", ReduceLROnPlateau,
           ReduceLROnPlateau::min, 0.5, 2, 1e-4, ReduceLROnPlateau::rel, 1, 1e-3);
  SCHEDULE("SWALR(o, 0.02, 25)", SWALR, 0.02, 25);
  SCHEDULE("SWALR(o, [0.02, 0.03], 10, 'linear')", SWALR, PerGroup({0.02, 0.03}), 10, "linear");
}

// ---- averages -------------------------------------------------------------------------------------------------------------

// The twin is `average` in test_optim_doors.py.
void average(Record& record, const char* python, swa_utils::MultiAverage how, bool use_buffers) {
  torch::manual_seed(100 + record.count);
  nn::Sequential net{nn::Linear(4, 5), nn::BatchNorm1d(5), nn::Linear(5, 2)};
  nn::Sequential own{nn::Linear(4, 5), nn::BatchNorm1d(5), nn::Linear(5, 2)};
  std::vector<Tensor> data;
  for (int i = 0; i < 3; ++i) data.push_back(randn({6, 4}));
  swa_utils::AveragedModel mean(net, own, std::move(how), use_buffers);
  SGD sgd(net->parameters(), SGDOptions(0.1));
  for (const Tensor& x : data) {
    sgd.zero_grad();
    net(x).square().mean().backward();
    sgd.step();
    mean->update_parameters(*net);
  }
  if (!use_buffers) swa_utils::update_bn(data, mean);
  mean->eval();
  record.text("average", python);
  record.tensor("out", mean->forward(data[0]));
  std::string keys;
  for (const auto& [name, value] : mean->state_dict()) {
    keys += name + ",";
    record.tensor("state." + name, value);
  }
  record.text("keys", keys);
  ++record.count;
}

void averages(Record& record) {
  average(record, "AveragedModel(net)", {}, false);
  average(record, "AveragedModel(net, use_buffers=True)", {}, true);
  average(record, "AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.9))", swa_utils::get_ema_multi_avg_fn(0.9),
          false);
  average(record, "AveragedModel(net, avg_fn=get_ema_avg_fn(0.9), use_buffers=False)", swa_utils::get_ema_avg_fn(0.9),
          false);
  average(record, "AveragedModel(net, avg_fn=get_swa_avg_fn())", swa_utils::get_swa_avg_fn(), false);
}

// ---- errors ---------------------------------------------------------------------------------------------------------------

template <class F>
void fails(Record& record, const char* python, const F& make) {
  record.text("fails", python);
  std::string message = "nothing";
  try {
    make();
  } catch (const torch::Error& e) {
    message = e.what();
    message = message.substr(0, message.find('\n'));
  }
  record.text("message", message);
  ++record.count;
}

void errors(Record& record) {
  const std::vector<Tensor> p{torch::ones({2, 2})};
#define FAILS(python, ...) fails(record, python, [&] { (void)__VA_ARGS__; })
  FAILS("SGD(p, lr=-0.5)", SGD(p, SGDOptions(-0.5)));
  FAILS("SGD(p, momentum=-0.5)", SGD(p, SGDOptions().momentum(-0.5)));
  FAILS("Adam(p, betas=(1.5, 0.9))", Adam(p, AdamOptions().betas({1.5, 0.9})));
  FAILS("RMSprop(p, alpha=-0.5)", RMSprop(p, RMSpropOptions().alpha(-0.5)));
  FAILS("Adadelta(p, rho=1.5)", Adadelta(p, AdadeltaOptions().rho(1.5)));
  FAILS("NAdam(p, momentum_decay=-0.5)", NAdam(p, NAdamOptions().momentum_decay(-0.5)));
  FAILS("Rprop(p, etas=(0.5, 0.75))", Rprop(p, RpropOptions().etas({0.5, 0.75})));
  FAILS("ASGD(p, weight_decay=-0.5)", ASGD(p, ASGDOptions().weight_decay(-0.5)));
  FAILS("Adafactor(p, d=0.5)", Adafactor(p, AdafactorOptions().d(0.5)));
  FAILS("Muon(p, adjust_lr_fn='x')", Muon(p, MuonOptions().adjust_lr_fn("x")));
  FAILS("SparseAdam(p, eps=-0.5)", SparseAdam(p, SparseAdamOptions().eps(-0.5)));
  FAILS("LBFGS(p, lr=-0.5)", LBFGS(p, LBFGSOptions(-0.5)));
  Groups g;
  FAILS("LinearLR(o, 2.5)", LinearLR(g.sgd, 2.5));
  FAILS("ConstantLR(o, 2.5)", ConstantLR(g.sgd, 2.5));
  FAILS("CosineAnnealingWarmRestarts(o, 0)", CosineAnnealingWarmRestarts(g.sgd, 0));
  FAILS("OneCycleLR(o, 0.5)", OneCycleLR(g.sgd, OneCycleLROptions(0.5)));
  FAILS("OneCycleLR(o, [0.5, 0.5, 0.5], 5)", OneCycleLR(g.sgd, OneCycleLROptions({0.5, 0.5, 0.5}).total_steps(5)));
  FAILS("CyclicLR(o, 0.5, 0.75, mode='x')", CyclicLR(g.sgd, CyclicLROptions(0.5, 0.75).mode("x")));
  FAILS("SequentialLR(o, [], [])", SequentialLR(g.sgd, {}, {}));
  FAILS("ReduceLROnPlateau(o, factor=1.5)", ReduceLROnPlateau(g.sgd, ReduceLROnPlateau::min, 1.5));
  FAILS("SWALR(o, 0.5, 10, 'x')", SWALR(g.sgd, 0.5, 10, "x"));
  FAILS("get_ema_multi_avg_fn(1.5)", swa_utils::get_ema_multi_avg_fn(1.5));
#undef FAILS
}

#undef SCHEDULE

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s FILE\n", argv[0]), 2;
  Record record;
  first_order(record);
  composed(record);
  schedulers(record);
  averages(record);
  errors(record);
  torch::save_file(record.tensors, argv[1], record.texts);
  return 0;
}
