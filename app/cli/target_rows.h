/// Services and targets of the API's answers as tables. Pure; any thread.
#pragma once

#include <boost/json/array.hpp>
#include <string>

#include "app/cli/table.h"

namespace gapura::app::cli {

/// One row a service: how many of its targets serve, drain and so on.
Table services_table(const boost::json::array& services);

/// One row a target; a column for the service only where there are several.
Table targets_table(const boost::json::array& services);

/// "200 in 3 ms, 2 s ago", "connection refused, 2 s ago"; "-" before the first.
std::string probe_of(const boost::json::value& target);

}  // namespace gapura::app::cli
