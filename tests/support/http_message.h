/// Reads HTTP/1.1 messages for tests, from any source of bytes. Independent of the code under test
/// on purpose: it shares no parser with it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/checked_body.h"

namespace gapura::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Message {
  std::string start_line;
  Fields fields;
  std::string body;       ///< its first `body_kept_max` bytes
  Checksum body_sum;      ///< of all of it
  Fields trailers;
  bool was_chunked = false;
  bool ended_by_close = false;

  /// Value of the first field of that name, compared without case; nullopt when there is none.
  std::optional<std::string> field(std::string_view name) const;
  /// All values of that name.
  std::vector<std::string> all(std::string_view name) const;
};

struct Request : Message {
  std::string method, target, version;
  std::string path() const { return target.substr(0, target.find('?')); }
  std::uint64_t connection = 0;  ///< which connection of the target it came by, from 1
};

struct Response : Message {
  int status = 0;
  /// Empty when the response is complete; else what went wrong ("timed out", "closed", …).
  std::string fault;
  bool ok() const { return fault.empty(); }
};

/// Why reading stopped.
enum class ReadEnd { ok, closed, reset, timed_out, malformed };
std::string to_string(ReadEnd end);

/// Bytes come from `more`, which appends at least one byte or says why not.
class MessageReader {
 public:
  using More = std::function<ReadEnd(std::string& into)>;
  explicit MessageReader(More more) : more_(std::move(more)) {}

  std::size_t body_kept_max = 1 << 20;

  /// Start line and fields. `closed` before the first byte means that nothing came.
  ReadEnd read_head(Message& into);
  /// Whether any byte of the message being read has arrived.
  bool has_begun() const { return has_begun_; }
  /// What the framing fields say; `is_response`: without any the body lasts until the close.
  ReadEnd read_body(Message& into, bool is_response);
  /// Bytes that arrived but belong to nothing yet.
  std::string& buffered() { return buffer_; }

 private:
  ReadEnd line(std::string& out);
  ReadEnd fields(Fields& into);
  ReadEnd exactly(Message& into, std::uint64_t bytes);
  ReadEnd chunks(Message& into);
  void keep(Message& into, std::string_view bytes) const;

  More more_;
  std::string buffer_;
  bool has_begun_ = false;
};

}  // namespace gapura::test
