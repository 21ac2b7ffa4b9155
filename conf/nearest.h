/// Guessing what was meant by a misspelt word, and showing words of the user's in messages.
/// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gapura::conf {

/// The candidate that `word` was most likely meant to be, or "". Letters are compared without case;
/// a swap of neighbours counts as one edit, and about a third of the letters may be wrong; failing
/// that, one may contain the other.
/// O(candidates * length squared); words above 64 bytes are never matched.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// " (did you mean 'x'?)", or "" when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// Says what a missing name may have been meant to be, as long as that is cheap: each guess costs a
/// look at every name, and after some the pattern is clear. The names must outlive it.
class Guess {
 public:
  explicit Guess(std::vector<std::string_view> names) : names_(std::move(names)) {}
  /// did_you_mean(), or "".
  std::string operator()(std::string_view word);

 private:
  std::vector<std::string_view> names_;
  int made_ = 0;
};

/// `text` for use in a message: control bytes shown as '?', long text cut with "…".
std::string shown(std::string_view text);
/// shown() in single quotes.
std::string in_quotes(std::string_view text);

/// "a, b and c".
std::string listed(std::span<const std::string_view> words);

}  // namespace gapura::conf
