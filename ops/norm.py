"""Softmax and its kin, normalisation layers, dropout, embedding."""
# ruff: noqa: F821

# ---- softmax ----------------------------------------------------------------------------------------------------------
op("_softmax(T self, int dim) -> T", meta='meta::softmax("softmax", self, dim)', grad="_softmax_backward(grad, result, dim)", method=False, node="SoftmaxBackward0", samples=["(randn(3, 4), 1)", "(randn(3, 4, 5), 1)", "(randn(2, 40), -1)"],
   doc="e^x over its sum along `dim`, in the input's dtype.")
op("_softmax_backward(T grad_output, T output, int dim) -> T", meta="meta::like(output)", method=False, doc="The gradient of `_softmax` from its result.", samples=["(randn(3, 4), rand(3, 4), 1)", "(randn(3, 4), rand(3, 4), 0)"],
   grad={"grad_output": "_softmax_backward(grad, output, dim)", "output": "softmax_double_backward(grad, grad_output, output, dim)"})
op("_log_softmax(T self, int dim) -> T", meta='meta::softmax("log_softmax", self, dim)', grad="_log_softmax_backward(grad, result, dim)", method=False, node="LogSoftmaxBackward0", samples=["(randn(3, 4), 1)", "(randn(3, 4, 5), 1)", "(randn(2, 40), -1)"],
   doc="The logarithm of softmax along `dim`, in the input's dtype.")
op("_log_softmax_backward(T grad_output, T output, int dim) -> T", meta="meta::like(output)", method=False, doc="The gradient of `_log_softmax` from its result.", samples=["(randn(3, 4), -rand(3, 4), 1)", "(randn(3, 4), -rand(3, 4), 0)"],
   grad={"grad_output": "sub(grad, sum(mul(grad, exp(output)), dim, true))", "output": "neg(mul(mul(grad, exp(output)), sum(grad_output, dim, true)))"})
SOFTMAX = 'lambda x, dim, *a: np.exp(x - x.max(dim, keepdims=True)) / np.exp(x - x.max(dim, keepdims=True)).sum(dim, keepdims=True)'
LOG_SOFTMAX = 'lambda x, dim, *a: x - x.max(dim, keepdims=True) - np.log(np.exp(x - x.max(dim, keepdims=True)).sum(dim, keepdims=True))'
for name, ref, word in (("softmax", SOFTMAX, "e^x over its sum"), ("log_softmax", LOG_SOFTMAX, "log(softmax(x))")):
    composite(f"{name}(T self, int dim, dtype? dtype=None) -> T", out="Expected out tensor to have dtype", samples=["(randn(3, 4), 1)", "(randn(3, 4, 5), 0)", "(randn(3, 4), -1)"], aliases=(f"special.{name}",), ref=ref, bench="(m, 1)", doc=f"{word} along `dim`; `dtype` converts the input first.")
    composite(f"nn.functional.{name}(T input, int? dim=None, int _stacklevel=3, dtype? dtype=None) -> T", samples=["(randn(3, 4), 1)", "(randn(3, 4, 5), 0)"], ref=ref, bench="(m, 0)", doc=f"{word} along `dim`; without `dim` it is chosen as PyTorch does, with a warning.")
