#include "autoscale/simulate/report.h"

#include <boost/json.hpp>

#include "base/format.h"
#include "base/plural.h"

namespace gapura::autoscale {
namespace {

std::string cost(const Report& report, double hours) {
  if (report.price <= 0) return {};
  return fmt::format(" {:>14.0f}", hours * report.price);
}

double ratio(double one, double of) {
  return of > 0 ? one / of : 0;
}

}  // namespace

std::string to_text(const Report& report) {
  std::string out =
      fmt::format("{:<18} {:>8} {:>8} {:>8} {:>8} {:>7} {:>6} {:>8} {:>5} {:>7}", "", "hours",
                  "/oracle", "/static", "broken", "bad", "flaps", "changes", "most", "lost");
  if (report.price > 0) out += fmt::format(" {:>14}", report.currency);
  out += '\n';
  for (const SimulationOutcome& one : report.outcomes) {
    out += fmt::format(
        "{:<18} {:>8.1f} {:>8.2f} {:>8.2f} {:>6.1f} m {:>5.2f} % {:>6} {:>8} {:>5} {:>7.0f}{}\n",
        one.name, one.hours, ratio(one.hours, report.oracle_hours),
        ratio(one.hours, report.static_hours), one.violation_min, one.bad_percent, one.flaps,
        one.changes.size(), one.most, one.lost, cost(report, one.hours));
  }
  for (const auto& [name, hours] : {std::pair{"always the peak", report.static_hours},
                                    std::pair{"oracle", report.oracle_hours}}) {
    out +=
        fmt::format("{:<18} {:>8.1f} {:>8.2f} {:>8.2f} {:>8} {:>7} {:>6} {:>8} {:>5} {:>7}{}\n",
                    name, hours, ratio(hours, report.oracle_hours),
                    ratio(hours, report.static_hours), "", "", "", "", "", "", cost(report, hours));
  }
  if (report.outcomes.empty()) return out;
  const SimulationOutcome& first = report.outcomes.front();
  out += fmt::format(
      "\nIn {:.1f} hours {:.0f} requests came. With {}, {:.1f} instance-hours are paid: {:.0f} % "
      "of "
      "what the peak's\nsize costs all the time, {:.2f} times what one who knew the future would "
      "pay. The size changed {},\nat most {} stood at once.\n",
      report.trace_hours, first.requests, first.name, first.hours,
      100 * ratio(first.hours, report.static_hours), ratio(first.hours, report.oracle_hours),
      counted(first.changes.size(), "time"), counted(first.most, "target"));
  out += first.violation_min > 0
             ? fmt::format(
                   "Requests were too slow or refused for {:.1f} min, which {:.2f} % of "
                   "them met.\n",
                   first.violation_min, first.bad_percent)
             : "No request was too slow, none was refused.\n";
  return out;
}

std::string to_json(const Report& report) {
  boost::json::array outcomes;
  for (const SimulationOutcome& one : report.outcomes) {
    boost::json::array changes;
    for (const Change& change : one.changes) {
      changes.push_back({{"at_s", change.at_s},
                         {"from", change.from},
                         {"to", change.to},
                         {"reason", change.reason}});
    }
    outcomes.push_back({{"name", one.name},
                        {"hours", one.hours},
                        {"requests", one.requests},
                        {"refused", one.refused},
                        {"violation_min", one.violation_min},
                        {"bad_percent", one.bad_percent},
                        {"lost", one.lost},
                        {"flaps", one.flaps},
                        {"most", one.most},
                        {"cost", one.hours * report.price},
                        {"changes", std::move(changes)}});
  }
  return boost::json::serialize(boost::json::object{{"trace_hours", report.trace_hours},
                                                    {"oracle_hours", report.oracle_hours},
                                                    {"static_hours", report.static_hours},
                                                    {"currency", report.currency},
                                                    {"outcomes", std::move(outcomes)}}) +
         "\n";
}

}  // namespace gapura::autoscale
