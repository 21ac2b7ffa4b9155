// gapura completion: the scripts, and the answers that they ask for.
#include "app/cli/completion_verb.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "app/cli/completion.h"
#include "app/cli/json_view.h"
#include "app/cli/session.h"
#include "app/cli/verbs.h"

namespace gapura::app::cli {
namespace {

constexpr Milliseconds kPatience{2'000};  // somebody has pressed a key and waits

void add_matching(const std::string& word, const std::string& begun, std::string& out) {
  if (word.starts_with(begun)) out += word + "\n";
}

/// Names from the server; without one there are none, and no complaint in the middle of a line.
std::string asked_words(Session& session, const Completion& completion) {
  Call call;
  call.path = "/api/v1/services";
  call.timeout = kPatience;
  const Reply reply = session.remote().ask_now(std::move(call));
  const auto& services = list_in(reply.body, "services");
  const bool is_only = services.size() == 1;  // then its name may be left out
  std::string out;
  for (const auto& service : services) {
    const std::string name = text_in(service, "name");
    const bool wants_services = completion.ask == Completion::Ask::services;
    if (wants_services) add_matching(name, completion.begun, out);
    if (wants_services ? !is_only : name != completion.service) continue;
    for (const auto& target : list_in(service, "targets")) {
      add_matching(text_in(target, "id"), completion.begun, out);
    }
  }
  return out;
}

void complete(Session& session, const Completion& completion) {
  for (const std::string& word : completion.words) print(word + "\n");
  if (completion.ask == Completion::Ask::nothing) return;
  try {
    print(asked_words(session, completion));
  } catch (const Stop&) {
    throw Stop{ExitCode::unreachable, ""};
  }
}

void print_script(const std::string& shell) {
  const std::string script = completion_script(shell);
  if (script.empty()) throw Stop{ExitCode::usage, "completion takes one of bash, zsh and fish"};
  print(script);
}

}  // namespace

void add_completion_verb(CLI::App& app, ClientOptions& out) {
  const auto shell = std::make_shared<std::string>();
  add_verb(app, out, "completion", "print the script that has a shell complete this command",
           [shell](Session&) { print_script(*shell); })
      ->add_option("bash|zsh|fish", *shell)
      ->required();
}

ClientOptions completing(const CLI::App& app, const std::vector<std::string>& words) {
  const Completion completion = completion_of(app, words);
  ClientOptions options;
  for (std::size_t i = 0; i + 1 < completion.place.size(); i += 2) {
    const std::string& flag = completion.place[i];
    const std::string& value = completion.place[i + 1];
    if (flag == "--admin") {
      options.place.admin = value;
    } else {
      (flag == "--token-file" ? options.place.token_file : options.place.config_file) = value;
    }
  }
  options.verb = [completion](Session& session) { complete(session, completion); };
  return options;
}

}  // namespace gapura::app::cli
