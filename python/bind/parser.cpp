// The call path of every op: arguments to slots, one pass per overload, no allocation on the common path.
#include "bind/parser.h"

namespace rushlight::python {

const Tensor undefined_tensor;
const std::optional<Generator> no_generator;

namespace {

PyObject* out_key = nullptr;

bool convert_tensors(const Parameter& p, PyObject* o, Frame& frame, Slot& slot) {
  if (!PyTuple_Check(o) && !PyList_Check(o)) return false;
  std::vector<Tensor>& list = frame.new_list();
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(o);
  PyObject** items = PySequence_Fast_ITEMS(o);
  list.reserve(static_cast<size_t>(n));
  for (Py_ssize_t i = 0; i < n; ++i) {
    if (is_tensor(items[i])) {
      list.push_back(tensor_of(items[i]));
      frame.work += static_cast<double>(list.back().numel());
    } else if (items[i] == Py_None && p.items_optional) {
      list.emplace_back();
    } else {
      return false;
    }
  }
  slot.list.data = list.data();
  slot.list.size = list.size();
  return true;
}

bool convert_int_items(PyObject* const* items, Py_ssize_t n, Frame& frame, Slot& slot) {
  int64_t* values = frame.ints(static_cast<size_t>(n));
  for (Py_ssize_t i = 0; i < n; ++i) {
    if (!int_from(items[i], values[i])) return false;
  }
  slot.list.data = values;
  slot.list.size = static_cast<size_t>(n);
  return true;
}

// Items of a list or tuple; an item's __index__ may change the list meanwhile.
template <class T, bool (*from)(PyObject*, T&)>
bool convert_sequence(PyObject* o, Frame& frame, Slot& slot) {
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(o);
  auto* values = reinterpret_cast<T*>(frame.ints(static_cast<size_t>(n)));
  for (Py_ssize_t i = 0; i < n; ++i) {
    if (!from(sequence_item(o, i).get(), values[i])) return false;
  }
  slot.list.data = values;
  slot.list.size = static_cast<size_t>(n);
  return true;
}

bool convert_ints(const Parameter& p, PyObject* o, Frame& frame, Slot& slot) {
  if (PyTuple_Check(o) || PyList_Check(o)) return convert_sequence<int64_t, int_from>(o, frame, slot);
  int64_t value = 0;
  if (!int_from(o, value)) return false;
  const size_t n = p.fixed ? p.fixed : 1;
  int64_t* values = frame.ints(n);
  for (size_t i = 0; i < n; ++i) values[i] = value;
  slot.list.data = values;
  slot.list.size = n;
  return true;
}

// Lists of bools and floats, kept in the frame's pool of 64-bit words.
template <class T, bool (*from)(PyObject*, T&)>
bool convert_items(PyObject* o, Frame& frame, Slot& slot) {
  if (!PyTuple_Check(o) && !PyList_Check(o)) {  // a single number is a list of one
    auto* value = reinterpret_cast<T*>(frame.ints(1));
    slot.list.data = value;
    slot.list.size = 1;
    return std::is_same_v<T, double> && from(o, *value);
  }
  return convert_sequence<T, from>(o, frame, slot);
}

bool convert_option(const Parameter& p, PyObject* o, OptionsSlot& options) {
  bool flag = false;
  switch (p.kind) {
    case Kind::OptionDType: {
      ScalarType dtype;
      if (!dtype_from(o, dtype)) return false;
      options.dtype = static_cast<int8_t>(dtype);
      return true;
    }
    case Kind::OptionDevice: {
      Device device(kCPU);
      if (!device_from(o, device)) return false;
      options.device_type = static_cast<int8_t>(device.type());
      options.device_index = device.index();
      return true;
    }
    case Kind::OptionLayout:
      if (Py_TYPE(o) != &LayoutClass) return false;
      options.other_layout = o != strided_layout();
      return true;
    case Kind::OptionPinMemory:
      return bool_from(o, flag);
    default:
      return bool_from(o, options.requires_grad);
  }
}

bool convert_text(PyObject* o, Slot& slot) {
  if (!PyUnicode_Check(o)) return false;
  Py_ssize_t size = 0;
  slot.list.data = checked(reinterpret_cast<PyObject*>(const_cast<char*>(PyUnicode_AsUTF8AndSize(o, &size))));
  slot.list.size = static_cast<size_t>(size);
  return true;
}

bool convert_none(const Parameter& p, Slot& slot) {
  if (!p.optional) return false;
  if (p.kind < Kind::OptionDType) slot = p.default_slot;
  if (p.kind == Kind::Tensor || p.kind == Kind::Generator) slot.tensor = nullptr;
  if (p.kind == Kind::Scalar) slot.scalar = std::nullopt;
  slot.none = true;
  return true;
}

bool convert_outputs(const Overload& overload, PyObject* o, Frame& frame) {
  Slot* slots = frame.slots() - overload.outputs;
  if (overload.out_list) {
    if (!convert_tensors(Parameter(), o, frame, slots[0])) return false;
  } else if (overload.outputs == 1) {
    if (!is_tensor(o)) return false;
    slots[0].tensor = &tensor_of(o);
  } else {
    if (!PyTuple_Check(o) && !PyList_Check(o)) return false;
    if (PySequence_Fast_GET_SIZE(o) != overload.outputs) return false;
    for (int i = 0; i < overload.outputs; ++i) {
      PyObject* item = PySequence_Fast_GET_ITEM(o, i);
      if (!is_tensor(item)) return false;
      slots[i].tensor = &tensor_of(item);
    }
  }
  frame.out_count = overload.outputs;
  return true;
}

int find_keyword(const Overload& overload, PyObject* key) {
  const auto& parameters = overload.parameters;
  const int n = static_cast<int>(parameters.size());
  for (int i = 0; i < n; ++i) {
    if (parameters[static_cast<size_t>(i)].key == key) return i;
  }
  for (int i = 0; i < n; ++i) {
    for (PyObject* alias : parameters[static_cast<size_t>(i)].aliases) {
      if (alias == key) return i;
    }
  }
  for (int i = 0; i < n; ++i) {  // a key that is not interned
    const Parameter& p = parameters[static_cast<size_t>(i)];
    if (PyUnicode_Compare(p.key, key) == 0) return i;
    for (PyObject* alias : p.aliases) {
      if (alias && PyUnicode_Compare(alias, key) == 0) return i;
    }
  }
  return -1;
}

// All trailing positional arguments as one list: x.view(2, 3).
bool takes_rest(const Parameter& p, PyObject* first) {
  if (p.kind == Kind::Tensors) return is_tensor(first);
  return PyLong_Check(first) || (!PyTuple_Check(first) && !PyList_Check(first) && PyIndex_Check(first));
}
bool convert_rest(const Parameter& p, PyObject* const* args, Py_ssize_t count, Frame& frame, Slot& slot) {
  if (p.kind == Kind::Ints) return convert_int_items(args, count, frame, slot);
  std::vector<Tensor>& list = frame.new_list();
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (!is_tensor(args[i])) return false;
    list.push_back(tensor_of(args[i]));
  }
  slot.list.data = list.data();
  slot.list.size = list.size();
  return true;
}

bool parse_keywords(const Overload& overload, PyObject* const* values, PyObject* keywords, Frame& frame,
                    uint32_t& have) {
  Slot* slots = frame.slots();
  for (Py_ssize_t j = 0; j < PyTuple_GET_SIZE(keywords); ++j) {
    PyObject* key = PyTuple_GET_ITEM(keywords, j);
    if (overload.outputs > 0 && (key == out_key || PyUnicode_Compare(key, out_key) == 0)) {
      if (values[j] != Py_None && !convert_outputs(overload, values[j], frame)) return false;
      continue;
    }
    const int i = find_keyword(overload, key);
    if (i < 0 || (have >> i & 1)) return false;
    if (!convert(overload.parameters[static_cast<size_t>(i)], values[j], frame, slots)) return false;
    have |= 1u << i;
  }
  return true;
}

double estimate(const Overload& overload, const Frame& frame, Slot* slots) {
  if (overload.work == Work::Elements) {
    if (overload.options_slot > 0 && overload.parameters[0].kind == Kind::Ints) {
      double elements = 1;
      const auto* sizes = static_cast<const int64_t*>(slots[0].list.data);
      for (size_t i = 0; i < slots[0].list.size; ++i) elements *= static_cast<double>(sizes[i]);
      return elements;
    }
    return frame.work;
  }
  if (overload.parameters.size() < 2 || !slots[0].tensor || !slots[1].tensor) return frame.work;
  const Tensor &a = *slots[0].tensor, &b = *slots[1].tensor;
  const auto size = [&](int64_t d) {
    return d >= 0 && d < a.dim() && a.sizes()[static_cast<size_t>(d)] > 0
               ? static_cast<double>(a.sizes()[static_cast<size_t>(d)])
               : 1.0;
  };
  const double shared = overload.work == Work::Matmul ? size(a.dim() - 1) : size(1);
  const double products = static_cast<double>(a.numel()) * static_cast<double>(b.numel()) / shared;
  return products > kReleaseProducts ? kReleaseElements + 1.0 : 0.0;
}

// Windows raise what PyTorch's do; other ops have such layouts there, but not here.
void check_layout(const Row& row, const OptionsSlot& options) {
  if (!options.other_layout) return;
  check_value(std::string_view(row.ns) != "signal.windows",
              "{} is implemented for strided tensors only, got: another layout, such as torch.sparse_coo", row.name);
  fail(ErrorKind::kNotImplemented, "only strided tensors exist; layout= must be torch.strided");
}

PyObject* run(const Overload& overload, Frame& frame) {
  Slot* slots = frame.slots();
  if (overload.options_slot >= 0) check_layout(*overload.row, slots[overload.options_slot].options);
  const bool release = estimate(overload, frame, slots) > kReleaseElements;
  if (frame.out_count > 0) {
    Slot* first = frame.out_slots();
    first[-1].header = {release, overload.named};
    return overload.row->out_call(overload.row->out_fn, first);
  }
  slots[-1].header = {release, overload.named};
  return overload.row->call(overload.row->fn, slots);
}

PyObject* method_get(PyObject* self, PyObject* object, PyObject*) {
  return object ? PyMethod_New(self, object) : Py_NewRef(self);
}

// ---- what Python can ask of an op -----------------------------------------------------------------------------------

PyObject* op_repr(PyObject* self) {
  auto& op = *reinterpret_cast<Op*>(self);
  return PyUnicode_FromFormat(op.is_method ? "<method '%U' of 'torch.Tensor' objects>" : "<built-in function %U>",
                              op.name);
}
PyObject* op_name(PyObject* self, void*) { return Py_NewRef(reinterpret_cast<Op*>(self)->name); }
PyObject* op_qualname(PyObject* self, void*) {
  auto& op = *reinterpret_cast<Op*>(self);
  return op.is_method ? PyUnicode_FromFormat("Tensor.%U", op.name) : Py_NewRef(op.name);
}
PyObject* op_module(PyObject* self, void*) {
  auto& op = *reinterpret_cast<Op*>(self);
  return op.ns[0] ? PyUnicode_FromFormat("rushlight.%s", op.ns[0] == '_' ? "_C" : op.ns)
                  : PyUnicode_FromString("rushlight");
}
PyObject* op_doc(PyObject* self, void*) {
  auto& op = *reinterpret_cast<Op*>(self);
  return guarded([&]() -> PyObject* {
    std::string text;
    for (int i = 0; i < op.count; ++i) text += std::string(op.rows[i]->schema) + "\n";
    return PyUnicode_FromString((text + "\n" + op.rows[0]->doc).c_str());
  });
}
PyObject* op_reduce(PyObject* self, PyObject*) { return op_qualname(self, nullptr); }

PyGetSetDef op_attributes[] = {{"__name__", op_name, nullptr, nullptr, nullptr},
                               {"__qualname__", op_qualname, nullptr, nullptr, nullptr},
                               {"__module__", op_module, nullptr, nullptr, nullptr},
                               {"__doc__", op_doc, nullptr, nullptr, nullptr},
                               {}};
PyMethodDef op_methods[] = {{"__reduce__", op_reduce, METH_NOARGS, nullptr}, {}};

PyTypeObject op_type(const char* name, bool method) {
  PyTypeObject t = static_type(name, sizeof(Op));
  t.tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL | (method ? Py_TPFLAGS_METHOD_DESCRIPTOR : 0);
  t.tp_vectorcall_offset = offsetof(Op, vectorcall);
  t.tp_call = PyVectorcall_Call;
  t.tp_repr = op_repr;
  t.tp_getset = op_attributes;
  t.tp_methods = op_methods;
  if (method) t.tp_descr_get = method_get;
  return t;
}

}  // namespace

