/// What is still to be done of creations that take several calls (a clone whose public address is
/// to be given back): kept in a file before each call, so that our end at any moment costs nobody a
/// forgotten address. Control thread; small files only.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "autoscale/provider/template.h"
#include "base/clock.h"

namespace gapura::autoscale {

class Creations {
 public:
  struct Rest {
    std::size_t next = 0;            ///< index of the call that comes next
    Words words{};                   ///< what calls so far have said; no secrets
    TimePoint since = Clock::now();  ///< of the creation, or of our start
  };

  /// Reads what an earlier process left. An empty path: nothing outlives us.
  explicit Creations(std::filesystem::path file);

  /// Nobody else goes on with a creation while its maker is at it; one maker a name.
  class Making {
   public:
    Making(std::shared_ptr<Creations> all, std::string name);
    Making(const Making&) = delete;
    Making& operator=(const Making&) = delete;
    ~Making();
    void remember(Rest rest);
    void forget();

   private:
    const std::shared_ptr<Creations> all_;
    const std::string name_;
  };

  /// Names of those that wait for somebody to go on with them.
  std::vector<std::string> waiting() const;
  std::optional<Rest> rest_of(const std::string& name) const;
  void forget(const std::string& name);

 private:
  void save();

  const std::filesystem::path file_;
  std::map<std::string, Rest> rests_;
  std::set<std::string> made_now_;
  bool is_complained_ = false;
};

}  // namespace gapura::autoscale
