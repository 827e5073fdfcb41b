// A map that keeps the order of insertion, as parameters and modules are listed.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rushlight/error.h"

namespace rushlight {

template <class Key, class Value>
class OrderedDict {
 public:
  struct Item : std::pair<Key, Value> {
    using std::pair<Key, Value>::pair;
    std::pair<Key, Value>& pair() noexcept { return *this; }
    const std::pair<Key, Value>& pair() const noexcept { return *this; }
    const Key& key() const noexcept { return this->first; }
    Value& value() noexcept { return this->second; }
    const Value& value() const noexcept { return this->second; }
    Value& operator*() noexcept { return this->second; }
    const Value& operator*() const noexcept { return this->second; }
    Value* operator->() noexcept { return &this->second; }
    const Value* operator->() const noexcept { return &this->second; }
  };
  explicit OrderedDict(std::string description = "Key") : description_(std::move(description)) {}

  Value& insert(Key key, Value value) {
    check(!contains(key), "{} '{}' already defined", description_, key);
    items_.emplace_back(std::move(key), std::move(value));
    return items_.back().second;
  }
  Value* find(std::string_view key) noexcept {
    for (auto& item : items_) {
      if (item.first == key) return &item.second;
    }
    return nullptr;
  }
  const Value* find(std::string_view key) const noexcept { return const_cast<OrderedDict*>(this)->find(key); }
  bool contains(std::string_view key) const noexcept { return find(key) != nullptr; }
  Value& operator[](std::string_view key) {
    Value* value = find(key);
    check(value != nullptr, "{} '{}' is not defined", description_, key);
    return *value;
  }
  const Value& operator[](std::string_view key) const { return const_cast<OrderedDict&>(*this)[key]; }
  Item& operator[](size_t i) { return items_.at(i); }
  const Item& operator[](size_t i) const { return items_.at(i); }
  void erase(std::string_view key) {
    std::erase_if(items_, [&](const Item& item) { return item.first == key; });
  }
  size_t size() const noexcept { return items_.size(); }
  bool is_empty() const noexcept { return items_.empty(); }
  bool empty() const noexcept { return items_.empty(); }
  void clear() noexcept { items_.clear(); }
  auto begin() noexcept { return items_.begin(); }
  auto end() noexcept { return items_.end(); }
  auto begin() const noexcept { return items_.begin(); }
  auto end() const noexcept { return items_.end(); }
  const std::vector<Item>& items() const noexcept { return items_; }
  std::vector<Key> keys() const {
    std::vector<Key> out;
    for (const auto& item : items_) out.push_back(item.first);
    return out;
  }
  std::vector<Value> values() const {
    std::vector<Value> out;
    for (const auto& item : items_) out.push_back(item.second);
    return out;
  }

 private:
  std::vector<Item> items_;
  std::string description_;
};

}  // namespace rushlight
