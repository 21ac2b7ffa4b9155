# HTTP cases as data, played through the whole server. One test of ctest, since they share servers.
file(GLOB conformance_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cc)
add_executable(conformance_tests ${conformance_sources})
target_link_libraries(conformance_tests PRIVATE gapura_test_support yaml-cpp)
target_compile_definitions(conformance_tests PRIVATE
  GAPURA_CONFORMANCE_FOLDER="${CMAKE_CURRENT_LIST_DIR}")
add_test(NAME conformance COMMAND conformance_tests)
set_tests_properties(conformance PROPERTIES LABELS conformance TIMEOUT 300)
