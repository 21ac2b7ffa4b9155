#include "autoscale/provider/http_provider.h"

#include <gtest/gtest.h>
#include <mutex>

#include "tests/unit/admin/loopback.h"
#include "tests/unit/autoscale/run.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;
using Kind = ProviderFault::Kind;

/// An API that answers as it was told and remembers what it was asked.
class ScriptedApi {
 public:
  ScriptedApi() : server_([this](admin::Request request) { return respond(std::move(request)); }) {
    server_.listen_on_loopback();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

  /// What is answered to "GET /path?query"; the last one again and again.
  void says(const std::string& call, std::vector<std::pair<unsigned, std::string>> answers) {
    const std::lock_guard lock(mutex_);
    answers_[call] = std::move(answers);
  }
  /// "GET /path?query body", one line each.
  std::string asked() {
    const std::lock_guard lock(mutex_);
    return std::exchange(asked_, {});
  }

 private:
  net::awaitable<admin::Response> respond(admin::Request request) {
    const std::lock_guard lock(mutex_);
    std::string call = request.method + " " + request.path;
    if (!request.query.empty()) call += "?" + request.query;
    asked_ += call + (request.body.empty() ? "" : " " + request.body) + "\n";
    admin::Response response;
    response.status = 404;
    if (auto found = answers_.find(call); found != answers_.end()) {
      auto& answers = found->second;
      response.status = answers.front().first;
      response.body = answers.front().second;
      if (answers.size() > 1) answers.erase(answers.begin());
    }
    co_return response;
  }
  std::mutex mutex_;
  std::map<std::string, std::vector<std::pair<unsigned, std::string>>> answers_;
  std::string asked_;
  admin::RunningServer server_;
};

struct HttpInstancesTest : testing::Test {
  HttpInstancesTest() {
    config.variables["api"] = api.url();
    conf::HttpStep list;
    list.url = "{{api}}/vm?p={{prefix}}";
    config.operations["list"] = {list};
    conf::HttpStep create;
    create.method = "POST";
    create.url = "{{api}}/vm";
    create.json = R"({"n": "{{name}}", "key": "{{token}}"})";
    config.operations["create"] = {create};
    conf::HttpStep remove;
    remove.method = "DELETE";
    remove.url = "{{api}}/vm/{{id}}";
    config.operations["remove"] = {remove};
    config.fields = {{"id", "id"}, {"name", "name"}, {"state", "s"}, {"address", "ip"}};
    config.states = {{"on", "running"}, {"off", "stopped"}, {"bad", "failed"}};
  }
  HttpInstances provider(const std::filesystem::path& creations = {}) const {
    return HttpInstances(config, "p-", Words{{"token", "a\"b"}}, creations, Milliseconds(1));
  }
  std::vector<Instance> listed(HttpInstances& from) {
    const auto outcome = run(loop, from.list());
    const auto* failed = std::get_if<ProviderFault>(&outcome);
    EXPECT_EQ(failed, nullptr) << failed->message;
    return failed == nullptr ? std::get<0>(outcome) : std::vector<Instance>{};
  }
  ProviderFault list_fault() {
    HttpInstances from = provider();
    const auto outcome = run(loop, from.list());
    const auto* failed = std::get_if<ProviderFault>(&outcome);
    EXPECT_NE(failed, nullptr);
    return failed == nullptr ? ProviderFault{} : *failed;
  }

  net::io_context loop;
  ScriptedApi api;
  conf::HttpProvider config;
};

TEST_F(HttpInstancesTest, ReadsWhatAListSays) {
  api.says("GET /vm?p=p-", {{200, R"([{"id": 1, "name": "p-a", "s": "ON", "ip": "10.0.0.1"},
      {"id": 2, "name": "/p-b", "s": "off"}, {"id": 3, "name": "p-c", "s": "bad"},
      {"id": 4, "name": "p-d", "s": "new"}, {"id": 5, "name": "p-x-1"}, {"name": "other"}])"}});
  HttpInstances from = provider();

  const auto all = listed(from);

  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].id, "1");
  EXPECT_TRUE(all[0].is_up());
  EXPECT_EQ(all[1].name, "p-b");
  EXPECT_EQ(all[1].state, Instance::State::stopped);
  EXPECT_EQ(all[2].state, Instance::State::failed);
  EXPECT_EQ(all[3].state, Instance::State::pending);
}

