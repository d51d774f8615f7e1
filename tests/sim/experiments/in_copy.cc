// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/in_copy.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "proto/check.h"

namespace hearsay::sim {

std::vector<double> InCopy(const std::function<std::vector<double>()>& compute) {
  int ends[2];
  HEARSAY_CHECK(::pipe(ends) == 0);
  std::fflush(nullptr);  // or the copy would write it too
  const pid_t copy = ::fork();
  HEARSAY_CHECK(copy >= 0);
  if (copy == 0) {
    const std::vector<double> values = compute();
    const std::size_t size = values.size() * sizeof(double);  // less than a pipe holds: it is written at once
    ::_exit(::write(ends[1], values.data(), size) == static_cast<ssize_t>(size) ? 0 : 1);
  }
  ::close(ends[1]);
  std::vector<double> values;
  double value = 0;
  while (::read(ends[0], &value, sizeof(value)) == sizeof(value)) values.push_back(value);
  ::close(ends[0]);
  int status = 0;
  HEARSAY_CHECK(::waitpid(copy, &status, 0) == copy && status == 0);
  return values;
}

}  // namespace hearsay::sim
