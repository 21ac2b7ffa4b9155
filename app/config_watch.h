/// Notices that configuration files changed, and waits until they have settled. Lives on one loop
/// (the disk thread's): every member is called there, and `changed` is called there.
///
/// A file is believed when whoever wrote it has closed it, or it was renamed into place, and 100 ms
/// passed without its size or time changing: a file cut at a list item parses as a shorter list.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "app/watch_paths.h"
#include "base/clock.h"

struct inotify_event;

namespace gapura::app {

class ConfigWatch {
 public:
  struct Pace {
    Milliseconds settle{100};
    Milliseconds poll{3'000};        ///< for file systems that tell nothing (network ones)
    Milliseconds writer_max{5'000};  ///< a writer that never closes is waited for this long
  };
  struct Callbacks {
    std::function<void()> changed;  ///< files settled after a change
    std::function<void(const std::string&)>
        complain;  ///< one sentence; watching goes on by polling
  };

  ConfigWatch(boost::asio::io_context& loop, conf::FileProvider provider, Callbacks callbacks,
              Pace pace);
  ~ConfigWatch();

  /// Changes from now on are told. What the files are now is taken as known.
  void start();

 private:
  void wait_for_events();
  void read_events();
  void note(const inotify_event& event, std::string_view name);
  void renew_watches();
  void watch(const std::filesystem::path& path, const WatchedFolder& folder);
  void stir();
  void arm_settle();
  void settle();
  void arm_poll();
  bool is_being_written() const;

  struct Watch {
    bool is_whole = false;
    std::set<std::string> names;
  };

  conf::FileProvider provider_;
  Callbacks callbacks_;
  Pace pace_;
  boost::asio::posix::stream_descriptor inotify_;
  boost::asio::steady_timer settle_timer_;
  boost::asio::steady_timer poll_timer_;
  std::map<int, Watch> watches_;                              ///< by watch descriptor
  std::map<std::pair<int, std::string>, TimePoint> written_;  ///< modified, not closed yet; since
  Looks told_;                                                ///< as last told
  Looks last_look_;                                           ///< at the previous settle tick
  bool is_settling_ = false;
  bool has_complained_ = false;
  /// Asked by handlers: of what is due already the end of this object does not take the success.
  const std::shared_ptr<const bool> is_here_ = std::make_shared<const bool>(true);
};

}  // namespace gapura::app
