#include "conf/yaml_text.h"

#include <algorithm>

namespace gapura::conf::yaml {
namespace {

/// Far above what kDepthMax allows: the count below does not know all of YAML's quoting.
constexpr int kOpenBracketsMax = 1'000;

/// Bytes of the UTF-8 character at the front of `text`; 0 when there is none (RFC 3629 4).
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool is_overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool is_outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return is_overlong || is_outside ? 0 : size;
}

std::optional<TextFault> check_bytes(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool is_control = byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
    if (is_control || byte == 0x7F) {
      return TextFault{place_of(text, at),
                       "a control character (byte " + std::to_string(byte) +
                           ") does not belong into a configuration; is this a text file in UTF-8?"};
    }
    const std::size_t size = character_size(text.substr(at));
    if (size == 0) return TextFault{place_of(text, at), "not UTF-8 text; save the file as UTF-8"};
    at += size;
  }
  return std::nullopt;
}

/// Counts brackets that YAML may take for a list or map in one line: `[` and `{` at the start of a
/// value, outside of quotes and comments.
std::optional<TextFault> check_brackets(std::string_view text) {
  int open = 0;
  char quote = 0;
  char before = '\n';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_start = std::string_view(" \t\r\n[{,:").find(before) != std::string_view::npos;
    before = c;
    if (c == '\n') quote = 0;
    if (quote != 0) {
      if (c == quote) quote = 0;
      continue;
    }
    if (is_start && (c == '"' || c == '\'')) quote = c;
    if (is_start && c == '#') {
      at = std::min(text.find('\n', at), text.size()) - 1;
      continue;
    }
    if (is_start && (c == '[' || c == '{') && ++open > kOpenBracketsMax) {
      return TextFault{place_of(text, at),
                       "more than " + std::to_string(kOpenBracketsMax) +
                           " brackets are open here; nothing is nested so deeply"};
    }
    if ((c == ']' || c == '}') && open > 0) --open;
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// "[entryPoints]" or "[http.routers.a]" alone in the first line that says anything.
std::optional<TextFault> check_toml(std::string_view text) {
  int number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const auto name_start = std::min(line.find_first_not_of('['), line.size());
    const auto name_end = std::min(line.find(']', name_start), line.size());
    const std::string_view name = line.substr(name_start, name_end - name_start);
    const bool is_table = name_start > 0 && !name.empty() && line.ends_with(']');
    if (!is_table || name.find_first_of("[{,:\"' ") != std::string_view::npos) return std::nullopt;
    return TextFault{{number, 1}, "this looks like TOML; only YAML is read, write it as YAML"};
  }
  return std::nullopt;
}

/// The line, not after `line`, whose indentation holds a tab; 0 when there is none.
int tab_indented_line(std::string_view text, int line) {
  int found = 0;
  for (int number = 1; number <= line && !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view current = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto first = current.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    if (current.substr(0, first).find('\t') != std::string_view::npos) found = number;
  }
  return found;
}

}  // namespace

std::optional<TextFault> check_text(std::string_view text) {
  if (text.size() > kTextBytesMax) {
    return TextFault{{}, "the file is larger than 16 MiB; split it into several files"};
  }
  if (auto fault = check_bytes(text)) return fault;
  if (auto fault = check_toml(text)) return fault;
  return check_brackets(text);
}

std::string explain(std::string_view parser_message, std::string_view text, int line) {
  const auto says = [&](std::string_view part) {
    return parser_message.find(part) != std::string_view::npos;
  };
  std::string out = "not valid YAML: " + std::string(parser_message);
  if (const int tab = tab_indented_line(text, line); tab > 0) {
    return out + "; line " + std::to_string(tab) + " is indented with a tab, use spaces";
  }
  if (says("illegal map value")) {
    return out + "; put text that contains ': ' into quotes, and check the indentation";
  }
  if (says("end of map not found") || says("end of sequence not found")) {
    return out + "; check the indentation, and the ':' after a key or the '-' before an item";
  }
  if (says("unknown token")) {
    return out + "; a value that begins with '!', '`', '@' or '%' must be in quotes";
  }
  if (says("illegal EOF in scalar")) return out + "; a quote is opened and never closed";
  if (says("end of map flow not found") || says("end of sequence flow not found")) {
    return out + "; a '{' or '[' is opened and never closed";
  }
  return out;
}

std::string_view line_of(std::string_view text, int line) {
  for (int number = 1; number < line; ++number) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

bool is_closed(std::string_view text, const Place& place) {
  if (place.line < 1) return true;
  const std::string_view line = line_of(text, place.line);
  const auto start = static_cast<std::size_t>(line.data() - text.data()) +
                     std::min(static_cast<std::size_t>(place.column - 1), line.size());
  std::string_view rest = text.substr(start);
  while (rest.starts_with('&') || rest.starts_with('!')) {  // an anchor or tag comes first
    rest.remove_prefix(std::min(rest.find_first_of(" \t\r\n"), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
  }
  if (!rest.starts_with('"') && !rest.starts_with('\'')) return true;
  const char quote = rest.front();
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (quote == '"' && rest[at] == '\\') {
      ++at;
    } else if (rest[at] == quote) {
      const bool is_doubled = quote == '\'' && at + 1 < rest.size() && rest[at + 1] == quote;
      if (!is_doubled) return true;
      ++at;
    }
  }
  return false;
}

Place place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line_start = before.rfind('\n');
  const std::size_t column =
      line_start == std::string_view::npos ? before.size() : before.size() - line_start - 1;
  return Place{static_cast<int>(std::ranges::count(before, '\n')) + 1,
               static_cast<int>(column) + 1};
}

}  // namespace gapura::conf::yaml
