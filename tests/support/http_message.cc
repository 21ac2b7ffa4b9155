#include "tests/support/http_message.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"

namespace gapura::test {

std::optional<std::string> Message::field(std::string_view name) const {
  for (const auto& [field_name, value] : fields) {
    if (iequals(field_name, name)) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Message::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [field_name, value] : fields) {
    if (iequals(field_name, name)) values.push_back(value);
  }
  return values;
}

std::string to_string(ReadEnd end) {
  switch (end) {
    case ReadEnd::ok: return "";
    case ReadEnd::closed: return "closed";
    case ReadEnd::reset: return "reset";
    case ReadEnd::timed_out: return "timed out";
    case ReadEnd::malformed: return "malformed";
  }
  return "?";
}

ReadEnd MessageReader::line(std::string& out) {
  for (std::size_t from = 0;;) {
    const std::size_t end = buffer_.find("\r\n", from);
    if (end != std::string::npos) {
      out = buffer_.substr(0, end);
      buffer_.erase(0, end + 2);
      return ReadEnd::ok;
    }
    from = buffer_.empty() ? 0 : buffer_.size() - 1;
    if (const ReadEnd why = more_(buffer_); why != ReadEnd::ok) return why;
    has_begun_ = true;
  }
}

ReadEnd MessageReader::fields(Fields& into) {
  for (;;) {
    std::string text;
    if (const ReadEnd why = line(text); why != ReadEnd::ok) return why;
    if (text.empty()) return ReadEnd::ok;
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) return ReadEnd::malformed;
    into.emplace_back(text.substr(0, colon),
                      std::string(trim_ows(std::string_view(text).substr(colon + 1))));
  }
}

ReadEnd MessageReader::read_head(Message& into) {
  has_begun_ = !buffer_.empty();
  if (const ReadEnd why = line(into.start_line); why != ReadEnd::ok) return why;
  return fields(into.fields);
}

void MessageReader::keep(Message& into, std::string_view bytes) const {
  into.body_sum.add(bytes);
  const std::size_t room = body_kept_max - std::min(body_kept_max, into.body.size());
  into.body.append(bytes.substr(0, room));
}

ReadEnd MessageReader::exactly(Message& into, std::uint64_t bytes) {
  while (bytes > 0) {
    if (buffer_.empty()) {
      if (const ReadEnd why = more_(buffer_); why != ReadEnd::ok) return why;
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, buffer_.size()));
    keep(into, std::string_view(buffer_).substr(0, size));
    buffer_.erase(0, size);
    bytes -= size;
  }
  return ReadEnd::ok;
}

ReadEnd MessageReader::chunks(Message& into) {
  for (;;) {
    std::string text;
    if (const ReadEnd why = line(text); why != ReadEnd::ok) return why;
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size, 16);
    const bool is_number = error == std::errc() && end != text.data();
    if (!is_number || (end != text.data() + text.size() && *end != ';' && *end != ' ')) {
      return ReadEnd::malformed;
    }
    if (size == 0) return fields(into.trailers);
    if (const ReadEnd why = exactly(into, size); why != ReadEnd::ok) return why;
    if (const ReadEnd why = line(text); why != ReadEnd::ok) return why;
    if (!text.empty()) return ReadEnd::malformed;
  }
}

ReadEnd MessageReader::read_body(Message& into, bool is_response) {
  if (const auto coding = into.field("Transfer-Encoding")) {
    if (!iequals(*coding, "chunked")) return ReadEnd::malformed;
    into.was_chunked = true;
    return chunks(into);
  }
  if (const auto length = into.field("Content-Length")) {
    std::uint64_t bytes = 0;
    const char* last = length->data() + length->size();
    const auto [end, error] = std::from_chars(length->data(), last, bytes);
    if (error != std::errc() || end != last) return ReadEnd::malformed;
    return exactly(into, bytes);
  }
  if (!is_response) return ReadEnd::ok;
  into.ended_by_close = true;
  for (;;) {
    keep(into, buffer_);
    buffer_.clear();
    const ReadEnd why = more_(buffer_);
    if (why == ReadEnd::closed) return ReadEnd::ok;
    if (why != ReadEnd::ok) return why;
  }
}

}  // namespace gapura::test
