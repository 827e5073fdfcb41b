// x[…] and x[…] = value, len(x), iteration and `in`.
#include "rushlight/indexing.h"

#include "bind/bind.h"
#include "core/scalar_checks.h"

namespace rushlight::python {
namespace {

using indexing::Slice;
using indexing::TensorIndex;
using Indices = std::vector<TensorIndex>;

std::optional<int64_t> slice_bound(PyObject* o) {
  if (o == Py_None) return std::nullopt;
  int64_t value = 0;
  if (is_tensor(o)) {
    check_type(int_from(o, value), "slice indices must be integers or None or have an __index__ method");
    return value;
  }
  Py_ssize_t clipped = 0;  // as Python does, bounds beyond 64 bits are clipped
  if (!_PyEval_SliceIndex(o, &clipped)) throw PythonError();
  return clipped;
}

Slice slice_from(PyObject* o) {
  auto* s = reinterpret_cast<PySliceObject*>(o);
  return Slice(slice_bound(s->start), slice_bound(s->stop), slice_bound(s->step));
}

bool is_index_sequence(PyObject* o) {
  return PyList_Check(o) || PyTuple_Check(o) || PyRange_Check(o) ||
         (PySequence_Check(o) && !PyUnicode_Check(o) && !PyBytes_Check(o)) || PyObject_CheckBuffer(o);
}

// A list, a range or an array as a tensor of indices; an empty list selects nothing.
Tensor index_tensor(PyObject* o) {
  Tensor t = tensor_from(o, std::nullopt);
  return t.numel() == 0 && t.is_floating_point() ? t.to(kLong) : t;
}

void append(Indices& indices, PyObject* o) {
  int64_t value = 0;
  bool flag = false;
  if (PyLong_CheckExact(o)) {
    indices.emplace_back(PyLong_AsLong(o));
    if (indices.back().integer == -1 && PyErr_Occurred()) throw PythonError();
  } else if (PySlice_Check(o)) {
    indices.emplace_back(slice_from(o));
  } else if (o == Py_None) {
    indices.emplace_back(std::nullopt);
  } else if (o == Py_Ellipsis) {
    indices.emplace_back(indexing::Ellipsis);
  } else if (is_tensor(o)) {
    indices.emplace_back(tensor_of(o));
  } else if (bool_from(o, flag)) {
    indices.emplace_back(flag);
  } else if (int_from(o, value)) {
    indices.emplace_back(static_cast<long>(value));
  } else {
    check_type(!PyUnicode_Check(o), "new(): invalid data type 'str': a tensor is indexed by position, not by name");
    check_index(
        is_index_sequence(o),
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {})",
        type_name(o));
    indices.emplace_back(index_tensor(o));
  }
}

// A list that holds slices, tensors, sequences, None or "..." stands for a tuple, a list of numbers for a tensor.
bool stands_for_tuple(PyObject* list) {
  const Py_ssize_t n = PyList_GET_SIZE(list);
  if (n >= 32) return false;
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* item = PyList_GET_ITEM(list, i);
    if (is_tensor(item) || PySlice_Check(item) || item == Py_None || item == Py_Ellipsis || PyList_Check(item) ||
        PyTuple_Check(item))
      return true;
  }
  return false;
}

Indices indices_from(PyObject* key) {
  Indices indices;
  if (PyTuple_Check(key)) {
    indices.reserve(static_cast<size_t>(PyTuple_GET_SIZE(key)));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); ++i) append(indices, PyTuple_GET_ITEM(key, i));
  } else if (PyList_Check(key) && stands_for_tuple(key)) {
    if (PyErr_WarnEx(PyExc_UserWarning,
                     "Using a non-tuple sequence for multidimensional indexing is deprecated; use x[tuple(seq)] "
                     "instead of x[seq], or x[torch.tensor(seq)] for a tensor index.",
                     1) < 0) {
      throw PythonError();
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(key); ++i) append(indices, sequence_item(key, i).get());
  } else {
    append(indices, key);
  }
  return indices;
}

Py_ssize_t length(PyObject* self) {
  return guarded([&]() -> Py_ssize_t {
    const Tensor& t = tensor_of(self);
    check_type(t.dim() > 0, "len() of a 0-d tensor");
    return t.sizes()[0];
  });
}

PyObject* get_item(PyObject* self, PyObject* key) {
  try {
    const Tensor& t = tensor_of(self);
    if (PyLong_CheckExact(key) && t.dim() > 0) {  // by far the most frequent index
      const long i = PyLong_AsLong(key);
      if (i == -1 && PyErr_Occurred()) throw PythonError();
      const int64_t n = t.sizes()[0];
      if (i < -n || i >= n) return wrap(t[i]);  // raises in the words of every other index
      return wrap(t.select(0, i));
    }
    if (PySlice_Check(key) && t.dim() > 0) {
      const Slice s = slice_from(key);
      check_value(s.step != 0, "slice step cannot be zero");
      check_value(s.step.value_or(1) > 0, "step must be greater than zero, but got {}", s.step.value_or(1));
      return wrap(t.slice(0, s.start, s.stop, s.step.value_or(1)));
    }
    const Indices indices = indices_from(key);
    Tensor result;
    {
      GilRelease gil(t.numel() > kReleaseElements && indices.size() > 0 && indices[0].is_tensor());
      result = indexing::get(t, indices);
    }
    return wrap(std::move(result));
  } catch (...) {
    return raise_current();
  }
}

void assign(const Tensor& t, const Indices& indices, PyObject* value) {
  Scalar number;
  if (is_tensor(value)) {
    indexing::set(t, indices, tensor_of(value));
  } else if (scalar_from(value, number)) {
    check_value(!number.isUnsigned() || t.dtype() == kUInt64 || is_differentiable(t.dtype()),
                "Overflow when unpacking long long");
    check_fits(number, t.dtype());
    indexing::set(t, indices, number);
  } else {
    fail(ErrorKind::kType, "can't assign a {} to a {}; make a tensor of it first", type_name(value),
         tensor_type_name(t.dtype()));
  }
}

int set_item(PyObject* self, PyObject* key, PyObject* value) {
  return guarded([&]() -> int {
    check_type(value != nullptr, "Tensor does not support deleting items");
    assign(tensor_of(self), indices_from(key), value);
    return 0;
  });
}

}  // namespace

PyMappingMethods tensor_mapping = {length, get_item, set_item};

PyObject* tensor_iter(PyObject* self) {
  return guarded([&]() -> PyObject* {
    const Tensor& t = tensor_of(self);
    check_type(t.dim() > 0, "iteration over a 0-d tensor");
    Ref rows = Ref::steal(wrap_list(t.unbind(0)));
    return PyObject_GetIter(rows.get());
  });
}

int tensor_contains(PyObject* self, PyObject* value) {
  return guarded([&]() -> int {
    const Tensor& t = tensor_of(self);
    Scalar number;
    if (is_tensor(value)) return any(eq(t, tensor_of(value))).item().toBool();
    if (scalar_from(value, number)) return any(eq(t, number)).item().toBool();
    Ref type = Ref::steal(PyObject_Repr(reinterpret_cast<PyObject*>(Py_TYPE(value))));
    fail(ErrorKind::kRuntime, "Tensor.__contains__ only supports Tensor or scalar, but you passed in a {}.",
         type ? PyUnicode_AsUTF8(type.get()) : "?");
  });
}

}  // namespace rushlight::python
