#include "admin/update_servers.h"

#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

class UpdateServersTest : public ApiFixture {
 protected:
  Response update(const std::string& body) { return ask("POST", "/update-servers", body); }
  std::vector<std::string> urls() {
    std::vector<std::string> out;
    const auto list = json_of(ask("GET", kTargets));
    for (const auto& one : list.at("targets").as_array()) {
      out.emplace_back(one.at("url").as_string());
    }
    return out;
  }
};

constexpr const char* kInvalid =
    R"({"message":"Invalid request body. Expected a non-empty array of servers."})";

TEST_F(UpdateServersTest, ReplacesTheList) {
  const Response response = update(R"({
     "servers": [
       "http://192.168.1.101:8080",
       "http://10.0.0.2:3000/"
     ]
   })");

  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.body, R"({"message":"services.yaml updated successfully"})");
  const std::vector<std::string> expected{"http://10.0.0.2:3000", "http://192.168.1.101:8080"};
  EXPECT_EQ(urls(), expected);
  EXPECT_EQ(saved.size(), 1u);
}

TEST_F(UpdateServersTest, DrainsTheMissing) {
  begin_exchange(kFirst);

  update(R"({"servers": ["http://10.0.0.2:3000"]})");

  EXPECT_EQ(state_of(kFirst), "draining");
  EXPECT_EQ(state_of(kSecond), "serving");
}

TEST_F(UpdateServersTest, AnswersBadBodiesInTheSeedsWords) {
  for (const char* body :
       {"", "{", "null", "[]", "{}", R"({"servers": []})", R"({"servers": null})",
        R"({"servers": "http://10.0.0.2:3000"})", R"({"servers": {}})"}) {
    const Response response = update(body);
    EXPECT_EQ(response.status, 400u) << body;
    EXPECT_EQ(response.body, kInvalid) << body;
  }
  EXPECT_TRUE(saved.empty());
}

TEST_F(UpdateServersTest, NamesAServerThatCannotBeUsed) {
  const Response number = update(R"({"servers": ["http://10.0.0.2:3000", 7]})");
  EXPECT_EQ(number.status, 400u);
  EXPECT_NE(number.body.find("servers[1]"), std::string::npos) << number.body;

  const Response text = update(R"({"servers": ["not a url"]})");
  EXPECT_EQ(text.status, 400u);
  EXPECT_NE(text.body.find("servers[0]"), std::string::npos) << text.body;
  EXPECT_EQ(urls().size(), 2u);
}

TEST_F(UpdateServersTest, TakesTheSameServerOnce) {
  EXPECT_EQ(update(R"({"servers": ["http://10.0.0.2:3000", "http://10.0.0.2:3000/"]})").status,
            200u);

  EXPECT_EQ(urls().size(), 1u);
}

TEST_F(UpdateServersTest, AnswersWith500WhenItCannotBeSaved) {
  save_failure = std::make_error_code(std::errc::no_space_on_device);

  const Response response = update(R"({"servers": ["http://10.0.0.2:3000"]})");

  EXPECT_EQ(response.status, 500u);
  const auto object = json_of(response);
  EXPECT_EQ(object.at("message"), "Failed to update services.yaml");
  EXPECT_EQ(object.at("error"), "No space left on device");
  EXPECT_EQ(state_of(kFirst), "serving");
}

TEST_F(UpdateServersTest, AsksWhichServiceWhenThereAreTwo) {
  conf::DynamicConfig files;
  files.services["one"] = service_of("one", {"http://10.0.0.1:3000"});
  files.services["two"] = service_of("two", {"http://10.0.0.2:3000"});
  set_files(std::move(files));

  const Response response = update(R"({"servers": ["http://10.0.0.2:3000"]})");

  EXPECT_EQ(response.status, 400u);
  EXPECT_NE(response.body.find("admin.updateServers.service"), std::string::npos);
}

TEST_F(UpdateServersTest, AnswersOnceEveryWorkerGoesByTheList) {
  adopts_at_once = false;
  const Asked asked = begin("POST", "/update-servers", R"({"servers": ["http://10.0.0.2:3000"]})");
  EXPECT_FALSE(asked.is_answered());

  adopt();

  ASSERT_TRUE(asked.is_answered());
  EXPECT_EQ(asked.get().status, 200u);
}

TEST_F(UpdateServersTest, UsesTheServiceThatIsConfigured) {
  conf::DynamicConfig files;
  files.services["one"] = service_of("one", {"http://10.0.0.1:3000"});
  files.services["two"] = service_of("two", {"http://10.0.0.2:3000"});
  set_files(std::move(files));
  Changes changes(registry, [](balancer::Overlay, const auto& done) { done({}); });
  UpdateServers two(registry, changes, "two@file", {});
  UpdateServers missing(registry, changes, "three", {});
  std::vector<unsigned> statuses;
  const auto send = [&](UpdateServers& to) {
    Request request = request_of("POST", "/update-servers", R"({"servers": ["http://h:1"]})");
    boost::asio::co_spawn(
        loop, to.answer(std::move(request)),
        [&](std::exception_ptr, const Response& response) { statuses.push_back(response.status); });
    settle();
    changes.on_adopted();
    settle();
  };

  send(two);
  send(missing);

  EXPECT_EQ(statuses, (std::vector<unsigned>{200, 500}));
  EXPECT_EQ(registry.overlay().services.at("two").added.count("h:1"), 1u);
}

TEST_F(UpdateServersTest, ShowsTheListInItsFileBeforeItIsLive) {
  std::vector<std::string> written;
  std::vector<std::string> live;
  write_list = [&](const std::string& service, const std::vector<conf::Server>& servers) {
    written = {service};
    for (const auto& server : servers) written.push_back(server.url.to_string());
    const auto services = registry.services(Clock::now());
    for (const auto& one : services.front().targets) live.push_back(one.url);
    return ListShown();
  };

  const Response response = update(R"({"servers": ["http://10.0.0.2:3000", "http://10.0.0.3:1"]})");

  EXPECT_EQ(response.status, 200u) << response.body;
  const std::vector<std::string> expected{"calculate", "http://10.0.0.2:3000", "http://10.0.0.3:1"};
  EXPECT_EQ(written, expected);
  const std::vector<std::string> before{"http://10.0.0.1:3000", "http://10.0.0.2:3000"};
  EXPECT_EQ(live, before);
}

TEST_F(UpdateServersTest, ChangesNothingWhenTheFileCannotShowIt) {
  write_list = [](const std::string&, const std::vector<conf::Server>&) {
    return ListShown{.fault = "disk full", .is_in_place = false};
  };

  const Response response = update(R"({"servers": ["http://10.0.0.2:3000"]})");

  EXPECT_EQ(response.status, 500u);
  EXPECT_EQ(response.body, R"({"message":"Failed to update services.yaml","error":"disk full"})");
  EXPECT_TRUE(saved.empty());
  EXPECT_EQ(state_of(kFirst), "serving");
}

TEST_F(UpdateServersTest, GoesByAFileThatHasTheListThoughItMayNotLast) {
  write_list = [](const std::string&, const std::vector<conf::Server>&) {
    return ListShown{.fault = "not synced"};
  };

  const Response response = update(R"({"servers": ["http://10.0.0.2:3000"]})");

  EXPECT_EQ(response.status, 500u);
  EXPECT_EQ(response.body, R"({"message":"Failed to update services.yaml","error":"not synced"})");
  EXPECT_EQ(saved.size(), 1u) << "the list is live, as the file says";
}

TEST_F(UpdateServersTest, DoesNotTouchTheFileForAListThatIsRefused) {
  bool is_written = false;
  write_list = [&](const std::string&, const std::vector<conf::Server>&) {
    is_written = true;
    return ListShown();
  };

  EXPECT_EQ(update(R"({"servers": ["nonsense"]})").status, 400u);
  EXPECT_FALSE(is_written);
}

}  // namespace
}  // namespace gapura::admin
