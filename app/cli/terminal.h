/// The terminal while a program draws on all of it: raw keys, another screen, no cursor. Made and
/// destroyed on one thread; whatever ends the scope gives the terminal back as it was.
#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <string_view>

namespace gapura::app::cli {

class Terminal {
 public:
  /// Standard input and output must both be terminals.
  Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  static bool is_there() noexcept;  ///< standard input and output are terminals

  /// A new descriptor that is readable while standard input is; the caller closes it. A loop must
  /// not have standard input itself: it would make it non-blocking, for the shell as well.
  static int keys_descriptor();

 private:
  termios before_{};
};

/// One key that was pressed.
enum class Key { up, down, page_up, page_down, home, end, quit, drain, undrain, sort, yes, other };

/// Takes the first key off `bytes`, which may hold several; nothing when it is empty. Arrows come
/// as escape sequences; an unknown one is one `other`.
std::optional<Key> take_key(std::string_view& bytes) noexcept;

}  // namespace gapura::app::cli
