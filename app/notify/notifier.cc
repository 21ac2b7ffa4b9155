#include "app/notify/notifier.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <compare>
#include <ctime>
#include <map>
#include <random>
#include <utility>

#include "admin/secret.h"
#include "app/atomic_file.h"
#include "app/disk_thread.h"
#include "app/notify/notice.h"
#include "app/notify/outbox.h"
#include "app/notify/outbox_file.h"
#include "base/async/as_result.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/plural.h"

namespace gapura::app {
namespace net = boost::asio;

namespace {

constexpr std::size_t kSecretBytesMin = 16;

/// What became of one attempt.
struct Attempt {
  enum class Kind { delivered, failed, refused };
  Kind kind = Kind::delivered;
  std::string why;
  std::optional<Milliseconds> wait;
};

/// Messages and attempts since the start.
struct NotifyCounts {
  std::uint64_t delivered = 0, refused = 0, given_up = 0, failed_attempts = 0;
};

/// For the log: a path may be as good as a password.
std::string shown_receiver(const conf::Notify& to) {
  if (to.url.empty()) return to.command.front();
  const std::size_t host = to.url.find("://") + 3;
  std::string shown = to.url.substr(0, to.url.find_first_of("/?#", host));
  const std::size_t user = shown.rfind('@');
  return user == std::string::npos ? shown : to.url.substr(0, host) + shown.substr(user + 1);
}

/// Retry-After in seconds; its other form, a date, is not worth a clock.
std::optional<Milliseconds> wish_of(const autoscale::HttpAnswer& answer) {
  const std::string_view text = answer.header("Retry-After");
  std::uint32_t seconds = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size()) return {};
  return std::chrono::seconds(seconds);
}

Attempt judged(const autoscale::HttpOutcome& outcome) {
  if (const auto* fault = std::get_if<std::string>(&outcome)) {
    return {.kind = Attempt::Kind::failed, .why = *fault, .wait = {}};
  }
  const auto& answer = std::get<autoscale::HttpAnswer>(outcome);
  if (answer.status >= 200 && answer.status < 300) return {};
  Attempt attempt{.kind = Attempt::Kind::failed,
                  .why = "it answered " + std::to_string(answer.status),
                  .wait = wish_of(answer)};
  // What is wrong with the message will be so the next time; these three say that it is not.
  const bool is_passing = answer.status == 408 || answer.status == 425 || answer.status == 429;
  if (answer.status >= 400 && answer.status < 500 && !is_passing) {
    attempt.kind = Attempt::Kind::refused;
  }
  return attempt;
}

}  // namespace

struct Notifier::State {
  /// One of `notify`.
  struct Receiver {
    Receiver(net::io_context& control, conf::Notify its_to)
        : to(std::move(its_to)), box(to.queue_max, to.retries), timer(control) {}
    const conf::Notify to;
    Outbox box;
    net::steady_timer timer;  ///< what wakes its coroutine
    std::string secret;       ///< empty: messages are not signed
    bool is_failing = false;  ///< told in the log
    bool is_dropping = false;
    NotifyCounts counts;
  };

  State(net::io_context& control_, DiskThread& disk_, Ways ways_, std::filesystem::path file_)
      : control(control_), disk(disk_), ways(std::move(ways_)), file(std::move(file_)) {}

  net::awaitable<void> deliver(std::shared_ptr<State> self, Receiver& receiver);
  net::awaitable<Attempt> attempt(Receiver& receiver, std::string body);
  autoscale::HttpCall call_of(const Receiver& receiver, std::string body) const;
  void settle(Receiver& receiver, const Attempt& attempt);
  void tell(const Notice& notice);
  void load(std::vector<std::string>& errors);
  void save();

  net::io_context& control;
  DiskThread& disk;
  const Ways ways;
  const std::filesystem::path file;
  std::vector<std::unique_ptr<Receiver>> receivers;
  std::minstd_rand random{std::random_device{}()};
  bool is_changed = false;
  bool is_running = false;  ///< between start() and stop()
};

autoscale::HttpCall Notifier::State::call_of(const Receiver& receiver, std::string body) const {
  autoscale::HttpCall call;
  call.method = "POST";
  call.url = receiver.to.url;
  call.timeout = receiver.to.timeout;
  call.answer_max = 64 << 10;
  call.hides_path = true;
  call.headers = {{"Content-Type", content_type_of(receiver.to)}};
  if (!receiver.secret.empty()) {
    const std::string time = std::to_string(std::time(nullptr));
    call.headers.emplace_back("X-Gapura-Timestamp", time);
    call.headers.emplace_back("X-Gapura-Signature",
                              hmac_sha256_hex(receiver.secret, time + "." + body));
  }
  call.body = std::move(body);
  return call;
}

