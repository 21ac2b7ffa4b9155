#include "metrics/collector.h"

#include <limits>
#include <map>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sstream>
#include <tuple>
#include <utility>

#include "metrics/names.h"
#include "metrics/process.h"
#include "metrics/target_text.h"

namespace gapura::metrics {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;

/// Families in the making, in the order in which they are first named.
class Families {
 public:
  void add(Family family, Labels labels, double value) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    if (name_of(family).kind == Kind::counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    of(family).metric.push_back(std::move(metric));
  }
  void add(Family family, Labels labels, prometheus::ClientMetric::Histogram histogram) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    metric.histogram = std::move(histogram);
    of(family).metric.push_back(std::move(metric));
  }
  std::vector<prometheus::MetricFamily> take() { return std::move(families_); }

 private:
  prometheus::MetricFamily& of(Family family) {
    const auto [place, is_new] = places_.try_emplace(family, families_.size());
    if (is_new) {
      const Name& name = name_of(family);
      prometheus::MetricFamily made;
      made.name = name.text;
      made.help = name.help;
      made.type = type_of(name.kind);
      families_.push_back(std::move(made));
    }
    return families_[place->second];
  }
  static prometheus::MetricType type_of(Kind kind) {
    switch (kind) {
      case Kind::counter: return prometheus::MetricType::Counter;
      case Kind::gauge: return prometheus::MetricType::Gauge;
      case Kind::histogram: return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
  }
  std::map<Family, std::size_t> places_;
  std::vector<prometheus::MetricFamily> families_;
};

/// One key over all workers.
struct Sum {
  std::uint64_t requests = 0, duration_us = 0, request_bytes = 0, response_bytes = 0;
  std::array<std::uint64_t, kBucketsMax + 1> buckets{};

  void add(const Series& series) {
    requests += series.requests.get();
    duration_us += series.duration_us.get();
    request_bytes += series.request_bytes.get();
    response_bytes += series.response_bytes.get();
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += series.buckets[i].get();
  }

  prometheus::ClientMetric::Histogram histogram(const std::vector<double>& bounds_s) const {
    prometheus::ClientMetric::Histogram made;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bounds_s.size(); ++i) {
      below += buckets[i];
      made.bucket.push_back({below, bounds_s[i]});
    }
    // Counted from the buckets, not from `requests`: a worker may be between the two.
    below += buckets[kBucketsMax];
    made.bucket.push_back({below, std::numeric_limits<double>::infinity()});
    made.sample_count = below;
    made.sample_sum = static_cast<double>(duration_us) / 1e6;
    return made;
  }
};

struct KeyOrder {
  bool operator()(const SeriesKey& a, const SeriesKey& b) const noexcept {
    return std::tie(a.scope, a.slot, a.code, a.method, a.protocol) <
           std::tie(b.scope, b.slot, b.code, b.method, b.protocol);
  }
};
using Sums = std::map<SeriesKey, Sum, KeyOrder>;

/// The families of a scope.
struct ScopeFamilies {
  Family requests, duration, request_bytes, response_bytes;
  const char* label;
};
constexpr ScopeFamilies kEntryPointScope{Family::entry_point_requests, Family::entry_point_duration,
                                         Family::entry_point_request_bytes,
                                         Family::entry_point_response_bytes, "entrypoint"};
constexpr ScopeFamilies kServiceScope{Family::service_requests, Family::service_duration,
                                      Family::service_request_bytes, Family::service_response_bytes,
                                      "service"};

}  // namespace

class Collector::Summation final : public prometheus::Collectable {
 public:
  explicit Summation(Sources sources) : sources_(std::move(sources)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    Families families;
    add_requests(families);
    add_queues(families);
    add_panics(families);
    add_workers(families);
    add_reloads(families);
    add_readings(families);
    add_process(families);
    return families.take();
  }

