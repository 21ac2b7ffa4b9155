#include "admin/changes.h"

#include <utility>

#include "admin/awaited.h"

namespace gapura::admin {
namespace net = boost::asio;

Changes::Changes(balancer::Registry& registry, Persist persist)
    : registry_(registry), persist_(std::move(persist)) {}

net::awaitable<Changes::Outcome> Changes::make(std::function<balancer::Proposal()> propose,
                                               std::shared_ptr<ChangeTrace> trace) {
  Applied applied;
  {
    const Turns::Turn turn = co_await turns_.take();
    balancer::Proposal proposal = propose();
    if (auto* refusal = std::get_if<balancer::Refusal>(&proposal)) {
      co_return Outcome(std::move(*refusal));
    }
    auto& overlay = std::get<balancer::Overlay>(proposal);
    applied.has_changed = !(overlay == registry_.overlay());
    if (applied.has_changed) {
      const std::error_code failed = co_await save_and_apply(overlay, trace);
      if (failed) co_return Outcome(failed);
    }
    applied.version = registry_.version();
  }
  // Somebody else's turn already: the version is ours, whatever follows it.
  std::function<bool()> is_everywhere = [this, version = applied.version] {
    return registry_.adopted_by_all() >= version;
  };
  const TimePoint deadline = Clock::now() + kAdoptionMax;
  const Waited waited = co_await adopted_.until(std::move(is_everywhere), nullptr, deadline);
  applied.is_adopted = waited == Waited::met;
  co_return Outcome(applied);
}

/// In force in the very step that says that it is saved: whoever saved what is in force between the
/// two would write the state before it over it.
net::awaitable<std::error_code> Changes::save_and_apply(balancer::Overlay overlay,
                                                        std::shared_ptr<ChangeTrace> trace) {
  std::function<void(std::function<void(std::error_code)>)> begin =
      [this, &overlay, &trace](std::function<void(std::error_code)> done) {
        auto apply = [&registry = registry_, overlay, trace,
                      done = std::move(done)](std::error_code failed) {
          if (!failed) {
            if (trace) trace->note(registry.overlay(), overlay);
            registry.set_overlay(overlay, Clock::now());
          }
          done(failed);
        };
        persist_(std::move(overlay), std::move(apply));
      };
  auto saving = awaited<std::error_code>(std::move(begin));
  const std::error_code failed = co_await std::move(saving);
  co_return failed;
}

}  // namespace gapura::admin
