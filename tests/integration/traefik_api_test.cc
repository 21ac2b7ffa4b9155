// What Traefik has on its internal entry point, in the whole server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

using testing::HasSubstr;

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

}  // namespace
}  // namespace gapura::test
