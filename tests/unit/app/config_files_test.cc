#include "app/config_files.h"

#include <unistd.h>

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config_change.h"
#include "tests/unit/app/temp_dir.h"

namespace gapura::app {
namespace {

namespace fs = std::filesystem;
using test::write_file;
using testing::HasSubstr;

std::string service_yaml(const std::string& name, const std::string& url) {
  return "http:\n  services:\n    " + name + ":\n      loadBalancer:\n        servers:\n" +
         "          - url: \"" + url + "\"\n";
}

std::string router_yaml(const std::string& service) {
  return "http:\n  routers:\n    r:\n      rule: \"Path(`/x`)\"\n      service: " + service + "\n";
}

class ConfigFilesTest : public testing::Test {
 protected:
  ConfigFilesTest() {
    fs::create_directories(configs());
    fs::create_directories(last_good());
  }
  fs::path configs() const { return folder_ / "configs"; }
  fs::path last_good() const { return folder_ / "last-good"; }
  fs::path file(const std::string& name) const { return configs() / name; }
  /// As after a restart.
  ConfigFiles fresh() const {
    return ConfigFiles({.directory = configs(), .filename = {}}, {"web"}, last_good());
  }
  static std::string url_of(const LoadedConfig& loaded, const std::string& service) {
    const auto found = loaded.config.services.find(service);
    if (found == loaded.config.services.end()) return "no such service";
    return found->second.servers.at(0).url.to_string();
  }
  static const FileStatus& status_of(const LoadedConfig& loaded, const fs::path& file) {
    for (const FileStatus& status : loaded.files) {
      if (status.file == file) return status;
    }
    throw std::runtime_error("no status of " + file.string());
  }

