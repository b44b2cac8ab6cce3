# Programs for benchmarks. Built with the tests or on -DOG_BENCH=ON; otherwise only when asked for by name.
option(OG_BENCH "Build the benchmark programs" OFF)

# make_model: writes models of real shapes with random weights.
add_executable(make_model ${CMAKE_SOURCE_DIR}/bench/make_model.c ${CMAKE_SOURCE_DIR}/bench/make_vocab.c
                          $<TARGET_OBJECTS:offgrid_objects>)
target_link_libraries(make_model PRIVATE offgrid_objects)
if(NOT (OG_TESTS OR OG_BENCH))
  set_target_properties(make_model PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
if(OG_TESTS)
  add_test(NAME make_model COMMAND make_model --shape tiny-qwen2 --type Q4_K_M ${CMAKE_BINARY_DIR}/tiny-qwen2-q4_k_m.gguf)
  add_test(NAME make_model_refuses COMMAND make_model --shape no-such-shape ${CMAKE_BINARY_DIR}/none.gguf)
  set_tests_properties(make_model_refuses PROPERTIES WILL_FAIL ON)
endif()

# masks: how long the masks of grammars take. Only by name.
add_executable(masks EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/masks.c $<TARGET_OBJECTS:offgrid_objects>)
target_link_libraries(masks PRIVATE offgrid_objects)

# walk_schema: random documents of a schema, for tests/parity/walk_schemas.mjs. Only by name.
add_executable(walk_schema EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/parity/walk_schema.c $<TARGET_OBJECTS:offgrid_objects>)
target_link_libraries(walk_schema PRIVATE offgrid_objects)
