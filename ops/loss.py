"""Losses, with the signatures of torch.nn.functional. reduction is 'none', 'mean' or 'sum'."""
# ruff: noqa: F821

LEGACY = "bool? size_average=None, bool? reduce=None, str reduction='mean'"

# ---- classification ---------------------------------------------------------------------------------------------------
op("_cross_entropy(T input, T target, T? weight, int reduction, int ignore_index) -> (T loss, T lse, T total_weight)", meta="meta::cross_entropy(input, target, weight, reduction)", method=False,
   grad={"input": "cross_entropy_backward(grad_loss, input, target, weight, lse, total_weight, reduction, ignore_index)"}, node="CrossEntropyBackward0", gradcheck=False,
   samples=["(randn(3, 5), tensor([1, 0, 4]), None, 1, -100)", "(randn(3, 5), tensor([1, 0, 4]), rand(5), 2, 0)"],
   doc="Softmax and negative log-likelihood of logits [N, C] in one pass, with each row's log-sum-exp and the weight the mean divides by.")
op("_cross_entropy_backward(T grad, T input, T target, T? weight, T lse, T total_weight, int reduction, int ignore_index) -> T", meta="meta::like(input)", grad=NONE, method=False, python=False,
   doc="The gradient of `_cross_entropy` for its logits.")
op("_nll_loss(T input, T target, T? weight, int reduction, int ignore_index) -> (T loss, T total_weight)", meta="meta::nll_loss(input, target, weight, reduction)", method=False, node="NllLossBackward0",
   grad={"input": "_nll_loss_backward(grad_loss, input.sizes(), target, weight, total_weight, reduction, ignore_index)"}, samples=["(randn(3, 5), tensor([1, 0, 4]), None, 1, -100)", "(randn(3, 5), tensor([1, 0, 4]), rand(5), 0, 0)"],
   gradcheck=False, doc="-input[i, target[i]] * weight[target[i]] for log-probabilities [N, C], and the weight the mean divides by.")
op("_nll_loss_backward(T grad, int[] sizes, T target, T? weight, T total_weight, int reduction, int ignore_index) -> T", meta="Meta(sizes, grad.dtype())", method=False, python=False,
   grad={"grad": "nll_loss_double_backward(grad, target, weight, total_weight, reduction, ignore_index)"}, doc="The gradient of `_nll_loss` for its log-probabilities.")
composite("nn.functional.cross_entropy(T input, T target, T? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction='mean', float label_smoothing=0.0) -> T", amp="float32",
          samples=["(randn(3, 5), tensor([1, 0, 4]))", "(randn(3, 5), softmax(randn(3, 5), 1))", "(randn(3, 5), tensor([1, 0, 4])), dict(weight=rand(5), label_smoothing=0.1, reduction='sum')",
                   "(randn(2, 3, 4), randint(0, 3, (2, 4))), dict(ignore_index=1)", "(randn(5), tensor(2))"],
          bench="(m, il)", doc="Cross entropy of logits [N, C, ...] and class indices [N, ...] or class probabilities of the input's shape.")
composite("nn.functional.nll_loss(T input, T target, T? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction='mean') -> T", amp="float32",
          samples=["(randn(3, 5), tensor([1, 0, 4]))", "(randn(2, 3, 4), randint(0, 3, (2, 4))), dict(reduction='none')"], bench="(m, il)", doc="Negative log-likelihood of log-probabilities [N, C, ...] and class indices [N, ...].")
binary("_binary_cross_entropy", "(T self, T target)", math="-(b * maximum(log(a), -100)) - (1 - b) * maximum(log1p(-a), -100)", types="f", inplace=False, method=False, out=False, ns=3.0,
       grad={"self": "mul(grad, div(sub(self, target), clamp_min(mul(rsub(self, 1), self), 1e-12)))", "target": "mul(grad, sub(log1p(neg(self)), log(self)))"},
       samples=["(rand(3, 4), rand(3, 4))"], doc="-(t log x + (1 - t) log(1 - x)) for each element, with logarithms of at least -100.")
binary("_binary_cross_entropy_logits", "(T self, T target)", math="(1 - b) * a - minimum(a, 0) + log1p(exp(-abs(a)))", types="f", inplace=False, method=False, out=False, ns=3.0,
       grad={"self": "mul(grad, sub(sigmoid(self), target))", "target": "neg(mul(grad, self))"}, samples=["(randn(3, 4), rand(3, 4))"], doc="Binary cross entropy of the logit and the target, for each element.")
composite(f"nn.functional.binary_cross_entropy(T input, T target, T? weight=None, {LEGACY}) -> T", amp="float32", samples=["(rand(3, 4), rand(3, 4))", "(rand(3, 4), rand(3, 4)), dict(weight=rand(4), reduction='sum')"],
          bench="(u, u.detach())", doc="Binary cross entropy of probabilities and targets of one shape.")
