#include "admin/rest/operations.h"

#include "admin/rest/configuration.h"
#include "admin/rest/declaration.h"
#include "admin/rest/drains.h"
#include "admin/rest/process.h"
#include "admin/rest/services.h"
#include "admin/rest/targets.h"

namespace gapura::admin {
namespace {

constexpr auto kJson = Operation::Body::json;
constexpr const char* kService = "/api/v1/services/{service}";
constexpr const char* kScaling = "/api/v1/services/{service}/autoscale";
constexpr const char* kTargets = "/api/v1/services/{service}/targets";
constexpr const char* kTarget = "/api/v1/services/{service}/targets/{target}";
constexpr const char* kDrain = "/api/v1/services/{service}/targets/{target}/drain";
constexpr const char* kLeave = "wait timeout drain force";

constexpr Operation kOperations[] = {
    {"GET", "/api/v1/services", list_services},
    {"GET", kService, show_service},
    {"PATCH", kService, change_service, "", kJson},
    {"GET", kScaling, show_autoscale},
    {"PATCH", kScaling, change_autoscale, "", kJson},
    {"GET", kTargets, list_targets},
    {"POST", kTargets, add_targets, "", kJson},
    {"PUT", kTargets, declare_targets, "wait timeout", kJson},
    {"GET", kTarget, show_target},
    {"PUT", kTarget, put_target, "ttl", kJson},
    {"PATCH", kTarget, change_target, "", kJson},
    {"DELETE", kTarget, remove_target, kLeave},
    {"POST", kDrain, drain_target, kLeave},
    {"DELETE", kDrain, undrain_target},
    {"GET", "/api/v1/routers", list_routers},
    {"GET", "/api/v1/config", show_config},
    {"GET", "/api/v1/state", show_state},
    {"POST", "/api/v1/reload", reload},
    {"GET", "/api/v1/entrypoints", list_entry_points},
    {"GET", "/api/v1/workers", list_workers},
    {"GET", "/api/v1/log", show_log},
    {"PUT", "/api/v1/log", put_log, "", kJson},
    {"POST", "/api/v1/token/rotate", rotate_token},
    {"POST", "/api/v1/explain", explain_request, "", kJson},
    {"GET", "/api/v1/events", show_events, "after limit"},
    {"GET", "/api/v1/version", show_version},
    {"GET", "/api/v1/openapi.json", show_openapi},
};

}  // namespace

std::span<const Operation> operations() noexcept {
  return kOperations;
}

}  // namespace gapura::admin