composite("nn.functional.softmin(T input, int? dim=None, int _stacklevel=3, dtype? dtype=None) -> T", samples=["(randn(3, 4), 1)"], bench="(m, 1)", doc="softmax(-input).")
composite("nn.functional.gumbel_softmax(T logits, float tau=1, bool hard=False, float eps=1e-10, int dim=-1) -> T", bench="(m)", doc="A sample of the Gumbel-softmax distribution; hard=True gives one-hot values with the soft gradient.")
binary("_gated", "(T self, T gate)", math="a * sigmoid(b)", types="f", method=False, inplace=False, out=True, ns=1.2, grad={"self": "_gated(grad, gate)", "gate": "_glu_slope(grad, self, gate)"}, samples=["(randn(3, 4), randn(3, 4))"], doc="`self * sigmoid(gate)`.")
ternary("_glu_slope", "(T grad_output, T self, T gate)", math="a * b * (sigmoid(c) * (1 - sigmoid(c)))", types="f", method=False, inplace=False, ns=1.5,
        grad={"grad_output": "_glu_slope(grad, self, gate)", "self": "_glu_slope(grad, grad_output, gate)", "gate": "mul(_glu_slope(mul(grad, grad_output), self, gate), rsub(mul(sigmoid(gate), 2), 1))"},
        samples=["(randn(3, 4), randn(3, 4), randn(3, 4))"], doc="The gradient of `self * sigmoid(gate)` for the gate.")
op("_glu(T input, int dim) -> T", meta="meta::glu(input, dim)", grad={"input": "glu_backward(grad, input, dim)"}, method=False, node="GluBackward0", samples=["(randn(3, 4), 1)", "(randn(4, 3), -2)"], doc="The first half along `dim` times the sigmoid of the second half.")
composite("nn.functional.glu(T input, int dim=-1) -> T", samples=["(randn(3, 4),)", "(randn(3, 4, 2), 1)"], bench="(m[:, : c // 2 * 2], 1)", doc="The first half along `dim` times the sigmoid of the second half.")

# ---- layer, group and RMS norm ----------------------------------------------------------------------------------------
op("_native_layer_norm(T input, int[] normalized_shape, T? weight, T? bias, float eps) -> (T result, T mean, T rstd)", meta="meta::layer_norm(input, normalized_shape, weight, bias)", out=False, method=False, kernel="native_layer_norm",
   grad={"input, weight, bias": "layer_norm_backward(grad_result, input, normalized_shape, mean, rstd, weight, bias, eps, output_mask)"}, node="NativeLayerNormBackward0",
   samples=["(randn(3, 4), (4,), randn(4), randn(4), 1e-5)", "(randn(2, 3, 4), (3, 4), None, None, 1e-5)", "(randn(3, 40), (40,), randn(40), None, 1e-5)"], gradcheck=False,
   doc="Layer norm, with the mean and 1/std of each row (f32 for half types).")
composite("native_layer_norm(T input, int[] normalized_shape, T? weight, T? bias, float eps) -> (T result, T mean, T rstd)", gradcheck=False,
          samples=["(randn(3, 4), (4,), randn(4), randn(4), 1e-5)", "(randn(2, 3, 4), (3, 4), None, None, 1e-5)"], doc="Layer norm, with the mean and 1/std of each row.")
op("_layer_norm_backward(T grad_out, T input, int[] normalized_shape, T mean, T rstd, T? weight, T? bias, bool[3] output_mask) -> (T grad_input, T grad_weight, T grad_bias)",
   meta="meta::layer_norm_backward(input, normalized_shape, weight, bias)", grad=NONE, python=False, doc="The gradients of layer norm; masked ones are left empty.")
composite("layer_norm(T input, int[] normalized_shape, T? weight=None, T? bias=None, float eps=1e-05, bool cudnn_enable=True) -> T", samples=["(randn(3, 4), (4,), randn(4), randn(4))"],
          doc="(x - mean) / sqrt(var + eps) * weight + bias over the last dimensions.")
composite("nn.functional.layer_norm(T input, int[] normalized_shape, T? weight=None, T? bias=None, float eps=1e-05) -> T", samples=["(randn(3, 4), (4,), randn(4), randn(4))", "(randn(2, 3, 4), (3, 4))", "(randn(4, 3).t(), (4,))"],
          bench="(m, (c,), one, v)", doc="(x - mean) / sqrt(var + eps) * weight + bias over the last dimensions, which must equal normalized_shape.")
