#include "proxy/via.h"

#include <cstdio>
#include <random>

namespace gapura::proxy {

Via::Via() {
  char name[16];
  std::snprintf(name, sizeof name, "gapura-%08x", std::random_device{}());
  name_ = name;
  value_1_0_ = "1.0 " + name_;
  value_1_1_ = "1.1 " + name_;
}

bool Via::has_passed(const Fields& fields) const noexcept {
  for (std::size_t i = 0; i < fields.count; ++i) {
    if (fields.ids[i] == FieldId::via && fields.lines[i].value.find(name_) != std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace gapura::proxy
