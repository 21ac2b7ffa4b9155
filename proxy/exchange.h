/// One request and its response: route, pick, connect, send, relay both ways, retry while nothing
/// has been sent to the client, answer, count. Worker thread only; lives in its connection's
/// coroutine, and ends before the connection does.
///
///   run: choose -> (connect) -> converse -> finish        one attempt
///             ^---- retry elsewhere ----'| '-> refuse     when the failure table says so
///                                        '-> Tunnel       after a 101, which then has it all
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "balancer/pick_request.h"
#include "balancer/snapshot.h"
#include "base/async/task.h"
#include "base/clock.h"
#include "metrics/shard.h"
#include "proxy/account.h"
#include "proxy/failure.h"
#include "proxy/head_writer.h"
#include "proxy/http_head.h"
#include "proxy/log_texts.h"
#include "proxy/relay.h"
#include "proxy/service_terms.h"
#include "proxy/target_slots.h"

namespace gapura::proxy {

class ClientConnection;
class Worker;
struct Journey;

class Exchange {
 public:
  explicit Exchange(ClientConnection& client);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// The worker's request_head has just been filled from the connection's buffer.
  /// True: the connection may carry another request.
  Task<bool> run();
  /// Answers a head that could not be read. Always ends the connection (false).
  Task<bool> refuse_head(Failure failure);

 private:
  /// What the request says that is needed after its head's views are gone.
  struct Facts {
    metrics::Method method = metrics::Method::extension;  ///< not known of a refused head
    bool is_head = false;
    bool is_idempotent = false;
    bool is_http_1_0 = false;
    bool may_persist = false;
    bool has_upgrade = false;
    Framing framing;
  };
  /// What the wait is for, so that an expiry knows whom to blame.
  enum class Patience : std::uint8_t { none, client_body, client_write, target_head };

  void note_facts(const RequestHead& head);
  const RequestHead& head();

  Failure refusal();

  // One attempt.
  /// queue_full: every target that is good for it has all it may have. `has_turn`: it is the first
  /// of those that wait.
  Failure choose(bool has_turn);
  Task<Failure> wait_for_room();
  /// The service whose targets are picked, when the route's is one over services.
  const balancer::Service& follow(const balancer::Snapshot& snapshot,
                                  const balancer::Service& start,
                                  const balancer::PickRequest& wanted, bool has_turn);
  void keep_body(std::uint64_t bytes_max);
  bool has_kept_body();
  bool falls_back(unsigned status);
  void send_mirrors();
  bool is_last_attempt() const noexcept { return attempts_ > tried_.size(); }
  bool pick(const balancer::Service& service, const balancer::Target& target, TimePoint now);
  Task<Failure> connect();
  Failure connect_failed(Failure failure, std::string reason);
  Task<Failure> converse();
  void send_request();
  Forwarding forwarding() const;
  void leave_target(Failure failure);
  bool may_retry(Failure failure);

  // Inside converse(), never waiting. Failure::none with is_over_: the response is complete.
  Failure pump();
  Failure pump_request();
  Failure read_response();
  Failure take_response_head();
  Failure forward_interim();
  Failure begin_response();
  Failure begin_tunnel();
  Failure pump_response();
  Failure after_response_step(Relay::Step step);
  void look_after_client();
  void set_patience();
  bool is_in_time();
  std::uint64_t moved_by_client() const noexcept;
  bool is_clients_last() const;
  Failure blame() const noexcept;
  static void on_cut(void* owner) noexcept;

  // The end.
  Task<bool> refuse(Failure failure);
  Task<void> flush_answer();
  bool finish();
  void give_back_link();
  void release_lease();
  void record(unsigned status);
  /// Once: what only the log needs goes with it.
  Account account();
  bool is_request_read() const noexcept;

  ClientConnection& client_;
  Worker& worker_;
  const TimePoint started_;
  Facts facts_;
  bool head_is_parsed_ = false;  ///< the worker's request_head is still ours

  // The attempt.
  std::optional<Lease> lease_;
  std::unique_ptr<Link> link_;
  Endpoint endpoint_;
  Milliseconds connect_timeout_{0};
  Milliseconds response_timeout_{0};
  std::string host_override_;
  std::string set_cookie_;  ///< the line that keeps the client here; empty: none is due
  std::uint32_t queue_length_max_ = 0;
  Milliseconds queue_timeout_{0};
  std::uint32_t retry_after_s_ = 1;
  bool has_service_ = false;
  ServiceTerms terms_;
  std::array<const balancer::TargetState*, 8> tried_{};
  std::size_t tried_count_ = 0;
  unsigned attempts_ = 0;
  bool wants_fresh_link_ = false;
  bool is_exhausted_ = false;  ///< every target was tried
  Failure last_failure_ = Failure::none;

  // Request on its way to the target.
  Relay upload_;
  bool upload_over_ = false;   ///< nothing more will be sent
  bool upload_whole_ = false;  ///< the whole request was sent
  bool has_kept_excess_ = false;

  // Response on its way to the client.
  Relay download_;
  Buffer response_rest_;  ///< of a head that came in parts
  std::size_t response_bytes_ = 0;
  std::size_t response_searched_ = 0;  ///< of them, hold no end of a head
  std::span<char> response_unread_;
  unsigned status_ = 0;
  unsigned link_timeout_s_ = 0;
  bool link_may_persist_ = false;
  bool got_response_bytes_ = false;
  bool has_begun_ = false;  ///< response bytes went to the client
  bool is_over_ = false;
  bool says_close_ = false;
  metrics::Protocol protocol_ = metrics::Protocol::http;
  bool needs_turn_ = false;
  Failure cut_ = Failure::none;
  Patience patience_ = Patience::none;
  Milliseconds patience_limit_{0};
  std::uint64_t patience_moved_ = 0;
  std::uint64_t moved_ = 0;
  unsigned interims_ = 0;

  // For the access log, filled only when it is on.
  TimePoint sent_at_{};  ///< when the last attempt began to send
  Failure refused_for_ = Failure::none;
  SpareLogTexts::Taken log_texts_;

  std::unique_ptr<Journey> journey_;  ///< null: the route's service has targets itself
};

}  // namespace gapura::proxy
