// Methods of Tensor that ask for facts: sizes, strides, memory, type.
#include <sys/mman.h>

#include "bind/rows.h"
#include "dispatch/body.h"
#include "plan/dims.h"

namespace rushlight::python {
namespace {

// A method without arguments.
template <PyObject* (*f)(const Tensor&)>
PyObject* fact(PyObject* self, PyObject*) {
  try {
    return f(tensor_of(self));
  } catch (...) {
    return raise_current();
  }
}

PyObject* dim(const Tensor& t) { return PyLong_FromLongLong(t.dim()); }
PyObject* numel(const Tensor& t) { return PyLong_FromLongLong(t.numel()); }
PyObject* data_ptr(const Tensor& t) { return PyLong_FromVoidPtr(t.numel() > 0 ? t.data_ptr() : nullptr); }
PyObject* storage_offset(const Tensor& t) { return PyLong_FromLongLong(t.storage_offset()); }
PyObject* element_size(const Tensor& t) { return PyLong_FromLongLong(t.element_size()); }
PyObject* is_floating(const Tensor& t) { return PyBool_FromLong(t.is_floating_point()); }
PyObject* is_complex_(const Tensor& t) { return PyBool_FromLong(t.is_complex()); }
PyObject* is_signed(const Tensor& t) {
  return PyBool_FromLong(is_differentiable(t.dtype()) || (t.dtype() >= kChar && t.dtype() <= kLong));
}
PyObject* is_inference(const Tensor& t) { return PyBool_FromLong(t.impl()->inference); }
PyObject* is_view(const Tensor& t) { return PyBool_FromLong(t.is_view()); }
PyObject* no(const Tensor&) { return Py_NewRef(Py_False); }
PyObject* get_device(const Tensor&) { return PyLong_FromLong(-1); }
PyObject* non_overlapping(const Tensor& t) { return PyBool_FromLong(t.is_non_overlapping_and_dense()); }
PyObject* itself(PyObject* self, PyObject*) { return Py_NewRef(self); }

// size(), stride(): all, or one of a dimension given by position or as dim=.
template <class All, class One>
PyObject* sizes_or_one(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords, const char* name,
                       const All& all, const One& one) {
  return guarded([&]() -> PyObject* {
    PyObject* which = nullptr;
    if (keywords && PyTuple_GET_SIZE(keywords) == 1 && count == 0) {
      const char* key = PyUnicode_AsUTF8(PyTuple_GET_ITEM(keywords, 0));
      check_type(key && (strcmp(key, "dim") == 0 || strcmp(key, "axis") == 0),
                 "{}() got an unexpected keyword argument '{}'", name, key ? key : "?");
      which = args[0];
    } else {
      check_type(count <= 1 && !keywords, "{}() takes at most one argument, the dimension", name);
      if (count == 1) which = args[0];
    }
    if (!which || which == Py_None) return all(tensor_of(self));
    int64_t d = 0;
    check_type(int_from(which, d), "{}(): argument 'dim' (position 1) must be int, not {}", name, type_name(which));
    return PyLong_FromLongLong(one(tensor_of(self), d));
  });
}
PyObject* size(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return sizes_or_one(
      self, args, count, keywords, "size", [](const Tensor& t) { return wrap_size(t.sizes()); },
      [](const Tensor& t, int64_t d) { return t.size(d); });
}
PyObject* stride(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return sizes_or_one(
      self, args, count, keywords, "stride", [](const Tensor& t) { return wrap_ints(t.strides()); },
      [](const Tensor& t, int64_t d) { return t.stride(d); });
}

PyObject* type(PyObject* self, PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"dtype", "non_blocking", nullptr};
  PyObject *wanted = Py_None, *non_blocking = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO:type", const_cast<char**>(names), &wanted, &non_blocking))
    return nullptr;
  return guarded([&]() -> PyObject* {
    const Tensor& t = tensor_of(self);
    if (wanted == Py_None) return PyUnicode_FromString(tensor_type_name(t.dtype()).c_str());
    ScalarType dtype;
    if (dtype_from(wanted, dtype)) return wrap(t.to(dtype));
    if (PyUnicode_Check(wanted)) {
      const std::string_view text = PyUnicode_AsUTF8(wanted);
      for (int i = 0; i < static_cast<int>(ScalarType::Undefined); ++i) {
        if (has_kernels(static_cast<ScalarType>(i)) && text == tensor_type_name(static_cast<ScalarType>(i)))
          return wrap(t.to(static_cast<ScalarType>(i)));
      }
      fail(ErrorKind::kValue, "invalid type: '{}'", text);
    }
    Ref attribute = Ref::steal(PyObject_GetAttrString(wanted, "dtype"));  // a class such as torch.FloatTensor
    if (!attribute) PyErr_Clear();
    check_type(attribute && dtype_from(attribute.get(), dtype), "dtype must be a type, str, or dtype object; got {}",
               type_name(wanted));
    return wrap(t.to(dtype));
  });
}

PyObject* requires_grad_(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    bool value = true;
    const Py_ssize_t given = count + (keywords ? PyTuple_GET_SIZE(keywords) : 0);
    check_type(given <= 1, "requires_grad_() takes 1 positional argument but {} were given", given);
    if (given == 1) {
      check_type(bool_from(args[0], value),
                 "requires_grad_(): argument 'requires_grad' (position 1) must be bool, not {}", type_name(args[0]));
    }
    tensor_of(self).requires_grad_(value);
    return Py_NewRef(self);
  });
}

