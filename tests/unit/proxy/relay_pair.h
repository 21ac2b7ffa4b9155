/// A relay between two loopback connections, with a scripted peer at either end. One thread.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async/loop.h"
#include "proxy/relay.h"
#include "tests/support/loop_runner.h"
#include "tests/support/sockets.h"

namespace gapura::proxy {

constexpr Framing kChunked{.kind = BodyKind::chunked};
constexpr Framing kUntilClose{.kind = BodyKind::until_close};
inline Framing length(std::uint64_t bytes) {
  return {.kind = BodyKind::length, .length = bytes};
}

class RelayPair {
 public:
  static constexpr std::size_t kScratchBytes = 256 * 1024;
  static constexpr char kUntouched = '\x7e';

  explicit RelayPair(bool splices = true)
      : scratch_(kScratchBytes, kUntouched), relay(buffers_, scratch_, splices ? &pipes : nullptr) {
    auto [source_near, source_far] = gapura::test::tcp_pair();
    auto [sink_near, sink_far] = gapura::test::tcp_pair();
    source.open(loop, source_near.release());
    sink.open(loop, sink_near.release());
    sender = std::move(source_far);
    receiver = std::move(sink_far);
  }

  /// Begins a message of the framing with nothing there yet but its head.
  Relay::Step begin(Framing framing, bool chunks, std::string_view head = {},
                    std::string already = {}) {
    already_ = std::move(already);
    return relay.begin(source, sink, BodyDecoder(framing), chunks, head, already_);
  }

  /// The source's peer says this, as fast as it is taken. Its FIN comes after it when asked for.
  void says(std::string text, bool ends = false) {
    to_say += text;
    ends_ = ends;
  }
  /// Everybody does what can be done now.
  void turn() {
    say_some();
    gapura::test::run_ready(loop);
    step = relay.advance();
    if (is_reading) hear_some();
    gapura::test::run_ready(loop);
  }
  /// Turns until `condition` holds; false when patience has run out.
  template <class Condition>
  bool turn_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + gapura::test::patience();
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      turn();
    }
    return true;
  }
  bool turn_until(Relay::Step wanted) {
    return turn_until([&] { return step == wanted; });
  }
  /// Turns until the sink's peer has heard so many bytes.
  bool turn_until_heard(std::size_t bytes) {
    return turn_until([&] { return heard.size() >= bytes; });
  }
  /// Stuffs the sink until it takes no more; how much that was.
  std::size_t fill_sink() {
    const std::string block(64 * 1024, '#');
    std::size_t total = 0;
    while (sink.may_write()) total += sink.try_write(block).bytes;
    return total;
  }

  /// No byte of content came through the relay's own memory.
  bool is_scratch_untouched() const {
    return std::ranges::all_of(scratch_, [](char c) { return c == kUntouched; });
  }

  Loop loop;
  Pipes pipes;
  Channel source, sink;
  gapura::test::Fd sender, receiver;
  std::string to_say, heard;
  bool is_reading = true;
  Relay::Step step = Relay::Step::wait_source;

 private:
  void say_some() {
    while (!to_say.empty()) {
      const ssize_t size = ::send(sender.get(), to_say.data(),
                                  std::min<std::size_t>(to_say.size(), 1 << 20), MSG_NOSIGNAL);
      if (size <= 0) return;
      to_say.erase(0, static_cast<std::size_t>(size));
    }
    if (std::exchange(ends_, false)) ::shutdown(sender.get(), SHUT_WR);
  }
  void hear_some() {
    ssize_t size = 0;
    while ((size = ::recv(receiver.get(), block_.data(), block_.size(), 0)) > 0) {
      heard.append(block_.data(), static_cast<std::size_t>(size));
    }
  }

  BufferPool buffers_;
  std::vector<char> scratch_;
  std::string already_;
  std::array<char, 64 * 1024> block_;
  bool ends_ = false;

 public:
  Relay relay;  // last: it uses what is above
};

}  // namespace gapura::proxy
