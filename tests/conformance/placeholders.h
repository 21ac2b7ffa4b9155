/// {{placeholders}} in the bytes of conformance cases: what YAML cannot write, and what differs
/// from run to run. README.md lists them. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace gapura::test {

/// Writes out {{each}}, {{ok}}, {{hex …}}, {{repeat …}} and {{fields …}}. Those that only a running
/// case knows, or that stand for several texts, are left. Throws std::invalid_argument for any
/// other.
std::string expand(std::string_view source, const std::string* each);

/// `text` with each {{name}} replaced by `value`.
std::string replace(std::string text, std::string_view name, std::string_view value);

/// Whether one line is what `pattern` describes: {{any}}, {{date}}, {{via}} and {{host}} stand for
/// what they are called after.
bool fits(std::string_view pattern, std::string_view line);

}  // namespace gapura::test
