#include "autoscale/decide/decide.h"
#include "autoscale/simulate/scaler.h"

namespace gapura::autoscale {
namespace {

class PolicyScaler final : public Scaler {
 public:
  PolicyScaler(const conf::Autoscale& policy, TimePoint begins)
      : policy_(policy), history_(begins) {}

  Decision tick(const Sample& sample, double /*utilization*/) override {
    history_.add(sample);
    Decision out = decide(policy_, history_, sample.at);
    history_.add(out);
    return out;
  }
  void booted(Milliseconds took) override { history_.add_boot(took); }

 private:
  conf::Autoscale policy_;
  History history_;
};

}  // namespace

std::unique_ptr<Scaler> make_policy_scaler(const conf::Autoscale& policy, TimePoint begins) {
  return std::make_unique<PolicyScaler>(policy, begins);
}

}  // namespace gapura::autoscale
