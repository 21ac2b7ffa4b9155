/// Every metric family by name, kind and help: the one table. Traefik's names where Traefik has the
/// family, so that its dashboards and alerts go on working; ours begin with gapura_.
#pragma once

#include <array>
#include <string_view>

namespace gapura::metrics {

enum class Kind { counter, gauge, histogram };

struct Name {
  std::string_view text;
  Kind kind;
  std::string_view help;
};

enum class Family : std::size_t {
  entry_point_requests,
  entry_point_duration,
  entry_point_request_bytes,
  entry_point_response_bytes,
  service_requests,
  service_duration,
  service_request_bytes,
  service_response_bytes,
  service_retries,
  service_retries_refused,
  open_connections,
  config_reloads,
  config_last_success,
  errors,
  links_opened,
  links_reused,
  mirrored,
  connections_accepted,
  config_file_error,
  config_reload_failures,
  access_log_dropped,
  audit_lines_lost,
  build,
  worker_socket_calls,
  worker_heap_allocations,
  process_cpu,
  process_open_fds,
  process_max_fds,
  process_resident,
  process_start,
  server_up,
  server_in_flight,
  service_in_flight,
  server_state,
  queue_length,
  queue_waits,
  queue_wait_seconds,
  service_panic,
  count_,
};

inline constexpr std::array<Name, static_cast<std::size_t>(Family::count_)> kNames{{
    {"traefik_entrypoint_requests_total", Kind::counter, "Requests answered, by entry point."},
    {"traefik_entrypoint_request_duration_seconds", Kind::histogram,
     "Time from a request's first byte to its answer's last, by entry point."},
    {"traefik_entrypoint_requests_bytes_total", Kind::counter,
     "Bytes of request bodies received, by entry point."},
    {"traefik_entrypoint_responses_bytes_total", Kind::counter,
     "Bytes of response bodies sent, by entry point."},
    {"traefik_service_requests_total", Kind::counter, "Requests answered, by service."},
    {"traefik_service_request_duration_seconds", Kind::histogram,
     "Time from a request's first byte to its answer's last, by service."},
    {"traefik_service_requests_bytes_total", Kind::counter,
     "Bytes of request bodies received, by service."},
    {"traefik_service_responses_bytes_total", Kind::counter,
     "Bytes of response bodies sent, by service."},
    {"traefik_service_retries_total", Kind::counter,
     "Further attempts made for a request on another target."},
    {"gapura_service_retries_refused_total", Kind::counter,
     "Further attempts that the retry budget did not allow, by service."},
    {"traefik_open_connections", Kind::gauge, "Client connections that are open."},
    {"traefik_config_reloads_total", Kind::counter, "Configurations applied since the start."},
    {"traefik_config_last_reload_success", Kind::gauge,
     "Unix time of the last configuration that was applied without an error."},
    {"gapura_errors_total", Kind::counter,
     "Answers that Gapura made itself and exchanges that were cut, by reason."},
    {"gapura_links_opened_total", Kind::counter, "Connections made to targets."},
    {"gapura_links_reused_total", Kind::counter,
     "Requests that found an idle link to their target."},
    {"gapura_mirrored_requests_total", Kind::counter,
     "Copies of requests for mirrors, by what came of them."},
    {"gapura_connections_accepted_total", Kind::counter, "Client connections accepted."},
    {"gapura_config_file_error", Kind::gauge,
     "1 while the file is broken and its last good version is used."},
    {"gapura_config_reload_failures_total", Kind::counter,
     "Reloads in which at least one file was refused."},
    {"gapura_access_log_dropped_total", Kind::counter,
     "Access log lines dropped because the log was behind."},
    {"gapura_audit_lines_lost_total", Kind::counter,
     "Lines of the audit log that could not be written."},
    {"gapura_build_info", Kind::gauge, "Always 1; the version is a label."},
    {"gapura_worker_socket_calls_total", Kind::counter, "Socket calls made, by worker."},
    {"gapura_worker_heap_allocations_total", Kind::counter,
     "Heap allocations, by worker; 0 unless they are counted."},
    {"process_cpu_seconds_total", Kind::counter, "User and system CPU time spent, in seconds."},
    {"process_open_fds", Kind::gauge, "Open file descriptors."},
    {"process_max_fds", Kind::gauge, "Most file descriptors that may be open."},
    {"process_resident_memory_bytes", Kind::gauge, "Resident memory, in bytes."},
    {"process_start_time_seconds", Kind::gauge, "Unix time at which the process started."},
    {"traefik_service_server_up", Kind::gauge, "1 while the target may be picked, else 0."},
    {"gapura_server_inflight_requests", Kind::gauge, "Requests in flight, by target."},
    {"gapura_service_inflight_requests", Kind::gauge, "Requests in flight, by service."},
    {"gapura_server_state", Kind::gauge, "1 for the state that the target is in."},
    {"gapura_service_queue_length", Kind::gauge,
     "Requests that wait for a target to have room, by service."},
    {"gapura_service_queue_waits_total", Kind::counter,
     "Requests that have waited for a target to have room, whatever came of them, by service."},
    {"gapura_service_queue_wait_seconds_total", Kind::counter,
     "Time that these have waited, in seconds, by service."},
    {"gapura_service_panic", Kind::gauge,
     "1 while too few targets are well and doubtful ones are used too, by service."},
}};

constexpr const Name& name_of(Family family) noexcept {
  return kNames[static_cast<std::size_t>(family)];
}

}  // namespace gapura::metrics
