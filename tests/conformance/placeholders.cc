#include "tests/conformance/placeholders.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <vector>

namespace gapura::test {
namespace {

/// Left in the text by expand().
constexpr std::array<std::string_view, 7> kLater{"any",   "date",   "via",    "host",
                                                 "added", "target", "own-via"};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c != ' ') {
      words.back() += c;
    } else if (words.size() < 3) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

std::size_t number(const std::string& word) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) {
    throw std::invalid_argument("'" + word + "' is no number");
  }
  return value;
}

std::string bytes_of_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(&digits[i], &digits[i] + 2, value, 16);
    if (error != std::errc() || end != &digits[i] + 2) {
      throw std::invalid_argument("'" + digits + "' is not hexadecimal");
    }
    bytes += static_cast<char>(value);
  }
  return bytes;
}

/// What stands between the braces, written out; with its braces when it is for later.
std::string expansion(const std::string& inside) {
  const std::vector<std::string> words = words_of(inside);
  if (inside == "ok") {
    return "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\nok";
  }
  if (words[0] == "hex" && words.size() == 2) return bytes_of_hex(words[1]);
  if (words[0] == "repeat" && words.size() == 3) {
    std::string out;
    for (std::size_t i = number(words[1]); i > 0; --i) out += words[2];
    return out;
  }
  if (words[0] == "fields" && words.size() == 2) {
    std::string out;
    for (std::size_t i = number(words[1]); i > 0; --i) out += "X-Field: x\r\n";
    return out;
  }
  if (std::ranges::find(kLater, inside) != kLater.end()) return "{{" + inside + "}}";
  throw std::invalid_argument("unknown placeholder {{" + inside + "}}");
}

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7), its letters and digits by kind.
bool is_date(std::string_view text) {
  constexpr std::string_view kForm = "Aaa, 00 Aaa 0000 00:00:00 GMT";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool fits_form = kForm[i] == '0'   ? c >= '0' && c <= '9'
                           : i > 24          ? c == kForm[i]
                           : kForm[i] == 'A' ? c >= 'A' && c <= 'Z'
                           : kForm[i] == 'a' ? c >= 'a' && c <= 'z'
                                             : c == kForm[i];
    if (!fits_form) return false;
  }
  return true;
}

/// "1.1 gapura-0123abcd" (RFC 9110 7.6.3); the name is made anew by each process.
bool is_via(std::string_view text) {
  return (text.starts_with("1.1 gapura-") || text.starts_with("1.0 gapura-")) &&
         text.size() == 19 &&
         text.substr(11).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_host(std::string_view text) {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return text == name.data();
}

bool is_what(std::string_view name, std::string_view text) {
  if (name == "date") return is_date(text);
  if (name == "via") return is_via(text);
  if (name == "host") return is_host(text);
  return name == "any" && !text.empty();
}

}  // namespace

std::string expand(std::string_view source, const std::string* each) {
  const std::string whole =
      each == nullptr ? std::string(source) : replace(std::string(source), "each", *each);
  std::string_view text = whole;
  std::string out;
  for (;;) {
    const std::size_t begin = text.find("{{");
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    const std::size_t end = text.find("}}", begin);
    if (end == std::string_view::npos) throw std::invalid_argument("{{ without }}");
    out += expansion(std::string(text.substr(begin + 2, end - begin - 2)));
    text.remove_prefix(end + 2);
  }
}

std::string replace(std::string text, std::string_view name, std::string_view value) {
  const std::string whole = "{{" + std::string(name) + "}}";
  for (std::size_t at = 0; (at = text.find(whole, at)) != std::string::npos; at += value.size()) {
    text.replace(at, whole.size(), value);
  }
  return text;
}

bool fits(std::string_view pattern, std::string_view line) {
  for (;;) {
    const std::size_t begin = pattern.find("{{");
    if (begin == std::string_view::npos) return pattern == line;
    if (line.substr(0, begin) != pattern.substr(0, begin)) return false;
    const std::size_t end = pattern.find("}}", begin);
    const std::string_view name = pattern.substr(begin + 2, end - begin - 2);
    line.remove_prefix(begin);
    pattern.remove_prefix(end + 2);
    // Up to where the text that follows it in the pattern begins, or to the end.
    const std::string_view next = pattern.substr(0, pattern.find("{{"));
    const std::size_t size = next.empty() ? line.size() : line.find(next);
    if (size == std::string_view::npos || !is_what(name, line.substr(0, size))) return false;
    line.remove_prefix(size);
  }
}

}  // namespace gapura::test
