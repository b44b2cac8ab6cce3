# It also runs the program, on a terminal of its own.
add_dependencies(test_pull offgrid)
target_compile_definitions(test_pull PRIVATE OG_PROGRAM="$<TARGET_FILE:offgrid>")
