#include <string>

#include "base/check.h"
#include "proxy/proxy_protocol.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {

using proxy::Preamble;
using proxy::PreambleState;

void preamble(std::string_view bytes) {
  const Preamble whole = proxy::read_preamble(bytes);
  check(whole.bytes <= bytes.size(), "a preamble beyond its bytes");
  check(whole.state == PreambleState::complete || !whole.source.is_set(), "a source of nothing");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string part(bytes.substr(0, size));
    const Preamble early = proxy::read_preamble(part);
    if (early.state == PreambleState::incomplete) continue;
    check(early.state == whole.state && early.bytes == whole.bytes && early.source == whole.source,
          "a preamble's verdict depends on how it arrived");
    break;
  }
  if (!whole.source.is_set()) return;
  // Said again in version 1, it names the same client.
  const std::string address = whole.source.address();
  const std::string line = std::string("PROXY ") + (whole.source.is_v4() ? "TCP4 " : "TCP6 ") +
                           address + " " + address + " " + std::to_string(whole.source.port()) +
                           " 1\r\n";
  const Preamble again = proxy::read_preamble(line);
  check(again.state == PreambleState::complete && again.source == whole.source,
        "a source that cannot be said again");
}

}  // namespace gapura::fuzz
