#include "balancer/routing/keys.h"

#include <algorithm>

namespace gapura::balancer::routing {
namespace {

/// Products of alternatives (hosts x paths) grow fast; lists of them only as the rule's text does.
constexpr std::size_t kProductMax = 1'024;
constexpr std::size_t kKeysMax = 8'192;

bool is_any(const Key& key) {
  return key == Key{};
}
bool has_any(const std::vector<Key>& keys) {
  return std::ranges::any_of(keys, is_any);
}

Key key_of(const Rule& rule) {
  Key key;
  if (rule.is_negated) return key;
  switch (rule.matcher) {
    case Matcher::host:
      if (rule.value == "*") break;
      key.host_kind = rule.value.starts_with("*.") ? Key::Host::wildcard : Key::Host::exact;
      key.host = rule.value;
      if (key.host_kind == Key::Host::wildcard) key.host.remove_prefix(2);
      break;
    case Matcher::path:
    case Matcher::path_prefix:
      key.path_kind = rule.matcher == Matcher::path ? Key::Path::exact : Key::Path::prefix;
      key.path = rule.value;
      break;
    case Matcher::method:
    case Matcher::header: break;
  }
  return key;
}

/// Higher selects fewer requests.
int selectivity(Key::Host kind) {
  return kind == Key::Host::exact ? 2 : kind == Key::Host::wildcard ? 1 : 0;
}
std::size_t selectivity(const Key& key) {
  if (key.path_kind == Key::Path::exact) return static_cast<std::size_t>(-1);
  return key.path_kind == Key::Path::prefix ? key.path.size() : 0;
}

/// Both must hold, but only one host and one path can be filed: the more selective of each.
Key both(const Key& a, const Key& b) {
  Key out = a;
  if (selectivity(b.host_kind) > selectivity(a.host_kind)) {
    out.host_kind = b.host_kind;
    out.host = b.host;
  }
  if (selectivity(b) > selectivity(a)) {
    out.path_kind = b.path_kind;
    out.path = b.path;
  }
  return out;
}

void remove_duplicates(std::vector<Key>& keys) {
  if (has_any(keys)) {
    keys.assign(1, Key{});
    return;
  }
  std::ranges::sort(keys);
  const auto rest = std::ranges::unique(keys);
  keys.erase(rest.begin(), rest.end());
}

std::vector<Key> product(const std::vector<Key>& a, const std::vector<Key>& b) {
  if (a.size() * b.size() > kProductMax) return has_any(a) ? b : a;  // either alone is necessary
  std::vector<Key> out;
  out.reserve(a.size() * b.size());
  for (const Key& x : a) {
    for (const Key& y : b) out.push_back(both(x, y));
  }
  return out;
}

}  // namespace

std::vector<Key> necessary_keys(const Rule& rule) {
  if (rule.kind == Rule::Kind::matcher) return {key_of(rule)};
  const bool is_all = rule.kind == Rule::Kind::all_of;
  std::vector<Key> keys;
  if (is_all) keys.emplace_back();
  for (const RulePtr& child : rule.children) {
    const std::vector<Key> more = necessary_keys(*child);
    if (is_all) {
      keys = product(keys, more);
      remove_duplicates(keys);
    } else {
      keys.insert(keys.end(), more.begin(), more.end());
      if (keys.size() > kKeysMax) return {Key{}};
    }
  }
  remove_duplicates(keys);
  return keys;
}

}  // namespace gapura::balancer::routing
