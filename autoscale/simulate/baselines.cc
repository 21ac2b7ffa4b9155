// Others' rules, from their documents and for comparison only.
#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include "autoscale/simulate/scaler.h"

namespace gapura::autoscale {
namespace {

/// Values of the last `window`.
class Recent {
 public:
  explicit Recent(Milliseconds window) : window_(window) {}
  void add(TimePoint at, double value) {
    values_.emplace_back(at, value);
    while (values_.front().first <= at - window_) values_.pop_front();
  }
  double mean() const {
    double sum = 0;
    for (const auto& [at, value] : values_) sum += value;
    return values_.empty() ? 0 : sum / static_cast<double>(values_.size());
  }
  double most() const {
    double out = 0;
    for (const auto& [at, value] : values_) out = std::max(out, value);
    return out;
  }

 private:
  Milliseconds window_;
  std::deque<std::pair<TimePoint, double>> values_;
};

std::uint32_t size_of(const Sample& sample) {
  return sample.serving + sample.booting + sample.suspended;
}

Decision decided(const Sample& sample, std::uint32_t to) {
  Decision out{.at = sample.at, .reason = {}, .votes = {}, .limits = {}};
  out.from = size_of(sample);
  out.to = out.wanted = to;
  return out;
}

std::uint32_t ceiling(double value) {
  return static_cast<std::uint32_t>(std::max(0.0, std::ceil(value - 1e-9)));
}

/// Whether it has been so long since the last time that true was given.
bool is_due(TimePoint now, Milliseconds every, TimePoint& last) {
  if (now - last < every) return false;
  last = now;
  return true;
}

class SeedScaler final : public Scaler {
 public:
  SeedScaler(std::uint32_t min, std::uint32_t max) : min_(min), max_(max) {}
  bool drains() const override { return false; }

  Decision tick(const Sample& sample, double utilization) override {
    cpu_.add(sample.at, utilization);
    std::uint32_t to = size_of(sample);
    if (is_due(sample.at, std::chrono::seconds(60), evaluated_)) {
      watch(cpu_.mean() > 0.70, sample.at, high_);
      watch(cpu_.mean() < 0.30, sample.at, low_);
    }
    if (sample.at - changed_ >= std::chrono::seconds(300)) {
      if (has_held(high_, std::chrono::seconds(60 + 30), sample.at)) to = std::min(to + 1, max_);
      if (has_held(low_, std::chrono::seconds(300 + 30), sample.at))
        to = std::max(to, min_ + 1) - 1;
    }
    if (to != size_of(sample)) changed_ = sample.at;
    return decided(sample, to);
  }

 private:
  static void watch(bool holds, TimePoint now, std::optional<TimePoint>& since) {
    if (!holds) since.reset();
    if (holds && !since) since = now;
  }
  static bool has_held(const std::optional<TimePoint>& since, Milliseconds time, TimePoint now) {
    return since && now - *since >= time;
  }
  std::uint32_t min_, max_;
  Recent cpu_{std::chrono::seconds(120)};
  std::optional<TimePoint> high_, low_;
  TimePoint evaluated_{}, changed_{};
};

class HpaScaler final : public Scaler {
 public:
  HpaScaler(std::uint32_t min, std::uint32_t max) : min_(min), max_(max) {}

  Decision tick(const Sample& sample, double utilization) override {
    cpu_.add(sample.at, utilization);
    const std::uint32_t size = size_of(sample);
    if (!is_due(sample.at, std::chrono::seconds(15), synced_)) return decided(sample, size);
    const std::uint32_t wish = std::clamp(wished(sample), min_, max_);
    wishes_.add(sample.at, wish);
    std::uint32_t to = wish;
    if (wish > size) to = std::min(wish, std::max(2 * size, size + 4));
    if (wish < size) to = std::min(size, static_cast<std::uint32_t>(wishes_.most()));
    return decided(sample, to);
  }

 private:
  /// Those that boot count as idle on the way up, and not at all on the way down.
  std::uint32_t wished(const Sample& sample) const {
    constexpr double kTarget = 0.70, kTolerance = 0.1;
    const std::uint32_t size = size_of(sample);
    const double ratio = cpu_.mean() / kTarget;
    if (std::abs(ratio - 1) <= kTolerance || sample.serving == 0) return size;
    if (ratio < 1) return ceiling(sample.serving * ratio);
    const double diluted = ratio * sample.serving / size;
    return diluted <= 1 + kTolerance ? size : ceiling(diluted * size);
  }
  std::uint32_t min_, max_;
  Recent cpu_{std::chrono::seconds(30)}, wishes_{std::chrono::seconds(300)};
  TimePoint synced_{};
};

class KpaScaler final : public Scaler {
 public:
  KpaScaler(std::uint32_t min, std::uint32_t max, double concurrency)
      : min_(min), max_(max), target_(0.7 * concurrency) {}

  Decision tick(const Sample& sample, double /*utilization*/) override {
    const double inside = sample.in_flight + static_cast<double>(sample.queued);
    stable_.add(sample.at, inside);
    burst_.add(sample.at, inside);
    const std::uint32_t ready = std::max(1U, sample.serving);
    const auto limited = [&](double mean) {
      return std::clamp(ceiling(mean / target_), ready / 2, 1'000 * ready);
    };
    const std::uint32_t stable = limited(stable_.mean()), burst = limited(burst_.mean());
    if (burst >= 2 * ready) panicked_ = sample.at;
    if (panicked_ && sample.at - *panicked_ >= std::chrono::seconds(60)) panicked_.reset();
    std::uint32_t to = stable;
    if (panicked_) to = most_ = std::max({stable, burst, most_});
    if (!panicked_) most_ = 0;
    return decided(sample, std::clamp(to, min_, max_));
  }

 private:
  std::uint32_t min_, max_;
  double target_;
  Recent stable_{std::chrono::seconds(60)}, burst_{std::chrono::seconds(6)};
  std::optional<TimePoint> panicked_;
  std::uint32_t most_ = 0;
};

}  // namespace

std::unique_ptr<Scaler> make_seed_scaler(std::uint32_t min, std::uint32_t max) {
  return std::make_unique<SeedScaler>(min, max);
}
std::unique_ptr<Scaler> make_hpa_scaler(std::uint32_t min, std::uint32_t max) {
  return std::make_unique<HpaScaler>(min, max);
}
std::unique_ptr<Scaler> make_kpa_scaler(std::uint32_t min, std::uint32_t max, double concurrency) {
  return std::make_unique<KpaScaler>(min, max, concurrency);
}

}  // namespace gapura::autoscale
