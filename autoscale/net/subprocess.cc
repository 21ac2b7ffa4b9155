#include "autoscale/net/subprocess.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "base/ascii.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const noexcept { return number_; }
  void take(int number) noexcept { number_ = number; }

 private:
  int number_;
};

/// A file in memory that holds `text`: unlike a pipe, it can be left unread without a signal to us.
int file_of(const std::string& text) {
  const int file = memfd_create("gapura-input", MFD_CLOEXEC);
  std::size_t written = 0;
  while (file >= 0 && written < text.size()) {
    const auto size = write(file, text.data() + written, text.size() - written);
    if (size < 0) break;
    written += static_cast<std::size_t>(size);
  }
  if (file >= 0) lseek(file, 0, SEEK_SET);
  return file;
}

/// One pipe that a child writes into; read as it comes. What is above `max` is thrown away.
class Captured : public std::enable_shared_from_this<Captured> {
 public:
  Captured(const net::any_io_executor& loop, std::size_t max) : pipe_(loop), max_(max) {}

  /// Gives the end to write to; false with errno set when there is none to be had.
  bool open(Descriptor& writer) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    pipe_.assign(ends[0]);
    boost::system::error_code ignored;
    pipe_.native_non_blocking(true, ignored);
    writer.take(ends[1]);
    return true;
  }

  /// Waits and reads apart: what a read in flight had taken would be lost to finish().
  void read() {
    constexpr auto kReadable = net::posix::stream_descriptor::wait_read;
    pipe_.async_wait(kReadable, [self = shared_from_this()](boost::system::error_code failed) {
      if (!failed && self->pipe_.is_open() && self->take() > 0) self->read();
    });
  }

  /// Takes what is in the pipe already, and closes it.
  void finish() {
    if (!pipe_.is_open()) return;
    while (take() > 0) {
    }
    boost::system::error_code ignored;
    pipe_.close(ignored);
  }

  std::string text;
  bool is_cut = false;

 private:
  /// Bytes taken out of the pipe; 0 at its end, negative when there are none now.
  ssize_t take() {
    std::array<char, 4096> block;
    const ssize_t size = ::read(pipe_.native_handle(), block.data(), block.size());
    if (size <= 0) return size;
    const auto taken = static_cast<std::size_t>(size);
    const std::size_t room = max_ - std::min(max_, text.size());
    text.append(block.data(), std::min(taken, room));
    is_cut = is_cut || taken > room;
    return size;
  }

  net::posix::stream_descriptor pipe_;
  const std::size_t max_;
};

/// What ends the child when its time is over. Both timers end with the object.
class Limit {
 public:
  Limit(const net::any_io_executor& loop, Child& child, const CommandRun& run)
      : term_(loop), kill_(loop) {
    after(term_, run.timeout, [this, &child] {
      was_reached_ = true;
      child.signal(SIGTERM);
    });
    after(kill_, run.timeout + run.kill_after, [&child] { child.signal(SIGKILL); });
  }
  bool was_reached() const noexcept { return was_reached_; }

 private:
  /// A handler that is already queued when the object dies must find nothing.
  template <class Act>
  void after(net::steady_timer& timer, Milliseconds time, Act act) {
    timer.expires_after(time);
    timer.async_wait([weak = std::weak_ptr(alive_), act](boost::system::error_code error) {
      if (!error && weak.lock()) act();
    });
  }
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  net::steady_timer term_;
  net::steady_timer kill_;
  bool was_reached_ = false;
};

/// The two outputs of a child, closed on every way out.
struct Outputs {
  Outputs(const net::any_io_executor& loop, const CommandRun& run)
      : output(std::make_shared<Captured>(loop, run.output_max)),
        errors(std::make_shared<Captured>(loop, run.errors_max)) {}
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;
  ~Outputs() { finish(); }
  void finish() const {
    output->finish();
    errors->finish();
  }
  std::shared_ptr<Captured> output, errors;
};

Child::Started start(const net::any_io_executor& loop, const CommandRun& run, Outputs& outputs) {
  const Descriptor input(file_of(run.input));
  Descriptor output, errors;
  const bool is_ready =
      input.get() >= 0 && outputs.output->open(output) && outputs.errors->open(errors);
  if (!is_ready) return "cannot start " + run.command.front() + ": " + std::strerror(errno);
  ChildSettings settings;
  settings.command = run.command;
  settings.environment = run.environment;
  settings.folder = run.folder;
  settings.input = input.get();
  settings.output = output.get();
  settings.errors = errors.get();
  return Child::start(loop, settings);
}

}  // namespace

std::string CommandResult::last_error() const {
  const auto end = errors.find_last_not_of("\r\n \t");
  if (end == std::string::npos) return {};
  const auto before = errors.rfind('\n', end);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return std::string(trim_ows(std::string_view(errors).substr(begin, end + 1 - begin)));
}

net::awaitable<std::variant<CommandResult, std::string>> run_command(CommandRun run) {
  const auto loop = co_await net::this_coro::executor;
  Outputs outputs(loop, run);
  Child::Started started = start(loop, run, outputs);
  if (auto* failed = std::get_if<std::string>(&started)) co_return std::move(*failed);
  Child& child = *std::get<std::unique_ptr<Child>>(started);
  const Limit limit(loop, child, run);
  outputs.output->read();
  outputs.errors->read();
  co_await child.ended();
  CommandResult result;
  result.status = child.collect().value_or(ExitStatus{.signal = SIGKILL});
  outputs.finish();
  result.was_too_slow = limit.was_reached();
  result.was_too_much = outputs.output->is_cut;
  result.output = std::move(outputs.output->text);
  result.errors = std::move(outputs.errors->text);
  co_return result;
}

}  // namespace gapura::autoscale