op("_rms_norm(T input, int[] normalized_shape, T? weight, float eps) -> (T result, T rstd)", meta="meta::rms_norm(input, normalized_shape, weight)", method=False,
   grad={"input, weight": "rms_norm_backward(grad_result, input, normalized_shape, rstd, weight, eps, output_mask)"}, node="RmsNormBackward0", gradcheck=False,
   samples=["(randn(3, 4), (4,), randn(4), 1e-5)", "(randn(2, 3, 4), (3, 4), None, 1e-5)"], doc="RMS norm, with 1/rms of each row.")
op("_rms_norm_backward(T grad_out, T input, int[] normalized_shape, T rstd, T? weight, bool[2] output_mask) -> (T grad_input, T grad_weight)", meta="meta::rms_norm_backward(input, normalized_shape, weight)", grad=NONE, python=False,
   doc="The gradients of RMS norm; masked ones are left empty.")
for space in ("", "nn.functional."):
    composite(f"{space}rms_norm(T input, int[] normalized_shape, T? weight=None, float? eps=None) -> T", complex=True, samples=["(randn(3, 4), (4,), randn(4))", "(randn(2, 3, 4), (3, 4))"],
              bench="(m, (c,), one)", doc="x / sqrt(mean(x^2) + eps) * weight over the last dimensions; eps defaults to the dtype's machine epsilon.")
op("_native_group_norm(T input, T? weight, T? bias, int N, int C, int HxW, int group, float eps) -> (T result, T mean, T rstd)", meta="meta::group_norm(input, weight, bias, N, C, HxW, group)", out=False, method=False, kernel="native_group_norm",
   grad={"input, weight, bias": "group_norm_backward(grad_result, grad_mean, grad_rstd, input, mean, rstd, weight, bias, N, C, HxW, group, eps, output_mask)"}, node="NativeGroupNormBackward0", gradcheck=False,
   samples=["(randn(2, 6, 5), randn(6), randn(6), 2, 6, 5, 3, 1e-5)", "(randn(2, 4), None, None, 2, 4, 1, 2, 1e-5)"], doc="Group norm over [N, C, HxW], with the mean and 1/std of each group.")
composite("native_group_norm(T input, T? weight, T? bias, int N, int C, int HxW, int group, float eps) -> (T result, T mean, T rstd)", gradcheck=False,
          samples=["(randn(2, 6, 5), randn(6), randn(6), 2, 6, 5, 3, 1e-5)", "(randn(2, 4), None, None, 2, 4, 1, 2, 1e-5)"], doc="Group norm over [N, C, HxW], with the mean and 1/std of each group.")
op("_group_norm_backward(T grad_out, T input, T mean, T rstd, T? weight, T? bias, int N, int C, int HxW, int group, bool[3] output_mask) -> (T grad_input, T grad_weight, T grad_bias)",
   meta="meta::group_norm_backward(input, weight, bias, C)", grad=NONE, python=False, doc="The gradients of group norm; masked ones are left empty.")
composite("group_norm(T input, int num_groups, T? weight=None, T? bias=None, float eps=1e-05, bool cudnn_enabled=True) -> T", samples=["(randn(2, 6, 5), 3, randn(6), randn(6))"], doc="Group norm: each of num_groups groups of channels is normalised by itself.")
composite("nn.functional.group_norm(T input, int num_groups, T? weight=None, T? bias=None, float eps=1e-05) -> T", samples=["(randn(2, 6, 5), 3, randn(6), randn(6))", "(randn(2, 6, 3, 4), 2)", "(randn(2, 6), 1)"],
          bench="(image, 1)", doc="Group norm: each of num_groups groups of channels of input [N, C, ...] is normalised by itself.")

