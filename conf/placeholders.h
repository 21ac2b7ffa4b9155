/// Texts with placeholders: "{{name}}" is a word between two braces, without blanks, so that it is
/// not taken for a template of Traefik's ("{{ env "X" }}"). Pure; any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gapura::conf {

/// Each piece of `text` in order; `is_placeholder`: it is the word between the braces.
void for_each_piece(std::string_view text,
                    const std::function<void(std::string_view piece, bool is_placeholder)>& visit);

/// The words, each once, in order.
std::vector<std::string> placeholders_of(std::string_view text);

/// Where a "{{" stands that begins no placeholder; npos: nowhere.
std::size_t find_other_template(std::string_view text);

}  // namespace gapura::conf
