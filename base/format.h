/// The formatting library that spdlog uses, so that the project has one and names it once.
#pragma once

#include <fmt/format.h>
