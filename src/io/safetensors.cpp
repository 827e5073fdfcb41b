// Note [The checkpoint format]
// safetensors (8 bytes of header length, a JSON header, the bytes of all tensors without gaps). What the format lacks is a
// checksum, so the header's metadata gets one entry for each tensor, "crc32/<name>": the CRC-32 of the name, dtype, shape
// and bytes. A file that has such entries must have one for every tensor, so that a changed name is noticed too.
// complex64 is "C64". The format has no complex128: such a tensor is stored as float64 with a last dimension of 2, and the
// metadata entry "complex/<name>" makes it complex again.
// Tensors lie in the file by falling item size, so that each is aligned; the header keeps the order they were given in.
// Format: https://huggingface.co/docs/safetensors
#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "dispatch/body.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"
#include "rushlight/serialize.h"

namespace rushlight {
namespace {

constexpr size_t kMaxHeader = 100'000'000;
constexpr std::string_view kChecksum = "crc32/", kComplex = "complex/";

struct FormatName {
  ScalarType type;
  std::string_view name;
};
constexpr FormatName kNames[] = {{kBool, "BOOL"},  {kByte, "U8"},         {kChar, "I8"},       {kShort, "I16"},
                                 {kInt, "I32"},    {kLong, "I64"},        {kUInt16, "U16"},    {kUInt32, "U32"},
                                 {kUInt64, "U64"}, {kHalf, "F16"},        {kBFloat16, "BF16"}, {kFloat, "F32"},
                                 {kDouble, "F64"}, {kComplexFloat, "C64"}};

std::string_view format_name(ScalarType type, std::string_view tensor) {
  for (const auto& n : kNames) {
    if (n.type == type) return n.name;
  }
  fail(ErrorKind::kNotImplemented,
       "save: tensor '{}' has dtype {}, which the file format lacks; convert it with to() first", tensor,
       dtype_name(type));
}

std::string shape_text(IntArrayRef sizes) {
  std::string text = "[";
  for (size_t i = 0; i < sizes.size(); ++i) text += (i ? "," : "") + std::to_string(sizes[i]);
  return text + "]";
}

uint32_t checksum(std::string_view name, std::string_view dtype, std::string_view shape, const void* data,
                  size_t size) {
  uLong crc = crc32(0, nullptr, 0);
  for (std::string_view part : {name, dtype, shape}) {
    crc = crc32(crc, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(part.size()));
    crc = crc32(crc, reinterpret_cast<const Bytef*>(""), 1);
  }
  return static_cast<uint32_t>(crc32_z(crc, static_cast<const Bytef*>(data), size));
}

std::string hex8(uint32_t v) {
  std::string text(8, '0');
  for (int i = 7; i >= 0; --i, v >>= 4) text[static_cast<size_t>(i)] = "0123456789abcdef"[v & 15];
  return text;
}

struct FileLayout {
  std::string header;              // with its length in front
  std::vector<Tensor> contiguous;  // in file order
};

// Tensors of dtypes that the format lacks become others, which `metadata` tells.
NamedTensors storable(NamedTensors tensors, Metadata& metadata) {
  for (auto& [name, tensor] : tensors) {
    if (!tensor.defined() || tensor.dtype() != kComplexDouble) continue;
    tensor = view_as_real(tensor.detach());
    metadata.emplace_back(std::string(kComplex) + name, "complex128");
  }
  return tensors;
}

void make_complex(Checkpoint& checkpoint, std::string_view source) {
  for (const auto& [key, value] : checkpoint.metadata) {
    if (!key.starts_with(kComplex)) continue;
    const std::string_view name = std::string_view(key).substr(kComplex.size());
    for (auto& [own, tensor] : checkpoint.tensors) {
      if (own != name) continue;
      check(tensor.dtype() == kDouble && tensor.dim() > 0 && tensor.sizes().back() == 2,
            "{}: tensor '{}' is said to be complex, but has dtype {} and shape {}", source, name,
            dtype_name(tensor.dtype()), tensor.sizes());
      tensor = view_as_complex(tensor).detach();
    }
  }
  std::erase_if(checkpoint.metadata, [](const auto& m) { return m.first.starts_with(kComplex); });
}

FileLayout lay_out(const NamedTensors& given, Metadata metadata) {
  NoGradGuard guard;
  const NamedTensors tensors = storable(given, metadata);
  const size_t n = tensors.size();
  std::vector<std::string_view> names;
  for (const auto& [name, tensor] : tensors) {
    check_value(tensor.defined(), "save: tensor '{}' is undefined", name);
    check_value(name != "__metadata__", "save: '__metadata__' is no name for a tensor");
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  check_value(twice == names.end(), "save: the name '{}' occurs twice",
              twice == names.end() ? std::string_view() : *twice);

  std::vector<size_t> order(n);
  for (size_t i = 0; i < n; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return tensors[a].second.element_size() > tensors[b].second.element_size();
  });
  std::vector<size_t> begin(n);
  std::vector<uint32_t> crc(n);
  FileLayout layout;
  size_t at = 0;
  for (size_t i : order) {
    Tensor t = tensors[i].second.detach().contiguous();
    begin[i] = at;
    at += t.nbytes();
    crc[i] = checksum(tensors[i].first, format_name(t.dtype(), tensors[i].first), shape_text(t.sizes()), t.data_ptr(),
                      t.nbytes());
    layout.contiguous.push_back(std::move(t));
  }
  std::string json = "{\"__metadata__\":{";
  for (const auto& [key, value] : metadata) json += io::json_quote(key) + ":" + io::json_quote(value) + ",";
  for (size_t i = 0; i < n; ++i)
    json += io::json_quote(std::string(kChecksum) + tensors[i].first) + ":\"" + hex8(crc[i]) + "\",";
  if (json.back() == ',') json.pop_back();
  json += "}";
  for (size_t i = 0; i < n; ++i) {
    const auto& [name, t] = tensors[i];
    json += "," + io::json_quote(name) + ":{\"dtype\":\"" + std::string(format_name(t.dtype(), name)) +
            "\",\"shape\":" + shape_text(t.sizes()) + ",\"data_offsets\":[" + std::to_string(begin[i]) + "," +
            std::to_string(begin[i] + t.nbytes()) + "]}";
  }
  json += "}";
  json.resize((json.size() + 7) / 8 * 8, ' ');
  check_value(json.size() <= kMaxHeader, "save: the header would have {} bytes; at most {} are allowed", json.size(),
              kMaxHeader);
  const uint64_t length = json.size();
  layout.header.assign(reinterpret_cast<const char*>(&length), sizeof length);
  layout.header += json;
  return layout;
}

struct Entry {
  const std::string* name;
  ScalarType dtype;
  DimVector shape;
  std::string_view dtype_text;
  int64_t begin, end;
};

Entry read_entry(const std::string& name, const io::Json& value, std::string_view source) {
  using Kind = io::Json::Kind;
  auto expect = [&](bool ok, std::string_view what) {
    check(ok, "{}: tensor '{}' in the header {}", source, name, what);
  };
  expect(value.kind == Kind::Object, "is no object");
  const io::Json *dtype = value.find("dtype"), *shape = value.find("shape"), *offsets = value.find("data_offsets");
  expect(dtype && shape && offsets && value.members.size() == 3,
         "must have dtype, shape and data_offsets, and nothing else");
  Entry e{&name, ScalarType::Undefined, {}, {}, 0, 0};
  for (const auto& n : kNames) {
    if (dtype->kind == Kind::String && n.name == dtype->text) {
      e.dtype = n.type;
      e.dtype_text = n.name;
    }
  }
  expect(e.dtype != ScalarType::Undefined, "has an unknown dtype");
  expect(shape->kind == Kind::Array && shape->items.size() <= TensorImpl::kMaxDims, "has no valid shape");
  int64_t bytes = element_size(e.dtype);
  for (const auto& size : shape->items) {
    expect(size.kind == Kind::Int && size.number >= 0, "has no valid shape");
    expect(!__builtin_mul_overflow(bytes, size.number, &bytes), "has a shape that overflows");
    e.shape.push_back(size.number);
  }
  expect(offsets->kind == Kind::Array && offsets->items.size() == 2 && offsets->items[0].kind == Kind::Int &&
             offsets->items[1].kind == Kind::Int,
         "has no valid data_offsets");
  e.begin = offsets->items[0].number;
  e.end = offsets->items[1].number;
  expect(e.begin >= 0 && e.end >= e.begin, "has no valid data_offsets");
  check(e.end - e.begin == bytes, "{}: tensor '{}' of shape {} and dtype {} needs {} bytes, but the file gives it {}",
        source, name, IntArrayRef(e.shape), e.dtype_text, bytes, e.end - e.begin);
  return e;
}

// The tensors must cover the data exactly, without gaps or overlaps.
void check_cover(std::vector<Entry> entries, int64_t size, std::string_view source) {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  int64_t at = 0;
  for (const auto& e : entries) {
    check(e.begin == at, "{}: tensor '{}' begins at byte {} of the data, but the one before it ends at {}", source,
          *e.name, e.begin, at);
    at = e.end;
  }
  check(at == size, "{}: the tensors take {} bytes, but the file holds {} (truncated, or not written to its end)",
        source, at, size);
}

void check_sum(const Entry& e, const Metadata& metadata, const char* data, std::string_view source) {
  const std::string key = std::string(kChecksum) + *e.name;
  for (const auto& [name, value] : metadata) {
    if (name != key) continue;
    const std::string found = hex8(
        checksum(*e.name, e.dtype_text, shape_text(e.shape), data + e.begin, static_cast<size_t>(e.end - e.begin)));
    check(found == value, "{}: tensor '{}' is damaged: its checksum is {}, but {} is expected", source, *e.name, found,
          value);
    return;
  }
  check(false, "{}: tensor '{}' has no checksum, although the file has checksums: its name is damaged", source,
        *e.name);
}

}  // namespace

const Tensor* Checkpoint::find(std::string_view name) const {
  for (const auto& [key, tensor] : tensors) {
    if (key == name) return &tensor;
  }
  return nullptr;
}

void save_file(const NamedTensors& tensors, const std::string& path, const Metadata& metadata) {
  const FileLayout layout = lay_out(tensors, metadata);
  io::AtomicFile file(path);
  file.write(layout.header);
  for (const auto& t : layout.contiguous) file.write(t.data_ptr(), t.nbytes());
  file.commit();
}

std::string save_bytes(const NamedTensors& tensors, const Metadata& metadata) {
  const FileLayout layout = lay_out(tensors, metadata);
  std::string bytes = layout.header;
  for (const auto& t : layout.contiguous) bytes.append(static_cast<const char*>(t.data_ptr()), t.nbytes());
  return bytes;
}

namespace {

// Advice for files of other formats. Asked only when the length is no header's: a good file can begin like a pickle.
void refuse_foreign(std::string_view bytes, std::string_view source) {
  check(!bytes.starts_with("PK\x03\x04"),
        "load: {} is a zip archive as PyTorch writes; convert it once with PyTorch: "
        "safetensors.torch.save_file(torch.load(path), 'model.safetensors')",
        source);
  check(bytes.size() < 2 || bytes[0] != '\x80' || bytes[1] < 2 || bytes[1] > 5,
        "load: {} is a pickle, which could run code when read; convert it once where it was made, to safetensors",
        source);
}

}  // namespace

Checkpoint load_bytes(std::string_view bytes, std::string_view source) {
  uint64_t length = 0;
  if (bytes.size() >= sizeof length) memcpy(&length, bytes.data(), sizeof length);
  if (bytes.size() < sizeof length || length > kMaxHeader || length > bytes.size() - sizeof length) {
    refuse_foreign(bytes, source);
  }
  check(bytes.size() >= sizeof length, "{}: not a safetensors file: it has {} bytes, and at least 8 are needed", source,
        bytes.size());
  check(length <= kMaxHeader && length <= bytes.size() - sizeof length,
        "{}: not a safetensors file, or truncated: the header is said to have {} bytes, the file has {}; only "
        "files in the safetensors format can be read, such as save writes",
        source, length, bytes.size());
  const io::Json header = io::parse_json(bytes.substr(sizeof length, length), source);
  check(header.kind == io::Json::Kind::Object, "{}: the header is no object", source);
  Checkpoint result;
  std::vector<Entry> entries;
  bool sums = false;
  for (const auto& [name, value] : header.members) {
    if (name != "__metadata__") {
      entries.push_back(read_entry(name, value, source));
      continue;
    }
    check(value.kind == io::Json::Kind::Object, "{}: __metadata__ is no object", source);
    for (const auto& [key, text] : value.members) {
      check(text.kind == io::Json::Kind::String, "{}: the metadata entry '{}' is no string", source, key);
      sums |= key.starts_with(kChecksum);
      result.metadata.emplace_back(key, text.text);
    }
  }
  const std::string_view data = bytes.substr(sizeof length + length);
  check_cover(entries, static_cast<int64_t>(data.size()), source);
  for (const auto& e : entries) {
    if (sums) check_sum(e, result.metadata, data.data(), source);
  }
  for (const auto& e : entries) {
    Tensor t = detail::allocate_tensor(e.shape, e.dtype);
    if (t.nbytes() > 0) memcpy(t.data_ptr(), data.data() + e.begin, t.nbytes());
    result.tensors.emplace_back(*e.name, std::move(t));
  }
  std::erase_if(result.metadata, [](const auto& m) { return m.first.starts_with(kChecksum); });
  make_complex(result, source);
  return result;
}

Checkpoint load_file(const std::string& path) { return load_bytes(io::read_file(path), path); }

// The nesting is described as Python's save() does, so that its load() gives a tensor or a list back.
void save(const Tensor& tensor, const std::string& path) {
  save_file({{"tensor0", tensor}}, path, {{"rushlight.structure", R"({"t": "tensor0"})"}});
}

void load(Tensor& tensor, const std::string& path) {
  Checkpoint checkpoint = load_file(path);
  check(checkpoint.tensors.size() == 1,
        "load: '{}' holds {} tensors, but one was expected; use load_file() for them all", path,
        checkpoint.tensors.size());
  tensor = std::move(checkpoint.tensors[0].second);
}

void save(const std::vector<Tensor>& tensors, const std::string& path) {
  NamedTensors named;
  std::string nesting = R"({"l": [)";
  for (size_t i = 0; i < tensors.size(); ++i) {
    const std::string name = std::to_string(i);
    nesting += (i > 0 ? R"(, {"t": ")" : R"({"t": ")") + name + R"("})";
    named.emplace_back(name, tensors[i]);
  }
  save_file(named, path, {{"rushlight.structure", nesting + "]}"}});
}

void load(std::vector<Tensor>& tensors, const std::string& path) {
  tensors.clear();
  for (auto& [name, tensor] : load_file(path).tensors) tensors.push_back(std::move(tensor));
}

}  // namespace rushlight
