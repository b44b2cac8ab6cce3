# Some of the vectors are JSON; without the library (or for another CPU) that test says so and is skipped.
find_library(OG_JANSSON jansson)
if(OG_JANSSON AND NOT CMAKE_CROSSCOMPILING)
  target_compile_definitions(test_jinja_vectors PRIVATE OG_TEST_JSON)
  target_link_libraries(test_jinja_vectors PRIVATE ${OG_JANSSON})
endif()
