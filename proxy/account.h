/// What is counted and logged of an exchange when it ends. A tunnel carries it on for its exchange.
/// Worker thread only.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/ids.h"
#include "metrics/shard.h"
#include "proxy/failure.h"
#include "proxy/log_texts.h"

namespace gapura::proxy {

class ClientConnection;

/// The status of a client that left: counted and logged, never sent.
constexpr unsigned kClientClosed = 499;

struct Account {
  TimePoint started;
  TimePoint sent_at{};  ///< when the last attempt began to send; not set: none did, or no log
  metrics::Method method = metrics::Method::extension;
  metrics::Protocol protocol = metrics::Protocol::http;
  Failure refused_for = Failure::none;
  bool is_http_1_0 = false;
  bool has_service = false;
  ServiceSlot service{};
  unsigned target_status = 0;  ///< 0: the target did not answer
  unsigned retries = 0;
  SpareLogTexts::Taken log_texts;  ///< null: the access log is off

  /// `status` is the client's; bytes are those of the bodies.
  void close(ClientConnection& client, unsigned status, std::uint64_t request_bytes,
             std::uint64_t response_bytes) const;

 private:
  void log(ClientConnection& client, TimePoint now, unsigned status, std::uint64_t request_bytes,
           std::uint64_t response_bytes) const;
};

}  // namespace gapura::proxy
