"""Convolution, pooling, resampling. Spatial arguments take one number or one per spatial dimension."""

GEOMETRY = "int[] stride, int[] padding, int[] dilation, bool transposed, int[] output_padding, int groups"
REST = "stride, padding, dilation, transposed, output_padding, groups"
op(f"convolution(T input, T weight, T? bias, {GEOMETRY}) -> T", complex=True, meta=f"meta::convolution(input, weight, bias, {REST})", method=False, out=False,
   grad={"input": f"_convolution_input(grad, conj(weight), input.sizes(), {REST})", "weight": f"_convolution_weight(grad, conj(input), weight.sizes(), {REST})",
         "bias": "convolution_backward_bias(grad)"},
   samples=["(randn(2, 4, 7), randn(6, 2, 3), randn(6), [2], [1], [1], False, [0], 2)", "(randn(2, 4, 5, 6), randn(4, 3, 3, 2), None, [2, 1], [1, 0], [1, 2], True, [1, 0], 1)"],
   doc="Convolution of (N, C, *) with a weight of (O, C / groups, *), or its transpose with (C, O / groups, *), in 1 to 3 spatial dimensions.")
op(f"_convolution_input(T grad_output, T weight, int[] input_size, {GEOMETRY}) -> T", meta="meta::sized(grad_output, input_size)", method=False, node="ConvolutionBackward0", python=False,
   grad={"grad_output": f"convolution(grad, conj(weight), Tensor(), {REST})", "weight": f"_convolution_weight(conj(grad_output), grad, weight.sizes(), {REST})"},
   doc="The gradient of a convolution for its input.")
op(f"_convolution_weight(T grad_output, T input, int[] weight_size, {GEOMETRY}) -> T", meta="meta::sized(grad_output, weight_size)", method=False, node="ConvolutionBackward0", python=False,
   grad={"grad_output": f"convolution(conj(input), grad, Tensor(), {REST})", "input": f"_convolution_input(conj(grad_output), grad, input.sizes(), {REST})"},
   doc="The gradient of a convolution for its weight.")

SPATIAL = {1: "7", 2: "5, 6", 3: "4, 4, 5"}
KERNEL = {1: "3", 2: "3, 2", 3: "2, 2, 2"}
for n in (1, 2, 3):
    x, w, wt = f"randn(2, 4, {SPATIAL[n]})", f"randn(6, 2, {KERNEL[n]})", f"randn(4, 3, {KERNEL[n]})"
    conv = f"(T input, T weight, T? bias=None, int[{n}] stride=1, int[{n}] padding=0, int[{n}] dilation=1, int groups=1) -> T"
    conv_text = f"(T input, T weight, T? bias=None, int[{n}] stride=1, str padding, int[{n}] dilation=1, int groups=1) -> T"
    transposed = f"(T input, T weight, T? bias=None, int[{n}] stride=1, int[{n}] padding=0, int[{n}] output_padding=0, int groups=1, int[{n}] dilation=1) -> T"
    for space in ("", "nn.functional."):
        composite(f"{space}conv{n}d{conv}", amp="lower", complex=True, samples=[f"({x}, {w}, None, 1, 1, 1, 2)", f"({x}, {w}, randn(6), 2, 0, 2, 2)"],
                  bench=f"(image{n if n != 2 else ''}, filter{n if n != 2 else ''}, channel, 1, 1)" if space else None, doc=f"Convolution over {n} spatial dimension{'s' * (n > 1)}: (N, C, *) or (C, *) with a weight of (O, C / groups, *).")
        composite(f"{space}conv{n}d{conv_text}", amp="lower", complex=True, overload="padding", samples=[f"({x}, {w}, None, 1, 'same', 1, 2)", f"({x}, {w}, None, 1, 'valid', 1, 2)"],
                  doc="Convolution with padding 'valid' (none) or 'same' (the input's spatial size is kept; stride 1 only).")
        composite(f"{space}conv_transpose{n}d{transposed}", amp="lower", complex=True, samples=[f"({x}, {wt}, randn(3), 2, 1, 1)"],
                  bench=f"(image{n if n != 2 else ''}, filter{n if n != 2 else ''}, channel, 1, 1)" if space else None, doc=f"The transpose of a convolution over {n} spatial dimension{'s' * (n > 1)}: (N, C, *) with a weight of (C, O / groups, *).")