composite(f"nn.functional.binary_cross_entropy_with_logits(T input, T target, T? weight=None, {LEGACY}, T? pos_weight=None) -> T", amp="float32",
          samples=["(randn(3, 4), rand(3, 4))", "(randn(3, 4), rand(3, 4)), dict(weight=rand(4), pos_weight=rand(4) + 1)"], bench="(x, u)", doc="Binary cross entropy of logits and targets of one shape.")
composite(f"nn.functional.kl_div(T input, T target, {LEGACY}, bool log_target=False) -> T", amp="float32", samples=["(randn(3, 4), rand(3, 4)), dict(reduction='batchmean')", "(randn(3, 4), randn(3, 4)), dict(log_target=True, reduction='sum')"],
          bench="(m, um)", doc="Kullback-Leibler divergence: target * (log(target) - input). reduction may also be 'batchmean'.")
composite(f"nn.functional.soft_margin_loss(T input, T target, {LEGACY}) -> T", amp="float32", samples=["(randn(3, 4), sign(randn(3, 4)))"], bench="(m, signs_m)", doc="log(1 + exp(-target * input)).")
composite(f"nn.functional.multilabel_soft_margin_loss(T input, T target, T? weight=None, {LEGACY}) -> T", samples=["(randn(3, 4), rand(3, 4))"], bench="(m, um)", doc="Binary cross entropy with logits, averaged over the last dimension.")
composite(f"nn.functional.multi_margin_loss(T input, T target, int p=1, float margin=1.0, T? weight=None, {LEGACY}) -> T", amp="float32", samples=["(randn(3, 4), tensor([0, 3, 1]))", "(randn(3, 4), tensor([0, 3, 1]), 2, 0.5, rand(4))"],
          bench="(m, il)", doc="Multi-class hinge loss: mean over the other classes of max(0, margin - x[y] + x[i])^p.")

# ---- regression -------------------------------------------------------------------------------------------------------
op("_mse_loss(T input, T target, int reduction) -> T", meta="meta::mse_loss(input, target, reduction)", grad={"input": "mse_loss_backward(grad, input, target, reduction)", "target": "neg(mse_loss_backward(grad, input, target, reduction))"},
   node="MseLossBackward0", method=False, samples=["(randn(3, 4), randn(3, 4), 1)", "(randn(3, 4), randn(3, 4), 2)"], doc="Mean (1) or sum (2) of squared differences of two tensors of one shape and dtype, in one pass.")
for name, extra, doc in (("mse_loss", "", "Squared differences"), ("l1_loss", "", "Absolute differences"), ("smooth_l1_loss", ", float beta=1.0", "Squared differences below beta, absolute ones above")):
    last = extra or ", T? weight=None"
    composite(f"nn.functional.{name}(T input, T target, {LEGACY}{last}) -> T", amp="float32", amp_if=None if extra else "!weight.defined()", samples=["(randn(3, 4), randn(3, 4))", "(randn(3, 4), randn(3, 4)), dict(reduction='sum')", "(randn(3, 4), randn(3, 4)), dict(reduction='none')"],
              bench="(m, w)", doc=f"{doc} of input and target, reduced as `reduction` says.")
# Each is one pass, and so is its gradient: the slope is the difference, limited to [-limit, limit] / beta.
binary("_smooth_l1", "(T input, T target, S beta)", math="where(abs(a - b) < beta, 0.5 * (a - b) * (a - b) / beta, abs(a - b) - 0.5 * beta)", types="f", method=False, inplace=False, node="SmoothL1LossBackward0",
       grad={"input": "_smooth_l1_backward(grad, input, target, beta)", "target": "neg(_smooth_l1_backward(grad, input, target, beta))"}, samples=["(randn(3, 4), randn(3, 4), 0.5)"], doc="smooth_l1_loss of each element.")
ternary("_smooth_l1_backward", "(T grad_output, T input, T target, S beta)", math="a * minimum(maximum((b - c) / beta, -1), 1)", types="f", method=False, inplace=False,
        grad={"grad_output": "_smooth_l1_backward(grad, input, target, beta)", "input": "_smooth_l1_curvature(mul(grad, grad_output), input, target, beta)", "target": "neg(_smooth_l1_curvature(mul(grad, grad_output), input, target, beta))"},
        samples=["(randn(3, 4), randn(3, 4), randn(3, 4), 0.5)"], doc="The gradient of _smooth_l1 for its input.")
