/// Finds the end of an answer in the bytes of a connection: a head with a Content-Length and as
/// many bytes, or, on a connection that echoes, as many bytes as were sent. One thread.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace gapura::bench {

class AnswerReader {
 public:
  enum class State { reading, complete, broken };

  /// Begins with the next answer.
  void expect_head() { *this = AnswerReader{}; }
  /// Begins with an answer that is nothing but `bytes` bytes.
  void expect_bytes(std::size_t bytes) {
    *this = AnswerReader{};
    has_head_ = true;
    body_left_ = bytes;
    status_ = 200;
  }

  /// `broken`: what came is no such answer (no length, chunked, bytes behind the end).
  State read(std::string_view bytes) {
    while (!has_head_) {
      head_.append(bytes);
      const std::size_t end = head_.find("\r\n\r\n");
      if (end == std::string::npos) return State::reading;
      bytes.remove_prefix(bytes.size() - (head_.size() - end - 4));
      head_.resize(end + 2);
      if (!parse_head()) return State::broken;
    }
    if (bytes.size() > body_left_) return State::broken;
    body_left_ -= bytes.size();
    return body_left_ == 0 ? State::complete : State::reading;
  }

  int status() const { return status_; }
  bool closes() const { return closes_; }

 private:
  /// The value of a field, by its name in lower case with the colon; empty when it is not there.
  std::string_view field(std::string_view name) const {
    const auto is_same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
    for (std::size_t line = head_.find("\r\n"); line + 2 < head_.size();) {
      const std::size_t begin = line + 2;
      line = head_.find("\r\n", begin);
      std::string_view text(head_.data() + begin, line - begin);
      if (text.size() < name.size() || !std::equal(name.begin(), name.end(), text.begin(),
                                                   [&](char b, char a) { return is_same(a, b); })) {
        continue;
      }
      text.remove_prefix(name.size());
      while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
      return text;
    }
    return {};
  }

  bool parse_head() {
    const std::string_view digits = std::string_view(head_).substr(0, 12);
    if (digits.size() < 12 || !digits.starts_with("HTTP/1.")) return false;
    std::from_chars(digits.data() + 9, digits.data() + 12, status_);
    if (status_ < 200 && status_ != 101) {  // interim: the answer is still to come
      head_.clear();
      return true;
    }
    has_head_ = true;
    closes_ = field("connection:") == "close";
    if (status_ == 101 || status_ == 204 || status_ == 304) return true;
    const std::string_view length = field("content-length:");
    return std::from_chars(length.data(), length.data() + length.size(), body_left_).ec ==
           std::errc{};
  }

  std::string head_;
  bool has_head_ = false;
  bool closes_ = false;
  int status_ = 0;
  std::size_t body_left_ = 0;
};

}  // namespace gapura::bench
