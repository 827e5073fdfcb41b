// The datasets of the library: tensors with and without targets, and MNIST's files.
#include "rushlight/data/datasets.h"

#include <sys/stat.h>

#include "rushlight/autograd.h"
#include "rushlight/data/idx.h"
#include "rushlight/ops.h"

namespace rushlight::data {

namespace datasets {
namespace {

Tensor read_either(const std::string& path) {
  struct stat info;
  const bool plain = stat(path.c_str(), &info) == 0, packed = stat((path + ".gz").c_str(), &info) == 0;
  return read_idx(plain || !packed ? path : path + ".gz");
}

int64_t checked_index(size_t index, int64_t size) {
  check_index(index < static_cast<size_t>(size), "index {} is out of range: the dataset has {} samples", index, size);
  return static_cast<int64_t>(index);
}

}  // namespace

TensorDataset::TensorDataset(const std::vector<Tensor>& tensors) : TensorDataset(stack(tensors)) {}
TensorDataset::TensorDataset(Tensor t) : tensor(std::move(t)) {
  check(tensor.dim() > 0, "TensorDataset: the data is a 0-d tensor; its first dimension must count samples");
}
TensorExample TensorDataset::get(size_t index) { return tensor[checked_index(index, tensor.size(0))]; }

MNIST::MNIST(const std::string& root, Mode mode) : mode_(mode) {
  NoGradGuard no_grad;
  const std::string part = root + (is_train() ? "/train" : "/t10k");
  const Tensor images = read_either(part + "-images-idx3-ubyte"), labels = read_either(part + "-labels-idx1-ubyte");
  check(images.dim() == 3 && images.dtype() == kByte,
        "{}: expected images as an (N, H, W) array of bytes, got {} of {}", part, images.sizes(), images.dtype());
  check(labels.dim() == 1 && labels.size(0) == images.size(0), "{}: {} images, but labels of shape {}", part,
        images.size(0), labels.sizes());
  images_ = div(images.to(kFloat).unsqueeze(1), Scalar(255));
  targets_ = labels.to(kLong);
}
Example<> MNIST::get(size_t index) {
  const int64_t i = checked_index(index, images_.size(0));
  return {images_[i], targets_[i]};
}

}  // namespace datasets

TensorDataset::TensorDataset(Tensor data, Tensor target) : data_(std::move(data)), target_(std::move(target)) {
  check(data_.dim() > 0, "TensorDataset: the data is a 0-d tensor; its first dimension must count samples");
  check(!target_.defined() || (target_.dim() > 0 && target_.size(0) == data_.size(0)),
        "Size mismatch between tensors: {} samples, but targets of shape {}", data_.size(0),
        target_.defined() ? target_.sizes() : IntArrayRef());
}

Example<> TensorDataset::get(size_t index) {
  const int64_t i = datasets::checked_index(index, data_.size(0));
  return {data_[i], target_.defined() ? target_[i] : Tensor()};
}

Example<> TensorDataset::get_batch(const Tensor& indices) {
  return {index_select(data_, 0, indices), target_.defined() ? index_select(target_, 0, indices) : Tensor()};
}

Example<> TensorDataset::get_batch(ArrayRef<size_t> indices) {
  Tensor list = empty({static_cast<int64_t>(indices.size())}, kLong);
  for (size_t i = 0; i < indices.size(); ++i) list.data_ptr<int64_t>()[i] = static_cast<int64_t>(indices[i]);
  return get_batch(list);
}

}  // namespace rushlight::data
