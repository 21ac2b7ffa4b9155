#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "base/ascii.h"
#include "conf/nearest.h"
#include "conf/static_parts.h"

namespace gapura::conf {
namespace {

constexpr std::array<std::pair<std::string_view, HookRoute>, 4> kRoutes{
    {{"scale", HookRoute::scale},
     {"update-servers", HookRoute::update_servers},
     {"alerts", HookRoute::alerts},
     {"sd", HookRoute::sd}}};

/// A name of RFC 9110 5.1.
bool is_field_name(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || is_ascii_digit(c) ||
           kOthers.find(c) != std::string_view::npos;
  });
}

void read_field_name(yaml::Section& section, std::string_view key, std::string& out) {
  section.read(key, out);
  if (out.empty() || is_field_name(out)) return;
  const auto found = section.find(key);
  section.reader().error(found->place, found->path,
                         in_quotes(out) + " is no name of a header, such as X-Signature");
}

void read_serves(yaml::Section& section, HookListener& listener) {
  std::vector<std::string_view> names;
  for (const auto& [name, route] : kRoutes) names.push_back(name);
  const auto found = section.find("serves");
  yaml::Reader& reader = section.reader();
  if (!found) {
    return reader.error(section.value().place, section.value().path,
                        "serves is missing; it lists what is answered here, of " + listed(names));
  }
  const auto words = yaml::as_texts(reader, *found);
  if (!words) return;
  for (const std::string& word : *words) {
    const auto known = std::ranges::find_if(
        kRoutes, [&](const auto& route) { return iequals(route.first, word); });
    if (known == kRoutes.end()) {
      reader.error(found->place, found->path,
                   "is a list of " + listed(names) + ", which " + in_quotes(word) + " is not" +
                       did_you_mean(word, names));
    } else {
      listener.serves.insert(known->second);
    }
  }
  if (words->empty()) {
    reader.error(found->place, found->path, "is empty; it is a list of " + listed(names));
  }
}

void read_bearer(yaml::Section& section, HookListener& listener) {
  BearerAuth bearer;
  read_secret(section, "tokenFile", "tokenEnv", bearer.token);
  listener.auth = std::move(bearer);
  section.finish();
}

void read_basic(yaml::Section& section, HookListener& listener) {
  BasicAuth basic;
  section.read("user", basic.user);
  if (basic.user.empty() || basic.user.find(':') != std::string::npos) {
    section.reader().error(section.value().place, section.value().path,
                           "user must be given, without a colon in it");
  }
  read_secret(section, "passwordFile", "passwordEnv", basic.password);
  listener.auth = std::move(basic);
  section.finish();
}

void read_hmac(yaml::Section& section, HookListener& listener) {
  HmacAuth hmac;
  read_secret(section, "secretFile", "secretEnv", hmac.secret);
  read_field_name(section, "header", hmac.header);
  read_field_name(section, "timestampHeader", hmac.timestamp_header);
  listener.auth = std::move(hmac);
  section.finish();
}

/// Prometheus sends no body and signs nothing.
void warn_of_unsigned_sd(const yaml::Value& auth, const HookListener& listener,
                         yaml::Reader& reader) {
  const bool is_signed = std::holds_alternative<HmacAuth>(listener.auth);
  if (!is_signed || !listener.serves.contains(HookRoute::sd)) return;
  reader.warn(auth.place, auth.path,
              "Prometheus cannot sign what it asks of sd; serve sd on a listener with bearer or "
              "basic");
}

void read_auth(yaml::Section& section, HookListener& listener) {
  const auto found = section.find("auth");
  if (!found) return;
  yaml::Reader& reader = section.reader();
  auto auth = yaml::Section::open(reader, *found);
  if (!auth) return;
  int given = 0;
  const auto read = [&](std::string_view key, auto&& reads) {
    const auto one = auth->find_even_null(key);
    if (!one) return;
    ++given;
    if (auto below = yaml::Section::open(reader, *one)) reads(*below, listener);
  };
  read("bearer", read_bearer);
  read("basic", read_basic);
  read("hmac", read_hmac);
  auth->finish();
  if (given != 1) {
    reader.error(found->place, found->path, "must hold one of bearer, basic and hmac");
  }
  warn_of_unsigned_sd(*found, listener, reader);
}

