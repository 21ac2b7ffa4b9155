#include "proxy/mirror_task.h"

#include <cstring>

#include "proxy/connect.h"
#include "proxy/worker.h"

namespace gapura::proxy {
namespace {

/// A larger head is not worth the memory: nobody reads it.
constexpr std::size_t kHeadMax = BufferPool::kSmallest;

/// What is read of an answer, so that the link can be used again; a longer one is not worth the
/// worker's time.
constexpr std::size_t kMirrorAnswerMax = std::size_t{1024} * 1024;

}  // namespace

MirrorTask::MirrorTask(Worker& worker, ServiceSlot mirror, const balancer::Service& service,
                       const balancer::Target& target, TimePoint now)
    : worker_(worker),
      mirror_(mirror),
      service_(service.slot),
      is_limited_(service.queue != nullptr),
      lease_(worker.slots()[target.state->slot], &on_cut, this),
      endpoint_(target.endpoint),
      limit_(worker.loop().wheel(), &on_cut, this),
      outgoing_(worker.buffers(), worker.kept_budget()) {
  lease_.moved(now);
}

MirrorTask::~MirrorTask() {
  link_.reset();
  const balancer::TargetRef target = lease_.slot().state;
  if (lease_.release()) worker_.observations().went_idle(target);
  if (is_limited_) worker_.line(service_).has_room();
}

bool MirrorTask::may_begin(const balancer::Service& service, std::string_view head,
                           std::span<const char> body) {
  if (service.in_flight_max != 0 && lease_.count_then() > service.in_flight_max) return false;
  outgoing_.allow(head.size() + body.size());
  outgoing_.add(head);
  outgoing_.add(body);
  return outgoing_.is_whole();
}

void MirrorTask::on_event(void* owner) noexcept {
  static_cast<MirrorTask*>(owner)->waiter_.wake();
}

void MirrorTask::on_cut(void* owner) noexcept {
  static_cast<MirrorTask*>(owner)->cut();
}

void MirrorTask::cut() {
  is_over_ = true;
  waiter_.wake();
}

Detached MirrorTask::run() {
  limit_.arm(Mirrors::kLimit);
  const bool is_answered = co_await talk();
  finish(is_answered);
  worker_.mirrors().remove(*this);
}

Task<bool> MirrorTask::talk() {
  link_ = worker_.slots().take(lease_.slot(), false, Clock::now());
  if (!link_) {
    const bool is_connected = co_await connect();
    if (!is_connected) co_return false;
  }
  link_->channel.notify(&on_event, this);
  for (;;) {
    const Progress written = write_some();
    // A target may answer before it has read everything, and close.
    const Progress read = read_some();
    if (read == Progress::done) co_return true;
    if (read == Progress::failed || written == Progress::failed) co_return false;
    co_await waiter_.wait();
    if (is_over_) co_return false;
  }
}

Task<bool> MirrorTask::connect() {
  Connecting begun = start_connect(worker_.loop(), lease_.slot(), endpoint_);
  link_ = std::move(begun.link);
  if (!link_) {
    connect_failed(begun.error);
    co_return false;
  }
  link_->channel.notify(&on_event, this);
  while (begun.is_pending && !link_->channel.may_write()) {
    co_await waiter_.wait();
    if (is_over_) co_return false;
  }
  const int error = connect_error(*link_);
  if (error != 0) {
    connect_failed(error);
    co_return false;
  }
  worker_.shard().links_opened.add();
  co_return true;
}

/// The next one goes elsewhere, or nowhere: whoever probes the target finds out when it is back.
void MirrorTask::connect_failed(int error) {
  if (is_local_error(error)) return;
  if (lease_.state().is_suspended.exchange(true, std::memory_order_relaxed)) return;
  worker_.observations().connect_failed(lease_.slot().state, std::strerror(error));
}

MirrorTask::Progress MirrorTask::write_some() {
  const std::span<const char> bytes = outgoing_.bytes();
  if (sent_ == bytes.size()) return Progress::done;
  const IoResult written =
      link_->channel.try_write(std::string_view(bytes.data() + sent_, bytes.size() - sent_));
  if (written.status == IoStatus::failed) return Progress::failed;
  sent_ += written.bytes;
  if (written.bytes != 0) lease_.moved(Clock::now());
  return sent_ == bytes.size() ? Progress::done : Progress::waits;
}

MirrorTask::Progress MirrorTask::read_some() {
  for (;;) {
    std::span<char> into = worker_.scratch();
    if (!has_head_) {
      if (!head_.is_held()) head_ = worker_.buffers().take(kHeadMax);
      into = {head_.data() + head_bytes_, kHeadMax - head_bytes_};
      if (into.empty()) return Progress::failed;
    }
    const IoResult read = link_->channel.try_read(into);
    if (read.status == IoStatus::would_block) return Progress::waits;
    if (read.status == IoStatus::failed) return Progress::failed;
    if (read.status == IoStatus::eof) {
      may_persist_ = false;
      return has_head_ && decoder_.may_end_here() ? Progress::done : Progress::failed;
    }
    lease_.moved(Clock::now());
    Progress progress = Progress::waits;
    if (has_head_) {
      progress = take_body(into.first(read.bytes));
    } else {
      head_bytes_ += read.bytes;
      std::size_t body_at = 0;
      progress = take_head(body_at);
      if (progress == Progress::done) {
        progress = take_body({head_.data() + body_at, head_bytes_ - body_at});
      }
    }
    if (progress != Progress::waits) return progress;
    answer_bytes_ += read.bytes;
    if (has_head_ && answer_bytes_ > kMirrorAnswerMax) {
      may_persist_ = false;
      return Progress::done;
    }
  }
}

/// done: the final head is complete, the body begins at `body_at`.
MirrorTask::Progress MirrorTask::take_head(std::size_t& body_at) {
  ResponseHead& head = worker_.response_head();
  for (;;) {
    const std::string_view bytes(head_.data() + body_at, head_bytes_ - body_at);
    const HeadResult result = parse_response_head(bytes, kHeadMax, head);
    if (result.state == HeadState::refused) return Progress::failed;
    if (result.state == HeadState::incomplete) break;
    body_at += result.bytes;
    if (head.status == 101) return Progress::failed;
    if (head.status < 200) continue;
    has_head_ = true;
    const bool has_body = !has_no_body(head.status, is_head_request_);
    decoder_ = BodyDecoder(has_body ? head.framing : Framing{});
    may_persist_ = head.persistence.may_persist();
    link_timeout_s_ = head.keep_alive_timeout_s;
    return Progress::done;
  }
  // Interim heads are done with.
  std::memmove(head_.data(), head_.data() + body_at, head_bytes_ - body_at);
  head_bytes_ -= std::exchange(body_at, 0);
  return Progress::waits;
}

MirrorTask::Progress MirrorTask::take_body(std::span<char> bytes) {
  const BodyDecoder::Taken taken = decoder_.decode(bytes);
  if (decoder_.is_bad()) return Progress::failed;
  if (!decoder_.is_done()) return Progress::waits;
  may_persist_ = may_persist_ && taken.consumed == bytes.size();
  return Progress::done;
}

void MirrorTask::finish(bool is_answered) {
  (is_answered ? worker_.shard().mirrors_answered : worker_.shard().mirrors_failed).add();
  const bool is_clean =
      is_answered && may_persist_ && sent_ == outgoing_.bytes().size() && !worker_.is_stopping();
  if (!is_clean || (link_->channel.may_read() && link_->channel.look())) return;
  const Milliseconds limit = TargetSlots::idle_limit(link_timeout_s_);
  if (limit.count() > 0) worker_.slots().give_back(std::move(link_), limit, Clock::now());
}

}  // namespace gapura::proxy
