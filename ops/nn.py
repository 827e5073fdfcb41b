"""Sampling grids, unpooling, CTC, bags of embeddings, attention and what else torch.nn.functional has."""
# ruff: noqa: F821

F = "nn.functional."
LEGACY = "bool? size_average=None, bool? reduce=None, str reduction='mean'"

# ---- sampling grids -----------------------------------------------------------------------------------------------------------
composite("affine_grid_generator(T theta, int[] size, bool align_corners) -> T", samples=["(randn(2, 2, 3), (2, 3, 4, 5), False)", "(randn(2, 3, 4), (2, 1, 2, 3, 4), True)"],
          doc="The sampling grid (N, H, W, 2) or (N, D, H, W, 3) of the affine maps theta (N, 2, 3) or (N, 3, 4) for an output of `size`.")
composite(F + "affine_grid(T theta, int[] size, bool? align_corners=None) -> T", samples=["(randn(2, 2, 3), (2, 3, 4, 5), False)", "(randn(2, 3, 4), (2, 1, 2, 3, 4), True)"],
          doc="The sampling grid of the affine maps theta, for grid_sample (Jaderberg et al. 2015).")
GRID = "int interpolation_mode, int padding_mode, bool align_corners"
op(f"_grid_sample(T input, T grid, {GRID}) -> T", meta="meta::grid_sample(input, grid, interpolation_mode, padding_mode)", node="GridSamplerBackward0",
   grad={"input, grid": "grid_sample_backward(grad, input, grid, interpolation_mode, padding_mode, align_corners, output_mask)"},
   samples=["(randn(2, 3, 4, 5), rand(2, 3, 2, 2) * 2 - 1, 0, 0, False)", "(randn(1, 2, 4, 5), rand(1, 3, 2, 2) * 3 - 1.5, 0, 2, True)", "(randn(1, 2, 4, 5), rand(1, 3, 2, 2) * 3 - 1.5, 2, 0, False)",
            "(randn(1, 2, 4, 5), rand(1, 3, 2, 2) * 3 - 1.5, 2, 2, True)", "(randn(1, 2, 3, 4, 5), rand(1, 2, 3, 2, 3) * 2 - 1, 0, 1, False)", "(randn(1, 2, 3, 4, 5), rand(1, 2, 3, 2, 3) * 3 - 1.5, 1, 0, True)"],
   doc="input (N, C, H, W) or (N, C, D, H, W) read at the points of grid (N, *, 2 or 3), whose coordinates run from -1 to 1.")
op(f"_grid_sample_backward(T grad_output, T input, T grid, {GRID}, bool[2] output_mask) -> (T grad_input, T grad_grid)", meta="meta::grid_sample_backward(input, grid)", grad=NONE, python=False,
   doc="The gradients of _grid_sample.")
composite(f"_grid_sample_composed(T input, T grid, {GRID}) -> T", method=False, python=False, doc="_grid_sample made of other ops, so that it can be differentiated any number of times.")
for name in ("grid_sampler", "grid_sampler_2d", "grid_sampler_3d"):
    composite(f"{name}(T input, T grid, {GRID}) -> T", amp="float32", samples=["(randn(2, 3, 4, 4, 5), rand(2, 3, 2, 2, 3) * 2 - 1, 0, 0, False)" if "3d" in name else "(randn(2, 3, 4, 5), rand(2, 3, 2, 2) * 2 - 1, 0, 1, False)"],
              doc="grid_sample with numbers for its modes: 0 bilinear, 1 nearest, 2 bicubic; padding 0 zeros, 1 border, 2 reflection.")
composite(F + "grid_sample(T input, T grid, str mode='bilinear', str padding_mode='zeros', bool? align_corners=None) -> T", amp="float32",
          samples=["(randn(2, 3, 4, 5), rand(2, 3, 2, 2) * 2 - 1, 'bilinear', 'reflection', False)", "(randn(2, 3, 4, 5), rand(2, 3, 2, 2) * 2 - 1, 'bicubic', 'border', True)"],
          bench="(image, place, align_corners=False)", doc="input (N, C, H, W) or (N, C, D, H, W) read at the points of grid (N, *, 2 or 3), whose last dimension is (x, y[, z]) from -1 to 1.")
