/// Puts a Reply on the wire, piece by piece as scripted. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/support/reply.h"
#include "tests/support/sockets.h"

namespace gapura::test {

class ReplyWriter {
 public:
  enum class After { next_request, close, reset, wait_for_peer };

  /// `may_go_on` is asked between pieces and pauses.
  ReplyWriter(const Fd& socket, std::function<bool()> may_go_on)
      : socket_(socket), may_go_on_(std::move(may_go_on)) {}

  After write(const Reply& reply, const Request& request);

 private:
  After to_the_end(const Reply& reply, const Request& request, After at_end);
  /// Small pieces go out together, as servers do it, unless something is waited for between them.
  bool put(std::string_view bytes);
  bool flush();
  bool pause(std::chrono::milliseconds how_long);
  bool pass(const std::shared_ptr<Gate>& gate);
  bool body(const Reply& reply);
  bool piece(const Reply& reply, std::string_view bytes);

  const Fd& socket_;
  std::function<bool()> may_go_on_;
  std::string unsent_;
};

}  // namespace gapura::test
