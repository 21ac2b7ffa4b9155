# Micro-benchmarks: bench/micro/*_bench.cc, one program each, linked to the library that it
# measures: nothing above that has to be built for it.
find_package(benchmark QUIET)
if(NOT benchmark_FOUND)
  message(STATUS "libbenchmark-dev was not found: no micro-benchmarks")
  return()
endif()

set(head_bench_measures gapura_proxy)
set(pick_bench_measures gapura_balancer)
set(route_bench_measures gapura_balancer)

file(GLOB micro_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_bench.cc)
foreach(source ${micro_sources})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ${${name}_measures} benchmark::benchmark_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  if(GAPURA_TESTS)
    # Every case once, for a moment: shows that it runs, says nothing about speed.
    add_test(NAME bench.${name} COMMAND ${name} --benchmark_min_time=0.001)
    set_tests_properties(bench.${name} PROPERTIES LABELS bench-smoke TIMEOUT 120)
  endif()
endforeach()
