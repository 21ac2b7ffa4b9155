/// What is fuzzed: each function takes any bytes at all, and stops the process (check, sanitizers)
/// when what must always hold does not. Pure; one thread.
#pragma once

#include <array>
#include <string_view>

namespace gapura::fuzz {

/// What we accept and write, Beast reads as the same message; and so do we.
void request_head(std::string_view bytes);
void response_head(std::string_view bytes);
/// The first two bytes choose the splits. Split or whole, ours or Beast's: the same body.
void chunks(std::string_view bytes);
/// Clean once is clean for ever, and below the root.
void path(std::string_view bytes);
/// In parts or whole, and said again: the same client.
void preamble(std::string_view bytes);
void rule(std::string_view bytes);
/// As static and as dynamic configuration.
void config(std::string_view bytes);
/// As a webhook's body: whom an alert speaks of is known, and withdrawn alerts leave no vote.
void payload(std::string_view bytes);

/// As the body, and the query, of calls to the admin API: what is taken is whole and in range.
void admin_body(std::string_view bytes);

struct Target {
  std::string_view name;  ///< also the folder of its corpus
  void (*run)(std::string_view bytes);
};

inline constexpr std::array kTargets{
    Target{"request_head", request_head},
    Target{"response_head", response_head},
    Target{"chunks", chunks},
    Target{"path", path},
    Target{"preamble", preamble},
    Target{"rule", rule},
    Target{"config", config},
    Target{"payload", payload},
    Target{"admin_body", admin_body},
};

}  // namespace gapura::fuzz
