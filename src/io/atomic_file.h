// Writing a file so that a reader sees the old content or the new one, never a part.
#pragma once
#include <string>
#include <string_view>

namespace rushlight::io {

// Writes to a temporary file beside `path`; commit() makes it the file. Without commit nothing is left behind.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();
  void write(const void* data, size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  std::string path_, temporary_;
  int file_ = -1;
};

// All bytes of a file; OSError when it cannot be read.
std::string read_file(const std::string& path);

}  // namespace rushlight::io
