// The attributes of a tensor.
#include "autograd/node.h"
#include "bind/bind.h"

namespace rushlight::python {
namespace {

template <PyObject* (*get)(const Tensor&)>
PyObject* getter(PyObject* self, void*) {
  try {
    return get(tensor_of(self));
  } catch (...) {
    return raise_current();
  }
}

PyObject* shape(const Tensor& t) { return wrap_size(t.sizes()); }
PyObject* dtype(const Tensor& t) { return wrap(t.dtype()); }
PyObject* device(const Tensor& t) { return wrap(t.device()); }
PyObject* layout(const Tensor&) { return Py_NewRef(strided_layout()); }
PyObject* ndim(const Tensor& t) { return PyLong_FromLongLong(t.dim()); }
PyObject* itemsize(const Tensor& t) { return PyLong_FromLongLong(t.element_size()); }
PyObject* nbytes(const Tensor& t) { return PyLong_FromSize_t(t.nbytes()); }
PyObject* is_leaf(const Tensor& t) { return PyBool_FromLong(t.is_leaf()); }
PyObject* is_cpu(const Tensor& t) { return PyBool_FromLong(t.is_cpu()); }
PyObject* is_cuda(const Tensor& t) { return PyBool_FromLong(t.is_cuda()); }
PyObject* never(const Tensor&) { return Py_NewRef(Py_False); }
PyObject* nothing(const Tensor&) { return none(); }
PyObject* output_nr(const Tensor& t) { return PyLong_FromUnsignedLong(t.output_nr()); }
PyObject* version(const Tensor& t) { return PyLong_FromUnsignedLong(t.version()); }
PyObject* base(const Tensor& t) { return wrap(t.base()); }
PyObject* address(const Tensor& t) { return PyLong_FromVoidPtr(t.impl()); }
PyObject* retains_grad(const Tensor& t) { return PyBool_FromLong(t.retains_grad()); }
PyObject* grad_fn(const Tensor& t) { return wrap_node(t.grad_fn()); }
PyObject* requires_grad(const Tensor& t) { return PyBool_FromLong(t.requires_grad()); }
PyObject* data(const Tensor& t) { return wrap(t.data()); }
PyObject* real(const Tensor& t) { return wrap(rushlight::real(t)); }
PyObject* imag(const Tensor& t) { return wrap(rushlight::imag(t)); }
// t.real = value, t.imag = value: written through the view of that part.
template <Tensor (*part)(const Tensor&)>
int set_part(PyObject* self, PyObject* value, void*) {
  return guarded([&]() -> int {
    check_type(value != nullptr, "the real and imaginary parts of a tensor cannot be deleted");
    Tensor target = part(tensor_of(self));
    Scalar number;
    if (is_tensor(value))
      target.copy_(tensor_of(value));
    else if (scalar_from(value, number))
      target.fill_(number);
    else
      fail(ErrorKind::kType, "expected a Tensor or a number for a part of a tensor, but got {}", type_name(value));
    return 0;
  });
}

PyObject* transposed(const Tensor& t) {
  if (t.dim() != 2 && t.dim() != 0 &&
      PyErr_WarnEx(PyExc_UserWarning,
                   "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated. "
                   "Consider `x.mT` to transpose "
                   "batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of "
                   "a tensor.",
                   1) < 0) {
    return nullptr;
  }
  return wrap(t.numpy_T());
}
PyObject* matrices_transposed(const Tensor& t) {
  check(t.dim() != 1, "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.");
  return wrap(t.dim() == 0 ? t : t.transpose(-2, -1));
}
PyObject* matrices_adjoint(const Tensor& t) {
  check(t.dim() != 1, "tensor.mH is only supported on matrices or batches of matrices. Got 1-D tensor.");
  return wrap(rushlight::conj(t.dim() == 0 ? t : t.transpose(-2, -1)));
}
PyObject* adjoint(const Tensor& t) {
  check(t.dim() == 0 || t.dim() == 2,
        "tensor.H is only supported on matrices (2-D tensors). Got {}-D tensor. For batches of matrices, consider "
        "using tensor.mH",
        t.dim());
  return wrap(rushlight::conj(t.dim() == 0 ? t : t.transpose(0, 1)));
}

PyObject* grad(const Tensor& t) { return wrap(t.grad()); }

int set_grad(PyObject* self, PyObject* value, void*) {
  return guarded([&]() -> int {
    const Tensor& t = tensor_of(self);
    if (!value || value == Py_None) {
      if (t.grad().defined()) t.mutable_grad().reset();
      return 0;
    }
    check_type(is_tensor(value), "assigned grad expected to be a Tensor or None but got grad of type {}",
               type_name(value));
    check(value != self, "can't assign Variable as its own grad");
    const Tensor& g = tensor_of(value);
    check(g.dtype() == t.dtype(),
          "attempting to assign a gradient with dtype '{}' to a tensor with grad_dtype '{}'. The gradient must match "
          "the tensor's dtype.",
          to_string(g.dtype()), to_string(t.dtype()));
    check(g.sizes() == t.sizes(),
          "attempting to assign a gradient of size '{}' to a tensor of size '{}'. Please ensure that the gradient and "
          "the tensor are the same size",
          g.sizes(), t.sizes());
    t.mutable_grad() = g;
    return 0;
  });
}

int set_requires_grad(PyObject* self, PyObject* value, void*) {
  return guarded([&]() -> int {
    check(value && PyBool_Check(value), "requires_grad must be a bool");
    tensor_of(self).requires_grad_(value == Py_True);
    return 0;
  });
}

int set_data(PyObject* self, PyObject* value, void*) {
  return guarded([&]() -> int {
    check(value != nullptr, "Deleting tensor data is not allowed. Delete tensor instead!");
    check_type(is_tensor(value), "Variable data has to be a tensor, but got {}", type_name(value));
    tensor_of(self).set_data(tensor_of(value));
    return 0;
  });
}

}  // namespace

PyGetSetDef tensor_attributes[] = {
    {"shape", getter<shape>, nullptr, "The sizes, as a torch.Size.", nullptr},
    {"dtype", getter<dtype>, nullptr, nullptr, nullptr},
    {"device", getter<device>, nullptr, nullptr, nullptr},
    {"layout", getter<layout>, nullptr, nullptr, nullptr},
    {"ndim", getter<ndim>, nullptr, nullptr, nullptr},
    {"itemsize", getter<itemsize>, nullptr, "Bytes of one element.", nullptr},
    {"nbytes", getter<nbytes>, nullptr, "Bytes of all elements.", nullptr},
    {"T", getter<transposed>, nullptr, "All dimensions in reverse order.", nullptr},
    {"mT", getter<matrices_transposed>, nullptr, "The last two dimensions swapped.", nullptr},
    {"H", getter<adjoint>, nullptr, "The (conjugate) transpose of a matrix.", nullptr},
    {"mH", getter<matrices_adjoint>, nullptr, "The last two dimensions swapped, and conjugated.", nullptr},
    {"real", getter<real>, set_part<rushlight::real>, "A view of the real parts; a real tensor itself.", nullptr},
    {"imag", getter<imag>, set_part<rushlight::imag>, "A view of the imaginary parts.", nullptr},
    {"data", getter<data>, set_data, "The same memory without history; writes through it are not tracked.", nullptr},
    {"grad", getter<grad>, set_grad, "The gradient that backward() has accumulated, or None.", nullptr},
    {"_grad", getter<grad>, set_grad, nullptr, nullptr},
    {"grad_fn", getter<grad_fn>, nullptr, "The node that made the tensor; None for a leaf.", nullptr},
    {"requires_grad", getter<requires_grad>, set_requires_grad, nullptr, nullptr},
    {"is_leaf", getter<is_leaf>, nullptr, nullptr, nullptr},
    {"retains_grad", getter<retains_grad>, nullptr, nullptr, nullptr},
    {"output_nr", getter<output_nr>, nullptr, nullptr, nullptr},
    {"is_cpu", getter<is_cpu>, nullptr, nullptr, nullptr},
    {"is_cuda", getter<is_cuda>, nullptr, nullptr, nullptr},
    {"is_meta", getter<never>, nullptr, nullptr, nullptr},
    {"is_mps", getter<never>, nullptr, nullptr, nullptr},
    {"is_xpu", getter<never>, nullptr, nullptr, nullptr},
    {"is_sparse", getter<never>, nullptr, nullptr, nullptr},
    {"is_sparse_csr", getter<never>, nullptr, nullptr, nullptr},
    {"is_quantized", getter<never>, nullptr, nullptr, nullptr},
    {"is_nested", getter<never>, nullptr, nullptr, nullptr},
    {"is_mkldnn", getter<never>, nullptr, nullptr, nullptr},
    {"name", getter<nothing>, nullptr, nullptr, nullptr},
    {"_backward_hooks", getter<nothing>, nullptr, nullptr, nullptr},
    {"_version", getter<version>, nullptr, "Counts in-place writes to the memory.", nullptr},
    {"_base", getter<base>, nullptr, "Of a view: the tensor it looks at.", nullptr},
    {"_cdata", getter<address>, nullptr, nullptr, nullptr},
    {}};

}  // namespace rushlight::python
