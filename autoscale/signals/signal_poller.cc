#include "autoscale/signals/signal_poller.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <fstream>
#include <optional>
#include <utility>

#include "autoscale/signals/prometheus.h"
#include "base/ascii.h"

namespace gapura::autoscale {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kScrapeEvery{5'000};
constexpr Milliseconds kScrapeTimeout{4'000};
/// An answer to a query counts for so many of its intervals.
constexpr int kQueryIntervals = 3;

std::string first_line(const std::filesystem::path& file) {
  std::string line;
  std::ifstream stream(file);
  std::getline(stream, line);
  return std::string(trim_ows(line));
}

}  // namespace

struct SignalPoller::State : std::enable_shared_from_this<State> {
  /// One of `resources`, with what its machines said.
  struct Resource {
    conf::ResourceSignal signal;
    NodeWindow window;
  };
  struct Query {
    conf::QuerySignal signal;
    std::string token;
    TimePoint due{};
    bool is_running = false;
    std::optional<double> value;
    TimePoint answered{};
  };
  struct Scrape {
    TimePoint due{};
    bool is_running = false;
  };

  State(asio::io_context& loop_, Call call_) : loop(loop_), call(std::move(call_)) {}

  void scrape(const std::string& url, TimePoint now);
  void ask(Query& query, TimePoint now);
  void note(const std::string& signal, const std::string& fault);
  void scraped(const std::string& url, const HttpOutcome& outcome, TimePoint now);
  void answered(const std::string& name, const HttpOutcome& outcome, TimePoint now);

