#include <cstdio>
#include <exception>
#include <string>
#include <variant>
#include <vector>

#include "app/cli/verbs.h"
#include "app/commands.h"
#include "app/demo/demo.h"
#include "app/demo/demo_service.h"
#include "app/options.h"
#include "app/simulate_command.h"

namespace {

int run(const gapura::app::Options& options) {
  using Verb = gapura::app::Options::Verb;
  switch (options.verb) {
    case Verb::check: return gapura::app::check(options);
    case Verb::provider_check: return gapura::app::provider_check(options);
    case Verb::demo: return gapura::app::demo(options);
    case Verb::demo_service: return gapura::app::demo_service(options.port);
    case Verb::simulate: return gapura::app::simulate(options);
    case Verb::client:
      return gapura::app::cli::run(options.client, gapura::app::process_environment());
    case Verb::serve: break;
  }
  return gapura::app::serve(options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const auto result = gapura::app::parse_options(arguments, gapura::app::process_environment());
    if (const auto* exit = std::get_if<gapura::app::Exit>(&result)) {
      std::fputs(exit->text.c_str(), exit->code == 0 ? stdout : stderr);
      return exit->code;
    }
    return run(std::get<gapura::app::Options>(result));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gapura: %s\n", error.what());
    return 70;  // EX_SOFTWARE
  }
}
