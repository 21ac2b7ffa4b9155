#include "autoscale/provider/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <ctime>
#include <system_error>
#include <thread>
#include <utility>

#include "autoscale/provider/template.h"
#include "base/async/as_result.h"
#include "base/log.h"
#include "base/net/endpoint.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;
namespace fs = std::filesystem;

/// By which a process is found again: names are unique for one Gapura only.
constexpr const char* kMark = "GAPURA_INSTANCE_NOTE";
constexpr off_t kLogBytesMax = 16 << 20;
constexpr std::int64_t kStart_s = 5;        ///< in which a process has surely got its environment
constexpr Milliseconds kLook{20};           ///< between two looks at a process that is to end
constexpr Milliseconds kLastMoment{1'000};  ///< from SIGTERM to SIGKILL when we end ourselves

/// Whether nobody listens there. Another may take it a moment later: then the process fails to
/// start, is seen to have ended, and the next one gets another port.
bool is_free(const Endpoint& endpoint) {
  const int probe = socket(endpoint.data()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const int on = 1;  // else what is left of a former one's connections would count
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool is = bind(probe, endpoint.data(), endpoint.size()) == 0;
  close(probe);
  return is;
}

ProviderFault refused(std::string message) {
  return ProviderFault{ProviderFault::Kind::refused, std::move(message), std::nullopt};
}

}  // namespace

ProcessInstances::ProcessInstances(net::io_context& loop, conf::ProcessProvider config,
                                   std::string name_prefix, std::string service, fs::path folder)
    : loop_(loop.get_executor()),
      config_(std::move(config)),
      prefix_(std::move(name_prefix)),
      service_(std::move(service)),
      folder_(std::move(folder)) {
  if (!folder_.empty()) adopt();
}

ProcessInstances::~ProcessInstances() {
  if (!folder_.empty()) {
    for (auto& [name, one] : running_) {
      if (one.child) one.child->let_go();
    }
    return;
  }
  for (const auto& [name, one] : running_) signal(one, SIGTERM);
  const TimePoint end = Clock::now() + kLastMoment;
  const auto has_ended = [this](const auto& entry) { return !is_running(entry.second); };
  while (std::erase_if(running_, has_ended), !running_.empty() && Clock::now() < end) {
    std::this_thread::sleep_for(kLook);
  }
}

void ProcessInstances::adopt() {
  has_unsettled_ = false;
  for (ProcessRecord& record : read_records(folder_)) {
    if (!conf::is_own_name(prefix_, record.name) || running_.contains(record.name)) continue;
    if (record.pid == 0 && !settle(record)) {
      has_unsettled_ = true;
      continue;
    }
    const std::string name = record.name;
    Running one{std::move(record), nullptr, false};
    if (!is_running(one)) {
      remove_record(folder_, name);
      continue;
    }
    log::info("service {}: process {} ({}) is still there and goes on", service_, one.record.pid,
              name);
    running_.emplace(name, std::move(one));
  }
}

/// We were killed between the note and the start, or just after it: looks for the process. False:
/// it may still be on its way.
bool ProcessInstances::settle(ProcessRecord& record) const {
  record.pid = find_session_with(std::string(kMark) + "=" + (folder_ / record.name).string());
  record.started_at = start_time_of(record.pid).value_or(0);
  if (record.pid != 0) write_record(folder_, record);
  const std::int64_t now_s = std::time(nullptr);
  // A note from the future was written before the clock was set back: it is not waited for.
  return record.pid != 0 || record.created_s < now_s - kStart_s ||
         record.created_s > now_s + kStart_s;
}

bool ProcessInstances::is_running(const Running& one) const {
  if (one.child) return !one.child->collect();
  // One that cannot be looked at is not gone.
  if (autoscale::is_running(one.record).value_or(true)) return true;
  // It may still be our child, where only the object that started it is gone (a reload).
  waitpid(one.record.pid, nullptr, WNOHANG);
  return false;
}

void ProcessInstances::signal(const Running& one, int number) const {
  if (one.child) {
    one.child->signal(number);
  } else if (is_running(one)) {
    kill(-one.record.pid, number);
  }
}

void ProcessInstances::forget(const std::string& name) {
  running_.erase(name);
  if (!folder_.empty()) remove_record(folder_, name);
}

void ProcessInstances::tell_end(const Running& one) const {
  // What it started may live on; while it does, its group's number belongs to nobody else.
  if (!one.child && !start_time_of(one.record.pid)) kill(-one.record.pid, SIGKILL);
  const auto status = one.child ? one.child->collect() : std::nullopt;
  log::warn("service {}: process {} ({}) has ended by itself{}", service_, one.record.pid,
            one.record.name, status ? ": " + status->shown() : "");
  // The last one's output says why; one is enough.
  std::error_code ignored;
  if (!folder_.empty()) fs::rename(log_of(one.record.name), folder_ / "ended.log", ignored);
}

void ProcessInstances::drop_ended() {
  for (auto it = running_.begin(); it != running_.end();) {
    const auto& [name, one] = *it++;
    if (is_running(one)) continue;
    if (!one.is_ending) tell_end(one);
    forget(std::string(name));
  }
}

fs::path ProcessInstances::log_of(const std::string& name) const {
  return folder_ / (name + ".log");
}

Instance ProcessInstances::instance_of(const ProcessRecord& record) const {
  Instance out;
  out.id = std::to_string(record.pid);
  out.name = record.name;
  out.state = Instance::State::running;
  out.address = config_.address;
  out.port = record.port;
  out.created_s = record.created_s;
  return out;
}

net::awaitable<Outcome<std::vector<Instance>>> ProcessInstances::list() {
  drop_ended();
  if (has_unsettled_) adopt();
  std::vector<Instance> out;
  for (const auto& [name, one] : running_) {
    out.push_back(instance_of(one.record));
    // It appends, so it goes on at the new end.
    struct stat found {};
    const fs::path file = log_of(name);
    const bool is_long = stat(file.c_str(), &found) == 0 && found.st_size > kLogBytesMax;
    if (is_long && truncate(file.c_str(), 0) == 0) log::info("{} was emptied", file.string());
  }
  co_return out;
}

std::uint16_t ProcessInstances::free_port() const {
  for (std::uint32_t port = config_.first_port; port <= config_.last_port; ++port) {
    const auto number = static_cast<std::uint16_t>(port);
    const bool is_ours = std::ranges::any_of(
        running_, [&](const auto& entry) { return entry.second.record.port == number; });
    const auto endpoint = Endpoint::parse(config_.address, number);
    if (!is_ours && endpoint && is_free(*endpoint)) return number;
  }
  return 0;
}

Child::Started ProcessInstances::spawn(const ProcessRecord& record) const {
  const Words words{{"name", record.name}, {"port", std::to_string(record.port)}};
  ChildSettings settings;
  for (const std::string& part : config_.command) {
    settings.command.push_back(expand(part, words, Escape::none));
  }
  settings.environment["PORT"] = words.at("port");
  for (const auto& [name, value] : config_.environment) {
    settings.environment[name] = expand(value, words, Escape::none);
  }
  settings.environment["GAPURA_SERVICE"] = service_;
  settings.environment["GAPURA_INSTANCE"] = record.name;
  settings.environment[kMark] = (folder_ / record.name).string();
  settings.folder = config_.folder;
  settings.is_session = true;
  int output = -1;
  if (!folder_.empty()) {
    output = open(log_of(record.name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
                  S_IRUSR | S_IWUSR);
  }
  settings.output = settings.errors = output;
  Child::Started started = Child::start(loop_, settings);
  if (output >= 0) close(output);
  return started;
}

Outcome<Instance> ProcessInstances::start_one(ProcessRecord record) {
  // The note comes first: whatever happens from here on, the process is found again.
  if (!folder_.empty()) {
    if (auto failed = write_record(folder_, record); !failed.empty()) return refused(failed);
  }
  Child::Started started = spawn(record);
  if (auto* failed = std::get_if<std::string>(&started)) {
    forget(record.name);
    return refused(*failed);
  }
  std::unique_ptr<Child> child = std::move(std::get<std::unique_ptr<Child>>(started));
  record.pid = child->pid();
  record.started_at = start_time_of(record.pid).value_or(0);
  if (!folder_.empty()) {
    if (const auto failed = write_record(folder_, record); !failed.empty()) log::warn("{}", failed);
  }
  Instance out = instance_of(record);
  running_[out.name] = Running{std::move(record), std::move(child), false};
  return out;
}

net::awaitable<Outcome<Instance>> ProcessInstances::create(std::string name) {
  drop_ended();
  if (running_.contains(name)) co_return refused("there is a process " + name + " already");
  ProcessRecord record;
  record.name = std::move(name);
  record.port = free_port();
  record.created_s = std::time(nullptr);
  if (record.port == 0) {
    co_return refused("all ports from " + std::to_string(config_.first_port) + " to " +
                      std::to_string(config_.last_port) + " are taken; widen ports");
  }
  co_return start_one(std::move(record));
}

net::awaitable<Outcome<Done>> ProcessInstances::remove(Instance instance) {
  const std::string name = instance.name;
  if (!running_.contains(name) || !is_running(running_.at(name))) {
    forget(name);
    co_return ProviderFault{ProviderFault::Kind::not_found, "there is no process " + name,
                            std::nullopt};
  }
  running_.at(name).is_ending = true;
  signal(running_.at(name), SIGTERM);
  const TimePoint end = Clock::now() + config_.stop_timeout;
  net::steady_timer pause(loop_);
  bool is_killed = false;
  // Looked up each time: a list() meanwhile may have dropped it.
  while (running_.contains(name) && is_running(running_.at(name))) {
    if (!is_killed && Clock::now() >= end) {
      signal(running_.at(name), SIGKILL);
      is_killed = true;
    }
    pause.expires_after(kLook);
    co_await pause.async_wait(as_result);
  }
  std::error_code ignored;
  if (!folder_.empty()) fs::remove(log_of(name), ignored);
  forget(name);
  co_return Done{};
}

net::awaitable<Outcome<Done>> ProcessInstances::start(Instance /*instance*/) {
  co_return refused("a process is not started again; a new one is as quick");
}

net::awaitable<Outcome<Done>> ProcessInstances::stop(Instance /*instance*/) {
  co_return refused("a process is not kept stopped; a new one is as quick");
}

std::string ProcessInstances::describe_create(const std::string& name) const {
  const std::uint16_t port = free_port();
  const Words words{{"name", name}, {"port", std::to_string(port)}};
  std::string out;
  for (const std::string& part : config_.command) {
    out += (out.empty() ? "" : " ") + expand(part, words, Escape::none);
  }
  return port == 0 ? "nothing: all ports are taken" : out;
}

}  // namespace gapura::autoscale
