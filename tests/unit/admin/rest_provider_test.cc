#include "admin/rest_provider.h"

#include <gmock/gmock.h>

#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

using testing::HasSubstr;

class RestProviderTest : public testing::Test {
 protected:
  Response put(const std::string& body, const std::string& path = "/api/providers/rest",
               const std::string& method = "PUT", const std::string& origin = "") {
    Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    request.host = "127.0.0.1:8080";
    request.origin = origin;
    Response answer;
    boost::asio::co_spawn(loop, rest.answer(std::move(request)),
                          [&](const std::exception_ptr&, Response made) { answer = made; });
    loop.restart();
    loop.run();
    return answer;
  }

  boost::asio::io_context loop;
  RestTaken outcome{.is_usable = true, .problems = {}};
  std::vector<std::string> taken;
  std::vector<std::string> audit_lines;
  RestProvider rest{[this](std::string json, std::function<void(RestTaken)> done) {
                      taken.push_back(std::move(json));
                      boost::asio::post(loop, [this, done] { done(outcome); });
                    },
                    [this](std::string line, const std::function<void()>& done) {
                      audit_lines.push_back(std::move(line));
                      done();
                    }};
};

TEST_F(RestProviderTest, HandsTheJsonOnAndShowsIt) {
  const Response response = put(R"( {"http": {"services": {}}} )");

  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.body, "{\"http\":{\"services\":{}}}\n");
  EXPECT_EQ(taken, std::vector<std::string>{response.body});
}

TEST_F(RestProviderTest, RefusesWhatIsNoConfiguration) {
  for (const char* body : {"", "{", "[]", "7", "http: {}"}) {
    EXPECT_EQ(put(body).status, 400u) << body;
  }
  EXPECT_TRUE(taken.empty());
}

TEST_F(RestProviderTest, SaysWhyAConfigurationCannotBeUsed) {
  outcome.is_usable = false;
  conf::Problem problem;
  problem.file = "providers.rest";
  problem.path = "http";
  problem.message = "must be a map";
  outcome.problems = {problem};

  const Response response = put(R"({"http": 7})");

  EXPECT_EQ(response.status, 400u);
  EXPECT_THAT(response.body, HasSubstr("must be a map"));
}

TEST_F(RestProviderTest, IsTheOnlyProviderAndTakesOnlyPut) {
  EXPECT_EQ(put("{}", "/api/providers/file").status, 400u);
  const Response read = put("", "/api/providers/rest", "GET");
  EXPECT_EQ(read.status, 405u);
  EXPECT_EQ(read.fields.at(0).second, "PUT");
  EXPECT_TRUE(taken.empty());
}

TEST_F(RestProviderTest, DoesNotListenToWebPages) {
  EXPECT_EQ(put("{}", "/api/providers/rest", "PUT", "http://evil.example").status, 403u);
  // Its name may have come to mean this machine, and no page is served here.
  EXPECT_EQ(put("{}", "/api/providers/rest", "PUT", "http://127.0.0.1:8080").status, 403u);
  EXPECT_EQ(audit_lines.size(), 0u) << "they were not let in";
  EXPECT_EQ(put("{}", "/api/providers/rest", "PUT", "").status, 200u);
}

TEST_F(RestProviderTest, IsInTheAuditLogWithWhatWasGivenBefore) {
  const auto changes = [this] {
    return boost::json::parse(audit_lines.back()).at("changes").as_array();
  };
  put(R"({"http": {}})");
  const auto first = changes().at(0);
  EXPECT_EQ(first.at("what"), "providers.rest");
  EXPECT_TRUE(first.at("before").is_null());
  EXPECT_EQ(first.at("after").at("bytes"), 12);
  EXPECT_EQ(boost::json::parse(audit_lines[0]).at("who"), "rest, anybody");

  put(R"({"http": {}})");
  EXPECT_TRUE(changes().empty()) << "it was so already";
  put("{}");
  EXPECT_EQ(changes().at(0).at("before"), first.at("after"));

  outcome.is_usable = false;
  put(R"({"http": 7})");
  EXPECT_TRUE(changes().empty());
  EXPECT_EQ(boost::json::parse(audit_lines.back()).at("status"), 400);
  EXPECT_EQ(audit_lines.size(), 4u);
}

}  // namespace
}  // namespace gapura::admin
