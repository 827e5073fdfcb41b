// LAPACK's routines, found in a shared library the first time that one is called.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "rushlight/complex.h"
#include "rushlight/error.h"

// Note [LAPACK at run time]
// Nothing links with LAPACK: `import` stays quick, and a program that never factors a matrix does without it. The first
// call opens the library, in this order: the file that RUSHLIGHT_LAPACK names; libscipy_openblas.so beside the file this
// code is in (also in its lib/, rushlight/ and ../lib/), which is where the wheel and the SDK have it; what the dynamic
// loader finds under that name (the SDK's CMake target leaves a run path in static programs); the system's OpenBLAS or
// LAPACK. The library computes on one thread, so that a result does not depend on how many there are; kernels share out
// batches over the core's own threads.
namespace rushlight::cpu::lapack {

using Int = int32_t;

// "rushlight/lib/libscipy_openblas.so", or whichever was opened; opens it if need be.
const char* library();
// The address of a routine such as "dgetrf"; Error where there is no library or no such routine in it.
void* find(const char* routine);

template <class T>
constexpr char kLetter = std::is_same_v<T, float>            ? 's'
                         : std::is_same_v<T, double>         ? 'd'
                         : std::is_same_v<T, Complex<float>> ? 'c'
                                                             : 'z';

// A size as LAPACK counts; Error if it does not fit.
inline Int to_int(int64_t n) {
  check(n <= std::numeric_limits<Int>::max(), "linalg: a size of {} is more than LAPACK can count ({})", n,
        std::numeric_limits<Int>::max());
  return static_cast<Int>(n);
}

// One routine of Fortran's: numbers and letters are passed by address, and the length of each letter follows at the end.
class Routine {
 public:
  explicit Routine(void* address) : address_(address) {}
  template <class... A>
  void operator()(A... args) const {
    call(std::make_index_sequence<(size_t{0} + ... + (std::is_same_v<A, char> ? 1 : 0))>(), args...);
  }

 private:
  template <class A>
  static const void* pointer(A& argument) {
    if constexpr (std::is_pointer_v<A>)
      return argument;
    else
      return &argument;
  }
  template <class A>
  using Erased = const void*;
  template <size_t>
  using Length = size_t;
  template <size_t... I, class... A>
  void call(std::index_sequence<I...> letters, A&... args) const {
    reinterpret_cast<void (*)(Erased<A>..., Length<I>...)>(address_)(pointer(args)..., size_t{I * 0 + 1}...);
  }
  void* address_;
};

// lapack::getrf<double>() is dgetrf, looked up once.
#define RL_LAPACK(name)                                                       \
  template <class T>                                                          \
  const Routine& name() {                                                     \
    static constexpr char kName[] = {kLetter<T>, '\0'};                       \
    static const Routine routine(find((std::string(kName) + #name).c_str())); \
    return routine;                                                           \
  }
// Where the complex routine has another name: real orgqr, complex ungqr.
#define RL_LAPACK2(name, of_real, of_complex)                                                                      \
  template <class T>                                                                                               \
  const Routine& name() {                                                                                          \
    static constexpr char kName[] = {kLetter<T>, '\0'};                                                            \
    static const Routine routine(find((std::string(kName) + (is_complex_v<T> ? #of_complex : #of_real)).c_str())); \
    return routine;                                                                                                \
  }
RL_LAPACK(potrf)
RL_LAPACK(potri)
RL_LAPACK(potrs)
RL_LAPACK(getrf)
RL_LAPACK(getrs)
RL_LAPACK(trtrs)
RL_LAPACK(geqrf)
RL_LAPACK(gesdd)
RL_LAPACK(gesvd)
RL_LAPACK(geev)
RL_LAPACK(gels)
RL_LAPACK(gelsy)
RL_LAPACK(gelsd)
RL_LAPACK(gelss)
RL_LAPACK(sytrf)
RL_LAPACK(sytrs)
RL_LAPACK(trsm)
RL_LAPACK2(hetrf, sytrf, hetrf)
RL_LAPACK2(hetrs, sytrs, hetrs)
RL_LAPACK2(heevd, syevd, heevd)
RL_LAPACK2(ungqr, orgqr, ungqr)
RL_LAPACK2(unmqr, ormqr, unmqr)
#undef RL_LAPACK
#undef RL_LAPACK2

}  // namespace rushlight::cpu::lapack
