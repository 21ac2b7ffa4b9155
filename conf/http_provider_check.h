/// What must hold for a whole `provider.http`, its preset filled in. Private to conf.
#pragma once

#include <string>
#include <vector>

#include "conf/autoscale.h"

namespace gapura::conf {

/// What is wrong with it, one sentence each; empty: nothing.
std::vector<std::string> faults_of(const HttpProvider& http);

}  // namespace gapura::conf
