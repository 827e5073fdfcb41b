// Python numbers as C++ values and back, NumPy's included, without importing NumPy.
#include "bind/bind.h"

namespace rushlight::python {

bool is_numpy_scalar(PyObject* o) noexcept {
  const char* name = Py_TYPE(o)->tp_name;
  return strncmp(name, "numpy.", 6) == 0 && strcmp(name, "numpy.ndarray") != 0;
}

namespace {

bool is_numpy_bool(PyObject* o) noexcept { return strncmp(Py_TYPE(o)->tp_name, "numpy.bool", 10) == 0; }

// An int object's value; a Python int beyond 64 bits is an error, as in PyTorch.
int64_t long_value(PyObject* o) {
  const int64_t v = PyLong_AsLongLong(o);
  if (v == -1 && PyErr_Occurred()) [[unlikely]] {
    PyErr_Clear();
    fail(ErrorKind::kValue, "Overflow when unpacking long long: an int argument does not fit 64 bits");
  }
  return v;
}

// The same as a number: what needs 64 bits without a sign is kept so, and more is Python's OverflowError.
Scalar whole_number(PyObject* o) {
  int overflow = 0;
  const long long v = PyLong_AsLongLongAndOverflow(o, &overflow);
  if (overflow == 0) [[likely]] {
    if (v == -1 && PyErr_Occurred()) throw PythonError();
    return Scalar(static_cast<int64_t>(v));
  }
  const unsigned long long u = PyLong_AsUnsignedLongLong(o);
  if (PyErr_Occurred()) throw PythonError();
  return Scalar(static_cast<uint64_t>(u));
}

Scalar complex_number(PyObject* o) {
  const Py_complex z = PyComplex_AsCComplex(o);
  if (PyErr_Occurred()) throw PythonError();
  return Scalar(Complex<double>(z.real, z.imag));
}

bool is_numpy_complex(PyObject* o) noexcept { return strncmp(Py_TYPE(o)->tp_name, "numpy.complex", 13) == 0; }

}  // namespace

bool int_from(PyObject* o, int64_t& out) {
  if (PyLong_CheckExact(o)) [[likely]] {
    out = long_value(o);
    return true;
  }
  if (PyBool_Check(o) || is_numpy_bool(o)) return false;
  if (is_tensor(o)) {
    const Tensor& t = tensor_of(o);
    if (t.numel() != 1 || !is_integral(t.dtype(), false)) return false;
    out = t.item().toLong();
    return true;
  }
  if (!PyIndex_Check(o)) return false;
  Ref number = Ref::steal(PyNumber_Index(o));
  if (!number) {
    PyErr_Clear();
    return false;
  }
  out = long_value(number.get());
  return true;
}

bool bool_from(PyObject* o, bool& out) {
  if (PyBool_Check(o)) {
    out = o == Py_True;
    return true;
  }
  if (!is_numpy_bool(o)) return false;
  out = PyObject_IsTrue(o) == 1;
  return true;
}

bool float_from(PyObject* o, double& out) {
  if (PyFloat_Check(o)) {
    out = PyFloat_AS_DOUBLE(o);
    return true;
  }
  Scalar s;
  if (!scalar_from(o, s) || s.isComplex()) return false;
  out = s.toDouble();
  return true;
}

bool scalar_from(PyObject* o, Scalar& out) {
  if (PyFloat_Check(o)) {
    out = Scalar(PyFloat_AS_DOUBLE(o));
    return true;
  }
  if (PyBool_Check(o)) {
    out = Scalar(o == Py_True);
    return true;
  }
  if (PyLong_Check(o)) {
    out = whole_number(o);
    return true;
  }
  if (PyComplex_Check(o)) {
    out = complex_number(o);
    return true;
  }
  if (is_tensor(o)) {
    const Tensor& t = tensor_of(o);
    if (t.dim() != 0 || t.requires_grad()) return false;  // a number has no gradient
    out = t.item();
    return true;
  }
  if (!is_numpy_scalar(o)) return false;
  bool b = false;
  if (bool_from(o, b)) {
    out = Scalar(b);
    return true;
  }
  if (is_numpy_complex(o)) {
    out = complex_number(o);
    return true;
  }
  const bool whole = PyIndex_Check(o);
  Ref number = Ref::steal(whole ? PyNumber_Index(o) : PyNumber_Float(o));
  if (!number) {
    PyErr_Clear();
    return false;
  }
  out = whole ? whole_number(number.get()) : Scalar(PyFloat_AS_DOUBLE(number.get()));
  return true;
}

PyObject* wrap(const Scalar& scalar) {
  if (scalar.isFloatingPoint()) return PyFloat_FromDouble(scalar.toDouble());
  if (scalar.isBoolean()) return PyBool_FromLong(scalar.toBool());
  if (scalar.isComplex()) return PyComplex_FromDoubles(scalar.toDouble(), scalar.imag());
  if (scalar.isUnsigned()) return PyLong_FromUnsignedLongLong(scalar.toUInt64());
  return PyLong_FromLongLong(scalar.toLong());
}

std::string type_name(PyObject* o) {
  if (is_tensor(o) && Py_TYPE(o) == TensorType) return "Tensor";
  const char* name = Py_TYPE(o)->tp_name;
  if (strncmp(name, "rushlight.", 10) == 0) return std::string("torch.") + (name + 10);
  return name;
}

void take_arguments(const char* function, const char* const* names, size_t size, size_t positional, size_t required,
                    PyObject* const* args, Py_ssize_t count, PyObject* keywords, PyObject** out) {
  std::fill(out, out + size, nullptr);
  const auto given_count = static_cast<size_t>(count);
  check_type(given_count <= positional, "{}() takes {} positional argument{} but {} were given", function, positional,
             positional == 1 ? "" : "s", count);
  std::copy(args, args + count, out);
  for (Py_ssize_t j = 0; keywords && j < PyTuple_GET_SIZE(keywords); ++j) {
    const char* key = PyUnicode_AsUTF8(PyTuple_GET_ITEM(keywords, j));
    size_t i = 0;
    while (key && i < size && strcmp(names[i], key) != 0) ++i;
    check_type(key && i < size, "{}() got an unexpected keyword argument '{}'", function, key ? key : "?");
    check_type(!out[i], "{}() got multiple values for argument '{}'", function, key);
    out[i] = args[count + j];
  }
  for (size_t i = 0; i < required; ++i)
    check_type(out[i] != nullptr, "{}() missing 1 required positional arguments: \"{}\"", function, names[i]);
}

}  // namespace rushlight::python
