// The Tensor type: how its objects are made, kept, collected and freed, and Tensor's place in Python's type system.

#include "bind/numbers.h"
#include "bind/rows.h"

#include <structmember.h>

namespace rushlight::python {

PyTypeObject* TensorType = nullptr;

namespace {

// Note [Who owns whom]
// A tensor has one Python object at most. The object owns one reference to the Impl, and the Impl points back at it. An
// object with state of its own (a subclass, attributes, weak references) must not vanish while C++ still holds the
// tensor: when its last Python reference goes, it is kept, and ownership turns round: the Impl owns the object, which
// the lowest bit of `pyobject` says, and the object only borrows the Impl. The next wrap() turns it back. When such an
// Impl dies, drop_pyobject frees the object, unless a weak reference has revived it meanwhile.
bool owned_by_impl(const TensorImpl* impl) { return reinterpret_cast<uintptr_t>(impl->pyobject) & 1; }
PyTensor* object_of(const TensorImpl* impl) {
  return reinterpret_cast<PyTensor*>(reinterpret_cast<uintptr_t>(impl->pyobject) & ~uintptr_t{1});
}
PyObject* as_object(PyTensor* o) { return reinterpret_cast<PyObject*>(o); }

bool release_object_of(TensorImpl* impl) {
  if (!owned_by_impl(impl) || !Py_IsInitialized()) return true;
#if PY_VERSION_HEX >= 0x030d0000
  if (Py_IsFinalizing()) return true;
#else
  if (_Py_IsFinalizing()) return true;
#endif
  GilHold gil;
  PyTensor* o = object_of(impl);
  if (Py_REFCNT(o) > 1) {
    impl->refs.store(1, std::memory_order_relaxed);
    impl->pyobject = o;
    Py_DECREF(o);
    return false;
  }
  impl->pyobject = nullptr;
  o->tensor.take();
  Py_DECREF(o);
  return true;
}

// Turns ownership round if the object has state and the tensor lives on without it.
bool keep_alive(PyTensor* o) {
  TensorImpl* impl = o->tensor.impl();
  if (!impl || owned_by_impl(impl) || impl->refs.load(std::memory_order_acquire) <= 1) return false;
  impl->pyobject = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(o) | 1);
  Py_SET_REFCNT(as_object(o), 1);
  impl->release();
  return true;
}

constexpr int kMaxFree = 128;
PyTensor* free_list[kMaxFree];
int free_count = 0;

PyTensor* new_object(PyTypeObject* type) {
  PyTensor* o;
  if (type == TensorType && free_count > 0) {
    o = free_list[--free_count];
    PyObject_Init(as_object(o), type);
  } else {
    o = PyObject_GC_New(PyTensor, type);
    if (!o) throw PythonError();
    // a subclass may have added slots behind our fields
    memset(reinterpret_cast<char*>(o) + sizeof(PyObject), 0,
           static_cast<size_t>(type->tp_basicsize) - sizeof(PyObject));
  }
  o->dict = o->weakrefs = nullptr;
  new (&o->tensor) Tensor;
  return o;
}

void adopt(PyTensor* o, Tensor tensor) {
  tensor.impl()->pyobject = o;
  o->tensor = std::move(tensor);
}

// The members that `__slots__` of subclasses added.
void clear_slots(PyObject* self, PyTypeObject* type) {
  for (; type && type != &TensorBaseClass; type = type->tp_base) {
    PyMemberDef* member = type->tp_members;
    for (; member && member->name; ++member) {
      if (member->type != T_OBJECT_EX || (member->flags & READONLY)) continue;
      auto** field = reinterpret_cast<PyObject**>(reinterpret_cast<char*>(self) + member->offset);
      Py_CLEAR(*field);
    }
  }
}

// What a subclass or an object with attributes needs before it is freed. False when its finalizer has revived it.
bool finish_stateful(PyObject* self) {
  auto* o = reinterpret_cast<PyTensor*>(self);
  PyTypeObject* type = Py_TYPE(self);
  if (type->tp_finalize) {
    PyObject_GC_Track(self);
    if (PyObject_CallFinalizerFromDealloc(self) < 0) return false;
    PyObject_GC_UnTrack(self);
  }
  if (o->weakrefs) PyObject_ClearWeakRefs(self);
  clear_slots(self, type);
  Py_CLEAR(o->dict);
  return true;
}

void tensor_dealloc(PyObject* self) {
  auto* o = reinterpret_cast<PyTensor*>(self);
  PyTypeObject* type = Py_TYPE(self);
  const bool plain = type == TensorType && !o->dict && !o->weakrefs;
  if (!plain && keep_alive(o)) return;
  if (PyObject_GC_IsTracked(self)) PyObject_GC_UnTrack(self);
  if (plain) {
    if (TensorImpl* impl = o->tensor.impl()) impl->pyobject = nullptr;
    o->tensor.~Tensor();
    if (free_count < kMaxFree)
      free_list[free_count++] = o;
    else
      PyObject_GC_Del(o);
    Py_DECREF(type);
    return;
  }
  Py_TRASHCAN_BEGIN(self, tensor_dealloc) if (finish_stateful(self)) {
    if (TensorImpl* impl = o->tensor.impl()) impl->pyobject = nullptr;
    o->tensor.~Tensor();
    PyObject_GC_Del(o);
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) Py_DECREF(type);
  }
  Py_TRASHCAN_END
}

