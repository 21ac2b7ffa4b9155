#include "autoscale/simulate/simulation.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <random>

namespace gapura::autoscale {
namespace {

constexpr double kFlap_s = 600;
/// Until those who send requests notice that a target was deleted under them.
constexpr double kStale_s = 5;

/// Seconds of work that come in one second.
double work_of(const Trace& trace, const SimulationSettings& settings, std::size_t second) {
  return trace.rates[second] *
         (trace.work_s.empty() ? settings.service.service_s : trace.work_s[second]);
}

class Run {
 public:
  Run(const Trace& trace, Scaler& scaler, const SimulationSettings& settings)
      : trace_(trace),
        scaler_(scaler),
        settings_(settings),
        fluid_(settings.service),
        random_(settings.seed),
        ready_(settings.begins_with > 0 ? settings.begins_with : first_size()) {}

  SimulationOutcome run() {
    const auto tick_s = static_cast<std::size_t>(std::max<std::int64_t>(
        1, std::chrono::duration_cast<std::chrono::seconds>(settings_.tick).count()));
    for (second_ = 0; second_ < trace_.rates.size(); ++second_) {
      boot();
      step();
      if ((second_ + 1) % tick_s == 0) tick(tick_s);
    }
    out_.violation_min /= 60;
    out_.hours /= 3'600;
    if (out_.requests > 0) out_.bad_percent *= 100 / out_.requests;
    return std::move(out_);
  }

 private:
  std::uint32_t first_size() const {
    const std::size_t minute = std::min<std::size_t>(60, trace_.rates.size());
    double work = 0;
    for (std::size_t i = 0; i < minute; ++i) work += work_of(trace_, settings_, i);
    const double aim = 0.7 * settings_.service.concurrency * static_cast<double>(minute);
    const double need = minute > 0 ? std::ceil(work / aim - 1e-9) : 0;
    return std::clamp(static_cast<std::uint32_t>(need), settings_.min, settings_.max);
  }
  double now_s() const { return static_cast<double>(second_); }

  void boot() {
    const double boot_s = static_cast<double>(settings_.boot.count()) / 1'000;
    while (!booting_.empty() && booting_.front() + boot_s <= now_s()) {
      booting_.pop_front();
      ++ready_;
      scaler_.booted(settings_.boot);
    }
  }

  double arrivals() {
    const double rate = trace_.rates[second_];
    if (trace_.is_exact || settings_.seed == 0 || rate <= 0) return rate;
    return static_cast<double>(std::poisson_distribution<std::int64_t>(rate)(random_));
  }

  void step() {
    const double work_s =
        trace_.work_s.empty() ? settings_.service.service_s : trace_.work_s[second_];
    const Fluid::Second second = fluid_.step(arrivals(), work_s, ready_);
    fluid_.count(second, work_s, ready_, sample_);
    busy_ += second.utilization;
    // A queue beyond the promise is one also in a second in which nobody came.
    const double limit_s = std::max(settings_.latency_most_s, work_s);
    const bool is_bad = second.latency_s > limit_s + 1e-9 || second.refused > 0;
    const auto present = ready_ + static_cast<std::uint32_t>(booting_.size());
    out_.requests += second.arrived;
    out_.refused += second.refused;
    out_.hours += present;
    if (is_bad) {
      out_.violation_min += 1;
      out_.bad_percent += second.arrived;
    }
    out_.most = std::max(out_.most, present);
    out_.rates.push_back(second.arrived);
    out_.ready.push_back(static_cast<std::uint16_t>(ready_));
    out_.present.push_back(static_cast<std::uint16_t>(present));
    out_.is_bad.push_back(is_bad);
  }

  void tick(std::size_t tick_s) {
    const auto time = std::chrono::seconds(second_ + 1);
    sample_.at = kVirtualStart + time;
    sample_.wall = trace_.begins + time;
    sample_.span = std::chrono::seconds(tick_s);
    sample_.serving = ready_;
    sample_.booting = static_cast<std::uint32_t>(booting_.size());
    const double utilization = busy_ / static_cast<double>(tick_s);
    show_cpu(utilization, tick_s);
    apply(scaler_.tick(sample_, utilization));
    sample_ = Sample{};
    busy_ = 0;
  }

