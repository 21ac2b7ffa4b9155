// Services over services as they are written: weighted, highestRandomWeight, failover, mirroring.
#include <algorithm>

#include "conf/dynamic_parts.h"
#include "conf/nearest.h"
#include "conf/scalars.h"

namespace gapura::conf {
namespace {

/// The service that `key` of the section names; its name is empty, with an error, when there is
/// none.
ChildService read_child(yaml::Section& section, std::string_view key) {
  ChildService out;
  yaml::Reader& reader = section.reader();
  const auto found = section.find(key);
  const yaml::Value& at = found ? *found : section.value();
  out.where = {Severity::error, reader.file(), at.place.line, at.place.column, at.path, {}};
  std::string text;
  section.read(key, text);
  if (text.empty()) {
    reader.error(at.place, at.path, std::string(key) + " is missing: which service?");
    return out;
  }
  out.name = service_name(reader, at, std::move(text), "service");
  return out;
}

/// `healthCheck: {}` asks Traefik to pass health upwards; here it always is.
void accept_health_check(yaml::Section& section) {
  section.find_even_null("healthCheck");
}

/// Ignored, they would leave something open.
void refuse_middlewares(yaml::Section& section) {
  const auto found = section.find("middlewares");
  if (!found || found->node->items.empty()) return;
  section.reader().error(found->place, found->path,
                         "middlewares of a service are not built yet; it is disabled, because it "
                         "must not be served open");
}

/// Bytes of a body: Traefik's -1 is "all of it", ours what is kept without being told otherwise.
std::uint64_t read_body_limit(yaml::Section& section, std::string_view key) {
  const std::int64_t limit = section.integer(key, -1, INT64_MAX).value_or(-1);
  return limit < 0 ? kBodyKeptDefault : static_cast<std::uint64_t>(limit);
}

void read_share(yaml::Section& section, std::vector<Weighted::Share>& out) {
  Weighted::Share share{.service = read_child(section, "name")};
  refuse_middlewares(section);
  const std::int64_t weight = section.integer("weight", INT64_MIN, kWeightMax).value_or(1);
  section.not_acted_on({"headers", "grpcStatus"});
  section.finish();
  if (share.service.name.empty() || weight <= 0) return;
  share.weight = static_cast<std::uint32_t>(weight);
  const auto same = std::ranges::find(out, share.service, &Weighted::Share::service);
  if (same == out.end()) return out.push_back(std::move(share));
  // Two entries of one service are one with both weights.
  const std::int64_t sum = std::int64_t{same->weight} + weight;
  same->weight = static_cast<std::uint32_t>(std::min(sum, kWeightMax));
}

template <class ReadItem>
void read_list(yaml::Section& section, std::string_view key, ReadItem read_item) {
  const auto list = section.find(key);
  const auto items = list ? yaml::as_items(section.reader(), *list) : std::nullopt;
  if (!items) return;
  for (const yaml::Value& item : *items) {
    auto entry = yaml::Section::open(section.reader(), item);
    if (entry) read_item(*entry);
  }
}

/// What is left of the section is what nobody knows.
std::vector<Weighted::Share> read_shares(yaml::Section& section) {
  std::vector<Weighted::Share> out;
  read_list(section, "services", [&](yaml::Section& entry) { read_share(entry, out); });
  accept_health_check(section);
  section.finish();
  if (out.empty() && section.reader().first_error().empty()) {
    section.reader().error(section.value().place, section.value().path,
                           "has no service with a weight above 0; this service is disabled");
  }
  return out;
}

Weighted read_weighted(yaml::Section& section) {
  Weighted out;
  read_sticky(section, out.sticky);
  out.services = read_shares(section);
  return out;
}

/// "503" or "500-599".
std::optional<StatusRange> parse_statuses(const std::string& text, std::string* fault) {
  const std::size_t dash = text.find('-');
  const std::string first = text.substr(0, dash);
  const std::string last = dash == std::string::npos ? first : text.substr(dash + 1);
  const auto from = parse_integer(first, 100, 999, fault);
  const auto to = from ? parse_integer(last, 100, 999, fault) : std::nullopt;
  if (!to) return std::nullopt;
  if (*to < *from) {
    *fault = "ends before it begins";
    return std::nullopt;
  }
  return StatusRange{static_cast<std::uint16_t>(*from), static_cast<std::uint16_t>(*to)};
}

void read_errors(yaml::Section& errors, Failover& out) {
  yaml::Reader& reader = errors.reader();
  out.body_bytes_max = read_body_limit(errors, "maxRequestBodyBytes");
  const auto found = errors.find("status");
  errors.finish();
  const auto texts = found ? yaml::as_texts(reader, *found) : std::nullopt;
  if (!found) {
    reader.warn(errors.value().place, errors.value().path,
                "has no status: no answer leads to the fallback, only the health of the service");
  }
  if (!texts) return;
  for (const std::string& text : *texts) {
    std::string fault;
    const auto range = parse_statuses(text, &fault);
    if (range) {
      out.statuses.push_back(*range);
    } else {
      reader.error(found->place, found->path,
                   in_quotes(text) + " is no status like 503 and no range like 500-599: " + fault);
    }
  }
}

Failover read_failover(yaml::Section& section) {
  Failover out;
  out.service = read_child(section, "service");
  out.fallback = read_child(section, "fallback");
  refuse_middlewares(section);
  accept_health_check(section);
  if (auto errors = section.section("errors")) read_errors(*errors, out);
  section.finish();
  return out;
}

void read_mirror(yaml::Section& section, Mirroring& out) {
  Mirroring::Mirror mirror{.service = read_child(section, "name")};
  refuse_middlewares(section);
  mirror.percent = static_cast<std::uint32_t>(section.integer("percent", 0, 100).value_or(0));
  section.finish();
  out.mirrors.push_back(std::move(mirror));
}

Mirroring read_mirroring(yaml::Section& section) {
  Mirroring out;
  out.service = read_child(section, "service");
  refuse_middlewares(section);
  accept_health_check(section);
  section.read("mirrorBody", out.mirrors_body);
  out.body_bytes_max = read_body_limit(section, "maxBodySize");
  read_list(section, "mirrors", [&](yaml::Section& entry) { read_mirror(entry, out); });
  section.finish();
  return out;
}

}  // namespace

std::string service_name(yaml::Reader& reader, const yaml::Value& at, std::string text,
                         std::string_view disabled) {
  const auto sign = text.rfind('@');
  if (sign == std::string::npos) return text;
  const std::string provider = text.substr(sign + 1);
  if (provider == "file" || provider == "rest") {
    text.resize(sign);
  } else if (provider == "internal") {
    reader.error(
        at.place, at.path,
        in_quotes(text) + " is not built yet; this " + std::string(disabled) + " is disabled");
  } else {
    reader.error(at.place, at.path,
                 in_quotes(text) + " names the provider " + in_quotes(provider) +
                     ", but there are only 'file' and 'rest'");
  }
  return text;
}

Composite read_composite(yaml::Section& section, std::string_view kind) {
  if (kind == "weighted") return read_weighted(section);
  if (kind == "highestRandomWeight") return HighestRandomWeight{read_shares(section)};
  if (kind == "failover") return read_failover(section);
  return read_mirroring(section);
}

}  // namespace gapura::conf
