// torch.Generator, and the functions on the default one.
#include "bind/bind.h"

namespace rushlight::python {
namespace {

struct PyGenerator {
  PyObject_HEAD std::optional<Generator> generator;
};
Generator& generator_of(PyObject* o) { return *reinterpret_cast<PyGenerator*>(o)->generator; }
PyObject* default_object = nullptr;

PyObject* make_object(PyTypeObject* type, Generator generator) {
  PyObject* self = checked(type->tp_alloc(type, 0));
  new (&reinterpret_cast<PyGenerator*>(self)->generator) std::optional<Generator>(std::move(generator));
  return self;
}

PyObject* generator_new(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"device", nullptr};
  PyObject* place = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:Generator", const_cast<char**>(names), &place)) return nullptr;
  return guarded([&]() -> PyObject* {
    Device device(kCPU);
    check_type(!given(place) || device_from(place, device),
               "Generator(): argument 'device' must be torch.device, not {}", type_name(place ? place : Py_None));
    check(device.is_cpu(), "Generator(): this build computes on the cpu; got device {}", device.str());
    return make_object(type, Generator());
  });
}
void generator_dealloc(PyObject* self) {
  reinterpret_cast<PyGenerator*>(self)->generator.~optional();
  Py_TYPE(self)->tp_free(self);
}

// A seed in [-2^63, 2^64); negative ones wrap round, as in PyTorch.
uint64_t seed_from(PyObject* o) {
  Ref number = Ref::steal(PyNumber_Index(o));
  if (!number) {
    PyErr_Clear();
    number = Ref::steal(checked(PyNumber_Long(o)));
  }
  const unsigned long long seed = PyLong_AsUnsignedLongLong(number.get());
  if (!PyErr_Occurred()) return seed;
  PyErr_Clear();
  const long long negative = PyLong_AsLongLong(number.get());
  if (PyErr_Occurred()) {
    PyErr_Clear();
    fail(ErrorKind::kValue, "Overflow when unpacking long long: a seed must lie in [-2^63, 2^64)");
  }
  return static_cast<uint64_t>(negative);
}

PyObject* manual_seed(PyObject* self, PyObject* seed) {
  return guarded([&]() -> PyObject* {
    generator_of(self).set_current_seed(seed_from(seed));
    return Py_NewRef(self);
  });
}
PyObject* initial_seed(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* { return PyLong_FromUnsignedLongLong(generator_of(self).current_seed()); });
}
PyObject* seed(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* { return PyLong_FromUnsignedLongLong(generator_of(self).seed()); });
}
PyObject* get_state(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    const std::string bytes = generator_of(self).get_state();
    Tensor state = empty({static_cast<int64_t>(bytes.size())}, TensorOptions(kByte));
    memcpy(state.data_ptr(), bytes.data(), bytes.size());
    return wrap(std::move(state));
  });
}
PyObject* set_state(PyObject* self, PyObject* state) {
  return guarded([&]() -> PyObject* {
    check_type(is_tensor(state) && tensor_of(state).dtype() == kByte, "expected a torch.ByteTensor, but got {}",
               is_tensor(state) ? tensor_type_name(tensor_of(state).dtype()) : type_name(state));
    const Tensor bytes = tensor_of(state).contiguous();
    generator_of(self).set_state({static_cast<const char*>(bytes.data_ptr()), bytes.nbytes()});
    return Py_NewRef(self);
  });
}
PyObject* clone_state(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    Generator copy;
    copy.set_state(generator_of(self).get_state());
    return make_object(&GeneratorClass, std::move(copy));
  });
}
PyObject* device(PyObject*, void*) {
  return guarded([&]() -> PyObject* { return wrap(Device(kCPU)); });
}
PyObject* reduce(PyObject* self, PyObject*) {
  Ref state = Ref::steal(get_state(self, nullptr));
  return state ? Py_BuildValue("O()O", &GeneratorClass, state.get()) : nullptr;
}

PyMethodDef generator_methods[] = {
    {"manual_seed", manual_seed, METH_O, "Starts the stream of a seed; returns the generator."},
    {"initial_seed", initial_seed, METH_NOARGS, "The seed that the stream was started with."},
    {"seed", seed, METH_NOARGS, "Starts the stream of a seed from the system, and returns it."},
    {"get_state", get_state, METH_NOARGS, "The state, as a uint8 tensor."},
    {"set_state", set_state, METH_O, "Goes on from a state of get_state()."},
    {"__setstate__", set_state, METH_O, nullptr},
    {"clone_state", clone_state, METH_NOARGS, "Another generator with the same state."},
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {}};
PyGetSetDef generator_attributes[] = {{"device", device, nullptr, nullptr, nullptr}, {}};

// ---- the default generator ------------------------------------------------------------------------------------------

PyObject* manual_seed_default(PyObject*, PyObject* s) { return manual_seed(default_object, s); }
PyObject* seed_default(PyObject*, PyObject*) { return seed(default_object, nullptr); }
PyObject* initial_seed_default(PyObject*, PyObject*) { return initial_seed(default_object, nullptr); }
PyObject* get_state_default(PyObject*, PyObject*) { return get_state(default_object, nullptr); }
PyObject* set_state_default(PyObject*, PyObject* state) {
  Ref done = Ref::steal(set_state(default_object, state));
  return done ? none() : nullptr;
}
PyMethodDef generator_functions[] = {
    {"manual_seed", manual_seed_default, METH_O,
     "Starts the default generator's stream of a seed; returns the generator."},
    {"seed", seed_default, METH_NOARGS, "Starts the default generator with a seed from the system, and returns it."},
    {"initial_seed", initial_seed_default, METH_NOARGS, "The seed of the default generator."},
    {"get_rng_state", get_state_default, METH_NOARGS, "The default generator's state, as a uint8 tensor."},
    {"set_rng_state", set_state_default, METH_O, "Sets the default generator's state."},
    {}};

}  // namespace

PyTypeObject GeneratorClass = [] {
  PyTypeObject t = static_type("rushlight.Generator", sizeof(PyGenerator));
  t.tp_flags |= Py_TPFLAGS_BASETYPE;
  t.tp_new = generator_new;
  t.tp_dealloc = generator_dealloc;
  t.tp_methods = generator_methods;
  t.tp_getset = generator_attributes;
  t.tp_doc = "A stream of random numbers: Generator(device='cpu').";
  return t;
}();

const std::optional<Generator>* generator_from(PyObject* o) {
  return PyObject_TypeCheck(o, &GeneratorClass) ? &reinterpret_cast<PyGenerator*>(o)->generator : nullptr;
}

bool init_generator(PyObject* module) {
  if (PyType_Ready(&GeneratorClass) < 0) return false;
  default_object = make_object(&GeneratorClass, default_generator());
  return PyModule_AddObjectRef(module, "Generator", reinterpret_cast<PyObject*>(&GeneratorClass)) == 0 &&
         PyModule_AddObjectRef(module, "default_generator", default_object) == 0 &&
         PyModule_AddFunctions(module, generator_functions) == 0;
}

}  // namespace rushlight::python
