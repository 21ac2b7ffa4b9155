#include "conf/http_provider_check.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/ascii.h"
#include "conf/nearest.h"
#include "conf/placeholders.h"

namespace gapura::conf {
namespace {

using Words = std::set<std::string, std::less<>>;

constexpr std::array<std::string_view, 4> kBuiltIn{"name", "prefix", "id", "address"};
constexpr std::array<std::string_view, 6> kOperations{"list", "create", "remove",
                                                      "get",  "start",  "stop"};
constexpr std::array<std::string_view, 6> kFieldNames{"id",      "name", "state",
                                                      "address", "port", "createdAt"};
constexpr std::array<std::string_view, 4> kStates{"pending", "running", "stopped", "failed"};
/// Header fields that hold secrets, as APIs call them.
constexpr std::array<std::string_view, 8> kSecretHeaders{
    "authorization", "apikey",        "api-key", "x-api-key",
    "x-auth-token",  "private-token", "cookie",  "x-auth-key"};
constexpr std::array<std::string_view, 5> kSecretWords{"token", "secret", "password", "apikey",
                                                       "api_key"};

bool is_one_of(std::span<const std::string_view> all, std::string_view word) {
  return std::ranges::any_of(all, [&](std::string_view one) { return iequals(one, word); });
}

bool holds_secret(const HttpProvider& http, const std::string& text) {
  return std::ranges::any_of(placeholders_of(text),
                             [&](const std::string& word) { return http.secrets.contains(word); });
}

/// What the operation's calls may refer to before its first one.
Words words_for(const HttpProvider& http, const std::string& operation) {
  Words words;
  for (const auto& [name, value] : http.variables) words.insert(name);
  for (const auto& [name, value] : http.secrets) words.insert(name);
  words.insert("prefix");
  if (operation == "list") return words;
  words.insert("name");
  if (operation == "create") return words;
  words.insert({"id", "address"});
  return words;
}

class Check {
 public:
  explicit Check(const HttpProvider& http) : http_(http) {}

  std::vector<std::string> run() {
    names();
    for (const auto& [name, steps] : http_.operations) operation(name, steps);
    for (const std::string_view needed : {"list", "create", "remove"}) {
      if (!http_.operations.contains(std::string(needed))) {
        say("operations." + std::string(needed) + " is missing; write its call, or name a preset");
      }
    }
    for (const std::string_view needed : {"id", "name", "state"}) {
      if (!http_.fields.contains(std::string(needed))) {
        say("fields." + std::string(needed) + " is missing: where in an instance it stands");
      }
    }
    for (const auto& [name, path] : http_.fields) text(path, words_for(http_, "list"));
    headers(http_.headers);
    return std::move(faults_);
  }

 private:
  void say(std::string fault) {
    if (std::ranges::find(faults_, fault) == faults_.end()) faults_.push_back(std::move(fault));
  }

  void known(const std::string& word, std::span<const std::string_view> all, const char* where) {
    if (std::ranges::find(all, word) != all.end()) return;
    say(std::string(where) + ": " + in_quotes(word) + " is none; there are " + listed(all) +
        did_you_mean(word, all));
  }

  void names() {
    for (const auto& [name, path] : http_.fields) known(name, kFieldNames, "fields");
    for (const auto& [word, state] : http_.states) known(state, kStates, "states");
    for (const auto& [name, steps] : http_.operations) known(name, kOperations, "operations");
    for (const auto& [name, value] : http_.variables) {
      own_name(name);
      if (!placeholders_of(value).empty()) {
        say("variables." + name + " holds a placeholder itself; write it out");
      }
      if (is_one_of(kSecretWords, name)) {
        say("variables." + name + " is named like a secret; write it below secrets, with its file");
      }
      if (http_.secrets.contains(name)) say(in_quotes(name) + " is a variable and a secret too");
    }
    for (const auto& [name, source] : http_.secrets) own_name(name);
  }

  void own_name(const std::string& name) {
    if (is_one_of(kBuiltIn, name)) say("{{" + name + "}} is built in; choose another name");
    if (placeholders_of("{{" + name + "}}").empty()) {
      say(in_quotes(name) + " is no name for a placeholder: letters, digits, '_' and '-'");
    }
  }

  void text(const std::string& text, const Words& words) {
    for (const std::string& word : placeholders_of(text)) {
      if (words.contains(word)) continue;
      say("{{" + word + "}} has no value" +
          (is_one_of(kBuiltIn, word) ? std::string(" in this operation")
                                     : "; write it below variables, or secrets if it is one"));
    }
  }

  void headers(const std::vector<std::pair<std::string, std::string>>& fields) {
    for (const auto& [name, value] : fields) {
      text(value, words_for(http_, "list"));
      if (is_one_of(kSecretHeaders, name) && !holds_secret(http_, value)) {
        say("headers." + name + " holds a secret that stands in the YAML; write it into a file, " +
            "name that below secrets, and refer to it as {{token}}");
      }
    }
  }

  void operation(const std::string& name, const std::vector<HttpStep>& steps) {
    Words words = words_for(http_, name);
    if (steps.empty()) say("operations." + name + " makes no call");
    if (name == "list" && steps.size() > 1) say("operations.list is one call, in pages");
    for (const HttpStep& step : steps) {
      text(step.url, words);
      if (step.url.empty()) say("operations." + name + ": url is missing");
      if (!step.form.empty() && !step.json.empty()) {
        say("operations." + name + " has a form and json; one body is sent");
      }
      for (const auto& [field, value] : step.form) text(value, words);
      text(step.json, words);
      for (const auto& [word, path] : step.find) {
        text(path, words);
        words.insert(word);
      }
      // What follows the call that makes an instance knows it.
      if (name == "create") words.insert({"id", "address"});
    }
  }

  const HttpProvider& http_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> faults_of(const HttpProvider& http) {
  return Check(http).run();
}

}  // namespace gapura::conf
