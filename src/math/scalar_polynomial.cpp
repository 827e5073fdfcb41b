// Orthogonal polynomials of one double and their derivatives.
//
// Note [Orthogonal polynomials]
// All eight families follow p_(k+1) = (A_k x + B_k) p_k - C_k p_(k-1) (DLMF 18.9.1) from p_0 = 1 and p_1 = A_0 x + B_0.
// Differentiated m times it reads d_(k+1) = (A_k x + B_k) d_k + m A_k e_k - C_k d_(k-1), where e is the derivative of
// order m - 1: so one loop over all orders up to m gives any derivative, also where closed forms divide by zero. The values
// of Chebyshev's families inside (-1, 1) are those of sines and cosines for degrees that make the loop long.
#include <cmath>

#include "math/scalar.h"

namespace rushlight::scalar {
namespace {

constexpr double kNan = __builtin_nan("");
// Beyond it: the recurrence would take long and say little (Hermite's overflow long before).
constexpr double kMaxDegree = 1e7;
constexpr double kMaxHermite = 512;
constexpr int kMaxOrder = 7;

struct Step {
  double a, b, c;
};
Step step_of(Polynomial family, double k) {
  switch (family) {
    case Polynomial::ChebyshevT:
      return {k == 0 ? 1.0 : 2.0, 0, 1};
    case Polynomial::ChebyshevU:
      return {2, 0, 1};
    case Polynomial::ChebyshevV:
      return {2, k == 0 ? -1.0 : 0.0, 1};
    case Polynomial::ChebyshevW:
      return {2, k == 0 ? 1.0 : 0.0, 1};
    case Polynomial::HermiteH:
      return {2, 0, 2 * k};
    case Polynomial::HermiteHe:
      return {1, 0, k};
    case Polynomial::Laguerre:
      return {-1 / (k + 1), (2 * k + 1) / (k + 1), k / (k + 1)};
    default:
      return {(2 * k + 1) / (k + 1), 0, k / (k + 1)};
  }
}

bool is_chebyshev(Polynomial family) { return family <= Polynomial::ChebyshevW; }

// Chebyshev's families for |x| < 1 (DLMF 18.5.1 - 18.5.4).
double by_angle(double x, double n, Polynomial family) {
  const double angle = std::acos(x);
  switch (family) {
    case Polynomial::ChebyshevT:
      return std::cos(n * angle);
    case Polynomial::ChebyshevU:
      return std::sin((n + 1) * angle) / std::sin(angle);
    case Polynomial::ChebyshevV:
      return std::cos((n + 0.5) * angle) / std::cos(angle / 2);
    default:
      return std::sin((n + 0.5) * angle) / std::sin(angle / 2);
  }
}

// Values whose recurrence would round (or run) for long although they are known.
bool known_at_ends(double x, double n, Polynomial family, double& value) {
  if (std::fabs(x) != 1 && x != 0) return false;
  const bool even = std::fmod(n, 2) == 0, right = x > 0;
  switch (family) {
    case Polynomial::ChebyshevT:
    case Polynomial::Legendre:
      value = right || even ? 1 : -1;
      return std::fabs(x) == 1;
    case Polynomial::ChebyshevU:
      value = right || even ? n + 1 : -(n + 1);
      return std::fabs(x) == 1;
    case Polynomial::ChebyshevV:
      value = right ? 1 : even ? 2 * n + 1 : -(2 * n + 1);
      return std::fabs(x) == 1;
    case Polynomial::ChebyshevW:
      value = right ? 2 * n + 1 : even ? 1 : -1;
      return std::fabs(x) == 1;
    case Polynomial::Laguerre:
      value = 1;
      return x == 0;
    default:
      return false;
  }
}

// p_n by p_(k+1) = next(k, p_k, p_(k-1)) from p_0 = 1 and p_1 = first.
template <class Next>
double values(double n, double first, const Next& next) {
  if (n == 0) return 1;
  double last = 1, now = first;
  for (double k = 1; k < n && now == now; ++k) {
    const double p = next(k, now, last);
    last = now;
    now = p;
  }
  return now;
}

double value(double x, double n, Polynomial family) {
  const auto chebyshev = [x](double, double p, double q) { return 2 * x * p - q; };
  switch (family) {
    case Polynomial::ChebyshevT:
      return values(n, x, chebyshev);
    case Polynomial::ChebyshevU:
      return values(n, 2 * x, chebyshev);
    case Polynomial::ChebyshevV:
      return values(n, 2 * x - 1, chebyshev);
    case Polynomial::ChebyshevW:
      return values(n, 2 * x + 1, chebyshev);
    case Polynomial::HermiteH:
      return values(n, 2 * x, [x](double k, double p, double q) { return 2 * (x * p - k * q); });
    case Polynomial::HermiteHe:
      return values(n, x, [x](double k, double p, double q) { return x * p - k * q; });
    case Polynomial::Laguerre:
      return values(n, 1 - x, [x](double k, double p, double q) { return ((2 * k + 1 - x) * p - k * q) / (k + 1); });
    default:
      return values(n, x, [x](double k, double p, double q) { return ((2 * k + 1) * x * p - k * q) / (k + 1); });
  }
}

double derivative(double x, double n, Polynomial family, int order) {
  double last[kMaxOrder + 1] = {}, now[kMaxOrder + 1] = {1};
  for (double k = 0; k < n; ++k) {
    const Step s = step_of(family, k);
    const double c = k == 0 ? 0 : s.c;
    for (int m = order; m >= 0; --m) {  // downwards: order m needs what order m - 1 was
      const double next = (s.a * x + s.b) * now[m] + (m == 0 ? 0 : m * s.a * now[m - 1]) - c * last[m];
      last[m] = now[m];
      now[m] = next;
    }
    if (std::isnan(now[order])) break;
  }
  return now[order];
}

}  // namespace

double orthogonal_polynomial(double x, double n, Polynomial family, int order) {
  if (std::isnan(n) || order < 0 || order > kMaxOrder) return kNan;
  n = std::trunc(n);
  if (n < 0 || n < order) return 0;
  if (order == 0) {
    if (double value = 0; known_at_ends(x, n, family, value)) return value;
    if (is_chebyshev(family) && n > 8 && std::fabs(x) < 1) return by_angle(x, n, family);
  }
  const bool hermite = family == Polynomial::HermiteH || family == Polynomial::HermiteHe;
  if (n > (hermite ? kMaxHermite : kMaxDegree)) return kNan;
  return order == 0 ? value(x, n, family) : derivative(x, n, family, order);
}

}  // namespace rushlight::scalar
