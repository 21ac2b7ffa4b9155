# With GAPURA_FUZZ (clang): one libFuzzer program for each target, <name>_fuzz. Otherwise a test
# that runs the committed corpora through the same targets.
set(fuzz_dir ${CMAKE_CURRENT_LIST_DIR})
set(fuzz_targets request_head response_head chunks path preamble rule config payload body)
set(fuzz_sources)
foreach(name ${fuzz_targets})
  list(APPEND fuzz_sources ${fuzz_dir}/${name}_fuzz.cc)
endforeach()

if(GAPURA_FUZZ)
  # Only code without coroutines, compiled here with the fuzzer's instruments: clang 14 cannot read
  # libstdc++'s <coroutine>, and the rest of the program is not what is fuzzed.
  file(GLOB fuzzed CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/conf/*.cc)
  foreach(source proxy/authority proxy/body_decoder proxy/head_parts proxy/head_writer proxy/path
      proxy/proxy_protocol proxy/request_head proxy/response_head balancer/routing/matchers
      balancer/routing/rule balancer/routing/rule_parser balancer/target base/check
      base/net/endpoint base/net/ip_set autoscale/alerts/alert_table autoscale/alerts/payload
      autoscale/json_library admin/body admin/hand_change admin/json admin/location admin/query
      admin/question)
    list(APPEND fuzzed ${PROJECT_SOURCE_DIR}/${source}.cc)
  endforeach()
  set(fuzz_flags -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  add_library(gapura_fuzzed STATIC ${fuzzed} ${fuzz_sources})
  target_include_directories(gapura_fuzzed PUBLIC ${PROJECT_SOURCE_DIR})
  target_compile_options(gapura_fuzzed PUBLIC ${fuzz_flags}
    "SHELL:-include ${fuzz_dir}/source_location_shim.h")
  target_compile_definitions(gapura_fuzzed PUBLIC BOOST_ASIO_DISABLE_CO_AWAIT)
  target_link_libraries(gapura_fuzzed PUBLIC Boost::headers Threads::Threads spdlog::spdlog
    yaml-cpp)
  add_custom_target(fuzzers)
  foreach(name ${fuzz_targets})
    add_executable(${name}_fuzz ${fuzz_dir}/fuzzer_main.cc)
    target_compile_definitions(${name}_fuzz PRIVATE GAPURA_FUZZ_TARGET=${name})
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer,address,undefined)
    target_link_libraries(${name}_fuzz PRIVATE gapura_fuzzed)
    add_dependencies(fuzzers ${name}_fuzz)
  endforeach()
else()
  add_executable(fuzz_replay_test ${fuzz_dir}/replay_test.cc ${fuzz_sources})
  target_link_libraries(fuzz_replay_test PRIVATE gapura_proxy gapura_autoscale gapura_admin
    GTest::gtest GTest::gtest_main)
  set_target_properties(fuzz_replay_test PROPERTIES UNITY_BUILD OFF)  # each target is a program
  target_compile_definitions(fuzz_replay_test PRIVATE GAPURA_FUZZ_CORPUS="${fuzz_dir}/corpus")
  gtest_discover_tests(fuzz_replay_test DISCOVERY_TIMEOUT 60 PROPERTIES LABELS fuzz TIMEOUT 120)
endif()
