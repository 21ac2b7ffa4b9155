/// Waits of --wait: a call that lasts, or a state that comes, with one line on a terminal that says
/// how it goes. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/cli/session.h"
#include "base/clock.h"

namespace gapura::app::cli {

/// What the progress line says of a target's description, and whether the wait is over.
struct Progress {
  std::string line;
  bool is_over = false;
};
using Judge = std::function<Progress(const Reply& target)>;

/// Makes `call`, which answers when its work is done, and meanwhile shows what `path` says of it.
Reply call_with_progress(Session& session, Call call, const std::string& path, const Judge& judge);

/// Asks for `path` until `judge` says that it is over. Throws Stop (timed_out) after `timeout`;
/// without one it waits as long as it takes. The last reply.
Reply wait_until(Session& session, const std::string& path, std::optional<Milliseconds> timeout,
                 const Judge& judge);

}  // namespace gapura::app::cli
