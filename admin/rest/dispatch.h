/// From a request to its operation, by the table: 404, 405, unknown queries and bodies that cannot
/// be read are answered here. Pure; any thread.
#pragma once

#include <span>
#include <variant>

#include "admin/rest/operations.h"

namespace gapura::admin {

struct Found {
  const Operation* operation = nullptr;
  Call call;
};

/// The operation, with what it is given; or the answer for what fits none.
std::variant<Found, Response> find_operation(std::span<const Operation> table, Request request);

}  // namespace gapura::admin