PyTypeObject FunctionClass = op_type("rushlight._C._Function", false);
PyTypeObject MethodClass = op_type("rushlight._C._Method", true);

bool convert(const Parameter& p, PyObject* o, Frame& frame, Slot* slots) {
  Slot& slot = slots[p.slot];
  if (p.kind == Kind::Tensor && is_tensor(o)) [[likely]] {
    slot.tensor = &tensor_of(o);
    frame.work += static_cast<double>(slot.tensor->numel());
    return true;
  }
  if (o == Py_None) return convert_none(p, slot);
  slot.none = false;
  switch (p.kind) {
    case Kind::Tensor:
      return false;
    case Kind::Tensors:
      return convert_tensors(p, o, frame, slot);
    case Kind::Scalar: {
      Scalar value;
      if (!scalar_from(o, value)) return false;
      slot.scalar = value;
      return true;
    }
    case Kind::Int:
      return int_from(o, slot.i);
    case Kind::Ints:
      return convert_ints(p, o, frame, slot);
    case Kind::Bool: {
      bool value = false;
      if (!bool_from(o, value)) return false;
      slot.i = value;
      return true;
    }
    case Kind::Bools:
      return convert_items<bool, bool_from>(o, frame, slot);
    case Kind::Float:
      return float_from(o, slot.d);
    case Kind::Floats:
      return convert_items<double, float_from>(o, frame, slot);
    case Kind::Str:
      return convert_text(o, slot);
    case Kind::DType: {
      ScalarType dtype;
      if (!dtype_from(o, dtype)) return false;
      slot.i = static_cast<int64_t>(dtype);
      return true;
    }
    case Kind::Device: {
      Device device(kCPU);
      if (!device_from(o, device)) return false;
      slot.i = static_cast<int64_t>(device.type()) << 8 | static_cast<uint8_t>(device.index());
      return true;
    }
    case Kind::MemoryFormat: {
      MemoryFormat format;
      if (!memory_format_from(o, format)) return false;
      slot.i = static_cast<int64_t>(format);
      return true;
    }
    case Kind::Generator:
      return (slot.generator = generator_from(o)) != nullptr;
    default:
      return convert_option(p, o, slot.options);
  }
}

