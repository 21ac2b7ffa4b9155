/// GET /api/v1/state: what the API and the autoscaler changed on top of the files, as it is kept on
/// the disk, and what each entry of it does. Control thread only.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>

#include "balancer/registry.h"
#include "base/clock.h"

namespace gapura::admin {

/// How the overlay is kept.
struct StateDescription {
  std::string file;   ///< empty: nowhere, and changes are refused
  std::string yaml;   ///< the overlay in force, as the file has it
  std::string fault;  ///< why the file does not have it now; empty: it does
};
using DescribeState = std::function<StateDescription(const balancer::Overlay&)>;

/// {"file","fault","yaml","services":[{"name","entries":[{"target","entry","effect","reason"}],
/// "ended":[{"target","entry","reason","at"}]}]}
boost::json::object state_view(const balancer::Registry& registry, const DescribeState& describe,
                               TimePoint now);

}  // namespace gapura::admin
