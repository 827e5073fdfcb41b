// Rows of the op table as the Python door sees them: schema text, and one caller template per C++ signature.
#pragma once
#include <tuple>

#include "bind/bind.h"

namespace rushlight::python {

// Note [Slots]
// The parser fills one slot per C++ argument, on the stack; a caller template reads them back by type. The slot before
// the first is the header: what the caller needs to know that is no argument.
struct OptionsSlot {
  int8_t dtype, device_type, device_index;  // -1: not given
  bool requires_grad;
  bool other_layout;  // a layout= that is not torch.strided
};
struct Slot {
  union {
    const Tensor* tensor;
    int64_t i;
    double d;
    struct {
      const void* data;
      size_t size;
    } list;
    std::optional<Scalar> scalar;
    const std::optional<Generator>* generator;
    OptionsSlot options;
    struct {
      bool release_gil;
      PyTypeObject* named;  // the type of a tuple result; null: a plain tuple
    } header;
  };
  bool none;

  Slot() noexcept {}
  Slot(const Slot& other) noexcept { *this = other; }
  Slot& operator=(const Slot& other) noexcept {
    memcpy(static_cast<void*>(this), &other, sizeof(Slot));
    return *this;
  }
};
static_assert(std::is_trivially_copyable_v<std::optional<Scalar>>);

struct Row {
  const char* name;
  const char* ns;      // "", "nn.functional", "linalg", …
  const char* schema;  // "add(T self, T other, *, S alpha=1) -> T"
  int8_t varargs;      // the parameter that takes all trailing positional arguments; -1: none
  uint8_t flags;       // kFunction | kMethod
  PyObject* (*call)(void* fn, Slot* slots);
  void* fn;
  PyObject* (*out_call)(void* fn, Slot* slots);  // null: no out=; its slots begin with the outputs
  void* out_fn;
  const char* doc;
};
constexpr uint8_t kFunction = 1, kMethod = 2;

template <class R, class... A>
void* erase(R (*f)(A...)) {
  return reinterpret_cast<void*>(f);
}

extern const Tensor undefined_tensor;
extern const std::optional<Generator> no_generator;

// ---- a slot as an argument ------------------------------------------------------------------------------------------

inline TensorOptions options_from(const OptionsSlot& s) {
  TensorOptions options;
  if (s.dtype >= 0) options = options.dtype(static_cast<ScalarType>(s.dtype));
  if (s.device_type >= 0)
    options = options.device(Device(static_cast<rushlight::DeviceType>(s.device_type), s.device_index));
  return options.requires_grad(s.requires_grad);
}

template <class A>
struct Get;
#define RL_GET(Type, Result, expression)               \
  template <>                                          \
  struct Get<Type> {                                   \
    static Result from(Slot& s) { return expression; } \
  };
RL_GET(const Tensor&, const Tensor&, s.tensor ? *s.tensor : undefined_tensor)
RL_GET(Tensor&, Tensor&, *const_cast<Tensor*>(s.tensor))
RL_GET(TensorList, TensorList, TensorList(static_cast<const Tensor*>(s.list.data), s.list.size))
RL_GET(const Scalar&, const Scalar&, *s.scalar)
RL_GET(const std::optional<Scalar>&, const std::optional<Scalar>&, s.scalar)
RL_GET(int64_t, int64_t, s.i)
RL_GET(std::optional<int64_t>, std::optional<int64_t>, s.none ? std::nullopt : std::optional<int64_t>(s.i))
RL_GET(IntArrayRef, IntArrayRef, IntArrayRef(static_cast<const int64_t*>(s.list.data), s.list.size))
RL_GET(OptionalIntArrayRef, OptionalIntArrayRef,
       s.none ? OptionalIntArrayRef()
              : OptionalIntArrayRef(IntArrayRef(static_cast<const int64_t*>(s.list.data), s.list.size)))
RL_GET(bool, bool, s.i != 0)
RL_GET(std::optional<bool>, std::optional<bool>, s.none ? std::nullopt : std::optional<bool>(s.i != 0))
RL_GET(ArrayRef<bool>, ArrayRef<bool>, ArrayRef<bool>(static_cast<const bool*>(s.list.data), s.list.size))
RL_GET(double, double, s.d)
RL_GET(std::optional<double>, std::optional<double>, s.none ? std::nullopt : std::optional<double>(s.d))
RL_GET(ArrayRef<double>, ArrayRef<double>, ArrayRef<double>(static_cast<const double*>(s.list.data), s.list.size))
RL_GET(std::optional<ArrayRef<double>>, std::optional<ArrayRef<double>>,
       s.none ? std::nullopt
              : std::optional<ArrayRef<double>>(ArrayRef<double>(static_cast<const double*>(s.list.data), s.list.size)))
RL_GET(std::string_view, std::string_view, std::string_view(static_cast<const char*>(s.list.data), s.list.size))
RL_GET(std::optional<std::string_view>, std::optional<std::string_view>,
       s.none ? std::nullopt
              : std::optional<std::string_view>(std::string_view(static_cast<const char*>(s.list.data), s.list.size)))
RL_GET(ScalarType, ScalarType, static_cast<ScalarType>(s.i))
RL_GET(std::optional<ScalarType>, std::optional<ScalarType>,
       s.none ? std::nullopt : std::optional<ScalarType>(static_cast<ScalarType>(s.i)))
RL_GET(std::optional<Device>, std::optional<Device>,
       s.none ? std::nullopt
              : std::optional<Device>(Device(static_cast<rushlight::DeviceType>(s.i >> 8),
                                             static_cast<int8_t>(s.i & 0xff))))
RL_GET(std::optional<MemoryFormat>, std::optional<MemoryFormat>,
       s.none ? std::nullopt : std::optional<MemoryFormat>(static_cast<MemoryFormat>(s.i)))
RL_GET(const std::optional<Generator>&, const std::optional<Generator>&, s.generator ? *s.generator : no_generator)
RL_GET(TensorOptions, TensorOptions, options_from(s.options))
#undef RL_GET

// ---- a result as a Python object ------------------------------------------------------------------------------------

inline PyObject* result_of(Tensor&& t, const Slot&) { return wrap(std::move(t)); }
inline PyObject* result_of(const Tensor& t, const Slot&) { return wrap(Tensor(t)); }
inline PyObject* result_of(std::vector<Tensor>&& v, const Slot&) { return wrap_list(v); }
inline PyObject* result_of(bool v, const Slot&) { return PyBool_FromLong(v); }
inline PyObject* result_of(int64_t v, const Slot&) { return PyLong_FromLongLong(v); }
inline PyObject* result_of(double v, const Slot&) { return PyFloat_FromDouble(v); }
inline PyObject* result_of(const Scalar& v, const Slot&) { return wrap(v); }
inline PyObject* result_of(ScalarType v, const Slot&) { return wrap(v); }

inline PyObject* item_of(const Tensor& t) { return wrap(Tensor(t)); }
inline PyObject* item_of(const std::vector<Tensor>& v) { return wrap_list(v); }
// A tuple of tensors (or lists of them): a named one when the header says so. Steals the items.
PyObject* make_tuple(PyTypeObject* named, PyObject** items, size_t count);
template <class... T>
PyObject* result_of(std::tuple<T...>&& values, const Slot& header) {
  return std::apply(
      [&](auto&... v) {
        PyObject* items[] = {item_of(v)...};
        return make_tuple(header.header.named, items, sizeof...(T));
      },
      values);
}

// ---- the callers ----------------------------------------------------------------------------------------------------

template <class R, class... A>
PyObject* invoke(void* fn, Slot* slots) {
  const auto f = reinterpret_cast<R (*)(A...)>(fn);
  return [&]<size_t... I>(std::index_sequence<I...>) -> PyObject* {
    const auto call = [&]() -> R {
      GilRelease gil(slots[-1].header.release_gil);
      return f(Get<A>::from(slots[I])...);
    };
    if constexpr (std::is_void_v<R>) {
      call();
      return none();
    } else {
      return result_of(call(), slots[-1]);
    }
  }(std::index_sequence_for<A...>{});
}
// The same for the `_out` twin: its first arguments are the outputs.
template <class R, class... A>
PyObject* invoke_out(void* fn, Slot* slots) {
  return invoke<R, A...>(fn, slots);
}

// Adds rows to the module's functions and to Tensor's methods.
bool add_rows(PyObject* module, const Row* rows, size_t count);
bool add_hand_rows(PyObject* module);

}  // namespace rushlight::python
