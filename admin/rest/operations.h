/// The table of what the API can be asked. Whoever adds an operation adds its row here, and says in
/// admin/openapi.json what it takes and answers. Any thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <span>
#include <string_view>

#include "admin/rest/call.h"

namespace gapura::admin {

struct ApiParts;

struct Operation {
  enum class Body { none, json };

  std::string_view method;  ///< GET answers HEAD too
  std::string_view path;    ///< as in OpenAPI: "/api/v1/services/{service}"
  /// `parts` outlives the answer's coroutine.
  boost::asio::awaitable<Response> (*serve)(ApiParts& parts, Call call);
  std::string_view query = "";  ///< names that the query may hold, with spaces between
  Body body = Body::none;
};

std::span<const Operation> operations() noexcept;

}  // namespace gapura::admin
