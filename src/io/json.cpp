// The strict JSON reader.
#include "io/json.h"

#include <algorithm>

#include "rushlight/error.h"

namespace rushlight::io {
namespace {

constexpr int kMaxDepth = 8;

// Well-formed UTF-8 without surrogates or overlong forms (RFC 3629).
bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const size_t length = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    const auto next = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) || (c == 0xf0 && next < 0x90) ||
        (c == 0xf4 && next > 0x8f))
      return false;
    i += length;
  }
  return true;
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  Json document() {
    Json value = this->value(0);
    space();
    expect(at_ == text_.size(), "text after the end");
    return value;
  }

 private:
  void expect(bool ok, std::string_view what) const {
    check(ok, "{}: the header is not valid: {} at byte {}", source_, what, at_);
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }
  bool take(char c) {
    space();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view w) {
    if (text_.substr(at_, w.size()) != w) return false;
    at_ += w.size();
    return true;
  }

  Json value(int depth) {
    expect(depth <= kMaxDepth, "nested too deeply");
    space();
    Json v;
    switch (peek()) {
      case '{':
        object(v, depth);
        break;
      case '[':
        array(v, depth);
        break;
      case '"':
        v.kind = Json::Kind::String;
        v.text = string();
        break;
      case 't':
      case 'f':
        v.kind = Json::Kind::Bool;
        v.number = peek() == 't';
        expect(word(v.number ? "true" : "false"), "an unknown word");
        break;
      case 'n':
        expect(word("null"), "an unknown word");
        break;
      default:
        integer(v);
    }
    return v;
  }

  void object(Json& v, int depth) {
    v.kind = Json::Kind::Object;
    ++at_;
    std::vector<std::string> keys;
    if (take('}')) return;
    do {
      space();
      expect(peek() == '"', "a key is expected");
      std::string key = string();
      keys.push_back(key);
      expect(take(':'), "':' is expected");
      v.members.push_back({std::move(key), value(depth + 1)});
    } while (take(','));
    expect(take('}'), "',' or '}' is expected");
    std::sort(keys.begin(), keys.end());
    expect(std::adjacent_find(keys.begin(), keys.end()) == keys.end(), "a key occurs twice");
  }

  void array(Json& v, int depth) {
    v.kind = Json::Kind::Array;
    ++at_;
    if (take(']')) return;
    do v.items.push_back(value(depth + 1));
    while (take(','));
    expect(take(']'), "',' or ']' is expected");
  }

  void integer(Json& v) {
    v.kind = Json::Kind::Int;
    const bool negative = peek() == '-';
    if (negative) ++at_;
    expect(peek() >= '0' && peek() <= '9', "a value is expected");
    const size_t first = at_;
    int64_t n = 0;
    while (peek() >= '0' && peek() <= '9') {
      expect(!__builtin_mul_overflow(n, 10, &n) && !__builtin_add_overflow(n, peek() - '0', &n),
             "a number that does not fit 64 bits");
      ++at_;
    }
    expect(at_ == first + 1 || text_[first] != '0', "a number with a leading zero");
    expect(peek() != '.' && peek() != 'e' && peek() != 'E', "a number that is no integer");
    v.number = negative ? -n : n;
  }

  uint32_t hex4() {
    uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const bool digit = c >= '0' && c <= '9', lower = c >= 'a' && c <= 'f', upper = c >= 'A' && c <= 'F';
      expect(digit || lower || upper, "a bad \\u escape");
      code = code * 16 + static_cast<uint32_t>(digit ? c - '0' : lower ? c - 'a' + 10 : c - 'A' + 10);
      ++at_;
    }
    return code;
  }

  void append_utf8(std::string& out, uint32_t c) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xc0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 63));
    } else if (c < 0x10000) {
      out += static_cast<char>(0xe0 | c >> 12);
      out += static_cast<char>(0x80 | (c >> 6 & 63));
      out += static_cast<char>(0x80 | (c & 63));
    } else {
      out += static_cast<char>(0xf0 | c >> 18);
      out += static_cast<char>(0x80 | (c >> 12 & 63));
      out += static_cast<char>(0x80 | (c >> 6 & 63));
      out += static_cast<char>(0x80 | (c & 63));
    }
  }

  std::string string() {
    ++at_;
    std::string out;
    while (true) {
      expect(at_ < text_.size(), "a string without an end");
      const char c = text_[at_++];
      if (c == '"') {
        expect(is_utf8(out), "a string that is not UTF-8");
        return out;
      }
      expect(static_cast<unsigned char>(c) >= 0x20, "a control character in a string");
      if (c != '\\') {
        out += c;
        continue;
      }
      expect(at_ < text_.size(), "a string without an end");
      const char e = text_[at_++];
      constexpr std::string_view from = "\"\\/bfnrt", to = "\"\\/\b\f\n\r\t";
      if (const size_t i = from.find(e); i != std::string_view::npos) {
        out += to[i];
        continue;
      }
      expect(e == 'u', "an unknown escape");
      uint32_t code = hex4();
      if (code >= 0xd800 && code < 0xdc00) {
        expect(word("\\u"), "half of a surrogate pair");
        const uint32_t low = hex4();
        expect(low >= 0xdc00 && low < 0xe000, "half of a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      } else {
        expect(code < 0xdc00 || code >= 0xe000, "half of a surrogate pair");
      }
      append_utf8(out, code);
    }
  }

  std::string_view text_, source_;
  size_t at_ = 0;
};

}  // namespace

const Json* Json::find(std::string_view key) const {
  for (const auto& [name, value] : members) {
    if (name == key) return &value;
  }
  return nullptr;
}

Json parse_json(std::string_view text, std::string_view source) { return Parser(text, source).document(); }

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    constexpr std::string_view from = "\"\\\b\f\n\r\t", to = "\"\\bfnrt";
    if (const size_t i = from.find(c); i != std::string_view::npos) {
      out += '\\';
      out += to[i];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr char hex[] = "0123456789abcdef";
      out += "\\u00";
      out += hex[c >> 4];
      out += hex[c & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace rushlight::io
