#include "admin/rest/entity_tag.h"

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "base/digest.h"

namespace gapura::admin {
namespace {

using balancer::Phase;

bool is_listed(const balancer::TargetView& target) {
  return target.is_drained || (target.phase != Phase::draining && target.phase != Phase::gone);
}

std::string wanted_text(const std::vector<balancer::TargetView>& targets) {
  std::set<std::string> lines;  // a name's addresses come and go without anybody's wish
  for (const balancer::TargetView& one : targets) {
    if (!is_listed(one)) continue;
    lines.insert(one.listed_id + ' ' + one.url + ' ' + std::to_string(one.weight) + ' ' +
                 balancer::to_string(one.origin) + ' ' + std::to_string(one.ttl.count()) + ' ' +
                 (one.is_drained ? one.id : ""));
  }
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

/// Whether the list of a field has the tag; "*": any. Weak tags are never equal strongly
/// (RFC 9110 8.8.3.2).
bool has(std::string_view field, std::string_view tag) {
  if (trim_ows(field) == "*") return !tag.empty();
  while (!field.empty()) {
    const auto end = field.find(',');
    if (!tag.empty() && trim_ows(field.substr(0, end)) == tag) return true;
    field.remove_prefix(end == std::string_view::npos ? field.size() : end + 1);
  }
  return false;
}

}  // namespace

std::string tag_of(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::size_t kBytes = 8;  // enough against accidents, which is all it is for
  const auto digest = sha256(text);
  std::string tag = "\"";
  for (std::size_t i = 0; i < kBytes; ++i) {
    tag += kHex[digest[i] >> 4];
    tag += kHex[digest[i] & 15U];
  }
  return tag + '"';
}

std::string tag_of(const std::optional<balancer::ServiceView>& service) {
  if (!service) return {};
  const std::string limit =
      service->in_flight_max_set ? std::to_string(*service->in_flight_max_set) : "";
  return tag_of(service->name + '\n' + limit + '\n' + wanted_text(service->targets));
}

std::string tag_of(const std::vector<balancer::TargetView>& targets) {
  const std::string text = wanted_text(targets);
  return text.empty() ? std::string() : tag_of(text);
}

std::optional<balancer::Refusal> condition_failure(const Request& request, std::string_view tag) {
  const std::string_view must_be = request.field("If-Match");
  const std::string_view must_not_be = request.field("If-None-Match");
  const auto kind = balancer::Refusal::Kind::changed_meanwhile;
  if (!must_be.empty() && !has(must_be, tag)) {
    return balancer::Refusal{
        kind, tag.empty() ? "If-Match names a version of what is not there (any more)"
                          : "it was changed meanwhile: If-Match has another version than " +
                                std::string(tag) + "; read it again"};
  }
  if (!must_not_be.empty() && has(must_not_be, tag)) {
    return balancer::Refusal{kind, "it exists already, which If-None-Match excludes"};
  }
  return std::nullopt;
}

void set_tag(Response& response, const Request& request, const std::string& tag) {
  if (tag.empty()) return;
  response.fields.emplace_back("ETag", tag);
  if (!request.is_read() || !has(request.field("If-None-Match"), tag)) return;
  response.status = 304;
  response.body.clear();
}

}  // namespace gapura::admin
