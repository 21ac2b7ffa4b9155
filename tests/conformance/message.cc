#include "tests/conformance/message.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "base/ascii.h"
#include "tests/conformance/placeholders.h"

namespace gapura::test {
namespace {

constexpr std::size_t kOwnAnswerMax = 512;

std::string name_of(std::string_view line) {
  return to_lower(line.substr(0, line.find(':')));
}

/// Blanks around a field's value are not part of it (RFC 9112 5.1).
std::string without_blanks(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/") || colon == std::string_view::npos) return std::string(line);
  const std::string_view name = line.substr(0, colon);
  if (name.find(' ') != std::string_view::npos) return std::string(line);  // a request line
  return std::string(name) + ": " + std::string(trim_ows(line.substr(colon + 1)));
}

struct Head {
  std::string start_line;
  std::vector<std::string> lines;  ///< sorted by name; those of one name in their order
};

Head head_of(std::string_view text) {
  Head head;
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    if (end != 0) lines.push_back(without_blanks(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 2);
  }
  if (!lines.empty()) head.start_line = lines[0];
  if (!lines.empty()) head.lines.assign(lines.begin() + 1, lines.end());
  std::ranges::stable_sort(head.lines, {}, name_of);
  return head;
}

/// What {{added}} stands for, given the Host that the target is to see.
std::vector<std::string> added_lines(const std::string& host, const std::string& upgrade) {
  const std::size_t colon =
      host.find(':', host.find(']') == std::string::npos ? 0 : host.find(']'));
  const std::string port = colon == std::string::npos ? "80" : host.substr(colon + 1);
  std::vector<std::string> lines{
      "X-Forwarded-For: 127.0.0.1",
      "X-Forwarded-Port: " + (port.empty() ? "80" : port),
      "X-Forwarded-Server: {{host}}",
      "X-Real-Ip: 127.0.0.1",
      "Via: {{via}}",
      std::string("X-Forwarded-Proto: ") + (iequals(upgrade, "websocket") ? "ws" : "http")};
  if (!host.empty()) lines.push_back("X-Forwarded-Host: " + host);
  return lines;
}

Head expected_head(std::string_view text) {
  Head head = head_of(text);
  const auto added = std::ranges::find(head.lines, "{{added}}");
  if (added == head.lines.end()) return head;
  head.lines.erase(added);
  for (std::string& line : added_lines(value_in(text, "host"), value_in(text, "upgrade"))) {
    head.lines.push_back(std::move(line));
  }
  std::ranges::stable_sort(head.lines, {}, name_of);
  return head;
}

bool is_same(const Head& expected, const Head& seen) {
  return fits(expected.start_line, seen.start_line) &&
         std::ranges::equal(expected.lines, seen.lines,
                            [](const std::string& pattern, const std::string& line) {
                              return fits(pattern, line);
                            });
}

std::string text_of(const Head& head) {
  std::string text = head.start_line + "\r\n";
  for (const std::string& line : head.lines) text += line + "\r\n";
  return text;
}

std::string difference(std::string_view what, std::string_view expected, std::string_view seen) {
  return std::string(what) + "\nexpected:\n" + shown(expected) + "\nseen:\n" + shown(seen);
}

/// The head with its empty line, or why there is none.
std::optional<std::string> take_head(Peer& peer, std::string& why) {
  std::size_t end = 0;
  while ((end = peer.buffer.find("\r\n\r\n")) == std::string::npos) {
    if (const ReadEnd read = peer.more(); read != ReadEnd::ok) {
      why = "no whole head came (" + to_string(read) + "), only: " + shown(peer.buffer);
      return std::nullopt;
    }
  }
  return peer.take(end + 4);
}

}  // namespace

std::string value_in(std::string_view head, std::string_view name) {
  std::string value;
  for (const std::string& line : head_of(head).lines) {
    if (name_of(line) == name) value = trim_ows(std::string_view(line).substr(name.size() + 1));
  }
  return value;
}

std::string shown(std::string_view bytes) {
  std::string out;
  for (const char c : bytes.substr(0, 2'000)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte > 0x7e) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      out += {'\\', 'x', kDigits[byte / 16], kDigits[byte % 16]};
    } else {
      out += c;
    }
  }
  return bytes.size() > 2'000 ? out + "…" : out;
}

std::string message_fault(Peer& peer, std::string_view expected) {
  const std::size_t end = expected.find("\r\n\r\n");
  if (end == std::string_view::npos) return "the case's own message has no end of its head";
  std::string why;
  const std::optional<std::string> head = take_head(peer, why);
  if (!head) return difference(why, expected, "");
  const Head wanted = expected_head(expected.substr(0, end));
  const Head seen = head_of(*head);
  if (!is_same(wanted, seen)) return difference("another head", text_of(wanted), text_of(seen));
  peer.body = {};
  peer.body.is_chunked = iequals(value_in(*head, "transfer-encoding"), "chunked");
  const std::string length = value_in(*head, "content-length");
  std::from_chars(length.data(), length.data() + length.size(), peer.body.left);
  return more_fault(peer, expected.substr(end + 4));
}

std::string more_fault(Peer& peer, std::string_view expected) {
  if (!peer.body.is_chunked) {
    peer.body.left -= std::min(peer.body.left, expected.size());
    return bytes_fault(peer, expected);
  }
  ChunkText& wanted = peer.body.expected;
  ChunkText& seen = peer.body.seen;
  std::string rest(expected);
  wanted.take(rest);
  if (wanted.is_bad || !rest.empty()) return "the case's own chunks are wrong: " + shown(rest);
  for (;;) {
    seen.take(peer.buffer);
    const bool has_all = seen.content.size() >= wanted.content.size() && seen.is_between_chunks();
    if (seen.is_bad || (has_all && seen.is_complete >= wanted.is_complete)) break;
    if (const ReadEnd end = peer.more(); end != ReadEnd::ok) {
      return difference("the chunks ended early (" + to_string(end) + ")", wanted.content,
                        seen.content);
    }
  }
  if (seen.is_bad || seen.is_complete != wanted.is_complete || seen.content != wanted.content ||
      seen.trailers != wanted.trailers) {
    return difference("another chunked body", wanted.content + "|" + wanted.trailers,
                      seen.content + "|" + seen.trailers);
  }
  return {};
}

std::string bytes_fault(Peer& peer, std::string_view expected) {
  const ReadEnd end = peer.until(expected.size());
  const std::string seen = peer.take(expected.size());
  if (seen == expected) return {};
  return difference("other bytes " + to_string(end), expected, seen);
}

std::string end_fault(Peer& peer, std::string_view how) {
  if (how == "cut") return cut_fault(peer);
  if (!peer.buffer.empty()) return "bytes before the end: " + shown(peer.buffer);
  const ReadEnd end = peer.more();
  if (end == ReadEnd::ok) return "bytes instead of an end: " + shown(peer.buffer);
  if (end == ReadEnd::timed_out) return "the connection does not end";
  const bool is_right = how == "any" || (how == "fin") == (end == ReadEnd::closed);
  return is_right ? "" : "the connection was " + to_string(end);
}

/// The connection ends before the body of its last message does, and so that it can be seen.
std::string cut_fault(Peer& peer) {
  ReadEnd end = ReadEnd::ok;
  while (end == ReadEnd::ok) end = peer.more();
  if (end == ReadEnd::timed_out) return "the connection does not end";
  const std::string rest = std::exchange(peer.buffer, {});
  std::string chunks = rest;
  peer.body.seen.take(chunks);
  const bool is_whole = peer.body.is_chunked ? peer.body.seen.is_complete || peer.body.seen.is_bad
                                             : peer.body.left <= rest.size();
  return is_whole ? "the body looks whole: " + shown(rest) : "";
}

std::string own_answer_fault(Peer& peer, const std::string& status, bool says_close) {
  std::string why;
  const std::optional<std::string> head = take_head(peer, why);
  if (!head) return why;
  const std::string length = value_in(*head, "content-length");
  std::size_t bytes = 0;
  const auto parsed = std::from_chars(length.data(), length.data() + length.size(), bytes);
  const bool is_formed = head->starts_with("HTTP/1.1 " + status + " ") &&
                         parsed.ec == std::errc() && fits("{{date}}", value_in(*head, "date")) &&
                         head->size() + bytes < kOwnAnswerMax &&
                         iequals(value_in(*head, "connection"), "close") == says_close;
  if (!is_formed) return "another answer than " + status + ":\n" + shown(*head);
  if (peer.until(bytes) != ReadEnd::ok) return "the answer's body is short: " + shown(peer.buffer);
  peer.take(bytes);
  return {};
}

}  // namespace gapura::test
