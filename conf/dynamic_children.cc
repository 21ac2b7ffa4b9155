// Services over services need all files at once: their children must exist, work, and not lead
// back to them.
#include <algorithm>

#include "conf/dynamic_parts.h"
#include "conf/nearest.h"

namespace gapura::conf {
namespace {

/// No file means this; it keeps the depth of the recursion below in bounds.
constexpr std::size_t kChainMax = 500;

class Families {
 public:
  Families(DynamicConfig& config, Guess& guess, Problems& problems)
      : config_(config), guess_(guess), problems_(problems) {}

  void settle(ServiceConfig& service) {
    if (seen_.contains(service.name)) return;
    seen_.emplace(service.name, Seen{});
    chain_.push_back(service.name);
    std::size_t depth = 0;
    for (const ChildService* child : children_of(service.composite)) {
      if (!service.fault.empty()) break;  // one reason is enough
      std::string why = fault_of(*child, depth);
      if (why.empty() && depth > kNestingMax) {
        why = "more than " + std::to_string(kNestingMax) + " services lie one above another";
      }
      if (!why.empty()) disable(service, *child, std::move(why));
    }
    chain_.pop_back();
    seen_[service.name] = {.is_settled = true, .depth = depth};
  }

 private:
  struct Seen {
    bool is_settled = false;  ///< false: it is in chain_
    std::size_t depth = 0;    ///< services below it, one under another
  };

  /// Why a service that has this child cannot be used. `depth` grows to that of the child and one.
  std::string fault_of(const ChildService& child, std::size_t& depth) {
    const auto found = config_.services.find(child.name);
    if (found == config_.services.end()) {
      return "there is no service " + in_quotes(child.name) + guess_(child.name);
    }
    const auto seen = seen_.find(child.name);
    if (seen != seen_.end() && !seen->second.is_settled)
      return "leads back to itself: " + circle_to(child.name);
    if (chain_.size() > kChainMax) return "too many services lie one above another";
    settle(found->second);
    depth = std::max(depth, seen_[child.name].depth + 1);
    if (found->second.fault.empty()) return {};
    return "its service " + in_quotes(child.name) + " is disabled: " + found->second.fault;
  }

  /// "'a' -> 'b' -> 'a'".
  std::string circle_to(const std::string& name) const {
    const auto begin = std::ranges::find(chain_, name);
    std::string out;
    for (auto one = begin; one != chain_.end(); ++one) out += in_quotes(*one) + " -> ";
    return out + in_quotes(name);
  }

  void disable(ServiceConfig& service, const ChildService& child, std::string why) {
    Problem problem = child.where;
    problem.message = why + "; this service is disabled";
    problems_.push_back(std::move(problem));
    service.fault = std::move(why);
  }

  DynamicConfig& config_;
  Guess& guess_;
  Problems& problems_;
  std::map<std::string, Seen> seen_;
  std::vector<std::string> chain_;  ///< from the service looked at first down to this one
};

}  // namespace

void resolve_children(DynamicConfig& config, Guess& guess, Problems& problems) {
  Families families(config, guess, problems);
  for (auto& [name, service] : config.services) families.settle(service);
}

}  // namespace gapura::conf
