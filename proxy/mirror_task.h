/// One request on its way to a mirror. Owned by Mirrors' list; ends by itself, or when it is cut.
/// Worker thread only.
#pragma once

#include <memory>

#include "balancer/snapshot.h"
#include "base/async/deadline_wheel.h"
#include "base/async/task.h"
#include "base/async/waiter.h"
#include "proxy/body_decoder.h"
#include "proxy/kept_bytes.h"
#include "proxy/mirror.h"
#include "proxy/target_slots.h"

namespace gapura::proxy {

class MirrorTask {
 public:
  MirrorTask(Worker& worker, ServiceSlot mirror, const balancer::Service& service,
             const balancer::Target& target, TimePoint now);
  MirrorTask(const MirrorTask&) = delete;
  MirrorTask& operator=(const MirrorTask&) = delete;
  ~MirrorTask();

  /// The target has fewer requests than it may have, and there is memory for the bytes.
  bool may_begin(const balancer::Service& service, std::string_view head,
                 std::span<const char> body);
  /// At the end the task destroys itself.
  Detached run();
  void cut();

 private:
  friend class Mirrors;
  static void on_event(void* owner) noexcept;
  static void on_cut(void* owner) noexcept;
  /// True: the answer came.
  Task<bool> talk();
  Task<bool> connect();
  void connect_failed(int error);
  enum class Progress : std::uint8_t { waits, done, failed };
  Progress write_some();
  Progress read_some();
  Progress take_head(std::size_t& body_at);
  Progress take_body(std::span<char> bytes);
  void finish(bool is_answered);

  Worker& worker_;
  const ServiceSlot mirror_;
  const ServiceSlot service_;  ///< whose target it is
  const bool is_limited_;
  Lease lease_;
  Endpoint endpoint_;
  std::unique_ptr<Link> link_;
  Waiter waiter_;
  Deadline limit_;
  KeptBytes outgoing_;
  std::size_t sent_ = 0;
  Buffer head_;  ///< of the answer, until it is complete
  std::size_t head_bytes_ = 0;
  std::size_t answer_bytes_ = 0;
  bool is_head_request_ = false;
  bool has_head_ = false;
  bool may_persist_ = false;
  unsigned link_timeout_s_ = 0;
  BodyDecoder decoder_;
  bool is_over_ = false;  ///< cut, or out of time
  MirrorTask* next_ = nullptr;
  MirrorTask* previous_ = nullptr;
};

}  // namespace gapura::proxy
