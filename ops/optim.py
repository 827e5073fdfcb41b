"""Optimizer steps: one fused pass over lists of tensors, written in place. Kernels in src/cpu/optim.cpp."""
# ruff: noqa: F821

composite("_optim.sgd_(T[] params, T[] grads, T[] momentum_buffers, *, float lr, float momentum, float dampening, float weight_decay, bool nesterov, bool maximize, bool first_step) -> ()",
          doc="One step of SGD on every parameter. With momentum, momentum_buffers has one tensor per parameter; first_step fills them with the gradient.")
composite("_optim.adam_(T[] params, T[] grads, T[] exp_avgs, T[] exp_avg_sqs, T[] max_exp_avg_sqs, T[] steps, *, float lr, float beta1, float beta2, float eps, float weight_decay, bool amsgrad, "
          "bool maximize, bool decoupled_weight_decay) -> ()", doc="One step of Adam (AdamW with decoupled_weight_decay) on every parameter; steps are 0-d tensors, counted up here.")
