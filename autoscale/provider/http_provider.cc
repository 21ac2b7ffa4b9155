#include "autoscale/provider/http_provider.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <ctime>
#include <utility>

#include "autoscale/net/url.h"
#include "autoscale/provider/json_path.h"
#include "base/ascii.h"
#include "base/log.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;
namespace json = boost::json;
using Kind = ProviderFault::Kind;

constexpr int kPagesMax = 100;
/// For so long what a creation has left undone is tried.
constexpr std::chrono::minutes kPatience{10};

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_ascii_digit);
}

Instance::State state_of(const std::map<std::string, std::string>& states,
                         const std::string& word) {
  for (const auto& [theirs, ours] : states) {
    if (!iequals(theirs, word)) continue;
    if (ours == "running") return Instance::State::running;
    if (ours == "stopped") return Instance::State::stopped;
    if (ours == "failed") return Instance::State::failed;
  }
  return Instance::State::pending;
}

/// The first such call of `create` makes the instance.
bool is_making(const conf::HttpStep& step) {
  return step.method != "GET";
}

/// What is to be deleted and is not there is as good as deleted.
bool was_deleted(const conf::HttpStep& step, const ProviderFault* failed) {
  return failed != nullptr && failed->kind == Kind::not_found && step.method == "DELETE";
}

Words words_of(const std::string& prefix, const Instance& instance) {
  return {{"prefix", prefix},
          {"name", instance.name},
          {"id", instance.id},
          {"address", instance.address}};
}

}  // namespace

std::int64_t unix_time(const std::string& text) {
  if (is_digits(text)) {
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
  }
  std::tm parts{};
  std::string date = text;
  if (date.size() > 10 && date[10] == 'T') date[10] = ' ';
  return strptime(date.c_str(), "%Y-%m-%d %H:%M:%S", &parts) == nullptr ? 0 : timegm(&parts);
}

HttpInstances::HttpInstances(conf::HttpProvider config, std::string name_prefix, Words secrets,
                             std::filesystem::path creations, Milliseconds pause)
    : config_(std::move(config)),
      prefix_(std::move(name_prefix)),
      api_(config_, std::move(secrets), pause),
      creations_(std::make_shared<Creations>(std::move(creations))) {}

const HttpInstances::Steps* HttpInstances::steps(const std::string& operation) const {
  const auto found = config_.operations.find(operation);
  return found == config_.operations.end() || found->second.empty() ? nullptr : &found->second;
}

Instance HttpInstances::instance_of(const json::value& item) const {
  const auto field = [&](const char* name) {
    const auto path = config_.fields.find(name);
    if (path == config_.fields.end()) return std::string();
    const Words words(config_.variables.begin(), config_.variables.end());
    return text_at(item, expand(path->second, words, Escape::none));
  };
  Instance out;
  out.id = field("id");
  out.name = field("name");
  // Docker writes "/name".
  if (out.name.starts_with('/')) out.name.erase(0, 1);
  out.state = state_of(config_.states, field("state"));
  out.address = field("address");
  const std::string port = field("port");
  std::from_chars(port.data(), port.data() + port.size(), out.port);
  out.created_s = unix_time(field("createdAt"));
  return out;
}

/// What is wrong with the answer; else its instances of ours are added.
std::optional<std::string> HttpInstances::take(const json::value& answer, const Steps& from,
                                               std::vector<Instance>& out) const {
  const json::value* items = autoscale::find(answer, from.front().items);
  if (items == nullptr || !items->is_array()) {
    const std::string& path = from.front().items;
    return "the list of instances is not where operations.list.items says: " +
           (path.empty() ? "the answer itself is none" : path);
  }
  for (const json::value& item : items->as_array()) {
    Instance one = instance_of(item);
    if (!conf::is_own_name(prefix_, one.name)) continue;
    if (one.id.empty()) return "an instance " + one.name + " has no id where fields.id says";
    out.push_back(std::move(one));
  }
  return std::nullopt;
}

/// The URL of the page that follows; empty: this was the last.
std::string HttpInstances::next_page(const json::value& answer, const conf::HttpStep& step) const {
  const std::string next = step.next.empty() ? "" : text_at(answer, step.next);
  if (next.empty() || !is_digits(next) || step.page.empty()) return next;
  const std::string url = api_.url_of(step, Words{{"prefix", prefix_}});
  return url + (url.find('?') == std::string::npos ? "?" : "&") + step.page + "=" + next;
}

