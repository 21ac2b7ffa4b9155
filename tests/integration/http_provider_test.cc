// The http provider with the presets for IDCloudHost, against a fake of that cloud.
#include "autoscale/provider/http_provider.h"

#include <algorithm>
#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <random>

#include "autoscale/net/http_client.h"
#include "conf/dynamic_parts.h"
#include "conf/presets.h"
#include "tests/support/fake_cloud.h"
#include "tests/support/patience.h"
#include "tests/support/seed_folder.h"
#include "tests/unit/autoscale/run.h"

namespace gapura::autoscale {
namespace {

namespace json = boost::json;
using Kind = ProviderFault::Kind;
using test::FakeCloud;

/// What the configuration says, as it is read from a file.
conf::Provider provider_of(const std::string& http) {
  conf::Problems problems;
  const std::string text = "provider: {namePrefix: p-, http: {" + http + "}}\n";
  const auto tree = conf::yaml::load(text, "d.yaml", problems);
  conf::yaml::Reader reader("d.yaml", problems);
  auto section =
      conf::yaml::Section::open(reader, conf::yaml::Value{tree->root(), tree->root()->place, {}});
  auto out = conf::read_provider(*section, "calculate");
  EXPECT_TRUE(out.has_value()) << (problems.empty() ? "" : problems[0].to_string());
  return out.value_or(conf::Provider{});
}

struct HttpProviderTest : testing::Test {
  std::unique_ptr<HttpInstances> clones(const FakeCloud& cloud, const std::string& more = "") {
    return with("preset: idcloudhost-clone, variables: {api: '" + cloud.url() +
                "/v1', seed: seed, billing_account: 7" + more + "}, secrets: {token: {env: X}}");
  }
  static std::unique_ptr<HttpInstances> with(const std::string& http) {
    const conf::Provider config = provider_of(http);
    return std::make_unique<HttpInstances>(
        std::get<conf::HttpProvider>(config.how), config.name_prefix,
        Words{{"token", FakeCloud::kToken}, {"machine_password", "pass word"}},
        std::filesystem::path(), Milliseconds(1));
  }

  json::value ask(const FakeCloud& cloud, const std::string& method, const std::string& path) {
    HttpCall call;
    call.method = method;
    call.url = cloud.url() + path;
    const HttpOutcome outcome = run(loop, http_call(call));
    return json::parse(std::get<HttpAnswer>(outcome).body);
  }
  std::vector<std::string> names_in(const FakeCloud& cloud) {
    std::vector<std::string> out;
    const json::value state = ask(cloud, "GET", "/state");
    for (const auto& one : state.at("machines").as_array()) {
      out.emplace_back(one.at("name").as_string());
    }
    return out;
  }
  std::size_t public_addresses(const FakeCloud& cloud) {
    const json::value state = ask(cloud, "GET", "/state");
    return state.at("addresses").as_object().size();
  }
  Outcome<std::vector<Instance>> list(HttpInstances& provider) {
    return run(loop, provider.list());
  }

