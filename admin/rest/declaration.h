/// PUT /services/{service}/targets: the whole set at once. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "admin/rest/call.h"

namespace gapura::admin {

struct ApiParts;

/// Newcomers join, the missing drain, the rest is not touched; never those that the autoscaler made
/// or that registered themselves. With ?wait=drained[&timeout=2m] the newcomers serve before the
/// missing begin to drain, and the answer comes when those are gone; or says what is missing.
boost::asio::awaitable<Response> declare_targets(ApiParts& parts, Call call);

}  // namespace gapura::admin