for name, more in (("upsample", ", str mode='nearest', bool? align_corners=None"), ("upsample_nearest", ""), ("upsample_bilinear", "")):
    composite(f"{F}{name}(T input, int[]? size=None, float[]? scale_factor=None{more}) -> T", samples=["(randn(1, 2, 4, 5), (8, 3))"], doc="The old name of interpolate, with a warning.")
    composite(f"{F}{name}(T input, int[]? size=None, float scale_factor{more}) -> T", overload="scale", samples=["(randn(1, 2, 4, 5), None, 2.0)"], doc="The old name of interpolate with one scale, with a warning.")

op("_resample_bytes(T input, int dim, int size, str mode, bool align_corners, float? scale) -> T", meta="meta::resample(input, dim, size)", grad=NONE, method=False, python=False,
   doc="One dimension of an image of bytes resampled in fixed point: linear or cubic.")

# ---- pooling and its inverse --------------------------------------------------------------------------------------------------
SPACE = {1: "7", 2: "5, 6", 3: "4, 4, 5"}
for n in (1, 2, 3):
    x, half = f"randn(2, 3, {SPACE[n]})", ", ".join(["2"] * n)
    composite(f"{F}lp_pool{n}d(T input, float norm_type, int[{n}] kernel_size, int[{n}]? stride=None, bool ceil_mode=False) -> T", samples=[f"({x}.abs() + 0.1, 2.0, 2)", f"({x}.abs() + 0.1, 3.0, 2, 1, True)"],
              doc="The p-norm of each window: (sum of x^p)^(1/p).")
    composite(f"{F}max_unpool{n}d(T input, T indices, int[{n}] kernel_size, int[{n}]? stride=None, int[{n}] padding=0, int[]? output_size=None) -> T", amp="float32",
              samples=[f"(randn(2, 3, {half}), arange(0, {2 ** n * 6}).view(2, 3, {half}) % {2 ** n}, 2)"], doc="Each value put at its flat spatial index, as max_pool gave it; zeros elsewhere.")
op("_fractional_max_pool(T input, int[] kernel_size, int[] output_size, T random_samples) -> (T output, T indices)", meta="meta::fractional_max_pool(input, kernel_size, output_size, random_samples)", method=False, python=False,
   node="FractionalMaxPoolBackward0", grad={"input": "_max_unpool(grad_output, indices, input.sizes(), int64_t(kernel_size.size()))"}, doc="Maxima of windows at pseudo-random places, and where they were (Graham 2014).")
for n in (2, 3):
    args = f"(T input, int[{n}] kernel_size, int[{n}]? output_size=None, float[]? output_ratio=None, bool return_indices=False, T? _random_samples=None)"
    x = f"randn(2, 3, {SPACE[n]})"
    samples = [f"({x}, 2, 3, None, False, rand(2, 3, {n}))", f"({x}, 2, None, [{', '.join(['0.5'] * n)}], False, rand(2, 3, {n}))"]
    composite(f"{F}fractional_max_pool{n}d_with_indices{args} -> (T output, T indices)", amp="float32", samples=samples, doc="Maxima of windows at pseudo-random places, and their flat spatial indices; `output_size` or `output_ratio` says how many.")
    composite(f"{F}fractional_max_pool{n}d{args} -> T", amp="float32", samples=samples, doc="Maxima of windows at pseudo-random places (Graham 2014); in C++ `return_indices` has no effect.")

# ---- losses -------------------------------------------------------------------------------------------------------------------
op("_ctc_loss(T log_probs, T targets, int[] input_lengths, int[] target_lengths, int blank=0, bool zero_infinity=False) -> (T neg_log_likelihood, T log_alpha)",
   meta="meta::ctc_loss(log_probs, targets, input_lengths, target_lengths, blank)", method=False, node="CtcLossBackward0", gradcheck=False,
   grad={"log_probs": "_ctc_loss_backward(grad_neg_log_likelihood, log_probs, targets, input_lengths, target_lengths, neg_log_likelihood, log_alpha, blank, zero_infinity)"},
   samples=["(randn(6, 2, 4).log_softmax(2), tensor([[1, 2], [3, 3]]), (6, 5), (2, 2))", "(randn(6, 2, 4).log_softmax(2), tensor([1, 2, 0]), (6, 5), (2, 1), 3)"],
   doc="-log p(target) of each sample by the forward algorithm, and the log α it computed (Graves et al. 2006).")
op("_ctc_loss_backward(T grad, T log_probs, T targets, int[] input_lengths, int[] target_lengths, T neg_log_likelihood, T log_alpha, int blank, bool zero_infinity) -> T", meta="meta::like(log_probs)", python=False,
   grad={"grad": "no_second_derivative(\"_ctc_loss_backward\", grad)", "log_probs": "no_second_derivative(\"_ctc_loss_backward\", grad)"}, doc="The gradient of _ctc_loss for log-probabilities that come from log_softmax.")
