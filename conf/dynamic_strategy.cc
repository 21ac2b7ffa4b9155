// How a service chooses its targets: loadBalancer.strategy and hash.
#include <array>
#include <tuple>

#include "base/ascii.h"
#include "conf/dynamic_parts.h"
#include "conf/nearest.h"

namespace gapura::conf {
namespace {

/// A word of the configuration and what it stands for.
template <class Kind>
struct Word {
  std::string_view text;
  Kind kind;
};

constexpr std::array<Word<StrategyKind>, 6> kStrategies{{{"wrr", StrategyKind::wrr},
                                                         {"leastconn", StrategyKind::leastconn},
                                                         {"p2c", StrategyKind::p2c},
                                                         {"leasttime", StrategyKind::leasttime},
                                                         {"hrw", StrategyKind::hrw},
                                                         {"random", StrategyKind::random}}};
constexpr std::array<Word<StrategyKind>, 2> kAliases{
    {{"roundrobin", StrategyKind::wrr}, {"leastconnections", StrategyKind::leastconn}}};

using Source = HashKey::Source;
constexpr std::array<Word<Source>, 4> kSources{{{"clientIP", Source::client_ip},
                                                {"header", Source::header},
                                                {"cookie", Source::cookie},
                                                {"path", Source::path}}};

/// "a, b or c".
template <class Words>
std::string choices(const Words& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i].text;
  }
  return out;
}

/// Sets `out` when `text` is one of the words, in any case.
template <class Words, class Kind>
bool is_one_of(const Words& words, std::string_view text, Kind& out) {
  for (const auto& word : words) {
    if (!iequals(text, word.text)) continue;
    out = word.kind;
    return true;
  }
  return false;
}

template <class Words>
void report_unknown(yaml::Reader& reader, const yaml::Value& found, std::string_view text,
                    const Words& words) {
  std::array<std::string_view, std::tuple_size_v<Words>> texts;
  for (std::size_t i = 0; i < words.size(); ++i) texts[i] = words[i].text;
  reader.error(
      found.place, found.path,
      "must be " + choices(words) + ", not " + in_quotes(text) + did_you_mean(text, texts));
}

void read_hash_key(yaml::Section& hash, HashKey& out) {
  yaml::Reader& reader = hash.reader();
  if (const auto found = hash.find("source")) {
    const auto text = yaml::as_text(reader, *found);
    if (text && !is_one_of(kSources, *text, out.source)) {
      report_unknown(reader, *found, *text, kSources);
    }
  }
  hash.read("name", out.name);
  const auto name = hash.find("name");
  hash.finish();
  const bool needs_name = out.source == Source::header || out.source == Source::cookie;
  if (needs_name && out.name.empty()) {
    reader.error(hash.value().place, hash.value().path,
                 "name is missing: which header or cookie is the key?");
  } else if (!needs_name && name) {
    reader.warn(name->place, name->path,
                "is not used: only the sources header and cookie have a name");
    out.name.clear();
  }
}

}  // namespace

std::string_view to_string(StrategyKind strategy) noexcept {
  for (const auto& known : kStrategies) {
    if (known.kind == strategy) return known.text;
  }
  return {};
}

void read_strategy(yaml::Section& balancer, ServiceConfig& out) {
  yaml::Reader& reader = balancer.reader();
  if (const auto found = balancer.find("strategy")) {
    const auto text = yaml::as_text(reader, *found);
    const bool is_known = text && (is_one_of(kStrategies, *text, out.strategy) ||
                                   is_one_of(kAliases, *text, out.strategy));
    if (text && !is_known) report_unknown(reader, *found, *text, kStrategies);
  }
  auto hash = balancer.section("hash");
  if (!hash) return;
  read_hash_key(*hash, out.hash_key);
  if (out.strategy != StrategyKind::hrw) {
    reader.warn(hash->value().place, hash->value().path,
                "is not used: only the strategy hrw has a key");
    out.hash_key = {};
  }
}

}  // namespace gapura::conf
