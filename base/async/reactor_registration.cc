#include "base/async/reactor_registration.h"

#include <sys/epoll.h>

#include <cerrno>

namespace gapura {
namespace {

using Operation = boost::asio::detail::scheduler_operation;

// What asio keeps to itself. Naming a private member as a template argument of an explicit
// instantiation is allowed ([temp.spec.general]/6).
struct EpollFd {
  using Type = int Reactor::*;
  friend Type reach(EpollFd) noexcept;
};
struct AllocateState {
  using Type = DescriptorState* (Reactor::*)();
  friend Type reach(AllocateState) noexcept;
};
struct StateReactor {
  using Type = Reactor* DescriptorState::*;
  friend Type reach(StateReactor) noexcept;
};
struct StateDescriptor {
  using Type = int DescriptorState::*;
  friend Type reach(StateDescriptor) noexcept;
};
struct RegisteredEvents {
  using Type = std::uint32_t DescriptorState::*;
  friend Type reach(RegisteredEvents) noexcept;
};
struct IsShutDown {
  using Type = bool DescriptorState::*;
  friend Type reach(IsShutDown) noexcept;
};
struct UnclaimedEdges {
  using Type = bool (DescriptorState::*)[Reactor::max_ops];
  friend Type reach(UnclaimedEdges) noexcept;
};
struct LastEvents {
  using Type = unsigned int Operation::*;
  friend Type reach(LastEvents) noexcept;
};
template <class What, typename What::Type Member>
struct Expose {
  friend typename What::Type reach(What) noexcept { return Member; }
};
template struct Expose<EpollFd, &Reactor::epoll_fd_>;
template struct Expose<AllocateState, &Reactor::allocate_descriptor_state>;
template struct Expose<StateReactor, &DescriptorState::reactor_>;
template struct Expose<StateDescriptor, &DescriptorState::descriptor_>;
template struct Expose<RegisteredEvents, &DescriptorState::registered_events_>;
template struct Expose<IsShutDown, &DescriptorState::shutdown_>;
template struct Expose<UnclaimedEdges, &DescriptorState::try_speculative_>;
template struct Expose<LastEvents, &Operation::task_result_>;

}  // namespace

int register_socket(Reactor& reactor, int fd, DescriptorState*& state) {
  state = (reactor.*reach(AllocateState{}))();
  state->*reach(StateReactor{}) = &reactor;
  state->*reach(StateDescriptor{}) = fd;
  state->*reach(IsShutDown{}) = false;
  for (bool& has_edge : state->*reach(UnclaimedEdges{})) has_edge = false;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLERR | EPOLLHUP | EPOLLPRI | EPOLLRDHUP | EPOLLET;
  event.data.ptr = state;
  state->*reach(RegisteredEvents{}) = event.events;
  const bool is_added = ::epoll_ctl(reactor.*reach(EpollFd{}), EPOLL_CTL_ADD, fd, &event) == 0;
  return is_added ? 0 : errno;
}

std::uint32_t last_events(DescriptorState& state) noexcept {
  // The base is private: only this form of cast gets there.
  auto* operation = (Operation*)&state;  // NOLINT
  return operation->*reach(LastEvents{});
}

}  // namespace gapura
