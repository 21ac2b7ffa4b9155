/// What a verb works with: the server it asks, and the terminal it answers on. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cli/remote.h"
#include "app/cli/screen.h"
#include "app/options.h"

namespace gapura::app::cli {

class Session {
 public:
  /// Both must outlive it.
  Session(const ClientOptions& options, const Environment& environment)
      : options_(options),
        environment_(environment),
        output_(Screen::of(1, environment)),
        errors_(Screen::of(2, environment)) {}

  /// The admin API; throws Stop (unreachable) when its place is not known.
  const Remote& remote();
  /// The static configuration here; throws Stop (failed) when it is broken.
  Installation installation() const;

  /// The good reply; throws Stop otherwise, after having printed a refusal's JSON with --json.
  Reply ask(Call call);
  /// ask() of a GET.
  Reply get(std::string path);
  /// Throws as ask() does unless the reply is good.
  void require_good(const Reply& reply);

  /// `given`, or the only service that there is; throws Stop (usage) when there are others.
  std::string service_or_only(const std::string& given);

  /// With --json the answer as it came, else nothing. Whether it was printed.
  bool print_json(const Reply& reply) const;
  bool is_json() const noexcept { return options_.is_json; }
  const ClientOptions& options() const noexcept { return options_; }
  const Screen& output() const noexcept { return output_; }  ///< standard output
  const Screen& errors() const noexcept { return errors_; }  ///< standard error

 private:
  const ClientOptions& options_;
  const Environment& environment_;
  const Screen output_, errors_;
  std::optional<Remote> remote_;
};

/// To standard output, at once.
void print(const std::string& text);

}  // namespace gapura::app::cli