  std::string expose() {
    learn_services();
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, Collect());
    std::string text = std::move(out).str();
    text.reserve(text_bytes_);
    TargetText targets;
    sources_.targets([&](const TargetGauges& one) { targets.add(one); });
    targets.append_to(text);
    text_bytes_ = text.size() + text.size() / 16;
    return text;
  }

 private:
  using Slot = std::uint32_t;
  struct Known {
    std::string label;
    bool is_gone = false;
  };

  /// Labels of the services that have been counted. One that is gone is kept for this scrape, so
  /// that its last requests are seen, and dropped at the next.
  void learn_services() {
    for (auto& [slot, known] : services_) {
      const std::string label = sources_.service_label(ServiceSlot{slot});
      if (label.empty() && known.is_gone) known.label.clear();
      known.is_gone = label.empty();
      if (!label.empty()) known.label = label;
    }
    for (const Shard* shard : sources_.shards) {
      for (const Series* one = shard->series(); one != nullptr; one = one->next) {
        if (one->key.scope != SeriesKey::Scope::service) continue;
        const auto [place, is_new] = services_.try_emplace(one->key.slot);
        if (is_new) place->second.label = sources_.service_label(ServiceSlot{one->key.slot});
      }
    }
  }

  std::string label_of(const SeriesKey& key) const {
    if (key.scope == SeriesKey::Scope::entry_point) {
      return key.slot < sources_.entry_points.size() ? sources_.entry_points[key.slot] : "";
    }
    const auto known = services_.find(key.slot);
    return known == services_.end() ? "" : known->second.label;
  }

  bool is_shown(SeriesKey::Scope scope) const {
    return scope == SeriesKey::Scope::entry_point ? sources_.has_entry_point_families
                                                  : sources_.has_service_families;
  }

  void add_requests(Families& families) const {
    Sums sums;
    for (const Shard* shard : sources_.shards) {
      for (const Series* one = shard->series(); one != nullptr; one = one->next) {
        if (is_shown(one->key.scope)) sums[one->key].add(*one);
      }
    }
    for (const auto& [key, sum] : sums) {
      const std::string label = label_of(key);
      if (label.empty()) continue;
      const bool is_service = key.scope == SeriesKey::Scope::service;
      const ScopeFamilies& scope = is_service ? kServiceScope : kEntryPointScope;
      const Labels labels{{"code", std::to_string(key.code)},
                          {"method", std::string(to_string(key.method))},
                          {"protocol", std::string(to_string(key.protocol))},
                          {scope.label, label}};
      families.add(scope.requests, labels, static_cast<double>(sum.requests));
      families.add(scope.duration, labels, sum.histogram(sources_.shards.front()->bounds_s()));
      families.add(scope.request_bytes, labels, static_cast<double>(sum.request_bytes));
      families.add(scope.response_bytes, labels, static_cast<double>(sum.response_bytes));
    }
    if (!sources_.has_service_families) return;
    for (const auto& [slot, known] : services_) {
      if (known.label.empty()) continue;
      std::uint64_t retries = 0;
      std::uint64_t refused = 0;
      for (const Shard* shard : sources_.shards) {
        retries += shard->retries_of(ServiceSlot{slot});
        refused += shard->retries_refused_of(ServiceSlot{slot});
      }
      const Labels labels{{"service", known.label}};
      families.add(Family::service_retries, labels, static_cast<double>(retries));
      families.add(Family::service_retries_refused, labels, static_cast<double>(refused));
    }
  }

  void add_queues(Families& families) const {
    if (!sources_.queues) return;
    for (const QueueFigures& queue : sources_.queues()) {
      const Labels labels{{"service", queue.service}};
      families.add(Family::queue_length, labels, queue.length);
      families.add(Family::queue_waits, labels, static_cast<double>(queue.waits));
      families.add(Family::queue_wait_seconds, labels, static_cast<double>(queue.waited_us) / 1e6);
    }
  }

  void add_panics(Families& families) const {
    if (!sources_.panics) return;
    for (const PanicFigure& one : sources_.panics()) {
      families.add(Family::service_panic, {{"service", one.service}}, one.is_panic ? 1 : 0);
    }
  }

  double total(Counter Shard::*counter) const {
    std::uint64_t sum = 0;
    for (const Shard* shard : sources_.shards) sum += (shard->*counter).get();
    return static_cast<double>(sum);
  }

  void add_workers(Families& families) const {
    for (std::size_t i = 0; i < sources_.entry_points.size(); ++i) {
      // A connection is counted up and down by one worker each, so the sum is never negative.
      std::uint64_t open = 0;
      for (const Shard* shard : sources_.shards) open += shard->open_connections[i].get();
      families.add(Family::open_connections,
                   {{"entrypoint", sources_.entry_points[i]}, {"protocol", "TCP"}},
                   static_cast<double>(open));
    }
    for (std::size_t i = 0; i < sources_.reasons.size() && i < kReasonsMax; ++i) {
      std::uint64_t count = 0;
      for (const Shard* shard : sources_.shards) count += shard->errors[i].get();
      if (i == 0 && count == 0) continue;  // number 0 is "nothing went wrong"
      families.add(Family::errors, {{"reason", std::string(sources_.reasons[i])}},
                   static_cast<double>(count));
    }
    families.add(Family::connections_accepted, {}, total(&Shard::connections_accepted));
    families.add(Family::connections_handed_over, {}, total(&Shard::connections_handed_over));
    families.add(Family::links_opened, {}, total(&Shard::links_opened));
    families.add(Family::links_reused, {}, total(&Shard::links_reused));
    const std::pair<const char*, Counter Shard::*> mirrored[] = {
        {"answered", &Shard::mirrors_answered},
        {"failed", &Shard::mirrors_failed},
        {"dropped", &Shard::mirrors_dropped}};
    for (const auto& [result, counter] : mirrored) {
      families.add(Family::mirrored, {{"result", result}}, total(counter));
    }
    families.add(Family::access_log_dropped, {}, total(&Shard::access_log_dropped));
    for (std::size_t i = 0; i < sources_.shards.size(); ++i) {
      const Labels labels{{"worker", std::to_string(i)}};
      std::uint64_t open = 0;
      for (const Counter& of_entry : sources_.shards[i]->open_connections) open += of_entry.get();
      families.add(Family::worker_open_connections, labels, static_cast<double>(open));
      families.add(Family::worker_socket_calls, labels,
                   static_cast<double>(sources_.shards[i]->socket_calls.get()));
      families.add(Family::worker_heap_allocations, labels,
                   static_cast<double>(sources_.shards[i]->heap_allocations.get()));
    }
  }

  void add_reloads(Families& families) const {
    const ReloadFigures figures = sources_.reloads();
    families.add(Family::config_reloads, {}, static_cast<double>(figures.reloads));
    families.add(Family::config_reload_failures, {}, static_cast<double>(figures.failures));
    families.add(Family::config_last_success, {}, figures.last_success_unix_s);
    for (const auto& [file, is_broken] : figures.files) {
      families.add(Family::config_file_error, {{"file", file}}, is_broken ? 1 : 0);
    }
    if (sources_.audit_lines_lost) {
      families.add(Family::audit_lines_lost, {}, static_cast<double>(sources_.audit_lines_lost()));
    }
    families.add(Family::build, {{"version", sources_.version}}, 1);
  }

  void add_readings(Families& families) const {
    if (!sources_.readings) return;
    for (const Reading& one : sources_.readings()) {
      Labels labels;
      for (const auto& [name, value] : one.labels) labels.push_back({name, value});
      families.add(one.family, std::move(labels), one.value);
    }
  }

  void add_process(Families& families) const {
    const ProcessFigures figures = read_process();
    families.add(Family::process_cpu, {}, figures.cpu_s);
    families.add(Family::process_start, {}, figures.start_unix_s);
    families.add(Family::process_resident, {}, static_cast<double>(figures.resident_bytes));
    families.add(Family::process_open_fds, {}, static_cast<double>(figures.open_fds));
    families.add(Family::process_max_fds, {}, static_cast<double>(figures.max_fds));
  }

  Sources sources_;
  std::map<Slot, Known> services_;
  std::size_t text_bytes_ = 0;  ///< of the last text and a little: the next one's is much the same
};

Collector::Collector(Sources sources)
    : summation_(std::make_unique<Summation>(std::move(sources))) {}
Collector::~Collector() = default;
std::string Collector::expose() {
  return summation_->expose();
}

}  // namespace gapura::metrics
