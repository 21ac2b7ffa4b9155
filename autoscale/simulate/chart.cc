#include <algorithm>

#include "autoscale/simulate/report.h"
#include "base/format.h"

namespace gapura::autoscale {
namespace {

constexpr double kWidth = 1'000, kHeight = 320, kLeft = 50, kTop = 40;
constexpr std::size_t kPoints = 1'000;

/// The largest of each of kPoints stretches: a peak must not vanish between two pixels.
template <class Values>
std::vector<double> thinned(const Values& values) {
  const std::size_t step = std::max<std::size_t>(1, (values.size() + kPoints - 1) / kPoints);
  std::vector<double> out;
  for (std::size_t begin = 0; begin < values.size(); begin += step) {
    double most = 0;
    for (std::size_t i = begin; i < std::min(begin + step, values.size()); ++i) {
      most = std::max(most, static_cast<double>(values[i]));
    }
    out.push_back(most);
  }
  return out;
}

double x_of(std::size_t i, std::size_t count) {
  return kLeft +
         kWidth * static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(count, 1));
}

std::string line(const std::vector<double>& values, double most, const char* color) {
  std::string points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    points += fmt::format("{:.1f},{:.1f} ", x_of(i, values.size()),
                          kTop + kHeight * (1 - values[i] / most));
  }
  return fmt::format("<polyline fill='none' stroke='{}' stroke-width='1.5' points='{}'/>\n", color,
                     points);
}

}  // namespace

std::string to_svg(const Report& report) {
  std::string out = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {} {}' font-family='sans-serif' "
      "font-size='12'>\n<rect width='100%' height='100%' fill='white'/>\n",
      kWidth + 2 * kLeft, kHeight + 2 * kTop);
  if (report.outcomes.empty()) return out + "</svg>\n";
  const SimulationOutcome& one = report.outcomes.front();
  const auto rates = thinned(one.rates), present = thinned(one.present);
  const auto bad = thinned(one.is_bad);
  for (std::size_t i = 0; i < bad.size(); ++i) {
    if (bad[i] <= 0) continue;
    out +=
        fmt::format("<rect x='{:.1f}' y='{}' width='{:.1f}' height='{}' fill='#fbb'/>\n",
                    x_of(i, bad.size()), kTop, kWidth / static_cast<double>(bad.size()), kHeight);
  }
  const double most_rate = std::max(1.0, rates.empty() ? 0 : std::ranges::max(rates));
  const double most_size = std::max<double>(1, one.most);
  out += line(rates, most_rate, "#999") + line(present, most_size, "#06c");
  out += fmt::format(
      "<text x='{}' y='20'>Load (grey, up to {:.0f} requests/s), targets (blue, up "
      "to {}), requests too slow or refused (red); {:.1f} hours</text>\n",
      kLeft, most_rate, one.most, report.trace_hours);
  return out + "</svg>\n";
}

}  // namespace gapura::autoscale