for lengths, name in (("T", "Tensor"), ("int[]", "IntList")):
    given = ("tensor([6, 5]), tensor([2, 1])" if lengths == "T" else "(6, 5), (2, 1)")
    call = f"randn(6, 2, 4).log_softmax(2), tensor([[1, 2], [3, 3]]), {given}"
    composite(f"ctc_loss(T log_probs, T targets, {lengths} input_lengths, {lengths} target_lengths, int blank=0, int reduction=1, bool zero_infinity=False) -> T", amp="float32", overload=name, gradcheck=False,
              samples=[f"({call})", f"({call}, 0, 0, True)"], doc="The connectionist temporal classification loss; reduction is 0 none, 1 mean, 2 sum.")
    composite(f"{F}ctc_loss(T log_probs, T targets, {lengths} input_lengths, {lengths} target_lengths, int blank=0, str reduction='mean', bool zero_infinity=False) -> T", amp="float32", overload=name, gradcheck=False,
              samples=[f"({call})", f"({call}, 0, 'sum', True)"],
              doc="The connectionist temporal classification loss of log-probabilities (T, N, C) or (T, C) and targets (N, S) or concatenated (Graves et al. 2006).")
op("_multilabel_margin_slopes(T input, T target) -> (T loss, T slopes)", meta="std::array<Meta, 2>{Meta(input.sizes().slice(0, 1), meta::multilabel_margin(input, target).dtype), meta::like(input)}", method=False, node="MultilabelMarginLossBackward0",
   grad={"input": "mul(slopes, grad_loss.unsqueeze(1))"}, gradcheck=False, samples=["(randn(3, 4), tensor([[3, 0, -1, 1], [1, 2, 3, 0], [-1, 0, 0, 0]]))"], python=False,
   doc="The multi-label hinge loss of each row, and its derivative, which is piecewise constant.")
composite(f"{F}multilabel_margin_loss(T input, T target, {LEGACY}) -> T", amp="float32", samples=["(randn(3, 4), tensor([[3, 0, -1, 1], [1, 2, 3, 0], [-1, 0, 0, 0]]))", "(randn(4), tensor([3, 0, -1, 1]), None, None, 'none')"],
          doc="Sum of max(0, 1 - (x[y] - x[i])) / C over the target classes y (those before the first -1) and the other classes i.")
composite(F + "_triplet_margin(T near, T far, T? swapped, float margin, str reduction) -> T", doc="max(0, near - far + margin), reduced; far is the smaller of far and swapped.")
op("_linear_cross_entropy(T input, T linear_weight, T target, T? linear_bias, T? weight, int reduction, int ignore_index, int chunk) -> (T loss, T lse, T total_weight)", method=False, node="LinearCrossEntropyBackward0", gradcheck=False,
   meta="meta::linear_cross_entropy(input, linear_weight, target, linear_bias, weight, reduction, chunk)",
   grad={"input, linear_weight, linear_bias": "linear_cross_entropy_backward(grad_loss, input, linear_weight, target, linear_bias, weight, lse, total_weight, reduction, ignore_index, chunk, output_mask)"},
   samples=["(randn(5, 3), randn(4, 3), tensor([1, 0, 3, 2, 1]), randn(4), None, 1, -100, 2)", "(randn(5, 3), randn(4, 3), tensor([1, 0, 3, 2, 1]), None, rand(4), 0, 1, 3)"],
   doc="Cross entropy of linear(input, linear_weight, linear_bias), `chunk` rows at a time, so that the logits never exist as a whole; the gradient computes them again.")
composite(F + "linear_cross_entropy(T input, T linear_weight, T target, *, T? linear_bias=None, T? weight=None, str reduction='mean', int? ignore_index=None, float label_smoothing=0.0, int? batch_chunk_size=None) -> T",
          samples=["(randn(5, 3), randn(4, 3), tensor([1, 0, 3, 2, 1])), dict(linear_bias=randn(4), weight=rand(4))", "(randn(5, 3), randn(4, 3), tensor([1, 0, 3, 2, 1])), dict(batch_chunk_size=2, reduction='sum')"],
          doc="cross_entropy(linear(input, linear_weight, linear_bias), target); with batch_chunk_size the logits of so many rows exist at a time.")