  boost::asio::io_context loop;
};

const std::vector<std::string> kOthers{"seed-1", "somebody-else"};

TEST_F(HttpProviderTest, ClonesGivesThePublicAddressBackAndDeletes) {
  const FakeCloud cloud({});
  const auto provider = clones(cloud);

  const auto made = run(loop, provider->create("p-1"));

  ASSERT_TRUE(std::holds_alternative<Instance>(made)) << std::get<ProviderFault>(made).message;
  EXPECT_EQ(names_in(cloud), (std::vector<std::string>{"seed-1", "somebody-else", "p-1"}));
  EXPECT_EQ(public_addresses(cloud), 0U);
  const auto listed = std::get<std::vector<Instance>>(list(*provider));
  ASSERT_EQ(listed.size(), 1U) << "what is not ours is not seen";
  EXPECT_EQ(listed[0].name, "p-1");
  EXPECT_EQ(listed[0].id, std::get<Instance>(made).id);
  EXPECT_TRUE(listed[0].is_up());
  EXPECT_GT(listed[0].created_s, 1'700'000'000);

  EXPECT_TRUE(std::holds_alternative<Done>(run(loop, provider->remove(listed[0]))));
  EXPECT_EQ(names_in(cloud), kOthers);
  const auto again = run(loop, provider->remove(listed[0]));
  EXPECT_EQ(std::get<ProviderFault>(again).kind, Kind::not_found);
}

TEST_F(HttpProviderTest, MakesMachinesFromAReplicaWithoutAPublicAddress) {
  const FakeCloud cloud({});
  const auto provider =
      with("preset: idcloudhost, variables: {api: '" + cloud.url() +
           "/v1', source_replica: r, billing_account: 7}, secrets: {token: {env: X},"
           " machine_password: {env: Y}}");

  const auto made = run(loop, provider->create("p-1"));

  ASSERT_TRUE(std::holds_alternative<Instance>(made)) << std::get<ProviderFault>(made).message;
  EXPECT_EQ(names_in(cloud).size(), 3U);
  EXPECT_EQ(public_addresses(cloud), 0U);
  EXPECT_TRUE(provider->can_stop());
}

TEST_F(HttpProviderTest, WaitsForAnAddressThatComesLater) {
  const FakeCloud cloud({"--boot", "0.2"});
  const auto provider = clones(cloud);
  run(loop, provider->create("p-1"));

  EXPECT_FALSE(std::get<0>(list(*provider)).at(0).is_up());
  EXPECT_TRUE(test::eventually([&] { return std::get<0>(list(*provider)).at(0).is_up(); }));
}

TEST_F(HttpProviderTest, SaysWhatItWouldCallWithoutSecrets) {
  const FakeCloud cloud({});
  const auto provider = clones(cloud);

  const std::string text = provider->describe_create("p-1");

  EXPECT_TRUE(text.starts_with("POST " + cloud.url() +
                               "/v1/jkt01/user-resource/vm/clone?uuid=seed&name=p-1\nGET "))
      << text;
  EXPECT_EQ(text.find(FakeCloud::kToken), std::string::npos);
  EXPECT_EQ(names_in(cloud), kOthers) << "nothing was called";
}

TEST_F(HttpProviderTest, TellsFaultsApart) {
  const FakeCloud cloud({"--limit-every", "2"});
  const auto provider = clones(cloud);
  const FakeCloud other({});
  const auto elsewhere = clones(other, ", location: nowhere");
  const auto missing = run(loop, elsewhere->list());
  EXPECT_EQ(std::get<ProviderFault>(missing).kind, Kind::refused) << "a list that is not there";

  list(*provider);
  const auto limited = list(*provider);

  ASSERT_TRUE(std::holds_alternative<ProviderFault>(limited));
  EXPECT_EQ(std::get<ProviderFault>(limited).kind, Kind::rate_limited);
  EXPECT_EQ(std::get<ProviderFault>(limited).retry_after, Milliseconds(1'000));
}

TEST_F(HttpProviderTest, NeverShowsASecretThatIsRefused) {
  const FakeCloud cloud({});
  const conf::Provider config =
      provider_of("preset: idcloudhost-clone, variables: {api: '" + cloud.url() +
                  "/v1', seed: seed, billing_account: 7}, secrets: {token: {env: X}}");
  HttpInstances provider(std::get<conf::HttpProvider>(config.how), "p-",
                         Words{{"token", "not valid"}}, std::filesystem::path(), Milliseconds(1));

  const auto refused = list(provider);

  ASSERT_TRUE(std::holds_alternative<ProviderFault>(refused));
  EXPECT_EQ(std::get<ProviderFault>(refused).kind, Kind::refused);
  EXPECT_EQ(std::get<ProviderFault>(refused).message,
            "GET " + cloud.url() + R"(/v1/jkt01/user-resource/vm/list answers 401: )" +
                R"({"message": "apikey is ***"})");
}

TEST_F(HttpProviderTest, GoesOnWithWhatWasLeftUndone) {
  const FakeCloud cloud({});
  const auto provider = clones(cloud);
  ask(cloud, "POST", "/faults?share=1");
  const auto failed = run(loop, provider->create("p-1"));
  ASSERT_TRUE(std::holds_alternative<ProviderFault>(failed));
  EXPECT_EQ(std::get<ProviderFault>(failed).kind, Kind::unreachable);
  ask(cloud, "POST", "/faults?share=0");

  list(*provider);

  EXPECT_EQ(public_addresses(cloud), 0U) << "whether it was made or not";
}

TEST_F(HttpProviderTest, IsPatientWithWhatIsLeftUndone) {
  const FakeCloud cloud({});
  const std::string url = "'{{api}}/jkt01/user-resource/vm/list'";
  const std::string clone = "'{{api}}/jkt01/user-resource/vm/clone?uuid=seed&name={{name}}'";
  const auto provider =
      with("variables: {api: '" + cloud.url() + "/v1'}, secrets: {token: {env: X}}," +
           " headers: {apikey: '{{token}}'}, fields: {id: uuid, name: name, state: status}," +
           " states: {running: running}, operations: {list: {url: " + url + "}," +
           " create: [{method: POST, url: " + clone + "}," + " {url: " + url +
           ", find: {late: \"[?name=='late'].uuid\"}}," +
           " {method: DELETE, url: '{{api}}/jkt01/user-resource/vm?uuid={{late}}'}]," +
           " remove: {method: DELETE, url: '{{api}}/jkt01/user-resource/vm?uuid={{id}}'}}");
  ASSERT_TRUE(std::holds_alternative<Instance>(run(loop, provider->create("p-1"))));

  for (int i = 0; i < 30; ++i) list(*provider);
  HttpCall late;
  late.method = "POST";
  late.url = cloud.url() + "/v1/jkt01/user-resource/vm/clone?uuid=seed&name=late";
  late.headers.emplace_back("apikey", FakeCloud::kToken);
  run(loop, http_call(late));
  ASSERT_EQ(names_in(cloud).back(), "late");
  list(*provider);

  EXPECT_EQ(names_in(cloud).back(), "p-1") << "the last call was made when it could be";
}

/// Creates, lists and removes through random faults, as a reconcile loop does; prints its seed.
TEST_F(HttpProviderTest, LeavesNoOrphanThroughRandomFaults) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const FakeCloud cloud({"--faults", "0.3", "--seed", std::to_string(seed), "--slow", "0.01",
                         "--never-boots", "0.2", "--limit-every", "17"});
  const auto provider = clones(cloud);
  int next = 0;
  for (int round = 0; round < 60; ++round) {
    const auto outcome = list(*provider);
    const auto* listed = std::get_if<std::vector<Instance>>(&outcome);
    if (listed == nullptr) continue;  // not known what there is: nothing is done
    if (listed->size() < 3) {
      run(loop, provider->create("p-" + std::to_string(++next)));
    } else {
      run(loop, provider->remove(listed->at(random() % listed->size())));
    }
  }
  const bool is_empty = test::eventually([&] {
    const auto outcome = list(*provider);
    const auto* listed = std::get_if<std::vector<Instance>>(&outcome);
    if (listed == nullptr) return false;
    for (const Instance& one : *listed) run(loop, provider->remove(one));
    return listed->empty();
  });
  EXPECT_TRUE(is_empty);
  EXPECT_EQ(names_in(cloud), kOthers) << "and nothing of others was touched";
  EXPECT_EQ(public_addresses(cloud), 0U);
  EXPECT_GT(next, 3);
}

}  // namespace
}  // namespace gapura::autoscale
