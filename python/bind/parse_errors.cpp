// The TypeError for arguments that fit no overload: PyTorch's words, and which argument failed.
#include "bind/parser.h"

namespace rushlight::python {
namespace {

std::string kind_name(const Parameter& p) {
  switch (p.kind) {
    case Kind::Tensor:
      return "Tensor";
    case Kind::Tensors:
      return "tuple of Tensors";
    case Kind::Scalar:
      return "Number";
    case Kind::Int:
      return "int";
    case Kind::Ints:
      return "tuple of ints";
    case Kind::Bool:
    case Kind::OptionPinMemory:
    case Kind::OptionRequiresGrad:
      return "bool";
    case Kind::Bools:
      return "tuple of bools";
    case Kind::Float:
      return "float";
    case Kind::Floats:
      return "tuple of floats";
    case Kind::Str:
      return "str";
    case Kind::DType:
    case Kind::OptionDType:
      return "torch.dtype";
    case Kind::Device:
    case Kind::OptionDevice:
      return "torch.device";
    case Kind::OptionLayout:
      return "torch.layout";
    case Kind::MemoryFormat:
      return "torch.memory_format";
    case Kind::Generator:
      return "torch.Generator";
  }
  return "object";
}

// "(Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None)"; a method does not show self.
std::string signature(const Overload& overload, bool method) {
  std::string text = "(";
  bool star = false;
  const auto add = [&](const std::string& part) { text += (text.size() > 1 ? ", " : "") + part; };
  for (size_t i = method ? 1 : 0; i < overload.parameters.size(); ++i) {
    const Parameter& p = overload.parameters[i];
    if (p.keyword_only && !star) {
      add("*");
      star = true;
    }
    add(kind_name(p) + " " + p.name + (p.has_default ? " = " + p.default_text : ""));
  }
  if (overload.outputs > 0) {
    if (!star) add("*");
    add(overload.outputs == 1 && !overload.out_list ? "Tensor out = None" : "tuple of Tensors out = None");
  }
  return text + ")";
}

std::string key_text(PyObject* key) {
  const char* text = PyUnicode_AsUTF8(key);
  if (!text) PyErr_Clear();
  return text ? text : "?";
}

// Why an overload does not take the arguments: the parameter at fault, if it is one, and a sentence.
struct Reason {
  enum class Type : uint8_t { None, Argument, Other } type = Type::None;
  std::string parameter, where, expected, got, text;
};

bool fits(const Parameter& p, PyObject* object) {
  Frame frame;
  return convert(p, object, frame, frame.slots());
}

// The first item of a list that is at fault; -1: the object is no list, or has none.
Py_ssize_t bad_item(const Parameter& p, PyObject* object) {
  if (!PyTuple_Check(object) && !PyList_Check(object)) return -1;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    Ref one = Ref::steal(PyTuple_Pack(1, PySequence_Fast_GET_ITEM(object, i)));
    if (!one || !fits(p, one.get())) return i;
  }
  return -1;
}

Reason wrong_argument(const std::string& op, const Parameter& p, PyObject* object, Py_ssize_t position) {
  Reason r;
  r.type = Reason::Type::Argument;
  r.parameter = p.name;
  r.where = position > 0 ? format("'{}' (position {})", p.name, position) : format("'{}'", p.name);
  r.expected = kind_name(p);
  r.got = type_name(object);
  if (const Py_ssize_t i = bad_item(p, object); i >= 0) {
    const std::string item = type_name(sequence_item(object, i).get());
    r.type = Reason::Type::Other;
    r.text = p.kind == Kind::Tensors ? format("expected Tensor as element {} in argument {}, but got {}", i,
                                              std::max<Py_ssize_t>(position - 1, 0), item)
                                     : format("{}(): argument {} must be {}, but found element of type {} at pos {}",
                                              op, r.where, r.expected, item, i);
  }
  return r;
}

Reason other(std::string text) {
  Reason r;
  r.type = Reason::Type::Other;
  r.text = std::move(text);
  return r;
}

Reason explain_keywords(const std::string& op, const Overload& overload, PyObject* const* values, PyObject* keywords,
                        uint32_t& have) {
  for (Py_ssize_t j = 0; keywords && j < PyTuple_GET_SIZE(keywords); ++j) {
    PyObject* key = PyTuple_GET_ITEM(keywords, j);
    const std::string text = key_text(key);
    if (overload.outputs > 0 && text == "out") {
      Parameter out;
      out.name = "out";
      out.kind = overload.outputs == 1 && !overload.out_list ? Kind::Tensor : Kind::Tensors;
      if (values[j] == Py_None || fits(out, values[j])) continue;
      return wrong_argument(op, out, values[j], 0);
    }
    size_t i = 0;
    for (; i < overload.parameters.size(); ++i) {
      const Parameter& p = overload.parameters[i];
      bool named = PyUnicode_Compare(p.key, key) == 0;
      for (PyObject* alias : p.aliases) named |= alias && PyUnicode_Compare(alias, key) == 0;
      if (named) break;
    }
    if (i == overload.parameters.size()) return other(format("{}() got an unexpected keyword argument '{}'", op, text));
    if (have >> i & 1) return other(format("{}() got multiple values for argument '{}'", op, text));
    if (!fits(overload.parameters[i], values[j])) return wrong_argument(op, overload.parameters[i], values[j], 0);
    have |= 1u << i;
  }
  return {};
}

Reason missing_arguments(const std::string& op, const Overload& overload, uint32_t have) {
  std::string missing;
  int number = 0;
  for (size_t i = 0; i < overload.parameters.size(); ++i) {
    if ((have | overload.defaults) >> i & 1) continue;
    missing += (number++ ? ", \"" : "\"") + overload.parameters[i].name + "\"";
  }
  return other(format("{}() missing {} required positional arguments: {}", op, number, missing));
}

Reason explain(const std::string& op, const Overload& overload, bool method, PyObject* const* args, Py_ssize_t count,
               PyObject* keywords) {
  const Py_ssize_t hidden = method ? 1 : 0;
  const int rest = overload.row->varargs;
  const bool list = rest >= 0 && count > rest && !PyTuple_Check(args[rest]) && !PyList_Check(args[rest]) &&
                    (count > rest + 1 || fits(overload.parameters[static_cast<size_t>(rest)], args[rest]));
  Py_ssize_t positional = list ? rest : count;
  if (positional > overload.positional) {
    return other(format("{}() takes {} positional argument{} but {} {} given", op, overload.positional - hidden,
                        overload.positional - hidden == 1 ? "" : "s", count - hidden,
                        count - hidden == 1 ? "was" : "were"));
  }
  for (Py_ssize_t i = 0; i < positional; ++i) {
    const Parameter& p = overload.parameters[static_cast<size_t>(i)];
    if (!fits(p, args[i])) return wrong_argument(op, p, args[i], i + 1 - hidden);
  }
  uint32_t have = (1u << positional) - 1;
  if (list) {
    const Parameter& p = overload.parameters[static_cast<size_t>(rest)];
    for (Py_ssize_t i = rest; i < count; ++i) {
      Ref one = Ref::steal(PyTuple_Pack(1, args[i]));
      if (!one || !fits(p, one.get())) return wrong_argument(op, p, args[i], i + 1 - hidden);
    }
    have |= 1u << rest;
  }
  Reason reason = explain_keywords(op, overload, args + count, keywords, have);
  if (reason.type != Reason::Type::None) return reason;
  return missing_arguments(op, overload, have);
}

std::string got_text(PyObject* const* args, Py_ssize_t count, PyObject* keywords, bool method) {
  std::string text;
  for (Py_ssize_t i = method ? 1 : 0; i < count; ++i) text += (text.empty() ? "" : ", ") + type_name(args[i]);
  for (Py_ssize_t j = 0; keywords && j < PyTuple_GET_SIZE(keywords); ++j) {
    text += (text.empty() ? "" : ", ") + key_text(PyTuple_GET_ITEM(keywords, j)) + "=" + type_name(args[count + j]);
  }
  return text;
}

std::string sentence(const std::string& op, const Reason& r) {
  return r.type == Reason::Type::Argument
             ? format("{}(): argument {} must be {}, not {}", op, r.where, r.expected, r.got)
             : r.text;
}

// Ops that are one overload in PyTorch, where a number may stand for a tensor.
bool takes_numbers(const std::string& op) {
  const std::string name = op.substr(0, op.find('_'));
  return name == "add" || name == "sub" || name == "mul" || name == "div";
}

// One sentence for several overloads when all of them fail at the same argument: "must be Tensor or Number, not str".
std::string common_sentence(const std::string& op, const std::vector<Reason>& reasons) {
  Reason joined = reasons[0];
  bool same = true;
  for (const Reason& r : reasons) same &= r.type == Reason::Type::Other && r.text == joined.text;
  if (same) return joined.text;
  if (reasons.size() > 1 && !takes_numbers(op)) return "";
  for (const Reason& r : reasons) {
    if (r.type != Reason::Type::Argument || r.parameter != joined.parameter || r.where != joined.where) return "";
    if (joined.expected.find(r.expected) == std::string::npos) joined.expected += " or " + r.expected;
  }
  return sentence(op, joined);
}

// A keyword that no overload knows; empty when there is none.
std::string unknown_keyword(const Op& op, PyObject* keywords) {
  for (Py_ssize_t j = 0; keywords && j < PyTuple_GET_SIZE(keywords); ++j) {
    PyObject* key = PyTuple_GET_ITEM(keywords, j);
    bool known = false;
    for (int i = 0; i < op.count; ++i) {
      const Overload& overload = op.overloads[i];
      known |= overload.outputs > 0 && key_text(key) == "out";
      for (const Parameter& p : overload.parameters) {
        known |= PyUnicode_Compare(p.key, key) == 0;
        for (PyObject* alias : p.aliases) known |= alias && PyUnicode_Compare(alias, key) == 0;
      }
    }
    if (!known) return key_text(key);
  }
  return "";
}

}  // namespace