ternary("_smooth_l1_curvature", "(T grad_output, T input, T target, S beta)", math="where(abs(b - c) < beta, a / beta, 0)", types="f", method=False, inplace=False,
        grad={"grad_output": "_smooth_l1_curvature(grad, input, target, beta)"}, samples=["(randn(3, 4), randn(3, 4), randn(3, 4), 0.5)"], gradcheck=False, doc="grad_output times the second derivative of _smooth_l1.")
binary("_huber", "(T input, T target, S delta)", math="where(abs(a - b) <= delta, 0.5 * (a - b) * (a - b), delta * (abs(a - b) - 0.5 * delta))", types="f", method=False, inplace=False, node="HuberLossBackward0",
       grad={"input": "_huber_backward(grad, input, target, delta)", "target": "neg(_huber_backward(grad, input, target, delta))"}, samples=["(randn(3, 4), randn(3, 4), 0.5)"], doc="huber_loss of each element.")
ternary("_huber_backward", "(T grad_output, T input, T target, S delta)", math="a * minimum(maximum(b - c, -delta), delta)", types="f", method=False, inplace=False,
        grad={"grad_output": "_huber_backward(grad, input, target, delta)", "input": "_hardtanh_backward(mul(grad, grad_output), sub(input, target), -delta, delta)", "target": "neg(_hardtanh_backward(mul(grad, grad_output), sub(input, target), -delta, delta))"},
        samples=["(randn(3, 4), randn(3, 4), randn(3, 4), 0.5)"], doc="The gradient of _huber for its input.")
composite("nn.functional.huber_loss(T input, T target, str reduction='mean', float delta=1.0, T? weight=None) -> T", amp="float32", samples=["(randn(3, 4), randn(3, 4))", "(randn(3, 4), randn(3, 4), 'sum', 0.5)"],
          bench="(m, w)", doc="Half the squared difference below delta, linear above.")
composite("nn.functional.poisson_nll_loss(T input, T target, bool log_input=True, bool full=False, bool? size_average=None, float eps=1e-08, bool? reduce=None, str reduction='mean') -> T", amp="float32",
          samples=["(randn(3, 4), rand(3, 4) * 3)", "(rand(3, 4) + 0.1, rand(3, 4) * 3, False, True)"], bench="(m, um)", doc="Negative log-likelihood of a Poisson distribution with rate exp(input) (log_input) or input.")
composite("nn.functional.gaussian_nll_loss(T input, T target, T|S var, bool full=False, float eps=1e-06, str reduction='mean') -> T",
          samples=["(randn(3, 4), randn(3, 4), rand(3, 4))", "(randn(3, 4), randn(3, 4), 0.5, True)"], doc="Negative log-likelihood of normal distributions with mean input and variance var.")

# ---- distances and margins --------------------------------------------------------------------------------------------
for space in ("", "nn.functional."):
    composite(f"{space}cosine_similarity(T x1, T x2, int dim=1, float eps=1e-08) -> T", samples=["(randn(3, 4), randn(3, 4))", "(randn(3, 4), randn(4), 1)"], bench="(m, w)", doc="x1 · x2 / (|x1| |x2|) along `dim`; each norm counts as at least eps.")
    composite(f"{space}pairwise_distance(T x1, T x2, float p=2.0, float eps=1e-06, bool keepdim=False) -> T", samples=["(randn(3, 4), randn(3, 4))", "(randn(3, 4), randn(4), 1.0)"], bench="(m, w)", doc="The p-norm of x1 - x2 + eps over the last dimension.")
composite(f"nn.functional.cosine_embedding_loss(T input1, T input2, T target, float margin=0, {LEGACY}) -> T", amp="float32", samples=["(randn(3, 4), randn(3, 4), tensor([1, -1, 1]))"],
          bench="(m, w, signs)", doc="1 - cos where target is 1, max(0, cos - margin) where it is -1.")
composite(f"nn.functional.hinge_embedding_loss(T input, T target, float margin=1.0, {LEGACY}) -> T", amp="float32", samples=["(randn(3, 4), sign(randn(3, 4)))"], bench="(m, signs_m)", doc="x where target is 1, max(0, margin - x) where it is -1.")
composite(f"nn.functional.margin_ranking_loss(T input1, T input2, T target, float margin=0, {LEGACY}) -> T", amp="float32", samples=["(randn(3), randn(3), tensor([1, -1, 1]))"], bench="(h, h, signs)", doc="max(0, -target * (input1 - input2) + margin).")
composite(f"nn.functional.triplet_margin_loss(T anchor, T positive, T negative, float margin=1.0, float p=2, float eps=1e-06, bool swap=False, {LEGACY}) -> T", amp="float32",
          samples=["(randn(3, 4), randn(3, 4), randn(3, 4))", "(randn(3, 4), randn(3, 4), randn(3, 4), 1.0, 2.0, 1e-6, True)"], bench="(m, w, um)", doc="max(0, |a - p| - |a - n| + margin).")
