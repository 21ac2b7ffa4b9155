#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace gapura {

void fail_check(const char* what, const std::source_location& where) noexcept {
  std::fprintf(stderr, "gapura: bug: %s (%s:%u)\n", what, where.file_name(), where.line());
  std::abort();
}

}  // namespace gapura
