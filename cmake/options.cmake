# SPDX-License-Identifier: MIT
add_library(hearsay_options INTERFACE)
target_include_directories(hearsay_options INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                                     $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}>)
target_compile_options(hearsay_options INTERFACE
  $<BUILD_INTERFACE:-Wall;-Wextra;-Wshadow;-Wnon-virtual-dtor;-Werror;-Wno-mismatched-new-delete>)
if(HEARSAY_SANITIZE)
  add_compile_options(-fsanitize=${HEARSAY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEARSAY_SANITIZE})
endif()
