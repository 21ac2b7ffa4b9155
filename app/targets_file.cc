#include "app/targets_file.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "admin/discovery.h"
#include "app/atomic_file.h"
#include "app/disk_thread.h"
#include "base/log.h"

namespace gapura::app {

TargetsFile::TargetsFile(boost::asio::io_context& control, DiskThread& disk,
                         conf::TargetsFile wanted,
                         std::function<std::vector<balancer::ServiceView>()> services)
    : control_(control), disk_(disk), wanted_(std::move(wanted)), services_(std::move(services)) {}

void TargetsFile::look() {
  if (std::exchange(is_due_, true)) return;
  // Later: events come while the registry is changing, and often several at once.
  boost::asio::post(control_, [this] {
    is_due_ = false;
    write();
  });
}

void TargetsFile::tick() {
  if (fault_) look();
}

void TargetsFile::write() {
  if (is_writing_) return;  // written() looks again
  std::string text = admin::discovery_text(services_(), wanted_);
  if (text == text_) return;
  is_writing_ = true;
  disk_.post([this, text = std::move(text)]() mutable {
    const std::error_code error = write_atomically_for_all(wanted_.file, text);
    boost::asio::post(control_, [this, error, text = std::move(text)]() mutable {
      written(std::move(text), error);
    });
  });
}

void TargetsFile::written(std::string text, std::error_code error) {
  is_writing_ = false;
  if (error && error != fault_) {
    log::error(
        "sd: {} cannot be written: {}; it is tried again. Our user must be allowed to make files "
        "in its folder",
        wanted_.file.string(), error.message());
  } else if (!error && fault_) {
    log::info("sd: {} is written again", wanted_.file.string());
  }
  fault_ = error;
  if (error) return;
  text_ = std::move(text);
  look();  // there may have been changes meanwhile
}

}  // namespace gapura::app
