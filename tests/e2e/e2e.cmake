# The built program between real services on Node and real clients. Needs node and python3;
# ./dev test installs them.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_program(NODE node)
if(NOT NODE)
  message(WARNING "node was not found: the end-to-end tests are left out (./dev test installs it)")
  return()
endif()

# One test of ctest for each method: they run in parallel and fail by name. hours_test.py is none of
# them: ./dev soak runs it.
set(environment "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp"
  "GAPURA_SANITIZE=${GAPURA_SANITIZE}")
# Plainly all of them; under the one sanitizer or the other those that run most of our code. What
# the last line runs of ours, integration tests and the others run under sanitizers.
set(scripts)
if(NOT GAPURA_SANITIZE MATCHES "address")
  list(APPEND scripts api churn scale_in)
endif()
if(NOT GAPURA_SANITIZE MATCHES "thread")
  list(APPEND scripts admin_security calculate command_line curl full_disk kill node_client
    python_client)
endif()
if(NOT GAPURA_SANITIZE)
  list(APPEND scripts browser demo idcloudhost load_tools presets prometheus)
endif()
foreach(script ${scripts})
  set(file ${CMAKE_CURRENT_LIST_DIR}/${script}_test.py)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} class REGEX "^class [A-Za-z]+\\(")
  string(REGEX REPLACE "^class ([A-Za-z]+).*" "\\1" class "${class}")
  file(STRINGS ${file} methods REGEX "^    def test_")
  foreach(method ${methods})
    string(REGEX REPLACE "^    def (test_[a-z0-9_]+).*" "\\1" name "${method}")
    add_test(NAME e2e.${script}.${name}
      COMMAND ${Python3_EXECUTABLE} ${file} $<TARGET_FILE:gapura> ${class}.${name})
    set_tests_properties(e2e.${script}.${name} PROPERTIES LABELS e2e TIMEOUT 300
      ENVIRONMENT "${environment}")
  endforeach()
endforeach()
