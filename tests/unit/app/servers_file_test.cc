#include "app/servers_file.h"

#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/atomic_file.h"
#include "tests/unit/app/temp_dir.h"

namespace gapura::app {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<conf::Server> servers_at(const std::vector<std::string>& urls) {
  std::vector<conf::Server> servers;
  for (const auto& url : urls) {
    std::string fault;
    servers.emplace_back().url = conf::ServerUrl::parse(url, &fault).value();
  }
  return servers;
}

/// The text afterwards, or what was wrong.
std::string written(std::string_view yaml, const std::vector<std::string>& urls) {
  const auto made = with_servers(yaml, "calculate", servers_at(urls));
  if (const auto* fault = std::get_if<ServersFault>(&made)) return "FAULT " + fault->message;
  return std::get<std::string>(made);
}

conf::ServiceConfig service_in(const std::string& yaml) {
  const auto read = conf::parse_dynamic(yaml, "d.yaml");
  EXPECT_TRUE(read.is_usable) << yaml;
  EXPECT_TRUE(read.config.services.contains("calculate")) << yaml;
  return read.is_usable ? read.config.services.at("calculate") : conf::ServiceConfig();
}

constexpr const char* kSeed =
    "http:\n  services:\n    calculate:\n      loadBalancer:\n        passHostHeader: false\n"
    "        servers:\n          - url: \"http://10.0.0.1:3000/\"\n            weight: 3\n"
    "          - url: \"http://10.0.0.2:3000/\"\n"
    "    other:\n      loadBalancer:\n        servers:\n          - url: \"http://10.0.0.9:1\"\n";

TEST(ServersFile, ReplacesTheListAndKeepsTheRest) {
  const std::string text = written(kSeed, {"http://10.0.0.7:3000", "http://10.0.0.1:3000"});

  const conf::ServiceConfig service = service_in(text);
  ASSERT_EQ(service.servers.size(), 2u) << text;
  EXPECT_EQ(service.servers[0].url.to_string(), "http://10.0.0.7:3000");
  EXPECT_EQ(service.servers[1].url.to_string(), "http://10.0.0.1:3000");
  EXPECT_EQ(service.servers[1].weight, 3u) << "what the file says of a server that stays";
  EXPECT_FALSE(service.pass_host_header);
  EXPECT_TRUE(conf::parse_dynamic(text, "d.yaml").config.services.contains("other"));
}

TEST(ServersFile, FillsAnEmptyFile) {
  for (const char* empty : {"", "# nothing yet\n", "http:\n", "http: {services: {}}\n"}) {
    const conf::ServiceConfig service = service_in(written(empty, {"http://10.0.0.7:3000"}));
    ASSERT_EQ(service.servers.size(), 1u) << empty;
  }
}

TEST(ServersFile, FindsKeysInAnyCase) {
  const std::string text =
      written("HTTP:\n  Services:\n    calculate:\n      loadbalancer:\n        Servers: []\n",
              {"http://10.0.0.7:3000"});

  EXPECT_EQ(service_in(text).servers.size(), 1u) << text;
  EXPECT_THAT(text, Not(HasSubstr("servers:")));
}

TEST(ServersFile, DoesNotWriteWhatWouldSaySomethingElse) {
  const std::vector<std::string> urls{"http://10.0.0.7:3000"};
  EXPECT_THAT(written("http: [", urls), HasSubstr("FAULT it is not understood"));
  EXPECT_THAT(written("- a list\n", urls), HasSubstr("FAULT it is not understood: it is no map"));
  EXPECT_THAT(written("http: 7\n", urls), HasSubstr("FAULT"));
  EXPECT_THAT(written("http: {services: {calculate: {weighted: {services: [{name: a}]}}}}\n", urls),
              HasSubstr("FAULT service calculate cannot be written there"));
}

TEST(ServersFile, IsWrittenWholeOrNotAtAll) {
  const test::TempDir folder;
  const auto file = folder / "services.yaml";
  test::write_file(file, kSeed);

  EXPECT_EQ(write_servers(file, "calculate", servers_at({"http://10.0.0.7:3000"})).fault, "");
  std::string text;
  ASSERT_FALSE(read_whole(file, text));
  EXPECT_EQ(service_in(text).servers.size(), 1u);

  test::write_file(file, "http: [");
  const auto broken = write_servers(file, "calculate", servers_at({"http://10.0.0.8:3000"}));
  EXPECT_FALSE(broken.is_in_place);
  EXPECT_THAT(broken.fault, HasSubstr(file.string() + ": it is not understood"));
  ASSERT_FALSE(read_whole(file, text));
  EXPECT_EQ(text, "http: [");
  EXPECT_FALSE(
      write_servers(folder / "no/such/folder.yaml", "calculate", servers_at({})).is_in_place);
}

/// Files are used as an ordinary user: the permissions of root's files keep root from nothing.
class Ordinary {
 public:
  explicit Ordinary(const std::filesystem::path& owned) {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() != 0) return;
    EXPECT_EQ(::chown(owned.c_str(), kNobody, static_cast<gid_t>(-1)), 0);
    ::setfsuid(kNobody);
  }
  ~Ordinary() { ::setfsuid(::geteuid()); }
};

TEST(ServersFile, SaysThatTheListIsThereThoughItsFolderCannotBeSynced) {
  const test::TempDir folder;
  const auto file = folder / "services.yaml";
  {
    const Ordinary user(folder.path());
    // Files can be made in it and renamed, but it cannot be opened.
    ASSERT_EQ(::chmod(folder.path().c_str(), S_IWUSR | S_IXUSR), 0);

    const auto shown = write_servers(file, "calculate", servers_at({"http://10.0.0.7:3000"}));

    EXPECT_TRUE(shown.is_in_place);
    EXPECT_THAT(shown.fault, HasSubstr("its folder cannot be synced"));
  }
  ::chmod(folder.path().c_str(), S_IRWXU);
  EXPECT_EQ(service_in(test::read_file(file)).servers.size(), 1u);
}

}  // namespace
}  // namespace gapura::app
