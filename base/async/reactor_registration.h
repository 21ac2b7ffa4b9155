/// A socket's place in asio's reactor, reached below its public interface: channel.cc says why. One
/// thread, the loop's: nothing here locks. Only for channel.cc.
#pragma once

#include <boost/asio/io_context.hpp>
// io_context.hpp first: asio 1.81 cannot be entered through these two.
#include <boost/asio/detail/reactor.hpp>
#include <boost/asio/detail/reactor_op.hpp>
#include <boost/version.hpp>
#include <cstdint>
#include <type_traits>

static_assert(BOOST_VERSION >= 108100 && BOOST_VERSION < 108200,
              "asio's reactor is used below its public interface: read channel.cc and "
              "reactor_registration.cc against this version of asio, run the tests of both, then "
              "widen the range");

namespace gapura {

using Reactor = boost::asio::detail::reactor;
using DescriptorState = std::remove_pointer_t<Reactor::per_descriptor_data>;

/// What Reactor::register_descriptor does, by one epoll_ctl(2), with two differences. It asks to be
/// told of the peer's FIN as such: without that, one that arrives together with data looks like the
/// data alone, and no second edge ever comes. And there is no edge before the kernel has told of
/// one: it tells of what is there already, and to be woken twice for it costs reads in vain.
/// 0, or an errno. `state` is made in either case, for deregister and cleanup.
int register_socket(Reactor& reactor, int fd, DescriptorState*& state);

/// What the kernel said last of this socket. May be what it said of an earlier one in the same
/// place, so it is a hint.
std::uint32_t last_events(DescriptorState& state) noexcept;

}  // namespace gapura
