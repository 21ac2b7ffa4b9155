/// What finding the route of a request costs, by number of routers. It should not grow with them:
/// the index is asked for the host and the path, never every rule.
#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "balancer/routing/rule.h"
#include "balancer/routing/table.h"

namespace gapura::balancer::routing {
namespace {

Table make_table(std::int64_t routers, std::string (*rule_of)(std::int64_t)) {
  std::vector<Route> routes;
  for (std::int64_t i = 0; i < routers; ++i) {
    const std::string text = rule_of(i);
    auto rule = std::get<RulePtr>(parse_rule(text));
    routes.push_back({.name = "r" + std::to_string(i) + "@file",
                      .rule = std::move(rule),
                      .priority = static_cast<std::int64_t>(text.size()),
                      .service = 0});
  }
  return Table(std::move(routes));
}

/// Finds the last router made, which a scan would reach last, and misses in turn.
void match(benchmark::State& state, std::string (*rule_of)(std::int64_t), const std::string& host,
           const std::string& path) {
  const Table table = make_table(state.range(0), rule_of);
  const RequestView hit{.method = "GET", .host = host, .path = path, .fields = {}};
  const RequestView miss{.method = "GET", .host = "nobody.test", .path = "/none", .fields = {}};
  if (table.match(hit) == nullptr || table.match(miss) != nullptr) {
    state.SkipWithError("the table does not answer as it should");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.match(hit));
    benchmark::DoNotOptimize(table.match(miss));
  }
  state.SetItemsProcessed(2 * state.iterations());
}

std::string host_rule(std::int64_t i) { return "Host(`h" + std::to_string(i) + ".test`)"; }
std::string prefix_rule(std::int64_t i) { return "PathPrefix(`/p" + std::to_string(i) + "/`)"; }

void match_host(benchmark::State& state) {
  match(state, host_rule, "h" + std::to_string(state.range(0) - 1) + ".test:8000", "/a/b/c");
}
void match_path_prefix(benchmark::State& state) {
  match(state, prefix_rule, "any.test",
        "/p" + std::to_string(state.range(0) - 1) + "/some/deeper/path");
}

BENCHMARK(match_host)->Arg(1)->Arg(100)->Arg(10'000);
BENCHMARK(match_path_prefix)->Arg(1)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace gapura::balancer::routing
