/// What a scripted target answers. Value.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/gate.h"
#include "tests/support/http_message.h"

namespace gapura::test {

struct Reply {
  enum class Framing { content_length, chunked, until_close, none };
  enum class End { keep_alive, close, reset };

  int status = 200;
  Fields fields;
  std::string body;
  /// Not 0: the body is this many bytes of pattern(body_seed) instead of `body`.
  std::uint64_t pattern_bytes = 0;
  std::uint64_t body_seed = 1;
  Framing framing = Framing::content_length;
  /// How the connection goes on. A body until the close closes in any case.
  End end = End::keep_alive;

  std::chrono::milliseconds delay{0};  ///< before the head
  /// Sent in pieces of this many bytes with `dribble_pause` between them; 0: as fast as it goes.
  std::size_t dribble_bytes = 0;
  std::chrono::milliseconds dribble_pause{1};

  /// Not null: waits there before the head goes out…
  std::shared_ptr<Gate> gate_before_head;
  /// …or after this many bytes of the body.
  std::shared_ptr<Gate> gate_in_body;
  std::uint64_t gate_in_body_at = 0;

  /// Set: after this many bytes of the body (0: after the head) the connection ends as `end` says.
  std::optional<std::uint64_t> cut_at;
  bool says_nothing = false;  ///< no answer; the connection ends as `end` says, or stays open
  std::string raw;            ///< not empty: sent instead of everything above but delay and gates
};

/// Called with the whole request (its body cut to the reader's limit). Many threads at a time.
using Behaviour = std::function<Reply(const Request&)>;
/// Called with the head alone; an answer goes out before the body is read.
using EarlyBehaviour = std::function<std::optional<Reply>(const Request&)>;

}  // namespace gapura::test
