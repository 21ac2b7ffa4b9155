#include "app/port_holder.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/patience.h"
#include "tests/support/sockets.h"

namespace gapura::app {
namespace {

using testing::HasSubstr;

/// A child process that holds the listener until the test ends.
class Holder {
 public:
  explicit Holder([[maybe_unused]] test::Fd listener) : pid_(::fork()) {
    if (pid_ != 0) return;  // the parent closes its copy of the listener
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "port-sitter");
    for (;;) ::pause();
  }
  ~Holder() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

TEST(PortHolder, NamesTheProcessThatListens) {
  test::Fd listener = test::listen_on_loopback();
  const std::uint16_t port = test::local_port(listener);
  const Holder holder(std::move(listener));

  // The name is set by the child itself, a moment later.
  ASSERT_TRUE(test::eventually([&] {
    const auto found = find_port_holder(port);
    return found && found->name == "port-sitter";
  }));
  EXPECT_EQ(find_port_holder(port)->pid, holder.pid());
  EXPECT_EQ(explain_bind_failure("entry point \"web\"", {"127.0.0.1", port}, EADDRINUSE),
            "entry point \"web\" cannot listen on 127.0.0.1:" + std::to_string(port) + ": port " +
                std::to_string(port) + " is held by port-sitter (pid " +
                std::to_string(holder.pid()) + "); stop it or choose another address");
}

TEST(PortHolder, SuspectsRedirectionWhenNobodyListens) {
  std::uint16_t port = 0;
  const test::Fd bound = test::refused_port(port);

  EXPECT_FALSE(find_port_holder(port));
  const std::string text = explain_bind_failure("x", {"", port}, EADDRINUSE);
  EXPECT_THAT(text, HasSubstr("iptables"));
  EXPECT_THAT(text, HasSubstr("nftables"));
  EXPECT_THAT(text, HasSubstr("Kubernetes"));
}

TEST(PortHolder, DoesNotBlameItself) {
  const test::Fd listener = test::listen_on_loopback();

  EXPECT_FALSE(find_port_holder(test::local_port(listener)));
}

TEST(PortHolder, SaysHowToListenBelow1024WithoutRoot) {
  const std::string text = explain_bind_failure("entry point \"web\"", {"", 80}, EACCES);

  EXPECT_THAT(text, HasSubstr("cannot listen on :80"));
  EXPECT_THAT(text, HasSubstr("setcap cap_net_bind_service=+ep"));
  EXPECT_THAT(text, HasSubstr("systemd"));
  EXPECT_THAT(text, HasSubstr("above 1023"));
}

TEST(PortHolder, SaysThatAnAddressIsNotLocal) {
  EXPECT_THAT(explain_bind_failure("x", {"192.0.2.1", 80}, EADDRNOTAVAIL),
              HasSubstr("no interface of this machine has the address 192.0.2.1"));
}

TEST(PortHolder, BracketsIPv6) {
  EXPECT_EQ(to_string(conf::ListenAddress{"::1", 80}), "[::1]:80");
  EXPECT_EQ(to_string(conf::ListenAddress{"", 80}), ":80");
}

}  // namespace
}  // namespace gapura::app
