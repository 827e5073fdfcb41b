// Python's operators on tensors: Tensor with Tensor and Tensor with number go straight to the op, past the parser.
#include "bind/numbers.h"

namespace rushlight::python {
namespace {

// An operator is three functions: both tensors, number on the right, number on the left.
#define RL_OPERATOR(Name, function, reversed_expression)                                          \
  struct Name {                                                                                   \
    static Tensor tensors(const Tensor& a, const Tensor& b) { return rushlight::function(a, b); } \
    static Tensor number(const Tensor& a, const Scalar& b) { return rushlight::function(a, b); }  \
    static Tensor reversed(const Scalar& a, const Tensor& b) { return reversed_expression; }      \
  };
RL_OPERATOR(Add, add, rushlight::add(b, a))
RL_OPERATOR(Sub, sub, rushlight::rsub(b, a))
RL_OPERATOR(Mul, mul, rushlight::mul(b, a))
RL_OPERATOR(Div, div, rushlight::div(a, b))
RL_OPERATOR(FloorDiv, floor_divide, rushlight::floor_divide(a, b))
RL_OPERATOR(Mod, remainder, rushlight::remainder(a, b))
RL_OPERATOR(Pow, pow, rushlight::pow(a, b))
RL_OPERATOR(And, bitwise_and, rushlight::bitwise_and(b, a))
RL_OPERATOR(Or, bitwise_or, rushlight::bitwise_or(b, a))
RL_OPERATOR(Xor, bitwise_xor, rushlight::bitwise_xor(b, a))
RL_OPERATOR(LeftShift, bitwise_left_shift, rushlight::bitwise_left_shift(a, b))
RL_OPERATOR(RightShift, bitwise_right_shift, rushlight::bitwise_right_shift(a, b))
RL_OPERATOR(Eq, eq, rushlight::eq(b, a))
RL_OPERATOR(Ne, ne, rushlight::ne(b, a))
RL_OPERATOR(Lt, lt, rushlight::gt(b, a))
RL_OPERATOR(Le, le, rushlight::ge(b, a))
RL_OPERATOR(Gt, gt, rushlight::lt(b, a))
RL_OPERATOR(Ge, ge, rushlight::le(b, a))
#undef RL_OPERATOR

#define RL_ASSIGNMENT(Name, function)                                                                         \
  struct Name {                                                                                               \
    static void tensors(const Tensor& a, const Tensor& b) { rushlight::function(const_cast<Tensor&>(a), b); } \
    static void number(const Tensor& a, const Scalar& b) { rushlight::function(const_cast<Tensor&>(a), b); }  \
  };
RL_ASSIGNMENT(AddTo, add_)
RL_ASSIGNMENT(SubTo, sub_)
RL_ASSIGNMENT(MulTo, mul_)
RL_ASSIGNMENT(DivTo, div_)
RL_ASSIGNMENT(FloorDivTo, floor_divide_)
RL_ASSIGNMENT(ModTo, remainder_)
RL_ASSIGNMENT(PowTo, pow_)
RL_ASSIGNMENT(AndTo, bitwise_and_)
RL_ASSIGNMENT(OrTo, bitwise_or_)
RL_ASSIGNMENT(XorTo, bitwise_xor_)
RL_ASSIGNMENT(LeftShiftTo, bitwise_left_shift_)
RL_ASSIGNMENT(RightShiftTo, bitwise_right_shift_)
#undef RL_ASSIGNMENT

bool is_large(const Tensor& t) { return t.numel() > kReleaseElements; }

bool number_from(PyObject* o, Scalar& out) {
  if (PyFloat_CheckExact(o)) {
    out = Scalar(PyFloat_AS_DOUBLE(o));
    return true;
  }
  return scalar_from(o, out);
}

template <class Op>
PyObject* apply(PyObject* a, PyObject* b) {
  const bool left = is_tensor(a), right = is_tensor(b);
  Tensor result;
  if (left && right) {
    const Tensor &x = tensor_of(a), &y = tensor_of(b);
    GilRelease gil(is_large(x) || is_large(y));
    result = Op::tensors(x, y);
  } else {
    Scalar number;
    if (!number_from(left ? b : a, number)) {
      if (PyErr_Occurred()) return nullptr;
      Py_RETURN_NOTIMPLEMENTED;
    }
    const Tensor& x = tensor_of(left ? a : b);
    GilRelease gil(is_large(x));
    result = left ? Op::number(x, number) : Op::reversed(number, x);
  }
  return wrap(std::move(result));
}

template <class Op>
PyObject* binary(PyObject* a, PyObject* b) {
  try {
    return apply<Op>(a, b);
  } catch (...) {
    return raise_current();
  }
}

template <class Op>
PyObject* assign(PyObject* a, PyObject* b) {
  try {
    const Tensor& x = tensor_of(a);
    if (is_tensor(b)) {
      const Tensor& y = tensor_of(b);
      GilRelease gil(is_large(x) || is_large(y));
      Op::tensors(x, y);
    } else {
      Scalar number;
      if (!number_from(b, number)) {
        if (PyErr_Occurred()) return nullptr;
        Py_RETURN_NOTIMPLEMENTED;
      }
      GilRelease gil(is_large(x));
      Op::number(x, number);
    }
    return Py_NewRef(a);
  } catch (...) {
    return raise_current();
  }
}

template <Tensor (*function)(const Tensor&)>
PyObject* unary(PyObject* a) {
  try {
    const Tensor& x = tensor_of(a);
    Tensor result;
    {
      GilRelease gil(is_large(x));
      result = function(x);
    }
    return wrap(std::move(result));
  } catch (...) {
    return raise_current();
  }
}

Tensor negated(const Tensor& x) { return rushlight::neg(x); }
Tensor absolute(const Tensor& x) { return rushlight::abs(x); }
Tensor inverted(const Tensor& x) {
  check_type(is_integral(x.dtype(), true),
             "~ (operator.invert) is only implemented on integer and Boolean-type tensors, but got {}",
             to_string(x.dtype()));
  return rushlight::bitwise_not(x);
}

PyObject* power(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
  return binary<Pow>(a, b);
}
PyObject* power_assign(PyObject* a, PyObject* b, PyObject*) { return assign<PowTo>(a, b); }

PyObject* matrix_product(PyObject* a, PyObject* b) {
  if (!is_tensor(a) || !is_tensor(b)) Py_RETURN_NOTIMPLEMENTED;
  try {
    const Tensor &x = tensor_of(a), &y = tensor_of(b);
    const double inner = x.dim() > 0 && x.sizes().back() > 0 ? static_cast<double>(x.sizes().back()) : 1.0;
    Tensor result;
    {
      GilRelease gil(static_cast<double>(x.numel()) * static_cast<double>(y.numel()) / inner > kReleaseProducts);
      result = rushlight::matmul(x, y);
    }
    return wrap(std::move(result));
  } catch (...) {
    return raise_current();
  }
}

PyObject* positive(PyObject* self) { return Py_NewRef(self); }

// ---- one element as a Python number ---------------------------------------------------------------------------------

int truth(PyObject* self) {
  return guarded([&]() -> int {
    const Tensor& x = tensor_of(self);
    check(x.numel() != 0, "Boolean value of Tensor with no values is ambiguous (shape {}: ask for numel() != 0)",
          x.sizes());
    check(x.numel() == 1,
          "Boolean value of Tensor with more than one value is ambiguous (shape {}: any() or all() makes one of them; "
          "masks are joined with & and |)",
          x.sizes());
    return x.item().toBool();
  });
}

Scalar only_element(PyObject* self) {
  const Tensor& x = tensor_of(self);
  check_value(x.numel() == 1, "only one element tensors can be converted to Python scalars");
  return x.item();
}

// The only element as a real number of the kind that `type` names.
Scalar only_real(PyObject* self, const char* type) {
  const Scalar value = only_element(self);
  check(value.imag() == 0, "value cannot be converted to type {} without overflow", type);
  return value.isComplex() ? Scalar(value.toDouble()) : value;
}

PyObject* to_int(PyObject* self) {
  return guarded([&]() -> PyObject* {
    Ref number = Ref::steal(wrap(only_real(self, "int64_t")));
    return PyNumber_Long(number.get());
  });
}
PyObject* to_float(PyObject* self) {
  return guarded([&]() -> PyObject* { return PyFloat_FromDouble(only_real(self, "double").toDouble()); });
}
PyObject* to_index(PyObject* self) {
  return guarded([&]() -> PyObject* {
    const Tensor& x = tensor_of(self);
    check_type(x.numel() == 1 && is_integral(x.dtype(), true),
               "only integer tensors of a single element can be converted to an index");
    const Scalar value = x.item();
    return value.isUnsigned() ? wrap(value) : PyLong_FromLongLong(value.toLong());
  });
}

}  // namespace

PyObject* tensor_compare(PyObject* a, PyObject* b, int op) {
  switch (op) {
    case Py_EQ:
      return binary<Eq>(a, b);
    case Py_NE:
      return binary<Ne>(a, b);
    case Py_LT:
      return binary<Lt>(a, b);
    case Py_LE:
      return binary<Le>(a, b);
    case Py_GT:
      return binary<Gt>(a, b);
    default:
      return binary<Ge>(a, b);
  }
}

PyNumberMethods tensor_numbers = [] {
  PyNumberMethods n{};
  n.nb_add = binary<Add>;
  n.nb_subtract = binary<Sub>;
  n.nb_multiply = binary<Mul>;
  n.nb_true_divide = binary<Div>;
  n.nb_floor_divide = binary<FloorDiv>;
  n.nb_remainder = binary<Mod>;
  n.nb_power = power;
  n.nb_and = binary<And>;
  n.nb_or = binary<Or>;
  n.nb_xor = binary<Xor>;
  n.nb_lshift = binary<LeftShift>;
  n.nb_rshift = binary<RightShift>;
  n.nb_matrix_multiply = matrix_product;
  n.nb_inplace_add = assign<AddTo>;
  n.nb_inplace_subtract = assign<SubTo>;
  n.nb_inplace_multiply = assign<MulTo>;
  n.nb_inplace_true_divide = assign<DivTo>;
  n.nb_inplace_floor_divide = assign<FloorDivTo>;
  n.nb_inplace_remainder = assign<ModTo>;
  n.nb_inplace_power = power_assign;
  n.nb_inplace_and = assign<AndTo>;
  n.nb_inplace_or = assign<OrTo>;
  n.nb_inplace_xor = assign<XorTo>;
  n.nb_inplace_lshift = assign<LeftShiftTo>;
  n.nb_inplace_rshift = assign<RightShiftTo>;
  n.nb_negative = unary<negated>;
  n.nb_positive = positive;
  n.nb_absolute = unary<absolute>;
  n.nb_invert = unary<inverted>;
  n.nb_bool = truth;
  n.nb_int = to_int;
  n.nb_float = to_float;
  n.nb_index = to_index;
  return n;
}();

}  // namespace rushlight::python
