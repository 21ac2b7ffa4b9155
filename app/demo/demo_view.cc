#include "app/demo/demo_view.h"

#include <algorithm>
#include <boost/json.hpp>

namespace gapura::app {
namespace {

namespace json = boost::json;

/// What an instance is doing; `state` is its target's, empty while it is none.
std::string phase_of(const std::string& instance, const std::string& state) {
  if (state == "warming") return "warms up";
  if (state == "suspended") return "is suspended";
  if (instance == "in service") return "serves";
  if (instance == "draining") return "drains";
  const bool is_ending = instance == "deleting" || instance == "deleted";
  return is_ending ? "ends" : "boots";
}

std::string text_of(const json::value& object, std::string_view member) {
  return std::string(object.at(member).as_string());
}

DemoView view_of(const json::value& autoscale, const json::value& service) {
  std::map<std::string, std::string> states;
  for (const json::value& one : service.at("targets").as_array()) {
    states[text_of(one, "id")] = text_of(one, "state");
  }
  DemoView view;
  for (const json::value& one : autoscale.at("instances").as_array()) {
    view.phases[text_of(one, "name")] =
        phase_of(text_of(one, "phase"), states[text_of(one, "target")]);
  }
  view.wanted = autoscale.at("size").at("wanted").to_number<std::uint32_t>();
  for (const json::value& one : autoscale.at("changes").as_array()) {
    view.changes.push_back({.from = one.at("from").to_number<std::uint32_t>(),
                            .to = one.at("to").to_number<std::uint32_t>(),
                            .reason = text_of(one, "reason")});
  }
  std::ranges::reverse(view.changes);
  return view;
}

}  // namespace

std::uint32_t DemoView::count(std::string_view phase) const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(phases, [&](const auto& one) { return one.second == phase; }));
}

std::optional<DemoView> read_view(std::string_view autoscale, std::string_view service) {
  try {
    return view_of(json::parse(autoscale), json::parse(service));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace gapura::app
