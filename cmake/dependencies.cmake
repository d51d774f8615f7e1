# SPDX-License-Identifier: MIT
# Every dependency is a Debian 12 package (tools/packages.txt). Small leaf libraries are linked statically:
# an idle node's private memory and a container's start-up time are budgets (README, "Measured").
# Installed beside hearsay-config.cmake too, so that an application finds exactly what the libraries were built with.
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)

# hearsay_library(name header archive): deps::name from a header and a library file. Imported, so that an export of our
# libraries names it instead of copying this machine's paths.
function(hearsay_library name header archive)
  if(TARGET deps::${name})
    return()
  endif()
  find_path(HEARSAY_${name}_INCLUDE_DIR ${header} REQUIRED)
  add_library(deps::${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(deps::${name} SYSTEM INTERFACE ${HEARSAY_${name}_INCLUDE_DIR})
  if(archive)
    find_library(HEARSAY_${name}_LIBRARY NAMES ${archive} REQUIRED)
    target_link_libraries(deps::${name} INTERFACE ${HEARSAY_${name}_LIBRARY})
  endif()
  mark_as_advanced(HEARSAY_${name}_INCLUDE_DIR HEARSAY_${name}_LIBRARY)
endfunction()
hearsay_library(sodium sodium.h libsodium.a)
hearsay_library(lmdb lmdb.h liblmdb.a)
hearsay_library(protobuf google/protobuf/message_lite.h libprotobuf-lite.a)
hearsay_library(microhttpd microhttpd.h microhttpd)
hearsay_library(cares ares.h cares)
hearsay_library(asio asio.hpp "")
target_link_libraries(deps::protobuf INTERFACE Threads::Threads)
target_compile_definitions(deps::asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED)
target_link_libraries(deps::asio INTERFACE Threads::Threads)
