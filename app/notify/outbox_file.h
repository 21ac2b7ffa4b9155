/// What is not delivered yet, as lines of JSON: {"to":…,"attempts":…,"body":…}. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/notify/outbox.h"
#include "conf/hooks.h"

namespace gapura::app {

/// Names a receiver in the file. A digest: addresses of chats are secrets.
std::string receiver_key(const conf::Notify& to);

struct KeptMessage {
  std::string to;  ///< receiver_key()
  Outbox::Message message;
};

std::string to_lines(const std::vector<KeptMessage>& messages);
/// Lines that cannot be read are left out and counted.
std::vector<KeptMessage> read_lines(std::string_view text, std::size_t* broken);

}  // namespace gapura::app
