/// What the demo says while it runs. Pure; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/demo/demo_load.h"
#include "app/demo/demo_view.h"
#include "base/clock.h"

namespace gapura::app {

class DemoStory {
 public:
  /// What has happened since the last call, a line each.
  std::vector<std::string> news(const DemoView& view);
  /// The load begins: changes are counted from here.
  void begin() noexcept { ups_ = downs_ = 0; }
  /// How it stands: " 0:24  6 users    37 requests/s   p95   236 ms   4 wanted: 2 serve, 2 boot".
  std::string line(Milliseconds elapsed, std::uint32_t users, const LoadFigures& load);
  /// What it all came to.
  std::string closing(Milliseconds elapsed, const LoadFigures& load) const;

  std::uint32_t ups() const noexcept { return ups_; }
  std::uint32_t downs() const noexcept { return downs_; }

 private:
  std::string number_of(const std::string& instance);
  void tell_changes(const DemoView& view, std::vector<std::string>& lines);

  DemoView last_;
  std::map<std::string, int> numbers_;  ///< of instances, as they come
  std::uint32_t ups_ = 0, downs_ = 0, most_ = 0;
  Milliseconds worst_p95_{0}, last_p95_{0};
};

/// How many users there are at this share (0 to 1) of the demo: one, then more, then one again.
std::uint32_t demo_users(double share);

}  // namespace gapura::app
