#include "autoscale/provider/exec.h"

#include <gtest/gtest.h>

#include "tests/support/seed_folder.h"
#include "tests/unit/autoscale/run.h"

namespace gapura::autoscale {
namespace {

using test::TemporaryFolder;
using Kind = ProviderFault::Kind;

struct ExecTest : testing::Test {
  /// A command that runs this script.
  ExecInstances with(const std::string& script) {
    conf::ExecProvider config;
    config.command = {"/bin/sh", "-c", script};
    config.environment = {{"ASKED", (folder.path() / "asked").string()}};
    config.timeout = timeout;
    return ExecInstances(config, "p-", "calculate");
  }
  /// One that says this, whatever it is asked.
  ExecInstances saying(const std::string& answer) {
    test::write_file(folder.path() / "answer", answer);
    return with("cat > $ASKED; cat " + (folder.path() / "answer").string());
  }
  std::string asked() const { return test::read_file(folder.path() / "asked"); }
  ProviderFault fault_of(ExecInstances provider) {
    const auto outcome = run(loop, provider.list());
    const auto* failed = std::get_if<ProviderFault>(&outcome);
    EXPECT_NE(failed, nullptr);
    return failed == nullptr ? ProviderFault{} : *failed;
  }

  boost::asio::io_context loop;
  TemporaryFolder folder;
  Milliseconds timeout{20'000};
};

TEST_F(ExecTest, ListsWhatIsItsOwn) {
  ExecInstances provider = saying(
      R"({"instances": [{"id": 7, "name": "p-1", "state": "running", "address": "10.0.0.2",
          "port": 3000, "createdAt": 1700000000}, {"name": "p-2"},
          {"id": "x", "name": "p-b-1", "state": "running"}, {"id": "y", "name": "seed"}]})");

  const auto outcome = run(loop, provider.list());

  Instance one;
  one.id = "7";
  one.name = "p-1";
  one.state = Instance::State::running;
  one.address = "10.0.0.2";
  one.port = 3000;
  one.created_s = 1'700'000'000;
  Instance two;
  two.name = two.id = "p-2";
  EXPECT_EQ(std::get<0>(outcome), (std::vector<Instance>{one, two}));
  EXPECT_EQ(asked(), R"({"operation":"list","namePrefix":"p-","service":"calculate"})"
                     "\n");
}

TEST_F(ExecTest, CreatesAndRemoves) {
  ExecInstances creating = saying(R"({"instance": {"id": "7", "name": "p-1"}})");
  const auto made = run(loop, creating.create("p-1"));
  EXPECT_EQ(std::get<Instance>(made).id, "7");
  EXPECT_EQ(asked(),
            R"({"operation":"create","namePrefix":"p-","service":"calculate","name":"p-1"})"
            "\n");
  EXPECT_EQ(creating.describe_create("p-2").find("/bin/sh -c cat"), 0U);

  ExecInstances removing = saying("{}");
  EXPECT_TRUE(std::holds_alternative<Done>(run(loop, removing.remove(std::get<Instance>(made)))));
  EXPECT_NE(asked().find(R"("operation":"remove")"), std::string::npos);
  EXPECT_NE(asked().find(R"("instance":{"id":"7","name":"p-1","state":"pending")"),
            std::string::npos);
  EXPECT_TRUE(std::holds_alternative<Done>(run(loop, removing.start({}))));
  EXPECT_TRUE(std::holds_alternative<Done>(run(loop, removing.stop({}))));
}

TEST_F(ExecTest, BelievesThatItWasMadeWhateverItIsCalledInTheAnswer) {
  for (const char* answer : {"{}", R"({"instance": {"name": "another"}})", R"({"instance": 7})"}) {
    const auto made = run(loop, saying(answer).create("p-1"));
    EXPECT_EQ(std::get<Instance>(made).name, "p-1") << answer;
  }
}

TEST_F(ExecTest, TellsFaultsApart) {
  ProviderFault told = fault_of(
      saying(R"({"error": {"kind": "rate_limited", "message": "slowly", "retryAfter": 7}})"));
  EXPECT_EQ(told.kind, Kind::rate_limited);
  EXPECT_EQ(told.message, "slowly");
  EXPECT_EQ(told.retry_after, Milliseconds(7'000));
  told = fault_of(saying(R"({"error": {"kind": "rate_limited", "retryAfter": 4294967295}})"));
  EXPECT_EQ(told.retry_after, Milliseconds(3'600'000)) << "136 years would be the end of it";
  EXPECT_EQ(fault_of(saying(R"({"error": {"kind": "refused"}})")).kind, Kind::refused);
  EXPECT_EQ(fault_of(saying(R"({"error": {"kind": "not_found"}})")).kind, Kind::not_found);
  told = fault_of(saying(R"({"error": "oh"})"));
  EXPECT_EQ(told.kind, Kind::unreachable);
  EXPECT_FALSE(told.message.empty());
}

TEST_F(ExecTest, SaysWhatTheCommandDidWrong) {
  EXPECT_EQ(fault_of(with("echo one >&2; echo no such host >&2; exit 3")).message,
            "/bin/sh ended with exit code 3: no such host");
  EXPECT_EQ(fault_of(with("exit 3")).kind, Kind::unreachable);
  for (const char* wrong :
       {"", "hello", "[]", "{} and more", "{}", R"({"instances": {}})", R"({"instances": [7]})",
        R"({"instances": [{"id": "1"}]})", R"({"instances": [{"name": "p-1", "state": "up"}]})",
        R"({"instances": [{"name": "p-1", "port": 70000}]})"}) {
    EXPECT_EQ(fault_of(saying(wrong)).kind, Kind::refused) << wrong;
  }
  timeout = Milliseconds(50);
  EXPECT_EQ(fault_of(with("exec sleep 1000")).message, "/bin/sh took too long");
  conf::ExecProvider missing;
  missing.command = {"/no/such/program"};
  EXPECT_EQ(fault_of(ExecInstances(missing, "p-", "s")).message,
            "cannot start /no/such/program: No such file or directory");
}

}  // namespace
}  // namespace gapura::autoscale
