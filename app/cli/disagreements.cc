#include "app/cli/disagreements.h"

#include <algorithm>
#include <map>

namespace gapura::app::cli {
namespace {

using Rows = std::vector<Disagreement>;

/// One service: what the state has of it, beside what the files list.
class Comparison {
 public:
  Comparison(std::string name, const balancer::ServiceOverlay& state,
             const conf::ServiceConfig* files, Rows& rows)
      : name_(std::move(name)), state_(state), files_(files), rows_(rows) {
    if (files_ == nullptr) return;
    for (const conf::Server& one : files_->servers) listed_.emplace(one.url.authority(), one);
  }

  void added() {
    for (const auto& [id, target] : state_.added) {
      const std::string by =
          target.origin == balancer::Origin::autoscale ? "the autoscaler" : "the admin API";
      const auto listed = listed_.find(id);
      if (listed == listed_.end()) {
        add(id, "added by " + by, missing());
      } else if (listed->second != target.server) {
        add(id, "weight " + std::to_string(target.server.weight) + ", by " + by, found(id));
      }
    }
  }

  void removed() {
    // An edit of the list ends its removals; the state keeps them until the server has seen it.
    const bool is_edited = files_ != nullptr && files_->servers != state_.file_servers;
    for (const std::string& id : state_.removed) {
      add(id, is_edited ? "removed; ends, since the list was edited" : "removed", found(id));
    }
  }

  void drained() {
    for (const std::string& id : state_.drained) add(id, "drained", found(id));
  }

 private:
  std::string missing() const {
    return files_ == nullptr ? "there is no such service" : "not listed";
  }

  std::string found(const std::string& id) const {
    const auto listed = listed_.find(id);
    if (listed == listed_.end()) return missing();
    return "listed with weight " + std::to_string(listed->second.weight);
  }

  void add(const std::string& id, std::string state, std::string files) {
    rows_.push_back({name_, id, std::move(state), std::move(files)});
  }

  const std::string name_;
  const balancer::ServiceOverlay& state_;
  const conf::ServiceConfig* const files_;
  std::map<std::string, conf::Server> listed_;
  Rows& rows_;
};

}  // namespace

Rows disagreements(const balancer::Overlay& state, const conf::DynamicConfig& files) {
  Rows rows;
  for (const auto& [name, service] : state.services) {
    const auto found = files.services.find(name);
    Comparison comparison(name, service, found == files.services.end() ? nullptr : &found->second,
                          rows);
    comparison.added();
    comparison.removed();
    comparison.drained();
  }
  return rows;
}

}  // namespace gapura::app::cli
