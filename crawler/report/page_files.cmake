# SPDX-License-Identifier: MIT
# cmake -DFOLDER=... -DSCRIPTS=a.js,b.js -DOUT=page_files.cc -P page_files.cmake: the definitions of page_files.h, as raw
# strings.
string(REPLACE "," ";" SCRIPTS "${SCRIPTS}")
set(script "\n")
foreach(name IN LISTS SCRIPTS)
  file(READ "${FOLDER}/${name}" text)
  string(APPEND script "${text}")
endforeach()
file(READ "${FOLDER}/map.html" frame)
file(READ "${FOLDER}/map.css" style)
foreach(text IN ITEMS "${frame}" "${script}" "${style}")
  if(text MATCHES "\\)page\"")
    message(FATAL_ERROR "a file of ${FOLDER} contains )page\", which ends a raw string")
  endif()
endforeach()
if("${script}${style}" MATCHES "</[sS]|<!--")
  message(FATAL_ERROR "a style or script of ${FOLDER} contains </s or <!--, which would end its element")
endif()
file(WRITE "${OUT}.new" "// Made from crawler/report/page/ by page_files.cmake.
#include \"crawler/report/page_files.h\"
namespace hearsay {
const std::string_view kPageFrame = R\"page(${frame})page\";
const std::string_view kPageStyle = R\"page(
${style})page\";
const std::string_view kPageScript = R\"page(${script})page\";
}  // namespace hearsay
")
file(RENAME "${OUT}.new" "${OUT}")
