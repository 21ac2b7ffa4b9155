#include "app/provider_command.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "autoscale/provider/provider.h"
#include "base/plural.h"
#include "conf/nearest.h"

namespace gapura::app {
namespace {

using autoscale::Instance;
using Listed = autoscale::Outcome<std::vector<Instance>>;

Listed list(boost::asio::io_context& loop, autoscale::Provider& provider) {
  std::optional<Listed> out;
  boost::asio::co_spawn(loop, provider.list(),
                        [&](const std::exception_ptr& failed, Listed listed) {
                          if (failed) std::rethrow_exception(failed);
                          out.emplace(std::move(listed));
                        });
  loop.run();
  return *std::move(out);
}

std::string kind_of(const conf::Provider& provider) {
  if (std::holds_alternative<conf::ProcessProvider>(provider.how)) return "process";
  if (std::holds_alternative<conf::ExecProvider>(provider.how)) return "exec";
  const std::string& preset = std::get<conf::HttpProvider>(provider.how).preset;
  return preset.empty() ? "http" : "http, preset " + preset;
}

std::string line_of(const Instance& one) {
  const std::string address = one.address.empty() ? "no address yet" : one.address;
  return "    " + one.name + ": " + to_string(one.state) + ", " + address + ", id " + one.id + "\n";
}

std::string indented(const std::string& text) {
  std::string out = "    ";
  for (const char c : text) out += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return out + "\n";
}

/// What is said of instances, or of why they are not known.
std::string told(const Listed& listed, const conf::Provider& config) {
  if (const auto* failed = std::get_if<autoscale::ProviderFault>(&listed)) {
    return "  cannot be used: " + failed->message + "\n";
  }
  const auto& instances = std::get<std::vector<Instance>>(listed);
  std::string out = "  answers; of its instances " + std::to_string(instances.size()) +
                    " are ours, named " + config.name_prefix + "… (no other is ever touched)\n";
  for (const Instance& one : instances) out += line_of(one);
  return out;
}

bool check_one(const std::string& service, const conf::Provider& config, std::string& text) {
  text += "service " + service + ": provider " + kind_of(config) + "\n";
  boost::asio::io_context loop;
  // Without a folder: what a running Gapura keeps there is not ours to change.
  auto made = autoscale::make_provider(loop, config, service, {});
  if (const auto* failed = std::get_if<std::string>(&made)) {
    text += "  cannot be used: " + *failed + "\n";
    return false;
  }
  autoscale::Provider& provider = *std::get<std::unique_ptr<autoscale::Provider>>(made);
  const Listed listed = list(loop, provider);
  text += told(listed, config);
  text += "  a scale-up would do this, and was not done:\n";
  text += indented(provider.describe_create(config.name_prefix + "1"));
  return std::holds_alternative<std::vector<Instance>>(listed);
}

}  // namespace

ProviderReport check_providers(const conf::DynamicConfig& config, const std::string& service) {
  ProviderReport report{.is_good = true, .text = {}};
  std::vector<std::string_view> names;
  bool is_any = false;
  for (const auto& [name, one] : config.services) {
    names.push_back(name);
    if (!service.empty() && name != service) continue;
    if (!one.autoscale || !one.autoscale->provider) {
      if (!service.empty()) report.text += "service " + name + ": has no autoscale.provider\n";
      continue;
    }
    is_any = true;
    if (!check_one(name, *one.autoscale->provider, report.text)) report.is_good = false;
  }
  if (is_any) return report;
  report.is_good = false;
  if (report.text.empty()) {
    report.text = service.empty() ? "no service has autoscale with a provider\n"
                                  : "there is no service " + conf::in_quotes(service) +
                                        conf::did_you_mean(service, names) + "\n";
  }
  return report;
}

}  // namespace gapura::app
