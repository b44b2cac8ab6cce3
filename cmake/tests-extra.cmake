# Tests that are not one cmocka program each: kernels against their definition, the examples, behaviour, the house itself.

# ---- kcheck: one program; under an emulator once more as a CPU without the optional instructions ----
file(GLOB kcheck_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/kcheck/*.c)
add_executable(kcheck ${kcheck_sources} $<TARGET_OBJECTS:offgrid_objects>)
target_link_libraries(kcheck PRIVATE offgrid_objects)
add_test(NAME kcheck COMMAND kcheck WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
if(CMAKE_CROSSCOMPILING)
  add_test(NAME kcheck_cortex_a53 COMMAND kcheck WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(kcheck_cortex_a53 PROPERTIES ENVIRONMENT "QEMU_CPU=cortex-a53")
endif()

# ---- the examples are programs of users: only the public header, only the library ----
file(GLOB examples CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/examples/*.c)
foreach(file IN LISTS examples)
  get_filename_component(name ${file} NAME_WE)
  add_executable(example_${name} ${file})
  target_link_libraries(example_${name} PRIVATE offgrid_static)
endforeach()

# ---- behaviour: tests/e2e/<name>.sh PROGRAM; for another CPU OG_EMULATOR says what runs the program ----
list(JOIN CMAKE_CROSSCOMPILING_EMULATOR " " emulator)
set(e2e_sparse "") # where every start of the program is slow, long lists are tried in part
if(CMAKE_CROSSCOMPILING OR OG_SANITIZE)
  set(e2e_sparse 7)
endif()
set(e2e_serve "") # what a leak check at the end of a server needs, its sandbox forbids
if(OG_SANITIZE)
  set(e2e_serve --no-sandbox)
endif()
file(GLOB e2e_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/e2e/*.sh)
foreach(file IN LISTS e2e_tests)
  get_filename_component(name ${file} NAME_WE)
  add_test(NAME e2e_${name} COMMAND sh ${file} $<TARGET_FILE:offgrid> WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(e2e_${name} PROPERTIES SKIP_RETURN_CODE 77 ENVIRONMENT "OG_EMULATOR=${emulator};OG_SPARSE=${e2e_sparse};OFFGRID_PACKED_CACHE=off;OG_SERVE_OPTIONS=${e2e_serve}" DEPENDS make_model)
endforeach()

# The long ones first, so that no core waits at the end for another.
set_tests_properties(kcheck test_session_eval test_session_stories test_quant_encode test_quantize test_tok_speed test_tok_vectors e2e_quantize
                     e2e_stories e2e_tokenize PROPERTIES COST 100)

# ---- the house: arrows and sizes, that the check itself works, headers that stand alone, an installed library that can be used ----
if(NOT CMAKE_CROSSCOMPILING AND NOT OG_SANITIZE)
  add_test(NAME pocket_sources COMMAND sh ${CMAKE_SOURCE_DIR}/models/pocket/check-sources)
  add_test(NAME pocket_sources_fail COMMAND sh ${CMAKE_SOURCE_DIR}/models/pocket/check-sources ${CMAKE_SOURCE_DIR}/tests/golden/pocket-stale)
  set_tests_properties(pocket_sources_fail PROPERTIES WILL_FAIL ON)
  add_test(NAME check_arrows COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-arrows)
  add_test(NAME test_check_arrows COMMAND sh ${CMAKE_SOURCE_DIR}/tests/unit/test_check_arrows.sh)
  add_test(NAME headers COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-headers ${CMAKE_C_COMPILER})
  add_test(NAME package COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-package ${CMAKE_BINARY_DIR})
  set_tests_properties(package PROPERTIES SKIP_RETURN_CODE 77)
  add_test(NAME install COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-install ${CMAKE_BINARY_DIR} ${CMAKE_C_COMPILER})
endif()
