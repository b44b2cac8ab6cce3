# Every tests/unit/test_<name>.c is one cmocka program; test names are the file's stem. Same for tests/golden/, and for tests/program/, whose
# programs have the rooms of src/ that need libraries (store, ...) besides.
# Other CPUs' tests run under an emulator and use the stand-in tests/cross/cmocka.h.
if(CMAKE_CROSSCOMPILING)
  add_library(cmocka INTERFACE)
  target_include_directories(cmocka INTERFACE ${CMAKE_SOURCE_DIR}/tests/cross)
endif()
file(GLOB unit_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/test_*.c ${CMAKE_SOURCE_DIR}/tests/golden/test_*.c
     ${CMAKE_SOURCE_DIR}/tests/program/test_*.c)
foreach(file IN LISTS unit_tests)
  get_filename_component(name ${file} NAME_WE)
  add_executable(${name} ${file} $<TARGET_OBJECTS:offgrid_objects>)
  target_link_libraries(${name} PRIVATE offgrid_objects cmocka)
  if(file MATCHES "/tests/program/")
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:offgrid_program>)
    target_link_libraries(${name} PRIVATE offgrid_program)
  endif()
  target_compile_definitions(${name} PRIVATE OG_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(CMAKE_CROSSCOMPILING OR OG_SANITIZE) # where everything is slow, long lists are tried in part
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "OG_SPARSE=7")
  endif()
  string(REGEX REPLACE "[.]c$" ".cmake" special ${file}) # what this test alone needs, in a file beside it
  include(${special} OPTIONAL)
endforeach()
include(cmake/tests-extra.cmake)
