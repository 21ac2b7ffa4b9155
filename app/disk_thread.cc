#include "app/disk_thread.h"

#include <pthread.h>

#include <boost/asio/post.hpp>

namespace gapura::app {

DiskThread::DiskThread()
    : thread_([this] {
        ::pthread_setname_np(::pthread_self(), "gapura-disk");
        const auto guard = boost::asio::make_work_guard(context_);
        context_.run();
      }) {}

DiskThread::~DiskThread() {
  stop();
}

void DiskThread::post(std::function<void()> work) {
  boost::asio::post(context_, std::move(work));
}

void DiskThread::stop() {
  if (is_stopped_) return;
  is_stopped_ = true;
  // In line behind everything posted before, so that a state change on its way still gets written.
  post([this] { context_.stop(); });
  thread_.join();
}

}  // namespace gapura::app
