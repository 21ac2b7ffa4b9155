#include "admin/condition.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <list>
#include <utility>

#include "base/async/as_result.h"

namespace gapura::admin {
namespace net = boost::asio;

struct Condition::Waiting {
  std::list<net::steady_timer*> timers;

  /// A place in the list for as long as a coroutine waits.
  class Place {
   public:
    Place(std::shared_ptr<Waiting> waiting, net::steady_timer& timer)
        : waiting_(std::move(waiting)),
          place_(waiting_->timers.insert(waiting_->timers.end(), &timer)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { waiting_->timers.erase(place_); }

   private:
    std::shared_ptr<Waiting> waiting_;
    std::list<net::steady_timer*>::iterator place_;
  };

  /// Forgets a departure's listener, which refers to a timer in a frame.
  struct Listening {
    Listening(std::shared_ptr<Departure> departure_, net::steady_timer& timer)
        : departure(std::move(departure_)) {
      if (departure) departure->on_happening([&timer] { timer.cancel(); });
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening() {
      if (departure) departure->on_happening({});
    }
    std::shared_ptr<Departure> departure;
  };
};

Condition::Condition() : waiting_(std::make_shared<Waiting>()) {}

void Condition::notify() {
  // Cancelling only posts: nobody leaves the list while it is walked.
  for (net::steady_timer* timer : waiting_->timers) timer->cancel();
}

net::awaitable<Waited> Condition::until(std::function<bool()> is_met,
                                        std::shared_ptr<Departure> departure, TimePoint deadline) {
  net::steady_timer timer(co_await net::this_coro::executor);
  const Waiting::Place place(waiting_, timer);
  const Waiting::Listening listening(departure, timer);
  for (;;) {
    if (is_met()) co_return Waited::met;
    if (departure && departure->has_happened()) co_return Waited::departed;
    if (Clock::now() >= deadline) co_return Waited::timed_out;
    timer.expires_at(deadline);
    co_await timer.async_wait(as_result);  // cancelled or due: look again either way
  }
}

Turns::Turn::Turn(std::shared_ptr<Condition> changed, std::shared_ptr<std::uint64_t> now_serving)
    : changed_(std::move(changed)), now_serving_(std::move(now_serving)) {}

Turns::Turn::~Turn() {
  if (!changed_) return;  // moved from
  ++*now_serving_;
  changed_->notify();
}

Turns::Turns()
    : changed_(std::make_shared<Condition>()), now_serving_(std::make_shared<std::uint64_t>(0)) {}

net::awaitable<Turns::Turn> Turns::take() {
  const std::uint64_t ticket = next_ticket_++;
  const auto changed = changed_;
  const auto now_serving = now_serving_;
  // Not ended by a departure: a ticket that nobody uses would stop everybody behind it.
  std::function<bool()> is_mine = [now_serving, ticket] { return *now_serving == ticket; };
  co_await changed->until(std::move(is_mine), nullptr, Condition::kNever);
  co_return Turn(changed, now_serving);
}

}  // namespace gapura::admin