int tensor_traverse(PyObject* self, visitproc visit, void* arg) {
  auto* o = reinterpret_cast<PyTensor*>(self);
  Py_VISIT(o->dict);
  const TensorImpl* impl = o->tensor.impl();
  if (impl && impl->refs.load(std::memory_order_relaxed) == 1) return traverse_hooks(o->tensor, visit, arg);
  return 0;
}

int tensor_clear(PyObject* self) {
  auto* o = reinterpret_cast<PyTensor*>(self);
  Py_CLEAR(o->dict);
  if (o->tensor.defined()) clear_hooks(o->tensor);
  return 0;
}

int tensor_setattro(PyObject* self, PyObject* name, PyObject* value) {
  const int status = PyObject_GenericSetAttr(self, name, value);
  if (reinterpret_cast<PyTensor*>(self)->dict) track_if_stateful(self);
  return status;
}

PyObject* get_dict(PyObject* self, void* context) {
  PyObject* dict = PyObject_GenericGetDict(self, context);
  track_if_stateful(self);
  return dict;
}

PyObject* tensor_new(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  return guarded([&] { return legacy_new(type, args, kwargs); });
}

PyGetSetDef dict_attribute[] = {{"__dict__", get_dict, PyObject_GenericSetDict, nullptr, nullptr}, {}};

// ---- the metaclass --------------------------------------------------------------------------------------------------

PyObject* meta_new(PyTypeObject* meta, PyObject* args, PyObject* kwargs) {
  PyObject* made = PyType_Type.tp_new(meta, args, kwargs);
  if (!made) return nullptr;
  auto* type = reinterpret_cast<PyTypeObject*>(made);
  type->tp_dealloc = tensor_dealloc;
  // Python takes += for concatenation too and would return our NotImplemented as a result
  if (type->tp_as_sequence && type->tp_as_sequence->sq_inplace_concat == tensor_numbers.nb_inplace_add) {
    type->tp_as_sequence->sq_inplace_concat = nullptr;
  }
  return made;
}

PySequenceMethods sequence = [] {
  PySequenceMethods m{};
  m.sq_contains = tensor_contains;
  return m;
}();

}  // namespace

PyTypeObject TensorMetaClass = [] {
  PyTypeObject t = static_type("rushlight._C._TensorMeta", 0);
  t.tp_flags |= Py_TPFLAGS_BASETYPE;
  t.tp_new = meta_new;
  return t;
}();

PyTypeObject TensorBaseClass = [] {
  PyTypeObject t = static_type("rushlight._C.TensorBase", sizeof(PyTensor));
  t.tp_flags |= Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC;
  t.tp_dealloc = tensor_dealloc;
  t.tp_traverse = tensor_traverse;
  t.tp_clear = tensor_clear;
  t.tp_new = tensor_new;
  t.tp_repr = tensor_repr;
  t.tp_hash = [](PyObject* self) -> Py_hash_t { return _Py_HashPointer(self); };
  t.tp_richcompare = tensor_compare;
  t.tp_iter = tensor_iter;
  t.tp_setattro = tensor_setattro;
  t.tp_as_number = &tensor_numbers;
  t.tp_as_mapping = &tensor_mapping;
  t.tp_as_sequence = &sequence;
  t.tp_as_buffer = &tensor_buffer;
  t.tp_getset = tensor_attributes;
  t.tp_methods = tensor_methods;
  t.tp_weaklistoffset = offsetof(PyTensor, weakrefs);
  t.tp_dictoffset = offsetof(PyTensor, dict);
  t.tp_doc = "A strided array of one dtype with an optional autograd history.";
  return t;
}();

