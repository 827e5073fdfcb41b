// The argument parser: schema text, read on first use, and the callables that are made of overloads.
#pragma once
#include <forward_list>

#include "bind/rows.h"

namespace rushlight::python {

enum class Kind : uint8_t {
  Tensor,
  Tensors,
  Scalar,
  Int,
  Ints,
  Bool,
  Bools,
  Float,
  Floats,
  Str,
  DType,
  Device,
  MemoryFormat,
  Generator,
  // the five Python parameters of `options`; they share one slot
  OptionDType,
  OptionLayout,
  OptionDevice,
  OptionPinMemory,
  OptionRequiresGrad
};

struct Parameter {
  PyObject* key = nullptr;    // interned name, as Python callers write it
  PyObject* aliases[4] = {};  // NumPy's names for it
  Kind kind = Kind::Tensor;
  bool optional = false;        // None is allowed: T?, int?, …
  bool items_optional = false;  // T?[]
  bool keyword_only = false;
  bool has_default = false;
  uint8_t fixed = 0;  // int[2]: a single int is repeated
  uint8_t slot = 0;
  std::string name, default_text;
  Slot default_slot;
};

enum class Work : uint8_t { Elements, Matmul, Convolution };  // how the cost of a call is estimated

// One schema, read.
struct Overload {
  const Row* row = nullptr;
  std::vector<Parameter> parameters;
  int positional = 0;     // how many may be given by position
  int required = 0;       // leading parameters without a default
  int outputs = 0;        // tensors that out= takes; 0: none
  bool out_list = false;  // out= is one list of any length
  int options_slot = -1;
  Work work = Work::Elements;
  uint32_t defaults = 0;                         // bit i: parameter i has a default
  PyTypeObject* named = nullptr;                 // of a tuple result
  std::forward_list<std::vector<int64_t>> ints;  // what default slots point at
  std::forward_list<std::string> texts;
  std::forward_list<std::vector<double>> floats;
};

// A function or a method: the overloads of one name, in order.
struct Op {
  PyObject_HEAD vectorcallfunc vectorcall;
  PyObject* name;
  const char* ns;
  bool is_method;
  int count;
  const Row* const* rows;
  Overload* overloads;  // read from the rows on first use; null before
};
extern PyTypeObject FunctionClass, MethodClass;

const Overload* overloads_of(Op& op);
void read_schema(Overload& overload);  // throws Error when the text is malformed

constexpr int kMaxParameters = 30;
constexpr int kMaxOutputs = 5;
constexpr int kMaxLists = 12;

PyObject* call_op(PyObject* self, PyObject* const* args, size_t flags, PyObject* keywords);

// Where the values of one call lie: outputs, then arguments, after the header.
class Frame {
 public:
  Frame() noexcept {}
  ~Frame() { clear(); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  void clear() noexcept {
    while (lists_ > 0) list(--lists_).~vector();
    int_count_ = 0;
    work = 0;
    out_count = 0;
  }
  Slot* slots() { return slots_ + 1 + kMaxOutputs; }
  Slot* out_slots() { return slots() - out_count; }
  // Room for n ints that live as long as the frame.
  int64_t* ints(size_t n) {
    if (n > kInts - int_count_) {
      more_ = std::make_unique<More>(More{std::vector<int64_t>(n), std::move(more_)});
      return more_->values.data();
    }
    int64_t* at = ints_ + int_count_;
    int_count_ += n;
    return at;
  }
  std::vector<Tensor>& new_list() {
    check(lists_ < kMaxLists, "an op takes at most {} tensor lists", kMaxLists);
    return *new (&list(lists_++)) std::vector<Tensor>;
  }

  double work = 0;  // elements of the tensor arguments
  int out_count = 0;

 private:
  static constexpr size_t kInts = 40;
  struct More {
    std::vector<int64_t> values;
    std::unique_ptr<More> next;
  };
  std::vector<Tensor>& list(int i) {
    return *reinterpret_cast<std::vector<Tensor>*>(list_bytes_ + static_cast<size_t>(i) * sizeof(std::vector<Tensor>));
  }
  Slot slots_[1 + kMaxOutputs + kMaxParameters];
  int64_t ints_[kInts];
  size_t int_count_ = 0;
  std::unique_ptr<More> more_;
  int lists_ = 0;
  alignas(std::vector<Tensor>) unsigned char list_bytes_[kMaxLists * sizeof(std::vector<Tensor>)];
};

// Fills the frame; false when the arguments do not fit. A conversion that fails for its value (a device that does not
// exist, an int beyond 64 bits) throws.
bool parse(const Overload& overload, PyObject* const* args, Py_ssize_t count, PyObject* keywords, Frame& frame);
// Whether an object fits a parameter, and its value.
bool convert(const Parameter& parameter, PyObject* object, Frame& frame, Slot* slots);
// Sets the TypeError for arguments that fit no overload.
void raise_no_match(const Op& op, PyObject* const* args, Py_ssize_t count, PyObject* keywords);

}  // namespace rushlight::python
