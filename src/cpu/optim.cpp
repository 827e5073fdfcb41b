// Optimizer steps over lists of tensors: one pass in fixed chunks, in place.
#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/optim_runs.h"
#include "rushlight/ops.h"

namespace rushlight::_optim {

using cpu::next_step, cpu::number_in, cpu::set_number;
using cpu::OptimRuns;

namespace {

// The numbers of the parameters' steps: parameters that took as many steps share theirs.
template <class Numbers>
class StepNumbers {
 public:
  template <class Make>
  int index(double step, const Make& make) {
    if (all_.empty() || last_ != step) {
      last_ = step;
      all_.push_back(make(step));
    }
    return static_cast<int>(all_.size()) - 1;
  }
  const Numbers& operator[](int i) const { return all_[static_cast<size_t>(i)]; }

 private:
  std::vector<Numbers> all_;
  double last_ = 0;
};

// A number as a tensor of its dtype would hold it.
double rounded(const Tensor& like, double value) {
  return like.dtype() == kFloat ? static_cast<double>(static_cast<float>(value)) : value;
}

}  // namespace

void sgd_(TensorList params, TensorList grads, TensorList momentum_buffers, double lr, double momentum,
          double dampening, double weight_decay, bool nesterov, bool maximize, bool first_step) {
  OptimRuns runs("_optim.sgd_", params, grads, {{"momentum_buffers", momentum_buffers, momentum != 0}});
  runs.add_all();
  runs.launch(
      0.25, [](const auto& kernels) { return kernels.sgd; },
      [&]<class T>(T, int) {
        return cpu::SgdStep<T>{static_cast<T>(lr),
                               static_cast<T>(momentum),
                               static_cast<T>(1 - dampening),
                               static_cast<T>(weight_decay),
                               nesterov,
                               maximize,
                               first_step};
      });
}

void adam_(TensorList params, TensorList grads, TensorList exp_avgs, TensorList exp_avg_sqs, TensorList max_exp_avg_sqs,
           TensorList steps, double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad,
           bool maximize, bool decoupled_weight_decay) {
  OptimRuns runs("_optim.adam_", params, grads,
                 {{"exp_avgs", exp_avgs}, {"exp_avg_sqs", exp_avg_sqs}, {"max_exp_avg_sqs", max_exp_avg_sqs, amsgrad}},
                 {{"steps", steps}});
  struct Numbers {
    double step_size, inverse_root2;
  };
  StepNumbers<Numbers> numbers;
  const auto of_step = [&](double step) {
    return Numbers{lr / (1 - std::pow(beta1, step)), 1 / std::sqrt(1 - std::pow(beta2, step))};
  };
  for (size_t i = 0; i < params.size(); ++i) runs.add(i, numbers.index(next_step(steps[i]), of_step));
  runs.launch(
      0.5, [](const auto& kernels) { return kernels.adam; },
      [&]<class T>(T, int step) {
        const Numbers& k = numbers[step];
        return cpu::AdamStep<T>{static_cast<T>(beta2),
                                static_cast<T>(1 - beta1),
                                static_cast<T>(1 - beta2),
                                static_cast<T>(k.step_size),
                                static_cast<T>(k.inverse_root2),
                                static_cast<T>(eps),
                                static_cast<T>(weight_decay),
                                static_cast<T>(1 - lr * weight_decay),
                                maximize,
                                amsgrad,
                                decoupled_weight_decay};
      });
}

void rmsprop_(TensorList params, TensorList grads, TensorList square_avgs, TensorList grad_avgs,
              TensorList momentum_buffers, TensorList steps, double lr, double alpha, double eps, double weight_decay,
              double momentum, bool centered, bool maximize) {
  OptimRuns runs("_optim.rmsprop_", params, grads,
                 {{"square_avgs", square_avgs},
                  {"grad_avgs", grad_avgs, centered},
                  {"momentum_buffers", momentum_buffers, momentum > 0}},
                 {{"steps", steps}});
  for (const Tensor& step : steps) next_step(step);
  runs.add_all();
  runs.launch(
      0.5, [](const auto& kernels) { return kernels.rmsprop; },
      [&]<class T>(T, int) {
        return cpu::RmspropStep<T>{static_cast<T>(lr),
                                   static_cast<T>(alpha),
                                   static_cast<T>(1 - alpha),
                                   static_cast<T>(eps),
                                   static_cast<T>(weight_decay),
                                   static_cast<T>(momentum),
                                   maximize};
      });
}

void adagrad_(TensorList params, TensorList grads, TensorList state_sums, TensorList steps, double lr, double lr_decay,
              double eps, double weight_decay, bool maximize) {
  OptimRuns runs("_optim.adagrad_", params, grads, {{"state_sums", state_sums}}, {{"steps", steps}});
  StepNumbers<double> sizes;
  const auto of_step = [&](double step) { return lr / (1 + (step - 1) * lr_decay); };
  for (size_t i = 0; i < params.size(); ++i) runs.add(i, sizes.index(next_step(steps[i]), of_step));
  runs.launch(
      0.4, [](const auto& kernels) { return kernels.adagrad; },
      [&]<class T>(T, int step) {
        return cpu::AdagradStep<T>{static_cast<T>(sizes[step]), static_cast<T>(eps), static_cast<T>(weight_decay),
                                   maximize};
      });
}

void adadelta_(TensorList params, TensorList grads, TensorList square_avgs, TensorList acc_deltas, TensorList steps,
               double lr, double rho, double eps, double weight_decay, bool maximize) {
  OptimRuns runs("_optim.adadelta_", params, grads, {{"square_avgs", square_avgs}, {"acc_deltas", acc_deltas}},
                 {{"steps", steps}});
  for (const Tensor& step : steps) next_step(step);
  runs.add_all();
  runs.launch(
      0.6, [](const auto& kernels) { return kernels.adadelta; },
      [&]<class T>(T, int) {
        return cpu::AdadeltaStep<T>{static_cast<T>(lr),  static_cast<T>(rho),          static_cast<T>(1 - rho),
                                    static_cast<T>(eps), static_cast<T>(weight_decay), maximize};
      });
}

void adamax_(TensorList params, TensorList grads, TensorList exp_avgs, TensorList exp_infs, TensorList steps, double lr,
             double beta1, double beta2, double eps, double weight_decay, bool maximize) {
  OptimRuns runs("_optim.adamax_", params, grads, {{"exp_avgs", exp_avgs}, {"exp_infs", exp_infs}}, {{"steps", steps}});
  StepNumbers<double> sizes;
  const auto of_step = [&](double step) { return lr / (1 - std::pow(beta1, step)); };
  for (size_t i = 0; i < params.size(); ++i) runs.add(i, sizes.index(next_step(steps[i]), of_step));
  runs.launch(
      0.5, [](const auto& kernels) { return kernels.adamax; },
      [&]<class T>(T, int step) {
        return cpu::AdamaxStep<T>{static_cast<T>(sizes[step]), static_cast<T>(beta2),        static_cast<T>(1 - beta1),
                                  static_cast<T>(eps),         static_cast<T>(weight_decay), maximize};
      });
}

void nadam_(TensorList params, TensorList grads, TensorList exp_avgs, TensorList exp_avg_sqs, TensorList mu_products,
            TensorList steps, double lr, double beta1, double beta2, double eps, double weight_decay,
            double momentum_decay, bool decoupled_weight_decay, bool maximize) {
  OptimRuns runs("_optim.nadam_", params, grads, {{"exp_avgs", exp_avgs}, {"exp_avg_sqs", exp_avg_sqs}},
                 {{"steps", steps}, {"mu_products", mu_products}});
  struct Numbers {
    double correction2, gradient_share, mean_share;
  };
  std::vector<Numbers> numbers;
  for (size_t i = 0; i < params.size(); ++i) {
    const double step = next_step(steps[i]);
    const double mu = beta1 * (1.0 - 0.5 * std::pow(0.96, step * momentum_decay));
    const double mu_next = beta1 * (1.0 - 0.5 * std::pow(0.96, (step + 1) * momentum_decay));
    // The product is a tensor of its own precision, and rounded at every step as that.
    const Tensor& kept = mu_products[i];
    set_number(kept, rounded(kept, number_in(kept) * rounded(kept, mu)));
    const double product = number_in(kept);
    numbers.push_back(
        {1 - std::pow(beta2, step), -lr * (1.0 - mu) / (1.0 - product), (-lr * mu_next) / (1.0 - product * mu_next)});
    runs.add(i, static_cast<int>(i));
  }
  runs.launch(
      0.6, [](const auto& kernels) { return kernels.nadam; },
      [&]<class T>(T, int step) {
        const Numbers& k = numbers[static_cast<size_t>(step)];
        return cpu::NadamStep<T>{static_cast<T>(beta2),
                                 static_cast<T>(1 - beta1),
                                 static_cast<T>(1 - beta2),
                                 static_cast<T>(k.correction2),
                                 static_cast<T>(eps),
                                 static_cast<T>(k.gradient_share),
                                 static_cast<T>(k.mean_share),
                                 static_cast<T>(weight_decay),
                                 static_cast<T>(1 - lr * weight_decay),
                                 maximize,
                                 decoupled_weight_decay && weight_decay != 0};
      });
}

void radam_(TensorList params, TensorList grads, TensorList exp_avgs, TensorList exp_avg_sqs, TensorList steps,
            double lr, double beta1, double beta2, double eps, double weight_decay, bool decoupled_weight_decay,
            bool maximize) {
  OptimRuns runs("_optim.radam_", params, grads, {{"exp_avgs", exp_avgs}, {"exp_avg_sqs", exp_avg_sqs}},
                 {{"steps", steps}});
  struct Numbers {
    double step_size;
    bool adaptive;
  };
  StepNumbers<Numbers> numbers;
  const auto of_step = [&](double step) {
    const double correction1 = 1 - std::pow(beta1, step), correction2 = 1 - std::pow(beta2, step);
    const double most = 2 / (1 - beta2) - 1;  // the length of the average in the limit, and so far
    const double length = most - 2 * step * std::pow(beta2, step) / correction2;
    if (!(length > 5.0)) return Numbers{lr / correction1, false};
    const double rectified = (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length);
    return Numbers{lr / correction1 * std::sqrt(correction2) * std::sqrt(rectified), true};
  };
  for (size_t i = 0; i < params.size(); ++i) runs.add(i, numbers.index(next_step(steps[i]), of_step));
  runs.launch(
      0.5, [](const auto& kernels) { return kernels.radam; },
      [&]<class T>(T, int step) {
        const Numbers& k = numbers[step];
        return cpu::RadamStep<T>{static_cast<T>(beta2),
                                 static_cast<T>(1 - beta1),
                                 static_cast<T>(1 - beta2),
                                 static_cast<T>(k.step_size),
                                 static_cast<T>(eps),
                                 static_cast<T>(weight_decay),
                                 static_cast<T>(1 - lr * weight_decay),
                                 maximize,
                                 decoupled_weight_decay && weight_decay != 0,
                                 k.adaptive};
      });
}

void rprop_(TensorList params, TensorList grads, TensorList prevs, TensorList step_sizes, TensorList steps,
            double etaminus, double etaplus, double step_size_min, double step_size_max, bool maximize) {
  OptimRuns runs("_optim.rprop_", params, grads, {{"prevs", prevs}, {"step_sizes", step_sizes}}, {{"steps", steps}});
  for (const Tensor& step : steps) next_step(step);
  runs.add_all();
  runs.launch(
      0.4, [](const auto& kernels) { return kernels.rprop; },
      [&]<class T>(T, int) {
        return cpu::RpropStep<T>{static_cast<T>(etaminus), static_cast<T>(etaplus), static_cast<T>(step_size_min),
                                 static_cast<T>(step_size_max), maximize};
      });
}

void asgd_(TensorList params, TensorList grads, TensorList axs, TensorList mus, TensorList etas, TensorList steps,
           double lr, double lambd, double t0, double alpha, double weight_decay, bool maximize) {
  OptimRuns runs("_optim.asgd_", params, grads, {{"axs", axs}}, {{"steps", steps}, {"mus", mus}, {"etas", etas}});
  struct Numbers {
    double eta, mu;
  };
  std::vector<Numbers> numbers;
  for (size_t i = 0; i < params.size(); ++i) {
    const double step = next_step(steps[i]);
    numbers.push_back({number_in(etas[i]), number_in(mus[i])});
    runs.add(i, static_cast<int>(i));
    set_number(etas[i], lr / std::pow(1 + lambd * lr * step, alpha));
    set_number(mus[i], 1 / std::max(1.0, step - t0));
  }
  runs.launch(
      0.4, [](const auto& kernels) { return kernels.asgd; },
      [&]<class T>(T, int step) {
        const Numbers& k = numbers[static_cast<size_t>(step)];
        return cpu::AsgdStep<T>{static_cast<T>(k.eta),
                                static_cast<T>(1 - lambd * k.eta),
                                static_cast<T>(k.mu),
                                static_cast<T>(weight_decay),
                                maximize,
                                k.mu != 1};
      });
}

}  // namespace rushlight::_optim
