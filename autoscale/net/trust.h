/// Whose certificates are believed. Control thread.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>

namespace gapura::autoscale {

using TlsTrust = std::shared_ptr<boost::asio::ssl::context>;

/// For TLS 1.2 and above with certificates checked, against those of `trust_file` or, when that is
/// empty, the system's; or what is wrong with the file. Kept until the file changes: parsing a
/// bundle of some hundred certificates takes milliseconds in which nothing else happens.
std::variant<TlsTrust, std::string> trusting(const std::filesystem::path& trust_file);

}  // namespace gapura::autoscale