  test::TempDir folder_;
};

TEST_F(ConfigFilesTest, MergesAllFilesOfTheFolderAndItsSubfolders) {
  fs::create_directories(file("sub"));
  write_file(file("a.yaml"), router_yaml("s"));
  write_file(file("sub/b.yml"), service_yaml("s", "http://10.0.0.1:1"));
  write_file(file("c.yaml.bak"), "not: [yaml");
  write_file(file(".hidden.yaml"), "not: [yaml");

  const LoadedConfig loaded = fresh().load();

  EXPECT_EQ(loaded.config.routers.at("r").fault, "");
  EXPECT_EQ(url_of(loaded, "s"), "http://10.0.0.1:1");
  EXPECT_EQ(loaded.files.size(), 2u);
  EXPECT_TRUE(loaded.problems.empty());
}

// A folder that cannot be read now is not an empty one.
TEST_F(ConfigFilesTest, KeepsWhatWasInASubfolderThatCannotBeReadNow) {
  constexpr uid_t kNobody = 65534;
  fs::create_directories(file("sub"));
  write_file(file("sub/b.yml"), service_yaml("s", "http://10.0.0.1:1"));
  fs::permissions(folder_.path(), fs::perms(0755));
  fs::permissions(configs(), fs::perms(0755));
  ConfigFiles files = fresh();
  ASSERT_EQ(files.load().files.size(), 1u);

  fs::permissions(file("sub"), fs::perms::none);
  const uid_t self = ::geteuid();
  ASSERT_EQ(::seteuid(self == 0 ? kNobody : self), 0);  // root may read it all the same
  const LoadedConfig loaded = files.load();
  ASSERT_EQ(::seteuid(self), 0);
  fs::permissions(file("sub"), fs::perms(0755));

  EXPECT_EQ(url_of(loaded, "s"), "http://10.0.0.1:1");
  EXPECT_FALSE(loaded.problems.empty());
}

TEST_F(ConfigFilesTest, FollowsALinkedFolderOnce) {
  test::TempDir elsewhere;
  write_file(elsewhere / "a.yaml", service_yaml("s", "http://10.0.0.1:1"));
  fs::create_directory_symlink(elsewhere.path(), file("linked"));
  fs::create_directory_symlink(configs(), file("circle"));

  const LoadedConfig loaded = fresh().load();

  EXPECT_EQ(url_of(loaded, "s"), "http://10.0.0.1:1");
  EXPECT_EQ(loaded.files.size(), 1u);
}

TEST_F(ConfigFilesTest, KeepsTheLastGoodVersionOfABrokenFileAlone) {
  write_file(file("a.yaml"), service_yaml("a", "http://10.0.0.1:1"));
  write_file(file("b.yaml"), service_yaml("b", "http://10.0.0.2:1"));
  ConfigFiles files = fresh();
  files.load();

  write_file(file("a.yaml"), "http:\n  services: [\n");
  write_file(file("b.yaml"), service_yaml("b", "http://10.0.0.3:1"));
  const LoadedConfig loaded = files.load();

  EXPECT_EQ(url_of(loaded, "a"), "http://10.0.0.1:1");
  EXPECT_EQ(url_of(loaded, "b"), "http://10.0.0.3:1");
  EXPECT_TRUE(status_of(loaded, file("a.yaml")).is_broken);
  EXPECT_TRUE(status_of(loaded, file("a.yaml")).is_last_good);
  EXPECT_FALSE(status_of(loaded, file("b.yaml")).is_broken);
  ASSERT_FALSE(loaded.problems.empty());
  EXPECT_THAT(loaded.problems[0].to_string(), HasSubstr((file("a.yaml").string() + ":")));
  EXPECT_GT(loaded.problems[0].line, 0);

  write_file(file("a.yaml"), service_yaml("a", "http://10.0.0.9:1"));
  const LoadedConfig mended = files.load();
  EXPECT_EQ(url_of(mended, "a"), "http://10.0.0.9:1");
  EXPECT_TRUE(mended.problems.empty());
}

TEST_F(ConfigFilesTest, ReportsABrokenFileAtEveryLoadUntilItIsMended) {
  write_file(file("a.yaml"), "http: [");
  ConfigFiles files = fresh();

  EXPECT_EQ(files.load().problems.size(), files.load().problems.size());
  EXPECT_FALSE(files.load().problems.empty());
}

TEST_F(ConfigFilesTest, BringsTheLastGoodVersionBackAfterARestart) {
  write_file(file("a.yaml"), service_yaml("a", "http://10.0.0.1:1"));
  fresh().load();
  write_file(file("a.yaml"), "http: [");

  const LoadedConfig loaded = fresh().load();

  EXPECT_EQ(url_of(loaded, "a"), "http://10.0.0.1:1");
  EXPECT_TRUE(status_of(loaded, file("a.yaml")).is_last_good);
}

TEST_F(ConfigFilesTest, ServesNothingOfABrokenFileThatWasNeverGood) {
  write_file(file("a.yaml"), "http: [");

  const LoadedConfig loaded = fresh().load();

  EXPECT_TRUE(loaded.config.services.empty());
  EXPECT_TRUE(status_of(loaded, file("a.yaml")).is_broken);
  EXPECT_FALSE(status_of(loaded, file("a.yaml")).is_last_good);
}

TEST_F(ConfigFilesTest, LooksTwiceAtAFileThatBecameEmptyAndThenKeepsTheOld) {
  write_file(file("a.yaml"), service_yaml("a", "http://10.0.0.1:1"));
  ConfigFiles files = fresh();
  files.load();

  write_file(file("a.yaml"), "# nothing\n");
  const LoadedConfig first = files.load();
  EXPECT_TRUE(first.has_suspect);
  EXPECT_TRUE(first.problems.empty());
  EXPECT_EQ(url_of(first, "a"), "http://10.0.0.1:1");

  const LoadedConfig second = files.load();
  EXPECT_FALSE(second.has_suspect);
  EXPECT_EQ(url_of(second, "a"), "http://10.0.0.1:1");
  ASSERT_EQ(second.problems.size(), 1u);
  EXPECT_THAT(second.problems[0].message, HasSubstr("the file is empty"));
  EXPECT_FALSE(files.load().has_suspect);
}

TEST_F(ConfigFilesTest, BelievesAFileThatIsFilledAgainBeforeTheSecondLook) {
  write_file(file("a.yaml"), service_yaml("a", "http://10.0.0.1:1"));
  ConfigFiles files = fresh();
  files.load();
  write_file(file("a.yaml"), "");
  files.load();

  write_file(file("a.yaml"), service_yaml("a", "http://10.0.0.2:1"));
  const LoadedConfig loaded = files.load();

  EXPECT_EQ(url_of(loaded, "a"), "http://10.0.0.2:1");
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_FALSE(loaded.has_suspect);
}

TEST_F(ConfigFilesTest, TakesAFileThatWasAlwaysEmptyAsItIsAndSaysSo) {
  write_file(file("a.yaml"), "");

  const LoadedConfig loaded = fresh().load();

  EXPECT_FALSE(loaded.has_suspect);
  EXPECT_FALSE(status_of(loaded, file("a.yaml")).is_broken);
  ASSERT_EQ(loaded.problems.size(), 1u);
  EXPECT_EQ(loaded.problems[0].severity, conf::Severity::warning);
  EXPECT_EQ(loaded.problems[0].to_string(), file("a.yaml").string() +
                                                ": the file is empty; a process that has read more "
                                                "from it keeps that until it is deleted");
}

TEST_F(ConfigFilesTest, WarnsOfFilesThatOnlyLookLikeConfiguration) {
  write_file(file("a.yaml"), service_yaml("s", "http://10.0.0.1:1"));
  for (const char* name : {"b.toml", "c.json", "d.YAML", "e.yaml.bak", "f.txt", ".g.toml"}) {
    write_file(file(name), "x");
  }

  const LoadedConfig loaded = fresh().load();

  EXPECT_EQ(loaded.files.size(), 1u);
  ASSERT_EQ(loaded.problems.size(), 3u);
  for (const conf::Problem& problem : loaded.problems) {
    EXPECT_EQ(problem.severity, conf::Severity::warning);
    EXPECT_THAT(problem.message, HasSubstr("is not read"));
  }
  EXPECT_EQ(loaded.problems[0].file, file("b.toml").string());
  EXPECT_EQ(loaded.problems[1].file, file("c.json").string());
  EXPECT_EQ(loaded.problems[2].file, file("d.YAML").string());
}

TEST_F(ConfigFilesTest, SaysThatABrokenFileMayHoldWhatIsMissing) {
  write_file(file("routers.yaml"), router_yaml("s"));
  write_file(file("services.yaml"), "http: [");

  const LoadedConfig loaded = fresh().load();

  EXPECT_THAT(loaded.problems.back().message,
              HasSubstr("there is no service 's'; " + file("services.yaml").string() +
                        " is broken and may define it"));
}

TEST_F(ConfigFilesTest, HasNothingInForceOfAFolderThatNeverWasThere) {
  fs::remove(configs());

  const LoadedConfig loaded = fresh().load();

  ASSERT_EQ(loaded.problems.size(), 1u);
  EXPECT_THAT(loaded.problems[0].message, HasSubstr("; nothing of it is in force"));
}

TEST_F(ConfigFilesTest, LetsTheContentOfADeletedFileGoForGood) {
  write_file(file("a.yaml"), service_yaml("a", "http://10.0.0.1:1"));
  ConfigFiles files = fresh();
  files.load();

  fs::remove(file("a.yaml"));
  EXPECT_TRUE(files.load().config.services.empty());
  EXPECT_TRUE(fs::is_empty(last_good()));

  write_file(file("a.yaml"), "http: [");
  EXPECT_TRUE(files.load().config.services.empty());
}

TEST_F(ConfigFilesTest, KeepsEverythingWhenTheFolderCannotBeRead) {
  write_file(file("a.yaml"), service_yaml("a", "http://10.0.0.1:1"));
  ConfigFiles files = fresh();
  files.load();

  fs::rename(configs(), folder_ / "moved");
  const LoadedConfig loaded = files.load();

  EXPECT_EQ(url_of(loaded, "a"), "http://10.0.0.1:1");
  ASSERT_EQ(loaded.problems.size(), 1u);
  EXPECT_THAT(loaded.problems[0].message, HasSubstr("cannot be read: No such file"));
  EXPECT_THAT(loaded.problems[0].message, HasSubstr("; its last version stays in force"));
  EXPECT_FALSE(fs::is_empty(last_good()));
}

TEST_F(ConfigFilesTest, KeepsASingleFileThatIsMissing) {
  write_file(file("a.yaml"), service_yaml("a", "http://10.0.0.1:1"));
  ConfigFiles files({.directory = {}, .filename = file("a.yaml")}, {"web"}, last_good());
  files.load();

  fs::remove(file("a.yaml"));
  const LoadedConfig loaded = files.load();

  EXPECT_EQ(url_of(loaded, "a"), "http://10.0.0.1:1");
  EXPECT_TRUE(status_of(loaded, file("a.yaml")).is_broken);
}

TEST_F(ConfigFilesTest, SaysThatNoCopyCouldBeKept) {
  fs::remove(last_good());
  write_file(file("a.yaml"), service_yaml("a", "http://10.0.0.1:1"));

  const LoadedConfig loaded = fresh().load();

  EXPECT_EQ(url_of(loaded, "a"), "http://10.0.0.1:1");
  ASSERT_EQ(loaded.notes.size(), 1u);
  EXPECT_THAT(loaded.notes[0], HasSubstr("no copy of "));
}

conf::DynamicConfig config_of(const std::string& yaml) {
  return conf::parse_dynamic(yaml, "x.yaml").config;
}

TEST(ConfigChange, NamesWhoJoinedAndLeft) {
  const auto before = config_of(service_yaml("s", "http://10.0.0.1:1"));
  const auto after = config_of(service_yaml("s", "http://10.0.0.2:1"));

  EXPECT_EQ(describe_change(before, after), "joined: s 10.0.0.2:1; left: s 10.0.0.1:1");
  EXPECT_EQ(describe_change(before, before), "");
}

TEST(ConfigChange, NamesRoutersAndServicesThatChanged) {
  const auto before = config_of(router_yaml("a"));
  const auto after = config_of("# moved down by a line\n" + router_yaml("a"));
  EXPECT_EQ(describe_change(before, after), "");
  EXPECT_EQ(describe_change(before, config_of(router_yaml("b"))), "router changed: r");
  EXPECT_EQ(describe_change(before, {}), "router removed: r");

  const std::string service = service_yaml("s", "http://10.0.0.1:1");
  EXPECT_EQ(describe_change(config_of(service), config_of(service + "            weight: 3\n")),
            "service changed: s");
}

TEST(ConfigChange, CutsLongLists) {
  std::string yaml = service_yaml("s", "http://10.0.0.1:1");
  for (int i = 0; i < 30; ++i) {
    yaml += "          - url: \"http://10.0.1." + std::to_string(i) + ":1\"\n";
  }
  const auto text = describe_change({}, config_of(yaml));

  EXPECT_THAT(text, HasSubstr(" and 11 more; service added: s"));
  EXPECT_EQ(describe_size(config_of(yaml)), "0 routers, 1 service, 31 targets");
}

TEST_F(ConfigFilesTest, MergesTheProviderRestAfterTheFiles) {
  write_file(file("a.yaml"), service_yaml("s", "http://10.0.0.1:1"));
  ConfigFiles files = fresh();
  const char* given =
      R"({"http":{"services":{"s":{"loadBalancer":{"servers":[{"url":"http://10.0.0.9:1"}]}},)"
      R"("t":{"loadBalancer":{"servers":[{"url":"http://10.0.0.2:1"}]}}}}})";

  EXPECT_TRUE(files.take_rest(given).is_usable);
  const LoadedConfig loaded = files.load();

  EXPECT_EQ(url_of(loaded, "s"), "http://10.0.0.1:1") << "the file's wins";
  EXPECT_EQ(url_of(loaded, "t"), "http://10.0.0.2:1");
  EXPECT_EQ(loaded.config.services.at("t").provider, "rest");
  EXPECT_EQ(loaded.config.services.at("s").provider, "file");
  ASSERT_EQ(loaded.problems.size(), 1u);
  EXPECT_THAT(loaded.problems.front().to_string(), HasSubstr("providers.rest"));
}

TEST_F(ConfigFilesTest, KeepsWhatRestGaveWhenTheNextIsUnusable) {
  ConfigFiles files = fresh();
  files.take_rest(
      R"({"http":{"services":{"t":{"loadBalancer":{"servers":[{"url":"http://10.0.0.2:1"}]}}}}})");

  EXPECT_FALSE(files.take_rest(R"({"http": 7})").is_usable);
  EXPECT_EQ(url_of(files.load(), "t"), "http://10.0.0.2:1");
  EXPECT_TRUE(files.take_rest("{}").is_usable);
  EXPECT_TRUE(files.load().config.services.empty());
}

}  // namespace
}  // namespace gapura::app
