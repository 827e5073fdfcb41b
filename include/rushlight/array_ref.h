// Non-owning views of arrays (ArrayRef), the inline vector for shapes (DimVector), and optional int lists that accept braces.
#pragma once
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <vector>

namespace rushlight {

// A braced list lives until the end of the full expression, which is as long as an argument is needed.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winit-list-lifetime"
#endif
template <class T>
class ArrayRef {
 public:
  using value_type = T;
  constexpr ArrayRef() noexcept = default;
  constexpr ArrayRef(const T* data, size_t size) noexcept : data_(data), size_(size) {}
  constexpr ArrayRef(const T& one) noexcept : data_(&one), size_(1) {}
  ArrayRef(const std::vector<T>& values) noexcept : data_(values.data()), size_(values.size()) {}
  constexpr ArrayRef(const std::initializer_list<T>& values) noexcept : data_(values.begin()), size_(values.size()) {}
  template <size_t N>
  constexpr ArrayRef(const T (&values)[N]) noexcept : data_(values), size_(N) {}

  constexpr const T* data() const noexcept { return data_; }
  constexpr size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr const T* begin() const noexcept { return data_; }
  constexpr const T* end() const noexcept { return data_ + size_; }
  constexpr const T& operator[](size_t i) const noexcept { return data_[i]; }
  constexpr const T& front() const noexcept { return data_[0]; }
  constexpr const T& back() const noexcept { return data_[size_ - 1]; }
  constexpr ArrayRef slice(size_t start, size_t count) const noexcept { return {data_ + start, count}; }
  std::vector<T> vec() const { return std::vector<T>(begin(), end()); }
  bool equals(ArrayRef other) const noexcept {
    if (size_ != other.size_) return false;
    for (size_t i = 0; i < size_; ++i) {
      if (!(data_[i] == other.data_[i])) return false;
    }
    return true;
  }

 private:
  const T* data_ = nullptr;
  size_t size_ = 0;
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

template <class T>
bool operator==(ArrayRef<T> a, ArrayRef<T> b) noexcept {
  return a.equals(b);
}
template <class T>
bool operator==(const std::vector<T>& a, ArrayRef<T> b) noexcept {
  return ArrayRef<T>(a).equals(b);
}
template <class T>
bool operator==(ArrayRef<T> a, const std::vector<T>& b) noexcept {
  return a.equals(ArrayRef<T>(b));
}

using IntArrayRef = ArrayRef<int64_t>;

// A vector of sizes or strides that holds up to six in place.
class DimVector {
 public:
  static constexpr size_t kInline = 6;
  DimVector() noexcept = default;
  explicit DimVector(size_t size, int64_t value = 0) { resize(size, value); }
  DimVector(IntArrayRef values) { assign(values); }
  DimVector(const int64_t* first, const int64_t* last) { assign({first, static_cast<size_t>(last - first)}); }
  DimVector(const std::vector<int64_t>& values) { assign(values); }
  DimVector(std::initializer_list<int64_t> values) { assign(IntArrayRef(values)); }
  DimVector(const DimVector& other) { assign(other); }
  DimVector(DimVector&& other) noexcept { steal(other); }
  DimVector& operator=(const DimVector& other) {
    if (this != &other) assign(other);
    return *this;
  }
  DimVector& operator=(DimVector&& other) noexcept {
    if (this != &other) {
      release();
      steal(other);
    }
    return *this;
  }
  ~DimVector() { release(); }

