#include "autoscale/provider/api.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>

#include "autoscale/net/url.h"
#include "base/async/as_result.h"
#include "conf/placeholders.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;
namespace json = boost::json;
using Kind = ProviderFault::Kind;

constexpr int kAttempts = 3;
constexpr std::size_t kQuotedMax = 200;

Kind kind_of(unsigned status) {
  if (status == 404 || status == 410) return Kind::not_found;
  if (status == 429) return Kind::rate_limited;
  const bool may_pass = status >= 500 || status == 408 || status == 409 || status == 425;
  return may_pass ? Kind::unreachable : Kind::refused;
}

bool is_expected(const conf::HttpStep& step, unsigned status) {
  if (step.expect.empty()) return status >= 200 && status < 300;
  return std::ranges::find(step.expect, status) != step.expect.end();
}

/// The beginning of what a server said, as one line.
std::string quoted(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  if (text.size() > kQuotedMax) text = text.substr(0, kQuotedMax) + "…";
  return text;
}

std::string shown_url(const std::string& text) {
  const auto url = Url::parse(text, nullptr);
  return url ? url->shown() : std::string("its URL");
}

}  // namespace

std::string Api::filled(const std::string& text, const Words& words, Escape escape) const {
  // The operator's own variables are parts of the text: "{{api}}/vm" begins with one.
  const Words own(config_.variables.begin(), config_.variables.end());
  Words values = words;
  values.insert(secrets_.begin(), secrets_.end());
  // One pass for these: what an API has said must not name a secret.
  const Escape own_escape = escape == Escape::url ? Escape::none : escape;
  return expand(expand(text, own, own_escape), values, escape);
}

std::string Api::missing_word(const conf::HttpStep& step, const Words& words) const {
  const auto has_value = [&](const std::string& word) {
    const auto found = words.find(word);
    return config_.variables.contains(word) || secrets_.contains(word) ||
           (found != words.end() && !found->second.empty());
  };
  std::string sent = step.url + '\n' + step.json;
  for (const auto& [name, value] : step.form) sent += '\n' + value;
  for (const auto& [name, value] : config_.headers) sent += '\n' + value;
  for (const std::string& word : conf::placeholders_of(sent)) {
    if (!has_value(word)) return word;
  }
  for (const auto& [name, path] : step.find) {
    for (const std::string& word : conf::placeholders_of(path)) {
      // What the answer says may tell where the rest of it stands.
      if (!has_value(word) && !step.find.contains(word)) return word;
    }
  }
  return {};
}

std::string Api::url_of(const conf::HttpStep& step, const Words& words) const {
  return filled(step.url, words, Escape::url);
}

HttpCall Api::made(const conf::HttpStep& step, const Words& words, const std::string& url) const {
  HttpCall call;
  call.method = step.method;
  call.url = url.empty() ? url_of(step, words) : url;
  call.timeout = step.timeout;
  call.unix_socket = config_.unix_socket;
  call.trust_file = config_.trust_file;
  for (const auto& [name, value] : config_.headers) {
    call.headers.emplace_back(name, filled(value, words, Escape::none));
  }
  if (!step.json.empty()) {
    call.headers.emplace_back("Content-Type", "application/json");
    call.body = filled(step.json, words, Escape::json);
  } else if (!step.form.empty()) {
    auto fields = step.form;
    for (auto& [name, value] : fields) value = filled(value, words, Escape::none);
    call.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    call.body = form_of(fields);
  }
  return call;
}

Outcome<json::value> Api::read(const HttpCall& call, const conf::HttpStep& step,
                               const HttpAnswer& answer) const {
  const std::string who = call.method + " " + shown_url(call.url);
  if (!is_expected(step, answer.status)) {
    std::string text = who + " answers " + std::to_string(answer.status);
    if (!answer.body.empty()) text += ": " + quoted(masked(answer.body, secrets_));
    // RFC 9110 10.2.3; the form with a date is not read.
    return ProviderFault{kind_of(answer.status), std::move(text),
                         retry_after_of(answer.header("Retry-After"))};
  }
  if (answer.body.empty()) return json::value();
  boost::system::error_code failed;
  json::value body = json::parse(answer.body, failed);
  // Whatever it is, it was said with a status that is one of success: "OK" is enough for a
  // deletion.
  const bool is_read = !step.items.empty() || !step.item.empty() || !step.find.empty();
  if (!failed) return body;
  if (!is_read && step.method != "GET") return json::value();
  return ProviderFault{
      Kind::unreachable,
      who + " answers something that is not JSON: " + quoted(masked(answer.body, secrets_)),
      std::nullopt};
}

net::awaitable<Outcome<json::value>> Api::once(HttpCall call, const conf::HttpStep& step) const {
  const HttpOutcome outcome = co_await http_call(call);
  if (const auto* failed = std::get_if<std::string>(&outcome)) {
    co_return ProviderFault{Kind::unreachable, masked(*failed, secrets_), std::nullopt};
  }
  co_return read(call, step, std::get<HttpAnswer>(outcome));
}

net::awaitable<Outcome<json::value>> Api::call(const conf::HttpStep& step, Words words,
                                               std::string url) const {
  if (const std::string word = missing_word(step, words); !word.empty()) {
    co_return fault(Kind::refused, "{{" + word + "}} has no value (yet), so that " + step.method +
                                       " " + step.url + " was not called");
  }
  const HttpCall call = made(step, words, url);
  const bool is_repeatable = call.method == "GET" || call.method == "DELETE";
  net::steady_timer timer(co_await net::this_coro::executor);
  for (int attempt = 1;; ++attempt) {
    Outcome<json::value> outcome = co_await once(call, step);
    const auto* failed = std::get_if<ProviderFault>(&outcome);
    const bool is_over = failed == nullptr || failed->kind != Kind::unreachable ||
                         failed->retry_after || !is_repeatable || attempt == kAttempts;
    if (is_over) co_return outcome;
    timer.expires_after(pause_ * (1 << (attempt - 1)));
    co_await timer.async_wait(as_result);
  }
}

std::string Api::describe(const conf::HttpStep& step, const Words& words) const {
  Words shown_words = words;
  for (const auto& [name, value] : secrets_) shown_words[name] = "***";
  const HttpCall call = made(step, shown_words, {});
  return masked(call.method + " " + call.url + (call.body.empty() ? "" : " " + call.body),
                secrets_);
}

}  // namespace gapura::autoscale
