#include "app/audit_log.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "app/append_file.h"
#include "app/disk_thread.h"

namespace gapura::app {

std::string AuditLog::fault() const {
  if (file_.empty()) return "there is no folder for it; set stateDir or admin.auditLog";
  const std::error_code error = append_text(file_, "");
  return error ? file_.string() + ": " + error.message() : std::string();
}

void AuditLog::append(std::string line, std::function<void()> done) {
  disk_.post([this, line = std::move(line), done = std::move(done)] {
    const bool is_lost = file_.empty() || !append_or_warn(file_, line);
    boost::asio::post(control_, [this, is_lost, done] {
      if (is_lost) ++lost_;
      done();
    });
  });
}

}  // namespace gapura::app
