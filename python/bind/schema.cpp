// Reads schema text: "sum(T self, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None) -> T".
#include <cctype>
#include <cstdlib>
#include <deque>
#include <limits>

#include "bind/parser.h"

namespace rushlight::python {
namespace {

struct Word {
  std::string_view text;
  Kind kind;
};
const Word words[] = {{"T", Kind::Tensor},           {"S", Kind::Scalar},      {"int", Kind::Int},
                      {"bool", Kind::Bool},          {"float", Kind::Float},   {"str", Kind::Str},
                      {"dtype", Kind::DType},        {"device", Kind::Device}, {"memory_format", Kind::MemoryFormat},
                      {"generator", Kind::Generator}};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The parts between commas that are not inside brackets or quotes.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  char quote = 0;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '(') {
      ++depth;
    } else if (c == ']' || c == ')') {
      --depth;
    } else if (c == ',' && depth == 0) {
      if (const auto part = trim(text.substr(start, i - start)); !part.empty()) parts.push_back(part);
      start = i + 1;
    }
  }
  return parts;
}

std::string_view unquote(std::string_view text) {
  return text.size() >= 2 && (text[0] == '"' || text[0] == '\'') ? text.substr(1, text.size() - 2) : text;
}

double number(std::string_view text) {
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return strtod(std::string(text).c_str(), nullptr);
}

Scalar scalar(std::string_view text) {
  if (text == "True" || text == "False") return Scalar(text == "True");
  const bool integral = text.find_first_not_of("-0123456789") == text.npos;
  return integral ? Scalar(static_cast<int64_t>(strtoll(std::string(text).c_str(), nullptr, 10)))
                  : Scalar(number(text));
}

ScalarType dtype_named(std::string_view text) {
  if (text.starts_with("torch.")) text.remove_prefix(6);
  for (int i = 0; i < static_cast<int>(ScalarType::Undefined); ++i) {
    const auto type = static_cast<ScalarType>(i);
    if (text == dtype_name(type) || text == std::string("k") + std::string(to_string(type))) return type;
  }
  fail(ErrorKind::kRuntime, "schema: unknown dtype {}", text);
}

void set_list(Slot& slot, const void* data, size_t size) {
  slot.list.data = data;
  slot.list.size = size;
}

void set_int_list(Overload& overload, Parameter& p, std::string_view text) {
  std::vector<int64_t> values;
  if (text.starts_with("[") || text.starts_with("(")) {
    for (auto part : split(text.substr(1, text.size() - 2))) values.push_back(scalar(part).toLong());
  } else {
    values.assign(std::max<size_t>(p.fixed, 1), scalar(text).toLong());
  }
  overload.ints.push_front(std::move(values));
  set_list(p.default_slot, overload.ints.front().data(), overload.ints.front().size());
}

void set_default(Overload& overload, Parameter& p, std::string_view text) {
  Slot& slot = p.default_slot;
  slot.none = text == "None";
  set_list(slot, nullptr, 0);
  switch (p.kind) {
    case Kind::Tensor:
      slot.tensor = nullptr;
      break;
    case Kind::Scalar:
      slot.scalar = slot.none ? std::nullopt : std::optional<Scalar>(scalar(text));
      break;
    case Kind::Int:
      if (!slot.none) slot.i = scalar(text).toLong();
      break;
    case Kind::Bool:
      if (!slot.none) slot.i = text == "True";
      break;
    case Kind::Float:
      if (!slot.none) slot.d = number(text);
      break;
    case Kind::DType:
      if (!slot.none) slot.i = static_cast<int64_t>(dtype_named(text));
      break;
    case Kind::MemoryFormat:
      if (!slot.none)
        slot.i = static_cast<int64_t>(text.find("contiguous") != text.npos ? MemoryFormat::Contiguous
                                                                           : MemoryFormat::Preserve);
      break;
    case Kind::Generator:
      slot.generator = nullptr;
      break;
    case Kind::Ints:
      if (!slot.none) set_int_list(overload, p, text);
      break;
    case Kind::Floats: {
      if (slot.none) break;
      overload.floats.emplace_front();
      for (auto part : split(text.substr(1, text.size() - 2))) overload.floats.front().push_back(number(part));
      set_list(slot, overload.floats.front().data(), overload.floats.front().size());
      break;
    }
    case Kind::Str: {
      if (slot.none) break;
      overload.texts.emplace_front(unquote(text));
      set_list(slot, overload.texts.front().data(), overload.texts.front().size());
      break;
    }
    default:
      break;
  }
}

