/// The parts of a request that its access-log line needs after its head has been overwritten.
/// Taken only when the access log is on. Worker thread only.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http_head.h"

namespace gapura::proxy {

/// All parts are kept in one string, whose memory serves the next request.
class LogTexts {
 public:
  enum class Part : std::size_t {
    method,
    target,
    authority,
    referer,
    user_agent,
    router,
    service,
    target_url,
    count_,
  };

  void set(const RequestHead& head);
  /// Of a head that was refused: what it says is not to be trusted, nor shown.
  void set_refused();
  /// These may be noted again, by each attempt; the last one counts.
  void note_route(std::string_view router, std::string_view service);
  void note_target(std::string_view url);

  /// Empty: not known. Valid until something is noted.
  std::string_view of(Part part) const noexcept;
  std::size_t capacity() const noexcept { return text_.capacity(); }

 private:
  struct Place {
    std::size_t begin = 0, size = 0;  ///< in text_
  };
  void clear() noexcept;
  void put(Part part, std::string_view text);

  std::string text_;
  std::array<Place, static_cast<std::size_t>(Part::count_)> places_{};
};

/// Texts that nobody needs now, so that a line takes nothing from the heap. One a worker; outlives
/// what was taken from it.
class SpareLogTexts {
 public:
  struct GiveBack {
    SpareLogTexts* spare = nullptr;
    void operator()(LogTexts* texts) const noexcept;
  };
  using Taken = std::unique_ptr<LogTexts, GiveBack>;

  SpareLogTexts() { spare_.reserve(kKept); }
  SpareLogTexts(const SpareLogTexts&) = delete;
  SpareLogTexts& operator=(const SpareLogTexts&) = delete;

  /// What it says is an earlier request's until it is set.
  Taken take();
  std::size_t size() const noexcept { return spare_.size(); }

  static constexpr std::size_t kKept = 2'000;      ///< as many as BufferPool keeps of its smallest
  static constexpr std::size_t kBytesMax = 2'048;  ///< of each; what long URLs took is freed

 private:
  std::vector<std::unique_ptr<LogTexts>> spare_;
};

}  // namespace gapura::proxy
