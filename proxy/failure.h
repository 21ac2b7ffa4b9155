/// What can go wrong with an exchange: whose fault it is, whether another target may be tried, and
/// the one answer it gets. Nobody else in the proxy invents a status.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gapura::proxy {

enum class Failure : std::uint8_t {
  none,
  // the client
  bad_request,
  bad_framing,
  bad_host,
  bad_uri,
  unknown_coding,
  unsupported_version,
  method_too_long,
  uri_too_long,
  head_too_large,
  too_many_fields,
  body_too_large,
  expectation,
  connect_method,
  bad_preamble,
  too_many_connections,
  client_timeout,
  client_gone,
  // ourselves
  max_forwards_options,
  max_forwards_trace,
  loop,
  no_route,
  no_target,
  out_of_descriptors,
  queue_full,  // every target has all it may have, and so has the queue
  queue_timeout,
  // the target
  connect_failed,
  connect_timeout,
  link_stale,
  target_timeout,
  bad_response,
  target_closed,
  target_cut,
  unwanted_status,  // one that failover.errors names; the fallback is asked
  tunnel_half_closed,
  drained_before_sent,
  drain_cut,
};
constexpr std::size_t kFailures = static_cast<std::size_t>(Failure::drain_cut) + 1;

enum class Retry : std::uint8_t {
  never,
  always,         ///< no byte of the request was sent
  if_replayable,  ///< idempotent method (RFC 9110 9.2.2) and the whole body still at hand
  if_kept         ///< whatever the method: the configuration asks for it; the body at hand
};

enum class Fault : std::uint8_t {
  own,     ///< ours, or nobody's: the connection may be kept
  client,  ///< what it sends next cannot be trusted to be a request: its connection ends
  target
};

struct FailureRow {
  std::string_view name;  ///< label of gapura_errors_total, word in logs
  Fault fault;
  std::uint16_t status;  ///< 0: no answer, the connection is closed
  Retry retry;
  std::string_view body;  ///< plain text; Traefik's words where it has them
};

inline constexpr std::array<FailureRow, kFailures> kFailureTable{{
    {"none", Fault::own, 0, Retry::never, ""},
    {"bad_request", Fault::client, 400, Retry::never, "Bad Request"},
    {"bad_framing", Fault::client, 400, Retry::never, "Bad Request"},
    {"bad_host", Fault::client, 400, Retry::never, "Bad Request"},
    {"bad_uri", Fault::client, 400, Retry::never, "Bad Request"},
    {"unknown_coding", Fault::client, 501, Retry::never, "Not Implemented"},
    {"unsupported_version", Fault::client, 505, Retry::never, "HTTP Version Not Supported"},
    {"method_too_long", Fault::client, 501, Retry::never, "Not Implemented"},
    {"uri_too_long", Fault::client, 414, Retry::never, "URI Too Long"},
    {"head_too_large", Fault::client, 431, Retry::never, "Request Header Fields Too Large"},
    {"too_many_fields", Fault::client, 431, Retry::never, "Request Header Fields Too Large"},
    {"body_too_large", Fault::client, 413, Retry::never, "Content Too Large"},
    {"expectation", Fault::client, 417, Retry::never, "Expectation Failed"},
    {"connect_method", Fault::client, 501, Retry::never, "Not Implemented"},
    {"bad_preamble", Fault::client, 400, Retry::never, "Bad Request"},
    {"too_many_connections", Fault::client, 429, Retry::never, "Too Many Requests"},
    {"client_timeout", Fault::client, 408, Retry::never, "Request Timeout"},
    {"client_gone", Fault::client, 0, Retry::never, ""},
    {"max_forwards_options", Fault::own, 200, Retry::never, ""},
    {"max_forwards_trace", Fault::own, 501, Retry::never, "Not Implemented"},
    {"loop", Fault::own, 508, Retry::never, "Loop Detected"},
    {"no_route", Fault::own, 404, Retry::never, "404 page not found\n"},
    {"no_target", Fault::own, 503, Retry::never, "no available server\n"},
    {"out_of_descriptors", Fault::own, 503, Retry::never, "Service Unavailable"},
    {"queue_full", Fault::own, 503, Retry::never, "Service Unavailable"},
    {"queue_timeout", Fault::own, 503, Retry::never, "Service Unavailable"},
    {"connect_failed", Fault::target, 502, Retry::always, "Bad Gateway"},
    {"connect_timeout", Fault::target, 504, Retry::always, "Gateway Timeout"},
    {"link_stale", Fault::own, 502, Retry::if_replayable, "Bad Gateway"},
    {"target_timeout", Fault::target, 504, Retry::never, "Gateway Timeout"},
    {"bad_response", Fault::target, 502, Retry::never, "Bad Gateway"},
    {"target_closed", Fault::target, 502, Retry::if_replayable, "Bad Gateway"},
    {"target_cut", Fault::target, 0, Retry::never, ""},
    {"unwanted_status", Fault::own, 502, Retry::if_kept, "Bad Gateway"},
    {"tunnel_half_closed", Fault::own, 0, Retry::never, ""},
    {"drained_before_sent", Fault::own, 503, Retry::always, "no available server\n"},
    {"drain_cut", Fault::own, 502, Retry::never, "Bad Gateway"},
}};

constexpr const FailureRow& row(Failure failure) noexcept {
  return kFailureTable[static_cast<std::size_t>(failure)];
}

/// Names by number, for the collector.
constexpr std::array<std::string_view, kFailures> failure_names() noexcept {
  std::array<std::string_view, kFailures> names;
  for (std::size_t i = 0; i < kFailures; ++i) names[i] = kFailureTable[i].name;
  return names;
}

}  // namespace gapura::proxy
