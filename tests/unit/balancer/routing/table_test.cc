#include "balancer/routing/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "balancer/routing/bucket_index.h"
#include "balancer/routing/keys.h"
#include "base/io_count.h"

namespace gapura::balancer::routing {
namespace {

std::shared_ptr<const Rule> rule_of(const std::string& text) {
  auto parsed = parse_rule(text);
  if (const auto* error = std::get_if<RuleError>(&parsed)) {
    ADD_FAILURE() << text << ": " << error->message;
    return nullptr;
  }
  return std::get<RulePtr>(std::move(parsed));
}

Route route(std::string name, const std::string& rule, std::int64_t priority) {
  return {std::move(name), rule_of(rule), priority, 0};
}

std::string name_of(const Route* route) { return route == nullptr ? "-" : route->name; }

RequestView get(std::string_view host, std::string_view path) { return {"GET", host, path, {}}; }

TEST(Table, AnEmptyOneMatchesNothing) {
  EXPECT_EQ(Table().match(get("a", "/")), nullptr);
  EXPECT_EQ(Table(std::vector<Route>{}).match(get("a", "/")), nullptr);
  EXPECT_EQ(Table().size(), 0U);
}

TEST(Table, HighestPriorityWinsThenTheName) {
  const Table table({route("b", "PathPrefix(`/`)", 5), route("a", "PathPrefix(`/`)", 5),
                     route("c", "Path(`/x`)", 9), route("low", "Host(`h`)", -1)});

  EXPECT_EQ(table.size(), 4U);
  EXPECT_EQ(name_of(table.match(get("h", "/"))), "a");
  EXPECT_EQ(name_of(table.match(get("h", "/x"))), "c");
  EXPECT_EQ(name_of(table.match(get("h", ""))), "low");
}

TEST(Table, ALessSelectiveRouteWithMorePriorityWins) {
  const Table table(
      {route("exact", "Host(`h`) && Path(`/x`)", 1), route("any", "Method(`GET`)", 2)});

  EXPECT_EQ(name_of(table.match(get("h", "/x"))), "any");
}

TEST(Table, FallsThroughToTheNextCandidate) {
  const Table table(
      {route("post", "Path(`/x`) && Method(`POST`)", 3), route("x", "Path(`/x`)", 2)});

  EXPECT_EQ(name_of(table.match(get("h", "/x"))), "x");
}

TEST(Keys, AlternativesOfAProductHaveAHostAndAPathEach) {
  const auto rule = rule_of("(Host(`a`) || Host(`*.b`)) && (Path(`/x`) || PathPrefix(`/y`))");

  const std::vector<Key> keys = necessary_keys(*rule);

  ASSERT_EQ(keys.size(), 4U);
  for (const Key& key : keys) {
    EXPECT_NE(key.host_kind, Key::Host::any);
    EXPECT_NE(key.path_kind, Key::Path::any);
  }
}

TEST(Keys, TakesTheMoreSelectiveOfTwoPaths) {
  const auto rule = rule_of("PathPrefix(`/a`) && PathPrefix(`/a/b`) && !Path(`/a/b/c`)");

  const std::vector<Key> keys = necessary_keys(*rule);

  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].path, "/a/b");
}

TEST(Keys, NegationAndMethodsSelectNothing) {
  EXPECT_EQ(necessary_keys(*rule_of("!Host(`a`)")), std::vector<Key>{Key{}});
  EXPECT_EQ(necessary_keys(*rule_of("Host(`a`) || Method(`GET`)")), std::vector<Key>{Key{}});
  EXPECT_EQ(necessary_keys(*rule_of("Host(`*`)")), std::vector<Key>{Key{}});
}

TEST(Keys, ATooLargeProductKeepsOneSide) {
  std::string hosts = "Host(`h`)";
  std::string paths = "Path(`/`)";
  for (int i = 0; i < 99; ++i) {
    hosts += " || Host(`h" + std::to_string(i) + "`)";
    paths += " || Path(`/" + std::to_string(i) + "`)";
  }

  const std::vector<Key> keys = necessary_keys(*rule_of("(" + hosts + ") && (" + paths + ")"));

  EXPECT_EQ(keys.size(), 100U);
}

