// What the per-ISA unit of recurrences exports: the gates of one row of hidden units, forward and backward.
#pragma once
#include <stdint.h>

namespace rushlight::cpu {

template <class T>
struct RnnKernels {
  // gates [4 n] holds the sums of i, f, g, o and gets their values; the new cell and hidden[n] = o tanh(cell).
  void (*lstm)(int64_t n, T* gates, const T* cell_before, T* cell, T* hidden);
  // slopes [4 n] of the sums of the gates from dh; dc is that of the new cell and becomes that of the one before.
  void (*lstm_backward)(int64_t n, const T* gates, const T* cell_before, const T* cell, const T* dh, T* dc, T* slopes);
  // hidden = o tanh(cell), again.
  void (*lstm_hidden)(int64_t n, const T* gates, const T* cell, T* hidden);
  // gates [4 n] holds the input's sums of r, z, n and gets the values of r, z, n and the state's part of n's sum;
  // `sums` [3 n] are the state's.
  void (*gru)(int64_t n, T* gates, const T* sums, const T* before, T* hidden);
  // slopes [4 n] of: the input's part of n, r, z, the state's part of n. dh becomes what passes by the gates.
  void (*gru_backward)(int64_t n, const T* gates, const T* before, T* dh, T* slopes);
  void (*tanh)(int64_t n, T* x);
  void (*relu)(int64_t n, T* x);
  // slopes from the result y
  void (*tanh_backward)(int64_t n, const T* y, const T* dh, T* slopes);
  void (*relu_backward)(int64_t n, const T* y, const T* dh, T* slopes);
};

#define RL_DECLARE_RNN(ISA)                \
  namespace ISA {                          \
  extern const RnnKernels<float> kRnnF32;  \
  extern const RnnKernels<double> kRnnF64; \
  }
RL_DECLARE_RNN(base)
RL_DECLARE_RNN(avx2)
RL_DECLARE_RNN(avx512)
#undef RL_DECLARE_RNN

}  // namespace rushlight::cpu
