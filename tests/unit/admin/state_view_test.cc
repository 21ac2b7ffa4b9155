#include "admin/state_view.h"

#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

using StateViewTest = ApiFixture;

TEST_F(StateViewTest, SaysWhatEachEntryDoes) {
  ask("POST", kTargets, R"({"url": "http://10.0.0.3:3000"})");
  ask("DELETE", std::string(kTargets) + "/" + kFirst);
  ask("POST", std::string(kTargets) + "/" + kSecond + "/drain");

  const auto state = json_of(ask("GET", "/api/v1/state"));

  EXPECT_EQ(state.at("file"), "/state/state.yaml");
  EXPECT_EQ(state.at("yaml"), "1");
  EXPECT_EQ(state.at("fault"), "");
  const auto& services = state.at("services").as_array();
  ASSERT_EQ(services.size(), 1u);
  EXPECT_EQ(services[0].at("name"), "calculate");
  const auto& entries = services[0].at("entries").as_array();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].at("target"), "10.0.0.3:3000");
  EXPECT_EQ(entries[0].at("entry"), "added");
  EXPECT_EQ(entries[0].at("effect"), "adds");
  EXPECT_EQ(entries[1].at("target"), kFirst);
  EXPECT_EQ(entries[1].at("effect"), "removes");
  EXPECT_EQ(entries[2].at("target"), kSecond);
  EXPECT_EQ(entries[2].at("effect"), "drains");
}

TEST_F(StateViewTest, TellsWhatTheFilesEnded) {
  ask("DELETE", std::string(kTargets) + "/" + kFirst);
  conf::DynamicConfig files;
  files.services["calculate"] = service_of("calculate", {"http://10.0.0.1:3000/"});

  set_files(std::move(files));

  const auto state = json_of(ask("GET", "/api/v1/state"));
  const auto& services = state.at("services").as_array();
  ASSERT_EQ(services.size(), 1u);
  EXPECT_TRUE(services[0].at("entries").as_array().empty());
  const auto& ended = services[0].at("ended").as_array();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].at("target"), kFirst);
  EXPECT_EQ(ended[0].at("entry"), "removed");
  EXPECT_EQ(ended[0].at("reason"), "the files' list of servers was edited");
}

TEST_F(StateViewTest, IsEmptyWhereNothingWasChanged) {
  EXPECT_TRUE(json_of(ask("GET", "/api/v1/state")).at("services").as_array().empty());
}

}  // namespace
}  // namespace gapura::admin