net::awaitable<Attempt> Notifier::State::attempt(Receiver& receiver, std::string body) {
  if (receiver.to.url.empty()) {
    Attempt made;
    std::vector<std::string> command = receiver.to.command;
    made.why = co_await ways.run(std::move(command), std::move(body), receiver.to.timeout);
    if (!made.why.empty()) made.kind = Attempt::Kind::failed;
    co_return made;
  }
  autoscale::HttpCall call = call_of(receiver, std::move(body));
  const autoscale::HttpOutcome outcome = co_await ways.http(std::move(call));
  co_return judged(outcome);
}

/// `self` keeps all that it refers to while it waits.
net::awaitable<void> Notifier::State::deliver(std::shared_ptr<State> self, Receiver& receiver) {
  while (self->is_running) {
    auto message = receiver.box.take(Clock::now());
    if (!message) {
      receiver.timer.expires_at(receiver.box.next().value_or(TimePoint::max()));
      co_await receiver.timer.async_wait(as_result);
      continue;
    }
    Attempt made;
    try {
      made = co_await self->attempt(receiver, std::move(message->body));
    } catch (const std::exception& error) {
      // No thread, no descriptor: tried again like any other failure.
      made = {.kind = Attempt::Kind::failed, .why = error.what(), .wait = {}};
    }
    if (!self->is_running) co_return;  // it is in the file, and comes again
    self->settle(receiver, made);
  }
}

void Notifier::State::settle(Receiver& receiver, const Attempt& attempt) {
  is_changed = true;
  const std::string who = shown_receiver(receiver.to);
  if (attempt.kind == Attempt::Kind::delivered) {
    receiver.box.delivered();
    ++receiver.counts.delivered;
    if (std::exchange(receiver.is_failing, false))
      log::info("notify: {} takes messages again", who);
    receiver.is_dropping = false;
    return;
  }
  ++receiver.counts.failed_attempts;
  if (attempt.kind == Attempt::Kind::refused) {
    receiver.box.refused();
    ++receiver.counts.refused;
    log::warn("notify: {} will not take a message, which is dropped: {}", who, attempt.why);
    return;
  }
  const double jitter = std::uniform_real_distribution<double>(0.0, 1.0)(random);
  if (!receiver.box.failed(Clock::now(), jitter, attempt.wait)) {
    ++receiver.counts.given_up;
    log::warn("notify: a message to {} is given up after {}: {}", who,
              counted(receiver.to.retries + 1, "attempt"), attempt.why);
  } else if (!std::exchange(receiver.is_failing, true)) {
    log::warn("notify: a message to {} is tried again: {}", who, attempt.why);
  }
}

void Notifier::State::tell(const Notice& notice) {
  if (!is_running) return;
  for (const auto& receiver : receivers) {
    if (!receiver->to.events.contains(notice.event)) continue;
    is_changed = true;
    const bool has_room = receiver->box.add({.body = message_of(notice, receiver->to)});
    if (!has_room && !std::exchange(receiver->is_dropping, true)) {
      log::warn("notify: {} has not taken its last {}; older ones are dropped for new ones",
                shown_receiver(receiver->to), counted(receiver->to.queue_max, "message"));
    }
    receiver->timer.cancel();
  }
}

void Notifier::State::load(std::vector<std::string>& errors) {
  if (file.empty()) return;
  std::string text;
  const std::error_code error = read_whole(file, text);
  if (error == std::errc::no_such_file_or_directory) return;
  if (error) {
    errors.push_back("notify: " + file.string() + " cannot be read: " + error.message());
    return;
  }
  std::size_t broken = 0;
  std::size_t orphans = 0;
  std::size_t without_room = 0;
  for (KeptMessage& kept : read_lines(text, &broken)) {
    const auto found = std::ranges::find_if(
        receivers, [&](const auto& one) { return receiver_key(one->to) == kept.to; });
    if (found == receivers.end()) {
      ++orphans;
    } else {
      without_room += (*found)->box.add(std::move(kept.message)) ? 0 : 1;
    }
  }
  if (broken > 0)
    log::warn("notify: {} of {} cannot be read", counted(broken, "line"), file.string());
  is_changed = broken > 0 || orphans > 0 || without_room > 0;
  if (without_room > 0) {
    log::warn("notify: {} of {} had no room: the oldest were dropped",
              counted(without_room, "message"), file.string());
  }
  if (orphans > 0) {
    log::warn("notify: {} to receivers that are not configured any more: dropped",
              counted(orphans, "message"));
  }
}