TEST_F(HttpInstancesTest, FollowsPagesByNumberAndByUrl) {
  conf::HttpStep& list = config.operations["list"][0];
  list.items = "vms";
  list.next = "next";
  list.page = "page";
  api.says("GET /vm?p=p-", {{200, R"({"vms": [{"id": 1, "name": "p-a"}], "next": 2})"}});
  api.says("GET /vm?p=p-&page=2",
           {{200, R"({"vms": [{"id": 2, "name": "p-b"}], "next": ")" + api.url() + R"(/third"})"}});
  api.says("GET /third", {{200, R"({"vms": [{"id": 3, "name": "p-c"}], "next": null})"}});
  HttpInstances from = provider();

  EXPECT_EQ(listed(from).size(), 3U);
}

TEST_F(HttpInstancesTest, NeverTakesPartOfAListForTheWhole) {
  config.operations["list"][0].items = "vms";
  config.operations["list"][0].next = "next";
  api.says("GET /vm?p=p-", {{200, R"({"vms": [], "next": "http://elsewhere.invalid/"})"}});
  EXPECT_NE(list_fault().message.find("another server"), std::string::npos);
  api.says("GET /vm?p=p-", {{200, R"({"vms": [], "next": ")" + api.url() + R"(/gone"})"}});
  EXPECT_EQ(list_fault().kind, Kind::refused) << "a missing page is not an empty one";
  api.says("GET /vm?p=p-", {{200, R"({"other": []})"}});
  EXPECT_NE(list_fault().message.find("operations.list.items"), std::string::npos);
  api.says("GET /vm?p=p-", {{200, R"({"vms": [{"name": "p-a"}]})"}});
  EXPECT_NE(list_fault().message.find("has no id"), std::string::npos);
  api.says("GET /vm?p=p-", {{200, "<html>"}});
  EXPECT_NE(list_fault().message.find("not JSON"), std::string::npos);
  api.says("GET /vm?p=p-", {{302, ""}});
  EXPECT_EQ(list_fault().kind, Kind::refused);
}

TEST_F(HttpInstancesTest, RepeatsWhatMayBeRepeated) {
  api.says("GET /vm?p=p-", {{500, ""}, {503, ""}, {200, "[]"}});
  HttpInstances from = provider();
  EXPECT_TRUE(listed(from).empty());
  api.says("GET /vm?p=p-", {{500, ""}, {500, ""}, {500, ""}, {200, "[]"}});
  EXPECT_EQ(list_fault().kind, Kind::unreachable);
  api.asked();
  api.says("POST /vm", {{500, ""}, {200, "{}"}});

  const auto made = run(loop, from.create("p-1"));

  EXPECT_EQ(std::get<ProviderFault>(made).kind, Kind::unreachable);
  EXPECT_EQ(api.asked(), "POST /vm {\"n\": \"p-1\", \"key\": \"a\\\"b\"}\n") << "once";
}

TEST_F(HttpInstancesTest, TellsWhatCannotBeFromWhatMayBeLater) {
  const std::map<unsigned, Kind> kinds{{400, Kind::refused},      {401, Kind::refused},
                                       {403, Kind::refused},      {404, Kind::not_found},
                                       {409, Kind::unreachable},  {410, Kind::not_found},
                                       {429, Kind::rate_limited}, {502, Kind::unreachable}};
  Instance one;
  one.name = "p-1";
  one.id = "1/2";
  for (const auto& [status, kind] : kinds) {
    api.says("DELETE /vm/1%2F2", {{status, "why a\"b"}});
    HttpInstances from = provider();
    const auto outcome = run(loop, from.remove(one));
    ASSERT_TRUE(std::holds_alternative<ProviderFault>(outcome)) << status;
    EXPECT_EQ(std::get<ProviderFault>(outcome).kind, kind) << status;
    EXPECT_TRUE(std::get<ProviderFault>(outcome).message.ends_with(": why ***"))
        << std::get<ProviderFault>(outcome).message;
  }
  one.id.clear();
  HttpInstances from = provider();
  EXPECT_EQ(std::get<ProviderFault>(run(loop, from.remove(one))).kind, Kind::unreachable);
  EXPECT_FALSE(from.can_stop());
  EXPECT_EQ(std::get<ProviderFault>(run(loop, from.start(one))).kind, Kind::refused);
}

TEST_F(HttpInstancesTest, AsksForAnAddressThatTheListDoesNotSay) {
  conf::HttpStep get;
  get.url = "{{api}}/agent/{{id}}";
  get.find["address"] = "net[?if=='eth0'].ip";
  config.operations["get"] = {get};
  api.says("GET /vm?p=p-", {{200, R"([{"id": 1, "name": "p-a", "s": "on"}])"}});
  api.says("GET /agent/1", {{404, "no agent yet"},
                            {200, R"({"net": [{"if": "lo", "ip": "127.0.0.1"}]})"},
                            {200, R"({"net": [{"if": "eth0", "ip": "10.0.0.1"}]})"}});
  HttpInstances from = provider();

  EXPECT_FALSE(listed(from).at(0).is_up());
  EXPECT_FALSE(listed(from).at(0).is_up());
  EXPECT_EQ(listed(from).at(0).address, "10.0.0.1");
  api.asked();
  EXPECT_EQ(listed(from).at(0).address, "10.0.0.1");
  EXPECT_EQ(api.asked(), "GET /vm?p=p-\n") << "what is known is not asked again";
}

TEST_F(HttpInstancesTest, GoesOnAtTheNextListWithWhatBelongsToACreation) {
  conf::HttpStep network;
  network.method = "POST";
  network.url = "{{api}}/net/{{id}}";
  network.find["port"] = "port";
  conf::HttpStep release;
  release.method = "DELETE";
  release.url = "{{api}}/port/{{port}}";
  config.operations["create"][0].item = "vm";
  config.operations["create"].push_back(network);
  config.operations["create"].push_back(release);
  api.says("POST /vm", {{201, R"({"vm": {"id": 7, "name": "p-1", "s": "new"}})"}});
  api.says("POST /net/7", {{500, ""}, {200, R"({"port": ""})"}, {200, R"({"port": "x"})"}});
  api.says("GET /vm?p=p-", {{200, R"([{"id": 7, "name": "p-1", "s": "on"}])"}});
  HttpInstances from = provider();

  const auto made = run(loop, from.create("p-1"));
  ASSERT_TRUE(std::holds_alternative<Instance>(made));
  EXPECT_EQ(std::get<Instance>(made).id, "7");
  listed(from);
  api.asked();
  listed(from);
  EXPECT_EQ(api.asked(), "GET /vm?p=p-\nPOST /net/7\nDELETE /port/x\n");
  listed(from);
  EXPECT_EQ(api.asked(), "GET /vm?p=p-\n") << "all is done; that it was gone already is no failure";
}

TEST_F(HttpInstancesTest, GoesOnWithWhatAnEarlierProcessLeft) {
  const test::TemporaryFolder folder;
  conf::HttpStep release;
  release.method = "DELETE";
  release.url = "{{api}}/port/{{id}}";
  config.operations["create"].push_back(release);
  api.says("POST /vm", {{201, R"({"id": 7, "name": "p-1", "s": "new"})"}});
  api.says("DELETE /port/7", {{500, ""}});
  api.says("GET /vm?p=p-", {{200, R"([{"id": 7, "name": "p-1", "s": "on"}])"}});
  {
    HttpInstances first = provider(folder / "creations");
    ASSERT_TRUE(std::holds_alternative<Instance>(run(loop, first.create("p-1"))));
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "creations"));
  api.asked();
  api.says("DELETE /port/7", {{200, "{}"}});

  HttpInstances second = provider(folder / "creations");
  listed(second);

  EXPECT_EQ(api.asked(), "GET /vm?p=p-\nDELETE /port/7\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "creations")) << "nothing is left to do";
}

TEST_F(HttpInstancesTest, CallsNothingWhileAPlaceholderHasNoValue) {
  conf::HttpStep release;
  release.method = "DELETE";
  release.url = "{{api}}/ip/{{address}}";
  config.operations["remove"].insert(config.operations["remove"].begin(), release);
  Instance one;
  one.name = "p-1";
  one.id = "1";

  HttpInstances from = provider();
  const auto outcome = run(loop, from.remove(one));

  ASSERT_TRUE(std::holds_alternative<ProviderFault>(outcome));
  EXPECT_EQ(std::get<ProviderFault>(outcome).kind, Kind::refused);
  EXPECT_EQ(std::get<ProviderFault>(outcome).message,
            "{{address}} has no value (yet), so that DELETE {{api}}/ip/{{address}} was not called");
  EXPECT_EQ(api.asked(), "");
}

TEST_F(HttpInstancesTest, KeepsWhatIsLeftOfACreationWhileAPlaceholderHasNoValue) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "creations",
                   R"({"p-1": {"next": 1, "words": {"prefix": "p-", "name": "p-1"}}})");
  conf::HttpStep release;
  release.method = "DELETE";
  release.url = "{{api}}/port/{{port}}";
  config.operations["create"][0].find["port"] = "port";
  config.operations["create"].push_back(release);
  api.says("GET /vm?p=p-", {{200, R"([{"id": 7, "name": "p-1", "s": "on"}])"}});
  HttpInstances from = provider(folder / "creations");

  listed(from);

  EXPECT_EQ(api.asked(), "GET /vm?p=p-\n");
  EXPECT_TRUE(std::filesystem::exists(folder / "creations")) << "404 of no URL at all is no answer";
}

TEST_F(HttpInstancesTest, MakesNothingTwiceWhenItsCallsHaveChangedMeanwhile) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "creations",
                   R"({"p-1": {"next": 1, "words": {"prefix": "p-", "name": "p-1"}}})");
  conf::HttpStep number;  // since then: the call that makes it comes second
  number.url = "{{api}}/free";
  config.operations["create"].insert(config.operations["create"].begin(), number);
  api.says("GET /vm?p=p-", {{200, R"([{"id": 7, "name": "p-1", "s": "on"}])"}});
  api.says("POST /vm", {{201, "{}"}});
  HttpInstances from = provider(folder / "creations");

  listed(from);

  EXPECT_EQ(api.asked(), "GET /vm?p=p-\n");
}

