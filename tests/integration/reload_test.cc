// The files change while traffic runs: no request may notice.
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/load.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

using namespace std::chrono_literals;

TEST(Reload, AddsAndRemovesTargetsUnderLoad) {
  FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({&a, &b});
  Load load({.port = server.port()});
  ASSERT_TRUE(load.run_for(50));

  server.folder().write_services({&a, &b, &c});
  ASSERT_TRUE(server.admin().wait_for_targets({a.authority(), b.authority(), c.authority()}));
  ASSERT_TRUE(eventually([&] { return c.requests() > 10; }));
  server.folder().write_services({&b, &c});
  ASSERT_TRUE(server.admin().wait_until_gone(a.authority()));
  const std::uint64_t at_end = a.requests();
  ASSERT_TRUE(load.run_for(200));
  a.stop(FakeTarget::Stop::abruptly);
  ASSERT_TRUE(load.run_for(100));
  load.stop();

  expect_all_good(load, {&a, &b, &c});
  EXPECT_EQ(a.requests(), at_end);
}

TEST(Reload, TakesNewWeights) {
  FakeTarget a("a"), b("b");
  ServerFixture server({&a, &b});
  Load load({.port = server.port()});
  ASSERT_TRUE(load.run_for(50));

  server.folder().write_services({ServerLine(a.url(), 1), ServerLine(b.url(), 9)});
  ASSERT_TRUE(eventually([&] {
    const auto shown = server.admin().target(b.authority());
    return shown && shown->weight == 9;
  }));
  const double a_before = static_cast<double>(a.requests());
  const double b_before = static_cast<double>(b.requests());
  ASSERT_TRUE(load.run_for(400));
  load.stop();

  expect_all_good(load, {&a, &b});
  EXPECT_GT(static_cast<double>(b.requests()) - b_before,
            4 * (static_cast<double>(a.requests()) - a_before));
}

