#include "app/append_file.h"

#include <fstream>
#include <utility>

#include "app/disk_thread.h"
#include "base/clock.h"
#include "base/log.h"

namespace gapura::app {

void append_line(DiskThread& disk, const std::filesystem::path& file, std::string line) {
  disk.post([file, line = std::move(line)] {
    std::ofstream out(file, std::ios::app);
    out << line << '\n' << std::flush;
    if (out) return;
    static TimePoint quiet_until{};  // of the disk thread, as all of this
    if (Clock::now() < quiet_until) return;
    quiet_until = Clock::now() + Milliseconds(60'000);
    log::warn("{} cannot be written", file.string());
  });
}

}  // namespace gapura::app
