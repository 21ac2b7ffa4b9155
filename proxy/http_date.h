/// The Date field's value (RFC 9110 5.6.7). One thread.
#pragma once

#include <ctime>
#include <string_view>

#include "proxy/time_text.h"

namespace gapura::proxy {

class HttpDate {
 public:
  std::string_view now() { return text_.of(std::time(nullptr)); }

 private:
  TimeText text_{"%a, %d %b %Y %H:%M:%S GMT"};
};

}  // namespace gapura::proxy
