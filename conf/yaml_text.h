/// Checks of a configuration text before it is given to the YAML parser, and help with what the
/// parser says. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "conf/yaml_tree.h"

namespace gapura::conf::yaml {

struct TextFault {
  Place place;
  std::string message;
};

/// What forbids parsing: size, bytes that are not UTF-8, control characters (the parser takes byte
/// 4 for the end of the file, and would read a shorter one), TOML, or brackets nested without end
/// (the parser keeps every open one of them in memory before it reports the first).
std::optional<TextFault> check_text(std::string_view text);

/// The parser's message, made to say what to look at. `line` is where it stopped, from 1.
std::string explain(std::string_view parser_message, std::string_view text, int line);

/// Line `line` (from 1) of `text`, without its end; empty when there is none.
std::string_view line_of(std::string_view text, int line);

/// False when the scalar at `place` opens a quote that nothing closes. The parser throws only when
/// the file does not end with a newline; otherwise it takes the rest of the file for the value.
bool is_closed(std::string_view text, const Place& place);

/// Line and column of byte `offset`.
Place place_of(std::string_view text, std::size_t offset);

}  // namespace gapura::conf::yaml
