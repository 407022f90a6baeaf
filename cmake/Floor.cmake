# SPDX-License-Identifier: GPL-3.0-or-later
# One floor of the core: a static library that links only the floors below it.
#   axescope_floor(NAME SOURCES a.cpp … FLOORS base … LIBRARIES fmt::fmt …)
function(axescope_floor name)
  cmake_parse_arguments(FLOOR "" "" "SOURCES;FLOORS;LIBRARIES" ${ARGN})
  add_library(axescope_${name} STATIC ${FLOOR_SOURCES})
  add_library(axescope::${name} ALIAS axescope_${name})
  target_link_libraries(axescope_${name} PUBLIC axescope::options ${FLOOR_LIBRARIES})
  foreach(below IN LISTS FLOOR_FLOORS)
    target_link_libraries(axescope_${name} PUBLIC axescope::${below})
  endforeach()
endfunction()

# One test program: axescope_test(NAME SOURCES a_test.cpp … FLOORS ptq … LABELS fast)
# The label "slow" keeps a program out of the default run.
function(axescope_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;FLOORS;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE GTest::gtest_main GTest::gmock ${TEST_LIBRARIES})
  foreach(floor IN LISTS TEST_FLOORS)
    target_link_libraries(${name} PRIVATE axescope::${floor})
  endforeach()
  if(NOT TEST_LABELS)
    set(TEST_LABELS fast)
  endif()
  axescope_discover(${name} "${TEST_LABELS}")
endfunction()

# Discovers the tests of a program and gives each all its labels. gtest_discover_tests would take a second label for the
# name of a property, so they are set by a script that ctest reads after the discovered tests.
function(axescope_discover name labels)
  gtest_discover_tests(${name} TEST_LIST ${name}_list DISCOVERY_TIMEOUT 60 ${ARGN})
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake)
  file(WRITE ${script}
       "foreach(test IN LISTS ${name}_list)\n  set_tests_properties(\"\${test}\" PROPERTIES LABELS \"${labels}\")\nendforeach()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()
