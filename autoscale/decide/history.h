/// What a decision remembers of a service: the last minutes' samples, what was asked for and done,
/// and how long a boot takes. Bounded. Value; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "autoscale/decide/decision.h"
#include "autoscale/decide/sample.h"
#include "base/clock.h"

namespace gapura::autoscale {

class History {
 public:
  /// `started`: nothing before it is known.
  explicit History(TimePoint started) : seen_since_(started), last_request_(started) {}

  /// In the order of time; decide() goes by the last one.
  void add(Sample sample);
  /// What decide() said after the last sample, so that it is remembered.
  void add(const Decision& decision);
  /// From the wish for an instance until it was first healthy.
  void add_boot(Milliseconds took);

  struct Action {
    TimePoint at{};
    std::uint32_t from = 0, to = 0;
  };

  const Sample* last() const { return samples_.empty() ? nullptr : &samples_.back(); }
  /// Oldest first; kSamplesKept back.
  const std::deque<Sample>& samples() const { return samples_; }
  /// Since when samples came without a gap longer than kGap.
  TimePoint seen_since() const { return seen_since_; }
  /// The last moment at which a request came, ran, waited, or could not be ruled out.
  TimePoint last_request() const { return last_request_; }
  const std::optional<Action>& last_action() const { return last_action_; }
  /// The last one that made the size larger.
  const std::optional<Action>& last_addition() const { return last_addition_; }
  /// The last addition that came after a removal, and how long after it.
  struct Regret {
    TimePoint at{};
    Milliseconds after{0};
  };
  const std::optional<Regret>& last_regret() const { return last_regret_; }
  /// Instances added (or removed) since then; an hour back at most.
  std::uint32_t added(TimePoint since) const;
  std::uint32_t removed(TimePoint since) const;
  /// Of decisions since then; `now` where there is none.
  std::uint32_t least_asked(TimePoint since, std::uint32_t now) const;
  std::uint32_t most_fewest(TimePoint since, std::uint32_t now) const;
  /// The time within which nine of ten of the last boots were done; 0: none is known.
  Milliseconds boot_time() const;

  static constexpr Milliseconds kSamplesKept{300'000};
  static constexpr Milliseconds kGap{60'000};

 private:
  /// What was said from `first` to `last`.
  struct Said {
    TimePoint first{}, last{};
    std::uint32_t asked = 0, fewest = 0;
  };

  std::deque<Sample> samples_;
  std::deque<Said> said_;
  std::deque<Action> actions_;
  std::deque<Milliseconds> boots_;
  std::optional<Action> last_action_, last_addition_;
  std::optional<Regret> last_regret_;
  TimePoint seen_since_, last_request_;
};

}  // namespace gapura::autoscale
