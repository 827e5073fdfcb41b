// Files: safetensors in and out, idx arrays. The Python side (serialization.py, datasets.py) flattens and restores nested states.
#include "bind/bind.h"
#include "rushlight/data/idx.h"
#include "rushlight/serialize.h"

namespace rushlight::python {
namespace {

std::string text_of(PyObject* o) {
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(o, &size);
  if (!text) throw PythonError();
  return std::string(text, static_cast<size_t>(size));
}

// A list of (name, value) pairs, both taken apart by f.
template <class F>
void each_pair(PyObject* list, const F& f) {
  const Ref fast = Ref::steal(checked(PySequence_Fast(list, "expected a list of pairs")));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast.get()); ++i) {
    const Ref hold = sequence_item(fast.get(), i);
    PyObject* pair = hold.get();
    check_type(PyTuple_Check(pair) && PyTuple_GET_SIZE(pair) == 2, "expected a list of pairs");
    f(text_of(PyTuple_GET_ITEM(pair, 0)), PyTuple_GET_ITEM(pair, 1));
  }
}

NamedTensors tensors_from(PyObject* list) {
  NamedTensors out;
  each_pair(list, [&](std::string name, PyObject* value) {
    check_type(is_tensor(value), "save: '{}' is a {}, not a Tensor", name, type_name(value));
    out.emplace_back(std::move(name), tensor_of(value));
  });
  return out;
}

Metadata metadata_from(PyObject* list) {
  Metadata out;
  each_pair(list, [&](std::string key, PyObject* value) { out.emplace_back(std::move(key), text_of(value)); });
  return out;
}

PyObject* result_of(Checkpoint checkpoint) {
  Ref tensors = Ref::steal(checked(PyList_New(0))), metadata = Ref::steal(checked(PyList_New(0)));
  for (auto& [name, tensor] : checkpoint.tensors) {
    const Ref value = Ref::steal(checked(wrap(std::move(tensor))));
    const Ref pair =
        Ref::steal(checked(Py_BuildValue("(s#O)", name.data(), static_cast<Py_ssize_t>(name.size()), value.get())));
    checked(PyList_Append(tensors.get(), pair.get()));
  }
  for (const auto& [key, text] : checkpoint.metadata) {
    const Ref pair = Ref::steal(checked(Py_BuildValue("(s#s#)", key.data(), static_cast<Py_ssize_t>(key.size()),
                                                      text.data(), static_cast<Py_ssize_t>(text.size()))));
    checked(PyList_Append(metadata.get(), pair.get()));
  }
  return checked(PyTuple_Pack(2, tensors.get(), metadata.get()));
}

PyObject* save_file_(PyObject*, PyObject* args) {
  PyObject *tensors, *metadata;
  const char* path;
  if (!PyArg_ParseTuple(args, "OsO", &tensors, &path, &metadata)) return nullptr;
  return guarded([&]() -> PyObject* {
    const NamedTensors named = tensors_from(tensors);
    const Metadata texts = metadata_from(metadata);
    GilRelease release;
    save_file(named, path, texts);
    return Py_None;
  })
             ? none()
             : nullptr;
}

PyObject* save_bytes_(PyObject*, PyObject* args) {
  PyObject *tensors, *metadata;
  if (!PyArg_ParseTuple(args, "OO", &tensors, &metadata)) return nullptr;
  return guarded([&]() -> PyObject* {
    const std::string bytes = save_bytes(tensors_from(tensors), metadata_from(metadata));
    return PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size()));
  });
}

PyObject* load_file_(PyObject*, PyObject* args) {
  const char* path;
  if (!PyArg_ParseTuple(args, "s", &path)) return nullptr;
  return guarded([&]() -> PyObject* {
    Checkpoint checkpoint;
    {
      GilRelease release;
      checkpoint = load_file(path);
    }
    return result_of(std::move(checkpoint));
  });
}

PyObject* load_bytes_(PyObject*, PyObject* args) {
  Py_buffer buffer;
  if (!PyArg_ParseTuple(args, "y*", &buffer)) return nullptr;
  PyObject* result = guarded([&]() -> PyObject* {
    return result_of(
        load_bytes({static_cast<const char*>(buffer.buf), static_cast<size_t>(buffer.len)}, "the file object"));
  });
  PyBuffer_Release(&buffer);
  return result;
}

PyObject* read_idx_(PyObject*, PyObject* args) {
  const char* path;
  if (!PyArg_ParseTuple(args, "s", &path)) return nullptr;
  return guarded([&]() -> PyObject* {
    Tensor result;
    {
      GilRelease release;
      result = data::read_idx(path);
    }
    return wrap(std::move(result));
  });
}

PyMethodDef methods[] = {
    {"_save_file", save_file_, METH_VARARGS, "_save_file(items, path, metadata)"},
    {"_save_bytes", save_bytes_, METH_VARARGS, "_save_bytes(items, metadata) -> bytes"},
    {"_load_file", load_file_, METH_VARARGS, "_load_file(path) -> (items, metadata)"},
    {"_load_bytes", load_bytes_, METH_VARARGS, "_load_bytes(data) -> (items, metadata)"},
    {"_read_idx", read_idx_, METH_VARARGS, "_read_idx(path) -> Tensor"},
    {},
};

}  // namespace

bool init_files(PyObject* module) { return PyModule_AddFunctions(module, methods) == 0; }

}  // namespace rushlight::python
