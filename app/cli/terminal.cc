#include "app/cli/terminal.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace gapura::app::cli {
namespace {

// Of xterm, and of all that stand in for it: another screen, cursor hidden; and back.
constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr const char* kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l";

void write_now(const char* text) {
  std::fputs(text, stdout);
  std::fflush(stdout);
}

Key key_of_letter(char letter) noexcept {
  switch (letter) {
    case 'k': return Key::up;
    case 'j': return Key::down;
    case 'g': return Key::home;
    case 'G': return Key::end;
    case 'q': return Key::quit;
    case 'd': return Key::drain;
    case 'u': return Key::undrain;
    case 's': return Key::sort;
    case 'y': return Key::yes;
    default: return Key::other;
  }
}

/// Of "\x1b[A" and "\x1b[5~": what stands between the bracket and the end, the end included.
Key key_of_sequence(std::string_view sequence) noexcept {
  if (sequence == "A") return Key::up;
  if (sequence == "B") return Key::down;
  if (sequence == "5~") return Key::page_up;
  if (sequence == "6~") return Key::page_down;
  if (sequence == "H" || sequence == "1~") return Key::home;
  if (sequence == "F" || sequence == "4~") return Key::end;
  return Key::other;
}

}  // namespace

bool Terminal::is_there() noexcept {
  return ::isatty(0) == 1 && ::isatty(1) == 1;
}

int Terminal::keys_descriptor() {
  const int keys = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  if (keys >= 0 && ::epoll_ctl(keys, EPOLL_CTL_ADD, 0, &wanted) == 0) return keys;
  throw std::system_error(errno, std::generic_category(), "keys cannot be waited for");
}

Terminal::Terminal() {
  ::tcgetattr(0, &before_);
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  // ISIG stays, so that Ctrl-C is SIGINT; to be stopped in the middle of a screen is no use.
  raw.c_cc[VSUSP] = _POSIX_VDISABLE;
  raw.c_cc[VQUIT] = _POSIX_VDISABLE;  // its signal would leave the screen as it is
  ::tcsetattr(0, TCSANOW, &raw);
  write_now(kEnter);
}

Terminal::~Terminal() {
  write_now(kLeave);
  ::tcsetattr(0, TCSAFLUSH, &before_);  // keys that nobody read are not the shell's
}

std::optional<Key> take_key(std::string_view& bytes) noexcept {
  if (bytes.empty()) return std::nullopt;
  const char first = bytes.front();
  bytes.remove_prefix(1);
  if (first != '\x1b' || bytes.empty() || (bytes.front() != '[' && bytes.front() != 'O')) {
    return key_of_letter(first);
  }
  bytes.remove_prefix(1);
  std::size_t end = 0;
  while (end < bytes.size() && (bytes[end] < '@' || bytes[end] > '~')) ++end;
  const std::string_view sequence = bytes.substr(0, end + 1);
  bytes.remove_prefix(sequence.size());
  return key_of_sequence(sequence);
}

}  // namespace gapura::app::cli
