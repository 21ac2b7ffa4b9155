// gapura drain, undrain, add, remove: one target at a time.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <memory>

#include "app/cli/json_view.h"
#include "app/cli/session.h"
#include "app/cli/text.h"
#include "app/cli/verbs.h"
#include "app/cli/waiting.h"
#include "app/cli/words.h"
#include "base/plural.h"

namespace gapura::app::cli {
namespace {

namespace json = boost::json;
constexpr Milliseconds kDay{24 * 3'600'000};  // as long as the server lets anybody wait

struct TargetWords {
  std::vector<std::string> words;  ///< [SERVICE] TARGET, or [SERVICE] URL
  std::string timeout;
  std::int64_t weight = 0;  ///< 0: not given
  bool is_waiting = false;
  bool is_at_once = false;  ///< --no-drain
};

/// The service that is named, or the only one, and what is named in it.
struct Named {
  std::string service, last;
};

Named named(Session& session, const TargetWords& given) {
  const bool has_service = given.words.size() == 2;
  return {session.service_or_only(has_service ? given.words.front() : std::string()),
          given.words.back()};
}

std::optional<Milliseconds> timeout_of(const TargetWords& given) {
  if (given.timeout.empty()) return std::nullopt;
  if (!given.is_waiting) throw Stop{ExitCode::usage, "--timeout means nothing without --wait"};
  const Milliseconds timeout = duration_of("--timeout", given.timeout);
  if (timeout <= kDay && timeout.count() > 0) return timeout;
  throw Stop{ExitCode::usage, "--timeout must be above 0 and a day at most"};
}

std::string query_of(const TargetWords& given, std::optional<Milliseconds> timeout) {
  std::string query;
  const auto add = [&](const std::string& text) { query += (query.empty() ? "?" : "&") + text; };
  if (given.is_at_once) add("force=true");
  if (given.is_waiting) add("wait=true");
  if (timeout) add("timeout=" + std::to_string(timeout->count()) + "ms");
  return query;
}

/// "draining: 3 in flight", of one target or of all addresses of a name.
Progress progress_of(const Reply& reply) {
  const auto* several = reply.body.if_array();
  const json::value& first = several && !several->empty() ? several->front() : reply.body;
  double in_flight = number_in(reply.body, "inFlight").value_or(0);
  if (several) {
    for (const auto& one : *several) in_flight += number_in(one, "inFlight").value_or(0);
  }
  return {text_in(first, "state") + ": " + number(in_flight, 0) + " in flight", false};
}

void say_drained(const Reply& reply, const Named& target) {
  const auto finished = number_in(reply.body, "finished").value_or(0);
  print(target.last + " of " + target.service + " is out after " +
        lasting(number_in(reply.body, "tookSeconds").value_or(0)) + ": " +
        counted(static_cast<std::uint64_t>(finished), "request") + " ended, " +
        number(number_in(reply.body, "cut").value_or(0), 0) + " cut\n");
}

void say_state(const Reply& reply, const Named& target) {
  const bool is_gone = text_in(reply.body, "state") == "gone";
  print(target.last + " of " + target.service + " is " +
        (is_gone ? std::string("gone") : progress_of(reply).line) + "\n");
}

void take_out(Session& session, const TargetWords& given, bool is_for_good) {
  const auto timeout = timeout_of(given);
  const Named target = named(session, given);
  const std::string path = path_of({"services", target.service, "targets", target.last});
  Call call;
  call.method = is_for_good ? "DELETE" : "POST";
  call.path = path + (is_for_good ? "" : "/drain") + query_of(given, timeout);
  if (given.is_waiting) call.timeout = timeout.value_or(kDay) + Milliseconds(10'000);
  const Reply reply = given.is_waiting
                          ? call_with_progress(session, std::move(call), path, progress_of)
                          : session.remote().ask_now(std::move(call));
  session.require_good(reply);
  if (session.print_json(reply)) return;
  if (number_in(reply.body, "tookSeconds")) return say_drained(reply, target);
  say_state(reply, target);
}

void undrain(Session& session, const TargetWords& given) {
  const Named target = named(session, given);
  Call call;
  call.method = "DELETE";
  call.path = path_of({"services", target.service, "targets", target.last, "drain"});
  const Reply reply = session.ask(std::move(call));
  if (!session.print_json(reply)) say_state(reply, target);
}

/// Over when requests go to it.
Progress joining(const Reply& reply) {
  Progress progress = progress_of(reply);
  const auto is_used = [](const json::value& one) {
    const std::string state = text_in(one, "state");
    return state == "serving" || state == "warming";
  };
  // A name with several addresses is several targets.
  const json::array* all = reply.body.if_array();
  const bool has_used = all ? std::ranges::any_of(*all, is_used) : is_used(reply.body);
  progress.is_over = !reply.is_good() || has_used;
  return progress;
}

void add_target(Session& session, const TargetWords& given) {
  const auto timeout = timeout_of(given);
  Named target = named(session, given);
  json::object wanted{{"url", target.last}};
  if (given.weight != 0) wanted["weight"] = given.weight;
  Call call;
  call.method = "POST";
  call.path = path_of({"services", target.service, "targets"});
  call.body = json::serialize(wanted);
  Reply reply = session.ask(std::move(call));
  const json::array* all = reply.body.if_array();
  const bool is_name = all != nullptr && !all->empty();
  std::string id = text_in(is_name ? all->front() : reply.body, "id");
  if (is_name) id.erase(std::min(id.find('@'), id.size()));
  if (!id.empty()) target.last = id;
  if (given.is_waiting) {
    const std::string path = path_of({"services", target.service, "targets", target.last});
    reply = wait_until(session, path, timeout, joining);
    session.require_good(reply);
  }
  if (!session.print_json(reply)) say_state(reply, target);
}

using Words = std::shared_ptr<TargetWords>;

CLI::App* add_one(CLI::App& app, ClientOptions& out, const std::string& name,
                  const std::string& description,
                  std::function<void(Session&, const TargetWords&)> work, const Words& words,
                  const std::string& what) {
  CLI::App* verb =
      add_verb(app, out, name, description,
               [words, work = std::move(work)](Session& session) { work(session, *words); });
  verb->add_option("[SERVICE] " + what, words->words)->expected(1, 2)->required();
  return verb;
}

void add_waiting(CLI::App* verb, const Words& words, const std::string& what) {
  verb->add_flag("--wait", words->is_waiting, what);
  verb->add_option("--timeout", words->timeout, "wait this long at most (30s, 2m); exit 5 then")
      ->type_name("TIME");
}

}  // namespace

void add_target_verbs(CLI::App& app, ClientOptions& out) {
  const auto words = std::make_shared<TargetWords>();
  CLI::App* drain = add_one(
      app, out, "drain", "send a target no new requests; what is in flight ends by itself",
      [](Session& session, const TargetWords& given) { take_out(session, given, false); }, words,
      "TARGET");
  add_waiting(drain, words, "until nothing is in flight");
  add_one(app, out, "undrain", "let a drained target serve again", undrain, words, "TARGET");
  CLI::App* add = add_one(app, out, "add", "add a target", add_target, words, "URL");
  add->add_option("--weight", words->weight, "its share beside the others (1)")
      ->check(CLI::Range(1, 1'000'000));
  add_waiting(add, words, "until requests go to it");
  CLI::App* remove = add_one(
      app, out, "remove", "drain a target and take it out of its service",
      [](Session& session, const TargetWords& given) { take_out(session, given, true); }, words,
      "TARGET");
  remove->add_flag("--no-drain", words->is_at_once,
                   "cut what is in flight instead of waiting for its end");
  add_waiting(remove, words, "until it is gone");
}

}  // namespace gapura::app::cli