void Notifier::State::save() {
  if (file.empty() || !std::exchange(is_changed, false)) return;
  std::vector<KeptMessage> kept;
  for (const auto& receiver : receivers) {
    const std::string key = receiver_key(receiver->to);
    for (Outbox::Message& one : receiver->box.messages()) kept.push_back({key, std::move(one)});
  }
  disk.post([target = file, text = to_lines(kept)] {
    if (const auto error = write_atomically(target, text)) {
      log::error("{} cannot be written: {}; messages would be lost in a restart", target.string(),
                 error.message());
    }
  });
}

Notifier::Notifier(net::io_context& control, DiskThread& disk, std::vector<conf::Notify> receivers,
                   Ways ways, std::filesystem::path file)
    : state_(std::make_shared<State>(control, disk, std::move(ways), std::move(file))) {
  for (conf::Notify& to : receivers) {
    state_->receivers.push_back(std::make_unique<State::Receiver>(control, std::move(to)));
  }
}

Notifier::~Notifier() {
  stop();
}

std::vector<std::string> Notifier::open() {
  std::vector<std::string> errors;
  for (const auto& receiver : state_->receivers) {
    const bool is_http = !receiver->to.url.empty();
    const bool has_way = is_http ? bool(state_->ways.http) : bool(state_->ways.run);
    if (!has_way) {
      errors.push_back("notify: " + shown_receiver(receiver->to) +
                       " cannot be told: " + (is_http ? "calls" : "commands") + " are not built");
    }
    if (!receiver->to.secret.is_given() || !is_http) continue;
    std::string fault;
    auto secret = admin::read_secret(receiver->to.secret, kSecretBytesMin, &fault);
    if (!secret) errors.push_back("notify: " + fault);
    receiver->secret = secret.value_or("");
  }
  state_->load(errors);
  return errors;
}

void Notifier::start() {
  state_->is_running = true;
  for (const auto& receiver : state_->receivers) {
    net::co_spawn(state_->control, state_->deliver(state_, *receiver), net::detached);
  }
}

void Notifier::stop() {
  if (!std::exchange(state_->is_running, false)) return;
  for (const auto& receiver : state_->receivers) receiver->timer.cancel();
  state_->save();
}

void Notifier::tick() {
  state_->save();
}

void Notifier::on_event(const balancer::Event& event) {
  const auto now = std::chrono::system_clock::now();
  for (const Notice& notice : notices_of(event, now)) state_->tell(notice);
}

void Notifier::on_scaling(const autoscale::ScalingEvent& event) {
  const auto now = std::chrono::system_clock::now();
  for (const Notice& notice : notices_of(event, now)) state_->tell(notice);
}

std::vector<metrics::Reading> Notifier::readings() const {
  using metrics::Family;
  struct Key {
    Family family;
    std::string receiver, outcome;
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, std::uint64_t> sums;
  for (const auto& one : state_->receivers) {
    const std::string who = shown_receiver(one->to);
    sums[{Family::notify_messages, who, "delivered"}] += one->counts.delivered;
    sums[{Family::notify_messages, who, "refused"}] += one->counts.refused;
    sums[{Family::notify_messages, who, "given_up"}] += one->counts.given_up;
    sums[{Family::notify_messages, who, "dropped"}] += one->box.dropped();
    sums[{Family::notify_failed_attempts, who, ""}] += one->counts.failed_attempts;
    sums[{Family::notify_queue_length, who, ""}] += one->box.size();
  }
  std::vector<metrics::Reading> all;
  for (const auto& [key, sum] : sums) {
    metrics::Reading reading{.family = key.family,
                             .labels = {{"receiver", key.receiver}},
                             .value = static_cast<double>(sum)};
    if (!key.outcome.empty()) reading.labels.emplace_back("outcome", key.outcome);
    all.push_back(std::move(reading));
  }
  return all;
}

}  // namespace gapura::app
