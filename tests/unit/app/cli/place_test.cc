#include "app/cli/place.h"

#include <unistd.h>

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "admin/listen.h"
#include "tests/unit/app/temp_dir.h"

namespace gapura::app::cli {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

constexpr const char* kEntryPoint = "entryPoints: {web: {address: ':0'}}\n";

class PlaceTest : public testing::Test {
 protected:
  std::filesystem::path write(const char* name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  /// A static file with this `admin`, and its state in the folder.
  PlaceOptions configured(const std::string& admin) const {
    PlaceOptions options;
    options.config_file = write(
        "static.yaml", kEntryPoint + admin + "\nstateDir: '" + folder_.path().string() + "'\n");
    return options;
  }

  static std::variant<Place, std::string> find(const PlaceOptions& options, Variables set = {}) {
    const Environment environment =
        [set = std::move(set)](const char* name) -> std::optional<std::string> {
      const auto found = set.find(name);
      return found == set.end() ? std::nullopt : std::optional(found->second);
    };
    return find_place(options, environment);
  }

  static Place found(const PlaceOptions& options, Variables set = {}) {
    auto place = find(options, std::move(set));
    if (const auto* fault = std::get_if<std::string>(&place)) {
      ADD_FAILURE() << *fault;
      return {};
    }
    return std::get<Place>(place);
  }

  static std::string fault(const PlaceOptions& options, Variables set = {}) {
    auto place = find(options, std::move(set));
    const auto* text = std::get_if<std::string>(&place);
    return text == nullptr ? "found" : *text;
  }

  static PlaceOptions at(const std::string& url) {
    PlaceOptions options;
    options.admin = url;
    return options;
  }

  test::TempDir folder_;
};

TEST_F(PlaceTest, FindsTheUnixSocketOfTheConfiguration) {
  const Place place = found(configured("admin: {address: 'unix:/run/g.sock'}"));

  EXPECT_EQ(place.unix_socket, "/run/g.sock");
  EXPECT_EQ(place.name, "unix:/run/g.sock");
  EXPECT_EQ(place.token, "");
  EXPECT_THAT(place.found_by, HasSubstr("static.yaml"));
}

TEST_F(PlaceTest, FindsTheAddressAndTheTokenThatTheServerMade) {
  write("admin-token", "0123456789abcdef\n");

  const Place place = found(configured("admin: {address: '127.0.0.1:9123'}"));

  EXPECT_EQ(place.url, "http://127.0.0.1:9123");
  EXPECT_EQ(place.token, "0123456789abcdef");
}

TEST_F(PlaceTest, PrefersTheSocketInTheStateFolderWhileSomebodyListens) {
  write("admin-token", "0123456789abcdef\n");
  const PlaceOptions options = configured("admin: {address: '127.0.0.1:9123'}");
  const auto listening = admin::listen_on(folder_ / "admin.sock");
  ASSERT_TRUE(std::holds_alternative<int>(listening));

  const Place place = found(options);
  EXPECT_EQ(place.unix_socket, folder_ / "admin.sock");
  EXPECT_THAT(place.found_by, HasSubstr("static.yaml"));
  EXPECT_EQ(place.token, "0123456789abcdef");

  // A token that was chosen says what the call may do.
  EXPECT_EQ(found(options, {{"GAPURA_TOKEN", "of-the-environment"}}).url, "http://127.0.0.1:9123");
  PlaceOptions elsewhere = options;
  elsewhere.admin = "http://127.0.0.1:9999";
  EXPECT_EQ(found(elsewhere).url, "http://127.0.0.1:9999");
  EXPECT_EQ(found(configured("admin: {address: 'unix:/run/g.sock'}")).unix_socket, "/run/g.sock");

  close(std::get<int>(listening));  // as a server that was killed leaves it
  EXPECT_EQ(found(configured("admin: {address: '127.0.0.1:9123'}")).url, "http://127.0.0.1:9123");
}

TEST_F(PlaceTest, ReachesAServerThatListensEverywhereByLoopback) {
  EXPECT_EQ(found(configured("admin: {address: ':9123'}")).url, "http://127.0.0.1:9123");
  EXPECT_EQ(found(configured("admin: {address: '[::]:9123'}")).url, "http://[::1]:9123");
}

TEST_F(PlaceTest, SaysWhatToDoWhenTheTokenCannotBeRead) {
  const Place place = found(configured("admin: {address: '127.0.0.1:9123'}"));

  EXPECT_EQ(place.token, "");
  EXPECT_THAT(place.token_advice, HasSubstr("admin-token cannot be read"));
  EXPECT_THAT(place.token_advice, HasSubstr("GAPURA_TOKEN"));
}

TEST_F(PlaceTest, PrefersTheTokenThatIsGiven) {
  write("admin-token", "of the server");
  PlaceOptions options = configured("admin: {address: '127.0.0.1:9123'}");
  EXPECT_EQ(found(options, {{"GAPURA_TOKEN", "of the environment"}}).token, "of the environment");

  options.token_file = write("mine", "of the file\n");
  EXPECT_EQ(found(options, {{"GAPURA_TOKEN", "of the environment"}}).token, "of the file");

  options.token_file = folder_ / "none";
  EXPECT_THAT(fault(options), HasSubstr("--token-file"));
}

TEST_F(PlaceTest, NeverSendsTheLocalTokenToAnAddressFromTheCommandLine) {
  write("admin-token", "of the server");
  PlaceOptions options = configured("admin: {address: '127.0.0.1:9123'}");
  options.admin = "https://elsewhere.example:8443/";

  const Place place = found(options);

  EXPECT_EQ(place.url, "https://elsewhere.example:8443");
  EXPECT_EQ(place.token, "");
}

TEST_F(PlaceTest, TakesASocketFromTheCommandLine) {
  EXPECT_EQ(found(at("unix:/tmp/g.sock")).unix_socket, "/tmp/g.sock");
  EXPECT_THAT(fault(at("unix:g.sock")), HasSubstr("whole path"));
}

TEST_F(PlaceTest, RefusesWhatIsNoAddress) {
  EXPECT_THAT(fault(at("127.0.0.1:8081")), HasSubstr("http://127.0.0.1:8081"));
  EXPECT_THAT(fault(at("http://127.0.0.1:8081/api/v1")), HasSubstr("without a path"));
}

TEST_F(PlaceTest, SaysWhyTheConfigurationNamesNoPlace) {
  EXPECT_THAT(fault(configured("admin: false")), HasSubstr("admin API is off"));
  EXPECT_THAT(fault(configured("admin: {address: '127.0.0.1:0'}")), HasSubstr("port 0"));
  PlaceOptions missing;
  missing.config_file = folder_ / "none.yaml";
  EXPECT_THAT(fault(missing), HasSubstr("none.yaml cannot be read"));
  missing.config_file = write("broken.yaml", "entryPoints: [");
  EXPECT_THAT(fault(missing), HasSubstr("broken.yaml:1"));
}

TEST_F(PlaceTest, KnowsTheDefaultsWithoutAnyConfiguration) {
  // /etc/traefik may hold one on this machine: only then is it something else.
  const Variables set{{"HOME", folder_.path().string()}};
  const Place place = found({}, set);

  if (place.found_by.starts_with("the default:")) {
    EXPECT_EQ(place.url, "http://127.0.0.1:8081");
  } else if (place.unix_socket.empty()) {
    EXPECT_THAT(place.found_by, HasSubstr("admin.address of"));
  }
}

}  // namespace
}  // namespace gapura::app::cli
