#include "autoscale/net/subprocess.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

#include "tests/support/patience.h"
#include "tests/support/seed_folder.h"
#include "tests/support/sockets.h"
#include "tests/unit/autoscale/run.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;
using gapura::test::TemporaryFolder;

CommandRun shell(const std::string& script) {
  CommandRun command;
  command.command = {"/bin/sh", "-c", script};
  return command;
}
CommandResult result_of(CommandRun command) {
  net::io_context loop;
  auto outcome = run(loop, run_command(std::move(command)));
  const auto* failed = std::get_if<std::string>(&outcome);
  EXPECT_EQ(failed, nullptr) << *failed;
  return failed == nullptr ? std::get<CommandResult>(outcome) : CommandResult{};
}
bool has_no_children() {
  return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

TEST(Subprocess, GivesInputAndTakesBothOutputs) {
  CommandRun command = shell("cat; echo wrong >&2; exit 3");
  command.input = "some text";

  const CommandResult result = result_of(command);

  EXPECT_EQ(result.output, "some text");
  EXPECT_EQ(result.errors, "wrong\n");
  EXPECT_EQ(result.status.shown(), "exit code 3");
  EXPECT_FALSE(result.status.is_success());
  EXPECT_TRUE(has_no_children());
}

TEST(Subprocess, GivesItsArgumentsToNoShell) {
  CommandRun command;
  command.command = {"echo", "$HOME;", "`id`", "a b"};

  EXPECT_EQ(result_of(command).output, "$HOME; `id` a b\n");
}

TEST(Subprocess, LosesNothingOfMuchOutputAndSurvivesInputThatNobodyReads) {
  CommandRun command = shell("head -c 300000 /dev/zero | tr '\\0' x");
  command.input = std::string(200'000, 'i');

  const CommandResult result = result_of(command);

  EXPECT_EQ(result.output, std::string(300'000, 'x'));
  EXPECT_TRUE(result.status.is_success());
  EXPECT_FALSE(result.was_too_much);
}

TEST(Subprocess, CutsOutputAboveItsLimit) {
  CommandRun command = shell("printf 12345; printf abcdef >&2");
  command.output_max = 5;
  command.errors_max = 3;
  CommandResult result = result_of(command);
  EXPECT_EQ(result.output, "12345");
  EXPECT_FALSE(result.was_too_much);
  EXPECT_EQ(result.errors, "abc");
  command.output_max = 4;
  result = result_of(command);
  EXPECT_EQ(result.output, "1234");
  EXPECT_TRUE(result.was_too_much);
}

TEST(Subprocess, RunsWithItsEnvironmentInItsFolder) {
  const TemporaryFolder folder;
  CommandRun command = shell("echo $GAPURA_A; pwd -P");
  command.environment = {{"GAPURA_A", "b c"}};
  command.folder = folder.path();

  EXPECT_EQ(result_of(command).output,
            "b c\n" + std::filesystem::canonical(folder.path()).string() + "\n");
}

TEST(Subprocess, DoesNotSpeakToSystemdForUs) {
  setenv("NOTIFY_SOCKET", "/run/x", 1);
  const CommandResult result = result_of(shell("echo \"<$NOTIFY_SOCKET>\""));
  unsetenv("NOTIFY_SOCKET");

  EXPECT_EQ(result.output, "<>\n");
}

TEST(Subprocess, SaysWhyItCannotBegin) {
  net::io_context loop;
  CommandRun command;
  command.command = {"/no/such/program"};

  const auto outcome = run(loop, run_command(command));

  ASSERT_TRUE(std::holds_alternative<std::string>(outcome));
  EXPECT_EQ(std::get<std::string>(outcome),
            "cannot start /no/such/program: No such file or directory");
  EXPECT_TRUE(has_no_children());
}

TEST(Subprocess, EndsOneThatIsTooSlow) {
  CommandRun command = shell("echo begun; exec sleep 1000");
  command.timeout = Milliseconds(50);

  const CommandResult result = result_of(command);

  EXPECT_TRUE(result.was_too_slow);
  EXPECT_EQ(result.status.shown(), "signal 15");
  EXPECT_TRUE(has_no_children());
}

TEST(Subprocess, KillsOneThatDoesNotListen) {
  CommandRun command = shell("trap '' TERM; while :; do sleep 0.05; done");
  command.timeout = Milliseconds(100);
  command.kill_after = Milliseconds(50);

  EXPECT_EQ(result_of(command).status.shown(), "signal 9");
}

TEST(Subprocess, LeavesNoGrandchildBehind) {
  const CommandResult result = result_of(shell("sleep 1000 & echo $!"));

  const pid_t grandchild = std::stoi(result.output);
  EXPECT_TRUE(test::eventually([&] {
    std::ifstream file("/proc/" + std::to_string(grandchild) + "/stat");
    std::string number, name, state;
    return !(file >> number >> name >> state) || state == "Z";  // nobody may collect it here
  }));
}

TEST(Subprocess, InheritsNoDescriptorNoMaskAndNoIgnoredSignal) {
  const test::Fd listener = test::listen_on_loopback();
  fcntl(listener.get(), F_SETFD, 0);                    // as somebody who forgot about it
  const auto pipe_before = ::signal(SIGPIPE, SIG_IGN);  // as the program does
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  const CommandResult result =
      result_of(shell("ls /proc/self/fd | wc -l; grep -E 'Sig(Blk|Ign)' /proc/self/status"));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGPIPE, pipe_before);

  // Standard input, output, error, and the folder that ls reads. 32 and 33 are glibc's own.
  EXPECT_EQ(result.output, "4\nSigBlk:\t0000000000000000\nSigIgn:\t0000000180000000\n");
}

TEST(Subprocess, DiesWithTheCoroutine) {
  {
    net::io_context loop;
    net::co_spawn(loop, run_command(shell("exec sleep 1000")), [](auto&&...) {});
    loop.run_one_for(std::chrono::milliseconds(10));
    ASSERT_FALSE(has_no_children());
  }
  EXPECT_TRUE(has_no_children());
}

TEST(Subprocess, KnowsTheLastLineThatSaysSomething) {
  CommandResult result;
  EXPECT_EQ(result.last_error(), "");
  result.errors = "\n \n";
  EXPECT_EQ(result.last_error(), "");
  result.errors = "one";
  EXPECT_EQ(result.last_error(), "one");
  result.errors = "one\n  two \r\n\n";
  EXPECT_EQ(result.last_error(), "two");
}

}  // namespace
}  // namespace gapura::autoscale