// ---- memory shared with forked processes ----------------------------------------------------------------------------

struct SharedBlock {
  void* data;
  size_t bytes;
};
void unmap(void* context) {
  auto* block = static_cast<SharedBlock*>(context);
  munmap(block->data, block->bytes);
  delete block;
}

PyObject* share_memory_(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    TensorImpl* impl = tensor_of(self).impl();
    Storage* old = impl->storage;
    if (old->deleter == unmap || old->nbytes == 0) return Py_NewRef(self);
    void* data = mmap(nullptr, old->nbytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) raise_os_error(errno, format("share_memory_: cannot map {} bytes", old->nbytes));
    memcpy(data, old->data, old->nbytes);
    impl->storage = Storage::borrow(data, old->nbytes, unmap, new SharedBlock{data, old->nbytes});
    old->release();
    return Py_NewRef(self);
  });
}
PyObject* is_shared(const Tensor& t) { return PyBool_FromLong(t.impl()->storage->deleter == unmap); }

PyObject* storage_facts(const Tensor& t) {
  const Storage* s = t.impl()->storage;
  return Py_BuildValue("(NNN)", PyLong_FromVoidPtr(s->data), PyLong_FromSize_t(s->nbytes),
                       PyLong_FromVoidPtr(const_cast<Storage*>(s)));
}

// Points the tensor at another's memory: t.set_(other).
PyObject* set_(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    check_type(count == 1 && is_tensor(args[0]), "set_(): expected one argument, the source Tensor");
    tensor_of(self).set_data(tensor_of(args[0]));
    return Py_NewRef(self);
  });
}
PyObject* is_set_to(PyObject* self, PyObject* other) {
  return guarded([&]() -> PyObject* {
    check_type(is_tensor(other), "is_set_to(): argument 'tensor' (position 1) must be Tensor, not {}",
               type_name(other));
    const Tensor &a = tensor_of(self), &b = tensor_of(other);
    return PyBool_FromLong(a.impl()->storage == b.impl()->storage && a.storage_offset() == b.storage_offset() &&
                           a.sizes() == b.sizes() && a.strides() == b.strides());
  });
}
PyObject* is_same_size(PyObject* self, PyObject* other) {
  return guarded([&]() -> PyObject* {
    check_type(is_tensor(other), "is_same_size(): argument 'other' (position 1) must be Tensor, not {}",
               type_name(other));
    return PyBool_FromLong(tensor_of(self).sizes() == tensor_of(other).sizes());
  });
}

// ---- subclasses -----------------------------------------------------------------------------------------------------

