#include "admin/assets.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>

#include "admin/http_server.h"
#include "tests/unit/admin/loopback.h"

namespace gapura::admin {
namespace {

constexpr std::array<Asset, 4> kFew = {{{"index.html", "<!doctype html>"},
                                        {"main.js", "run();"},
                                        {"mark.svg", "<svg/>"},
                                        {"style.css", "a{}"}}};

Request wanting(const std::string& path, const std::string& method = "GET") {
  Request request;
  request.method = method;
  request.path = path;
  return request;
}

std::string field_of(const Response& response, std::string_view name) {
  for (const auto& [one, value] : response.fields) {
    if (one == name) return value;
  }
  return "";
}

TEST(Assets, HaveThePageAndWhatIsBelowIt) {
  for (const char* path : {"/", "/dashboard", "/dashboard/", "/dashboard/main.js"}) {
    EXPECT_TRUE(Assets::has(path)) << path;
  }
  for (const char* path :
       {"", "/dashboards", "/api/v1/services", "/api/dashboard/", "//dashboard/"}) {
    EXPECT_FALSE(Assets::has(path)) << path;
  }
}

TEST(Assets, AreServedAsWhatTheyAre) {
  const Assets assets(kFew);

  EXPECT_EQ(assets.answer(wanting("/dashboard/")).body, "<!doctype html>");
  EXPECT_EQ(assets.answer(wanting("/dashboard/")).content_type, "text/html; charset=utf-8");
  EXPECT_EQ(assets.answer(wanting("/dashboard/index.html")).body, "<!doctype html>");
  EXPECT_EQ(assets.answer(wanting("/dashboard/main.js")).content_type,
            "text/javascript; charset=utf-8");
  EXPECT_EQ(assets.answer(wanting("/dashboard/style.css")).content_type, "text/css; charset=utf-8");
  EXPECT_EQ(assets.answer(wanting("/dashboard/mark.svg")).content_type, "image/svg+xml");
}

TEST(Assets, LeadToThePage) {
  const Assets assets(kFew);

  for (const char* path : {"/", "/dashboard"}) {
    const Response response = assets.answer(wanting(path));
    EXPECT_EQ(response.status, 302u) << path;
    EXPECT_EQ(field_of(response, "Location"), "/dashboard/") << path;
  }
}

TEST(Assets, AreNotSentAgainToWhoHasThem) {
  const Assets assets(kFew);
  const std::string etag = field_of(assets.answer(wanting("/dashboard/main.js")), "ETag");
  Request request = wanting("/dashboard/main.js");

  request.fields = {{"if-none-match", "\"other\", W/" + etag}};
  const Response same = assets.answer(request);
  request.fields = {{"if-none-match", "\"other\""}};
  const Response other = assets.answer(request);

  EXPECT_EQ(same.status, 304u);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(field_of(same, "ETag"), etag);
  EXPECT_EQ(other.status, 200u);
  EXPECT_NE(field_of(assets.answer(wanting("/dashboard/")), "ETag"), etag);
}

TEST(Assets, LetNothingButThemselvesRun) {
  const Response response = Assets(kFew).answer(wanting("/dashboard/"));

  const std::string policy = field_of(response, "Content-Security-Policy");
  EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self';")) << policy;
  EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << policy;
  EXPECT_EQ(field_of(response, "X-Frame-Options"), "DENY");
}

TEST(Assets, RefuseWhatTheyAreNotAskedFor) {
  const Assets assets(kFew);

  for (const char* path : {"/dashboard/none.js", "/dashboard/../main.js", "/dashboard/main.js/"}) {
    EXPECT_EQ(assets.answer(wanting(path)).status, 404u) << path;
  }
  const Response response = assets.answer(wanting("/dashboard/", "POST"));
  EXPECT_EQ(response.status, 405u);
  EXPECT_EQ(field_of(response, "Allow"), "GET, HEAD");
}

TEST(Assets, SayWhetherTheApiWillWantAToken) {
  const Assets assets(kFew);
  Request request = wanting("/dashboard/access");

  EXPECT_EQ(assets.answer(request).body, "{\"token\":true}\n");
  request.is_local_socket = true;
  EXPECT_EQ(assets.answer(request).body, "{\"token\":false}\n");
}

boost::asio::awaitable<Response> answer_from(const Assets& assets, Request request) {
  co_return assets.answer(request);
}

TEST(Assets, PassThroughTheServerWithTheirOwnFields) {
  const Assets assets(dashboard());
  RunningServer server(
      [&assets](Request request) { return answer_from(assets, std::move(request)); });
  ASSERT_NO_FATAL_FAILURE(server.listen_on_loopback());
  Client client(server.port());

  client.send("GET /dashboard/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string page = client.read_answer();
  const auto place = page.find("ETag: ") + 6;
  const std::string etag = page.substr(place, page.find("\r\n", place) - place);
  client.send("GET /dashboard/ HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: " + etag + "\r\n\r\n");
  const std::string unchanged = client.read_until("\r\n\r\n");

  EXPECT_NE(page.find("Cache-Control: no-cache\r\n"), std::string::npos) << page;
  EXPECT_NE(page.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos) << page;
  EXPECT_TRUE(unchanged.starts_with("HTTP/1.1 304 ")) << unchanged;
  EXPECT_EQ(unchanged.find("Content-Length"), std::string::npos) << unchanged;
}

/// The page is complete: whatever a file of it names is there, and nothing is fetched elsewhere.
TEST(Assets, HoldTheWholeDashboard) {
  const Assets assets(dashboard());
  const auto all = dashboard();
  ASSERT_GT(all.size(), 3u);

  for (const Asset& one : all) {
    EXPECT_EQ(one.text.find("https://"), std::string_view::npos) << one.name;
    for (const std::string_view opening : {"src=\"", "href=\"", "from \"./"}) {
      for (auto at = one.text.find(opening); at != std::string_view::npos;
           at = one.text.find(opening, at)) {
        at += opening.size();
        const std::string name(one.text.substr(at, one.text.find('"', at) - at));
        EXPECT_EQ(assets.answer(wanting("/dashboard/" + name)).status, 200u)
            << one.name << " names " << name;
      }
    }
  }
}

}  // namespace
}  // namespace gapura::admin
