# The program: rooms that the engine does not need, each with the libraries it is for. Every library is optional: a folder is compiled if its
# libraries are there, else its subfolder `without`, whose functions refuse with the name of what is missing. So the program also builds for
# other CPUs with a C compiler alone.

# OG_STATIC: one file that needs nothing of the system it runs on. Of the libraries only those whose static forms need no others are in it:
# no `pull`, no line editing.
option(OG_STATIC "Link the program statically, into a single file" OFF)
set(og_static_libraries jansson sqlite3 openssl)
if(OG_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()

# og_library(NAME PACKAGE HEADER LIBRARY...): finds a library, as OG_LIBRARY_<NAME>.
function(og_library name package header)
  string(TOUPPER ${name} upper)
  option(OG_USE_${upper} "Use ${name} in the program if it is installed" ON)
  find_path(${upper}_INCLUDE_DIR ${header})
  mark_as_advanced(${upper}_INCLUDE_DIR)
  set(found ${OG_USE_${upper}})
  set(libraries)
  if(OG_STATIC AND NOT name IN_LIST og_static_libraries)
    set(found OFF)
  endif()
  if(NOT ${upper}_INCLUDE_DIR)
    set(found OFF)
  endif()
  foreach(library IN LISTS ARGN)
    string(TOUPPER ${library}_LIBRARY variable)
    find_library(${variable} ${library})
    mark_as_advanced(${variable})
    if(NOT ${variable})
      set(found OFF)
    endif()
    list(APPEND libraries ${${variable}})
  endforeach()
  if(found)
    target_include_directories(offgrid_program SYSTEM PUBLIC ${${upper}_INCLUDE_DIR})
    target_link_libraries(offgrid_program PUBLIC ${libraries})
    target_compile_definitions(offgrid_program PUBLIC OG_WITH_${upper})
  else()
    message(STATUS "offgrid: building without ${name} (Debian package ${package})")
  endif()
  set(OG_LIBRARY_${name} ${found} PARENT_SCOPE)
endfunction()

# og_room(FOLDER LIBRARY...): compiles src/FOLDER/*.c, or src/FOLDER/without/*.c if one of the libraries is not there.
function(og_room folder)
  set(place ${CMAKE_SOURCE_DIR}/src/${folder})
  foreach(library IN LISTS ARGN)
    if(NOT OG_LIBRARY_${library})
      set(place ${CMAKE_SOURCE_DIR}/src/${folder}/without)
    endif()
  endforeach()
  file(GLOB files CONFIGURE_DEPENDS ${place}/*.c)
  target_sources(offgrid_program PRIVATE ${files})
endfunction()

add_library(offgrid_program OBJECT)
target_include_directories(offgrid_program PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(offgrid_program PUBLIC Threads::Threads m)

#          name     Debian package       header     libraries
og_library(jansson  libjansson-dev       jansson.h  jansson)
og_library(libedit  libedit-dev          histedit.h edit)
og_library(libevent libevent-dev         event2/event.h event_core event_extra event_pthreads event_openssl)
og_library(sndfile  libsndfile1-dev      sndfile.h  sndfile)
og_library(samplerate libsamplerate0-dev samplerate.h samplerate)

og_library(curl     libcurl4-openssl-dev curl/curl.h curl)
og_library(openssl  libssl-dev           openssl/ssl.h ssl crypto)
og_library(sqlite3  libsqlite3-dev       sqlite3.h  sqlite3)

og_room(store)
og_room(media sndfile samplerate)
og_room(store/digest openssl)
og_room(store/pull curl)
og_room(server libevent jansson openssl)
og_room(store/talks sqlite3 openssl)

file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/cli/*.c)
add_executable(offgrid ${cli_sources} $<TARGET_OBJECTS:offgrid_program>)
target_link_libraries(offgrid PRIVATE offgrid_program offgrid_static)

# The built-in model, once it is trained (models/pocket), lies beside the program, as src/cli/pocket.c looks for it.
if(EXISTS ${CMAKE_SOURCE_DIR}/models/pocket/pocket.gguf)
  configure_file(${CMAKE_SOURCE_DIR}/models/pocket/pocket.gguf ${CMAKE_BINARY_DIR}/pocket.gguf COPYONLY)
endif()
if(OG_STATIC)
  target_link_options(offgrid PRIVATE -static)
endif()
