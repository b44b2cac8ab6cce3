# What `cmake --install` puts where: the program, both libraries, the header, the manual, the built-in model, and how others find them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set_target_properties(offgrid_shared PROPERTIES EXPORT_NAME offgrid)
set_target_properties(offgrid_static PROPERTIES EXPORT_NAME offgrid_static)
install(TARGETS offgrid_shared offgrid_static EXPORT offgridTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS offgrid RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES include/offgrid.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/offgrid DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
file(GLOB og_manuals CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/man/*.1)
install(FILES ${og_manuals} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
if(EXISTS ${CMAKE_SOURCE_DIR}/models/pocket/pocket.gguf)
  install(FILES models/pocket/pocket.gguf DESTINATION ${CMAKE_INSTALL_DATADIR}/offgrid)
endif()

# Completions, printed by the program itself where it can run here.
if(NOT CMAKE_CROSSCOMPILING)
  set(og_completions ${CMAKE_BINARY_DIR}/completions)
  add_custom_command(OUTPUT ${og_completions}/offgrid ${og_completions}/_offgrid ${og_completions}/offgrid.fish
                     COMMAND ${CMAKE_COMMAND} -E make_directory ${og_completions}
                     COMMAND offgrid completions bash > ${og_completions}/offgrid
                     COMMAND offgrid completions zsh > ${og_completions}/_offgrid
                     COMMAND offgrid completions fish > ${og_completions}/offgrid.fish
                     DEPENDS offgrid VERBATIM)
  add_custom_target(completions ALL DEPENDS ${og_completions}/offgrid)
  install(FILES ${og_completions}/offgrid DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${og_completions}/_offgrid DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  install(FILES ${og_completions}/offgrid.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# CMake: find_package(offgrid), then link offgrid::offgrid or offgrid::offgrid_static.
set(og_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/offgrid)
install(EXPORT offgridTargets NAMESPACE offgrid:: DESTINATION ${og_package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/offgridConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/offgridConfig.cmake ${CMAKE_BINARY_DIR}/offgridConfigVersion.cmake DESTINATION ${og_package_dir})

# pkg-config: its prefix is found from where the file lies, so that an installed tree can be moved.
file(RELATIVE_PATH og_pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/offgrid.pc.in offgrid.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/offgrid.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# A Debian package: cpack -G DEB, or `make deb`.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME offgrid)
set(CPACK_PACKAGE_CONTACT "The offgrid project")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
