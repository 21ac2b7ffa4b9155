// Sticky sessions of a service: sticky.cookie, with Traefik's keys and defaults.
#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "conf/dynamic_parts.h"
#include "conf/nearest.h"

namespace gapura::conf {
namespace {

/// RFC 9110 5.6.2: what names of cookies are made of.
bool is_token_char(char c) noexcept {
  const bool is_letter = ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
  return is_letter || is_ascii_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// RFC 6265 4.1.1: any but controls and semicolon.
bool is_attribute_char(char c) noexcept {
  return c >= 0x20 && c < 0x7f && c != ';';
}

void read_name(yaml::Section& cookie, std::string& out) {
  cookie.read("name", out);
  const auto found = cookie.find("name");
  if (std::ranges::all_of(out, is_token_char)) return;
  const std::string before = out;
  std::ranges::replace_if(
      out, [](char c) { return !is_token_char(c); }, '_');
  cookie.reader().warn(
      found->place, found->path,
      in_quotes(before) + " is no name for a cookie; " + out + " is used, as Traefik does");
}

void read_attribute(yaml::Section& cookie, std::string_view key, std::string& out) {
  cookie.read(key, out);
  if (std::ranges::all_of(out, is_attribute_char)) return;
  const auto found = cookie.find(key);
  cookie.reader().error(found->place, found->path, "must hold no semicolon and no control bytes");
  out.clear();
}

void read_same_site(yaml::Section& cookie, std::string& out) {
  constexpr std::array<std::string_view, 3> kWords{"None", "Lax", "Strict"};
  const auto found = cookie.find("sameSite");
  const auto text = found ? yaml::as_text(cookie.reader(), *found) : std::nullopt;
  if (!text || text->empty()) return;
  for (const std::string_view word : kWords) {
    if (iequals(*text, word)) out = word;
  }
  if (!out.empty()) return;
  cookie.reader().error(
      found->place, found->path,
      "must be none, lax or strict, not " + in_quotes(*text) + did_you_mean(*text, kWords));
}

}  // namespace

void read_sticky(yaml::Section& kind, std::optional<StickyCookie>& out) {
  auto sticky = kind.section("sticky");
  if (!sticky) return;
  const auto found = sticky->find_even_null("cookie");
  if (!found) {
    kind.reader().warn(sticky->value().place, sticky->value().path,
                       "has no cookie: clients are not kept on one server");
  }
  sticky->finish();
  auto cookie = found ? yaml::Section::open(kind.reader(), *found) : std::nullopt;
  if (!cookie) return;
  StickyCookie made;
  read_name(*cookie, made.name);
  cookie->read("secure", made.is_secure);
  cookie->read("httpOnly", made.is_http_only);
  read_same_site(*cookie, made.same_site);
  constexpr std::int64_t kAgeMax = 10LL * 366 * 24 * 3'600;
  made.max_age_s = cookie->integer("maxAge", -1, kAgeMax).value_or(0);
  read_attribute(*cookie, "path", made.path);
  read_attribute(*cookie, "domain", made.domain);
  cookie->finish();
  out = std::move(made);
}

}  // namespace gapura::conf
