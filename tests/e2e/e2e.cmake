# The built program before real services on Node. Needs node and python3; ./dev test installs them.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_program(NODE node)
if(NOT NODE)
  message(WARNING "node was not found: the end-to-end tests are left out (./dev test installs it)")
  return()
endif()

# One test of ctest for each method: they run in parallel and fail by name.
set(script ${CMAKE_CURRENT_LIST_DIR}/calculate_test.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
file(STRINGS ${script} methods REGEX "^    def test_")
foreach(method ${methods})
  string(REGEX REPLACE "^    def (test_[a-z0-9_]+).*" "\\1" name "${method}")
  add_test(NAME e2e.${name}
    COMMAND ${Python3_EXECUTABLE} ${script} $<TARGET_FILE:gapura> Calculate.${name})
  set_tests_properties(e2e.${name} PROPERTIES LABELS e2e TIMEOUT 300
    ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp")
endforeach()
