// One libFuzzer program for each target: GAPURA_FUZZ_TARGET names it.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  gapura::fuzz::GAPURA_FUZZ_TARGET({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
