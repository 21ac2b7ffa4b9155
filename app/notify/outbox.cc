#include "app/notify/outbox.h"

#include <algorithm>
#include <utility>

namespace gapura::app {

bool Outbox::add(Message message) {
  waiting_.push_back(std::move(message));
  if (waiting_.size() <= messages_max_) return true;
  waiting_.pop_front();
  ++dropped_;
  return false;
}

std::optional<Outbox::Message> Outbox::take(TimePoint now) {
  if (out_ || waiting_.empty() || now < not_before_) return std::nullopt;
  out_ = std::move(waiting_.front());
  waiting_.pop_front();
  return out_;
}

std::optional<TimePoint> Outbox::next() const {
  if (out_ || waiting_.empty()) return std::nullopt;
  return not_before_;
}

void Outbox::delivered() {
  out_.reset();
  not_before_ = {};
}

bool Outbox::failed(TimePoint now, double jitter, std::optional<Milliseconds> wait) {
  Message message = *std::exchange(out_, std::nullopt);
  const int doublings = static_cast<int>(std::min<std::uint32_t>(message.attempts, 20));
  Milliseconds pause = std::min(kFirstWait * (std::int64_t{1} << doublings), kLongestWait);
  pause += Milliseconds(static_cast<std::int64_t>(static_cast<double>(pause.count()) * jitter / 5));
  if (wait) pause = std::max(pause, std::min(*wait, kLongestWish));
  not_before_ = now + pause;
  if (++message.attempts > retries_) return false;
  waiting_.push_front(std::move(message));
  return true;
}

void Outbox::refused() {
  delivered();
}

std::vector<Outbox::Message> Outbox::messages() const {
  std::vector<Message> all;
  if (out_) all.push_back(*out_);
  all.insert(all.end(), waiting_.begin(), waiting_.end());
  return all;
}

}  // namespace gapura::app
