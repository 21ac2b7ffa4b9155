#include "autoscale/decide/load.h"

#include <algorithm>
#include <cmath>

namespace gapura::autoscale {
namespace {

constexpr Milliseconds kShort{15'000}, kLong{60'000};
/// A burst is counted over so long at least.
constexpr double kOnset_s = 5;
constexpr double kSigmas = 3;

double seconds(Milliseconds span) {
  return static_cast<double>(span.count()) / 1'000;
}

struct Sum {
  double amount = 0, per = 0;
  std::optional<double> ratio() const {
    return per > 0 ? std::optional(amount / per) : std::nullopt;
  }
};

/// The rate of a burst since it began: `mean`, that of the last 15 s, or that of the end of them
/// that is farthest beyond what `mean` explains. Else what was before the burst would thin it out.
double rate_since_onset(const History& history, TimePoint now, double mean) {
  Sum sum;
  double rate = mean, farthest = kSigmas;
  for (auto one = history.samples().rbegin(); one != history.samples().rend(); ++one) {
    if (one->at <= now - kShort) break;
    if (!one->has_load) continue;
    sum.amount += one->arrived;
    sum.per += seconds(one->span);
    const double expected = mean * sum.per;
    const double beyond = (sum.amount - expected) / std::sqrt(expected);
    if (sum.per < kOnset_s || beyond <= farthest) continue;
    farthest = beyond;
    rate = sum.amount / sum.per;
  }
  return rate;
}

void measure_rate(const History& history, TimePoint now, Load& out) {
  Sum recent, before;
  for (auto one = history.samples().rbegin(); one != history.samples().rend(); ++one) {
    if (one->at <= now - kLong) break;
    if (!one->has_load) continue;
    Sum& sum = one->at > now - kShort ? recent : before;
    sum.amount += one->arrived;
    sum.per += seconds(one->span);
  }
  const double expected = before.ratio().value_or(0) * recent.per;
  out.is_burst = before.per > 0 && recent.amount > expected + kSigmas * std::sqrt(expected) &&
                 recent.amount > kSigmas;
  const Sum all{recent.amount + before.amount, recent.per + before.per};
  out.rate = out.is_burst ? rate_since_onset(history, now, recent.ratio().value_or(0))
                          : all.ratio().value_or(0);
}

void measure_service(const History& history, double concurrency, TimePoint now, Load& out) {
  Sum clear, full;
  double full_room_s = 0;
  for (const Sample& one : history.samples()) {
    if (!one.has_load) continue;
    const double room = concurrency * one.serving;
    const bool is_clear = one.in_flight <= room;
    if (!is_clear && one.at <= now - kLong) continue;
    if (!is_clear) full_room_s += room * seconds(one.span);
    Sum& sum = is_clear ? clear : full;
    sum.amount += one.busy_s;
    sum.per += one.finished;
  }
  out.service_s = clear.ratio();
  full.amount = std::min(full.amount, full_room_s);
  out.full_service_s = full.ratio();
}

}  // namespace

Load measure_load(const History& history, double concurrency, TimePoint now) {
  Load out;
  const Sample* last = history.last();
  if (last == nullptr) return out;
  out.is_known = last->has_load && now - last->at <= std::max(last->span * 3, kShort);
  measure_rate(history, now, out);
  if (concurrency > 0) measure_service(history, concurrency, now, out);
  return out;
}

}  // namespace gapura::autoscale