# ---- pooling -------------------------------------------------------------------------------------------------------------------
POOL = "int[] kernel_size, int[] stride, int[] padding"
op(f"_max_pool(T input, {POOL}, int[] dilation, bool ceil_mode) -> (T output, T indices)", meta="meta::max_pool(input, kernel_size, stride, padding, dilation, ceil_mode)", method=False, python=False,
   node="MaxPoolWithIndicesBackward0", grad={"input": "_max_unpool(grad_output, indices, input.sizes(), int64_t(kernel_size.size()))"},
   doc="The largest element of each window, and its flat position in the spatial dimensions.")
op("_max_unpool(T grad_output, T indices, int[] input_size, int spatial) -> T", meta="meta::sized(grad_output, input_size)", method=False, python=False,
   grad={"grad_output": "max_pool_gather(grad, indices, spatial)"}, doc="Adds each gradient at the flat spatial position that its window took its value from.")
op(f"_avg_pool(T input, {POOL}, bool ceil_mode, bool count_include_pad, int? divisor_override) -> T", meta="meta::avg_pool(input, kernel_size, stride, padding, ceil_mode, divisor_override)", method=False, python=False,
   node="AvgPoolBackward0", grad="_avg_pool_backward(grad, input.sizes(), kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)", doc="The mean of each window.")
op(f"_avg_pool_backward(T grad_output, int[] input_size, {POOL}, bool ceil_mode, bool count_include_pad, int? divisor_override) -> T", meta="meta::sized(grad_output, input_size)", method=False, python=False,
   grad="_avg_pool(grad, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)", doc="The gradient of _avg_pool.")
op("_adaptive_avg_pool(T input, int[] output_size) -> T", meta="meta::adaptive_pool(\"adaptive_avg_pool\", input, output_size)", method=False, python=False,
   grad="_adaptive_avg_pool_backward(grad, input.sizes(), output_size)", node="AdaptiveAvgPoolBackward0", doc="Means of windows that divide the input as evenly as can be.")
op("_adaptive_avg_pool_backward(T grad_output, int[] input_size, int[] output_size) -> T", meta="meta::sized(grad_output, input_size)", method=False, python=False,
   grad="_adaptive_avg_pool(grad, output_size)", doc="The gradient of _adaptive_avg_pool.")
op("_adaptive_max_pool(T input, int[] output_size) -> (T output, T indices)", meta="meta::adaptive_max_pool(input, output_size)", method=False, python=False, node="AdaptiveMaxPoolBackward0",
   grad={"input": "_max_unpool(grad_output, indices, input.sizes(), int64_t(output_size.size()))"}, doc="Maxima of windows that divide the input as evenly as can be, and where they were.")

for n in (1, 2, 3):
    x = f"randn(2, 3, {SPATIAL[n]})"
    dims = f"over {n} spatial dimension{'s' * (n > 1)} of (N, C, *) or (C, *)"
    maximum = f"(T input, int[{n}] kernel_size, int[{n}]? stride=None, int[{n}] padding=0, int[{n}] dilation=1, bool ceil_mode=False)"
    divisor = "" if n == 1 else ", int? divisor_override=None"
    average = f"(T input, int[{n}] kernel_size, int[{n}]? stride=None, int[{n}] padding=0, bool ceil_mode=False, bool count_include_pad=True{divisor}) -> T"
    for space in ("", "nn.functional."):
        composite(f"{space}max_pool{n}d{maximum} -> T", amp="float32" if n == 3 else None, samples=[f"({x}, 2)", f"({x}, 3, 2, 1, 1, True)"], bench=f"(image{n if n != 2 else ''}, 2)" if space else None, doc=f"The largest element of each window {dims}.")
        composite(f"{space}max_pool{n}d_with_indices{maximum} -> (T output, T indices)", samples=[f"({x}, 2)", f"({x}, 3, 2, 1)"],
                  doc=f"The largest element of each window and its flat spatial position, {dims}.")
        composite(f"{space}avg_pool{n}d{average}", amp="float32" if n == 3 else None, out=n > 1 and "Expected out tensor to have dtype", samples=[f"({x}, 2)", f"({x}, 3, 2, 1, True, False)"], bench=f"(image{n if n != 2 else ''}, 2)" if space else None, doc=f"The mean of each window {dims}.")
        composite(f"{space}adaptive_avg_pool{n}d(T input, int[{n}] output_size) -> T", amp="float32" if n == 3 else None, samples=[f"({x}, 1)", f"({x}, 3)"], bench=f"(image{n if n != 2 else ''}, 2)" if space else None, doc=f"Means of evenly dividing windows {dims}.")
        composite(f"{space}adaptive_max_pool{n}d_with_indices(T input, int[{n}] output_size) -> (T output, T indices)", amp="float32" if n == 3 else None, samples=[f"({x}, 2)"],
                  doc=f"Maxima of evenly dividing windows and their flat spatial positions, {dims}.")
    composite(f"nn.functional.adaptive_max_pool{n}d(T input, int[{n}] output_size) -> T", amp="float32" if n == 3 else None, samples=[f"({x}, 2)"], bench=f"(image{n if n != 2 else ''}, 2)", doc=f"Maxima of evenly dividing windows {dims}.")

