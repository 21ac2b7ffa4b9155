# The load rig's own programs; run.py drives them, see bench/load/README.md.
foreach(program origin relay open_loop)
  add_executable(load_${program} ${CMAKE_CURRENT_LIST_DIR}/${program}.cc)
  target_include_directories(load_${program} PRIVATE ${PROJECT_SOURCE_DIR})
  set_target_properties(load_${program} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endforeach()

# Short runs of our own parts, so that the rig cannot rot. wrk comes with ./dev test.
find_program(WRK wrk)
if(WRK AND GAPURA_TESTS AND NOT GAPURA_SANITIZE)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME bench.load_smoke
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run.py
      --build ${CMAKE_BINARY_DIR} --smoke)
  add_test(NAME bench.load_rig
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/rig_test.py ${CMAKE_BINARY_DIR})
  set_tests_properties(bench.load_smoke bench.load_rig PROPERTIES LABELS bench-smoke TIMEOUT 180)
endif()