TEST_F(HttpInstancesTest, ARemovalGoesOnWhereAnEarlierTryEnded) {
  conf::HttpStep release;
  release.method = "DELETE";
  release.url = "{{api}}/ip/{{address}}";
  config.operations["remove"].insert(config.operations["remove"].begin(), release);
  api.says("DELETE /ip/10.0.0.1", {{200, ""}, {404, "no such address"}});
  api.says("DELETE /vm/1", {{403, "not yet"}, {200, ""}});
  Instance one;
  one.name = "p-1";
  one.id = "1";
  one.address = "10.0.0.1";

  HttpInstances from = provider();
  run(loop, from.remove(one));
  api.asked();

  EXPECT_TRUE(std::holds_alternative<Done>(run(loop, from.remove(one))));
  EXPECT_EQ(api.asked(), "DELETE /ip/10.0.0.1\nDELETE /vm/1\n");
}

TEST_F(HttpInstancesTest, SaysWhatItWouldCallWithoutSecrets) {
  EXPECT_EQ(provider().describe_create("p-1"),
            "POST " + api.url() + R"(/vm {"n": "p-1", "key": "***"})");
  EXPECT_EQ(api.asked(), "");
}

TEST(UnixTime, ReadsTheFormsOfClouds) {
  EXPECT_EQ(unix_time("2025-01-31 08:15:00"), 1'738'311'300);
  EXPECT_EQ(unix_time("2025-01-31T08:15:00Z"), 1'738'311'300);
  EXPECT_EQ(unix_time("2025-01-31T08:15:00.123+00:00"), 1'738'311'300);
  EXPECT_EQ(unix_time("1738311300"), 1'738'311'300);
  EXPECT_EQ(unix_time(""), 0);
  EXPECT_EQ(unix_time("yesterday"), 0);
}

}  // namespace
}  // namespace gapura::autoscale