# ---- bags of embeddings -------------------------------------------------------------------------------------------------------
BAG = "bool scale_grad_by_freq, int mode, bool sparse, T? per_sample_weights, bool include_last_offset"
op(f"_embedding_bag(T weight, T indices, T offsets, {BAG}, int padding_idx=-1) -> (T output, T offset2bag, T bag_size, T max_indices)", method=False, node="EmbeddingBagBackward0", gradcheck=False,
   meta="meta::embedding_bag(weight, indices, offsets, mode, sparse, per_sample_weights, include_last_offset)",
   grad={"weight": "embedding_bag_backward(grad_output, indices, offset2bag, bag_size, max_indices, weight.sizes(), scale_grad_by_freq, mode, per_sample_weights, padding_idx)",
         "per_sample_weights": "embedding_bag_weights_backward(grad_output, weight, indices, offset2bag, padding_idx)"},
   samples=["(randn(5, 3), tensor([1, 4, 1, 0]), tensor([0, 2]), False, 0, False, rand(4), False)", "(randn(5, 3), tensor([1, 4, 1, 0]), tensor([0, 2, 2]), False, 1, False, None, False, 4)", "(randn(5, 3), tensor([1, 4, 1, 0]), tensor([0, 2, 4]), False, 2, False, None, True)"],
   doc="Sums (0), means (1) or maxima (2) of rows of weight; bag b takes the indices from offsets[b] on. Also: the bag of each index, the size of each bag, which row each maximum is from.")
composite("embedding_bag(T weight, T indices, T offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, T? per_sample_weights=None, bool include_last_offset=False) -> (T output, T offset2bag, T bag_size, T max_indices)",
          gradcheck=False, samples=["(randn(5, 3), tensor([1, 4, 1, 0]), tensor([0, 2]))"], doc="_embedding_bag without padding_idx.")
composite(f"embedding_bag(T weight, T indices, T offsets, {BAG}, int? padding_idx) -> (T output, T offset2bag, T bag_size, T max_indices)", overload="padding_idx",
          gradcheck=False, samples=["(randn(5, 3), tensor([1, 4, 1, 0]), tensor([0, 2]), False, 1, False, None, False, 4)"], doc="_embedding_bag; negative padding_idx counts from the end.")
composite(F + "embedding_bag(T input, T weight, T? offsets=None, float? max_norm=None, float norm_type=2, bool scale_grad_by_freq=False, str mode='mean', bool sparse=False, T? per_sample_weights=None, bool include_last_offset=False, "
          "int? padding_idx=None) -> T", samples=["(tensor([[1, 4], [1, 0]]), randn(5, 3))", "(tensor([1, 4, 1, 0]), randn(5, 3), tensor([0, 2])), dict(mode='sum', per_sample_weights=rand(4))", "(tensor([1, 4, 1, 0]), randn(5, 3), tensor([0, 3])), dict(mode='max')"],
          bench="(ir.reshape(-1, 2), m)", doc="Sums, means or maxima of rows of weight [N, D]: of each row of indices (B, L), or of the indices (L) from each of offsets (B) on: (B, D).")

# ---- attention ----------------------------------------------------------------------------------------------------------------
op("_attention(T query, T key, T value, T? mask, bool is_causal, float scale) -> (T output, T stats)", method=False, node="ScaledDotProductFlashAttentionForCpuBackward0", gradcheck=False,
   meta="meta::attention(query, key, value, mask)", grad={"query, key, value": "attention_backward(grad_output, query, key, value, mask, output, stats, is_causal, scale, output_mask)"},
   samples=["(randn(2, 1, 3, 4), randn(2, 1, 5, 4), randn(2, 1, 5, 6), None, False, 0.5)", "(randn(1, 2, 5, 4), randn(1, 2, 5, 4), randn(1, 2, 5, 4), None, True, 0.5)",
            "(randn(1, 2, 3, 4), randn(1, 2, 5, 4), randn(1, 2, 5, 6), randn(1, 2, 3, 5) > -1, False, 0.5)", "(randn(1, 2, 70, 4), randn(1, 2, 600, 4), randn(1, 2, 600, 4), randn(1, 2, 70, 600), True, 0.5)"],
   doc="softmax(scale query key' + mask) value of (N, H, L, E), (N, H, S, E) and (N, H, S, V) in blocks, without the scores as a whole, and what the gradient needs of each row (Dao et al. 2022). A row with nothing to attend to gives zeros.")
op("_attention_backward(T grad, T query, T key, T value, T? mask, T output, T stats, bool is_causal, float scale) -> (T grad_query, T grad_key, T grad_value)", python=False, grad=NONE,
   meta="std::array<Meta, 3>{meta::like(query), meta::like(key), meta::like(value)}", doc="The gradients of _attention, which computes the scores again.")
