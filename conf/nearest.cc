#include "conf/nearest.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace gapura::conf {
namespace {

constexpr std::size_t kWordMax = 64;
constexpr std::size_t kShownMax = 120;

using Row = std::array<std::size_t, kWordMax + 1>;

/// Edits between two words of at most kWordMax bytes: insert, delete, replace, swap neighbours
/// (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  Row before{}, previous{}, current{};
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool is_same = ascii_lower(a[i - 1]) == ascii_lower(b[j - 1]);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + !is_same});
      const bool is_swap = i > 1 && j > 1 && ascii_lower(a[i - 1]) == ascii_lower(b[j - 2]) &&
                           ascii_lower(a[i - 2]) == ascii_lower(b[j - 1]);
      if (is_swap) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    before = previous;
    previous = current;
  }
  return previous[b.size()];
}

/// The shortest candidate that contains `word` or is contained in it: "calculate" for
/// "mathCalculate". Short words are in everything.
std::string_view containing(std::string_view word, std::span<const std::string_view> candidates) {
  constexpr std::size_t kLengthMin = 4;
  const auto contains = [](std::string_view outer, std::string_view inner) {
    return inner.size() >= kLengthMin && to_lower(outer).find(to_lower(inner)) != std::string::npos;
  };
  std::string_view best;
  for (const std::string_view candidate : candidates) {
    if (!contains(candidate, word) && !contains(word, candidate)) continue;
    if (best.empty() || candidate.size() < best.size()) best = candidate;
  }
  return best;
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kWordMax) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.empty() || candidate.size() > kWordMax) continue;
    const std::size_t longer = std::max(word.size(), candidate.size());
    const std::size_t shorter = std::min(word.size(), candidate.size());
    if (longer - shorter >= best_distance) continue;
    const std::size_t edits = distance(word, candidate);
    if (edits >= best_distance || edits >= candidate.size()) continue;
    best_distance = edits;
    best = candidate;
  }
  return best.empty() ? containing(word, candidates) : best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view meant = nearest(word, candidates);
  if (meant.empty()) return {};
  return " (did you mean " + in_quotes(meant) + "?)";
}

std::string Guess::operator()(std::string_view word) {
  constexpr int kGuessesMax = 50;
  constexpr std::size_t kNamesMax = 2'000;
  if (names_.size() > kNamesMax || ++made_ > kGuessesMax) return {};
  return did_you_mean(word, names_);
}

std::string shown(std::string_view text) {
  std::size_t size = std::min(text.size(), kShownMax);
  // A cut in the middle of a character would leave bytes that no terminal shows.
  if (size < text.size()) {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  }
  std::string out(text.substr(0, size));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  if (size < text.size()) out += "…";
  return out;
}

std::string in_quotes(std::string_view text) {
  return "'" + shown(text) + "'";
}

std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace gapura::conf