  operator IntArrayRef() const noexcept { return {data_, size_}; }
  int64_t* data() noexcept { return data_; }
  const int64_t* data() const noexcept { return data_; }
  size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  int64_t* begin() noexcept { return data_; }
  int64_t* end() noexcept { return data_ + size_; }
  const int64_t* begin() const noexcept { return data_; }
  const int64_t* end() const noexcept { return data_ + size_; }
  int64_t& operator[](size_t i) noexcept { return data_[i]; }
  const int64_t& operator[](size_t i) const noexcept { return data_[i]; }
  int64_t& back() noexcept { return data_[size_ - 1]; }
  const int64_t& back() const noexcept { return data_[size_ - 1]; }
  void clear() noexcept { size_ = 0; }
  void push_back(int64_t value) {
    if (size_ == capacity_) grow(size_ * 2);
    data_[size_++] = value;
  }
  void pop_back() noexcept { --size_; }
  void insert(size_t at, int64_t value) {
    push_back(value);
    for (size_t i = size_ - 1; i > at; --i) data_[i] = data_[i - 1];
    data_[at] = value;
  }
  void erase(size_t at) noexcept {
    for (size_t i = at; i + 1 < size_; ++i) data_[i] = data_[i + 1];
    --size_;
  }
  void resize(size_t size, int64_t value = 0) {
    if (size > capacity_) grow(size);
    for (size_t i = size_; i < size; ++i) data_[i] = value;
    size_ = static_cast<uint32_t>(size);
  }
  void assign(IntArrayRef values) {
    if (values.size() > capacity_) grow(values.size());
    if (!values.empty()) memmove(data_, values.data(), values.size() * sizeof(int64_t));
    size_ = static_cast<uint32_t>(values.size());
  }
  std::vector<int64_t> vec() const { return std::vector<int64_t>(begin(), end()); }

 private:
  void grow(size_t capacity) {
    auto* bigger = new int64_t[capacity];
    memcpy(bigger, data_, size_ * sizeof(int64_t));
    release();
    data_ = bigger;
    capacity_ = static_cast<uint32_t>(capacity);
  }
  void release() noexcept {
    if (data_ != inline_) delete[] data_;
    data_ = inline_;
    capacity_ = kInline;
  }
  void steal(DimVector& other) noexcept {
    size_ = other.size_;
    if (other.data_ == other.inline_) {
      memcpy(inline_, other.inline_, sizeof inline_);
    } else {
      data_ = other.data_;
      capacity_ = other.capacity_;
      other.data_ = other.inline_;
      other.capacity_ = kInline;
    }
    other.size_ = 0;
  }

  int64_t* data_ = inline_;
  uint32_t size_ = 0;
  uint32_t capacity_ = kInline;
  int64_t inline_[kInline];
};

inline bool operator==(const DimVector& a, const DimVector& b) noexcept { return IntArrayRef(a).equals(b); }

// An optional list of ints: `sum(x, 1)`, `sum(x, {0, 1})` and `sum(x, std::nullopt)` all work.
class OptionalIntArrayRef {
 public:
  constexpr OptionalIntArrayRef() noexcept = default;
  constexpr OptionalIntArrayRef(std::nullopt_t) noexcept {}
  constexpr OptionalIntArrayRef(IntArrayRef values) noexcept : values_(values), has_(true) {}
  constexpr OptionalIntArrayRef(const int64_t& one) noexcept : values_(one), has_(true) {}
  constexpr OptionalIntArrayRef(const std::initializer_list<int64_t>& values) noexcept : values_(values), has_(true) {}
  template <size_t N>
  constexpr OptionalIntArrayRef(const int64_t (&values)[N]) noexcept : values_(values), has_(true) {}
  OptionalIntArrayRef(const std::vector<int64_t>& values) noexcept : values_(values), has_(true) {}
  OptionalIntArrayRef(const DimVector& values) noexcept : values_(values), has_(true) {}
  OptionalIntArrayRef(const std::optional<std::vector<int64_t>>& values) noexcept : has_(values.has_value()) {
    if (has_) values_ = *values;
  }
  constexpr bool has_value() const noexcept { return has_; }
  constexpr explicit operator bool() const noexcept { return has_; }
  constexpr const IntArrayRef& operator*() const noexcept { return values_; }
  constexpr const IntArrayRef* operator->() const noexcept { return &values_; }
  constexpr IntArrayRef value() const noexcept { return values_; }

 private:
  IntArrayRef values_;
  bool has_ = false;
};

template <class T>
using OptionalArrayRef =
    std::conditional_t<std::is_same_v<T, int64_t>, OptionalIntArrayRef, std::optional<ArrayRef<T>>>;

using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;

}  // namespace rushlight