composite("_attention_composed(T query, T key, T value, T? mask, bool is_causal, float scale, float dropout_p) -> T", method=False, python=False, doc="_attention made of other ops, with dropout of the weights; the mask can have a gradient.")
composite(F + "scaled_dot_product_attention(T query, T key, T value, T? attn_mask=None, float dropout_p=0.0, bool is_causal=False, float? scale=None, bool enable_gqa=False) -> T", amp="lower",
          samples=["(randn(2, 3, 4, 6), randn(2, 3, 5, 6), randn(2, 3, 5, 7))", "(randn(2, 4, 6), randn(2, 4, 6), randn(2, 4, 6)), dict(is_causal=True)", "(randn(2, 4, 3, 6), randn(2, 2, 5, 6), randn(2, 2, 5, 6)), dict(enable_gqa=True, scale=0.3)",
                   "(randn(4, 6), randn(5, 6), randn(5, 6), randn(4, 5))", "(randn(2, 4, 6), randn(2, 5, 6), randn(2, 5, 6), randn(4, 5) > -0.5)"],
          bench="(query, key, value)", doc="softmax(query key' scale + mask) value over (*, L, E), (*, S, E) and (*, S, V); scale is 1 / sqrt(E) unless given (Vaswani et al. 2017).")
composite(F + "multi_head_attention_forward(T query, T key, T value, int embed_dim_to_check, int num_heads, T? in_proj_weight, T? in_proj_bias, T? bias_k, T? bias_v, bool add_zero_attn, float dropout_p, T out_proj_weight, T? out_proj_bias, "
          "bool training=True, T? key_padding_mask=None, bool need_weights=True, T? attn_mask=None, bool use_separate_proj_weight=False, T? q_proj_weight=None, T? k_proj_weight=None, T? v_proj_weight=None, T? static_k=None, T? static_v=None, "
          "bool average_attn_weights=True, bool is_causal=False) -> (T output, T weights)", gradcheck=False,
          samples=["(randn(3, 2, 4), randn(5, 2, 4), randn(5, 2, 4), 4, 2, randn(12, 4), randn(12), None, None, False, 0.0, randn(4, 4), randn(4))"],
          doc="Attention of num_heads heads over (L, N, E) or (L, E), with the projections before and behind it; weights is undefined unless need_weights.")

# ---- activations, dropout, channels -------------------------------------------------------------------------------------------
op("_rrelu_noise(T self, float lower, float upper, *, generator? generator=None) -> T", meta="meta::rrelu_noise(self, lower, upper)", grad=ZERO, method=False, python=False, doc="1 where self is positive, a uniform number from [lower, upper) elsewhere.")
composite("rrelu(T self, S lower=0.125, S upper=0.3333333333333333, bool training=False, generator? generator=None) -> T", method=False, samples=["(randn(3, 4),)", "(randn(3, 4), 0.1, 0.1, True)"],
          doc="leaky_relu with a random slope for each element in training, its mean otherwise (Xu et al. 2015).")
composite("rrelu_(T self, S lower=0.125, S upper=0.3333333333333333, bool training=False, generator? generator=None) -> T", method=False, samples=["(randn(3, 4), 0.1, 0.1, True)"], doc="In-place rrelu.")
composite(F + "rrelu(T input, float lower=0.125, float upper=0.3333333333333333, bool training=False, bool inplace=False) -> T", samples=["(randn(3, 4),)"], doc="leaky_relu with a random slope for each element in training, its mean otherwise (Xu et al. 2015).")
composite(F + "rrelu_(T input, float lower=0.125, float upper=0.3333333333333333, bool training=False) -> T", samples=["(randn(3, 4),)"], doc="In-place rrelu.")
for name, more in (("elu_", ", float alpha=1.0"), ("selu_", ""), ("celu_", ", float alpha=1.0"), ("leaky_relu_", ", float negative_slope=0.01"), ("hardtanh_", ", float min_val=-1.0, float max_val=1.0"), ("threshold_", ", float threshold, float value")):
    composite(f"{F}{name}(T input{more}) -> T", samples=["(randn(3, 4), 0.1, -1.0)" if name == "threshold_" else "(randn(3, 4),)"], doc=f"In-place {name[:-1]}.")
