#include "tests/support/load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace gapura::test {
namespace {

/// "value" of "name=value" in the answer of a target.
std::string word_after(const std::string& body, const std::string& name) {
  const std::size_t at = body.find(name + "=");
  if (at == std::string::npos) return {};
  const std::size_t from = at + name.size() + 1;
  return body.substr(from, body.find_first_of(" \n", from) - from);
}

}  // namespace

Load::Load(Settings settings)
    : settings_(std::move(settings)), next_number_(settings_.first_number) {
  for (int i = 0; i < settings_.clients; ++i) threads_.emplace_back([this] { run_client(); });
}

void Load::stop() {
  is_stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool Load::run_for(std::uint64_t count) {
  const std::uint64_t goal = finished_ + count;
  return eventually([&] { return finished_ >= goal; });
}

std::uint64_t Load::count(End end) const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(outcomes_, [end](const Outcome& one) { return one.end == end; }));
}

void Load::run_client() {
  std::unique_ptr<RawClient> client;
  while (!is_stopping_) {
    Outcome outcome = one_request(client, next_number_++);
    const bool was_refused = outcome.end == End::refused;
    {
      const std::lock_guard lock(outcomes_mutex_);
      outcomes_.push_back(std::move(outcome));
    }
    ++finished_;
    // A server that is gone stays gone: no use in asking it as fast as we can.
    std::this_thread::sleep_for(was_refused ? std::chrono::milliseconds(20) : settings_.pause);
  }
}

Load::Outcome Load::one_request(std::unique_ptr<RawClient>& client, std::uint64_t number) {
  Outcome outcome;
  outcome.number = number;
  const bool is_post = settings_.post_every != 0 &&
                       number % static_cast<std::uint64_t>(settings_.post_every) == 0;
  outcome.method = is_post ? "POST" : "GET";
  const std::string field = std::string(kNumberField) + ": " + std::to_string(number) + "\r\n";
  std::string body;
  if (is_post && settings_.body_bytes_max != 0) {
    body = pattern(number, 0, static_cast<std::size_t>((number * 7919) % settings_.body_bytes_max));
  }
  outcome.sent = checksum_of(body);

  if (!client) client = std::make_unique<RawClient>(settings_.port);
  Response response;
  response.fault = "connection refused";
  if (client->is_connected()) {
    response = client->ask(is_post ? post(settings_.path, body, field)
                                   : get(settings_.path, field));
  }
  outcome.status = response.status;
  if (!response.ok()) {
    const bool had_begun = client->is_connected() && client->response_had_begun();
    outcome.end = settings_.may_be_refused && !had_begun ? End::refused : End::bad;
    outcome.complaint = response.fault + (had_begun ? " in the middle of the answer" : "");
    client.reset();
    return outcome;
  }
  outcome.target = word_after(response.body, "target");
  const std::string expected =
      default_body(outcome.target, std::to_string(number), outcome.method, outcome.sent);
  if (response.status != 200) {
    outcome.complaint = "status " + std::to_string(response.status) + ": " + response.body;
  } else if (response.body != expected) {
    outcome.complaint = "another body: " + response.body + "instead of: " + expected;
  } else {
    outcome.end = End::good;
  }
  const std::string connection = response.field("Connection").value_or("");
  if (connection == "close") client.reset();
  return outcome;
}

void expect_all_good(const Load& load, const std::vector<const FakeTarget*>& targets) {
  std::map<std::uint64_t, int> seen;
  std::map<std::string, std::map<std::uint64_t, Ledger::Entry>> by_target;
  for (const FakeTarget* target : targets) {
    by_target[target->name()] = target->ledger().entries();
    for (const auto& [number, entry] : by_target[target->name()]) seen[number] += entry.times_seen;
  }
  ASSERT_FALSE(load.outcomes().empty());
  int complaints = 0;
  for (const Load::Outcome& one : load.outcomes()) {
    if (complaints > 10) break;  // the rest would only hide them
    const int times = seen[one.number];
    std::string wrong = one.complaint;
    if (one.end == Load::End::refused) {
      wrong = times > 1 ? "refused, but seen " + std::to_string(times) + " times" : "";
    } else if (one.end == Load::End::good) {
      const auto& entries = by_target[one.target];
      const auto entry = entries.find(one.number);
      if (times != 1) {
        wrong = "seen " + std::to_string(times) + " times";
      } else if (entry == entries.end() || !(entry->second.body == one.sent)) {
        wrong = "the target received another body";
      }
    }
    if (wrong.empty()) continue;
    ++complaints;
    ADD_FAILURE() << "request " << one.number << " (" << one.method << "): " << wrong;
  }
  EXPECT_GT(load.good(), 0u);
}

}  // namespace gapura::test