  void show_cpu(double utilization, std::size_t tick_s) {
    if (settings_.cpu_window == Milliseconds(0) || ready_ == 0) return;
    cpu_.push_back(utilization);
    const auto most = static_cast<std::size_t>(settings_.cpu_window.count()) / 1'000 / tick_s;
    while (cpu_.size() > std::max<std::size_t>(most, 1)) cpu_.pop_front();
    double sum = 0;
    for (const double one : cpu_) sum += one;
    sample_.cpu = 100 * sum / static_cast<double>(cpu_.size());
  }

  void apply(const Decision& decision) {
    if (!decision.is_change()) return;
    for (std::uint32_t i = decision.from; i < decision.to; ++i) booting_.push_back(now_s());
    for (std::uint32_t i = decision.to; i < decision.from; ++i) remove();
    const bool is_up = decision.to > decision.from;
    if (!out_.changes.empty()) {
      const Change& last = out_.changes.back();
      const bool was_up = last.to > last.from;
      if (is_up != was_up && now_s() - last.at_s < kFlap_s) ++out_.flaps;
    }
    out_.changes.push_back({now_s(), decision.from, decision.to, decision.reason});
  }

  void remove() {
    if (!booting_.empty()) {
      booting_.pop_back();
      return;
    }
    if (!scaler_.drains() && ready_ > 0) {
      out_.lost += (sample_.in_flight + kStale_s * trace_.rates[second_]) / ready_;
    }
    if (ready_ > 0) --ready_;
  }

  const Trace& trace_;
  Scaler& scaler_;
  const SimulationSettings& settings_;
  Fluid fluid_;
  std::mt19937 random_;
  std::size_t second_ = 0;
  std::uint32_t ready_;
  std::deque<double> booting_;  // since when
  std::deque<double> cpu_;
  Sample sample_;
  double busy_ = 0;
  SimulationOutcome out_;
};

/// What the oracle has in each ten seconds.
std::vector<double> oracle_sizes(const Trace& trace, const SimulationSettings& settings) {
  constexpr std::size_t kSpan = 10, kGap = 30;
  std::vector<double> sizes;
  for (std::size_t begin = 0; begin < trace.rates.size(); begin += kSpan) {
    const std::size_t end = std::min(begin + kSpan, trace.rates.size());
    double work = 0;
    for (std::size_t i = begin; i < end; ++i) {
      work +=
          trace.rates[i] * (trace.work_s.empty() ? settings.service.service_s : trace.work_s[i]);
    }
    const double need =
        work / static_cast<double>(end - begin) / (0.85 * settings.service.concurrency);
    sizes.push_back(std::max<double>(settings.min, std::ceil(need - 1e-9)));
  }
  // A fall that is made good within the gap is not followed.
  std::vector<double> held = sizes;
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    if (sizes[i] >= held[i - 1]) continue;
    double back = 0;
    for (std::size_t j = i; j < std::min(i + kGap, sizes.size()); ++j) {
      back = std::max(back, sizes[j]);
    }
    held[i] = std::min(held[i - 1], std::max(back, sizes[i]));
  }
  return held;
}

}  // namespace

SimulationOutcome simulate(const Trace& trace, Scaler& scaler, const SimulationSettings& settings) {
  return Run(trace, scaler, settings).run();
}

double oracle_hours(const Trace& trace, const SimulationSettings& settings) {
  const auto sizes = oracle_sizes(trace, settings);
  double seconds = 0, starts = 0, before = sizes.empty() ? 0 : sizes.front();
  for (const double size : sizes) {
    seconds += 10 * size;
    starts += std::max(0.0, size - before);
    before = size;
  }
  return (seconds + starts * static_cast<double>(settings.boot.count()) / 1'000) / 3'600;
}

double static_hours(const Trace& trace, const SimulationSettings& settings) {
  const auto sizes = oracle_sizes(trace, settings);
  const double most = sizes.empty() ? 0 : *std::ranges::max_element(sizes);
  return most * static_cast<double>(trace.rates.size()) / 3'600;
}

}  // namespace gapura::autoscale
