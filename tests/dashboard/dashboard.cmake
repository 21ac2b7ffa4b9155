# The dashboard in Chromium. One build tree is enough: sanitizers do not change the page. Needs
# node, chromium, and playwright-core where ./dev test installs it: in <build>/dashboard.
if(GAPURA_SANITIZE OR GAPURA_FUZZ)
  return()
endif()
find_program(NODE node)
find_program(CHROMIUM chromium)
if(NOT NODE OR NOT CHROMIUM)
  message(WARNING
    "node or chromium was not found: the dashboard's tests are left out (./dev test installs them)")
  return()
endif()

set(dashboard_folder ${CMAKE_CURRENT_LIST_DIR})
add_test(NAME e2e.dashboard.modules COMMAND ${NODE} --test ${dashboard_folder}/modules_test.js)
set_tests_properties(e2e.dashboard.modules PROPERTIES LABELS e2e TIMEOUT 120)
add_test(NAME e2e.dashboard COMMAND ${NODE} --test ${dashboard_folder}/dashboard_test.js)
set_tests_properties(e2e.dashboard PROPERTIES LABELS e2e TIMEOUT 600 PROCESSORS 2
  ENVIRONMENT "GAPURA_BINARY=$<TARGET_FILE:gapura>;GAPURA_CHROMIUM=${CHROMIUM};\
GAPURA_DASHBOARD_PACKAGES=${CMAKE_BINARY_DIR}/dashboard;\
GAPURA_DASHBOARD_SCREENSHOTS=${CMAKE_BINARY_DIR}/dashboard-screenshots")
