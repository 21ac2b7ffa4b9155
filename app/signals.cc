#include "app/signals.h"

#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>

#include "base/log.h"

namespace gapura::app {

Signals::Signals(Actions actions)
    : actions_(std::move(actions)), set_(loop_, SIGTERM, SIGINT, SIGHUP) {
  set_.add(SIGUSR1);
  std::signal(SIGPIPE, SIG_IGN);
  // A file that may not grow (ulimit -f) is a write that fails, and no end of the process.
  std::signal(SIGXFSZ, SIG_IGN);
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
  const char* name = signal == SIGTERM ? "SIGTERM" : "SIGINT";
  if (std::exchange(is_stopping_, true)) stop_at_once(signal, name);
  log::info("{}: stopping; send it again to stop at once", name);
  actions_.stop();
}

/// At once means without destructors too: threads still run, and the user has asked twice.
void Signals::stop_at_once(int signal, const char* name) {
  ::alarm(1);  // ends the process should the log be stuck, behind a pipe that nobody reads say
  log::write_now(log::Level::warn, std::string(name) + " again: stopping at once");
  if (actions_.at_once) actions_.at_once();
  ::alarm(0);  // the end itself may take its time, under the thread sanitizer a whole second
  ::_exit(128 + signal);
}

}  // namespace gapura::app
