// Which router takes a request (Traefik v3's rules and priorities).
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

struct RouterLine {
  std::string name, rule;
  std::string more;  ///< lines below the router, indented by six
};

std::string routers_text(const std::vector<RouterLine>& routers) {
  std::string text = "http:\n  routers:\n";
  for (const RouterLine& router : routers) {
    text += "    " + router.name + ":\n      rule: \"" + router.rule +
            "\"\n      service: " + router.name + "\n" + router.more;
  }
  return text;
}

/// A server with one service and one target of the same name for each router.
class RoutedServer {
 public:
  explicit RoutedServer(const std::vector<RouterLine>& routers) {
    std::string text = routers_text(routers) + "  services:\n";
    for (const RouterLine& router : routers) {
      targets_.push_back(std::make_unique<FakeTarget>(router.name));
      text += "    " + router.name + ":\n      loadBalancer:\n        servers:\n";
      text += "          - url: \"" + targets_.back()->url() + "\"\n";
    }
    SeedFolder::Settings settings;
    settings.dynamic = text;
    calculate_ = std::make_unique<FakeTarget>("calculate");
    server_ = std::make_unique<ServerFixture>(ServerLines{calculate_.get()}, settings);
  }
  /// The target that has answered, or the status as text when it was not 200.
  std::string ask(const std::string& request, const std::string& method = "GET") {
    RawClient client(server_->port());
    const Response response = client.ask(request, method);
    if (!response.ok()) return response.fault;
    if (response.status != 200) return std::to_string(response.status);
    return response.field("X-Target").value_or("nobody");
  }
  ServerFixture& server() { return *server_; }

 private:
  std::vector<std::unique_ptr<FakeTarget>> targets_;
  std::unique_ptr<FakeTarget> calculate_;
  std::unique_ptr<ServerFixture> server_;
};

TEST(Routing, EveryMatcherOfTheRuleLanguage) {
  RoutedServer server({
      {"exact", "Path(`/exact`)", ""},
      {"prefix", "PathPrefix(`/api`)", ""},
      {"host", "Host(`shop.example.com`)", ""},
      {"method", "Method(`POST`) && PathPrefix(`/api`)", ""},
      {"header", "Header(`X-Tenant`, `blue`) && PathPrefix(`/api`)", ""},
      {"either", "Path(`/one`) || Path(`/two`)", ""},
      {"negated", "PathPrefix(`/not`) && !Method(`GET`)", ""},
      {"grouped", "(Path(`/g1`) || Path(`/g2`)) && Method(`GET`)", ""},
  });

  EXPECT_EQ(server.ask(get("/exact")), "exact");
  EXPECT_EQ(server.ask(get("/exact?a=1&b=/2")), "exact");
  EXPECT_EQ(server.ask(get("/exact/")), "404");
  EXPECT_EQ(server.ask(get("/exac")), "404");
  EXPECT_EQ(server.ask(get("/api")), "prefix");
  EXPECT_EQ(server.ask(get("/api/v1")), "prefix");
  EXPECT_EQ(server.ask(get("/apiary")), "prefix");  // a plain string prefix, as in Traefik
  EXPECT_EQ(server.ask(get("/ap")), "404");
  EXPECT_EQ(server.ask(post("/api/v1", "x"), "POST"), "method");
  EXPECT_EQ(server.ask(get("/api/v1", "X-Tenant: blue\r\n")), "header");
  EXPECT_EQ(server.ask(get("/api/v1", "x-tenant: blue\r\n")), "header");
  EXPECT_EQ(server.ask(get("/api/v1", "X-Tenant: Blue\r\n")), "prefix");
  EXPECT_EQ(server.ask(get("/api/v1", "X-Tenant: red\r\nX-Tenant: blue\r\n")), "header");
  EXPECT_EQ(server.ask(get("/two")), "either");
  EXPECT_EQ(server.ask(get("/g2")), "grouped");
  EXPECT_EQ(server.ask(post("/g2", ""), "POST"), "404");
  EXPECT_EQ(server.ask(get("/not")), "404");
  EXPECT_EQ(server.ask(post("/not", ""), "POST"), "negated");
}

TEST(Routing, HostIsComparedWithoutCaseAndPort) {
  RoutedServer server({{"host", "Host(`Shop.Example.com`)", ""}});

  EXPECT_EQ(server.ask(get("/", "", "shop.example.com")), "host");
  EXPECT_EQ(server.ask(get("/", "", "SHOP.EXAMPLE.COM:8080")), "host");
  EXPECT_EQ(server.ask(get("/", "", "example.com")), "404");
  EXPECT_EQ(server.ask(get("/", "", "a.shop.example.com")), "404");
}

TEST(Routing, TheLongerRuleWinsUnlessAPriorityIsGiven) {
  RoutedServer server({
      {"everything", "PathPrefix(`/`)", ""},
      {"narrow", "PathPrefix(`/aaaaaaaaaa`)", ""},
      {"urgent", "PathPrefix(`/aa`)", "      priority: 1000\n"},
      {"late", "PathPrefix(`/bbbbbbbbbbbbbbbbbbbb`)", "      priority: 1\n"},
  });

  EXPECT_EQ(server.ask(get("/a")), "everything");
  EXPECT_EQ(server.ask(get("/aaaaaaaaaa")), "urgent");
  EXPECT_EQ(server.ask(get("/bbbbbbbbbbbbbbbbbbbb")), "everything");
}

TEST(Routing, WithoutARouterTheAnswerIsTraefiks404) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());

  const Response missing = client.ask(get("/nothing"));
  const Response found = client.ask(get("/calculate"));

  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body, "404 page not found\n");
  EXPECT_EQ(found.status, 200);  // on the same connection
  EXPECT_EQ(target.requests(), 1u);
}

TEST(Routing, ARouterThatUsesWhatIsNotBuiltIsNeverServedOpen) {
  RoutedServer server({
      {"guarded", "PathPrefix(`/guarded`)", "      middlewares:\n        - auth\n"},
      {"secret", "PathPrefix(`/secret`)", "      tls: {}\n"},
      {"odd", "ClientIP(`10.0.0.0/8`)", ""},
      {"broken", "PathPrefix(`/broken`", ""},
      {"open", "PathPrefix(`/open`)", ""},
  });

  EXPECT_EQ(server.ask(get("/guarded")), "404");
  EXPECT_EQ(server.ask(get("/secret")), "404");
  EXPECT_EQ(server.ask(get("/broken")), "404");
  EXPECT_EQ(server.ask(get("/open")), "open");
}

TEST(Routing, PathsAreCleanedBeforeTheyAreMatched) {
  RoutedServer server({
      {"public", "PathPrefix(`/public`)", ""},
      {"admin", "PathPrefix(`/admin`)", "      middlewares:\n        - auth\n"},
  });

  EXPECT_EQ(server.ask(get("/public/../admin")), "404");
  EXPECT_EQ(server.ask(get("/public/%2e%2e/admin")), "404");
  EXPECT_EQ(server.ask(get("/x/../public/./y")), "public");
  EXPECT_EQ(server.ask(get("//public//y")), "public");
}

}  // namespace
}  // namespace gapura::test
