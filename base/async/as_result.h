#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gapura {

/// `auto [error, bytes] = co_await ...(..., as_result)`: an expected error is a value.
inline constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace gapura
