/// How many targets a service is to have: the one place where that is decided, live as in the
/// simulator. Pure and deterministic: the same arguments give the same decision, for ever.
/// The rules, with their reasons: docs/autoscaling.md.
#pragma once

#include "autoscale/decide/decision.h"
#include "autoscale/decide/history.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

/// Goes by the last sample in `history`; add the decision to it afterwards. `now` is not before
/// that sample. Costs microseconds, and more with a long window of wild load.
Decision decide(const conf::Autoscale& policy, const History& history, TimePoint now);

/// down_window, or three boots if these take longer: what is removed must not be missed before it
/// could be back. Twice that for eight such windows after a removal that was made good within two:
/// where the load goes up and down around a threshold, one mistake is enough.
Milliseconds effective_down_window(const conf::Autoscale& policy, const History& history,
                                   TimePoint now);

}  // namespace gapura::autoscale
