/// Strong entity tags (RFC 9110 8.8.3) and the conditions that requests put on them.
///
/// A tag is made of what is wanted of a resource, which the API can change (which targets, weights,
/// drains, limits), and not of what is observed of it (requests in flight, phases): two scripts
/// cannot overwrite each other's changes, and a target that comes under load does not refuse
/// them. It is the same again when what is wanted is, over restarts too. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/message.h"
#include "balancer/registry.h"

namespace gapura::admin {

/// Of any text that stands for a resource.
std::string tag_of(std::string_view text);
/// Of a service, and of the list of its targets; of one that is not there: empty.
std::string tag_of(const std::optional<balancer::ServiceView>& service);
/// Of a target, or of all of a name; of one that nobody lists: empty.
std::string tag_of(const std::vector<balancer::TargetView>& targets);

/// Why If-Match or If-None-Match keep a change from being made: to be asked when it is its turn.
/// An empty `tag`: the resource does not exist.
std::optional<balancer::Refusal> condition_failure(const Request& request, std::string_view tag);

/// Gives the answer its ETag; of a read whose If-None-Match has it already it becomes 304.
void set_tag(Response& response, const Request& request, const std::string& tag);

}  // namespace gapura::admin