void set_type(Parameter& p, std::string_view type) {
  const std::string whole(type);
  bool list = false;
  if (type.ends_with("?")) {
    p.optional = true;
    type.remove_suffix(1);
  }
  if (type.ends_with("]")) {
    const size_t open = type.find('[');
    list = true;
    p.fixed = static_cast<uint8_t>(atoi(std::string(type.substr(open + 1)).c_str()));
    type = type.substr(0, open);
    if (type.ends_with("?")) {
      p.items_optional = true;
      type.remove_suffix(1);
    }
  }
  for (const Word& word : words) {
    if (word.text != type) continue;
    p.kind = word.kind;
    if (!list) return;
    switch (p.kind) {
      case Kind::Tensor:
        p.kind = Kind::Tensors;
        return;
      case Kind::Int:
        p.kind = Kind::Ints;
        return;
      case Kind::Bool:
        p.kind = Kind::Bools;
        return;
      case Kind::Float:
        p.kind = Kind::Floats;
        return;
      default:
        break;
    }
  }
  fail(ErrorKind::kRuntime, "schema: unknown type {}", whole);
}

void set_names(Parameter& p, std::string_view name) {
  const auto intern = [](const char* text) { return checked(PyUnicode_InternFromString(text)); };
  p.name = name == "self" ? "input" : std::string(name);
  if (p.name.ends_with("_")) p.name.pop_back();  // from_: a word that C++ or Python keeps for itself
  p.key = intern(p.name.c_str());
  std::vector<const char*> aliases;
  if (name == "self")
    aliases = {"self", "x", "a", "x1"};
  else if (name == "input")
    aliases = {"x", "a", "x1"};
  else if (name == "dim")
    aliases = {"axis"};
  else if (name == "keepdim")
    aliases = {"keepdims"};
  else if (name == "other")
    aliases = {"x2"};
  for (size_t i = 0; i < aliases.size(); ++i) p.aliases[i] = intern(aliases[i]);
}

void add_options(Overload& overload, uint8_t slot, bool keyword_only) {
  const std::pair<const char*, Kind> parts[] = {{"dtype", Kind::OptionDType},
                                                {"layout", Kind::OptionLayout},
                                                {"device", Kind::OptionDevice},
                                                {"pin_memory", Kind::OptionPinMemory},
                                                {"requires_grad", Kind::OptionRequiresGrad}};
  overload.options_slot = slot;
  for (const auto& [name, kind] : parts) {
    Parameter p;
    set_names(p, name);
    p.kind = kind;
    p.keyword_only = keyword_only;
    p.has_default = p.optional = true;
    p.default_text = kind == Kind::OptionPinMemory || kind == Kind::OptionRequiresGrad ? "False" : "None";
    p.slot = slot;
    overload.parameters.push_back(std::move(p));
  }
}

void add_parameter(Overload& overload, std::string_view text, uint8_t slot, bool keyword_only) {
  const size_t space = text.find(' ');
  check(space != text.npos, "schema {}: cannot read parameter {}", std::string_view(overload.row->schema), text);
  Parameter p;
  p.keyword_only = keyword_only;
  p.slot = slot;
  set_type(p, text.substr(0, space));
  std::string_view rest = trim(text.substr(space));
  const size_t equals = rest.find('=');
  set_names(p, trim(rest.substr(0, equals)));
  if (equals != rest.npos) {
    p.has_default = true;
    p.default_text = std::string(trim(rest.substr(equals + 1)));
  } else if (p.kind == Kind::Tensor && p.optional) {
    p.has_default = true;
    p.default_text = "None";
  }
  if (p.has_default) set_default(overload, p, p.default_text);
  overload.parameters.push_back(std::move(p));
}

