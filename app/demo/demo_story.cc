#include "app/demo/demo_story.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "base/format.h"
#include "base/plural.h"

namespace gapura::app {
namespace {

constexpr const char* kIndent = "        ";

/// "2 serve, 1 warms up".
std::string by_phase(const DemoView& view) {
  constexpr std::array<std::array<const char*, 2>, 6> kPhases{{{"serves", "serve"},
                                                               {"warms up", "warm up"},
                                                               {"boots", "boot"},
                                                               {"is suspended", "are suspended"},
                                                               {"drains", "drain"},
                                                               {"ends", "end"}}};
  std::string text;
  for (const auto& [one, many] : kPhases) {
    const std::uint32_t count = view.count(one);
    if (count == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + (count == 1 ? one : many);
  }
  return text.empty() ? "none yet" : text;
}

}  // namespace

std::string DemoStory::number_of(const std::string& instance) {
  const int next = static_cast<int>(numbers_.size()) + 1;
  return "#" + std::to_string(numbers_.try_emplace(instance, next).first->second);
}

void DemoStory::tell_changes(const DemoView& view, std::vector<std::string>& lines) {
  for (std::size_t i = last_.changes.size(); i < view.changes.size(); ++i) {
    const DemoView::Change& change = view.changes[i];
    const bool is_up = change.to > change.from;
    ++(is_up ? ups_ : downs_);
    lines.push_back(kIndent + std::string(is_up ? "UP    " : "DOWN  ") + change.reason);
  }
}

std::vector<std::string> DemoStory::news(const DemoView& view) {
  std::vector<std::string> lines;
  tell_changes(view, lines);
  for (const auto& [name, phase] : view.phases) {
    const auto before = last_.phases.find(name);
    if (before != last_.phases.end() && before->second == phase) continue;
    const std::string number = number_of(name);
    const std::string first = before == last_.phases.end() ? " (" + name + ")" : "";
    lines.push_back(kIndent + number + " " + phase + first);
  }
  for (const auto& [name, phase] : last_.phases) {
    if (!view.phases.contains(name)) lines.push_back(kIndent + number_of(name) + " is gone");
  }
  most_ = std::max(most_, view.count("serves") + view.count("warms up"));
  last_ = view;
  return lines;
}

std::string DemoStory::line(Milliseconds elapsed, std::uint32_t users, const LoadFigures& load) {
  worst_p95_ = std::max(worst_p95_, load.p95);
  if (load.p95.count() != 0) last_p95_ = load.p95;
  const auto seconds = elapsed.count() / 1'000;
  return fmt::format("{:2}:{:02}  {:<9}{:4.0f} requests/s   p95 {:5} ms   {} wanted: {}",
                     seconds / 60, seconds % 60, counted(users, "user"), load.rate,
                     load.p95.count(), last_.wanted, by_phase(last_));
}

std::string DemoStory::closing(Milliseconds elapsed, const LoadFigures& load) const {
  return fmt::format(
      "{} in {} s, {} failed; {} up, {} down, {} at most; p95 {} ms at worst, {} ms in the end",
      counted(load.requests, "request"), elapsed.count() / 1'000, load.failed,
      counted(ups_, "time"), counted(downs_, "time"), counted(most_, "target"), worst_p95_.count(),
      last_p95_.count());
}

std::uint32_t demo_users(double share) {
  struct Point {
    double share, users;
  };
  constexpr double kMost = DemoLoad::kUsersMax;
  constexpr std::array<Point, 6> kShape{
      {{0, 1}, {0.06, 1}, {0.1, kMost}, {0.4, kMost}, {0.48, 1}, {1, 1}}};
  for (std::size_t i = 1; i < kShape.size(); ++i) {
    if (share >= kShape[i].share) continue;
    const Point& a = kShape[i - 1];
    const Point& b = kShape[i];
    const double part = (share - a.share) / (b.share - a.share);
    return static_cast<std::uint32_t>(std::lround(a.users + part * (b.users - a.users)));
  }
  return 1;
}

}  // namespace gapura::app
