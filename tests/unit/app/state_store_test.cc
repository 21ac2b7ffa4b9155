#include "app/state_store.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/atomic_file.h"
#include "app/state_dir.h"
#include "tests/unit/app/file_size_limit.h"
#include "tests/unit/app/temp_dir.h"

namespace gapura::app {
namespace {

using balancer::Origin;
using balancer::Overlay;
using testing::HasSubstr;

conf::Server server_of(const std::string& url, std::uint32_t weight = 1) {
  return {.url = conf::ServerUrl::parse(url, nullptr).value(), .weight = weight};
}

Overlay full_overlay() {
  Overlay overlay;
  auto& calculate = overlay.services["calculate"];
  calculate.added["vm-7"] = {server_of("http://10.0.0.7:3000", 5), Origin::autoscale};
  calculate.added["[::1]:80"] = {server_of("http://[::1]:80"), Origin::admin};
  calculate.added["self"] = {server_of("http://10.0.0.9:80"), Origin::admin, Milliseconds(30'000)};
  calculate.in_flight_max = 0;
  calculate.removed = {"10.0.0.5:3000", "odd \"id\": # é"};
  calculate.drained = {"10.0.0.6:3000"};
  calculate.file_servers = {server_of("http://10.0.0.6:3000", 2), server_of("http://db.local:80")};
  overlay.services["true"].drained = {"1"};
  overlay.services["limited"].in_flight_max = 7;
  overlay.services["a: b"].added["x"] = {server_of("http://10.0.0.8:1"), Origin::admin};
  return overlay;
}

TEST(StateStore, GivesBackWhatItSaved) {
  test::TempDir folder;
  StateStore store(folder.path());

  ASSERT_FALSE(store.save(full_overlay()));
  const auto loaded = StateStore(folder.path()).load();

  EXPECT_EQ(loaded.complaint, "");
  EXPECT_EQ(loaded.overlay, full_overlay());
}

TEST(StateStore, GivesBackAnEmptyOverlay) {
  test::TempDir folder;
  StateStore store(folder.path());

  EXPECT_EQ(store.load().complaint, "");  // no file yet
  ASSERT_FALSE(store.save({}));

  EXPECT_EQ(store.load().overlay, Overlay{});
  EXPECT_EQ(store.load().complaint, "");
}

TEST(StateStore, IsReadableByItsOwnerOnly) {
  test::TempDir folder;
  StateStore store(folder.path());
  ASSERT_FALSE(store.save(full_overlay()));

  struct stat status {};
  ASSERT_EQ(::stat(store.file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(StateStore, WritesAddedTargetsInTheShapeOfADynamicFile) {
  Overlay overlay;
  overlay.services["calculate"].added["10.0.0.7:3000"] = {server_of("http://10.0.0.7:3000"),
                                                          Origin::admin};
  EXPECT_THAT(to_yaml(overlay), HasSubstr("http:\n"
                                          "  services:\n"
                                          "    \"calculate\":\n"
                                          "      loadBalancer:\n"
                                          "        servers:\n"
                                          "          - url: \"http://10.0.0.7:3000\"\n"));
}

TEST(StateStore, MovesADamagedFileAsideAndGoesOn) {
  const std::string bad[] = {
      "",                        // emptied
      "not: [closed",            // cut
      "http: {}\n",              // somebody else's
      "gapura: {format: 99}\n",  // of a later version
      "gapura: {format: 1}\nhttp: {services: {a: {loadBalancer: {servers: [{url: 'ftp://x'}]}}}}\n",
      "gapura: {format: 1}\nhttp: {services: {a: {loadBalancer: {servers: [{weight: 3}]}}}}\n",
      "gapura: {format: 1, services: {a: {removed: {b: c}}}}\nhttp: 3\n",
      "gapura: 1\n"};
  for (const std::string& text : bad) {
    test::TempDir folder;
    StateStore store(folder.path());
    test::write_file(store.file(), text);

    const auto loaded = store.load();

    EXPECT_EQ(loaded.overlay, Overlay{}) << text;
    EXPECT_THAT(loaded.complaint, HasSubstr("state.yaml.damaged-")) << text;
    EXPECT_FALSE(std::filesystem::exists(store.file())) << text;
    EXPECT_FALSE(std::filesystem::is_empty(folder.path())) << text;
    EXPECT_EQ(store.load().complaint, "") << text;
  }
}

// Whatever is there and cannot be read would be destroyed by the next save.
TEST(StateStore, MovesAsideWhatCannotBeRead) {
  test::TempDir folder;
  StateStore store(folder.path());
  std::filesystem::create_directory(store.file());

  const auto loaded = store.load();

  EXPECT_THAT(loaded.complaint, HasSubstr("state.yaml.damaged-"));
  EXPECT_FALSE(loaded.must_not_start);
  EXPECT_FALSE(store.save(full_overlay()));
  EXPECT_EQ(store.load().overlay, full_overlay());
}

TEST(StateStore, KeepsTheOldFileWhenTheDiskIsFull) {
  test::TempDir folder;
  StateStore store(folder.path());
  ASSERT_FALSE(store.save(full_overlay()));
  const std::string before = test::read_file(store.file());
  Overlay bigger = full_overlay();
  for (int i = 0; i < 100; ++i) bigger.services["more"].removed.insert(std::to_string(i));

  std::error_code error;
  {
    const test::FileSizeLimit limit(before.size());
    error = store.save(bigger);
  }

  EXPECT_EQ(error, std::errc::file_too_large);
  EXPECT_EQ(test::read_file(store.file()), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(StateStore, SaysThatItsFolderIsGone) {
  test::TempDir folder;
  StateStore store(folder / "missing");

  EXPECT_EQ(store.save({}), std::errc::no_such_file_or_directory);
}

TEST(AtomicFile, RefusesToReadWhatIsNoFile) {
  test::TempDir folder;
  std::string text = "before";

  EXPECT_EQ(read_whole(folder.path(), text), std::errc::is_a_directory);
  EXPECT_EQ(read_whole("/dev/zero", text), std::errc::invalid_argument);
  EXPECT_EQ(read_whole(folder / "missing", text), std::errc::no_such_file_or_directory);
  EXPECT_EQ(text, "");
}

TEST(StateDir, LocksOutASecondProcess) {
  test::TempDir folder;
  std::vector<std::string> complaints;
  auto first = StateDir::open(folder / "state", {}, complaints);
  ASSERT_TRUE(first);
  EXPECT_TRUE(complaints.empty());

  EXPECT_FALSE(StateDir::open(folder / "state", {}, complaints));
  ASSERT_EQ(complaints.size(), 1u);
  EXPECT_THAT(complaints[0], HasSubstr("is in use by another gapura (pid "));

  first.reset();
  EXPECT_TRUE(StateDir::open(folder / "state", {}, complaints));
}

TEST(StateDir, SaysWhyAPlaceCannotBeHad) {
  test::TempDir folder;
  test::write_file(folder / "file", "");
  std::vector<std::string> complaints;

  EXPECT_FALSE(StateDir::open(folder / "file/state", folder / "static.yaml", complaints));

  ASSERT_EQ(complaints.size(), 1u);
  EXPECT_THAT(complaints[0], HasSubstr("file/state cannot be made: Not a directory"));
}

}  // namespace
}  // namespace gapura::app
