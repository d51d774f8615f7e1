# SPDX-License-Identifier: MIT
# hearsay_embed(OUT.cc HEADER NAME=FILE[+FILE]...): a source file that defines each NAME of HEADER, an extern const
# std::string_view in namespace hearsay, as the text of its files, one after the other. It is made anew when they change.
function(hearsay_embed out header)
  set(files)
  foreach(text IN LISTS ARGN)
    string(REGEX REPLACE "^[^=]*=" "" paths "${text}")
    string(REPLACE "+" ";" paths "${paths}")
    list(APPEND files ${paths})
  endforeach()
  list(JOIN ARGN "|" texts)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DHEADER=${header} -DTEXTS=${texts}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_texts.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/embed_texts.cmake
    VERBATIM)
endfunction()
