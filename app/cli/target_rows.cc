#include "app/cli/target_rows.h"

#include <boost/json.hpp>
#include <ctime>
#include <map>

#include "app/cli/json_view.h"
#include "app/cli/text.h"

namespace gapura::app::cli {
namespace {

namespace json = boost::json;
constexpr auto kRight = Column::Align::right;

/// "2 serving, 1 draining"; of services over services, their names.
std::string census_of(const json::value& service) {
  if (const auto& children = list_in(service, "services"); !children.empty()) {
    return "over " + joined(children);
  }
  std::map<std::string, int> counts;
  for (const auto& one : list_in(service, "targets")) ++counts[text_in(one, "state")];
  std::string text;
  const auto add = [&](const std::string& state, int count) {
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + state;
  };
  if (const auto serving = counts.extract("serving")) add(serving.key(), serving.mapped());
  for (const auto& [state, count] : counts) add(state, count);
  return text.empty() ? "none" : text;
}

double in_flight_of(const json::value& service) {
  double sum = 0;
  for (const auto& one : list_in(service, "targets")) sum += number_in(one, "inFlight").value_or(0);
  return sum;
}

std::string note_of(const json::value& service) {
  std::string text = text_in(service, "fault");
  if (is_true_in(service, "panic")) text += "panic: unhealthy targets are used as well";
  return text;
}

}  // namespace

std::string probe_of(const json::value& target) {
  const auto* probe = find_in(target, "lastProbe");
  if (probe == nullptr || !probe->is_object()) return "-";
  std::string text = text_in(*probe, "error");
  if (text.empty()) {
    text = text_in(*probe, "status");
    if (text.empty()) text = "ok";
    if (const auto took = number_in(*probe, "took")) text += " in " + milliseconds(*took);
  }
  const auto at = unix_seconds(text_in(*probe, "at"));
  const auto now = static_cast<double>(std::time(nullptr));
  return at ? text + ", " + lasting(now - *at) + " ago" : text;
}

Table services_table(const json::array& services) {
  Table table({{"SERVICE"},
               {"STATUS"},
               {"TARGETS", Column::Align::left, true},
               {"IN FLIGHT", kRight},
               {"STRATEGY"},
               {"", Column::Align::left, true}});
  for (const json::value& one : services) {
    const std::string status = text_in(one, "status");
    std::string strategy = text_in(one, "strategy");
    if (strategy.empty()) strategy = text_in(one, "kind");
    table.add({{text_in(one, "name")},
               {status, colour_of_state(status)},
               {census_of(one)},
               {number(in_flight_of(one), 0)},
               {strategy},
               {note_of(one), Colour::red}});
  }
  return table;
}

Table targets_table(const json::array& services) {
  std::vector<Column> columns{{"TARGET"},
                              {"STATE"},
                              {"SINCE", kRight},
                              {"IN FLIGHT", kRight},
                              {"WEIGHT", kRight},
                              {"ORIGIN"},
                              {"LAST PROBE", Column::Align::left, true},
                              {"REASON", Column::Align::left, true}};
  const bool has_several = services.size() > 1;
  if (has_several) columns.insert(columns.begin(), Column{"SERVICE"});
  Table table(std::move(columns));
  for (const json::value& service : services) {
    for (const json::value& one : list_in(service, "targets")) {
      const std::string state = text_in(one, "state");
      std::vector<Cell> cells{{text_in(one, "id")},
                              {state, colour_of_state(state)},
                              {lasting(number_in(one, "sinceSeconds").value_or(0))},
                              {text_in(one, "inFlight")},
                              {text_in(one, "weight")},
                              {text_in(one, "origin")},
                              {probe_of(one)},
                              {text_in(one, "reason"), Colour::dim}};
      if (has_several) cells.insert(cells.begin(), Cell{text_in(service, "name")});
      table.add(std::move(cells));
    }
  }
  return table;
}

}  // namespace gapura::app::cli