net::awaitable<Outcome<std::vector<Instance>>> HttpInstances::pages() {
  const Steps& list = *steps("list");
  const conf::HttpStep& step = list.front();
  const Words words{{"prefix", prefix_}};
  const auto first = Url::parse(api_.url_of(step, words), nullptr);
  std::vector<Instance> out;
  std::string url;
  for (int page = 0; page < kPagesMax; ++page) {
    const Outcome<json::value> answer = co_await api_.call(step, words, url);
    if (const auto* failed = std::get_if<ProviderFault>(&answer)) {
      // Whatever a list answers, it never means that there is nothing.
      ProviderFault told = *failed;
      if (told.kind == Kind::not_found) told.kind = Kind::refused;
      co_return told;
    }
    const auto& body = std::get<json::value>(answer);
    if (auto wrong = take(body, list, out)) co_return fault(Kind::refused, *wrong);
    std::string next = next_page(body, step);
    if (next.empty()) co_return out;
    const auto parsed = Url::parse(next, nullptr);
    if (!parsed || !first || !parsed->is_same_server(*first) || next == url) {
      co_return fault(Kind::refused,
                      "operations.list.next leads nowhere, or to another server, which is not to "
                      "get the secrets");
    }
    url = std::move(next);
  }
  co_return fault(Kind::refused, "the list of instances has more than 100 pages");
}

/// By `get`, for APIs whose list does not say addresses. It is asked again until there is one.
net::awaitable<void> HttpInstances::look_up_address(Instance& instance) {
  const Steps* get = steps("get");
  if (get == nullptr || !instance.address.empty() || instance.state != Instance::State::running) {
    co_return;
  }
  if (const auto known = addresses_.find(instance.id); known != addresses_.end()) {
    instance.address = known->second;
    co_return;
  }
  Words words = words_of(prefix_, instance);
  words.erase("address");
  for (const conf::HttpStep& step : *get) {
    const Outcome<json::value> answer = co_await api_.call(step, words);
    const auto* body = std::get_if<json::value>(&answer);
    if (body == nullptr || find_words(step, *body, words)) co_return;
    const json::value* item = autoscale::find(*body, step.item);
    if (item != nullptr) instance.address = instance_of(*item).address;
  }
  if (words.contains("address")) instance.address = words["address"];
  if (!instance.address.empty()) addresses_[instance.id] = instance.address;
}

net::awaitable<Outcome<std::vector<Instance>>> HttpInstances::list() {
  Outcome<std::vector<Instance>> outcome = co_await pages();
  auto* const listed = std::get_if<std::vector<Instance>>(&outcome);
  if (listed == nullptr) co_return outcome;
  for (Instance& one : *listed) co_await look_up_address(one);
  std::erase_if(addresses_, [&](const auto& known) {
    return std::ranges::find(*listed, known.first, &Instance::id) == listed->end();
  });
  const std::vector<std::string> names = creations_->waiting();
  for (const std::string& name : names) co_await go_on(name, *listed);
  co_return outcome;
}

std::optional<ProviderFault> HttpInstances::find_words(const conf::HttpStep& step,
                                                       const json::value& answer,
                                                       Words& words) const {
  const Words own(config_.variables.begin(), config_.variables.end());
  for (const auto& [word, path] : step.find) {
    const std::string real = expand(expand(path, own, Escape::none), words, Escape::none);
    std::string found = text_at(answer, real);
    if (found.empty()) {
      return fault(Kind::unreachable, "there is no " + word + " at " + real + " in the answer yet");
    }
    words[word] = std::move(found);
  }
  return std::nullopt;
}

net::awaitable<Outcome<Instance>> HttpInstances::create(std::string name) {
  const Steps& calls = *steps("create");
  Creations::Making making(creations_, name);
  Instance made;
  made.name = name;
  Words words{{"prefix", prefix_}, {"name", name}};
  bool is_made = false;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const conf::HttpStep& step = calls[i];
    const bool makes = !is_made && is_making(step);
    const bool is_last = i + 1 == calls.size();
    // Before it is made: should we end meanwhile, whoever finds it in a list knows what is left.
    if (makes && !is_last) making.remember({.next = i + 1, .words = words});
    const Outcome<json::value> answer = co_await api_.call(step, words);
    const auto* failed = std::get_if<ProviderFault>(&answer);
    std::optional<ProviderFault> missing;
    if (failed == nullptr) {
      const auto& body = std::get<json::value>(answer);
      const json::value* item = makes ? autoscale::find(body, step.item) : nullptr;
      if (item != nullptr) made = instance_of(*item);
      made.name = name;
      missing = find_words(step, body, words);
      is_made = is_made || makes;
      if (words.contains("id")) made.id = words["id"];
      if (is_made) words.insert_or_assign("id", made.id);
      if (is_made) words.insert_or_assign("address", made.address);
      if (is_made && !missing && !is_last) making.remember({.next = i + 1, .words = words});
      // The calls that follow need it: list() says it, and they are made then.
      if (is_made && !missing && !is_last && made.id.empty()) co_return made;
      if (!missing) continue;
      failed = &*missing;
    }
    // Nobody knows whether it was made: should it turn up in a list, the rest is done then.
    const bool is_unknown = makes && failed->kind == Kind::unreachable && !missing;
    // The call that made it is not made again, whatever its answer lacked.
    if (is_made && makes && is_last) {
      making.forget();
    } else if (is_made) {
      making.remember({.next = makes ? i + 1 : i, .words = words});
    }
    if (!is_made && !(is_unknown && !is_last)) making.forget();
    if (!is_made) co_return *failed;
    log::warn("{} is made, but not all that belongs to it is done; trying again: {}", name,
              failed->message);
    co_return made;
  }
  making.forget();
  co_return made;
}

