/// Guessing what was meant by a misspelt word, and showing words of the user's in messages.
/// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gapura::conf {

/// The candidate that `word` was most likely meant to be, or "". Letters are compared without case;
/// a swap of neighbours counts as one edit, and about a third of the letters may be wrong; failing
/// that, one may contain the other.
/// O(candidates * length squared); words above 64 bytes are never matched.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// " (did you mean 'x'?)", or "" when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// `text` for use in a message: control bytes shown as '?', long text cut with "…".
std::string shown(std::string_view text);
/// shown() in single quotes.
std::string in_quotes(std::string_view text);

/// "a, b and c".
std::string listed(std::span<const std::string_view> words);

}  // namespace gapura::conf
