/// Gives target slots out, and takes them back only when nobody can mean the old target by them.
/// Control thread only.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "balancer/target.h"
#include "base/ids.h"

namespace gapura::balancer {

class SlotLedger {
 public:
  /// The lowest free slot.
  TargetSlot take();
  /// `state` is gone. Its slot is free again when every worker has adopted a snapshot published
  /// after this call, and no lease is left (a drain whose time was up may leave some behind).
  void retire(TargetRef state);
  /// A snapshot without the targets retired so far was published.
  void published(Version version);
  /// Every worker has adopted `version` or a later one.
  void adopted_by_all(Version version);
  /// Highest slot ever taken plus one.
  std::size_t size() const noexcept { return next_; }
  /// Something is waiting for a snapshot to be published.
  bool awaits_publication() const noexcept { return !unpublished_.empty(); }

 private:
  struct Retired {
    TargetRef state;
    Version version;
  };
  std::size_t next_ = 0;
  std::set<TargetSlot> free_;
  std::vector<TargetRef> unpublished_;
  std::vector<Retired> retired_;
};

}  // namespace gapura::balancer