/// Makes the calls that are left for `name`, now that it is known what is there.
net::awaitable<void> HttpInstances::go_on(std::string name, const std::vector<Instance>& listed) {
  const auto here = std::ranges::find(listed, name, &Instance::name);
  std::optional<Creations::Rest> rest = creations_->rest_of(name);
  if (!rest) co_return;
  Creations::Making making(creations_, name);  // a second list() meanwhile must not do the same
  const Steps& calls = *steps("create");
  std::string why = "it is not listed";
  if (here != listed.end()) {
    why.clear();
    rest->words.insert_or_assign("id", here->id);
    rest->words.insert_or_assign("address", here->address);
  }
  // The calls may be others than when it was begun; what is there must not be made once more.
  const auto maker = std::ranges::find_if(calls, is_making);
  if (why.empty() && std::cmp_less_equal(rest->next, maker - calls.begin())) {
    why = "operations.create was changed since it was begun";
  }
  while (why.empty() && rest->next < calls.size()) {
    const conf::HttpStep& step = calls[rest->next];
    const Outcome<json::value> answer = co_await api_.call(step, rest->words);
    const auto* failed = std::get_if<ProviderFault>(&answer);
    std::optional<ProviderFault> missing;
    if (failed == nullptr) missing = find_words(step, std::get<json::value>(answer), rest->words);
    if (missing) failed = &*missing;
    if (failed != nullptr && !was_deleted(step, failed)) why = failed->message;
    if (why.empty()) ++rest->next;
  }
  // Somebody may have removed it while we asked.
  if (!creations_->rest_of(name)) co_return;
  const bool is_given_up = !why.empty() && Clock::now() - rest->since > kPatience;
  if (!why.empty() && !is_given_up) co_return making.remember(*std::move(rest));
  making.forget();
  // It may never have been made, and then there was nothing to do.
  if (is_given_up && here != listed.end()) {
    log::error("{}: what belongs to its creation was not done in {} minutes and is given up: {}",
               name, kPatience.count(), why);
  }
}

net::awaitable<Outcome<Done>> HttpInstances::operate(std::string operation, Instance instance) {
  const Steps* calls = steps(operation);
  if (calls == nullptr) co_return fault(Kind::refused, "operations." + operation + " is not given");
  if (instance.id.empty()) {
    co_return fault(Kind::unreachable, "the id of " + instance.name + " is not known yet");
  }
  Words words = words_of(prefix_, instance);
  for (std::size_t i = 0; i < calls->size(); ++i) {
    const conf::HttpStep& step = (*calls)[i];
    const Outcome<json::value> answer = co_await api_.call(step, words);
    const auto* failed = std::get_if<ProviderFault>(&answer);
    // An earlier try may have come so far: only the last call says that the instance is gone.
    if (was_deleted(step, failed) && i + 1 < calls->size()) continue;
    if (failed != nullptr) co_return *failed;
    if (auto missing = find_words(step, std::get<json::value>(answer), words)) co_return *missing;
  }
  co_return Done{};
}

net::awaitable<Outcome<Done>> HttpInstances::remove(Instance instance) {
  creations_->forget(instance.name);
  return operate("remove", std::move(instance));
}

bool HttpInstances::can_stop() const noexcept {
  return steps("start") != nullptr && steps("stop") != nullptr;
}

net::awaitable<Outcome<Done>> HttpInstances::start(Instance instance) {
  return operate("start", std::move(instance));
}

net::awaitable<Outcome<Done>> HttpInstances::stop(Instance instance) {
  return operate("stop", std::move(instance));
}

std::string HttpInstances::describe_create(const std::string& name) const {
  std::string out;
  const Words words{{"prefix", prefix_}, {"name", name}, {"id", "ID"}, {"address", "ADDRESS"}};
  for (const conf::HttpStep& step : *steps("create")) {
    out += (out.empty() ? "" : "\n") + api_.describe(step, words);
  }
  return out;
}

}  // namespace gapura::autoscale
