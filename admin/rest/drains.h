/// Taking targets out of service, and back. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/fwd.hpp>

#include "admin/drain_waits.h"
#include "admin/rest/call.h"

namespace gapura::admin {

struct ApiParts;

/// DELETE /services/{service}/targets/{target}[?wait=true&timeout=1m&drain=10s|force=true]
boost::asio::awaitable<Response> remove_target(ApiParts& parts, Call call);
/// POST /services/{service}/targets/{target}/drain, with the same queries
boost::asio::awaitable<Response> drain_target(ApiParts& parts, Call call);
/// DELETE /services/{service}/targets/{target}/drain
boost::asio::awaitable<Response> undrain_target(ApiParts& parts, Call call);

/// A drain that has ended.
boost::json::object to_json(const balancer::DrainResult& result, const TargetName& target);

/// What to say of one that did not end by the target's being gone.
Response unfinished_reply(DrainWaits::Ending::Kind kind, const std::string& id);

}  // namespace gapura::admin
