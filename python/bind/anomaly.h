// Anomaly mode: backward passes that stop at the first NaN and name the function that made it.
#pragma once
#include <vector>

#include "autograd/node.h"
#include "bind/bind.h"

namespace rushlight::python {

// While it lives, every gradient inside the graphs of `roots` is looked at, if anomaly mode is on.
class NanWatch {
 public:
  explicit NanWatch(TensorList roots);
  ~NanWatch();
  NanWatch(const NanWatch&) = delete;
  NanWatch& operator=(const NanWatch&) = delete;

 private:
  std::vector<NodeRef> watched_;
};

}  // namespace rushlight::python
