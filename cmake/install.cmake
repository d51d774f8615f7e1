# SPDX-License-Identifier: MIT
# `cmake --install` gives the program, and for C++ applications find_package(hearsay) with the target hearsay::hearsay.
# Headers keep the tree's include paths under include/hearsay/: #include "node/io/hearsay.h".
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(hearsay_embed INTERFACE)
set_target_properties(hearsay_embed PROPERTIES EXPORT_NAME hearsay)
target_link_libraries(hearsay_embed INTERFACE hearsay_io)
target_include_directories(hearsay_embed INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/hearsay>)

install(TARGETS hearsay hearsay-experiment)
add_custom_target(installed DEPENDS hearsay hearsay-experiment hearsay_io)  # what tools/build builds
install(TARGETS hearsay_embed hearsay_options hearsay_messages hearsay_proto hearsay_store hearsay_core hearsay_io
        EXPORT hearsay-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# Only what the embedding header reaches: the wire's types, the core's seam, the driver's surface.
set(HEARSAY_INCLUDE_DIR ${CMAKE_INSTALL_INCLUDEDIR}/hearsay)
install(DIRECTORY proto/ DESTINATION ${HEARSAY_INCLUDE_DIR}/proto FILES_MATCHING PATTERN "*.h")
install(FILES node/core/seam.h DESTINATION ${HEARSAY_INCLUDE_DIR}/node/core)
install(FILES node/io/hearsay.h node/io/settings.h DESTINATION ${HEARSAY_INCLUDE_DIR}/node/io)

set(HEARSAY_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/hearsay)
install(EXPORT hearsay-targets NAMESPACE hearsay:: DESTINATION ${HEARSAY_CMAKE_DIR})
configure_package_config_file(cmake/hearsay-config.cmake.in hearsay-config.cmake
                              INSTALL_DESTINATION ${HEARSAY_CMAKE_DIR})
write_basic_package_version_file(hearsay-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/hearsay-config.cmake ${PROJECT_BINARY_DIR}/hearsay-config-version.cmake
              cmake/dependencies.cmake
        DESTINATION ${HEARSAY_CMAKE_DIR})