/// Small alphabets, so that rules and requests meet often.
class RandomText {
 public:
  explicit RandomText(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  std::string host() {
    static const std::vector<std::string> hosts = {"a.com", "b.com", "x.a.com", "y.a.com",
                                                   "x.y.a.com", "com", "A.com:80", "b.com."};
    return hosts[below(hosts.size())];
  }
  std::string path() {
    std::string out;
    for (std::size_t n = 1 + below(3); n > 0; --n) out += below(2) == 0 ? "/a" : "/bc";
    return out.substr(0, 1 + below(out.size()));
  }
  std::string rule(int depth) {
    const std::string no = below(5) == 0 ? "!" : "";
    if (depth == 0 || below(4) == 0) return no + matcher();
    std::string out = rule(depth - 1);
    const std::string op = below(2) == 0 ? " && " : " || ";
    for (std::size_t n = 1 + below(2); n > 0; --n) out += op + rule(depth - 1);
    return no + "(" + out + ")";
  }

 private:
  std::string matcher() {
    switch (below(6)) {
      case 0: return "Host(`" + host() + "`)";
      case 1: return below(4) == 0 ? "Host(`*`)" : "Host(`*.a.com`)";
      case 2: return "Path(`" + path() + "`)";
      case 3: return "PathPrefix(`" + path() + "`)";
      case 4: return below(2) == 0 ? "Method(`GET`)" : "Method(`POST`)";
      default: return "Header(`X`, `" + std::to_string(below(3)) + "`)";
    }
  }
  std::mt19937 random_;
};

const Route* scan(const std::vector<Route>& routes, const RequestView& request) {
  const Route* best = nullptr;
  for (const Route& one : routes) {
    if (!one.rule->matches(request)) continue;
    const bool is_better = best == nullptr || one.priority > best->priority ||
                           (one.priority == best->priority && one.name < best->name);
    if (is_better) best = &one;
  }
  return best;
}

TEST(Table, AgreesWithALinearScan) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomText text(seed);
  int hits = 0;
  for (int round = 0; round < 120; ++round) {
    std::vector<Route> routes;
    for (std::size_t i = 0, n = 1 + text.below(40); i < n; ++i) {
      routes.push_back(route("r" + std::to_string(i), text.rule(3),
                             static_cast<std::int64_t>(text.below(6))));
    }
    const Table table(routes);
    for (int i = 0; i < 100; ++i) {
      const std::string host = text.host();
      const std::string path = text.path();
      const std::string value = std::to_string(text.below(3));
      const std::vector<HttpField> fields = {{"x", value}};
      const RequestView request{text.below(2) == 0 ? "GET" : "POST", host, path, fields};
      const Route* expected = scan(routes, request);
      ASSERT_EQ(name_of(table.match(request)), name_of(expected)) << host << path;
      hits += expected != nullptr ? 1 : 0;
    }
  }
  EXPECT_GT(hits, 1'000);
}

TEST(Table, MatchingAllocatesNothing) {
  const std::uint64_t before_probe = io_count::heap_allocations;
  const Table table({route("a", "Host(`*.example.com`) && PathPrefix(`/a/long/enough/prefix`)", 2),
                     route("b", "Header(`X`, `1`) || Path(`/b`)", 1)});
  if (io_count::heap_allocations == before_probe) GTEST_SKIP() << "allocations are not counted";
  const std::uint64_t before = io_count::heap_allocations;

  const Route* a = table.match(get("WWW.example.com.:8080", "/a/long/enough/prefix/and/more"));
  const Route* none = table.match(get("a-host-name-that-is-not-short.example.org", "/x"));

  EXPECT_EQ(io_count::heap_allocations, before);
  EXPECT_EQ(name_of(a), "a");
  EXPECT_EQ(none, nullptr);
}

TEST(BucketIndex, LooksAtFewOfTenThousandRouters) {
  std::vector<std::shared_ptr<const Rule>> rules;
  BucketIndex index;
  for (std::size_t i = 0; i < 10'000; ++i) {
    const std::string n = std::to_string(i);
    std::string rule = "Host(`h" + n + ".com`)";
    if (i % 3 == 1) rule += " && PathPrefix(`/api`)";
    if (i % 3 == 2) rule = "PathPrefix(`/p" + n + "/`) && Method(`GET`)";
    rules.push_back(rule_of(rule));
    index.file(static_cast<Rank>(i), *rules.back());
  }
  for (std::size_t i = 0; i < 10'000; i += 7) {
    const std::string host = i % 3 == 2 ? "other" : "h" + std::to_string(i) + ".com";
    const std::string path = i % 3 == 2 ? "/p" + std::to_string(i) + "/x" : "/api/x";
    const RequestView request = get(host, path);
    std::size_t examined = 0;
    const Rank rank = index.first(request, [&](Rank candidate) {
      ++examined;
      return rules[candidate]->matches(request);
    });
    ASSERT_EQ(rank, i);
    ASSERT_LE(examined, 2U);
  }
}

}  // namespace
}  // namespace gapura::balancer::routing
