# The lints as tests. One build tree is enough for them: sanitizers do not change the text.
if(GAPURA_SANITIZE)
  return()
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(lint_folder ${CMAKE_CURRENT_LIST_DIR})
foreach(lint layers co_await tidy docs)
  add_test(NAME lint.${lint} COMMAND ${Python3_EXECUTABLE} ${lint_folder}/${lint}.py)
endforeach()
add_test(NAME lint.headers
  COMMAND ${Python3_EXECUTABLE} ${lint_folder}/headers.py
    --cache ${CMAKE_BINARY_DIR}/lint/headers.json --compiler ${CMAKE_CXX_COMPILER}
    -- -DBOOST_ASIO_NO_DEPRECATED)
add_test(NAME lint.self
  COMMAND ${Python3_EXECUTABLE} ${lint_folder}/lint_test.py)
set_tests_properties(lint.layers lint.co_await lint.tidy lint.docs lint.self
  PROPERTIES LABELS lint TIMEOUT 120)
set_tests_properties(lint.headers PROPERTIES LABELS lint TIMEOUT 600 PROCESSORS 2)
