/// What is wrong with a body, or another part of a request, and where in it. Value.
#pragma once

#include <string>

namespace gapura::admin {

struct BodyFault {
  std::string message;
  std::string field;  ///< "[1].weight", "url", "timeout"; empty: the body as a whole
};

}  // namespace gapura::admin
