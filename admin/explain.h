/// POST /api/v1/explain: which router a request would match, and which targets could be picked for
/// it. Nothing is forwarded, counted or changed. Control thread only.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/message.h"
#include "balancer/registry.h"
#include "conf/static_config.h"

namespace gapura::admin {

struct ExplainSettings {
  std::vector<conf::EntryPoint> entry_points{};  ///< by EntryPointSlot
  /// A request's target ("/a/../b?c") as rules see it ("/b"); nothing: the proxy answers 400.
  std::function<std::optional<std::string>(std::string_view)> routing_path =
      [](std::string_view target) { return std::string(target.substr(0, target.find('?'))); };
};

/// 200 with the answer, 400 for a body that is no question, 404 for an unknown entry point, 503
/// before the configuration is known.
Response explain(const balancer::Registry& registry, const ExplainSettings& settings,
                 const boost::json::value& body);

}  // namespace gapura::admin
