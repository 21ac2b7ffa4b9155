// What Traefik has on its internal entry point, in the whole server; and the list of the target
// updater in its file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/load.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TraefikApi, IsThereOnlyWhenAskedFor) {
  FakeTarget a("a");
  SeedFolder::Settings settings;
  settings.more_static = "api: {insecure: true}\n";
  ServerFixture closed({&a});
  ServerFixture open({&a}, settings);

  EXPECT_EQ(AdminClient(closed.internal_port(), "").get("/api/overview").status, 404);
  AdminClient traefik(open.internal_port(), "");
  const auto service = traefik.get("/api/http/services/calculate@file");
  EXPECT_EQ(service.status, 200) << service.text;
  EXPECT_THAT(service.text, HasSubstr("{\"" + a.url() + "\":\"UP\"}"));
  EXPECT_EQ(traefik.post("/api/http/services", "{}").status, 405);
  EXPECT_EQ(traefik.get("/api/v1/services").status, 404);
}

TEST(RestProvider, ServesWhatItIsGiven) {
  FakeTarget a("a"), b("b");
  SeedFolder::Settings settings;
  settings.takes_rest = true;
  ServerFixture server({&a}, settings);
  AdminClient rest(server.internal_port(), "");
  const std::string given =
      R"-({"http":{"routers":{"fresh":{"rule":"Path(`/fresh`)","service":"fresh"}},)-"
      R"-("services":{"fresh":{"loadBalancer":{"servers":[{"url":")-" +
      b.url() + R"-("}]}}}}})-";

  EXPECT_EQ(rest.call("PUT", "/api/providers/rest", given).status, 200);
  EXPECT_EQ(RawClient(server.port()).ask(get("/fresh")).status, 200);
  EXPECT_EQ(b.requests(), 1u);
  const auto broken = rest.call("PUT", "/api/providers/rest", R"({"http": 7})");
  EXPECT_EQ(broken.status, 400) << broken.text;
  EXPECT_EQ(RawClient(server.port()).ask(get("/fresh")).status, 200);
  EXPECT_EQ(rest.call("PUT", "/api/providers/rest", "{}").status, 200);
  EXPECT_EQ(RawClient(server.port()).ask(get("/fresh")).status, 404);
  EXPECT_EQ(RawClient(server.port()).ask(get("/calculate")).status, 200) << "the files' stay";
}

class UpdateServersFile : public testing::Test {
 protected:
  /// The file that shows the list is services.yaml of the very folder.
  static SeedFolder::Settings settings() {
    SeedFolder::Settings made;
    made.shows_update_servers = true;
    return made;
  }
  static std::string list_of(const std::vector<const FakeTarget*>& targets) {
    std::string text = R"({"servers": [)";
    for (const FakeTarget* one : targets) {
      if (one != targets.front()) text += ", ";
      text += "\"" + one->url() + "\"";
    }
    return text + "]}";
  }
};

TEST_F(UpdateServersFile, ShowsTheListAndNothingIsUndone) {
  FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({&a, &b}, settings());
  Load load({.port = server.port()});
  ASSERT_TRUE(load.run_for(50));

  const auto updated = server.admin().post("/update-servers", list_of({&b, &c}));

  EXPECT_EQ(updated.status, 200) << updated.text;
  const std::string text = read_file(server.folder().services_file());
  EXPECT_THAT(text, HasSubstr(b.url()));
  EXPECT_THAT(text, HasSubstr(c.url()));
  EXPECT_THAT(text, Not(HasSubstr(a.url())));
  EXPECT_TRUE(server.admin().wait_until_gone(a.authority()));
  ASSERT_TRUE(eventually([&] { return c.requests() > 10; }));
  server.reload();
  ASSERT_TRUE(load.run_for(100));
  EXPECT_TRUE(server.admin().wait_for_targets({b.authority(), c.authority()}));
  EXPECT_EQ(read_file(server.folder().services_file()), text);
  // What the file shows is the files' again: whoever edits it has the last word.
  server.folder().write_services({&a});
  EXPECT_TRUE(server.admin().wait_for_targets({a.authority()}));
  load.stop();
  expect_all_good(load, {&a, &b, &c});
}

TEST_F(UpdateServersFile, SaysWhyItCannotBeWritten) {
  FakeTarget a("a"), b("b");
  ServerFixture server({&a}, settings());
  write_file(server.folder().services_file(), "http: [\n");

  const auto updated = server.admin().post("/update-servers", list_of({&b}));

  EXPECT_EQ(updated.status, 500) << updated.text;
  EXPECT_THAT(updated.text, HasSubstr("Failed to update services.yaml"));
  EXPECT_THAT(updated.text, HasSubstr("is not understood"));
  EXPECT_TRUE(server.admin().wait_for_targets({a.authority()}));
}

}  // namespace
}  // namespace gapura::test
