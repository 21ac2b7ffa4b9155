/// Heads parsed for tests, together with the bytes that their views point into.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "proxy/http_head.h"

namespace gapura::proxy {

constexpr std::size_t kPlenty = 1 << 20;

struct ParsedRequest {
  explicit ParsedRequest(std::string bytes, std::size_t bytes_max = kPlenty)
      : text(std::move(bytes)), result(parse_request_head(text, bytes_max, head)) {}
  ParsedRequest(const ParsedRequest&) = delete;
  ParsedRequest& operator=(const ParsedRequest&) = delete;
  bool is_complete() const { return result.state == HeadState::complete; }

  const std::string text;
  RequestHead head;
  HeadResult result;
};

struct ParsedResponse {
  explicit ParsedResponse(std::string bytes, std::size_t bytes_max = kPlenty)
      : text(std::move(bytes)), result(parse_response_head(text, bytes_max, head)) {}
  ParsedResponse(const ParsedResponse&) = delete;
  ParsedResponse& operator=(const ParsedResponse&) = delete;
  bool is_complete() const { return result.state == HeadState::complete; }

  const std::string text;
  ResponseHead head;
  HeadResult result;
};

/// "GET / HTTP/1.1" with a Host and these field lines (each with its CRLF).
inline std::string request_with(const std::string& lines) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}
/// "POST / HTTP/1.1" with a Host and these field lines.
inline std::string post_with(const std::string& lines) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}
/// "200 OK" with these field lines.
inline std::string response_with(const std::string& lines) {
  return "HTTP/1.1 200 OK\r\n" + lines + "\r\n";
}

/// The verdict in one word: "complete", "incomplete" or the failure's name.
inline std::string verdict(const HeadResult& result) {
  switch (result.state) {
    case HeadState::complete: return "complete";
    case HeadState::incomplete: return "incomplete";
    case HeadState::refused: return std::string(row(result.failure).name);
  }
  return "?";
}
inline std::string verdict_of_request(const std::string& bytes, std::size_t bytes_max = kPlenty) {
  return verdict(ParsedRequest(bytes, bytes_max).result);
}
inline std::string verdict_of_response(const std::string& bytes, std::size_t bytes_max = kPlenty) {
  return verdict(ParsedResponse(bytes, bytes_max).result);
}

}  // namespace gapura::proxy
