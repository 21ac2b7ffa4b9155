#include <algorithm>

#include "base/ascii.h"
#include "proxy/head_parts.h"

namespace gapura::proxy {

HeadResult parse_response_head(std::string_view bytes, std::size_t bytes_max, ResponseHead& head,
                               std::size_t searched) {
  HeadResult result = find_end(bytes, bytes_max, searched, Failure::bad_response);
  if (result.state == HeadState::refused) return refused(Failure::bad_response);
  if (result.state == HeadState::incomplete) {
    // What does not even begin like HTTP need not be waited for.
    const std::string_view wanted = "HTTP/1.";
    const std::size_t known = bytes.size() < wanted.size() ? bytes.size() : wanted.size();
    return bytes.substr(0, known) == wanted.substr(0, known) ? result
                                                             : refused(Failure::bad_response);
  }
  std::string_view rest = bytes.substr(0, result.bytes);
  std::string_view line;
  head.framing = {};
  head.persistence = {};
  head.keep_alive_timeout_s = 0;
  head.has_date = false;
  head.named_by_connection = 0;
  if (!take_line(rest, line) || line.size() < 12 || line[8] != ' ' || !all(line, kValue)) {
    return refused(Failure::bad_response);
  }
  if (read_version(line.substr(0, 8), head.persistence) != Failure::none) {
    return refused(Failure::bad_response);
  }
  const bool is_status = is_ascii_digit(line[9]) && is_ascii_digit(line[10]) &&
                         is_ascii_digit(line[11]) && (line.size() == 12 || line[12] == ' ');
  head.status =
      static_cast<unsigned>((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
  if (!is_status || head.status < 100) return refused(Failure::bad_response);
  head.reason = line.size() > 13 ? line.substr(13) : std::string_view{};
  Seen seen;
  if (parse_fields(rest, head.fields) != Failure::none ||
      read_framing(head.fields, head.framing, head.persistence, head.named_by_connection, seen) !=
          Failure::none) {
    return refused(Failure::bad_response);
  }
  if (seen.lengths == 0 && seen.codings == 0) head.framing.kind = BodyKind::until_close;
  for (std::size_t i = 0; i < head.fields.count; ++i) {
    if (head.fields.ids[i] == FieldId::date) head.has_date = true;
    if (head.fields.ids[i] != FieldId::keep_alive) continue;
    for_each_element(head.fields.lines[i].value, [&](std::string_view element) {
      std::uint64_t seconds = 0;
      if (starts_with_nocase(element, "timeout=") && parse_length(element.substr(8), seconds)) {
        // 0 means "not said"; a link that may rest for a second is not kept either.
        head.keep_alive_timeout_s =
            static_cast<unsigned>(std::clamp<std::uint64_t>(seconds, 1, 86'400));
      }
    });
  }
  return result;
}

}  // namespace gapura::proxy