# ---- batch and instance norm ------------------------------------------------------------------------------------------
op("_native_batch_norm(T input, T? weight, T? bias, T? running_mean, T? running_var, bool training, float momentum, float eps) -> (T result, T save_mean, T save_rstd)",
   kernel="native_batch_norm", method=False, meta="meta::batch_norm(input, weight, bias, running_mean, running_var, training)", out=False, node="NativeBatchNormBackward0", gradcheck=False,
   grad={"input, weight, bias": "batch_norm_backward(grad_result, input, weight, bias, save_mean, save_rstd, training, eps, output_mask)"},
   samples=["(randn(5, 3), randn(3), randn(3), None, None, True, 0.1, 1e-5)", "(randn(2, 3, 4, 5), randn(3), randn(3), zeros(3), ones(3), False, 0.1, 1e-5)", "(randn(2, 3, 20), None, None, None, None, True, 0.1, 1e-5)"],
   doc="Batch norm over [N, C, ...], with the mean and 1/std that were used; training=True updates the running statistics in place.")
composite("native_batch_norm(T input, T? weight, T? bias, T? running_mean, T? running_var, bool training, float momentum, float eps) -> (T result, T save_mean, T save_rstd)", out="expected scalar type", gradcheck=False,
          samples=["(randn(5, 3), randn(3), randn(3), None, None, True, 0.1, 1e-5)", "(randn(2, 3, 4, 5), randn(3), randn(3), zeros(3), ones(3), False, 0.1, 1e-5)"],
          doc="Batch norm over [N, C, ...], with the mean and 1/std that were used (empty when training is False); training=True updates the running statistics in place.")
op("_batch_norm_backward(T grad_out, T input, T? weight, T? bias, T save_mean, T save_rstd, bool training, bool[3] output_mask) -> (T grad_input, T grad_weight, T grad_bias)",
   meta="meta::batch_norm_backward(input, weight, bias)", grad=NONE, python=False, doc="The gradients of batch norm; masked ones are left empty.")
composite("batch_norm(T input, T? weight, T? bias, T? running_mean, T? running_var, bool training, float momentum, float eps, bool cudnn_enabled=True) -> T",
          samples=["(randn(5, 3), None, None, zeros(3), ones(3), True, 0.1, 1e-5, True)"], doc="Batch norm with torch.batch_norm's order of arguments.")
composite("nn.functional.batch_norm(T input, T? running_mean, T? running_var, T? weight=None, T? bias=None, bool training=False, float momentum=0.1, float eps=1e-05) -> T",
          gradcheck={"inputs": ["input", "weight", "bias"]}, samples=["(randn(5, 3), zeros(3), ones(3))", "(randn(2, 3, 4, 5), None, None, randn(3), randn(3), True)"], bench="(image, None, None, channel, channel, True)", doc="Each channel of [N, C, ...] is normalised by its batch (training) or running statistics.")
composite("nn.functional.instance_norm(T input, T? running_mean=None, T? running_var=None, T? weight=None, T? bias=None, bool use_input_stats=True, float momentum=0.1, float eps=1e-05) -> T",
          samples=["(randn(2, 3, 4),)", "(randn(2, 3, 4, 5), None, None, randn(3), randn(3))"], bench="(image)", doc="Each channel of each sample is normalised by itself.")
composite("nn.functional.local_response_norm(T input, int size, float alpha=0.0001, float beta=0.75, float k=1.0) -> T", samples=["(randn(2, 5, 4), 3)", "(randn(2, 5, 3, 4), 2)"],
          bench="(image, 3)", doc="input / (k + alpha * mean of squares over `size` neighbouring channels)^beta.")
composite("nn.functional.normalize(T input, float p=2.0, int dim=1, float eps=1e-12, T? out=None) -> T", samples=["(randn(3, 4),)", "(randn(3, 4), 1.0, 0)"], bench="(m)", doc="input / max(p-norm along dim, eps).")

