#include "app/signals.h"

#include <unistd.h>

#include <csignal>
#include <utility>

#include "base/log.h"

namespace gapura::app {

Signals::Signals(Actions actions)
    : actions_(std::move(actions)), set_(loop_, SIGTERM, SIGINT, SIGHUP) {
  set_.add(SIGUSR1);
  std::signal(SIGPIPE, SIG_IGN);
  wait();
  thread_ = std::thread([this] { loop_.run(); });
}

Signals::~Signals() {
  loop_.stop();
  thread_.join();
}

void Signals::wait() {
  set_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    act(signal);
    wait();
  });
}

void Signals::act(int signal) {
  switch (signal) {
    case SIGHUP: actions_.reload(); return;
    case SIGUSR1: actions_.reopen(); return;
    default: break;
  }
  // At once means without destructors too: threads still run, and the user has asked twice.
  if (std::exchange(is_stopping_, true)) ::_exit(128 + signal);
  log::info("{}: stopping; send it again to stop at once",
            signal == SIGTERM ? "SIGTERM" : "SIGINT");
  actions_.stop();
}

}  // namespace gapura::app