bool parse(const Overload& overload, PyObject* const* args, Py_ssize_t count, PyObject* keywords, Frame& frame) {
  Slot* slots = frame.slots();
  const auto& parameters = overload.parameters;
  if (overload.options_slot >= 0) slots[overload.options_slot].options = {-1, -1, -1, false, false};
  uint32_t have = 0;
  Py_ssize_t positional = count;
  const int rest = overload.row->varargs;
  if (rest >= 0 && count > rest && takes_rest(parameters[static_cast<size_t>(rest)], args[rest])) {
    const Parameter& p = parameters[static_cast<size_t>(rest)];
    slots[p.slot].none = false;
    if (!convert_rest(p, args + rest, count - rest, frame, slots[p.slot])) return false;
    have = 1u << rest;
    positional = rest;
  }
  if (positional > overload.positional) return false;
  for (Py_ssize_t i = 0; i < positional; ++i) {
    if (!convert(parameters[static_cast<size_t>(i)], args[i], frame, slots)) return false;
  }
  have |= (1u << positional) - 1;
  if (keywords && !parse_keywords(overload, args + count, keywords, frame, have)) return false;
  const uint32_t all = parameters.size() == 32 ? ~0u : (1u << parameters.size()) - 1;
  uint32_t missing = all & ~have;
  if (missing & ~overload.defaults) return false;
  for (; missing; missing &= missing - 1) {
    const Parameter& p = parameters[static_cast<size_t>(__builtin_ctz(missing))];
    if (p.kind < Kind::OptionDType) slots[p.slot] = p.default_slot;
  }
  return true;
}

