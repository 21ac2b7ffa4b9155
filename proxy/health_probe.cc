#include "proxy/health_probe.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <memory>

#include "base/async/as_result.h"
#include "base/clock.h"
#include "proxy/asio_endpoint.h"
#include "proxy/body_decoder.h"
#include "proxy/http_head.h"

namespace gapura::proxy {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t kProbeAnswerMax = 64 * 1024;

/// Shared with the handler of its limit, which may run after the question has been answered.
struct Probe {
  explicit Probe(asio::io_context& loop) : socket(loop), limit(loop) {}
  tcp::socket socket;
  asio::steady_timer limit;
  bool is_late = false;
};

std::string request_of(const conf::HealthCheck& check, const conf::ServerUrl& url) {
  std::string text = check.method + " " + check.path + " HTTP/1.1\r\nHost: ";
  text += check.hostname.empty() ? url.authority() : check.hostname;
  text += "\r\nUser-Agent: Gapura-Health-Check\r\nConnection: close\r\n";
  for (const auto& [name, value] : check.headers) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

/// What is there of the answer's content; empty while its head is not whole.
std::string content_of(std::string answer, std::size_t head_bytes, const ResponseHead& head,
                       const std::string& method) {
  if (method == "HEAD") return {};
  BodyDecoder decoder(head.framing);
  std::string body = answer.substr(head_bytes);
  const BodyDecoder::Taken taken = decoder.decode(body);
  body.resize(taken.payload);
  return body;
}

bool is_wanted(unsigned status, const conf::HealthCheck& check) {
  return check.status == 0 ? status >= 200 && status < 400 : status == check.status;
}

/// What is to be said of what came; nothing while more has to come.
class Judge {
 public:
  explicit Judge(const conf::HealthCheck& check) : check_(check) {}

  /// True when there is a verdict, as there is of a whole answer: result().
  bool take(std::string_view answer, bool is_whole) {
    HeadResult parsed = parse_response_head(answer, kProbeAnswerMax, head_);
    // What follows an interim answer counts.
    while (parsed.state == HeadState::complete && head_.status < 200) {
      answer.remove_prefix(parsed.bytes);
      parsed = parse_response_head(answer, kProbeAnswerMax, head_);
    }
    if (parsed.state == HeadState::refused) return say("its answer is no HTTP");
    if (parsed.state == HeadState::incomplete) return is_whole && say("its answer breaks off");
    result_.status = head_.status;
    if (!is_wanted(head_.status, check_)) {
      return say("it answers " + std::to_string(head_.status));
    }
    if (check_.body.empty()) return true;
    const std::string content = content_of(std::string(answer), parsed.bytes, head_, check_.method);
    if (content.find(check_.body) != std::string::npos) return true;
    return (is_whole || answer.size() >= kProbeAnswerMax) &&
           say("its answer does not contain what it should");
  }
  /// But for how long it took.
  const balancer::ProbeResult& result() const noexcept { return result_; }

 private:
  bool say(std::string fault) {
    result_.fault = std::move(fault);
    return true;
  }
  const conf::HealthCheck& check_;
  ResponseHead head_;
  balancer::ProbeResult result_;
};

balancer::ProbeResult failed(const boost::system::error_code& error) {
  balancer::ProbeResult result;
  result.fault = error.message();
  return result;
}

asio::awaitable<balancer::ProbeResult> talk(std::shared_ptr<Probe> probe, Endpoint endpoint,
                                            conf::ServerUrl url, conf::HealthCheck check) {
  const tcp::endpoint where = asio_endpoint(endpoint);
  const auto [refused] = co_await probe->socket.async_connect(where, as_result);
  if (refused) co_return failed(refused);
  if (check.is_tcp) co_return balancer::ProbeResult();
  const std::string request = request_of(check, url);
  const auto bytes = asio::buffer(request);
  const auto [unsent, sent] = co_await asio::async_write(probe->socket, bytes, as_result);
  if (unsent) co_return failed(unsent);
  auto judge = std::make_unique<Judge>(check);
  std::string answer;
  std::array<char, 4096> scrap{};
  const auto space = asio::buffer(scrap);
  for (;;) {
    const auto [ended, size] = co_await probe->socket.async_read_some(space, as_result);
    answer.append(scrap.data(), size);
    if (judge->take(answer, static_cast<bool>(ended))) co_return judge->result();
  }
}

}  // namespace

asio::awaitable<balancer::ProbeResult> ask_target(asio::io_context& loop, Endpoint endpoint,
                                                  conf::ServerUrl url, conf::HealthCheck check) {
  if (check.port != 0) {
    endpoint = endpoint.with_port(check.port);
    url.port = check.port;
  }
  const TimePoint began = Clock::now();
  auto probe = std::make_shared<Probe>(loop);
  probe->limit.expires_after(check.timeout);
  probe->limit.async_wait([weak = std::weak_ptr(probe)](boost::system::error_code cancelled) {
    const auto late = weak.lock();
    if (!late || cancelled) return;
    late->is_late = true;
    boost::system::error_code ignored;
    late->socket.close(ignored);
  });
  auto talking = talk(probe, endpoint, url, check);
  balancer::ProbeResult result = co_await std::move(talking);
  probe->limit.cancel();
  if (probe->is_late) {
    result.fault = "no answer within " + std::to_string(check.timeout.count()) + " ms";
  }
  result.took = std::chrono::duration_cast<Milliseconds>(Clock::now() - began);
  co_return result;
}

}  // namespace gapura::proxy
