/// Requests of one service that wait on one worker for a target to have room, first come first
/// served. Worker thread only; what workers share of it is QueueState.
#pragma once

#include <memory>
#include <utility>

#include "balancer/queue_state.h"
#include "base/clock.h"
#include "base/ids.h"

namespace gapura::proxy {

class ClientConnection;
class Worker;

class WaitingLine {
 public:
  /// A request's place in the line, while it exists. Its end lets the next one try.
  class Place;

  WaitingLine(Worker& worker, ServiceSlot service) noexcept : worker_(worker), service_(service) {}
  WaitingLine(const WaitingLine&) = delete;
  WaitingLine& operator=(const WaitingLine&) = delete;

  /// With each snapshot that has the service; always the same one, or null: no limit any more.
  void adopt(std::shared_ptr<balancer::QueueState> state) {
    if (state != nullptr) state_ = std::move(state);
  }
  /// There is room at a target, or may be: whoever waits longest, on any worker, is to try.
  void has_room();
  /// The first one here is to try.
  void try_first();

 private:
  void announce_first() noexcept;

  Worker& worker_;
  const ServiceSlot service_;
  std::shared_ptr<balancer::QueueState> state_;
  Place* first_ = nullptr;
  Place* last_ = nullptr;
};

class WaitingLine::Place {
 public:
  /// `length_max`: of the service, over all workers.
  Place(WaitingLine& line, ClientConnection& client, std::uint32_t length_max) noexcept;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place();

  /// False: the queue is full, this is no place.
  bool is_taken() const noexcept { return is_taken_; }
  bool is_first() const noexcept { return line_.first_ == this; }

 private:
  friend class WaitingLine;
  WaitingLine& line_;
  ClientConnection& client_;
  const TimePoint since_;
  bool is_taken_ = false;
  Place* next_ = nullptr;
  Place* previous_ = nullptr;
};

}  // namespace gapura::proxy
