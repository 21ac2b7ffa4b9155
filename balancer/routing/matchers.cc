#include "balancer/routing/matchers.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "conf/nearest.h"

namespace gapura::balancer::routing {
namespace {

constexpr std::array kMatchers = {
    MatcherKind{"Host", 1, 1, true, Matcher::host},
    MatcherKind{"Path", 1, 1, true, Matcher::path},
    MatcherKind{"PathPrefix", 1, 1, true, Matcher::path_prefix},
    MatcherKind{"Method", 1, 1, true, Matcher::method},
    MatcherKind{"Header", 2, 2, true, Matcher::header},
    MatcherKind{"HostRegexp", 1, 1},
    MatcherKind{"PathRegexp", 1, 1},
    MatcherKind{"HeaderRegexp", 2, 2},
    MatcherKind{"Query", 1, 2},
    MatcherKind{"QueryRegexp", 1, 2},
    MatcherKind{"ClientIP", 1, 1},
};

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return out;
}

bool is_called(const MatcherKind& kind, std::string_view name) {
  if (name == kind.name) return true;
  const std::string lower = to_lower(kind.name);
  const std::string upper = to_upper(kind.name);
  return name == lower || name == upper || name == upper.substr(0, 1) + lower.substr(1);
}

std::string count_message(const MatcherKind& kind, std::size_t given) {
  std::string wanted = std::to_string(kind.args_min);
  if (kind.args_max != kind.args_min) wanted += " or " + std::to_string(kind.args_max);
  std::string message = std::string(kind.name) + " takes " + wanted +
                        (kind.args_max == 1 ? " argument" : " arguments") + ", not " +
                        std::to_string(given);
  if (kind.args_max == 1 && given > 1) {
    const std::string call = std::string(kind.name) + "(`…`)";
    message += "; write " + call + " || " + call;
  }
  return message;
}

/// Lower case, without brackets and trailing dot; or what is wrong.
std::string normalise_host(std::string& host) {
  const auto is_ascii = [](char c) { return c > ' ' && c < 0x7f; };
  if (!std::ranges::all_of(host, is_ascii)) {
    return "a host is printable ASCII; write international names in punycode (xn--…)";
  }
  host = to_lower(host);
  if (host == "*") return {};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host.back() == '.') host.pop_back();
  if (host.empty() || host == "*.") return "the host has no name";
  const std::size_t star = host.rfind('*');
  if (star != std::string::npos && (star != 0 || !host.starts_with("*."))) {
    return "'*' may only be the whole first label, as in `*.example.com`, or stand alone";
  }
  return {};
}

/// Makes the argument what requests are compared with; says what is wrong with it, or "".
std::string normalise(Matcher matcher, std::string& value) {
  switch (matcher) {
    case Matcher::host: return normalise_host(value);
    case Matcher::path:
    case Matcher::path_prefix:
      if (value.front() == '/') return {};
      return "a path must begin with '/', but is " + conf::in_quotes(value);
    case Matcher::method: value = to_upper(value); return {};
    case Matcher::header: return {};
  }
  return {};
}

}  // namespace

const MatcherKind* find_matcher(std::string_view name) {
  const auto is_meant = [&](const MatcherKind& kind) { return is_called(kind, name); };
  const auto found = std::ranges::find_if(kMatchers, is_meant);
  return found == kMatchers.end() ? nullptr : &*found;
}

std::string suggest_matcher(std::string_view name) {
  std::array<std::string_view, kMatchers.size()> names;
  std::ranges::transform(kMatchers, names.begin(), &MatcherKind::name);
  return conf::did_you_mean(name, names);
}

std::variant<std::unique_ptr<Rule>, RuleError> make_matcher(const MatcherKind& kind,
                                                            std::vector<Argument> arguments,
                                                            std::size_t column) {
  if (!kind.is_built) {
    return RuleError{column, std::string(kind.name) + " is not built yet"};
  }
  if (arguments.size() < kind.args_min || arguments.size() > kind.args_max) {
    return RuleError{column, count_message(kind, arguments.size())};
  }
  for (const Argument& argument : arguments) {
    if (argument.text.empty()) {
      return RuleError{argument.column, "an argument of " + std::string(kind.name) + " is empty"};
    }
  }
  Argument& value = arguments.back();
  std::string fault = normalise(kind.matcher, value.text);
  if (!fault.empty()) return RuleError{value.column, std::move(fault)};
  auto rule = std::make_unique<Rule>();
  rule->matcher = kind.matcher;
  if (kind.matcher == Matcher::header) rule->name = std::move(arguments.front().text);
  rule->value = std::move(value.text);
  return rule;
}

}  // namespace gapura::balancer::routing