/// The value of a metric without labels; -1 when it is not there.
double metric(const ServerFixture& server, const std::string& name) {
  RawClient client(server.internal_port());
  const std::string text = client.ask(get("/metrics")).body;
  const std::size_t at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

TEST(Reload, WithAnErrorIsNoSuccess) {
  FakeTarget a("a");
  ServerFixture server({&a});
  const double first = metric(server, "traefik_config_last_reload_success");
  const double reloads = metric(server, "traefik_config_reloads_total");
  ASSERT_GT(first, 0);
  const auto file = server.folder().configs() / "more.yaml";

  // Applied, but for the one router that is at fault.
  write_file(file, "http: {routers: {r: {rule: \"Path(`/r`)\", service: nowhere}}}\n");
  ASSERT_TRUE(
      eventually([&] { return metric(server, "traefik_config_reloads_total") == reloads + 1; }));
  EXPECT_EQ(metric(server, "traefik_config_last_reload_success"), first);

  write_file(file, "http: {routers: {r: {rule: \"Path(`/r`)\", service: calculate}}}\n");
  EXPECT_TRUE(
      eventually([&] { return metric(server, "traefik_config_last_reload_success") > first; }));
}

/// Breaks services.yaml in some way, and shows that what was served before is served still.
void expect_last_good_version_stays(const std::string& broken_text) {
  FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({&a, &b});
  Load load({.port = server.port()});
  ASSERT_TRUE(load.run_for(50));

  write_file(server.folder().services_file(), broken_text);
  server.reload();
  ASSERT_TRUE(load.run_for(400));
  EXPECT_TRUE(server.admin().wait_for_targets({a.authority(), b.authority()}));
  // And once it is mended, it counts.
  server.folder().write_services({&a, &b, &c});
  ASSERT_TRUE(server.admin().wait_for_targets({a.authority(), b.authority(), c.authority()}));
  ASSERT_TRUE(load.run_for(100));
  load.stop();

  expect_all_good(load, {&a, &b, &c});
}

TEST(Reload, ABrokenFileKeepsItsLastGoodVersion) {
  expect_last_good_version_stays("http:\n  services: [\n   : nonsense\n\t- \"");
}

TEST(Reload, AFileOfTheWrongShapeKeepsItsLastGoodVersion) {
  expect_last_good_version_stays("- just\n- a\n- list\n");
}

TEST(Reload, AnUnreadableFileKeepsItsLastGoodVersion) {
  expect_last_good_version_stays(std::string("http:\0\x01\xFF", 8));
}

TEST(Reload, AFileThatIsEmptyForAMomentChangesNothing) {
  FakeTarget a("a"), b("b");
  ServerFixture server({&a, &b});
  Load load({.port = server.port()});
  ASSERT_TRUE(load.run_for(50));

  for (int i = 0; i < 5; ++i) {
    write_file(server.folder().services_file(), "");
    ASSERT_TRUE(load.run_for(10));
    server.folder().write_services({&a, &b});
    ASSERT_TRUE(load.run_for(20));
  }
  EXPECT_TRUE(server.admin().wait_for_targets({a.authority(), b.authority()}));
  load.stop();

  expect_all_good(load, {&a, &b});
}

TEST(Reload, AFileThatIsWrittenBitByBitIsBelievedWhenItIsWhole) {
  FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({&a, &b});
  Load load({.port = server.port()});
  ASSERT_TRUE(load.run_for(50));
  const std::string text = server.folder().services_text({&a, &b, &c});

  // Cut between two servers it is a valid shorter list: b must not be drained for that.
  for (std::size_t size = 0; size <= text.size(); size += 10) {
    write_file(server.folder().services_file(), text.substr(0, size));
    ASSERT_TRUE(load.run_for(1));
  }
  write_file(server.folder().services_file(), text);
  ASSERT_TRUE(server.admin().wait_for_targets({a.authority(), b.authority(), c.authority()}));
  load.stop();

  expect_all_good(load, {&a, &b, &c});
}

TEST(Reload, SeesAFileRenamedOver) {
  FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({&a, &b});
  Load load({.port = server.port()});

  server.folder().rename_services_over({&b, &c});
  ASSERT_TRUE(server.admin().wait_for_targets({b.authority(), c.authority()}));
  ASSERT_TRUE(load.run_for(50));
  server.folder().rename_services_over({&a, &c});
  ASSERT_TRUE(server.admin().wait_for_targets({a.authority(), c.authority()}));
  ASSERT_TRUE(load.run_for(50));
  load.stop();

  expect_all_good(load, {&a, &b, &c});
}

TEST(Reload, SeesASwappedSymbolicLink) {
  // As a Kubernetes ConfigMap is mounted: services.yaml -> ..data/services.yaml, ..data -> a folder
  // that is replaced as a whole.
  namespace fs = std::filesystem;
  FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({&a, &b});
  const fs::path configs = server.folder().configs();
  const auto put = [&](const std::string& folder, const ServerLines& targets) {
    fs::create_directories(configs / folder);
    write_file(configs / folder / "services.yaml", server.folder().services_text(targets));
    fs::create_symlink(folder, configs / "..data.new");
    fs::rename(configs / "..data.new", configs / "..data");
  };
  Load load({.port = server.port()});
  put("..first", {&a, &b});
  fs::create_symlink("..data/services.yaml", configs / "services.new");
  fs::rename(configs / "services.new", configs / "services.yaml");
  ASSERT_TRUE(load.run_for(50));

  put("..second", {&b, &c});
  ASSERT_TRUE(server.admin().wait_for_targets({b.authority(), c.authority()}));
  put("..third", {&a, &c});
  ASSERT_TRUE(server.admin().wait_for_targets({a.authority(), c.authority()}));
  ASSERT_TRUE(load.run_for(50));
  load.stop();

  expect_all_good(load, {&a, &b, &c});
}

TEST(Reload, WithoutWatchingASignalIsNeeded) {
  FakeTarget a("a"), b("b"), c("c");
  SeedFolder::Settings settings;
  settings.watches = false;
  ServerFixture server({&a, &b}, settings);
  Load load({.port = server.port()});

  server.folder().write_services({&b, &c});
  ASSERT_TRUE(load.run_for(200));
  EXPECT_EQ(c.requests(), 0u);
  server.reload();
  ASSERT_TRUE(server.admin().wait_for_targets({b.authority(), c.authority()}));
  ASSERT_TRUE(load.run_for(50));
  load.stop();

  expect_all_good(load, {&a, &b, &c});
}

TEST(Reload, ARequestUnderWayIsUntouchedByIt) {
  FakeTarget a("a"), b("b");
  Reply held;
  held.body = "kept";
  held.gate_before_head = std::make_shared<Gate>();
  a.on("/calculate", held);
  ServerFixture server({&a});
  RawClient client(server.port());
  client.send(get("/calculate"));
  ASSERT_TRUE(held.gate_before_head->wait_for_arrivals());

  for (int i = 1; i <= 3; ++i) {
    server.folder().write_services({ServerLine(a.url(), i), ServerLine(b.url())});
    ASSERT_TRUE(eventually([&] {
      const auto shown = server.admin().target(a.authority());
      return shown && shown->weight == i;
    }));
  }
  EXPECT_EQ(server.admin().target(a.authority())->in_flight, 1);
  held.gate_before_head->open();

  EXPECT_EQ(client.read_response().body, "kept");
}

}  // namespace
}  // namespace gapura::test
