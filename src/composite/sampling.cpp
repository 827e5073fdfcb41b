// Sampling grids of affine maps, reading at a grid, and the old names of interpolate.
#include <algorithm>
#include <cmath>

#include "dispatch/autocast.h"
#include "rushlight/ops.h"
#include "rushlight/warn.h"

namespace rushlight {

// ---- affine grids ---------------------------------------------------------------------------------------------------

namespace {

// The centres (or with align_corners the ends) of n cells of [-1, 1].
Tensor cell_positions(int64_t n, bool align_corners, const TensorOptions& options) {
  if (n <= 1) return zeros({n}, options);
  const Tensor ends = linspace(-1, 1, n, options);
  return align_corners ? ends : div(mul(ends, n - 1), n);
}

}  // namespace

Tensor affine_grid_generator(const Tensor& theta, IntArrayRef size, bool align_corners) {
  check(size.size() == 4 || size.size() == 5,
        "AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs. (got size {})", size);
  const auto spatial = static_cast<int64_t>(size.size() - 2);
  for (int64_t s : size) check(s >= 0, "affine_grid_generator: size {} has a negative entry", size);
  check(theta.dim() == 3 && theta.size(0) == size[0] && theta.size(1) == spatial && theta.size(2) == spatial + 1,
        "Expected a batch of {}D affine matrices of shape Nx{}x{} for size {}. Got {}.", spatial, spatial, spatial + 1,
        size, theta.sizes());
  DimVector grid_sizes(size.slice(2, static_cast<size_t>(spatial)));
  int64_t points = 1;
  for (int64_t s : grid_sizes) {
    check(!__builtin_mul_overflow(points, s, &points), "affine_grid_generator: size {} overflows a 64-bit integer",
          size);
  }
  std::vector<Tensor> axes;
  for (int64_t d = spatial - 1; d >= 0; --d) {  // x is the last dimension
    DimVector shape(static_cast<size_t>(spatial), 1);
    shape[d] = grid_sizes[d];
    axes.push_back(cell_positions(grid_sizes[d], align_corners, theta.options()).reshape(shape).expand(grid_sizes));
  }
  axes.push_back(ones(grid_sizes, theta.options()));
  const auto joined = [&] {
    const detail::NoAutocast off;
    return stack(axes, -1);
  };
  const Tensor base = joined().reshape({1, points, spatial + 1}).expand({size[0], points, spatial + 1});
  DimVector result{size[0]};
  for (int64_t s : grid_sizes) result.push_back(s);
  result.push_back(spatial);
  return bmm(base, theta.transpose(1, 2)).reshape(result);
}

// ---- a composed grid_sample -----------------------------------------------------------------------------------------

namespace {

// One tap along a dimension for every point: where, whether that is inside, and its weight.
struct Tap {
  Tensor at, inside, weight;
};

Tensor reflected(const Tensor& x, int64_t low, int64_t high) {
  if (low == high) return mul(x, 0);
  const double least = static_cast<double>(low) / 2, span = static_cast<double>(high - low) / 2;
  const Tensor away = abs(sub(x, least)), extra = fmod(away, span);
  const Tensor even = eq(fmod(floor(div(away.detach(), span)), 2), 0);
  return where(even, add(extra, least), add(rsub(extra, span), least));
}

Tensor padded(Tensor x, int64_t size, int64_t padding, bool align) {
  if (padding == 2) x = align ? reflected(x, 0, 2 * (size - 1)) : reflected(x, -1, 2 * size - 1);
  return padding == 0 ? x : clamp(x, Scalar(0), Scalar(size - 1));
}

Tap tap(const Tensor& at, const Tensor& weight, int64_t size) {
  const Tensor inside = logical_and(ge(at, 0), le(at, size - 1));
  return {masked_fill(at, logical_not(inside), 0).to(kLong), inside, weight};
}

// The cubic convolution kernel with A = -0.75 at the distance x.
Tensor cubic_weight(const Tensor& x, bool near) {
  if (near) return add(mul(mul(sub(mul(x, 1.25), 2.25), x), x), 1);
  return add(mul(add(mul(add(mul(x, -0.75), 3.75), x), -6), x), 3);
}

std::vector<Tap> taps_along(const Tensor& coordinate, int64_t size, int64_t mode, int64_t padding, bool align) {
  const auto n = static_cast<double>(size);
  const Tensor x = align ? mul(add(coordinate, 1), (n - 1) / 2) : div(sub(mul(add(coordinate, 1), n), 1), 2);
  if (mode == 1) {
    const Tensor at = round(padded(x, size, padding, align).detach());
    return {tap(at, ones_like(at), size)};
  }
  if (mode == 0) {
    const Tensor place = padded(x, size, padding, align), first = floor(place.detach());
    return {tap(first, sub(add(first, 1), place), size), tap(add(first, 1), sub(place, first), size)};
  }
  const Tensor first = floor(x.detach()), t = sub(x, first);
  const Tensor distance[] = {add(t, 1), t, rsub(t, 1), rsub(t, 2)};
  std::vector<Tap> taps;
  for (int i = 0; i < 4; ++i)
    taps.push_back(
        tap(padded(add(first, i - 1), size, padding, align), cubic_weight(distance[i], i == 1 || i == 2), size));
  return taps;
}

}  // namespace

Tensor _grid_sample_composed(const Tensor& input, const Tensor& grid, int64_t mode, int64_t padding, bool align) {
  const int64_t spatial = input.dim() - 2, batch = input.size(0), channels = input.size(1);
  std::vector<Tap> combined;
  for (int64_t d = 0; d < spatial; ++d) {  // z, y, x
    const int64_t size = input.size(2 + d);
    const auto taps = taps_along(grid.select(-1, spatial - 1 - d).reshape({batch, -1}), size, mode, padding, align);
    std::vector<Tap> next;
    for (const Tap& t : taps) {
      if (d == 0) next.push_back(t);
      for (const Tap& c : combined)
        next.push_back({add(mul(c.at, size), t.at), logical_and(c.inside, t.inside), mul(c.weight, t.weight)});
    }
    combined = std::move(next);
  }
  const Tensor planes = input.flatten(2);
  Tensor sum;
  for (const Tap& t : combined) {
    const Tensor weight = where(t.inside, t.weight, zeros_like(t.weight));
    const Tensor values = planes.gather(2, t.at.unsqueeze(1).expand({batch, channels, t.at.size(1)}));
    const Tensor part = mul(values, weight.unsqueeze(1));
    sum = sum.defined() ? add(sum, part) : part;
  }
  DimVector sizes{batch, channels};
  for (int64_t d = 1; d <= spatial; ++d) sizes.push_back(grid.size(d));
  return sum.reshape(sizes);
}

Tensor grid_sampler_plain(const Tensor& input, const Tensor& grid, int64_t interpolation_mode, int64_t padding_mode,
                          bool align_corners) {
  return _grid_sample(input, grid, interpolation_mode, padding_mode, align_corners);
}
Tensor grid_sampler_2d_plain(const Tensor& input, const Tensor& grid, int64_t interpolation_mode, int64_t padding_mode,
                             bool align_corners) {
  check(input.dim() == 4, "grid_sampler_2d(): expected 4D input and grid, but got input with sizes {}", input.sizes());
  return _grid_sample(input, grid, interpolation_mode, padding_mode, align_corners);
}
Tensor grid_sampler_3d_plain(const Tensor& input, const Tensor& grid, int64_t interpolation_mode, int64_t padding_mode,
                             bool align_corners) {
  check(input.dim() == 5, "grid_sampler_3d(): expected 5D input and grid, but got input with sizes {}", input.sizes());
  return _grid_sample(input, grid, interpolation_mode, padding_mode, align_corners);
}

namespace nn::functional {
namespace {

bool align_or_warn(std::optional<bool> align_corners) {
  if (!align_corners) {
    warn(
        "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
        "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.");
  }
  return align_corners.value_or(false);
}

int64_t position(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), text) - names.begin();
}

void deprecated(std::string_view name) {
  warn(format("`nn.functional.{}` is deprecated. Use `nn.functional.interpolate` instead.", name));
}

}  // namespace

