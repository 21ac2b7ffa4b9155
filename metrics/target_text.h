/// The families that have a series for each target, written straight as text: the library takes
/// 75 ms for 10,000 targets with 10 series, most of it in strings of labels.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/collector.h"

namespace gapura::metrics {

class TargetText {
 public:
  void add(const TargetGauges& target);
  /// The four families in text format 0.0.4. Nothing at all without targets.
  void append_to(std::string& out) const;

 private:
  struct Line {
    std::size_t labels_end;  ///< in labels_; they begin where the one before ends
    std::string_view state;
    std::uint32_t in_flight;
    bool is_up;
  };
  template <class AppendEnd>
  void append_family(std::string& out, Family family, AppendEnd append_end) const;

  std::string labels_;  ///< of every target, one after another: three families have the same
  std::vector<Line> lines_;
  std::map<std::string, std::uint64_t, std::less<>> in_flight_;  ///< by service
};

}  // namespace gapura::metrics
