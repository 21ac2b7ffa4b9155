/// The document that describes the API (OpenAPI 3.1), as admin/openapi.json has it. Any thread.
#pragma once

#include <string_view>

namespace gapura::admin {

std::string_view openapi_text() noexcept;

}  // namespace gapura::admin
