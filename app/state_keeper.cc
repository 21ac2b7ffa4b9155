#include "app/state_keeper.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "app/disk_thread.h"
#include "base/log.h"

namespace gapura::app {
namespace {

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
  return text;
}

/// The one error that the system has no number for.
class NoFolder final : public std::error_category {
 public:
  const char* name() const noexcept override { return "state"; }
  std::string message(int) const override {
    return "there is no folder for state that can be written (the log says why); set stateDir";
  }
};

const std::error_category& no_folder() {
  static const NoFolder category;
  return category;
}

}  // namespace

StateKeeper::Opened StateKeeper::open(const conf::StaticConfig& config) {
  Opened opened;
  std::vector<std::string> complaints;
  auto dir = StateDir::open(config.state_dir, config.file, complaints);
  if (!dir) {
    // A folder asked for by name and not to be had is a mistake that must not pass unseen.
    if (!config.state_dir.empty()) {
      opened.error = "stateDir: " + joined(complaints);
    } else {
      opened.warnings.push_back("there is no folder for state: " + joined(complaints) +
                                ". Changes by API are refused, and no copies of good configuration "
                                "files are kept");
    }
    return opened;
  }
  dir_.emplace(*std::move(dir));
  folder_ = dir_->path();
  for (const std::string& complaint : complaints) {
    opened.warnings.push_back("state is kept in " + folder_.string() + ", because " + complaint);
  }
  std::error_code error;
  std::filesystem::create_directories(folder_ / "last-good", error);
  if (error) {
    opened.warnings.push_back("no copies of good configuration files can be kept: " +
                              (folder_ / "last-good").string() + ": " + error.message());
  }
  StateStore::Loaded loaded = StateStore(folder_).load();
  if (loaded.must_not_start) {
    opened.error = loaded.complaint;
  } else if (!loaded.complaint.empty()) {
    opened.warnings.push_back(loaded.complaint);
  }
  opened.overlay = std::move(loaded.overlay);
  return opened;
}

std::filesystem::path StateKeeper::last_good() const {
  std::error_code error;
  const auto folder = folder_ / "last-good";
  const bool is_there = !folder_.empty() && std::filesystem::is_directory(folder, error);
  return is_there ? folder : std::filesystem::path();
}

void StateKeeper::save(balancer::Overlay overlay, std::function<void(std::error_code)> done) {
  if (folder_.empty()) {
    const std::error_code error(1, no_folder());
    boost::asio::post(control_, [error, done = std::move(done)] { done(error); });
    return;
  }
  disk_.post([this, overlay = std::move(overlay), done = std::move(done)]() mutable {
    StateStore store(folder_);
    const std::error_code error = store.save(overlay);
    if (error) log::error("{} cannot be written: {}", store.file().string(), error.message());
    boost::asio::post(control_, [error, done = std::move(done)] { done(error); });
  });
}

}  // namespace gapura::app
