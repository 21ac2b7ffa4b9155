/// Dense numbers that index per-worker tables. Distinct types, so that they cannot be swapped.
#pragma once

#include <cstdint>

namespace gapura {

/// Place of a target in every worker's tables. Given by the registry; used again only after the
/// target is gone and every worker has adopted a snapshot without it.
enum class TargetSlot : std::uint32_t {};

/// Place of a service in every worker's tables and metric shards. Never used again.
enum class ServiceSlot : std::uint32_t {};

/// Place of an entry point. Fixed for the life of the process.
enum class EntryPointSlot : std::uint32_t {};

/// Number of a published snapshot; strictly increasing from 1. 0 means "none yet".
enum class Version : std::uint64_t {};

template <class Id>
constexpr auto index(Id id) noexcept {
  return static_cast<std::size_t>(id);
}

}  // namespace gapura
