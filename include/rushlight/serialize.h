// Files: tensors by name in the safetensors format, with checksums, written atomically and read strictly.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rushlight/export.h"
#include "rushlight/tensor.h"

namespace rushlight {

// Tensors and texts by name, in the order they were given.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;
using Metadata = std::vector<std::pair<std::string, std::string>>;

struct Checkpoint {
  NamedTensors tensors;
  Metadata metadata;
  // Null when there is none of that name.
  const Tensor* find(std::string_view name) const;
};

// Writes `path` so that it holds either the old or the new content, whatever happens: a temporary file beside it, fsync,
// rename. Any strides; storages shared by several names are written once per name. Raises OSError (disk), ValueError
// (a name twice). complex128, which the format lacks, is stored as pairs of float64 and comes back complex.
//   save_file({{"weight", w}, {"bias", b}}, "model.safetensors");
RL_API void save_file(const NamedTensors& tensors, const std::string& path, const Metadata& metadata = {});
// Reads all of a file. Every size, offset and checksum is verified before a tensor is returned; nothing is executed.
// Raises OSError when it cannot be read, Error naming the place when it is no valid file.
RL_API Checkpoint load_file(const std::string& path);

// One tensor, or a list of them, as a file and back: save(t, "t.safetensors"); load(t, "t.safetensors");
RL_API void save(const Tensor& tensor, const std::string& path);
RL_API void load(Tensor& tensor, const std::string& path);
RL_API void save(const std::vector<Tensor>& tensors, const std::string& path);
RL_API void load(std::vector<Tensor>& tensors, const std::string& path);

RL_API std::string save_bytes(const NamedTensors& tensors, const Metadata& metadata = {});
RL_API Checkpoint load_bytes(std::string_view bytes, std::string_view name = "bytes");

}  // namespace rushlight