void raise_no_match(const Op& op, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  const std::string name = key_text(op.name);
  const int given = static_cast<int>(count) + (keywords ? static_cast<int>(PyTuple_GET_SIZE(keywords)) : 0);
  std::vector<Reason> reasons, plausible;
  for (int i = 0; i < op.count; ++i) {
    const Overload& overload = op.overloads[i];
    reasons.push_back(explain(name, overload, op.is_method, args, count, keywords));
    const int most = static_cast<int>(overload.parameters.size()) + (overload.outputs > 0 ? 1 : 0);
    int least = 0;
    for (const Parameter& p : overload.parameters) least += !p.has_default;
    if ((given >= least || overload.row->varargs >= 0) && (given <= most || overload.row->varargs >= 0))
      plausible.push_back(reasons.back());
  }
  std::string text;
  if (const std::string key = unknown_keyword(op, keywords); !key.empty())
    text = format("{}() got an unexpected keyword argument '{}'", name, key);
  else if (reasons.size() == 1)
    text = sentence(name, reasons[0]);
  else
    text = common_sentence(name, plausible.empty() ? reasons : plausible);
  if (text.empty()) {
    text = format("{}() received an invalid combination of arguments - got ({}), but expected one of:", name,
                  got_text(args, count, keywords, op.is_method));
    for (int i = 0; i < op.count; ++i) {
      text += "\n * " + signature(op.overloads[i], op.is_method) + "\n      didn't match because " +
              sentence(name, reasons[static_cast<size_t>(i)]);
    }
  }
  PyErr_SetString(PyExc_TypeError, text.c_str());
}

}  // namespace rushlight::python
