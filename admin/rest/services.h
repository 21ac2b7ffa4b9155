/// Services of the API. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "admin/rest/call.h"

namespace gapura::admin {

struct ApiParts;

/// GET /services
boost::asio::awaitable<Response> list_services(ApiParts& parts, Call call);
/// GET /services/{service}
boost::asio::awaitable<Response> show_service(ApiParts& parts, Call call);
/// PATCH /services/{service}: maxInFlight
boost::asio::awaitable<Response> change_service(ApiParts& parts, Call call);

/// GET and PATCH /services/{service}/autoscale
boost::asio::awaitable<Response> show_autoscale(ApiParts& parts, Call call);
boost::asio::awaitable<Response> change_autoscale(ApiParts& parts, Call call);

}  // namespace gapura::admin
