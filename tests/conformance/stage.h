/// Where conformance cases are played: one server, one scripted target and one client, all driven
/// step by step from one thread, so that the order of everything is the case's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/case.h"
#include "tests/conformance/peer.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {

class Stage {
 public:
  explicit Stage(SeedFolder::Settings settings);

  /// Plays one case and says what went wrong, with its line; empty: it held. Holds what every case
  /// must hold, too: nothing but what its steps name reached client or target, each failure was
  /// counted under its reason, nothing stays in flight. After a fault the stage is of no more use.
  std::string play(const Case& one);

 private:
  std::string act(const Step& step);
  std::string act_of_client(const Step& step, const std::string& value);
  std::string act_of_target(const Step& step, const std::string& value);
  /// The connection to the target that the steps speak of; the next one when the last has ended.
  Peer& target();
  std::string end();
  std::string ended(Peer& peer, const char* who);
  std::string uncounted(const std::vector<std::string>& reasons);
  using Counts = std::map<std::string, std::uint64_t>;
  Counts errors();

  std::unique_ptr<ServerFixture> server_;
  Fd listener_;  ///< gone before the server, which would wait for what nobody has accepted
  Peer client_;
  std::vector<Peer> targets_;
  bool target_has_ended_ = true;  ///< the last of targets_
  std::string own_via_;
  Counts counted_;
};

}  // namespace gapura::test
