#include "app/provider_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapura::app {
namespace {

using testing::HasSubstr;

/// A service with a provider that is this command.
conf::ServiceConfig service_with(const std::string& script) {
  conf::ExecProvider exec;
  exec.command = {"/bin/sh", "-c", script};
  conf::Provider provider;
  provider.how = exec;
  provider.name_prefix = "p-";
  conf::ServiceConfig service;
  service.autoscale.emplace().provider = provider;
  return service;
}

TEST(ProviderCheck, SaysWhatIsThereAndWhatWouldBeDone) {
  conf::DynamicConfig config;
  config.services["calculate"] = service_with(
      R"(echo '{"instances": [{"id": "7", "name": "p-1", "state": "running", "address": "10.0.0.2"},
                              {"id": "8", "name": "seed"}]}')");

  const ProviderReport report = check_providers(config, "");

  EXPECT_TRUE(report.is_good) << report.text;
  EXPECT_THAT(report.text, HasSubstr("service calculate: provider exec\n"));
  EXPECT_THAT(report.text, HasSubstr("1 are ours, named p-…"));
  EXPECT_THAT(report.text, HasSubstr("    p-1: running, 10.0.0.2, id 7\n"));
  EXPECT_THAT(report.text, HasSubstr(R"("operation":"create")"));
  EXPECT_THAT(report.text, Not(HasSubstr("    seed")));
}

TEST(ProviderCheck, SaysWhatIsWrong) {
  conf::DynamicConfig config;
  config.services["calculate"] = service_with("echo no such account >&2; exit 1");

  const ProviderReport report = check_providers(config, "calculate");

  EXPECT_FALSE(report.is_good);
  EXPECT_THAT(report.text,
              HasSubstr("cannot be used: /bin/sh ended with exit code 1: no such account"));
}

TEST(ProviderCheck, SaysThatASecretCannotBeHad) {
  conf::HttpProvider http;
  http.secrets["token"].file = "/no/such/file";
  conf::Provider provider;
  provider.how = http;
  conf::DynamicConfig config;
  config.services["calculate"].autoscale.emplace().provider = provider;

  const ProviderReport report = check_providers(config, "");

  EXPECT_FALSE(report.is_good);
  EXPECT_THAT(report.text, HasSubstr("the secret token: cannot read /no/such/file: No such file"));
}

TEST(ProviderCheck, SaysThatThereIsNothingToAsk) {
  conf::DynamicConfig config;
  EXPECT_FALSE(check_providers(config, "").is_good);
  EXPECT_THAT(check_providers(config, "").text, HasSubstr("no service has autoscale"));
  config.services["calculate"];
  EXPECT_THAT(check_providers(config, "calculate").text, HasSubstr("has no autoscale.provider"));
  EXPECT_THAT(check_providers(config, "calculat").text,
              HasSubstr("there is no service 'calculat' (did you mean 'calculate'?)"));
}

}  // namespace
}  // namespace gapura::app
