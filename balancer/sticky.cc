#include "balancer/sticky.h"

#include <algorithm>
#include <charconv>

#include "balancer/pick_request.h"
#include "balancer/request_key.h"
#include "base/digest.h"

namespace gapura::balancer {
namespace {

constexpr std::size_t kDigits = 16;

std::string hex(std::uint64_t value, std::size_t digits) {
  std::string out(digits, '0');
  for (std::size_t i = digits; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
  return out;
}

/// The first eight bytes as a number.
template <class Digest>
std::uint64_t head_of(const Digest& digest) noexcept {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8 | digest[i];
  return out;
}

std::optional<std::uint64_t> value_of(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() != kDigits || error != std::errc{} || end != text.data() + kDigits) {
    return std::nullopt;
  }
  return value;
}

std::string default_name(const std::string& label) {
  // Five digits of the digest: twenty bits.
  return "_" + hex(head_of(sha1("_TRAEFIK_BACKEND_" + label)) >> 44, 5);
}

}  // namespace

CookieValues cookie_values(const std::string& url, const std::string& address) {
  const std::uint64_t plain = head_of(sha256(url));
  return {plain, head_of(sha256(url + "/")),
          address.empty() ? plain : head_of(sha256(url + "@" + address))};
}

CookieValues child_cookie_values(const std::string& name) {
  const std::uint64_t plain = head_of(sha256(name));
  return {plain, head_of(sha256(name + "@file")), plain};
}

Sticky Sticky::make(const conf::StickyCookie& settings, const std::string& label,
                    const std::vector<Target>& targets, const std::vector<Target>& staying) {
  std::vector<CookieValues> values;
  values.reserve(targets.size() + staying.size());
  for (const Target& target : targets) values.push_back(target.state->cookie_values);
  for (const Target& target : staying) values.push_back(target.state->cookie_values);
  return make(settings, label, std::span<const CookieValues>(values));
}

Sticky Sticky::make(const conf::StickyCookie& settings, const std::string& label,
                    std::span<const CookieValues> values) {
  Sticky out;
  out.cookie = settings.name.empty() ? default_name(label) : settings.name;
  out.before = "Set-Cookie: " + out.cookie + "=";
  out.after = "; Path=" + settings.path;
  if (!settings.domain.empty()) out.after += "; Domain=" + settings.domain;
  if (settings.max_age_s > 0) out.after += "; Max-Age=" + std::to_string(settings.max_age_s);
  if (settings.max_age_s < 0) out.after += "; Max-Age=0";
  if (settings.is_http_only) out.after += "; HttpOnly";
  if (settings.is_secure) out.after += "; Secure";
  if (!settings.same_site.empty()) out.after += "; SameSite=" + settings.same_site;
  out.after += "\r\n";
  out.entries.reserve(3 * values.size());
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    for (const std::uint64_t value : values[i]) out.entries.push_back({value, i});
  }
  std::ranges::sort(out.entries);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const CookieValues& own = values[i];
    out.values.push_back(out.place_of(own.front()) == i ? own.front() : own.back());
  }
  return out;
}

std::string Sticky::set_cookie(std::size_t place) const {
  return before + hex(values[place], kDigits) + after;
}

std::optional<std::uint64_t> Sticky::named_value(std::span<const HttpField> fields) const noexcept {
  return value_of(cookie_value(fields, cookie));
}

std::size_t Sticky::named_place(std::span<const HttpField> fields) const noexcept {
  const auto value = named_value(fields);
  return value ? place_of(*value) : kNoPlace;
}

std::size_t Sticky::place_of(std::uint64_t value) const noexcept {
  const auto found = std::ranges::lower_bound(entries, value, {}, &Entry::value);
  return found == entries.end() || found->value != value ? kNoPlace : found->place;
}

std::size_t kept_place(const Service& service, const PickRequest& request) noexcept {
  if (!service.sticky) return kNoPlace;
  const std::size_t place = service.sticky->named_place(request.request.fields);
  if (place == kNoPlace) return kNoPlace;
  const TargetState& state = *service.at(place).state;
  return is_suspended(state) || is_excluded(request, state) ? kNoPlace : place;
}

}  // namespace gapura::balancer
