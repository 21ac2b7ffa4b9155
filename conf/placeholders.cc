#include "conf/placeholders.h"

#include <algorithm>

#include "base/ascii.h"

namespace gapura::conf {
namespace {

bool is_word(std::string_view text) {
  const auto is_letter = [](char c) {
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_';
  };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || is_ascii_digit(c) || c == '-';
  });
}

/// The word of the placeholder that `text` begins with; empty: it begins with none.
std::string_view word_at(std::string_view text) {
  if (!text.starts_with("{{")) return {};
  const auto end = text.find("}}");
  if (end == std::string_view::npos) return {};
  const std::string_view word = text.substr(2, end - 2);
  return is_word(word) ? word : std::string_view();
}

}  // namespace

void for_each_piece(std::string_view text,
                    const std::function<void(std::string_view, bool)>& visit) {
  std::size_t begin = 0;
  for (auto at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    const std::string_view word = word_at(text.substr(at));
    if (word.empty()) {
      ++at;
      continue;
    }
    if (at > begin) visit(text.substr(begin, at - begin), false);
    visit(word, true);
    at += word.size() + 4;
    begin = at;
  }
  if (begin < text.size()) visit(text.substr(begin), false);
}

std::vector<std::string> placeholders_of(std::string_view text) {
  std::vector<std::string> out;
  for_each_piece(text, [&](std::string_view piece, bool is_placeholder) {
    if (is_placeholder && std::ranges::find(out, piece) == out.end()) out.emplace_back(piece);
  });
  return out;
}

std::size_t find_other_template(std::string_view text) {
  for (auto at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
    if (word_at(text.substr(at)).empty()) return at;
  }
  return std::string_view::npos;
}

}  // namespace gapura::conf
