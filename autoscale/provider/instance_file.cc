#include "autoscale/provider/instance_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>

#include "base/log.h"

namespace gapura::autoscale {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* kEnding = ".instance.json";

/// Empty when it cannot be read: a process may end between the opening of its file and the reading,
/// which the iterators tell by an exception.
std::string whole(const fs::path& path) {
  try {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  } catch (const std::ios_base::failure&) {
    return {};
  }
}

std::optional<ProcessRecord> parse(const std::string& text) {
  boost::system::error_code failed;
  const json::value value = json::parse(text, failed);
  const json::object* object = failed ? nullptr : value.if_object();
  if (object == nullptr) return std::nullopt;
  const auto number = [&](const char* key) {
    const json::value* found = object->if_contains(key);
    return found != nullptr && found->is_int64() ? found->as_int64() : 0;
  };
  const json::value* name = object->if_contains("name");
  ProcessRecord record;
  if (name == nullptr || !name->is_string()) return std::nullopt;
  // The group of 1 would be every process there is: kill(2).
  const bool is_process =
      std::in_range<pid_t>(number("pid")) && number("pid") >= 0 && number("pid") != 1;
  if (!is_process || !std::in_range<std::uint16_t>(number("port"))) return std::nullopt;
  record.name = name->as_string().c_str();
  record.port = static_cast<std::uint16_t>(number("port"));
  record.pid = static_cast<pid_t>(number("pid"));
  record.started_at = static_cast<std::uint64_t>(number("startedAt"));
  record.created_s = number("createdAt");
  return record;
}

}  // namespace

std::string write_record(const fs::path& folder, const ProcessRecord& record) {
  const json::object object{{"name", record.name},
                            {"port", record.port},
                            {"pid", record.pid},
                            {"startedAt", static_cast<std::int64_t>(record.started_at)},
                            {"createdAt", record.created_s}};
  const fs::path path = folder / (record.name + kEnding);
  const fs::path temporary = path.string() + ".new";
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << json::serialize(object) << '\n';
    if (!file.flush()) return "cannot write " + temporary.string();
  }
  std::error_code failed;
  fs::rename(temporary, path, failed);
  return failed ? "cannot write " + path.string() + ": " + failed.message() : std::string();
}

void remove_record(const fs::path& folder, const std::string& name) {
  std::error_code ignored;
  fs::remove(folder / (name + kEnding), ignored);
}

std::vector<ProcessRecord> read_records(const fs::path& folder) {
  std::vector<ProcessRecord> out;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    const fs::path path = it->path();
    if (!path.native().ends_with(kEnding)) continue;
    auto record = parse(whole(path));
    if (record && path.filename() == record->name + kEnding) {
      out.push_back(*std::move(record));
    } else {
      log::warn("{} says of no process that it is ours; it is left out", path.string());
    }
  }
  return out;
}

std::optional<std::uint64_t> start_time_of(pid_t pid) {
  const std::string stat = whole("/proc/" + std::to_string(pid) + "/stat");
  // The name, in brackets, may hold blanks and brackets itself.
  const auto end = stat.rfind(')');
  if (pid <= 0 || end == std::string::npos) return std::nullopt;
  std::istringstream rest(stat.substr(end + 1));
  std::string word;
  rest >> word;
  if (word == "Z" || word == "X") return std::nullopt;
  for (int field = 4; field < 22; ++field) rest >> word;
  std::uint64_t out = 0;
  if (!(rest >> out)) return std::nullopt;
  return out;
}

std::optional<bool> is_running(const ProcessRecord& record) {
  if (const auto started = start_time_of(record.pid)) return *started == record.started_at;
  // Either it has ended, and then /proc has no page of it or one that says so, or we cannot read.
  const std::string page = "/proc/" + std::to_string(record.pid) + "/stat";
  const int opened = ::open(page.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) return errno == ENOENT ? std::optional(false) : std::nullopt;
  ::close(opened);
  return false;
}

pid_t find_session_with(const std::string& variable) {
  std::error_code failed;
  for (fs::directory_iterator it("/proc", failed), end; !failed && it != end;
       it.increment(failed)) {
    const std::string name = it->path().filename();
    pid_t pid = 0;
    const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || rest != name.data() + name.size() || getsid(pid) != pid) continue;
    const std::string environment = '\0' + whole(it->path() / "environ");
    if (environment.find('\0' + variable + '\0') != std::string::npos) return pid;
  }
  return 0;
}

}  // namespace gapura::autoscale
