#include "tests/conformance/stage.h"

#include <poll.h>
#include <sys/socket.h>

#include <charconv>

#include "tests/conformance/message.h"
#include "tests/conformance/placeholders.h"
#include "tests/support/patience.h"

namespace gapura::test {
namespace {

/// The next connection, when one comes in time.
Fd accept_from(const Fd& listener, int limit_ms) {
  pollfd asked{.fd = listener.get(), .events = POLLIN, .revents = 0};
  if (::poll(&asked, 1, limit_ms) <= 0) return Fd();
  Fd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (socket.is_open()) no_delay(socket);
  return socket;
}

void close_as(Peer& peer, const std::string& how) {
  if (how == "half") peer.half_close();
  if (how == "whole") peer.close();
  if (how == "reset") peer.reset();
}

std::string sent(bool ok) {
  return ok ? "" : "cannot send: the other side has gone";
}

}  // namespace

Stage::Stage(SeedFolder::Settings settings) : listener_(listen_on_loopback()) {
  const std::string url = "http://127.0.0.1:" + std::to_string(local_port(listener_));
  server_ = std::make_unique<ServerFixture>(ServerLines{ServerLine(url)}, std::move(settings));
  counted_ = errors();
}

std::string Stage::play(const Case& one) {
  const auto placed = [&](const Step& step, const std::string& fault) {
    return one.file + ":" + std::to_string(step.line) + ": " + std::string(word_of(step.act)) +
           ": " + fault;
  };
  for (const Step& step : one.steps) {
    if (const std::string fault = act(step); !fault.empty()) return placed(step, fault);
  }
  if (const std::string fault = end(); !fault.empty()) return "at the end: " + fault;
  return uncounted(one.counted);
}

std::string Stage::act(const Step& step) {
  const std::string authority = "127.0.0.1:" + std::to_string(local_port(listener_));
  const std::string value = replace(replace(step.value, "target", authority), "own-via", own_via_);
  return word_of(step.act).starts_with("target") ? act_of_target(step, value)
                                                 : act_of_client(step, value);
}

std::string Stage::act_of_client(const Step& step, const std::string& value) {
  if (step.act == Act::client_reconnects) {
    if (const std::string fault = ended(client_, "the client"); !fault.empty()) return fault;
  }
  if (!client_.is_open()) client_ = Peer(connect_to_loopback(server_->port()));
  switch (step.act) {
    case Act::client_sends: return sent(client_.send(value));
    case Act::client_dribbles: return sent(client_.dribble(value));
    case Act::client_closes: close_as(client_, value); return {};
    case Act::client_sees: return message_fault(client_, value);
    case Act::client_sees_more: return more_fault(client_, value);
    case Act::client_sees_bytes: return bytes_fault(client_, value);
    case Act::client_sees_end: return end_fault(client_, value);
    case Act::answered: return own_answer_fault(client_, value, /*says_close=*/false);
    case Act::refused: {
      const std::string fault = own_answer_fault(client_, value, /*says_close=*/true);
      return fault.empty() ? end_fault(client_, "fin") : fault;
    }
    default: return {};
  }
}

Peer& Stage::target() {
  if (target_has_ended_) {
    targets_.emplace_back(accept_from(listener_, static_cast<int>(patience().count())));
    target_has_ended_ = false;
  }
  return targets_.back();
}

std::string Stage::act_of_target(const Step& step, const std::string& value) {
  Peer& peer = target();
  if (!peer.is_open()) return "no connection to the target";
  switch (step.act) {
    case Act::target_sends: return sent(peer.send(value));
    case Act::target_dribbles: return sent(peer.dribble(value));
    case Act::target_closes:
      close_as(peer, value);
      target_has_ended_ = value != "half";
      return {};
    case Act::target_sees: {
      // Remembered for cases in which a request comes round again.
      while (peer.buffer.find("\r\n\r\n") == std::string::npos && peer.more() == ReadEnd::ok) {
      }
      own_via_ = value_in(peer.buffer.substr(0, peer.buffer.find("\r\n\r\n")), "via");
      return message_fault(peer, value);
    }
    case Act::target_sees_more: return more_fault(peer, value);
    case Act::target_sees_bytes: return bytes_fault(peer, value);
    case Act::target_sees_end: target_has_ended_ = true; return end_fault(peer, value);
    default: return {};
  }
}

/// Both sides hang up; whatever still came was not expected.
std::string Stage::end() {
  for (Peer& peer : targets_) {
    if (peer.is_open()) peer.half_close();
  }
  std::string fault = ended(client_, "the client");
  for (Peer& peer : targets_) fault += ended(peer, "the target");
  targets_.clear();
  target_has_ended_ = true;
  Peer uncalled(accept_from(listener_, 0));
  if (uncalled.is_open()) {
    fault += "a connection to the target that no step expects; ";
    uncalled.half_close();
    fault += ended(uncalled, "the target");
  }
  if (!eventually([this] { return server_->admin().in_flight() == 0; })) {
    fault += "a request stays in flight; ";
  }
  return fault;
}

/// Ends our side of the connection, and takes what the other side still says.
std::string Stage::ended(Peer& peer, const char* who) {
  if (!peer.is_open()) return {};
  peer.half_close();
  ReadEnd end = ReadEnd::ok;
  while (end == ReadEnd::ok) end = peer.more();
  const std::string rest = std::exchange(peer.buffer, {});
  peer.close();
  if (end == ReadEnd::timed_out) return std::string("the connection of ") + who + " stays; ";
  return rest.empty() ? "" : std::string(who) + " saw more: " + shown(rest) + "; ";
}

Stage::Counts Stage::errors() {
  RawClient client(server_->internal_port());
  const std::string text = client.ask(get("/metrics", "Connection: close\r\n")).body;
  constexpr std::string_view kFamily = "gapura_errors_total{reason=\"";
  Counts counts;
  for (std::size_t at = 0; (at = text.find(kFamily, at)) != std::string::npos;) {
    at += kFamily.size();
    const std::size_t quote = text.find('"', at);
    const std::size_t end = text.find('\n', quote);
    std::uint64_t value = 0;
    std::from_chars(text.data() + quote + 3, text.data() + end, value);
    if (value != 0) counts[text.substr(at, quote - at)] = value;
  }
  return counts;
}

std::string Stage::uncounted(const std::vector<std::string>& reasons) {
  Counts wanted = counted_;
  for (const std::string& reason : reasons) ++wanted[reason];
  // What ends without an answer is counted when the proxy has noticed it.
  eventually([&] { return (counted_ = errors()) == wanted || reasons.empty(); });
  if (counted_ == wanted) return {};
  std::string fault = "other failures were counted than the case says:";
  for (const auto& [reason, count] : counted_) {
    if (count != wanted[reason]) fault += " " + reason + " " + std::to_string(count);
  }
  return fault;
}

}  // namespace gapura::test
