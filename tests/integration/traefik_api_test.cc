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

}  // namespace
}  // namespace gapura::test
