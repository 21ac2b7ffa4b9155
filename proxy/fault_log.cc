#include "proxy/fault_log.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"

namespace gapura::proxy {
namespace {

constexpr Milliseconds kPause{1'000};

/// Empty: not for this log.
std::string_view words_of(Failure failure) noexcept {
  switch (failure) {
    case Failure::bad_response: return "its answer breaks the rules of HTTP";
    case Failure::target_closed: return "it closed the connection without an answer";
    case Failure::target_cut: return "its answer broke off";
    case Failure::target_timeout: return "it did not begin to answer in time";
    default: return {};
  }
}

}  // namespace

void FaultLog::note(const balancer::TargetState& target, Failure failure, TimePoint now) {
  const std::string_view words = words_of(failure);
  if (words.empty()) return;
  if (now < quiet_until_) {
    ++unsaid_;
    return;
  }
  quiet_until_ = now + kPause;
  const std::uint64_t unsaid = std::exchange(unsaid_, 0);
  const std::string more =
      unsaid == 0 ? "" : " (and " + std::to_string(unsaid) + " more faults of targets since)";
  const std::string at = target.address.empty() ? "" : " at " + target.address;
  log::warn("service {}: a request to {}{} failed: {} ({}){}", target.service, target.url, at,
            words, row(failure).name, more);
}

}  // namespace gapura::proxy
