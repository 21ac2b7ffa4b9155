/// POST /v1/scale-up and /v1/scale-down without an alert: one target more or fewer, answered as the
/// webhooks that Gapura replaces answer. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "admin/condition.h"
#include "admin/message.h"
#include "admin/scaling_doors.h"

namespace gapura::admin {

class HookSteps {
 public:
  /// `doors` must outlive the answers' coroutines.
  explicit HookSteps(const ScalingDoors& doors) : doors_(doors) {}

  struct Wish {
    std::string service;  ///< empty: the only one that is autoscaled
    autoscale::Direction direction = autoscale::Direction::up;
    bool is_async = false;
  };
  /// Done: 200 {"newVmData":{…}}, or {"message":"VM Deleted","vmDeleted":{…}}. At its minimum: 200
  /// {"message":"No child VM, scale down aborted"}. Failed: 500 {"error"}. Not begun: 400, 404 or
  /// 409 {"error"}. Asynchronous: 202 with the operation, and where to ask for it in Location.
  boost::asio::awaitable<Response> step(Wish wish, std::shared_ptr<Departure> departure);
  /// GET /v1/operations/{id}
  Response show(const std::string& id) const;
  /// Operations may have moved on.
  void look() { moved_.notify(); }

  /// A step that takes longer is answered as an asynchronous one; it goes on.
  static constexpr Milliseconds kStepMax{15 * 60'000};

 private:
  const ScalingDoors& doors_;
  Condition moved_;
};

/// {"error": message}, the shape of the webhooks that Gapura replaces.
Response hook_error(unsigned status, std::string_view message);

}  // namespace gapura::admin
