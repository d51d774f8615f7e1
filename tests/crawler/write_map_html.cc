// SPDX-License-Identifier: MIT
// write_map_html MAP_JSON [HISTORY_JSON]: map.html of these files on stdout. For map_html_test.py and make_map.py.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "crawler/report/map_html.h"

namespace {

std::string Contents(const char* path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cerr << "error: cannot read " << path << "\n";
    std::exit(1);
  }
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2 && count != 3) {
    std::cerr << "usage: write_map_html MAP_JSON [HISTORY_JSON]\n";
    return 2;
  }
  hearsay::WriteMapHtml(Contents(arguments[1]), count == 3 ? Contents(arguments[2]) : "null", std::cout);
  std::cout.flush();
  return std::cout ? 0 : 1;
}
