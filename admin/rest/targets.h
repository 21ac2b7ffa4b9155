/// Targets of the API: shown, added, changed. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "admin/rest/call.h"
#include "base/ids.h"

namespace gapura::admin {

struct ApiParts;

/// GET /services/{service}/targets
boost::asio::awaitable<Response> list_targets(ApiParts& parts, Call call);
/// POST /services/{service}/targets: one, or a list of which all or none are added
boost::asio::awaitable<Response> add_targets(ApiParts& parts, Call call);
/// GET /services/{service}/targets/{target}
boost::asio::awaitable<Response> show_target(ApiParts& parts, Call call);
/// PUT /services/{service}/targets/{target}[?ttl=30s]: listed as the body says; with a ttl it
/// registers itself for that time
boost::asio::awaitable<Response> put_target(ApiParts& parts, Call call);
/// PATCH /services/{service}/targets/{target}: weight, state
boost::asio::awaitable<Response> change_target(ApiParts& parts, Call call);

/// The target as it is after a command, with state "gone" when there is no trace of it.
Response target_reply(const ApiParts& parts, const Call& call, unsigned status, Version version);

}  // namespace gapura::admin