# ---- windows as columns, resampling --------------------------------------------------------------------------------------------
COLUMNS = "int[] kernel_size, int[] dilation, int[] padding, int[] stride"
op(f"_im2col(T input, {COLUMNS}) -> T", meta="meta::im2col(input, kernel_size, dilation, padding, stride)", grad="_col2im(grad, input.sizes(), kernel_size, dilation, padding, stride)", method=False, python=False,
   node="Im2ColBackward0", doc="(N, C, H, W) to (N, C kh kw, L): every window as a column.")
op(f"_col2im(T input, int[] output_size, {COLUMNS}) -> T", meta="meta::sized(input, output_size)", grad="_im2col(grad, kernel_size, dilation, padding, stride)", method=False, python=False,
   node="Col2ImBackward0", doc="Columns added back to the windows they came from.")
composite("nn.functional.unfold(T input, int[2] kernel_size, int[2] dilation=1, int[2] padding=0, int[2] stride=1) -> T", samples=["(randn(2, 3, 5, 6), (2, 3))", "(randn(2, 3, 5, 6), 3, 1, 1, 2)"],
          bench="(image, 3)", doc="(N, C, H, W) to (N, C kh kw, L): every window as a column.")
composite("nn.functional.fold(T input, int[2] output_size, int[2] kernel_size, int[2] dilation=1, int[2] padding=0, int[2] stride=1) -> T", samples=["(randn(2, 12, 12), (4, 5), 2)"],
          doc="The sum of columns put back as windows: the transpose of unfold.")
op("_resample(T input, int dim, int size, str mode, bool align_corners, float? scale) -> T", meta="meta::resample(input, dim, size)", grad="_resample_backward(grad, input.sizes(), dim, mode, align_corners, scale)", method=False,
   python=False, node="UpsampleBackward0", doc="One dimension resampled to `size` entries: nearest, nearest-exact, linear or cubic.")
op("_resample_backward(T grad_output, int[] input_size, int dim, str mode, bool align_corners, float? scale) -> T", meta="meta::sized(grad_output, input_size)", method=False, python=False,
   grad="_resample(grad, dim, grad_output.sizes()[dim], mode, align_corners, scale)", doc="The gradient of _resample.")
composite("nn.functional.interpolate(T input, int[]? size=None, float[]? scale_factor=None, str mode='nearest', bool? align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> T",
          samples=["(randn(1, 2, 4, 5), (8, 3))", "(randn(1, 2, 4, 5), (7, 9), None, 'bilinear', True)", "(randn(1, 2, 4, 5), (7, 9), None, 'bilinear', False)", "(randn(1, 2, 5), (8,), None, 'linear')",
                   "(randn(1, 2, 4, 5), (7, 9), None, 'bicubic', False)", "(randn(1, 2, 4, 6), (2, 3), None, 'area')"],
          doc="The spatial dimensions of (N, C, *) resized to `size` or by `scale_factor`: nearest, nearest-exact, linear, bilinear, trilinear, bicubic or area.")
composite("nn.functional.interpolate(T input, int[]? size=None, float scale_factor, str mode='nearest', bool? align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> T",
          overload="scale", samples=["(randn(1, 2, 4, 5), None, 2.0)", "(randn(1, 2, 4, 5), None, 1.5, 'bilinear')"], bench="(image, None, 2.0, 'bilinear', False)", doc="interpolate with one scale for every spatial dimension.")
