# Every tests/fuzz/fuzz_<name>.c is one libFuzzer target; its seeds are in tests/fuzz/corpus/<name>/.
# The library itself is instrumented too: without that, the fuzzer cannot see which inputs reach new code.
target_compile_options(offgrid_objects PRIVATE -fsanitize=fuzzer-no-link)
file(GLOB fuzz_targets CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/fuzz_*.c)
foreach(file IN LISTS fuzz_targets)
  get_filename_component(name ${file} NAME_WE)
  add_executable(${name} ${file} $<TARGET_OBJECTS:offgrid_objects>)
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${name} PRIVATE offgrid_objects)
endforeach()
