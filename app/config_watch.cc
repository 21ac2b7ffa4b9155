#include "app/config_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace gapura::app {
namespace {

constexpr std::uint32_t kNameEvents =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t kContentEvents = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;

}  // namespace

ConfigWatch::ConfigWatch(boost::asio::io_context& loop, conf::FileProvider provider,
                         Callbacks callbacks, Pace pace)
    : provider_(std::move(provider)),
      callbacks_(std::move(callbacks)),
      pace_(pace),
      inotify_(loop),
      settle_timer_(loop),
      poll_timer_(loop) {}

ConfigWatch::~ConfigWatch() = default;

void ConfigWatch::start() {
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd >= 0) {
    inotify_.assign(fd);
    renew_watches();
    wait_for_events();
  } else {
    callbacks_.complain("file changes cannot be watched for (" +
                        std::generic_category().message(errno) +
                        "); looking every few seconds instead");
  }
  told_ = look_at_files(provider_);
  arm_poll();
}

void ConfigWatch::wait_for_events() {
  inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this, here = std::weak_ptr(is_here_)](boost::system::error_code error) {
                        if (error || here.expired()) return;
                        read_events();
                        wait_for_events();
                      });
}

void ConfigWatch::read_events() {
  alignas(inotify_event) char block[16 * 1024];
  for (;;) {
    const ssize_t size = ::read(inotify_.native_handle(), block, sizeof block);
    if (size <= 0) return;
    for (const char* at = block; at < block + size;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      const char* name = at + sizeof event;
      note(event, event.len > 0 ? std::string_view(name) : std::string_view());
      at += sizeof event + event.len;
    }
  }
}

void ConfigWatch::note(const inotify_event& event, std::string_view name) {
  if (event.mask & IN_Q_OVERFLOW) {
    written_.clear();  // their CLOSE_WRITE may be among what was lost
    stir();
    return;
  }
  const auto found = watches_.find(event.wd);
  if (found == watches_.end()) return;
  if (event.mask & IN_IGNORED) {
    watches_.erase(found);
    stir();
    return;
  }
  const Watch& watch = found->second;
  const bool is_of_folder = name.empty();
  if (!is_of_folder && !watch.is_whole && !watch.names.contains(std::string(name))) return;
  const auto key = std::pair(event.wd, std::string(name));
  if (event.mask & IN_MODIFY) written_.try_emplace(key, Clock::now());
  if (event.mask & (IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)) written_.erase(key);
  stir();
}

void ConfigWatch::stir() {
  if (is_settling_) return;
  is_settling_ = true;
  last_look_ = look_at_files(provider_);
  arm_settle();
}

void ConfigWatch::arm_settle() {
  settle_timer_.expires_after(pace_.settle);
  settle_timer_.async_wait([this, here = std::weak_ptr(is_here_)](boost::system::error_code error) {
    if (!error && !here.expired()) settle();
  });
}

void ConfigWatch::settle() {
  // New folders and changed links are watched before they are looked at, so that nothing falls
  // between the two.
  if (inotify_.is_open()) renew_watches();
  Looks look = look_at_files(provider_);
  const bool is_quiet = look == last_look_ && !is_being_written();
  last_look_ = std::move(look);
  if (!is_quiet) {
    arm_settle();
    return;
  }
  is_settling_ = false;
  written_.clear();
  told_ = last_look_;
  callbacks_.changed();
}

bool ConfigWatch::is_being_written() const {
  const TimePoint now = Clock::now();
  for (const auto& [file, since] : written_) {
    if (now - since < pace_.writer_max) return true;
  }
  return false;
}

void ConfigWatch::arm_poll() {
  poll_timer_.expires_after(pace_.poll);
  poll_timer_.async_wait([this, here = std::weak_ptr(is_here_)](boost::system::error_code error) {
    if (error || here.expired()) return;
    if (!is_settling_ && look_at_files(provider_) != told_) stir();
    arm_poll();
  });
}

void ConfigWatch::renew_watches() {
  std::map<int, Watch> before;
  std::swap(before, watches_);
  for (const auto& [path, folder] : folders_to_watch(provider_)) watch(path, folder);
  for (const auto& [descriptor, gone] : before) {
    if (!watches_.contains(descriptor)) ::inotify_rm_watch(inotify_.native_handle(), descriptor);
  }
}

void ConfigWatch::watch(const std::filesystem::path& path, const WatchedFolder& folder) {
  // IN_MASK_ADD: two paths may lead to one folder, which then must be watched for both.
  const std::uint32_t mask =
      kNameEvents | (folder.sees_content ? kContentEvents : 0) | IN_ONLYDIR | IN_MASK_ADD;
  const int descriptor = ::inotify_add_watch(inotify_.native_handle(), path.c_str(), mask);
  if (descriptor >= 0) {
    Watch& kept = watches_[descriptor];
    kept.is_whole |= folder.is_whole;
    kept.names.insert(folder.names.begin(), folder.names.end());
    return;
  }
  // A folder that is not there (yet) is seen when its parent's watch tells of it.
  if (errno == ENOENT || errno == ENOTDIR || has_complained_) return;
  has_complained_ = true;
  const std::string hint = errno == ENOSPC ? "; raise fs.inotify.max_user_watches" : "";
  callbacks_.complain("changes in " + path.string() + " cannot be watched for (" +
                      std::generic_category().message(errno) + ")" + hint +
                      "; looking every few seconds as well");
}

}  // namespace gapura::app