# ---- dropout ----------------------------------------------------------------------------------------------------------
op("_dropout_apply(T input, T mask, float scale) -> T", meta="meta::dropout_apply(input, mask)", grad={"input": "_dropout_apply(grad, mask, scale)"}, node="MulBackward0", samples=["(randn(3, 4), rand(3, 4) > 0.5, 2.0)", "(randn(40, 3), rand(40, 3) > 0.5, 1.25)"],
   method=False, ref="lambda x, m, s: x * m * s", doc="input * scale where the bool mask holds, input * 0 elsewhere.")
for name in ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"):
    composite(f"{name}(T input, float p, bool train) -> T", samples=["(randn(2, 3), 0.5, True)", "(randn(2, 3), 0.5, False)"], doc="As the function of torch.nn.functional, with torch's order of arguments.")
composite("nn.functional.dropout(T input, float p=0.5, bool training=True, bool inplace=False) -> T", bench="(x)", doc="Zeroes elements with probability p and scales the others by 1 / (1 - p).")
for n in ("1d", "2d", "3d"):
    composite(f"nn.functional.dropout{n}(T input, float p=0.5, bool training=True, bool inplace=False) -> T", doc="Zeroes whole channels with probability p and scales the others by 1 / (1 - p).")
composite("nn.functional.alpha_dropout(T input, float p=0.5, bool training=False, bool inplace=False) -> T", bench="(x, 0.5, True)", doc="Dropout that keeps mean and variance of SELU activations.")
composite("nn.functional.feature_alpha_dropout(T input, float p=0.5, bool training=False, bool inplace=False) -> T", doc="Alpha dropout of whole channels.")

# ---- embedding --------------------------------------------------------------------------------------------------------
op("embedding(T weight, T indices, int padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> T", complex=True, meta="meta::embedding(weight, indices, sparse)", out=False,
   grad={"weight": "embedding_backward(grad, indices, weight.sizes(), padding_idx, scale_grad_by_freq)"}, gradcheck={"samples": [0, 2]}, samples=["(randn(5, 3), tensor([1, 4, 1]))", "(randn(5, 3), tensor([[0, 2], [4, 4]]), 2)", "(randn(5, 40), randint(0, 5, (7,)))"],
   ref="lambda w, i, *a: w[i]", doc="Rows of weight [N, D] at indices [...]: [..., D]. The gradient of row padding_idx is zero.")
op("embedding_dense_backward(T grad_output, T indices, int num_weights, int padding_idx, bool scale_grad_by_freq) -> T", complex=True, meta="meta::embedding_backward(grad_output, num_weights)", out=False,
   grad={"grad_output": "embedding_dense_double_backward(grad, indices, padding_idx, scale_grad_by_freq)"}, samples=["(randn(3, 4), tensor([1, 4, 1]), 5, -1, False)", "(randn(3, 4), tensor([1, 4, 1]), 5, 4, True)"],
   doc="Rows of grad_output added up at their indices, in a fixed order: [num_weights, D].")
inplace("embedding_renorm_(T self, T indices, float max_norm, float norm_type) -> T", check="meta::embedding_renorm(self, indices)", grad=NONE, doc="Rows named in indices whose norm exceeds max_norm are scaled down to it.",
        samples=["(randn(5, 3), tensor([1, 4, 1]), 0.5, 2.0)"], method=False)
composite("nn.functional.embedding(T input, T weight, int? padding_idx=None, float? max_norm=None, float norm_type=2.0, bool scale_grad_by_freq=False, bool sparse=False) -> T",
          gradcheck={"samples": [0]}, samples=["(tensor([1, 4, 1]), randn(5, 3))", "(tensor([[0, 2], [4, 4]]), randn(5, 3), 2)"], bench="(ir, m)", doc="Rows of weight [N, D] at the indices in input. max_norm scales those rows of weight down in place first.")
composite("nn.functional.one_hot(T input, int num_classes=-1) -> T", samples=["(tensor([0, 2, 1]),)", "(tensor([[0], [2]]), 4)"], bench="(q[: r], 100)", doc="int64 vectors with a 1 at the index: [...] becomes [..., num_classes].")
