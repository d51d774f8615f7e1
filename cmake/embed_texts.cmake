# SPDX-License-Identifier: MIT
# What hearsay_embed (embed.cmake) runs: cmake -DOUT=... -DHEADER=... -DTEXTS="NAME=FILE+FILE|..." -P embed_texts.cmake
set(definitions "")
string(REPLACE "|" ";" TEXTS "${TEXTS}")
foreach(text IN LISTS TEXTS)
  string(REGEX MATCH "^([^=]*)=(.*)$" parts "${text}")
  set(name "${CMAKE_MATCH_1}")
  string(REPLACE "+" ";" files "${CMAKE_MATCH_2}")
  set(all "")
  foreach(file IN LISTS files)
    file(READ "${file}" content)
    if(content MATCHES "\\)text\"")
      message(FATAL_ERROR "${file} contains )text\", which ends a raw string")
    endif()
    # Styles and scripts may stand in a page's elements, where this would be the end of theirs.
    if(file MATCHES "\\.(css|js)$" AND content MATCHES "</[sS]|<!--")
      message(FATAL_ERROR "${file} contains </s or <!--, which would end its element")
    endif()
    string(APPEND all "${content}")
  endforeach()
  string(APPEND definitions "const std::string_view ${name} = R\"text(${all})text\";\n")
endforeach()
file(WRITE "${OUT}.new" "// Made by cmake/embed_texts.cmake.
#include \"${HEADER}\"
namespace hearsay {
${definitions}}  // namespace hearsay
")
file(RENAME "${OUT}.new" "${OUT}")