Tensor affine_grid(const Tensor& theta, IntArrayRef size, std::optional<bool> align_corners) {
  const bool align = align_or_warn(align_corners);
  check_value(theta.is_floating_point(), "Expected theta to have floating point type, but got {}",
              dtype_name(theta.dtype()));
  check_not_implemented(
      size.size() == 4 || size.size() == 5,
      "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size {}.", size);
  const auto n = static_cast<int64_t>(size.size() - 2);
  check_value(theta.dim() == 3 && theta.size(-2) == n && theta.size(-1) == n + 1,
              "Expected a batch of {}D affine matrices of shape Nx{}x{} for size {}. Got {}.", n, n, n + 1, size,
              theta.sizes());
  const int64_t least = *std::min_element(size.begin(), size.end());
  if (align && *std::min_element(size.begin() + 2, size.end()) == 1) {
    warn(
        "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is "
        "not an intended use case of affine_grid. See the documentation of affine_grid for details.");
  } else {
    check_value(least > 0, "Expected non-zero, positive output size. Got {}", size);
  }
  return affine_grid_generator(theta, size, align);
}

Tensor grid_sample_plain(const Tensor& input, const Tensor& grid, std::string_view mode, std::string_view padding_mode,
                         std::optional<bool> align_corners) {
  const int64_t how = position(mode, {"bilinear", "nearest", "bicubic"}),
                pads = position(padding_mode, {"zeros", "border", "reflection"});
  check_value(how < 3,
              "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{}'",
              mode);
  check_value(pads < 3,
              "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: "
              "'{}'",
              padding_mode);
  return _grid_sample(input, grid, how, pads, align_or_warn(align_corners));
}

// ---- old names of interpolate ---------------------------------------------------------------------------------------

Tensor upsample(const Tensor& input, OptionalIntArrayRef size, std::optional<ArrayRef<double>> scale_factor,
                std::string_view mode, std::optional<bool> align_corners) {
  deprecated("upsample");
  return interpolate(input, size, scale_factor, mode, align_corners);
}
Tensor upsample(const Tensor& input, OptionalIntArrayRef size, double scale_factor, std::string_view mode,
                std::optional<bool> align_corners) {
  deprecated("upsample");
  return interpolate(input, size, scale_factor, mode, align_corners);
}
Tensor upsample_nearest(const Tensor& input, OptionalIntArrayRef size, std::optional<ArrayRef<double>> scale_factor) {
  deprecated("upsample_nearest");
  return interpolate(input, size, scale_factor, "nearest");
}
Tensor upsample_nearest(const Tensor& input, OptionalIntArrayRef size, double scale_factor) {
  deprecated("upsample_nearest");
  return interpolate(input, size, scale_factor, "nearest");
}
Tensor upsample_bilinear(const Tensor& input, OptionalIntArrayRef size, std::optional<ArrayRef<double>> scale_factor) {
  deprecated("upsample_bilinear");
  return interpolate(input, size, scale_factor, "bilinear", true);
}
Tensor upsample_bilinear(const Tensor& input, OptionalIntArrayRef size, double scale_factor) {
  deprecated("upsample_bilinear");
  return interpolate(input, size, scale_factor, "bilinear", true);
}

}  // namespace nn::functional
}  // namespace rushlight
