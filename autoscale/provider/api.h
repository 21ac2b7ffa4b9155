/// Calls of an API as its configuration writes them: templates filled in, answers read, failures
/// told apart. Private to the http provider. Control thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <variant>

#include "autoscale/net/http_client.h"
#include "autoscale/provider/provider.h"
#include "autoscale/provider/template.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

class Api {
 public:
  /// `secrets`: their values. `pause`: before the first repetition of a call; each later one twice.
  Api(const conf::HttpProvider& config, Words secrets, Milliseconds pause)
      : config_(config), secrets_(std::move(secrets)), pause_(pause) {}

  /// The answer's body (null: none). GET and DELETE, which may be repeated (RFC 9110 9.2.2), are,
  /// up to twice while nobody can say what became of them. `url` instead of the step's: a further
  /// page. Refused, and nothing is sent, while a placeholder of the step's has no value: what would
  /// be deleted then is something else, and that it is not there would say nothing.
  boost::asio::awaitable<Outcome<boost::json::value>> call(const conf::HttpStep& step, Words words,
                                                           std::string url = {}) const;

  /// The step's URL as it is called.
  std::string url_of(const conf::HttpStep& step, const Words& words) const;
  /// "POST https://…" with the body, for people; secrets are masked.
  std::string describe(const conf::HttpStep& step, const Words& words) const;

 private:
  /// The first placeholder without a value, as a known one whose value is still empty; empty: none.
  std::string missing_word(const conf::HttpStep& step, const Words& words) const;
  std::string filled(const std::string& text, const Words& words, Escape escape) const;
  HttpCall made(const conf::HttpStep& step, const Words& words, const std::string& url) const;
  boost::asio::awaitable<Outcome<boost::json::value>> once(HttpCall call,
                                                           const conf::HttpStep& step) const;
  Outcome<boost::json::value> read(const HttpCall& call, const conf::HttpStep& step,
                                   const HttpAnswer& answer) const;

  const conf::HttpProvider& config_;
  const Words secrets_;
  const Milliseconds pause_;
};

}  // namespace gapura::autoscale
