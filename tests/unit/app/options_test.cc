#include "app/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "tests/unit/app/temp_dir.h"

namespace gapura::app {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

Environment environment_of(Variables variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

Options parsed(std::vector<std::string> arguments, Variables variables = {}) {
  auto result = parse_options(std::move(arguments), environment_of(std::move(variables)));
  if (const auto* exit = std::get_if<Exit>(&result)) {
    ADD_FAILURE() << exit->text;
    return {};
  }
  return std::get<Options>(result);
}

Exit refused(std::vector<std::string> arguments, Variables variables = {}) {
  auto result = parse_options(std::move(arguments), environment_of(std::move(variables)));
  if (!std::holds_alternative<Exit>(result)) {
    ADD_FAILURE() << "was accepted";
    return {};
  }
  return std::get<Exit>(result);
}

TEST(Options, TakesTheFileInEverySpelling) {
  const std::vector<std::vector<std::string>> spellings{{"--configFile=a.yml"},
                                                        {"--configFile", "a.yml"},
                                                        {"--configfile=a.yml"},
                                                        {"--CONFIGFILE", "a.yml"},
                                                        {"-c", "a.yml"}};
  for (const auto& spelling : spellings) {
    EXPECT_EQ(parsed(spelling).config_file, "a.yml") << spelling.front();
    EXPECT_EQ(parsed(spelling).verb, Options::Verb::serve);
  }
}

TEST(Options, LeavesWorkersToTheYamlWhenNobodyNamesThem) {
  EXPECT_EQ(parsed({}).workers, std::nullopt);
  EXPECT_EQ(parsed({}, {{"GAPURA_WORKERS", ""}}).workers, std::nullopt);
}

TEST(Options, PrefersTheWorkersFlagToTheEnvironment) {
  EXPECT_EQ(parsed({}, {{"GAPURA_WORKERS", "3"}}).workers, 3u);
  EXPECT_EQ(parsed({"--workers", "2"}, {{"GAPURA_WORKERS", "3"}}).workers, 2u);
  EXPECT_EQ(parsed({"--workers=1024"}).workers, 1024u);
}

TEST(Options, RefusesWorkersThatAreNoUsableNumber) {
  for (const char* text : {"0", "1025", "two", "2x", "-1", ""}) {
    const Exit exit = refused({std::string("--workers=") + text + (*text ? "" : "x")});
    EXPECT_EQ(exit.code, 2);
    EXPECT_THAT(exit.text, HasSubstr("--workers must be a number from 1 to 1024"));
  }
  EXPECT_THAT(refused({}, {{"GAPURA_WORKERS", "many"}}).text, HasSubstr("GAPURA_WORKERS must be"));
}

TEST(Options, KnowsItsCommands) {
  const Options check = parsed({"check", "--strict", "--configFile=x.yml"});
  EXPECT_EQ(check.verb, Options::Verb::check);
  EXPECT_TRUE(check.is_strict);
  EXPECT_EQ(check.config_file, "x.yml");
  EXPECT_FALSE(parsed({"check", "-c", "x.yml"}).is_strict);
  EXPECT_EQ(parsed({"--configFile=x.yml", "check"}).config_file, "x.yml");
  EXPECT_EQ(parsed({"demo"}).verb, Options::Verb::demo);
}

TEST(Options, TheDemoHasItsOwn) {
  EXPECT_EQ(parsed({"demo"}).demo.seconds, 120U);
  EXPECT_FALSE(parsed({"demo"}).demo.is_once);
  const Options options = parsed({"demo", "--once", "--seconds", "20"});
  EXPECT_EQ(options.demo.seconds, 20U);
  EXPECT_TRUE(options.demo.is_once);
  EXPECT_EQ(refused({"demo", "--seconds", "9"}).code, 2);
  EXPECT_THAT(refused({"demo", "--help"}).text, HasSubstr("--once"));

  EXPECT_EQ(parsed({"demo-service", "--port", "9000"}).port, 9000);
  EXPECT_EQ(refused({"demo-service"}).code, 2);
  EXPECT_THAT(refused({"--help"}).text, testing::Not(HasSubstr("demo-service")));
}

TEST(Options, SimulateHasItsOwn) {
  const Options options = parsed({"simulate", "--policy", "p.yaml", "--trace=day.csv", "--scale",
                                  "0.5", "--compare", "seed,hpa", "--json"});

  EXPECT_EQ(options.verb, Options::Verb::simulate);
  EXPECT_EQ(options.simulate.policy, "p.yaml");
  EXPECT_EQ(options.simulate.trace, "day.csv");
  EXPECT_EQ(options.simulate.scale, 0.5);
  EXPECT_EQ(options.simulate.compare, (std::vector<std::string>{"seed", "hpa"}));
  EXPECT_TRUE(options.simulate.is_json);
}

TEST(Options, PrintsVersionAndHelp) {
  EXPECT_EQ(refused({"version"}).code, 0);
  EXPECT_THAT(refused({"version"}).text, testing::MatchesRegex("gapura [0-9.]+\n"));
  EXPECT_EQ(refused({"--version"}).text, refused({"version"}).text);
  const Exit help = refused({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.text, HasSubstr("--configFile"));
  EXPECT_THAT(help.text, HasSubstr("check"));
  EXPECT_THAT(help.text, HasSubstr("HUP reads the dynamic configuration again"));
}

TEST(Options, RefusesWhatItDoesNotKnow) {
  const Exit flag = refused({"--konfigFile=x"});
  EXPECT_EQ(flag.code, 2);
  EXPECT_THAT(flag.text, HasSubstr("the flag --konfigFile is not known"));
  EXPECT_THAT(refused({"chek"}).text, HasSubstr("\"chek\" is not a command"));
  EXPECT_EQ(refused({"--configFile"}).code, 2);
}

TEST(Options, SaysWhereTraefiksFlagsGo) {
  for (const char* flag : {"--entryPoints.web.address=:80", "--providers.file.directory=/x",
                           "--entrypoints.web.address=:80", "--api.insecure=true", "--ping"}) {
    const Exit exit = refused({"--configFile=x.yml", flag});
    EXPECT_EQ(exit.code, 2);
    EXPECT_THAT(exit.text, HasSubstr("write it in the file given by --configFile")) << flag;
  }
}

TEST(Options, SearchesTraefiksPlacesInTheirOrder) {
  test::TempDir xdg, home;
  std::filesystem::create_directories(home / ".config");
  const Environment environment =
      environment_of({{"XDG_CONFIG_HOME", xdg.path()}, {"HOME", home.path()}});
  if (std::filesystem::exists("/etc/traefik")) GTEST_SKIP() << "this machine has a Traefik";

  test::write_file(home / ".config/traefik.yaml", "{}");
  EXPECT_EQ(find_config_file(environment), home / ".config/traefik.yaml");
  test::write_file(xdg / "traefik.yml", "{}");
  EXPECT_EQ(find_config_file(environment), xdg / "traefik.yml");
}

TEST(Options, NamesEveryPlaceWhenNoFileIsFound) {
  const std::string text = no_config_message(environment_of({{"HOME", "/home/sri"}}));
  for (const char* place : {"/etc/traefik/traefik.yml", "/home/sri/.config/traefik.yaml",
                            "./traefik.yml", "/etc/gapura/gapura.yml", "gapura demo"}) {
    EXPECT_THAT(text, HasSubstr(place));
  }
}

TEST(Options, KnowsTheCheckOfProviders) {
  const Options options = parsed({"provider", "check", "--service", "s", "-c", "a.yml"});
  EXPECT_EQ(options.verb, Options::Verb::provider_check);
  EXPECT_EQ(options.service, "s");
  EXPECT_EQ(options.config_file, "a.yml");
  EXPECT_EQ(refused({"provider"}).code, 2);
  EXPECT_EQ(refused({"provider", "chekc"}).code, 2);
}

TEST(Options, KnowTheVerbsThatAskARunningServer) {
  const Options drain = parsed({"drain", "calculate", "10.0.0.7:3000", "--wait", "--json",
                                "--admin", "unix:/run/g.sock", "--token-file", "t"});
  EXPECT_EQ(drain.verb, Options::Verb::client);
  EXPECT_TRUE(drain.client.verb);
  EXPECT_TRUE(drain.client.is_json);
  EXPECT_EQ(drain.client.place.admin, "unix:/run/g.sock");
  EXPECT_EQ(drain.client.place.token_file, "t");
}

TEST(Options, TakeTheFileBeforeAndAfterSuchAVerb) {
  EXPECT_EQ(parsed({"-c", "x.yml", "targets"}).client.place.config_file, "x.yml");
  EXPECT_EQ(parsed({"targets", "--configfile=x.yml"}).client.place.config_file, "x.yml");
}

TEST(Options, GuessWhichVerbWasMeant) {
  EXPECT_THAT(refused({"stauts"}).text, HasSubstr("did you mean 'status'?"));
}

TEST(Options, SayWhatASingleVerbTakes) {
  const Exit help = refused({"drain", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.text, HasSubstr("Usage: gapura drain [SERVICE] TARGET [OPTIONS]"));
  EXPECT_THAT(help.text, HasSubstr("Exit codes: 0 done"));
}

TEST(Options, RefuseArgumentsThatAVerbDoesNotTake) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"drain"},
                                                {"drain", "a", "b", "c"},
                                                {"services", "a"},
                                                {"token"},
                                                {"add", "http://a", "--weight", "0"},
                                                {"status", "--no-such"}}) {
    EXPECT_EQ(refused(words).code, 2) << words.front();
  }
}

TEST(Options, LeaveEverythingAfterTheCompletionsWordAlone) {
  EXPECT_EQ(parsed({"__complete", "drain", "--no-such", ""}).verb, Options::Verb::client);
}

}  // namespace
}  // namespace gapura::app