void check_auth(const yaml::Value& value, const HookListener& listener, bool is_insecure,
                yaml::Reader& reader) {
  const bool has_auth = !std::holds_alternative<std::monostate>(listener.auth);
  if (has_auth && is_insecure) {
    reader.warn(value.place, value.path, "insecure says nothing here, since there is auth");
  }
  // An auth with mistakes has been told of.
  if (has_auth || is_insecure || !listener.unix_path.empty()) return;
  reader.error(value.place, value.path,
               "has no auth: whoever reaches this address could add and remove servers (on "
               "loopback too: every user and every program of the machine does). Give it auth with "
               "bearer, basic or hmac, or an address like unix:/run/gapura/hooks.sock; if it is to "
               "be open, write insecure: true");
}

void check_address(const yaml::Value& value, const HookListener& listener,
                   const StaticConfig& config, yaml::Reader& reader) {
  const auto refuse = [&](const std::string& whose) {
    reader.error(value.place, value.path,
                 "listens where " + whose + " does; give one of them another address");
  };
  if (!listener.unix_path.empty()) {
    if (config.admin.is_on && listener.unix_path == config.admin.unix_path) refuse("the admin API");
    for (const HookListener& other : config.hooks) {
      if (listener.unix_path == other.unix_path) refuse("another of hooks");
    }
    return;
  }
  for (const EntryPoint& entry_point : config.entry_points) {
    if (overlaps(listener.address, entry_point.address)) {
      refuse("entry point " + in_quotes(entry_point.name));
    }
  }
  if (overlaps(listener.address, config.internal_address)) {
    refuse("the entry point 'traefik' (/metrics, /ping)");
  }
  const bool has_admin_port = config.admin.is_on && config.admin.unix_path.empty();
  if (has_admin_port && overlaps(listener.address, config.admin.address)) refuse("the admin API");
  for (const HookListener& other : config.hooks) {
    if (other.unix_path.empty() && overlaps(listener.address, other.address)) {
      refuse("another of hooks");
    }
  }
}

void read_listener(yaml::Reader& reader, const yaml::Value& value, StaticConfig& config) {
  auto section = yaml::Section::open(reader, value);
  if (!section) return;
  const std::size_t errors = reader.errors();
  HookListener listener;
  bool is_insecure = false;
  if (!section->find("address")) {
    reader.error(value.place, value.path,
                 "address is missing; write for example address: \":4000\"");
  }
  read_own_address(*section, listener.address, listener.unix_path);
  read_serves(*section, listener);
  read_auth(*section, listener);
  section->read("insecure", is_insecure);
  section->read("async", listener.is_async);
  section->finish();
  if (reader.errors() != errors) return;
  check_auth(value, listener, is_insecure, reader);
  check_address(value, listener, config, reader);
  config.hooks.push_back(std::move(listener));
}

}  // namespace

void read_secret(yaml::Section& section, std::string_view file_key, std::string_view env_key,
                 Secret& secret) {
  std::string file;
  section.read(file_key, file);
  section.read(env_key, secret.variable);
  secret.file = file;
  if (file.empty() != secret.variable.empty()) return;
  section.reader().error(section.value().place, section.value().path,
                         file.empty() ? std::string(file_key) + " or " + std::string(env_key) +
                                            " is missing: secrets are read from a file or from "
                                            "the environment, never from here"
                                      : "give " + std::string(file_key) + " or " +
                                            std::string(env_key) + ", not both");
}

void read_hooks(yaml::Section& root, StaticConfig& config) {
  const auto found = root.find("hooks");
  if (!found) return;
  const auto items = yaml::as_items(root.reader(), *found);
  if (!items) return;
  for (const yaml::Value& item : *items) read_listener(root.reader(), item, config);
}

}  // namespace gapura::conf
