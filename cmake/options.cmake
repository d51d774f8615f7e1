# SPDX-License-Identifier: MIT
# What every one of our targets is compiled with. Only the language level is passed on to applications.
add_library(hearsay_options INTERFACE)
target_compile_features(hearsay_options INTERFACE cxx_std_20)
target_include_directories(hearsay_options INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                                     $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}>)
target_compile_options(hearsay_options INTERFACE
  $<BUILD_INTERFACE:-Wall;-Wextra;-Wshadow;-Wnon-virtual-dtor;-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Asio at -O2 draws a false warning from g++ 12.
  target_compile_options(hearsay_options INTERFACE $<BUILD_INTERFACE:-Wno-mismatched-new-delete;-Wno-missing-field-initializers>)
else()
  target_compile_options(hearsay_options INTERFACE $<BUILD_INTERFACE:-Wno-missing-field-initializers>)
endif()
if(HEARSAY_SANITIZE)
  add_compile_options(-fsanitize=${HEARSAY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEARSAY_SANITIZE})
  # g++ 12 warns of impossible paths (and of atomic_thread_fence under TSan) in instrumented code only.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized -Wno-tsan)
  endif()
endif()
if(HEARSAY_FUZZ)
  # Coverage for libFuzzer everywhere; its main() only in tests/fuzz. -fno-sanitize=function: clang 14 cannot emit it here.
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize=function)
endif()
