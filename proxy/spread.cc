#include "proxy/spread.h"

#include <algorithm>

namespace gapura::proxy {

unsigned Spread::place(unsigned self) noexcept {
  if (counts_.size() == 1) return self;
  Count& own = counts_[self];
  const std::uint64_t ours = own.value.load(std::memory_order_relaxed);
  if ((ours & kStopped) == 0) {
    const auto least = std::ranges::min_element(counts_, {}, [](const Count& count) {
      return count.value.load(std::memory_order_relaxed);
    });
    const std::uint64_t fewest = least->value.load(std::memory_order_relaxed);
    if (is_uneven(ours, fewest) && take(*least)) {
      return static_cast<unsigned>(least - counts_.begin());
    }
  }
  own.value.fetch_add(1, std::memory_order_relaxed);
  return self;
}

/// By compare and exchange, so that a worker that has stopped sees its count only go down: when it
/// is 0 then, nothing is on its way. The order of other memory is the post's that follows.
bool Spread::take(Count& count) noexcept {
  std::uint64_t seen = count.value.load(std::memory_order_relaxed);
  while ((seen & kStopped) == 0) {
    if (count.value.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

void Spread::closed(unsigned worker) noexcept {
  if (counts_.size() > 1) counts_[worker].value.fetch_sub(1, std::memory_order_relaxed);
}

void Spread::stop(unsigned worker) noexcept {
  if (counts_.size() > 1) counts_[worker].value.fetch_or(kStopped, std::memory_order_relaxed);
}

std::size_t Spread::open(unsigned worker) const noexcept {
  return counts_[worker].value.load(std::memory_order_relaxed) & ~kStopped;
}

}  // namespace gapura::proxy
