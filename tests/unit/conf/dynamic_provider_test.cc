#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "conf/dynamic_config.h"
#include "conf/dynamic_parts.h"
#include "conf/placeholders.h"
#include "conf/presets.h"
#include "tests/unit/conf/lines.h"

namespace gapura::conf {
namespace {

struct Read {
  std::optional<Provider> provider;
  std::string problems;
};

/// `settings` are those below `provider`, on line 1.
Read provider_of(const std::string& settings, const std::string& service = "calculate") {
  Problems problems;
  const auto tree = yaml::load("provider: {" + settings + "}\n", "d.yaml", problems);
  yaml::Reader reader("d.yaml", problems);
  Read out;
  if (tree) {
    auto section =
        yaml::Section::open(reader, yaml::Value{tree->root(), tree->root()->place, "autoscale"});
    out.provider = read_provider(*section, service);
  }
  out.problems = lines(problems);
  return out;
}
bool tells(const Read& read, const std::string& what) {
  return read.problems.find(what) != std::string::npos && !read.provider;
}

constexpr const char* kProcess = "process: {command: [app, '--port={{port}}'], ports: 9000-9010}";

TEST(Provider, ReadsProcesses) {
  const Read result = provider_of(
      "namePrefix: calc-, port: 3000, listEvery: 5s, bootTimeout: 2m, createsAtOnce: 2,"
      "process: {command: [app, '--port={{port}}'], environment: {NAME: '{{name}}'}, folder: /srv,"
      " address: 127.0.0.2, ports: 9000-9010, stopTimeout: 3s}");

  ASSERT_TRUE(result.provider) << result.problems;
  EXPECT_EQ(result.problems, "");
  EXPECT_EQ(result.provider->name_prefix, "calc-");
  EXPECT_EQ(result.provider->port, 3000);
  EXPECT_EQ(result.provider->list_every, Milliseconds(5'000));
  EXPECT_EQ(result.provider->boot_timeout, Milliseconds(120'000));
  EXPECT_EQ(result.provider->creates_at_once, 2U);
  const auto& process = std::get<ProcessProvider>(result.provider->how);
  EXPECT_EQ(process.command, (std::vector<std::string>{"app", "--port={{port}}"}));
  EXPECT_EQ(process.environment.at("NAME"), "{{name}}");
  EXPECT_EQ(process.folder, "/srv");
  EXPECT_EQ(process.address, "127.0.0.2");
  EXPECT_EQ(process.first_port, 9000);
  EXPECT_EQ(process.last_port, 9010);
  EXPECT_EQ(process.stop_timeout, Milliseconds(3'000));
}

TEST(Provider, HasDefaults) {
  const Read result = provider_of(kProcess, "My service@2");

  ASSERT_TRUE(result.provider) << result.problems;
  EXPECT_EQ(result.provider->name_prefix, "gapura-my-service-2-");
  EXPECT_EQ(result.provider->port, 0);
  EXPECT_EQ(result.provider->list_every, Milliseconds(30'000));
  EXPECT_FALSE(provider_of("", "s").provider) << "a provider without a kind is none";
}

TEST(Provider, ReadsACommand) {
  const Read result = provider_of("exec: {command: [/opt/cloud, --fast], timeout: 5s}");

  ASSERT_TRUE(result.provider) << result.problems;
  const auto& exec = std::get<ExecProvider>(result.provider->how);
  EXPECT_EQ(exec.command, (std::vector<std::string>{"/opt/cloud", "--fast"}));
  EXPECT_EQ(exec.timeout, Milliseconds(5'000));
}

TEST(Provider, WantsOneKind) {
  EXPECT_TRUE(tells(provider_of("port: 1"), "needs one of process, exec and http"));
  EXPECT_TRUE(
      tells(provider_of(std::string(kProcess) + ", exec: {command: [a]}"), "more than one of"));
  EXPECT_TRUE(
      provider_of(std::string(kProcess) + ", prot: 1").problems.find("did you mean 'port'") !=
      std::string::npos);
}

TEST(Provider, NamesWhatIsWrongWithItsPlace) {
  EXPECT_EQ(provider_of(std::string("namePrefix: Calc_, ") + kProcess).problems,
            "E 1:24: autoscale.provider.namePrefix: must begin with a letter and hold a-z, 0-9 and "
            "'-' only, as clouds ask of names; not 'Calc_'\n");
  EXPECT_TRUE(
      tells(provider_of("namePrefix: 1a, " + std::string(kProcess)), "must begin with a letter"));
  EXPECT_TRUE(
      tells(provider_of("namePrefix: " + std::string(48, 'a') + "-, " + kProcess), "at most 48"));
  EXPECT_TRUE(provider_of("namePrefix: " + std::string(47, 'a') + "-, " + kProcess).provider);
  EXPECT_TRUE(tells(provider_of("namePrefix: calc, " + std::string(kProcess)), "write 'calc-'"));
  EXPECT_TRUE(tells(provider_of("listEvery: 999ms, " + std::string(kProcess)), "at least 1s"));
  EXPECT_TRUE(tells(provider_of("bootTimeout: 0, " + std::string(kProcess)), "at least 1s"));
  EXPECT_TRUE(tells(provider_of("createsAtOnce: 0, " + std::string(kProcess)), "createsAtOnce"));
  EXPECT_TRUE(tells(provider_of("process: {ports: 1-2}"), "command is missing"));
  EXPECT_TRUE(tells(provider_of("process: {command: app -x, ports: 1-2}"), "must be a list"));
  EXPECT_TRUE(tells(provider_of("process: {command: [], ports: 1-2}"), "must name a program"));
  for (const char* ports : {"9", "0-9", "9-8", "9-", "-9", "a-b", "1-70000"}) {
    const bool is_one_port = std::string(ports) == "9";
    const Read result = provider_of("process: {command: [a], ports: " + std::string(ports) + "}");
    EXPECT_EQ(result.provider.has_value(), is_one_port) << ports;
  }
  EXPECT_TRUE(tells(provider_of("process: {command: [a]}"), "must be a range of ports"));
  EXPECT_TRUE(
      tells(provider_of("process: {command: [a], ports: 1-2, address: host}"), "IP address"));
  EXPECT_TRUE(tells(provider_of(R"(process: {command: [a, "{{prot}}"], ports: 1-2})"),
                    "{{prot}} stands for nothing here; there are {{name}} and {{port}} (did you "
                    "mean 'port'?)"));
}

TEST(Provider, KnowsItsOwnByName) {
  EXPECT_TRUE(is_own_name("a-", "a-1z"));
  EXPECT_FALSE(is_own_name("a-", "a-"));
  EXPECT_FALSE(is_own_name("a-", "b-1"));
  EXPECT_FALSE(is_own_name("a-", "a-b-1")) << "an instance of the service a-b";
}

// --- http ---

const std::string kSecret = "secrets: {token: {file: /t}}";

TEST(HttpProviderConfig, TakesAPresetWithWhatItNeeds) {
  const Read result = provider_of(
      "http: {preset: idcloudhost-clone, variables: {seed: u-1, "
      "billing_account: 7, location: jkt02}, " +
      kSecret + "}");

  ASSERT_TRUE(result.provider) << result.problems;
  const auto& http = std::get<HttpProvider>(result.provider->how);
  EXPECT_EQ(http.variables.at("location"), "jkt02") << "the user's word is before the preset's";
  EXPECT_EQ(http.variables.at("api"), "https://api.idcloudhost.com/v1");
  EXPECT_EQ(http.operations.at("create").size(), 3U);
  EXPECT_EQ(http.fields.at("address"), "private_ipv4");
  EXPECT_EQ(http.secrets.at("token").file, "/t");
}

TEST(HttpProviderConfig, AllPresetsAreGood) {
  const std::map<std::string_view, std::string> needed{
      {"idcloudhost", "billing_account: 1, source_replica: r"},
      {"idcloudhost-clone", "billing_account: 1, seed: s"},
      {"hetzner", "server_type: cx22, image: 1, location: nbg1, network: 2"},
      {"digitalocean", "region: sgp1, size: s, image: 1, vpc: v"},
      {"proxmox", "api: 'https://h:8006/api2/json', node: n, template: 9000"},
      {"docker", "image: app"}};
  EXPECT_EQ(presets().size(), needed.size());
  for (const Preset& preset : presets()) {
    ASSERT_TRUE(needed.contains(preset.name)) << preset.name;
    const std::string start = "http: {preset: " + std::string(preset.name);
    const Read result = provider_of(start + ", variables: {" + needed.at(preset.name) +
                                    "}, secrets: {token: {file: /t}, machine_password: {env: P}}}");
    EXPECT_TRUE(result.provider) << preset.name << ": " << result.problems;
    EXPECT_EQ(result.problems, "") << preset.name;
    const std::uint32_t at_once = preset.name == "proxmox" ? 1 : 4;
    EXPECT_EQ(result.provider.value_or(Provider{}).creates_at_once, at_once)
        << "two at once would be told the same number; " << preset.name;
    const Read without = provider_of(start + "}");
    EXPECT_TRUE(tells(without, "has no value; write it below variables")) << preset.name;
  }
}

const std::string kOperations =
    "operations: {list: {url: 'http://c/list'}, create: {method: POST, url: "
    "'http://c/?n={{name}}'},"
    " remove: {method: DELETE, url: 'http://c/{{id}}'}}, fields: {id: id, name: name, state: s}";

TEST(HttpProviderConfig, TakesACloudOfOnesOwn) {
  const Read result = provider_of("http: {" + kOperations + "}");

  EXPECT_TRUE(result.provider) << result.problems;
  EXPECT_EQ(result.problems, "");
}

TEST(HttpProviderConfig, NamesWhatIsWrong) {
  EXPECT_TRUE(tells(provider_of("http: {preset: hetznr}"), "there is no preset 'hetznr'"));
  EXPECT_TRUE(tells(provider_of("http: {preset: hetznr}"), "did you mean 'hetzner'"));
  EXPECT_TRUE(tells(provider_of("http: {}"), "operations.list is missing"));
  EXPECT_TRUE(tells(provider_of("http: {}"), "fields.id is missing"));
  const auto with = [](const std::string& more) {
    return provider_of("http: {" + kOperations + more + "}");
  };
  EXPECT_TRUE(tells(with(", states: {on: runing}"), "did you mean 'running'"));
  EXPECT_TRUE(tells(with(", variables: {name: x}"), "{{name}} is built in"));
  EXPECT_TRUE(tells(with(", variables: {a b: x}"), "is no name for a placeholder"));
  EXPECT_TRUE(tells(with(R"(, variables: {a: "{{b}}"})"), "holds a placeholder itself"));
  EXPECT_TRUE(tells(with(R"(, headers: {X: "{{nobody}}"})"), "{{nobody}} has no value"));
  const Read two = provider_of(
      "http: {operations: {list: {url: 'http://c/{{id}}'}, create: {url: '', form: {a: b}, json: "
      "x},"
      " remove: {url: 'http://c/'}, reboot: {url: x}}, fields: {id: id, name: n, state: s, ip: "
      "x}}");
  EXPECT_TRUE(tells(two, "{{id}} has no value in this operation"));
  EXPECT_TRUE(tells(two, "url is missing"));
  EXPECT_TRUE(tells(two, "one body is sent"));
  EXPECT_TRUE(tells(two, "operations: 'reboot' is none"));
  EXPECT_TRUE(tells(two, "fields: 'ip' is none"));
  const Read step =
      provider_of("http: {operations: {list: {url: a, method: get, expect: [2xx], timeout: 0}}}");
  EXPECT_TRUE(tells(step, "must be a method such as GET"));
  EXPECT_TRUE(tells(step, "must hold statuses such as 200, not '2xx'"));
  EXPECT_TRUE(tells(step, "timeout: must be at least 1s"));
}

TEST(HttpProviderConfig, KeepsSecretsOutOfTheFile) {
  const auto with = [](const std::string& more) {
    return provider_of("http: {" + kOperations + more + "}");
  };
  EXPECT_TRUE(tells(with(", headers: {Authorization: Bearer abc}"),
                    "headers.Authorization holds a secret that stands in the YAML"));
  EXPECT_TRUE(tells(with(R"(, variables: {key: abc}, headers: {apikey: "{{key}}"})"),
                    "holds a secret that stands in the YAML"));
  EXPECT_TRUE(with(R"(, headers: {apikey: "{{token}}"}, )" + kSecret).provider);
  EXPECT_TRUE(tells(with(", variables: {token: abc}"), "named like a secret"));
  EXPECT_TRUE(tells(with(", secrets: {token: abc}"), "a secret never stands in this file"));
  EXPECT_FALSE(tells(with(", secrets: {token: abc}"), "abc")) << "nor in messages";
  EXPECT_TRUE(tells(with(", secrets: {token: {file: /t, env: T}}"), "write where it is kept"));
  EXPECT_TRUE(tells(with(", secrets: {token: {}}"), "write where it is kept"));
}

/// The YAML examples of docs/providers.md that begin so.
std::vector<std::string> examples(const std::string& start) {
  std::ifstream file(GAPURA_SOURCE_DIR "/docs/providers.md");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::vector<std::string> out;
  const std::string fence = "```yaml\n";
  for (auto at = text.find(fence); at != std::string::npos; at = text.find(fence, at)) {
    at += fence.size();
    std::string example = text.substr(at, text.find("```", at) - at);
    if (example.starts_with(start)) out.push_back(std::move(example));
  }
  return out;
}

TEST(ProviderDocs, HaveExamplesThatCanBeRead) {
  std::vector<std::string> all = examples("provider:\n");
  for (std::string example : examples("http:")) {
    if (example.starts_with("http:\n  services:")) continue;  // of a whole file
    for (auto at = example.find('\n'); at + 1 < example.size(); at = example.find('\n', at + 3)) {
      example.insert(at + 1, "  ");
    }
    all.push_back("provider:\n  " + example);
  }
  EXPECT_GE(all.size(), 9U);
  for (const std::string& example : all) {
    Problems problems;
    const auto tree = yaml::load(example, "providers.md", problems);
    ASSERT_TRUE(tree) << example << lines(problems);
    yaml::Reader reader("providers.md", problems);
    auto section =
        yaml::Section::open(reader, yaml::Value{tree->root(), tree->root()->place, "autoscale"});
    EXPECT_TRUE(read_provider(*section, "calculate")) << example << lines(problems);
    EXPECT_EQ(lines(problems), "") << example;
  }
}

// --- placeholders ---

TEST(Placeholders, AreWordsBetweenTwoBraces) {
  EXPECT_EQ(placeholders_of("a{{b}}c{{d-1_x}}{{b}}"), (std::vector<std::string>{"b", "d-1_x"}));
  EXPECT_TRUE(placeholders_of("{{}} {{ a }} {{.a}} {{1}} {{a {a}} }}{{").empty());
  EXPECT_EQ(placeholders_of("{{{a}}}"), std::vector<std::string>{"a"});
}

TEST(Placeholders, AreToldFromTraefiksTemplates) {
  EXPECT_EQ(find_other_template("x {{name}}"), std::string_view::npos);
  EXPECT_EQ(find_other_template("{{a}} {{ range . }}"), 6U);
}

TEST(Placeholders, ThatMeanNothingMakeAFileUnusable) {
  const DynamicResult result =
      parse_dynamic("http:\n  routers:\n    r: {rule: 'Host(`{{host}}`)', service: s}\n", "d.yaml");

  EXPECT_FALSE(result.is_usable);
  EXPECT_NE(lines(result.problems).find("E 3:15: http.routers.r.rule: {{host}} is a placeholder"),
            std::string::npos)
      << lines(result.problems);
}

}  // namespace
}  // namespace gapura::conf
