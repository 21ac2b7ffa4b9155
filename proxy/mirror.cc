#include "proxy/mirror.h"

#include "base/check.h"
#include "proxy/mirror_task.h"
#include "proxy/worker.h"

namespace gapura::proxy {

void Mirrors::send(ServiceSlot service, const Request& request) {
  MirrorTask* task = start(service, request);
  if (task == nullptr) {
    worker_.shard().mirrors_dropped.add();
    return;
  }
  task->run();
}

/// Null: there is no target for it, or no room.
MirrorTask* Mirrors::start(ServiceSlot mirror, const Request& request) {
  const balancer::Snapshot& snapshot = worker_.snapshot();
  const balancer::Service* named = worker_.ways().find(snapshot, mirror);
  if (named == nullptr || worker_.is_stopping()) return nullptr;
  if (at_once_.size() < snapshot.service_slots) at_once_.resize(snapshot.service_slots);
  if (at_once_[index(mirror)] >= kAtOnceMax) return nullptr;
  balancer::Way way;
  way.are_mirrors_chosen = true;
  const balancer::Service& service = worker_.ways().follow(snapshot, *named, request.pick, {}, way);
  balancer::PickRequest wanted = request.pick;
  wanted.in_flight_max = service.in_flight_max;
  const std::size_t picked = worker_.picker(service.slot).pick(service, wanted);
  if (picked == balancer::kNoPlace) return nullptr;
  const balancer::Target& target = service.targets[picked];
  // A client that waits for a doubtful target has no other; nobody waits for this.
  if (balancer::is_suspended(*target.state)) return nullptr;

  auto task = std::make_unique<MirrorTask>(worker_, mirror, service, target, request.pick.now);
  RequestRendering rendering = request.rendering;
  if (!service.pass_host_header) rendering.host_override = target.authority;
  write_request_head(worker_.head_text(), request.head, rendering, request.forwarding);
  if (!task->may_begin(service, worker_.head_text().view(), request.body)) return nullptr;
  task->is_head_request_ = request.head.method == "HEAD";
  task->next_ = first_;
  if (first_ != nullptr) first_->previous_ = task.get();
  first_ = task.release();
  ++at_once_[index(mirror)];
  return first_;
}

void Mirrors::remove(MirrorTask& task) noexcept {
  (task.previous_ != nullptr ? task.previous_->next_ : first_) = task.next_;
  if (task.next_ != nullptr) task.next_->previous_ = task.previous_;
  --at_once_[index(task.mirror_)];
  delete &task;
}

void Mirrors::stop() {
  while (first_ != nullptr) {
    MirrorTask* one = first_;
    one->cut();
    check(first_ != one, "a mirror's task lives on after it was cut");
  }
}

}  // namespace gapura::proxy
