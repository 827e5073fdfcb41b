"""Optimizer steps: one fused pass over lists of tensors, written in place. Kernels in src/cpu/optim.cpp."""
# ruff: noqa: F821

composite("_optim.sgd_(T[] params, T[] grads, T[] momentum_buffers, *, float lr, float momentum, float dampening, float weight_decay, bool nesterov, bool maximize, bool first_step) -> ()",
          doc="One step of SGD on every parameter. With momentum, momentum_buffers has one tensor per parameter; first_step fills them with the gradient.")
composite("_optim.adam_(T[] params, T[] grads, T[] exp_avgs, T[] exp_avg_sqs, T[] max_exp_avg_sqs, T[] steps, *, float lr, float beta1, float beta2, float eps, float weight_decay, bool amsgrad, "
          "bool maximize, bool decoupled_weight_decay) -> ()", doc="One step of Adam (AdamW with decoupled_weight_decay) on every parameter; steps are 0-d tensors, counted up here.")
composite("_optim.rmsprop_(T[] params, T[] grads, T[] square_avgs, T[] grad_avgs, T[] momentum_buffers, T[] steps, *, float lr, float alpha, float eps, float weight_decay, float momentum, bool centered, bool maximize) -> ()",
          doc="One step of RMSprop on every parameter; grad_avgs is for centered, momentum_buffers for momentum above 0.")
composite("_optim.adagrad_(T[] params, T[] grads, T[] state_sums, T[] steps, *, float lr, float lr_decay, float eps, float weight_decay, bool maximize) -> ()",
          doc="One step of Adagrad on every parameter.")
composite("_optim.adadelta_(T[] params, T[] grads, T[] square_avgs, T[] acc_deltas, T[] steps, *, float lr, float rho, float eps, float weight_decay, bool maximize) -> ()",
          doc="One step of Adadelta on every parameter.")
composite("_optim.adamax_(T[] params, T[] grads, T[] exp_avgs, T[] exp_infs, T[] steps, *, float lr, float beta1, float beta2, float eps, float weight_decay, bool maximize) -> ()",
          doc="One step of Adamax on every parameter.")
composite("_optim.nadam_(T[] params, T[] grads, T[] exp_avgs, T[] exp_avg_sqs, T[] mu_products, T[] steps, *, float lr, float beta1, float beta2, float eps, float weight_decay, float momentum_decay, "
          "bool decoupled_weight_decay, bool maximize) -> ()", doc="One step of NAdam on every parameter; mu_products are 0-d tensors that start at 1.")
composite("_optim.radam_(T[] params, T[] grads, T[] exp_avgs, T[] exp_avg_sqs, T[] steps, *, float lr, float beta1, float beta2, float eps, float weight_decay, bool decoupled_weight_decay, bool maximize) -> ()",
          doc="One step of RAdam on every parameter.")
composite("_optim.rprop_(T[] params, T[] grads, T[] prevs, T[] step_sizes, T[] steps, *, float etaminus, float etaplus, float step_size_min, float step_size_max, bool maximize) -> ()",
          doc="One step of Rprop on every parameter; step_sizes start at the learning rate.")
composite("_optim.asgd_(T[] params, T[] grads, T[] axs, T[] mus, T[] etas, T[] steps, *, float lr, float lambd, float t0, float alpha, float weight_decay, bool maximize) -> ()",
          doc="One step of averaged SGD on every parameter; mus and etas are 0-d tensors that start at 1 and at the learning rate.")
composite("_optim.adafactor_(T[] params, T[] grads, T?[] row_vars, T?[] col_vars, T?[] variances, T[] steps, *, float lr, float beta2_decay, float? eps1, float eps2, float d, float weight_decay, bool maximize) -> ()",
          doc="One step of Adafactor on every parameter: row_vars and col_vars for gradients of two dimensions or more, variances for the others.")
composite("_optim.muon_(T[] params, T[] grads, T[] momentum_buffers, *, float lr, float weight_decay, float momentum, bool nesterov, float[] ns_coefficients, float eps, int ns_steps, str? adjust_lr_fn=None) -> ()",
          doc="One step of Muon on every parameter, all of them matrices; the direction is made orthogonal in bfloat16.")
composite("_optim.sparse_adam_(T[] params, T[] grads, T[] exp_avgs, T[] exp_avg_sqs, int[] steps, *, float lr, float beta1, float beta2, float eps, bool maximize) -> ()",
          doc="One step of Adam on the rows whose gradient is not all zeros; steps are the counts after this step.")

# ---- scaled gradients ----------------------------------------------------------------------------------------------------------
composite("_amp_foreach_non_finite_check_and_unscale_(T[] self, T found_inf, T inv_scale) -> ()", method=False,
          doc="Multiplies every tensor by inv_scale (one float32) in place; found_inf (one float32) becomes 1 when an element was infinite or NaN. One pass.")
composite("_amp_update_scale_(T self, T growth_tracker, T found_inf, float scale_growth_factor, float scale_backoff_factor, int growth_interval) -> T", method=False,
          doc="The next scale, in place: times the backoff factor after a step whose gradients were not finite, times the growth factor after growth_interval good ones in a row.")
