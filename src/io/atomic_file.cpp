// Temporary file, fsync, rename, fsync of the directory.
#include "io/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "rushlight/error.h"

namespace rushlight::io {
namespace {

[[noreturn]] void fail_os(std::string_view what, const std::string& path) {
  raise_os_error(errno, format("{} '{}'", what, path));
}

std::string directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  static std::atomic<unsigned> counter{0};
  struct stat info;
  if (stat(path_.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    errno = EISDIR;
    fail_os("cannot write", path_);
  }
  temporary_ = format("{}.{}.{}.part", path_, static_cast<int64_t>(getpid()), counter++);
  file_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file_ < 0) fail_os("cannot write", path_);
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  close(file_);
  unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::write(file_, at, size < (1u << 30) ? size : (1u << 30));
    if (n < 0) {
      if (errno == EINTR) continue;
      fail_os("cannot write", path_);
    }
    at += n;
    size -= static_cast<size_t>(n);
  }
}

void AtomicFile::commit() {
  if (fsync(file_) != 0) fail_os("cannot write", path_);
  if (rename(temporary_.c_str(), path_.c_str()) != 0) fail_os("cannot replace", path_);
  close(file_);
  file_ = -1;
  const int directory = open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {  // best effort: the rename itself is done
    fsync(directory);
    close(directory);
  }
}

std::string read_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail_os("cannot read", path);
  struct stat info;
  if (fstat(file, &info) != 0 || S_ISDIR(info.st_mode)) {
    const int code = S_ISDIR(info.st_mode) ? EISDIR : errno;
    close(file);
    raise_os_error(code, format("cannot read '{}'", path));
  }
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t n = read(file, bytes.data() + at, bytes.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    at += static_cast<size_t>(n);
  }
  const int code = errno;
  close(file);
  if (at != bytes.size()) raise_os_error(code, format("cannot read '{}'", path));
  return bytes;
}

}  // namespace rushlight::io
