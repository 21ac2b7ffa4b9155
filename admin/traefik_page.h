/// Lists as Traefik's API gives them: filtered by ?search= and ?status=, in pages. Pure; any
/// thread.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "admin/message.h"

namespace gapura::admin {

/// ?name=value by name.
using TraefikQuery = std::map<std::string, std::string>;

/// {"message": text}, the shape of its errors.
Response traefik_error(unsigned status, std::string_view text);

/// Whether an item is wanted: its "status" is ?status=, and its "name" or "rule" holds ?search=;
/// its "service" is ?serviceName=. Case is ignored but in the last, as Traefik does.
bool is_wanted(const boost::json::object& item, const TraefikQuery& query);

/// ?page= (from 1) of ?per_page= (100) items, with X-Next-Page, which is 1 after the last; 400 for
/// a page that does not exist, but the first.
Response traefik_page(const std::vector<boost::json::object>& items, const TraefikQuery& query);

}  // namespace gapura::admin
