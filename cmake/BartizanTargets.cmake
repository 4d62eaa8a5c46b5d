# What most files include, parsed once for the whole build and then loaded (precompiled). No file may count on
# it: the release preset builds without, so a missing #include is an error there.
set(BARTIZAN_COMMON_HEADERS <algorithm> <array> <chrono> <cstdint> <filesystem> <fstream> <functional> <map> <memory>
  <mutex> <optional> <set> <span> <sstream> <string> <string_view> <thread> <utility> <variant> <vector>
  <boost/json.hpp>)

# bartizan_precompile(NAME HEADERS header... LIBRARIES library...): a target whose precompiled headers others reuse.
function(bartizan_precompile name)
  cmake_parse_arguments(ARG "" "" "HEADERS;LIBRARIES" ${ARGN})
  add_library(bartizan_${name} STATIC ${CMAKE_SOURCE_DIR}/cmake/empty.cc)
  target_compile_options(bartizan_${name} PRIVATE ${BARTIZAN_WARNINGS})
  target_link_libraries(bartizan_${name} PRIVATE ${ARG_LIBRARIES})
  target_precompile_headers(bartizan_${name} PRIVATE ${ARG_HEADERS})
endfunction()

# One target per folder of src/. A folder's CMakeLists.txt is a single call:
#
#   bartizan_folder(rules DEPENDS base model LIBRARIES yaml-cpp)
#
# builds the library bartizan_rules from every *.cc below the folder, and, from every *_test.cc,
# the program bartizan_rules_test which ctest runs under the folder's name.

function(bartizan_folder name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES;TEST_DEPENDS;TEST_LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")

  add_library(bartizan_${name} STATIC ${sources} ${CMAKE_SOURCE_DIR}/cmake/empty.cc)
  target_include_directories(bartizan_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_compile_options(bartizan_${name} PUBLIC ${BARTIZAN_WARNINGS})
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(bartizan_${name} PUBLIC bartizan_${dependency})
  endforeach()
  target_link_libraries(bartizan_${name} PUBLIC ${ARG_LIBRARIES})
  target_precompile_headers(bartizan_${name} REUSE_FROM bartizan_common_headers)

  if(BARTIZAN_TESTS AND tests)
    add_executable(bartizan_${name}_test ${tests})
    target_link_libraries(bartizan_${name}_test PRIVATE bartizan_${name} GTest::gmock_main)
    foreach(dependency IN LISTS ARG_TEST_DEPENDS)
      target_link_libraries(bartizan_${name}_test PRIVATE bartizan_${dependency})
    endforeach()
    target_link_libraries(bartizan_${name}_test PRIVATE ${ARG_TEST_LIBRARIES})
    target_precompile_headers(bartizan_${name}_test REUSE_FROM bartizan_common_test_headers)
    # Tests find content/ and tests/ by relative paths: run them by ctest or from the top folder.
    add_test(NAME ${name} COMMAND bartizan_${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS unit)
  endif()
endfunction()
