#include "autoscale/simulate/shapes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>

namespace gapura::autoscale::shapes {
namespace {

Trace by_second(std::size_t length_s, const std::function<double(std::size_t)>& rate) {
  Trace out;
  out.rates.reserve(length_s);
  for (std::size_t second = 0; second < length_s; ++second) out.rates.push_back(rate(second));
  return out;
}

}  // namespace

Trace step(double low, double high, std::size_t at_s, std::size_t length_s) {
  return by_second(length_s, [=](std::size_t second) { return second < at_s ? low : high; });
}

Trace ramp(double low, double high, std::size_t at_s, std::size_t over_s, std::size_t length_s) {
  return by_second(length_s, [=](std::size_t second) {
    const double passed = second < at_s ? 0 : static_cast<double>(second - at_s);
    return low + (high - low) * std::min(1.0, passed / static_cast<double>(over_s));
  });
}

Trace sine(double low, double high, std::size_t period_s, std::size_t length_s) {
  return by_second(length_s, [=](std::size_t second) {
    const double turn =
        2 * std::numbers::pi * static_cast<double>(second) / static_cast<double>(period_s);
    return low + (high - low) * (1 - std::cos(turn)) / 2;
  });
}

Trace spikes(double low, double high, std::size_t lasts_s, std::size_t every_s,
             std::size_t length_s) {
  return by_second(length_s, [=](std::size_t second) {
    return second >= every_s && second % every_s < lasts_s ? high : low;
  });
}

Trace noise(double low, double high, std::size_t length_s, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> level(low, high);
  std::uniform_int_distribution<std::size_t> lasts(30, 240);
  double rate = level(random);
  std::size_t until = lasts(random);
  return by_second(length_s, [&](std::size_t second) {
    if (second >= until) {
      rate = level(random);
      until = second + lasts(random);
    }
    return rate;
  });
}

}  // namespace gapura::autoscale::shapes