const Overload* overloads_of(Op& op) {
  if (op.overloads) return op.overloads;
  if (!out_key) out_key = checked(PyUnicode_InternFromString("out"));
  auto overloads = std::make_unique<Overload[]>(static_cast<size_t>(op.count));
  for (int i = 0; i < op.count; ++i) {
    overloads[static_cast<size_t>(i)].row = op.rows[i];
    read_schema(overloads[static_cast<size_t>(i)]);
    if (op.is_method) overloads[static_cast<size_t>(i)].outputs = 0;  // out= is for functions
  }
  return op.overloads = overloads.release();  // lives as long as the process
}

PyObject* call_op(PyObject* self, PyObject* const* args, size_t flags, PyObject* keywords) {
  auto& op = *reinterpret_cast<Op*>(self);
  const Py_ssize_t count = PyVectorcall_NARGS(flags);
  try {
    const Overload* overloads = op.overloads ? op.overloads : overloads_of(op);
    Frame frame;
    for (int i = 0; i < op.count; ++i) {
      if (parse(overloads[i], args, count, keywords, frame)) return run(overloads[i], frame);
      frame.clear();
    }
    raise_no_match(op, args, count, keywords);
    return nullptr;
  } catch (...) {
    return raise_current();
  }
}

}  // namespace rushlight::python