PyTypeObject* subclass_from(PyObject* o, const char* name) {
  check_type(PyType_Check(o) && PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(o), &TensorBaseClass),
             "{}: cls must be a subclass of Tensor", name);
  return reinterpret_cast<PyTypeObject*>(o);
}
PyObject* make_subclass(PyObject*, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    check_type(count >= 2 && count <= 3 && is_tensor(args[1]),
               "_make_subclass(cls, data, requires_grad=False): data must be a Tensor");
    PyTypeObject* type = subclass_from(args[0], "_make_subclass");
    Tensor data = detail::alias(tensor_of(args[1]));
    data.impl()->data_alias = false;
    if (count == 3 && args[2] == Py_True) data.requires_grad_(true);
    return wrap_as(type, std::move(data));
  });
}
PyObject* as_subclass(PyObject* self, PyObject* cls) {
  return guarded([&]() -> PyObject* {
    return wrap_as(subclass_from(cls, "as_subclass"), tensor_of(self).view(tensor_of(self).sizes()));
  });
}

}  // namespace

PyMethodDef tensor_methods[] = {
    {"dim", fact<dim>, METH_NOARGS, "The number of dimensions."},
    {"ndimension", fact<dim>, METH_NOARGS, "The number of dimensions."},
    {"numel", fact<numel>, METH_NOARGS, "The number of elements."},
    {"nelement", fact<numel>, METH_NOARGS, "The number of elements."},
    {"size", as_function(size), METH_FASTCALL | METH_KEYWORDS, "size(dim=None): the sizes, or that of one dimension."},
    {"stride", as_function(stride), METH_FASTCALL | METH_KEYWORDS,
     "stride(dim=None): the strides in elements, or that of one dimension."},
    {"data_ptr", fact<data_ptr>, METH_NOARGS, "The address of the first element."},
    {"storage_offset", fact<storage_offset>, METH_NOARGS, "Where the first element lies in the storage, in elements."},
    {"element_size", fact<element_size>, METH_NOARGS, "Bytes of one element."},
    {"is_floating_point", fact<is_floating>, METH_NOARGS, nullptr},
    {"is_complex", fact<is_complex_>, METH_NOARGS, nullptr},
    {"is_signed", fact<is_signed>, METH_NOARGS, nullptr},
    {"is_inference", fact<is_inference>, METH_NOARGS, nullptr},
    {"is_conj", fact<no>, METH_NOARGS, nullptr},
    {"is_neg", fact<no>, METH_NOARGS, nullptr},
    {"is_pinned", as_function([](PyObject*, PyObject*, PyObject*) { return Py_NewRef(Py_False); }),
     METH_VARARGS | METH_KEYWORDS, nullptr},
    {"is_shared", fact<is_shared>, METH_NOARGS, "Whether the memory is shared with forked processes."},
    {"share_memory_", share_memory_, METH_NOARGS, "Moves the elements to memory that forked processes share."},
    {"get_device", fact<get_device>, METH_NOARGS, "The device's index; -1 on the CPU."},
    {"_is_view", fact<is_view>, METH_NOARGS, nullptr},
    {"_is_non_overlapping_and_dense", fact<non_overlapping>, METH_NOARGS, nullptr},
    {"_storage_facts", fact<storage_facts>, METH_NOARGS, "(address, bytes, identity) of the storage."},
    {"coalesce", itself, METH_NOARGS, nullptr},
    {"type", as_function(type), METH_VARARGS | METH_KEYWORDS,
     "type(dtype=None): the type's name, or the tensor converted."},
    {"requires_grad_", as_function(requires_grad_), METH_FASTCALL | METH_KEYWORDS,
     "requires_grad_(requires_grad=True): sets whether backward() fills .grad; returns self."},
    {"set_", as_function(set_), METH_FASTCALL, "Points the tensor at another's memory."},
    {"is_set_to", is_set_to, METH_O, "Whether both tensors are the same view of the same memory."},
    {"is_same_size", is_same_size, METH_O, nullptr},
    {"as_subclass", as_subclass, METH_O, "The same memory and history as an object of a subclass."},
    {"_make_subclass", as_function(make_subclass), METH_FASTCALL | METH_STATIC, nullptr},
    {}};

}  // namespace rushlight::python
