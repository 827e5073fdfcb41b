// A strict JSON reader for small headers: objects, arrays, strings and integers; no floats, no duplicate keys, bounded depth.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rushlight::io {

struct Json {
  enum class Kind : uint8_t { Null, Bool, Int, String, Array, Object };
  Kind kind = Kind::Null;
  int64_t number = 0;
  std::string text;
  std::vector<Json> items;
  struct Member;
  std::vector<Member> members;

  const Json* find(std::string_view key) const;
};

struct Json::Member {
  std::string name;
  Json value;
};

// Raises Error naming `source` and the byte offset.
Json parse_json(std::string_view text, std::string_view source);
// The text as a JSON string, with quotes.
std::string json_quote(std::string_view text);

}  // namespace rushlight::io
