#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/conf/reading.h"

namespace gapura::conf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(StaticHooks, AreNoneUnlessAskedFor) {
  EXPECT_TRUE(read_static("").config.hooks.empty());
}

TEST(StaticHooks, ReadsListenersWithEveryKindOfAuth) {
  const StaticResult result = read_static(R"(
hooks:
  - address: ":4000"
    serves: [scale, alerts]
    async: true
    auth: {bearer: {tokenFile: /t}}
  - address: 127.0.0.1:3000
    serves: update-servers
    auth: {basic: {user: grafana, passwordEnv: PASSWORD}}
  - address: ":4001"
    serves: [alerts]
    auth: {hmac: {secretFile: /s, header: X-Signed, timestampHeader: X-Time}}
  - {address: "unix:/run/h.sock", serves: [sd]}
  - {address: ":4002", serves: [sd], insecure: true}
)");

  ASSERT_TRUE(result.problems.empty()) << lines(result.problems);
  const auto& hooks = result.config.hooks;
  ASSERT_EQ(hooks.size(), 5u);
  EXPECT_EQ(hooks[0].address, (ListenAddress{"", 4000}));
  EXPECT_THAT(hooks[0].serves, ElementsAre(HookRoute::scale, HookRoute::alerts));
  EXPECT_TRUE(hooks[0].is_async);
  EXPECT_EQ(std::get<BearerAuth>(hooks[0].auth).token, (Secret{.file = "/t", .variable = {}}));
  EXPECT_FALSE(hooks[1].is_async);
  EXPECT_EQ(std::get<BasicAuth>(hooks[1].auth).user, "grafana");
  EXPECT_EQ(std::get<BasicAuth>(hooks[1].auth).password.variable, "PASSWORD");
  const auto& hmac = std::get<HmacAuth>(hooks[2].auth);
  EXPECT_EQ(hmac.header, "X-Signed");
  EXPECT_EQ(hmac.timestamp_header, "X-Time");
  EXPECT_EQ(hooks[3].unix_path, "/run/h.sock");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(hooks[4].auth));
}

TEST(StaticHooks, RefusesAListenerWithoutAuthOnLoopbackToo) {
  for (const char* address : {":4000", "127.0.0.1:4000", "[::1]:4000"}) {
    const StaticResult result =
        read_static("hooks: [{address: \"" + std::string(address) + "\", serves: [scale]}]");
    EXPECT_FALSE(result.ok()) << address;
    EXPECT_THAT(lines(result.problems), HasSubstr("insecure: true")) << address;
  }
  EXPECT_THAT(static_problems("hooks: [{address: \":4000\", serves: [scale], insecure: false}]"),
              HasSubstr("has no auth"));
}

TEST(StaticHooks, RefusesAnAuthThatIsNotWhole) {
  const auto with = [](const std::string& auth) {
    return static_problems("hooks: [{address: \":4000\", serves: [scale], auth: " + auth + "}]");
  };

  EXPECT_THAT(with("{}"), HasSubstr("must hold one of bearer, basic and hmac"));
  EXPECT_THAT(with("{bearer: {tokenFile: /t}, hmac: {secretFile: /s}}"), HasSubstr("one of"));
  EXPECT_THAT(with("{bearer: {}}"), HasSubstr("tokenFile or tokenEnv is missing"));
  EXPECT_THAT(with("{bearer: {token: abc}}"), HasSubstr("never from here"));
  EXPECT_THAT(with("{bearer: {tokenFile: /t, tokenEnv: T}}"), HasSubstr("not both"));
  EXPECT_THAT(with("{basic: {passwordFile: /p}}"), HasSubstr("user must be given"));
  EXPECT_THAT(with("{basic: {user: \"a:b\", passwordFile: /p}}"), HasSubstr("without a colon"));
  EXPECT_THAT(with("{hmac: {secretFile: /s, header: \"X Y\"}}"), HasSubstr("'X Y'"));
}

TEST(StaticHooks, AsksWhatIsToBeServed) {
  EXPECT_THAT(static_problems("hooks: [{address: \":4000\", insecure: true}]"),
              HasSubstr("serves is missing"));
  EXPECT_THAT(static_problems("hooks: [{address: \":4000\", serves: [], insecure: true}]"),
              HasSubstr("is empty"));
  EXPECT_THAT(static_problems("hooks: [{address: \":4000\", serves: [alert], insecure: true}]"),
              HasSubstr("did you mean 'alerts'?"));
  EXPECT_THAT(static_problems("hooks: [{serves: [alerts], insecure: true}]"),
              HasSubstr("address is missing"));
}

