#include "autoscale/provider/process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>

#include "tests/support/patience.h"
#include "tests/support/seed_folder.h"
#include "tests/support/sockets.h"
#include "tests/unit/autoscale/run.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;
using test::eventually;
using test::TemporaryFolder;

struct ProcessTest : testing::Test {
  ProcessTest() {
    settings.command = {"/bin/sh", "-c", "echo {{name}} {{port}} $PORT $X; exec sleep 1000"};
    settings.environment = {{"X", "<{{name}}>"}};
    // Ports that nobody listens on: they are only handed out here.
    std::uint16_t port = 0;
    const test::Fd held = test::refused_port(port);
    settings.first_port = port;
    settings.last_port = static_cast<std::uint16_t>(std::min(port + 40, 65'535));
  }
  ~ProcessTest() override {
    // A crash of "ours" is played by letting go: what it left is killed here.
    for (const ProcessRecord& record : read_records(folder.path())) {
      if (record.pid > 0) kill(-record.pid, SIGKILL);
    }
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }

  std::unique_ptr<ProcessInstances> make(const std::filesystem::path& where) {
    return std::make_unique<ProcessInstances>(loop, settings, "p-", "calculate", where);
  }
  Instance created(ProcessInstances& provider, const std::string& name) {
    const auto outcome = run(loop, provider.create(name));
    const auto* failed = std::get_if<ProviderFault>(&outcome);
    EXPECT_EQ(failed, nullptr) << failed->message;
    return failed == nullptr ? std::get<Instance>(outcome) : Instance{};
  }
  std::vector<Instance> listed(ProcessInstances& provider) {
    return std::get<std::vector<Instance>>(run(loop, provider.list()));
  }
  bool is_removed(ProcessInstances& provider, const Instance& one) {
    return std::holds_alternative<Done>(run(loop, provider.remove(one)));
  }
  static bool is_alive(const Instance& one) { return start_time_of(std::stoi(one.id)).has_value(); }

  net::io_context loop;
  TemporaryFolder folder;
  conf::ProcessProvider settings;
};

TEST_F(ProcessTest, StartsListsAndRemoves) {
  const auto provider = make({});
  const Instance one = created(*provider, "p-1");
  const Instance two = created(*provider, "p-2");

  EXPECT_TRUE(one.is_up());
  EXPECT_EQ(one.address, "127.0.0.1");
  EXPECT_GE(one.port, settings.first_port);
  EXPECT_NE(one.port, two.port);
  EXPECT_EQ(listed(*provider), (std::vector<Instance>{one, two}));
  EXPECT_TRUE(is_removed(*provider, one));
  EXPECT_FALSE(is_alive(one));
  EXPECT_EQ(listed(*provider), std::vector<Instance>{two});
  const auto again = run(loop, provider->remove(one));
  EXPECT_EQ(std::get<ProviderFault>(again).kind, ProviderFault::Kind::not_found);
}

TEST_F(ProcessTest, FillsInPortAndNameAndKeepsTheOutput) {
  const auto provider = make(folder.path());
  const Instance one = created(*provider, "p-1");
  const std::string port = std::to_string(one.port);

  EXPECT_TRUE(eventually([&] {
    return test::read_file(folder.path() / "p-1.log") == "p-1 " + port + " " + port + " <p-1>\n";
  }));
  EXPECT_TRUE(is_removed(*provider, one));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "nothing of it is left";
}

TEST_F(ProcessTest, ForgetsOneThatEndsByItself) {
  settings.command = {"/bin/sh", "-c", "echo why; exit 3"};
  const auto provider = make(folder.path());
  created(*provider, "p-1");

  EXPECT_TRUE(eventually([&] { return listed(*provider).empty(); }));
  EXPECT_EQ(test::read_file(folder.path() / "ended.log"), "why\n");
  EXPECT_TRUE(read_records(folder.path()).empty());
}

TEST_F(ProcessTest, SaysWhyOneCannotBeStarted) {
  settings.command = {"/no/such/program"};
  const auto provider = make(folder.path());

  const auto outcome = run(loop, provider->create("p-1"));

  EXPECT_EQ(std::get<ProviderFault>(outcome).kind, ProviderFault::Kind::refused);
  EXPECT_EQ(std::get<ProviderFault>(outcome).message,
            "cannot start /no/such/program: No such file or directory");
  EXPECT_TRUE(read_records(folder.path()).empty());
}

TEST_F(ProcessTest, SkipsPortsOfOthersAndRefusesWhenNoneIsLeft) {
  const test::Fd other = test::listen_on_loopback();
  settings.first_port = settings.last_port = test::local_port(other);
  const auto provider = make({});

  const auto outcome = run(loop, provider->create("p-1"));

  EXPECT_EQ(std::get<ProviderFault>(outcome).kind, ProviderFault::Kind::refused);
  EXPECT_NE(std::get<ProviderFault>(outcome).message.find("are taken"), std::string::npos);
  EXPECT_EQ(provider->describe_create("p-1"), "nothing: all ports are taken");
}

TEST_F(ProcessTest, KillsOneThatDoesNotListenWithItsChildren) {
  settings.command = {"/bin/sh", "-c",
                      "trap '' TERM; sleep 1000 & echo $!; while :; do sleep 0.05; done"};
  settings.stop_timeout = Milliseconds(50);
  const auto provider = make(folder.path());
  const Instance one = created(*provider, "p-1");
  std::string child;
  ASSERT_TRUE(eventually([&] {
    child = test::read_file(folder.path() / "p-1.log");
    return child.ends_with("\n");
  }));

  EXPECT_TRUE(is_removed(*provider, one));
  EXPECT_FALSE(is_alive(one));
  EXPECT_TRUE(eventually([&] { return !start_time_of(std::stoi(child)); }));
}

TEST_F(ProcessTest, FindsThemAgainAfterOurEnd) {
  Instance one;
  {
    const auto provider = make(folder.path());
    one = created(*provider, "p-1");
  }
  EXPECT_TRUE(is_alive(one));
  const auto provider = make(folder.path());

  EXPECT_EQ(listed(*provider), std::vector<Instance>{one});
  const Instance two = created(*provider, "p-2");
  EXPECT_NE(two.port, one.port);
  EXPECT_TRUE(is_removed(*provider, one));
  EXPECT_FALSE(is_alive(one));
  EXPECT_EQ(kill(std::stoi(one.id), 0), -1) << "nor is it a zombie";
}

TEST_F(ProcessTest, FindsOneThatWasStartedInTheMomentOfOurEnd) {
  Instance one;
  {
    const auto provider = make(folder.path());
    one = created(*provider, "p-1");
  }
  ProcessRecord note;
  note.name = "p-1";
  note.port = one.port;
  note.created_s = one.created_s;
  ASSERT_EQ(write_record(folder.path(), note), "");

  EXPECT_EQ(listed(*make(folder.path())), std::vector<Instance>{one});
}

TEST_F(ProcessTest, ForgetsANoteFromTheFutureThatNoProcessBelongsTo) {
  ProcessRecord note;
  note.name = "p-1";
  note.created_s = 4'000'000'000;  // the clock was set back since
  ASSERT_EQ(write_record(folder.path(), note), "");

  EXPECT_TRUE(listed(*make(folder.path())).empty());
  EXPECT_TRUE(read_records(folder.path()).empty());
}

TEST_F(ProcessTest, TakesNoNoteOfAProcessThatCannotBeOurs) {
  for (const char* numbers :
       {R"("pid":1,"port":80)", R"("pid":-5,"port":80)", R"("pid":4294967297,"port":80)",
        R"("pid":77,"port":65536)", R"("pid":77,"port":-1)"}) {
    test::write_file(folder.path() / "p-1.instance.json",
                     std::string(R"({"name":"p-1",)") + numbers + "}");
    EXPECT_TRUE(read_records(folder.path()).empty()) << numbers;
  }
}

TEST_F(ProcessTest, NeverTakesAnotherProcessForItsOwn) {
  ProcessRecord reused;
  reused.name = "p-1";
  reused.pid = getpid();
  reused.started_at = *start_time_of(getpid()) + 1;
  write_record(folder.path(), reused);
  ProcessRecord foreign = reused;
  foreign.name = "other-1";
  foreign.started_at -= 1;
  write_record(folder.path(), foreign);
  std::ofstream(folder.path() / "x.instance.json") << "no record";
  const auto provider = make(folder.path());

  EXPECT_TRUE(listed(*provider).empty());
  Instance one;
  one.name = "other-1";
  EXPECT_FALSE(is_removed(*provider, one));
}

TEST_F(ProcessTest, EndsThemWithItselfWhenNothingIsKept) {
  Instance one;
  {
    const auto provider = make({});
    one = created(*provider, "p-1");
    EXPECT_TRUE(is_alive(one));
  }
  EXPECT_FALSE(is_alive(one));
}

TEST_F(ProcessTest, EmptiesALogThatHasGrownTooLong) {
  const auto provider = make(folder.path());
  created(*provider, "p-1");
  std::filesystem::resize_file(folder.path() / "p-1.log", 17 << 20);

  listed(*provider);

  EXPECT_LT(std::filesystem::file_size(folder.path() / "p-1.log"), 1'000U);
}

TEST_F(ProcessTest, SaysWhatItWouldStart) {
  settings.command = {"app", "--name={{name}}"};
  EXPECT_EQ(make({})->describe_create("p-1"), "app --name=p-1");
}

}  // namespace
}  // namespace gapura::autoscale