  asio::io_context& loop;
  const Call call;
  std::vector<Resource> resources;
  std::map<std::string, Query> queries;   ///< by name
  std::map<std::string, Scrape> scrapes;  ///< by URL
  std::size_t machines_wanted = 0;
  std::map<std::string, std::string> faults;  ///< by signal
  std::vector<Fault> news;
};

SignalPoller::SignalPoller(asio::io_context& loop, Call call)
    : state_(std::make_shared<State>(loop, std::move(call))) {}
SignalPoller::~SignalPoller() = default;

void SignalPoller::adopt(const conf::Autoscale& policy) {
  State& s = *state_;
  const bool is_same =
      std::ranges::equal(s.resources, policy.resources, {}, &State::Resource::signal);
  if (!is_same) {
    s.resources.clear();
    for (const conf::ResourceSignal& signal : policy.resources) {
      s.resources.push_back({.signal = signal, .window = NodeWindow(signal.window)});
    }
  }
  std::map<std::string, State::Query> queries;
  for (const conf::QuerySignal& signal : policy.queries) {
    const auto known = s.queries.find(signal.name);
    const bool is_known = known != s.queries.end() && known->second.signal == signal;
    State::Query& query = queries[signal.name];
    if (is_known) query = std::move(known->second);
    query.signal = signal;
    query.token = signal.token_file.empty() ? std::string() : first_line(signal.token_file);
    if (!signal.token_file.empty() && query.token.empty()) {
      s.note(signal.name, signal.token_file.string() + " cannot be read or is empty");
    }
  }
  s.queries = std::move(queries);
}

void SignalPoller::tick(const std::vector<balancer::TargetView>& targets, TimePoint now) {
  State& s = *state_;
  std::set<std::string> hosts;
  for (const balancer::TargetView& target : targets) {
    const auto url = conf::ServerUrl::parse(target.url, nullptr);
    if (url && is_well(target.phase)) hosts.insert(url->host);
  }
  s.machines_wanted = hosts.size();
  std::set<std::string> urls;
  for (State::Resource& resource : s.resources) {
    const std::string path = resource.signal.path;
    std::set<std::string> its;
    for (const std::string& host : hosts) {
      const conf::ServerUrl machine{.scheme = "http", .host = host, .port = resource.signal.port};
      its.insert(machine.to_string() + path);
    }
    resource.window.trim(now, [&](const std::string& url) { return its.contains(url); });
    urls.merge(its);
  }
  std::erase_if(s.scrapes, [&](const auto& entry) { return !urls.contains(entry.first); });
  for (const std::string& url : urls) s.scrape(url, now);
  for (auto& [name, query] : s.queries) s.ask(query, now);
}

void SignalPoller::State::scrape(const std::string& url, TimePoint now) {
  Scrape& scrape = scrapes[url];
  if (scrape.is_running || now < scrape.due) return;
  scrape.is_running = true;
  scrape.due = now + kScrapeEvery;
  auto asking = call({.url = url, .timeout = kScrapeTimeout});
  asio::co_spawn(loop, std::move(asking),
                 [weak = weak_from_this(), url](std::exception_ptr error, HttpOutcome outcome) {
                   if (error) outcome = "it could not be asked";
                   if (const auto self = weak.lock()) self->scraped(url, outcome, Clock::now());
                 });
}

void SignalPoller::State::ask(Query& query, TimePoint now) {
  if (query.is_running || now < query.due) return;
  query.is_running = true;
  query.due = now + query.signal.every;
  auto asking = call(query_call(query.signal, query.token));
  asio::co_spawn(loop, std::move(asking),
                 [weak = weak_from_this(), name = query.signal.name](std::exception_ptr error,
                                                                     HttpOutcome outcome) {
                   if (error) outcome = "it could not be asked";
                   if (const auto self = weak.lock()) self->answered(name, outcome, Clock::now());
                 });
}

void SignalPoller::State::note(const std::string& signal, const std::string& fault) {
  const auto known = faults.find(signal);
  if (fault.empty() ? known == faults.end() : known != faults.end() && known->second == fault)
    return;
  if (fault.empty()) {
    faults.erase(known);
  } else {
    faults.insert_or_assign(signal, fault);
  }
  news.push_back({.signal = signal, .message = fault});
}

void SignalPoller::State::scraped(const std::string& url, const HttpOutcome& outcome,
                                  TimePoint now) {
  const auto found = scrapes.find(url);
  if (found == scrapes.end()) return;
  found->second.is_running = false;
  const auto* answer = std::get_if<HttpAnswer>(&outcome);
  if (answer == nullptr) return note(url, std::get<std::string>(outcome));
  if (answer->status != 200) return note(url, "it answers " + std::to_string(answer->status));
  const auto reading = read_node_metrics(answer->body, now);
  if (!reading) return note(url, "its answer is not node_exporter's");
  note(url, {});
  for (Resource& resource : resources) {
    const std::string end = ":" + std::to_string(resource.signal.port) + resource.signal.path;
    if (url.ends_with(end)) resource.window.add(url, *reading);
  }
}

void SignalPoller::State::answered(const std::string& name, const HttpOutcome& outcome,
                                   TimePoint now) {
  const auto found = queries.find(name);
  if (found == queries.end()) return;
  Query& query = found->second;
  query.is_running = false;
  const auto* answer = std::get_if<HttpAnswer>(&outcome);
  if (answer == nullptr) return note(name, std::get<std::string>(outcome));
  const auto value = read_query_answer(*answer);
  if (const auto* fault = std::get_if<std::string>(&value)) return note(name, *fault);
  note(name, {});
  query.value = std::get<double>(value);
  query.answered = now;
}

void SignalPoller::fill(Sample& sample, TimePoint now) const {
  const State& s = *state_;
  for (const State::Resource& resource : s.resources) {
    if (resource.window.machines(now) < s.machines_wanted) sample.has_all_nodes = false;
    const auto cpu = resource.window.cpu(now);
    const auto memory = resource.window.memory(now);
    switch (resource.signal.kind) {
      case conf::ResourceSignal::Kind::cpu: sample.cpu = cpu; break;
      case conf::ResourceSignal::Kind::memory: sample.memory = memory; break;
      case conf::ResourceSignal::Kind::cpu_and_memory:
        if (cpu && memory) sample.cpu_and_memory = (*cpu + *memory) / 2;
        break;
    }
  }
  for (const auto& [name, query] : s.queries) {
    const bool is_fresh =
        query.value && now - query.answered <= query.signal.every * kQueryIntervals;
    sample.queries[name] = is_fresh ? query.value : std::nullopt;
  }
}

std::vector<SignalPoller::Fault> SignalPoller::take_faults() {
  return std::exchange(state_->news, {});
}

}  // namespace gapura::autoscale