TEST(StaticHooks, RefusesAnAddressThatSomebodyElseHas) {
  const auto at = [](const std::string& address, const std::string& more = {}) {
    return static_problems("entryPoints: {web: {address: \":80\"}}\nhooks:\n- {address: \"" +
                           address + "\", serves: [sd], insecure: true}\n" + more);
  };

  EXPECT_EQ(at(":4000"), "");
  EXPECT_THAT(at("127.0.0.1:80"), HasSubstr("entry point 'web'"));
  EXPECT_THAT(at(":8081"), HasSubstr("the admin API"));
  EXPECT_THAT(at(":8080"), HasSubstr("/metrics"));
  EXPECT_THAT(at(":4000", "- {address: \":4000\", serves: [scale], insecure: true}\n"),
              HasSubstr("another of hooks"));
  EXPECT_THAT(at("unix:/a", "- {address: \"unix:/a\", serves: [scale]}\n"),
              HasSubstr("another of hooks"));
}

TEST(StaticHooks, WarnsOfWhatPrometheusCannotDo) {
  EXPECT_THAT(static_problems("hooks: [{address: \":4000\", serves: [sd], auth: {hmac: "
                              "{secretFile: /s}}}]"),
              HasSubstr("W 2:"));
}

TEST(StaticNotify, ReadsWhomToTell) {
  const StaticResult result = read_static(R"(
notify:
  - url: https://chat.example/hook
    events: [joined, Scaled]
    template: '{"text": "{{event}} {{ target }}"}'
    secretFile: /s
    timeout: 3s
    retries: 2
    queue: 50
  - command: [/usr/bin/logger, -t, gapura]
)");

  ASSERT_TRUE(result.problems.empty()) << lines(result.problems);
  ASSERT_EQ(result.config.notify.size(), 2u);
  const Notify& chat = result.config.notify[0];
  EXPECT_EQ(chat.url, "https://chat.example/hook");
  EXPECT_THAT(chat.events, ElementsAre(NotifyEvent::joined, NotifyEvent::scaled));
  EXPECT_EQ(chat.secret.file, "/s");
  EXPECT_EQ(chat.timeout, Milliseconds(3'000));
  EXPECT_EQ(chat.retries, 2u);
  EXPECT_EQ(chat.queue_max, 50u);
  EXPECT_THAT(result.config.notify[1].command, ElementsAre("/usr/bin/logger", "-t", "gapura"));
  EXPECT_EQ(result.config.notify[1].events.size(), 8u);
}

TEST(StaticNotify, SaysWhatIsWrong) {
  const auto with = [](const std::string& one) {
    return static_problems("notify: [{" + one + "}]");
  };

  EXPECT_THAT(with(""), HasSubstr("url or command is missing"));
  EXPECT_THAT(with("url: \"http://a\", command: [b]"), HasSubstr("not both"));
  EXPECT_THAT(with("url: \"ftp://a\""), HasSubstr("http:// or https://"));
  EXPECT_THAT(with("url: \"http://a\", events: [jioned]"), HasSubstr("did you mean 'joined'?"));
  EXPECT_THAT(with("url: \"http://a\", events: []"), HasSubstr("is empty"));
  EXPECT_THAT(with("url: \"http://a\", template: \"{{sevice}}\""),
              HasSubstr("did you mean 'service'?"));
  EXPECT_THAT(with("url: \"http://a\", template: \"{{event\""), HasSubstr("without a name"));
  EXPECT_THAT(with("url: \"http://a\", timeout: 0"), HasSubstr("must not be 0"));
  EXPECT_THAT(with("url: \"http://a\", secretFile: /a, secretEnv: B"), HasSubstr("not both"));
  EXPECT_THAT(with("command: [b], secretFile: /a"), HasSubstr("W "));
}

TEST(StaticTargetsFile, IsReadWithItsLabels) {
  const StaticResult result = read_static(R"(
sd:
  file: /etc/prometheus/targets.json
  service: calculate@file
  port: 9200
  labels: {job: calculate_service_clone, Team: red}
  autoscaledOnly: true
)");

  ASSERT_TRUE(result.problems.empty()) << lines(result.problems);
  ASSERT_TRUE(result.config.targets_file.has_value());
  const TargetsFile& sd = *result.config.targets_file;
  EXPECT_EQ(sd.file, "/etc/prometheus/targets.json");
  EXPECT_EQ(sd.service, "calculate");
  EXPECT_EQ(sd.port, 9200u);
  EXPECT_THAT(sd.labels, ElementsAre(Pair("job", "calculate_service_clone"), Pair("Team", "red")));
  EXPECT_TRUE(sd.is_autoscaled_only);
  EXPECT_FALSE(read_static("").config.targets_file.has_value());
}

TEST(StaticTargetsFile, SaysWhatIsWrong) {
  EXPECT_THAT(static_problems("sd: {service: a}"), HasSubstr("whole path"));
  EXPECT_THAT(static_problems("sd: {file: targets.json}"), HasSubstr("whole path"));
  EXPECT_THAT(static_problems("sd: {file: /t, port: 0}"), HasSubstr("sd.port"));
  EXPECT_THAT(static_problems("sd: {file: /t, labels: {a-b: c}}"), HasSubstr("a label's name"));
}

}  // namespace
}  // namespace gapura::conf
