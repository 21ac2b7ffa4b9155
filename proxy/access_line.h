/// Access-log lines of one worker, collected into batches for the log thread. Worker thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/async/deadline_wheel.h"
#include "base/async/loop.h"
#include "metrics/shard.h"
#include "proxy/access_log.h"
#include "proxy/log_texts.h"
#include "proxy/time_text.h"

namespace gapura::proxy {

/// What a line says. Views are only needed during the call.
struct AccessRecord {
  std::string_view client_address;
  std::uint16_t client_port = 0;
  std::string_view error;  ///< name in failure.h of what went wrong; empty: nothing
  std::string_view method, target, authority, referer, user_agent;
  bool is_http_1_0 = false;
  unsigned status = 0;         ///< sent to the client; 499 when it left
  unsigned target_status = 0;  ///< from the target; 0: none
  std::uint64_t request_bytes = 0, response_bytes = 0;
  std::chrono::microseconds duration{0};
  std::chrono::microseconds target_duration{0};  ///< from the first byte sent to it; 0: none was
  std::chrono::system_clock::time_point started;
  std::string_view entry_point, router, service, target_url;
  std::uint64_t request_count = 0;
  unsigned retries = 0;
};

class AccessLines {
 public:
  AccessLines(Loop& loop, AccessLog& log, metrics::Shard& shard);
  ~AccessLines() { flush(); }
  void add(const AccessRecord& record);
  void flush();
  SpareLogTexts& texts() noexcept { return texts_; }

 private:
  static constexpr std::size_t kBatchBytes = 64 * 1024;
  static constexpr Milliseconds kBatchAge{100};
  void add_common(const AccessRecord& record);
  void add_json(const AccessRecord& record);

  AccessLog& log_;
  metrics::Shard& shard_;
  SpareLogTexts texts_;
  TimeText time_;
  std::string batch_;
  std::uint64_t lines_ = 0;  ///< in batch_
  Deadline age_;
};

}  // namespace gapura::proxy
