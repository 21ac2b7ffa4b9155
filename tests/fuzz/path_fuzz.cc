#include <string>

#include "base/check.h"
#include "proxy/path.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {

void path(std::string_view bytes) {
  static proxy::CleanPath clean;
  static proxy::CleanPath again;
  // Only what read_target() lets through ever gets here.
  std::string target = "/";
  for (const char c : bytes) {
    if (c > 0x20 && c < 0x7f && c != '#') target += c;
  }
  if (!clean.set(target)) return;
  const std::string forwarded(clean.path_query());
  const std::string_view text = forwarded;
  const std::string_view only_path = text.substr(0, text.find('?'));
  check(only_path.starts_with('/'), "a path without its slash");
  check(only_path.find("//") == std::string_view::npos, "an empty segment was left");
  const std::string closed = std::string(only_path) + "/";
  check(closed.find("/../") == std::string::npos, "a way up was left");
  check(closed.find("/./") == std::string::npos, "a dot segment was left");
  const std::size_t query = target.find('?');
  if (query != std::string::npos) {
    check(text.substr(only_path.size()) == target.substr(query), "the query was touched");
  }
  check(clean.routing().find('?') == std::string_view::npos, "a query in the routing path");
  check(clean.routing().find('\0') == std::string_view::npos, "a NUL in the routing path");
  const std::string routing(clean.routing());

  check(again.set(forwarded), "a clean path was refused");
  check(again.path_query() == forwarded, "a clean path was cleaned again");
  check(again.routing() == routing, "a clean path is routed elsewhere");
}

}  // namespace gapura::fuzz
