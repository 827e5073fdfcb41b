// torch.Size: the tuple of ints that `shape` returns.
#include "bind/bind.h"

namespace rushlight::python {
namespace {

// The items of a plain tuple as a Size; takes over the tuple.
PyObject* from_tuple(PyObject* tuple) {
  if (!tuple) return nullptr;
  const Py_ssize_t n = PyTuple_GET_SIZE(tuple);
  PyObject* size = SizeClass.tp_alloc(&SizeClass, n);
  for (Py_ssize_t i = 0; size && i < n; ++i) PyTuple_SET_ITEM(size, i, Py_NewRef(PyTuple_GET_ITEM(tuple, i)));
  Py_DECREF(tuple);
  return size;
}

PyObject* size_new(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  PyObject* made = PyTuple_Type.tp_new(type, args, kwargs);
  if (!made) return nullptr;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(made); ++i) {
    PyObject* item = PyTuple_GET_ITEM(made, i);
    if (PyLong_Check(item)) continue;
    PyObject* number = PyIndex_Check(item) ? PyNumber_Index(item) : nullptr;
    if (!number) {
      PyErr_Clear();
      Ref hold = Ref::steal(made);
      return guarded([&]() -> PyObject* {
        return raise(PyExc_TypeError, "torch.Size() takes an iterable of 'int' (item {} is '{}')", i, type_name(item));
      });
    }
    PyTuple_SET_ITEM(made, i, number);
    Py_DECREF(item);
  }
  return made;
}

PyObject* size_repr(PyObject* self) {
  Ref list = Ref::steal(PySequence_List(self));
  return list ? PyUnicode_FromFormat("torch.Size(%R)", list.get()) : nullptr;
}
PyObject* size_concat(PyObject* a, PyObject* b) {
  return PyTuple_Check(b) ? from_tuple(PyTuple_Type.tp_as_sequence->sq_concat(a, b))
                          : PyTuple_Type.tp_as_sequence->sq_concat(a, b);
}
PyObject* size_repeat(PyObject* self, Py_ssize_t n) {
  PyObject* repeated = PyTuple_Type.tp_as_sequence->sq_repeat(self, n);
  return repeated && Py_TYPE(repeated) == &SizeClass ? repeated : from_tuple(repeated);
}
PyObject* size_subscript(PyObject* self, PyObject* index) {
  PyObject* part = PyTuple_Type.tp_as_mapping->mp_subscript(self, index);
  if (!PySlice_Check(index) || !part || Py_TYPE(part) == &SizeClass) return part;
  return from_tuple(part);
}
PyObject* size_numel(PyObject* self, PyObject*) {
  int64_t n = 1;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(self); ++i) n *= PyLong_AsLongLong(PyTuple_GET_ITEM(self, i));
  return PyErr_Occurred() ? nullptr : PyLong_FromLongLong(n);
}
PyObject* size_reduce(PyObject* self, PyObject*) {
  Ref items = Ref::steal(PyList_AsTuple(Ref::steal(PySequence_List(self)).get()));
  return items ? Py_BuildValue("O(O)", &SizeClass, items.get()) : nullptr;
}

PyMethodDef size_methods[] = {{"numel", size_numel, METH_NOARGS, "The number of elements of a tensor of this shape."},
                              {"__reduce__", size_reduce, METH_NOARGS, nullptr},
                              {}};
PySequenceMethods size_sequence = [] {
  PySequenceMethods m{};
  m.sq_concat = size_concat;
  m.sq_repeat = size_repeat;
  return m;
}();
PyMappingMethods size_mapping = [] {
  PyMappingMethods m{};
  m.mp_subscript = size_subscript;
  return m;
}();

PyObject* fill(PyObject* tuple, IntArrayRef values) {
  if (!tuple) throw PythonError();
  for (size_t i = 0; i < values.size(); ++i)
    PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), checked(PyLong_FromLongLong(values[i])));
  return tuple;
}

}  // namespace

PyTypeObject SizeClass = [] {
  PyTypeObject t = static_type("rushlight.Size", 0);
  t.tp_new = size_new;
  t.tp_repr = size_repr;
  t.tp_methods = size_methods;
  t.tp_as_sequence = &size_sequence;
  t.tp_as_mapping = &size_mapping;
  return t;
}();

PyObject* wrap_size(IntArrayRef sizes) {
  return fill(SizeClass.tp_alloc(&SizeClass, static_cast<Py_ssize_t>(sizes.size())), sizes);
}
PyObject* wrap_ints(IntArrayRef values) { return fill(PyTuple_New(static_cast<Py_ssize_t>(values.size())), values); }

bool init_size(PyObject* module) {
  SizeClass.tp_base = &PyTuple_Type;
  return PyType_Ready(&SizeClass) == 0 &&
         PyModule_AddObjectRef(module, "Size", reinterpret_cast<PyObject*>(&SizeClass)) == 0;
}

}  // namespace rushlight::python
