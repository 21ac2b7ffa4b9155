#include "admin/explain.h"

#include <gmock/gmock.h>

#include "admin/question.h"
#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

using testing::HasSubstr;

class ExplainTest : public ApiFixture {
 protected:
  Response about(const std::string& body) { return ask("POST", "/api/v1/explain", body); }
  boost::json::object answer_to(const std::string& body) {
    const Response response = about(body);
    EXPECT_EQ(response.status, 200u) << response.body;
    return json_of(response);
  }
  static conf::RouterConfig router(const std::string& name, const std::string& rule,
                                   const std::string& service) {
    conf::RouterConfig made;
    made.name = name;
    made.rule = rule;
    made.service = service;
    return made;
  }
  static conf::DynamicConfig shop() {
    conf::DynamicConfig files;
    files.services["a"] = service_of("a", {"http://10.0.0.1:1"});
    files.services["b"] = service_of("b", {"http://10.0.0.2:1", "http://10.0.0.3:1"});
    files.routers["all"] = router("all", "PathPrefix(`/`)", "a");
    files.routers["cart"] = router("cart", "Host(`shop.example`) && PathPrefix(`/cart`)", "b");
    return files;
  }
};

TEST_F(ExplainTest, NamesTheRouterAndWhyTheOthersDoNotMatch) {
  set_files(shop());

  const auto answer = answer_to(R"({"method": "POST", "url": "http://other.example/cart/7?x=1"})");

  EXPECT_EQ(answer.at("entryPoint"), boost::json::value("web"));
  EXPECT_EQ(answer.at("request"),
            boost::json::parse(R"({"method":"POST","host":"other.example","path":"/cart/7"})"));
  EXPECT_EQ(answer.at("router"), boost::json::value("all@file"));
  const auto& routers = answer.at("routers").as_array();
  ASSERT_EQ(routers.size(), 2u);
  EXPECT_EQ(routers[0].at("router"), boost::json::value("cart@file"));
  EXPECT_EQ(routers[0].at("matched"), boost::json::value(false));
  EXPECT_EQ(routers[0].at("mismatches"),
            boost::json::parse(R"-([{"part":"Host(`shop.example`)","got":"other.example"}])-"));
  EXPECT_EQ(routers[1].at("matched"), boost::json::value(true));
  EXPECT_EQ(routers[1].at("isChosen"), boost::json::value(true));
  EXPECT_EQ(answer.at("service").at("name"), boost::json::value("a"));
}

TEST_F(ExplainTest, BelievesTheHostFieldBeforeTheUrl) {
  set_files(shop());

  const auto answer =
      answer_to(R"({"url": "http://127.0.0.1/cart", "headers": {"host": "shop.example"}})");

  EXPECT_EQ(answer.at("router"), boost::json::value("cart@file"));
}

TEST_F(ExplainTest, SaysWhoCouldBePicked) {
  set_files(shop());
  begin_exchange("10.0.0.2:1");
  EXPECT_EQ(ask("POST", "/api/v1/services/b/targets/10.0.0.2:1/drain").status, 200u);

  const auto answer = answer_to(R"({"url": "http://shop.example/cart"})");

  const auto& targets = answer.at("service").at("targets").as_array();
  ASSERT_EQ(targets.size(), 2u);
  EXPECT_EQ(targets[0].at("phase"), boost::json::value("draining"));
  EXPECT_EQ(targets[0].at("canBePicked"), boost::json::value(false));
  EXPECT_EQ(targets[1].at("canBePicked"), boost::json::value(true));
  EXPECT_EQ(answer.at("message"),
            boost::json::value("router cart@file matches: forwarded to service b"));
}

TEST_F(ExplainTest, LeadsThroughServicesOverServices) {
  conf::DynamicConfig files = shop();
  conf::Failover failover;
  failover.service.name = "a";
  failover.fallback.name = "b";
  files.services["safe"].name = "safe";
  files.services["safe"].composite = failover;
  files.routers["all"].service = "safe";
  set_files(std::move(files));

  const auto answer = answer_to(R"({"url": "http://x.example/"})");

  const auto& service = answer.at("service").as_object();
  EXPECT_EQ(service.at("kind"), boost::json::value("failover"));
  const auto& children = service.at("services").as_array();
  ASSERT_EQ(children.size(), 2u);
  EXPECT_EQ(children[0].at("name"), boost::json::value("a"));
  EXPECT_EQ(children[0].at("isTaken"), boost::json::value(true));
  EXPECT_EQ(children[1].at("isTaken"), boost::json::value(false));
  EXPECT_EQ(children[1].at("targets").as_array().size(), 2u);
}

/// Both "b" and a weighted "either" of "a" and "b" are sticky.
class StickyExplainTest : public ExplainTest {
 protected:
  StickyExplainTest() {
    conf::DynamicConfig files = shop();
    files.services["b"].sticky.emplace().name = "kept";
    conf::Weighted weighted;
    weighted.sticky.emplace().name = "side";
    for (const char* name : {"a", "b"}) weighted.services.emplace_back().service.name = name;
    files.services["either"].name = "either";
    files.services["either"].composite = std::move(weighted);
    files.routers["all"].service = "either";
    set_files(std::move(files));
  }

  const balancer::Service& service(const std::string& name) {
    for (const auto& one : registry.snapshot()->services) {
      if (one.name == name) return one;
    }
    throw std::runtime_error("there is no service " + name);
  }
  /// "kept=0123456789abcdef", as a client of the one at `place` sends it.
  static std::string cookie_of(const balancer::Sticky& sticky, std::size_t place) {
    const std::string line = sticky.set_cookie(place).substr(std::string("Set-Cookie: ").size());
    return line.substr(0, line.find(';'));
  }
  boost::json::object asked_with(const std::string& cookie, const std::string& path = "/cart") {
    boost::json::object body{{"url", "http://shop.example" + path}};
    body["headers"] = {{"Cookie", cookie}};
    return answer_to(boost::json::serialize(body));
  }
};

TEST_F(StickyExplainTest, SaysWhereTheCookieLeads) {
  const std::string cookie = cookie_of(*service("b").sticky, 1);

  const auto answer = asked_with("x=y; " + cookie);

  const auto& sticky = answer.at("service").at("sticky");
  EXPECT_EQ(sticky.at("cookie"), "kept");
  EXPECT_EQ(sticky.at("leadsTo"), "10.0.0.3:1");
  EXPECT_EQ(sticky.at("isKept"), true);
  EXPECT_EQ(answer.at("service").at("targets").at(1).at("why"), "its sticky cookie leads there");
  EXPECT_EQ(answer.at("message"),
            "router cart@file matches: forwarded to service b, where its sticky cookie leads to "
            "10.0.0.3:1");
}

TEST_F(StickyExplainTest, SaysThatACookieLeadsNowhere) {
  for (const char* cookie : {"x=y", "kept=nonsense"}) {
    const auto sticky = asked_with(cookie).at("service").at("sticky");
    EXPECT_TRUE(sticky.at("leadsTo").is_null());
    EXPECT_EQ(sticky.at("why"), "the request has no such cookie: the answer gives it one");
  }
  const auto sticky = asked_with("kept=0123456789abcdef").at("service").at("sticky");
  EXPECT_TRUE(sticky.at("leadsTo").is_null());
  EXPECT_EQ(sticky.at("isKept"), false);
  EXPECT_THAT(std::string(sticky.at("why").as_string()), HasSubstr("gone, or was never one"));
}

TEST_F(StickyExplainTest, SaysWhyTheCookieIsNotFollowed) {
  const std::string cookie = cookie_of(*service("b").sticky, 0);
  service("b").targets[0].state->is_suspended = true;
  auto sticky = asked_with(cookie).at("service").at("sticky");
  EXPECT_EQ(sticky.at("leadsTo"), "10.0.0.2:1");
  EXPECT_EQ(sticky.at("isKept"), false);
  EXPECT_THAT(std::string(sticky.at("why").as_string()), HasSubstr("is suspended"));
  service("b").targets[0].state->is_suspended = false;

  begin_exchange("10.0.0.2:1");
  ASSERT_EQ(ask("PATCH", "/api/v1/services/b", R"({"maxInFlight": 1})").status, 200u);
  sticky = asked_with(cookie).at("service").at("sticky");
  EXPECT_THAT(std::string(sticky.at("why").as_string()), HasSubstr("as many requests in flight"));

  ASSERT_EQ(ask("POST", "/api/v1/services/b/targets/10.0.0.2:1/drain").status, 200u);
  sticky = asked_with(cookie).at("service").at("sticky");
  EXPECT_EQ(sticky.at("leadsTo"), "10.0.0.2:1");
  EXPECT_EQ(sticky.at("isKept"), false);
  EXPECT_THAT(std::string(sticky.at("why").as_string()), HasSubstr("is draining"));
}

TEST_F(StickyExplainTest, SaysWhichServiceTheCookieLeadsTo) {
  const auto& sticky = *std::get<balancer::Weighted>(service("either").composite).sticky;

  const auto kept = asked_with(cookie_of(sticky, 1), "/").at("service");
  EXPECT_EQ(kept.at("sticky").at("leadsTo"), "b");
  EXPECT_EQ(kept.at("services").at(0).at("isTaken"), false);
  EXPECT_EQ(kept.at("services").at(1).at("isTaken"), true);

  const auto without = asked_with("x=y", "/").at("service");
  EXPECT_TRUE(without.at("sticky").at("leadsTo").is_null());
  EXPECT_TRUE(without.at("services").at(0).at("isTaken").is_null());
}

TEST_F(ExplainTest, SaysWhatIsDisabledAndThatNothingMatches) {
  conf::DynamicConfig files = shop();
  files.routers.erase("all");
  files.routers["off"] = router("off", "Path(`/off`)", "missing");
  set_files(std::move(files));

  const auto answer = answer_to(R"({"url": "http://x.example/off"})");

  EXPECT_TRUE(answer.at("router").is_null());
  EXPECT_TRUE(answer.at("service").is_null());
  EXPECT_EQ(answer.at("message"), boost::json::value("no router matches: the answer is 404"));
  ASSERT_EQ(answer.at("disabled").as_array().size(), 1u);
  EXPECT_EQ(answer.at("disabled").at(0).at("router"), boost::json::value("off@file"));
}

TEST_F(ExplainTest, CountsAndChangesNothing) {
  const Version before = registry.version();

  answer_to(R"({"url": "http://x.example/calculate"})");

  EXPECT_EQ(registry.version(), before);
  EXPECT_EQ(target(kFirst)->in_flight, 0u);
}

TEST_F(ExplainTest, NamesWhatIsWrongWithAQuestion) {
  const std::pair<const char*, const char*> bad[] = {
      {"", "not valid JSON"},
      {"[]", "must be an object"},
      {"{}", "\"url\" is missing"},
      {R"({"url": 7})", "\"url\" must be text"},
      {R"({"url": "ftp://a/"})", "must begin with http://"},
      {R"({"url": "http:///x"})", "must name a host"},
      {R"({"url": "/x"})", "must name a host"},
      {R"({"url": "http://a:99999/"})", "from 1 to 65535"},
      {R"({"url": "http://a/ b"})", "no URL has"},
      {R"({"url": "http://u@a/"})", "user name"},
      {R"({"url": "http://a/", "method": ""})", "one word"},
      {R"({"url": "http://a/", "headers": []})", "object of texts"},
      {R"({"url": "http://a/", "headers": {"A": 1}})", "object of texts"},
      {R"({"url": "http://a/", "headers": {"A B": "1"}})", "nothing that a request could have"},
      {R"({"url": "http://a/", "headers": {"A": "1\r\nB: 2"}})", "nothing that a request"},
      {R"({"url": "http://a/", "clientAddress": "nobody"})", "must be an address"},
      {R"({"url": "http://a/", "uri": "x"})", "not known here"}};
  for (const auto& [body, fault] : bad) {
    EXPECT_THAT(detail_of(about(body), 400), HasSubstr(fault)) << body;
  }
}

TEST_F(ExplainTest, WantsAnEntryPointThatExists) {
  EXPECT_THAT(detail_of(about(R"({"url": "http://a/", "entryPoint": "wbe"})"), 404),
              HasSubstr("there is no entry point wbe, but web"));
  EXPECT_EQ(detail_of(ask("GET", "/api/v1/explain"), 405), "use one of: POST");
}

TEST(Explain, AsksWhichEntryPointIsMeant) {
  conf::EntryPoint web, other;
  web.name = "web";
  web.address.port = 80;
  other.name = "other";
  other.address.port = 8000;
  const std::vector<conf::EntryPoint> both{web, other};
  balancer::Registry::Callbacks callbacks{
      .publish = [](auto) {}, .event = [](const auto&) {}, .cut = [](auto, auto) {}};
  balancer::Registry registry(both, 1, std::move(callbacks));
  ExplainSettings settings;
  settings.entry_points = both;
  const auto asked = [&](const char* body) {
    return explain(registry, settings, boost::json::parse(body));
  };

  EXPECT_EQ(asked(R"({"url": "http://a:8000/"})").status, 503u) << "nothing is configured yet";
  registry.set_files({}, Clock::now());
  EXPECT_THAT(asked(R"({"url": "http://a:8000/"})").body, HasSubstr(R"("entryPoint":"other")"));
  EXPECT_EQ(asked(R"({"url": "http://a:7/"})").status, 400u);
  EXPECT_THAT(asked(R"({"url": "http://a:7/", "entryPoint": "web"})").body,
              HasSubstr(R"("entryPoint":"web")"));
}

}  // namespace
}  // namespace gapura::admin