void track_if_stateful(PyObject* self) {
  if (!PyObject_GC_IsTracked(self)) PyObject_GC_Track(self);
}

PyObject* wrap(Tensor tensor) {
  TensorImpl* impl = tensor.impl();
  if (!impl) return none();
  if (impl->pyobject) {
    PyTensor* o = object_of(impl);
    if (!owned_by_impl(impl)) return Py_NewRef(as_object(o));
    impl->pyobject = o;
    impl->retain();
    return as_object(o);  // the Impl's reference becomes the caller's
  }
  PyTensor* o = new_object(TensorType);
  adopt(o, std::move(tensor));
  return as_object(o);
}

PyObject* wrap_as(PyTypeObject* type, Tensor tensor) {
  if (type == TensorType || tensor.impl()->pyobject) return wrap(std::move(tensor));
  PyTensor* o = new_object(type);
  adopt(o, std::move(tensor));
  PyObject_GC_Track(as_object(o));
  return as_object(o);
}

PyObject* wrap_list(const std::vector<Tensor>& tensors, bool as_list) {
  const auto n = static_cast<Py_ssize_t>(tensors.size());
  PyObject* out = checked(as_list ? PyList_New(n) : PyTuple_New(n));
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* item = wrap(tensors[static_cast<size_t>(i)]);
    if (as_list)
      PyList_SET_ITEM(out, i, item);
    else
      PyTuple_SET_ITEM(out, i, item);
  }
  return out;
}

bool add_methods(PyTypeObject& type, PyMethodDef* methods) {
  for (; methods->ml_name; ++methods) {
    Ref method = Ref::steal(methods->ml_flags & METH_STATIC  ? PyCFunction_New(methods, nullptr)
                            : methods->ml_flags & METH_CLASS ? PyDescr_NewClassMethod(&type, methods)
                                                             : PyDescr_NewMethod(&type, methods));
    if (method && (methods->ml_flags & METH_STATIC)) method = Ref::steal(PyStaticMethod_New(method.get()));
    if (!method || PyDict_SetItemString(type.tp_dict, methods->ml_name, method.get()) < 0) return false;
  }
  return true;
}

bool init_tensor(PyObject* module) {
  TensorMetaClass.tp_base = &PyType_Type;
  if (PyType_Ready(&TensorMetaClass) < 0) return false;
  Py_SET_TYPE(reinterpret_cast<PyObject*>(&TensorBaseClass), &TensorMetaClass);
  if (PyType_Ready(&TensorBaseClass) < 0) return false;
  Ref dict = Ref::steal(PyDescr_NewGetSet(&TensorBaseClass, dict_attribute));
  if (!dict || PyDict_SetItemString(TensorBaseClass.tp_dict, "__dict__", dict.get()) < 0) return false;
  for (PyMethodDef* methods :
       {tensor_new_methods, tensor_exchange_methods, tensor_dlpack_methods, tensor_autograd_methods}) {
    if (!add_methods(TensorBaseClass, methods)) return false;
  }
  Ref made = Ref::steal(PyObject_CallFunction(reinterpret_cast<PyObject*>(&TensorMetaClass), "s(O){s:s,s:s,s:()}",
                                              "Tensor", &TensorBaseClass, "__module__", "rushlight", "__doc__",
                                              TensorBaseClass.tp_doc, "__slots__"));
  if (!made) return false;
  TensorType = reinterpret_cast<PyTypeObject*>(Py_NewRef(made.get()));
  drop_pyobject = release_object_of;
  return PyModule_AddObjectRef(module, "_TensorMeta", reinterpret_cast<PyObject*>(&TensorMetaClass)) == 0 &&
         PyModule_AddObjectRef(module, "TensorBase", reinterpret_cast<PyObject*>(&TensorBaseClass)) == 0 &&
         PyModule_AddObjectRef(module, "Tensor", made.get()) == 0;
}

}  // namespace rushlight::python
