#include <algorithm>
#include <limits>

#include "base/ascii.h"
#include "conf/dynamic_parts.h"
#include "conf/nearest.h"

namespace gapura::conf {
namespace {

/// Traefik keeps the highest thousand for its own routers.
constexpr std::int64_t kPriorityMax = std::numeric_limits<std::int64_t>::max() - 1'000;
constexpr std::string_view kProtects =
    ": not built yet; this router is disabled, because it must not be served open";

void refuse(yaml::Section& router, const yaml::Value& found, std::string_view what) {
  router.reader().error(found.place, found.path, std::string(what) + std::string(kProtects));
}

/// What would protect or move requests if it were built.
void refuse_unbuilt(yaml::Section& router) {
  if (const auto found = router.find("middlewares")) {
    const auto names = yaml::as_texts(router.reader(), *found);
    if (names && !names->empty()) {
      const std::vector<std::string_view> views(names->begin(), names->end());
      refuse(router, *found, shown(listed(views)));
    }
  }
  // Its presence alone means TLS, in Traefik only when `{}` follows; who writes it wants it.
  if (const auto found = router.find_even_null("tls")) refuse(router, *found, "tls");
  if (const auto found = router.find("parentRefs")) refuse(router, *found, "parentRefs");
  if (const auto found = router.find("ruleSyntax")) {
    const auto syntax = yaml::as_text(router.reader(), *found);
    if (syntax && !iequals(*syntax, "v3") && !iequals(*syntax, "default")) {
      router.reader().error(found->place, found->path,
                            "only the rule syntax v3 is read, not " + in_quotes(*syntax));
    }
  }
}

Place place_of(std::optional<yaml::Section>& router, std::string_view key, Place otherwise) {
  const auto found = router ? router->find(key) : std::nullopt;
  return found ? found->place : otherwise;
}

std::string required(yaml::Section& router, std::string_view key, std::string_view example) {
  const auto found = router.find(key);
  if (found) {
    const auto text = yaml::as_text(router.reader(), *found);
    if (!text) return {};
    const std::string_view trimmed = trim_ows(*text);
    if (!trimmed.empty()) return std::string(trimmed);
  }
  router.reader().error(
      found ? found->place : router.value().place, router.value().path,
      std::string(key) + " is missing; write for example " + std::string(example));
  return {};
}

void read_service_name(yaml::Section& router, RouterConfig& out) {
  out.service = required(router, "service", "service: calculate");
  if (out.service.empty()) return;
  const auto found = router.find("service");
  out.service = service_name(router.reader(), *found, std::move(out.service), "router");
}

void read_entry_point_names(yaml::Section& router, RouterConfig& out) {
  const auto found = router.find("entryPoints");
  if (!found) return;
  const auto names = yaml::as_texts(router.reader(), *found);
  if (!names) return;
  for (const std::string& name : *names) {
    if (std::ranges::find(out.entry_points, name) == out.entry_points.end()) {
      out.entry_points.push_back(name);
    }
  }
}

}  // namespace

RouterConfig read_router(yaml::Reader& reader, const std::string& name, const yaml::Value& value) {
  RouterConfig out;
  out.name = name;
  out.where.file = reader.file();
  out.where.path = value.path;
  out.places.name = value.place;
  reader.watch_errors(value.path);
  auto router = yaml::Section::open(reader, value);
  const Place rule = place_of(router, "rule", value.place);
  out.where.line = rule.line;
  out.where.column = rule.column;
  out.places.service = place_of(router, "service", value.place);
  out.places.entry_points = place_of(router, "entryPoints", value.place);
  if (router) {
    out.rule = required(*router, "rule", "rule: \"Path(`/calculate`)\"");
    read_service_name(*router, out);
    read_entry_point_names(*router, out);
    const auto priority =
        router->integer("priority", std::numeric_limits<std::int64_t>::min(), kPriorityMax);
    if (priority && *priority != 0) out.priority = priority;
    refuse_unbuilt(*router);
    router->not_acted_on({"observability"});
    for (const std::string_view meant : router->finish()) {
      if (meant != "middlewares" && meant != "tls") continue;
      reader.error(value.place, value.path,
                   "a misspelt key is near to " + in_quotes(meant) +
                       "; this router is disabled until that is mended, because it must not be "
                       "served open");
    }
  }
  out.fault = reader.first_error();
  return out;
}

}  // namespace gapura::conf
