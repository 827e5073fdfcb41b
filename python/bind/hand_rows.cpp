// Methods that are no rows of the op table but parse like them: conversions, layout, and a few functions on tensors.
#include "bind/parser.h"

namespace rushlight::python {
namespace {

using Format = std::optional<MemoryFormat>;

void check_device(std::optional<Device> device) {
  if (!device || device->is_cpu()) return;
  if (device->is_cuda())
    fail(ErrorKind::kAssertion, "Torch not compiled with CUDA enabled: this build computes on the cpu; got device {}",
         device->str());
  fail(ErrorKind::kNotImplemented, "this build has no device {}; use cpu", device->str());
}

Tensor laid_out(Tensor result, const Tensor& self, Format format) {
  if (!format || *format == MemoryFormat::Preserve || result.is_contiguous(*format)) return result;
  return result.is_same(self) ? self.clone(*format) : result.contiguous(*format);
}

Tensor to_device(const Tensor& self, std::optional<Device> device, std::optional<ScalarType> dtype, bool non_blocking,
                 bool copy, Format format) {
  check_device(device);
  if (!dtype || *dtype == self.dtype()) return copy ? self.clone(format) : laid_out(self, self, format);
  return laid_out(self.to(*dtype, non_blocking, copy), self, format);
}
Tensor to_dtype(const Tensor& self, ScalarType dtype, bool non_blocking, bool copy, Format format) {
  return to_device(self, std::nullopt, dtype, non_blocking, copy, format);
}
Tensor to_other(const Tensor& self, const Tensor& other, bool non_blocking, bool copy, Format format) {
  return to_device(self, other.device(), other.dtype(), non_blocking, copy, format);
}
Tensor cuda(const Tensor&, std::optional<Device> device, bool, Format) {
  check_device(device.value_or(Device(kCUDA)));
  fail(ErrorKind::kAssertion, "Torch not compiled with CUDA enabled: this build computes on the cpu");
}
Tensor cpu(const Tensor& self, Format format) { return laid_out(self, self, format); }
template <ScalarType dtype>
Tensor convert_to(const Tensor& self, Format format) {
  return to_dtype(self, dtype, false, false, format);
}
Tensor pin_memory(const Tensor& self, std::optional<Device>) { return self; }
Tensor contiguous(const Tensor& self, Format format) {
  return self.contiguous(format.value_or(MemoryFormat::Contiguous));
}
bool is_contiguous(const Tensor& self, Format format) {
  return self.is_contiguous(format.value_or(MemoryFormat::Contiguous));
}
int64_t numel(const Tensor& self) { return self.numel(); }
bool is_floating(const Tensor& self) { return self.is_floating_point(); }
bool is_complex_(const Tensor& self) { return self.is_complex(); }
bool is_signed(const Tensor& self) {
  return is_differentiable(self.dtype()) || (self.dtype() >= kChar && self.dtype() <= kLong);
}
bool is_nonzero(const Tensor& self) {
  check(self.numel() != 0, "Boolean value of Tensor with no values is ambiguous (shape {}: ask for numel() != 0)",
        self.sizes());
  check(self.numel() == 1,
        "Boolean value of Tensor with more than one value is ambiguous (shape {}: any() or all() makes one of them; "
        "masks are joined with & and |)",
        self.sizes());
  return self.item().toBool();
}
Scalar item(const Tensor& self) { return self.item(); }
bool never(const Tensor&) { return false; }

template <class R, class... A>
Row row(const char* name, const char* schema, uint8_t flags, R (*f)(A...), const char* doc) {
  return {name, "", schema, -1, flags, &invoke<R, A...>, erase(f), nullptr, nullptr, doc};
}
Row conversion(const char* name, const char* schema, Tensor (*f)(const Tensor&, Format)) {
  return row(name, schema, kMethod, f,
             "The tensor converted to the dtype in the name; the tensor itself when it has that dtype.");
}

const Row hand_rows[] = {
    row("to",
        "to(T self, device? device=None, dtype? dtype=None, bool non_blocking=False, bool copy=False, *, "
        "memory_format? memory_format=None) -> T",
        kMethod, to_device,
        "The tensor with another dtype or on another device; the tensor itself when nothing changes and copy is "
        "False."),
    row("to",
        "to(T self, dtype dtype, bool non_blocking=False, bool copy=False, *, memory_format? memory_format=None) -> T",
        kMethod, to_dtype, ""),
    row("to",
        "to(T self, T other, bool non_blocking=False, bool copy=False, *, memory_format? memory_format=None) -> T",
        kMethod, to_other, ""),
    row("cuda", "cuda(T self, device? device=None, bool non_blocking=False, *, memory_format? memory_format=None) -> T",
        kMethod, cuda, "Raises AssertionError in a build without CUDA."),
    row("cpu", "cpu(T self, *, memory_format? memory_format=None) -> T", kMethod, cpu, "The tensor on the CPU."),
    row("pin_memory", "pin_memory(T self, device? device=None) -> T", kMethod, pin_memory,
        "The tensor itself: there is no device to pin memory for."),
    conversion("float", "float(T self, memory_format? memory_format=None) -> T", convert_to<kFloat>),
    conversion("double", "double(T self, memory_format? memory_format=None) -> T", convert_to<kDouble>),
    conversion("half", "half(T self, memory_format? memory_format=None) -> T", convert_to<kHalf>),
    conversion("bfloat16", "bfloat16(T self, memory_format? memory_format=None) -> T", convert_to<kBFloat16>),
    conversion("cfloat", "cfloat(T self, memory_format? memory_format=None) -> T", convert_to<kComplexFloat>),
    conversion("cdouble", "cdouble(T self, memory_format? memory_format=None) -> T", convert_to<kComplexDouble>),
    conversion("chalf", "chalf(T self, memory_format? memory_format=None) -> T", convert_to<ScalarType::ComplexHalf>),
    conversion("long", "long(T self, memory_format? memory_format=None) -> T", convert_to<kLong>),
    conversion("int", "int(T self, memory_format? memory_format=None) -> T", convert_to<kInt>),
    conversion("short", "short(T self, memory_format? memory_format=None) -> T", convert_to<kShort>),
    conversion("char", "char(T self, memory_format? memory_format=None) -> T", convert_to<kChar>),
    conversion("byte", "byte(T self, memory_format? memory_format=None) -> T", convert_to<kByte>),
    conversion("bool", "bool(T self, memory_format? memory_format=None) -> T", convert_to<kBool>),
    row("contiguous", "contiguous(T self, memory_format? memory_format=None) -> T", kMethod, contiguous,
        "The tensor itself if it is dense in row-major order (or the given format), else a copy that is."),
    row("is_contiguous", "is_contiguous(T self, memory_format? memory_format=None) -> bool", kMethod, is_contiguous,
        "Whether the elements lie densely in row-major order (or the given format)."),
    row("is_nonzero", "is_nonzero(T input) -> bool", kFunction, is_nonzero,
        "Whether a tensor with one element is not zero."),
    row("is_nonzero", "is_nonzero(T self) -> bool", kMethod, is_nonzero,
        "Whether a tensor with one element is not zero."),
    row("numel", "numel(T self) -> int", kFunction, numel, "The number of elements."),
    row("is_floating_point", "is_floating_point(T self) -> bool", kFunction, is_floating,
        "Whether the dtype is a floating point type."),
    row("is_complex", "is_complex(T self) -> bool", kFunction, is_complex_, "Whether the dtype is complex."),
    row("is_signed", "is_signed(T self) -> bool", kFunction, is_signed, "Whether the dtype has negative values."),
    row("is_conj", "is_conj(T input) -> bool", kFunction, never, "False: conjugates are computed at once."),
    row("is_neg", "is_neg(T input) -> bool", kFunction, never, "False: negations are computed at once."),
    row("_local_scalar_dense", "_local_scalar_dense(T self) -> S", kFunction, item,
        "The value of a tensor with one element."),
};

}  // namespace

bool add_hand_rows(PyObject* module) { return add_rows(module, hand_rows, std::size(hand_rows)); }

}  // namespace rushlight::python
