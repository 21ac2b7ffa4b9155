/// Decisions written down with all that they were taken on, one JSON object a line, so that they
/// can be taken again. Pure; any thread.
///
/// A file is {"policy":{…},"service":…,"at":…} for each start and change of the policy, then
/// {"sample":{…},"decision":{…}} for each tick and {"boot_ms":…} for each boot that was learnt, in
/// the order of time. Times are nanoseconds of the steady clock, to the last
/// digit: a decision may hang on it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "autoscale/decide/decision.h"
#include "autoscale/decide/sample.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

/// Lines without their end. `started`: the History's.
std::string start_line(std::string_view service, const conf::Autoscale& policy, TimePoint started);
/// `begun`: the size that was really gone to; less than decided while a provider does not answer.
std::string record_line(const Sample& sample, const Decision& decision, std::uint32_t begun);
std::string boot_line(Milliseconds took);

/// What a recorded file says when each of its decisions is taken again.
struct Redecided {
  std::size_t decisions = 0;
  std::size_t changes = 0;               ///< of these
  std::vector<std::string> differences;  ///< "line 7: was 3 (…), is 4 (…)", a hundred at most
  std::size_t different = 0;
  std::string fault;  ///< not empty: the file cannot be read, and where
};
/// A last line that was cut off, as a crash leaves it, is left out.
Redecided decide_again(std::string_view text);

}  // namespace gapura::autoscale
