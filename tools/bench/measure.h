// SPDX-License-Identifier: MIT
//
// Measure: how a benchmark of this folder times things on a shared, noisy machine.
//
// What is measured and the limit it is held against alternate in one process, a few times; the medians are compared.
// So the ratio stands when the machine is slow; the figures alone do not. Time is the thread's CPU time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace hearsay::bench {

inline double ThreadCpuSeconds() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// Stops CPU time between construction and Stop; may be paused around work that does not count.
class CpuWatch {
 public:
  void Start() { started_ = ThreadCpuSeconds(); }
  void Stop() { total_ += ThreadCpuSeconds() - started_; }
  double seconds() const { return total_; }

 private:
  double started_ = 0;
  double total_ = 0;
};

struct Figure {
  std::string name;
  std::string unit;
  double figure = 0;
  std::string limit_name;
  double limit = 0;
  double target_ratio = 0;
  double ratio() const { return limit == 0 ? 0 : figure / limit; }
};

inline double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

// Each function runs one repetition and returns operations a second.
inline void Compare(Figure& out, int repetitions, const std::function<double()>& figure,
                    const std::function<double()>& limit) {
  std::vector<double> figures;
  std::vector<double> limits;
  for (int i = 0; i < repetitions; ++i) {
    limits.push_back(limit());
    figures.push_back(figure());
  }
  out.figure = Median(figures);
  out.limit = Median(limits);
}

Figure BenchHandshake(int repetitions);
Figure BenchKeepalive(int repetitions);
Figure BenchCodec(int repetitions);
Figure BenchDns(int repetitions);
Figure BenchStore(int repetitions);

}  // namespace hearsay::bench
