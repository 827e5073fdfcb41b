// The idx reader: zlib reads plain and compressed files alike.
#include "rushlight/data/idx.h"

#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "dispatch/body.h"

namespace rushlight::data {
namespace {

constexpr int64_t kMaxRatio = 1100;  // deflate cannot expand more; a header that claims more is damaged

class GzFile {
 public:
  explicit GzFile(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
    if (!file_) raise_os_error(errno ? errno : ENOMEM, format("cannot read '{}'", path));
    gzbuffer(file_, 1 << 17);
  }
  GzFile(const GzFile&) = delete;
  GzFile& operator=(const GzFile&) = delete;
  ~GzFile() { gzclose(file_); }

  void read(void* to, size_t size) {
    char* at = static_cast<char*>(to);
    while (size > 0) {
      const int n = gzread(file_, at, static_cast<unsigned>(std::min<size_t>(size, 1 << 30)));
      check(n >= 0, "{}: the compressed data is damaged ({})", path_, error());
      check(n > 0, "{}: the file is truncated: {} more bytes are expected", path_, size);
      at += n;
      size -= static_cast<size_t>(n);
    }
  }
  void expect_end() {
    char extra;
    const int n = gzread(file_, &extra, 1);
    check(n >= 0, "{}: the compressed data is damaged ({})", path_, error());
    check(n == 0, "{}: the file is longer than its header says", path_);
    int code = Z_OK;
    gzerror(file_, &code);  // a compressed file whose end, with its checksum, is cut off
    check(code == Z_OK || code == Z_STREAM_END, "{}: the compressed data is truncated", path_);
  }

 private:
  std::string error() {
    int code = 0;
    return gzerror(file_, &code);
  }
  std::string path_;
  gzFile file_;
};

ScalarType element_type(uint8_t code, const std::string& path) {
  switch (code) {
    case 0x08:
      return kByte;
    case 0x09:
      return kChar;
    case 0x0b:
      return kShort;
    case 0x0c:
      return kInt;
    case 0x0d:
      return kFloat;
    case 0x0e:
      return kDouble;
    default:
      fail(ErrorKind::kRuntime, "{}: not an idx file: its element type is {} (expected 8, 9, 11, 12, 13 or 14)", path,
           static_cast<int64_t>(code));
  }
}

void swap_bytes(void* data, int64_t count, int64_t size) {
  char* p = static_cast<char*>(data);
  for (int64_t i = 0; i < count; ++i, p += size) std::reverse(p, p + size);
}

}  // namespace

Tensor read_idx(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0)
    raise_os_error(errno, format("cannot read '{}'; fetch the data first or correct the path", path));
  if (S_ISDIR(info.st_mode)) raise_os_error(EISDIR, format("cannot read '{}'", path));
  GzFile file(path);
  uint8_t magic[4];
  file.read(magic, sizeof magic);
  check(magic[0] == 0 && magic[1] == 0, "{}: not an idx file: it begins with bytes {} {} (expected 0 0)", path,
        static_cast<int64_t>(magic[0]), static_cast<int64_t>(magic[1]));
  const ScalarType type = element_type(magic[2], path);
  check(magic[3] <= TensorImpl::kMaxDims, "{}: not an idx file: it claims {} dimensions", path,
        static_cast<int64_t>(magic[3]));
  DimVector sizes;
  int64_t bytes = element_size(type);
  for (int i = 0; i < magic[3]; ++i) {
    uint8_t b[4];
    file.read(b, sizeof b);
    sizes.push_back(int64_t{b[0]} << 24 | b[1] << 16 | b[2] << 8 | b[3]);
    check(!__builtin_mul_overflow(bytes, sizes.back(), &bytes), "{}: the sizes {} overflow", path, IntArrayRef(sizes));
  }
  check(bytes <= (info.st_size + 64) * kMaxRatio,
        "{}: the header claims {} bytes of data, more than a file of {} bytes can hold", path, bytes,
        static_cast<int64_t>(info.st_size));
  Tensor result = detail::allocate_tensor(sizes, type);
  file.read(result.data_ptr(), result.nbytes());
  file.expect_end();
  if (element_size(type) > 1) swap_bytes(result.data_ptr(), result.numel(), element_size(type));
  return result;
}

}  // namespace rushlight::data
