/// The process itself: what it is, where it listens, how it runs. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "admin/rest/call.h"

namespace gapura::admin {

struct ApiParts;

/// GET /events: live, or page by page
boost::asio::awaitable<Response> show_events(ApiParts& parts, Call call);
boost::asio::awaitable<Response> explain_request(ApiParts& parts, Call call);
/// GET /version
boost::asio::awaitable<Response> show_version(ApiParts& parts, Call call);
/// GET /openapi.json: what describes this API
boost::asio::awaitable<Response> show_openapi(ApiParts& parts, Call call);
/// GET /entrypoints
boost::asio::awaitable<Response> list_entry_points(ApiParts& parts, Call call);
/// GET /workers: what each goes by
boost::asio::awaitable<Response> list_workers(ApiParts& parts, Call call);
/// GET and PUT /log: its level, until the process ends
boost::asio::awaitable<Response> show_log(ApiParts& parts, Call call);
boost::asio::awaitable<Response> put_log(ApiParts& parts, Call call);
/// POST /token/rotate: the token that may do everything becomes another one
boost::asio::awaitable<Response> rotate_token(ApiParts& parts, Call call);

}  // namespace gapura::admin
