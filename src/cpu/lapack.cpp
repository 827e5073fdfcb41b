// Finds and opens the LAPACK library: see Note [LAPACK at run time] in lapack.h.
#include "cpu/lapack.h"

#include <dlfcn.h>
#include <sched.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace rushlight::cpu::lapack {
namespace {

constexpr const char* kBundled = "libscipy_openblas.so";
constexpr const char* kSystem[] = {"libopenblas.so.0", "libopenblas.so", "liblapack.so.3", "liblapack.so"};

struct Library {
  void* handle = nullptr;
  const char* prefix = "";  // of every name in it: "scipy_"
  std::string path;
};

// OpenBLAS starts a thread for every processor it may use as soon as it is loaded. It asks the thread that loads it, so
// that one is confined to its processor meanwhile.
class OneProcessor {
 public:
  OneProcessor() {
    const int here = sched_getcpu();
    if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof(before_), &before_) != 0) return;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<size_t>(here), &only);
    confined_ = sched_setaffinity(0, sizeof(only), &only) == 0;
  }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;
  ~OneProcessor() {
    if (confined_) sched_setaffinity(0, sizeof(before_), &before_);
  }

 private:
  cpu_set_t before_{};
  bool confined_ = false;
};

// Opens `path` if it has LAPACK's names, plain or with a prefix.
bool open(const std::string& path, Library& library) {
  void* handle = nullptr;
  {
    const OneProcessor confined;
    handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  if (!handle) return false;
  for (const char* prefix : {"scipy_", ""}) {
    if (!dlsym(handle, (std::string(prefix) + "dgetrf_").c_str())) continue;
    library = {handle, prefix, path};
    if (void* set = dlsym(handle, (std::string(prefix) + "openblas_set_num_threads").c_str()))
      reinterpret_cast<void (*)(int)>(set)(1);
    return true;
  }
  dlclose(handle);
  return false;
}

std::string own_folder() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&own_folder), &info) == 0 || !info.dli_fname) return {};
  std::string path = info.dli_fname;
  // A program is named as it was started, perhaps found by PATH: ask the system.
  if (char* whole = realpath(path.c_str(), nullptr)) {
    path = whole;
    std::free(whole);
  } else if (char* program = realpath("/proc/self/exe", nullptr)) {
    path = program;
    std::free(program);
  }
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

Library load() {
  Library library;
  if (const char* chosen = std::getenv("RUSHLIGHT_LAPACK"); chosen && *chosen) {
    if (open(chosen, library)) return library;
    const char* reason = dlerror();
    fail(ErrorKind::kRuntime,
         "RUSHLIGHT_LAPACK names '{}', which cannot be used as LAPACK ({}). Point it at an OpenBLAS or LAPACK shared "
         "library with 32-bit integers, or unset it",
         chosen, reason ? reason : "it has no dgetrf");
  }
  std::vector<std::string> places;
  if (const std::string folder = own_folder(); !folder.empty()) {
    for (const char* below : {"/", "/lib/", "/rushlight/", "/../lib/"}) places.push_back(folder + below + kBundled);
  }
  places.emplace_back(kBundled);
  places.insert(places.end(), std::begin(kSystem), std::end(kSystem));
  for (const std::string& place : places) {
    if (open(place, library)) return library;
  }
  fail(ErrorKind::kRuntime,
       "linalg: no LAPACK library found. Looked for {}. Install OpenBLAS (Debian: libopenblas0; pip: "
       "scipy-openblas32), or "
       "set the environment variable RUSHLIGHT_LAPACK to the path of its shared library",
       places);
}

const Library& opened() {
  static const Library library = load();  // an exception leaves it unset: the next call looks again
  return library;
}

}  // namespace

const char* library() { return opened().path.c_str(); }

void* find(const char* routine) {
  const Library& in = opened();
  const std::string name = in.prefix + std::string(routine) + "_";
  void* address = dlsym(in.handle, name.c_str());
  check(address, "linalg: the LAPACK library '{}' has no routine '{}'; use a complete one, such as OpenBLAS", in.path,
        name);
  return address;
}

}  // namespace rushlight::cpu::lapack