PyObject* named_repr(PyObject* self) {
  const char* name = strrchr(Py_TYPE(self)->tp_name, '.');
  Ref fields = Ref::steal(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(self)), "__match_args__"));
  if (!fields) return nullptr;
  Ref text = Ref::steal(PyUnicode_FromFormat("torch.return_types.%s(", name ? name + 1 : Py_TYPE(self)->tp_name));
  for (Py_ssize_t i = 0; text && i < PyTuple_GET_SIZE(fields.get()); ++i) {
    text = Ref::steal(PyUnicode_FromFormat("%U%s\n%U=%R", text.get(), i ? "," : "", PyTuple_GET_ITEM(fields.get(), i),
                                           PyTuple_GET_ITEM(self, i)));
  }
  return text ? PyUnicode_FromFormat("%U)", text.get()) : nullptr;
}

// The type of a result such as (T values, T indices). Names result0, result1 … ask for a plain tuple.
PyTypeObject* named_tuple(const Row& row, std::string_view returns) {
  const std::string_view ns = row.ns;
  if (row.name[0] == '_' || (!ns.empty() && ns != "linalg")) return nullptr;
  static auto* made = new std::deque<std::pair<std::string, PyTypeObject*>>;
  const std::string whole = std::string("rushlight.return_types.") + (ns.empty() ? "" : "linalg_") + row.name;
  for (auto& [name, type] : *made) {
    if (name == whole) return type;
  }
  static auto* texts = new std::deque<std::string>;
  static auto* field_lists = new std::deque<std::vector<PyStructSequence_Field>>;
  auto& fields = field_lists->emplace_back();
  for (auto part : split(returns)) {
    const auto name = trim(part.substr(part.find(' ')));
    if (name.starts_with("result") && name != "result") return nullptr;
    fields.push_back({texts->emplace_back(name).c_str(), nullptr});
  }
  const int count = static_cast<int>(fields.size());
  fields.push_back({nullptr, nullptr});
  PyStructSequence_Desc description{texts->emplace_back(whole).c_str(), nullptr, fields.data(), count};
  PyTypeObject* type = PyStructSequence_NewType(&description);
  if (!type) throw PythonError();
  type->tp_repr = named_repr;
  type->tp_str = named_repr;
  made->emplace_back(whole, type);
  return type;
}

Work work_of(std::string_view name) {
  for (std::string_view word :
       {"conv1d", "conv2d", "conv3d", "convolution", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"}) {
    if (name == word) return Work::Convolution;
  }
  for (std::string_view word : {"matmul", "mm", "bmm", "mv", "dot", "linear", "outer", "inner", "bilinear"}) {
    if (name == word) return Work::Matmul;
  }
  return Work::Elements;
}

}  // namespace

void read_schema(Overload& overload) {
  const std::string_view text = overload.row->schema;
  const size_t open = text.find('('), arrow = text.rfind(" -> ");
  check(open != text.npos && arrow != text.npos && text[arrow - 1] == ')', "schema: cannot read {}", text);
  bool keyword_only = false;
  uint8_t slot = 0;
  for (auto part : split(text.substr(open + 1, arrow - open - 2))) {
    if (part == "*") {
      keyword_only = true;
    } else if (part == "options") {
      add_options(overload, slot++, true);
    } else {
      add_parameter(overload, part, slot++, keyword_only);
    }
  }
  check(overload.parameters.size() <= kMaxParameters, "schema {}: more than {} parameters", text, kMaxParameters);
  for (size_t i = 0; i < overload.parameters.size(); ++i) {
    const Parameter& p = overload.parameters[i];
    if (!p.keyword_only) overload.positional = static_cast<int>(i) + 1;
    if (p.has_default)
      overload.defaults |= 1u << i;
    else
      overload.required = static_cast<int>(i) + 1;
  }
  const std::string_view returns = text.substr(arrow + 4);
  const bool tuple = returns.starts_with("(") && returns != "()";
  const std::string_view inner = tuple ? returns.substr(1, returns.size() - 2) : std::string_view();
  overload.out_list = returns == "T[]";
  if (overload.row->out_call) overload.outputs = tuple ? static_cast<int>(split(inner).size()) : 1;
  check(overload.outputs <= kMaxOutputs, "schema {}: more than {} outputs", text, kMaxOutputs);
  if (tuple) overload.named = named_tuple(*overload.row, inner);
  overload.work = work_of(overload.row->name);
}

}  // namespace rushlight::python
