/// Via: who a request has passed (RFC 9110 7.6.3), and by that, whether it comes round in a loop
/// (RFC 9110 7.6.1). Every process has a name of its own, so that one Gapura may stand behind
/// another. Immutable; any thread.
#pragma once

#include <string>
#include <string_view>

#include "proxy/http_head.h"

namespace gapura::proxy {

class Via {
 public:
  Via();

  /// "gapura-" and eight hexadecimal digits, random for each process.
  std::string_view name() const noexcept { return name_; }
  /// "1.1 gapura-1f2e3d4c": the protocol is the one that the message came with.
  std::string_view value(bool is_http_1_0) const noexcept {
    return is_http_1_0 ? value_1_0_ : value_1_1_;
  }
  /// True when a Via field names this process.
  bool has_passed(const Fields& fields) const noexcept;

 private:
  std::string name_;
  std::string value_1_0_;
  std::string value_1_1_;
};

}  // namespace gapura::proxy
