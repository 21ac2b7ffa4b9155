/// Copies of requests that go to mirrors, after the client has its answer: each has its own link
/// and its own task, on the same worker; its answer is read and dropped. Nothing of it is in the
/// way of the exchange it was copied from, nor counted as one. Worker thread only.
///
/// Bounded: kAtOnceMax of a mirror and worker, kLimit each, and the bytes by KeptBudget; what is
/// beyond is dropped and counted. All are cut when the worker stops.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "balancer/pick_request.h"
#include "base/ids.h"
#include "proxy/head_writer.h"

namespace gapura::proxy {

class MirrorTask;
class Worker;

class Mirrors {
 public:
  static constexpr std::uint32_t kAtOnceMax = 64;
  /// From connecting to the answer's last byte: nobody waits for it.
  static constexpr Milliseconds kLimit{10'000};

  /// Views are needed during send() only.
  struct Request {
    const RequestHead& head;
    RequestRendering rendering;  ///< but for host_override
    Forwarding forwarding;
    std::span<const char> body;
    balancer::PickRequest pick;
  };

  explicit Mirrors(Worker& worker) noexcept : worker_(worker) {}
  Mirrors(const Mirrors&) = delete;
  Mirrors& operator=(const Mirrors&) = delete;

  /// To a target of `service`, which may be one over services; mirrors of that get nothing.
  void send(ServiceSlot service, const Request& request);
  /// Cuts all.
  void stop();

 private:
  friend class MirrorTask;
  MirrorTask* start(ServiceSlot mirror, const Request& request);
  void remove(MirrorTask& task) noexcept;

  Worker& worker_;
  MirrorTask* first_ = nullptr;
  std::vector<std::uint32_t> at_once_;  ///< by ServiceSlot
};

}  // namespace gapura::proxy
