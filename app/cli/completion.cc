#include "app/cli/completion.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace gapura::app::cli {
namespace {

using Ask = Completion::Ask;

/// What a verb takes as its arguments, which the parser does not know.
struct Arguments {
  const char* verb;
  std::vector<std::string> words;  ///< that may stand anywhere among them
  std::vector<Ask> asked;          ///< for the first, the second
};

const std::vector<Arguments>& arguments_of_verbs() {
  static const std::vector<Arguments> kAll{
      {"targets", {}, {Ask::services}},
      {"drain", {}, {Ask::services, Ask::targets}},
      {"undrain", {}, {Ask::services, Ask::targets}},
      {"remove", {}, {Ask::services, Ask::targets}},
      {"add", {}, {Ask::services}},
      {"scale", {"auto"}, {Ask::services}},
      {"autoscale",
       {"show", "pause", "resume", "mode", "off", "observe", "up_only", "on"},
       {Ask::services}},
      {"explain", {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, {}},
      {"token", {"show", "path", "rotate"}, {}},
      {"completion", {"bash", "zsh", "fish"}, {}},
      {"provider", {"check"}, {}}};
  return kAll;
}

bool takes_value(const CLI::App& verb, const std::string& flag) {
  const CLI::Option* option = verb.get_option_no_throw(flag);
  return option != nullptr && option->get_items_expected_min() > 0;
}

void add_flags(const CLI::App& verb, Completion& out) {
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) out.words.push_back("--" + name);
    if (!option->get_lnames().empty()) continue;
    for (const std::string& name : option->get_snames()) out.words.push_back("-" + name);
  }
}

void add_verbs_of(const CLI::App& app, Completion& out) {
  for (const CLI::App* verb : app.get_subcommands({})) out.words.push_back(verb->get_name());
}

/// The verb of that name; the program itself, which takes no words, when there is none.
const CLI::App* verb_of(const CLI::App& app, const std::string& name) {
  for (const CLI::App* verb : app.get_subcommands({})) {
    if (verb->get_name() == name) return verb;
  }
  return &app;
}

bool is_place(const std::string& flag) {
  return flag == "--admin" || flag == "--configFile" || flag == "-c" || flag == "--token-file";
}

/// What is written before the cursor.
struct Written {
  const CLI::App* verb = nullptr;
  std::vector<std::string> arguments;  ///< of the verb, without flags
  bool awaits_value = false;           ///< the last word is a flag that wants one
};

Written read_written(const CLI::App& app, const std::vector<std::string>& words, Completion& out) {
  Written written;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    const CLI::App& parser = written.verb == nullptr ? app : *written.verb;
    if (word.starts_with("-")) {
      if (!takes_value(parser, word)) continue;
      written.awaits_value = i + 2 >= words.size();
      if (!written.awaits_value && is_place(word)) {
        out.place.insert(out.place.end(), {word, words[i + 1]});
      }
      ++i;
    } else if (written.verb == nullptr) {
      written.verb = verb_of(app, word);
    } else {
      written.arguments.push_back(word);
    }
  }
  return written;
}

}  // namespace

Completion completion_of(const CLI::App& app, const std::vector<std::string>& words) {
  Completion out;
  if (words.empty()) return out;
  out.begun = words.back();
  const Written written = read_written(app, words, out);
  if (written.awaits_value) return out;  // a file or a value: the shell's own guess is better
  const CLI::App& parser = written.verb == nullptr ? app : *written.verb;
  if (out.begun.starts_with("-")) {
    add_flags(parser, out);
  } else if (written.verb == nullptr) {
    add_verbs_of(app, out);
  } else {
    for (const Arguments& one : arguments_of_verbs()) {
      if (parser.get_name() != one.verb) continue;
      out.words = one.words;
      const std::size_t place = written.arguments.size();
      if (place < one.asked.size()) out.ask = one.asked[place];
      if (!written.arguments.empty()) out.service = written.arguments.front();
    }
  }
  std::erase_if(out.words, [&](const std::string& word) { return !word.starts_with(out.begun); });
  return out;
}

std::string completion_script(const std::string& shell) {
  if (shell == "bash") {
    return R"sh(# bash completion for gapura; load it with: source <(gapura completion bash)
_gapura() {
  # From the line, because bash takes the colons of 10.0.0.7:3000 for the ends of words.
  local line=${COMP_LINE:0:COMP_POINT} words word
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  word=${words[-1]}
  mapfile -t COMPREPLY < <("${words[0]}" __complete "${words[@]:1}" 2> /dev/null)
  # What bash holds for the word begins after its last colon.
  [[ $word == *:* ]] && COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
  return 0
}
complete -o default -F _gapura gapura
)sh";
  }
  if (shell == "zsh") {
    return R"sh(#compdef gapura
# zsh completion for gapura; load it with: source <(gapura completion zsh)
_gapura() {
  local -a found
  found=("${(@f)$(${words[1]} __complete "${(@)words[2,CURRENT]}" 2> /dev/null)}")
  if [[ -n ${found[1]} ]]; then compadd -a found; else _files; fi
}
compdef _gapura gapura
)sh";
  }
  if (shell != "fish") return {};
  return R"sh(# fish completion for gapura; load it with: gapura completion fish | source
function __gapura_words
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  gapura __complete $before[2..-1] "$current" 2> /dev/null
end
complete -c gapura -a '(__gapura_words)'
)sh";
}

}  // namespace gapura::app::cli
