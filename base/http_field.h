/// One field line of an HTTP head, as views into the bytes it was read from.
#pragma once

#include <string_view>

namespace gapura {

struct HttpField {
  std::string_view name;
  std::string_view value;  ///< without the whitespace around it
};

}  // namespace gapura