for name, more in (("selu_", ""), ("celu_", ", S alpha=1.0"), ("threshold_", ", S threshold, S value")):
    composite(f"{name}(T self{more}) -> T", method=False, samples=["(randn(3, 4), 0.1, -1.0)" if name == "threshold_" else "(randn(3, 4),)"], doc=f"In-place {name[:-1]}.")
for name in ("dropout_", "alpha_dropout_", "feature_dropout_", "feature_alpha_dropout_"):
    composite(f"{name}(T self, float p, bool train) -> T", method=False, samples=["(randn(2, 3), 0.5, False)"], doc=f"In-place {name[:-1]}.")
for space, first in (("", "self"), (F, "input")):
    composite(f"{space}native_channel_shuffle(T {first}, int groups) -> T", method=False, samples=["(randn(2, 6, 3, 3), 3)"], doc="channel_shuffle.")
    composite(f"{space}conv_tbc(T {first}, T weight, T bias, int pad=0) -> T", amp="lower", method=False, samples=["(randn(5, 2, 3), randn(3, 3, 4), randn(4), 1)"], doc="Convolution over time of (T, B, C) with a weight of (k, C, O): (T', B, O).")

composite(F + "grouped_mm(T mat_a, T mat_b, *, T? offs=None, T? bias=None, dtype? out_dtype=None) -> T", samples=["(randn(2, 3, 8), randn(2, 8, 16))"], gradcheck=False, out=False,
          doc="Products of groups: offs (int32) ends each group of rows of mat_a (M, K) for mat_b (G, K, N), of columns of mat_b (K, N) for mat_a (G, M, K), or of the inner dimension of two matrices; without it a batched product. Floating dtypes (PyTorch has no float64).")

# ---- torch's own names and orders of arguments; reduction is 0 none, 1 mean, 2 sum ---------------------------------------------
composite("bilinear(T input1, T input2, T weight, T? bias=None) -> T", samples=["(randn(3, 4), randn(3, 5), randn(2, 4, 5), randn(2))"], doc="As nn.functional.bilinear.")
composite("instance_norm(T input, T? weight, T? bias, T? running_mean, T? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> T",
          samples=["(randn(2, 3, 4), randn(3), randn(3), None, None, True, 0.1, 1e-5, False)"], doc="As nn.functional.instance_norm.")
composite("adaptive_max_pool1d(T self, int[1] output_size) -> (T output, T indices)", method=False, samples=["(randn(2, 3, 7), 3)"], doc="Maxima of evenly dividing windows, and where they were.")
composite("native_dropout(T input, float p, bool? train) -> (T output, T mask)", samples=["(randn(2, 3), 0.5, False)"], doc="Dropout, and which elements it kept.")
composite("binary_cross_entropy_with_logits(T self, T target, T? weight=None, T? pos_weight=None, int reduction=1) -> T", amp="float32", method=False, samples=["(randn(3, 4), rand(3, 4), rand(4), rand(4) + 1, 2)"], doc="As nn.functional's.")
composite("kl_div(T self, T target, int reduction=1, *, bool log_target=False) -> T", amp="float32", method=False, samples=["(randn(3, 4), rand(3, 4), 2)", "(randn(3, 4), randn(3, 4), 0), dict(log_target=True)"], doc="As nn.functional.kl_div.")
composite("poisson_nll_loss(T input, T target, bool log_input, bool full, float eps, int reduction) -> T", amp="float32", samples=["(randn(3, 4), rand(3, 4) * 3, True, False, 1e-8, 1)"], doc="As nn.functional.poisson_nll_loss.")
composite("hinge_embedding_loss(T self, T target, float margin=1.0, int reduction=1) -> T", amp="float32", method=False, samples=["(randn(3, 4), sign(randn(3, 4)))"], doc="As nn.functional.hinge_embedding_loss.")
composite("cosine_embedding_loss(T input1, T input2, T target, float margin=0.0, int reduction=1) -> T", amp="float32", samples=["(randn(3, 4), randn(3, 4), tensor([1, -1, 1]))"], doc="As nn.functional.cosine_embedding_loss.")
composite("margin_ranking_loss(T input1, T input2, T target, float margin=0.0, int reduction=1) -> T", amp="float32", samples=["(randn(3), randn(3), tensor([1, -1, 1]))"], doc="As nn.functional.margin_ranking_loss.")
composite("triplet_margin_loss(T anchor, T positive, T negative, float margin=1.0, float p=2.0, float eps=1e-06, bool swap=False, int reduction=1) -> T", amp="float32", samples=["(randn(3, 4), randn(3, 4), randn(3, 4))"],
          doc="As nn.functional.triplet_margin_loss.")
