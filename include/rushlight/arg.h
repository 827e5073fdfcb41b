// Settings of options classes: RUSHLIGHT_ARG, LibTorch's TORCH_ARG, and the form that generated classes use.
#pragma once

// A setting with its default: `Options().lr(0.1)` sets, `options.lr()` reads.
//   class MyOptions { RUSHLIGHT_ARG(double, lr) = 1e-3; };
#define RUSHLIGHT_ARG(Type, name)                       \
 public:                                                \
  auto name(const Type& value) -> decltype(*this) {     \
    name##_ = value;                                    \
    return *this;                                       \
  }                                                     \
  const Type& name() const noexcept { return name##_; } \
  Type& name() noexcept { return name##_; }             \
                                                        \
 private:                                               \
  Type name##_
#ifndef TORCH_ARG
#define TORCH_ARG RUSHLIGHT_ARG
#endif

// The same where the setter is given another type than is kept: a text as a view, a list for an optional list.
#define RUSHLIGHT_OPTION(Given, Type, name)             \
  auto name(Given value) -> decltype(*this) {           \
    name##_ = Type(value);                              \
    return *this;                                       \
  }                                                     \
  const Type& name() const noexcept { return name##_; } \
  Type& name() noexcept { return name##_; }             \
                                                        \
 private:                                               \
  Type name##_;                                         \
                                                        \
 public:
