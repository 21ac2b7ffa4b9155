/// Socket files (unix(7)). Any thread.
#pragma once

#include <sys/un.h>

#include <cstddef>
#include <filesystem>
#include <optional>

namespace gapura {

/// Bytes that the path of one may have: the kernel wants a zero behind it.
inline constexpr std::size_t kSocketPathMax = sizeof(sockaddr_un::sun_path) - 1;

/// Nothing: the path is empty, or longer than kSocketPathMax.
std::optional<sockaddr_un> socket_address(const std::filesystem::path& path);

/// Whether a process listens on it; nothing when that cannot be told: there is no such file, or we
/// may not open it. Never waits.
std::optional<bool> is_listened_on(const sockaddr_un& address);

}  // namespace gapura
