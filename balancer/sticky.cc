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

std::array<std::uint64_t, 2> cookie_values(const std::string& url) {
  return {head_of(sha256(url)), head_of(sha256(url + "/"))};
}

Sticky Sticky::make(const conf::StickyCookie& settings, const std::string& label,
                    const std::vector<Target>& targets) {
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
  out.targets.reserve(2 * targets.size());
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    for (const std::uint64_t value : targets[i].state->cookie_values) {
      out.targets.push_back({value, i});
    }
  }
  std::ranges::sort(out.targets, {}, &Entry::value);
  return out;
}

std::string Sticky::set_cookie(const Target& target) const {
  return before + hex(target.state->cookie_values.front(), kDigits) + after;
}

std::size_t kept_place(const Service& service, const PickRequest& request) noexcept {
  if (!service.sticky) return kNoPlace;
  const Sticky& sticky = *service.sticky;
  const auto value = value_of(cookie_value(request.request.fields, sticky.cookie));
  if (!value) return kNoPlace;
  const auto found = std::ranges::lower_bound(sticky.targets, *value, {}, &Sticky::Entry::value);
  if (found == sticky.targets.end() || found->value != *value) return kNoPlace;
  const TargetState& state = *service.targets[found->place].state;
  return is_suspended(state) || is_excluded(request, state) ? kNoPlace : found->place;
}

}  // namespace gapura::balancer
