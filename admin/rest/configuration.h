/// What is configured, and how the process runs. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "admin/rest/call.h"

namespace gapura::admin {

struct ApiParts;

/// GET /routers
boost::asio::awaitable<Response> list_routers(ApiParts& parts, Call call);
/// GET /config: the files, and what is wrong with them
boost::asio::awaitable<Response> show_config(ApiParts& parts, Call call);
/// GET /state: what the API and the autoscaler changed on top of the files
boost::asio::awaitable<Response> show_state(ApiParts& parts, Call call);
/// POST /reload: reads them now
boost::asio::awaitable<Response> reload(ApiParts& parts, Call call);

}  // namespace gapura::admin
