#include "autoscale/net/trust.h"

#include <map>
#include <optional>
#include <system_error>

namespace gapura::autoscale {
namespace {

namespace ssl = boost::asio::ssl;
using FileTime = std::filesystem::file_time_type;

struct Known {
  FileTime changed;
  TlsTrust context;
};

/// Nothing, or what is wrong with `trust_file`.
std::optional<std::string> prepare(ssl::context& tls, const std::filesystem::path& trust_file) {
  tls.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                  ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  boost::system::error_code failed;
  tls.set_verify_mode(ssl::verify_peer, failed);
  if (trust_file.empty()) {
    tls.set_default_verify_paths(failed);
    if (failed) return "the system's certificates cannot be read: " + failed.message();
    return std::nullopt;
  }
  tls.load_verify_file(trust_file.string(), failed);
  if (!failed) return std::nullopt;
  return "the certificates to trust cannot be read from " + trust_file.string() + ": " +
         failed.message();
}

}  // namespace

std::variant<TlsTrust, std::string> trusting(const std::filesystem::path& trust_file) {
  thread_local std::map<std::filesystem::path, Known> known;
  std::error_code ignored;  // a file that is not there is told of by prepare()
  FileTime changed{};
  if (!trust_file.empty()) changed = std::filesystem::last_write_time(trust_file, ignored);
  const auto found = known.find(trust_file);
  if (found != known.end() && found->second.changed == changed) return found->second.context;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  if (auto failed = prepare(*context, trust_file)) return *std::move(failed);
  known.insert_or_assign(trust_file, Known{changed, context});
  return context;
}

}  // namespace gapura::autoscale
