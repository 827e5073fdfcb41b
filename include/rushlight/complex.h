// Complex numbers as tensors store them: two reals side by side, the layout of std::complex and of C.
//
// The products are the textbook formulas (no special care for infinities), as PyTorch's kernels use them.
#pragma once
#include <cmath>
#include <concepts>
#include <type_traits>

namespace rushlight {

// T is float or double. Example: Complex<float> z(1, 2); z * conj(z) == 5.
template <class T>
struct Complex {
  using value_type = T;
  T re = 0, im = 0;

  constexpr Complex() noexcept = default;
  constexpr Complex(T real, T imag = 0) noexcept : re(real), im(imag) {}
  template <class U>
    requires(!std::is_same_v<U, T>)
  constexpr explicit Complex(const Complex<U>& z) noexcept : re(static_cast<T>(z.re)), im(static_cast<T>(z.im)) {}
  // From std::complex and anything else with real() and imag(); back with std::complex<T>(z.real(), z.imag()).
  template <class U>
    requires requires(const U& z) {
      { z.real() } -> std::convertible_to<T>;
      { z.imag() } -> std::convertible_to<T>;
      typename U::value_type;
    } && (!std::is_same_v<U, Complex<typename U::value_type>>)
  constexpr Complex(const U& z) noexcept : re(z.real()), im(z.imag()) {}

  constexpr T real() const noexcept { return re; }
  constexpr T imag() const noexcept { return im; }
  constexpr explicit operator bool() const noexcept { return re != 0 || im != 0; }

  friend constexpr Complex operator+(Complex a, Complex b) noexcept { return {a.re + b.re, a.im + b.im}; }
  friend constexpr Complex operator-(Complex a, Complex b) noexcept { return {a.re - b.re, a.im - b.im}; }
  friend constexpr Complex operator*(Complex a, Complex b) noexcept {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  // Smith's algorithm (Comm. ACM 5, 1962): no overflow where the quotient is a number.
  friend constexpr Complex operator/(Complex a, Complex b) noexcept {
    const T r = b.re < 0 ? -b.re : b.re, i = b.im < 0 ? -b.im : b.im;
    if (r >= i) {
      if (r == 0) return {a.re / r, a.im / r};
      const T ratio = b.im / b.re, scale = 1 / (b.re + b.im * ratio);
      return {(a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale};
    }
    const T ratio = b.re / b.im, scale = 1 / (b.re * ratio + b.im);
    return {(a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale};
  }
  friend constexpr Complex operator-(Complex a) noexcept { return {-a.re, -a.im}; }
  friend constexpr Complex operator+(Complex a) noexcept { return a; }
  friend constexpr bool operator==(Complex a, Complex b) noexcept { return a.re == b.re && a.im == b.im; }
  constexpr Complex& operator+=(Complex b) noexcept { return *this = *this + b; }
  constexpr Complex& operator-=(Complex b) noexcept { return *this = *this - b; }
  constexpr Complex& operator*=(Complex b) noexcept { return *this = *this * b; }
  constexpr Complex& operator/=(Complex b) noexcept { return *this = *this / b; }
};

template <class T>
constexpr T real(Complex<T> z) noexcept {
  return z.re;
}
template <class T>
constexpr T imag(Complex<T> z) noexcept {
  return z.im;
}
template <class T>
constexpr Complex<T> conj(Complex<T> z) noexcept {
  return {z.re, -z.im};
}
// |z|², as std::norm.
template <class T>
constexpr T norm(Complex<T> z) noexcept {
  return z.re * z.re + z.im * z.im;
}
template <class T>
T abs(Complex<T> z) noexcept {
  return std::hypot(z.re, z.im);
}
template <class T>
T arg(Complex<T> z) noexcept {
  return std::atan2(z.im, z.re);
}

template <class T>
struct is_complex_type : std::false_type {};
template <class T>
struct is_complex_type<Complex<T>> : std::true_type {};
template <class T>
constexpr bool is_complex_v = is_complex_type<T>::value;

// Complex, std::complex and their like: two numbers of type value_type.
template <class T>
concept ComplexLike = requires(const T& z) {
  typename T::value_type;
  { z.real() } -> std::convertible_to<typename T::value_type>;
  { z.imag() } -> std::convertible_to<typename T::value_type>;
} && std::is_floating_point_v<typename T::value_type> && sizeof(T) == 2 * sizeof(typename T::value_type);

}  // namespace rushlight
