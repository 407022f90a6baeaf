// SPDX-License-Identifier: GPL-3.0-or-later
// What reading in a process of its own costs: opening a dump and loading all that it has, there and here by turns.
// usage: isolated_reading [--pairs N] [--cold] FILE…
// The process is prepared in advance, as the window does it; with --cold its start is part of the time.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "core/dump/dump.h"
#include "core/hdf5/read_worker.h"
#include "core/hdf5/reader_processes.h"

namespace axescope {
namespace {

using Processes = std::shared_ptr<hdf5::ReaderProcesses>;

/// Seconds until everything is loaded; what follows, a process that is ended (0.7 ms), nobody waits for.
Result<double> loadAll(const std::filesystem::path& file, const Processes& processes) {
  const auto start = std::chrono::steady_clock::now();
  AXESCOPE_TRY(hdf5::Reader reader, hdf5::Reader::open(file, {}, processes));
  AXESCOPE_TRY(const Dump dump, Dump::open(std::move(reader)));
  for (std::size_t layer = 0; layer < dump.layers().size(); ++layer) {
    AXESCOPE_CHECK(dump.loadLayer(layer));
    const std::int64_t samples = dump.layers()[layer].calibrationSamples();
    if (samples > 0) AXESCOPE_CHECK(dump.loadLayerInput(layer, 0, samples));
  }
  if (!dump.calibrationShape().empty()) AXESCOPE_CHECK(dump.loadCalibration(0, dump.calibrationShape().front()));
  if (!dump.evaluationShape().empty()) AXESCOPE_CHECK(dump.loadEvaluation(0, dump.evaluationShape().front()));
  if (dump.hasLabels()) AXESCOPE_CHECK(dump.loadLabels(dump.evaluationShape().front()));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Status compare(const std::filesystem::path& file, int pairs, bool cold) {
  const auto processes =
      std::make_shared<hdf5::ReaderProcesses>(hdf5::ReaderProcesses::Options{.program = "/proc/self/exe"});
  std::vector<double> here;
  std::vector<double> there;
  std::vector<double> ratios;
  AXESCOPE_CHECK(loadAll(file, nullptr));  // the file into the system's cache
  for (int pair = 0; pair < pairs; ++pair) {
    if (!cold) {
      processes->prepare();
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    const auto measure = [&](std::vector<double>& times, const Processes& reading) -> Status {
      AXESCOPE_TRY(const double seconds, loadAll(file, reading));
      times.push_back(seconds);
      return {};
    };
    // Each comes first in half of the pairs.
    if (pair % 2 == 0) AXESCOPE_CHECK(measure(here, nullptr));
    AXESCOPE_CHECK(measure(there, processes));
    if (pair % 2 != 0) AXESCOPE_CHECK(measure(here, nullptr));
    ratios.push_back(there.back() / here.back());
  }
  fmt::print("{}: here {:.1f} ms, isolated {:.1f} ms, median ratio of {} pairs {:.3f} ({:.3f} to {:.3f})\n",
             file.filename().string(), 1e3 * median(here), 1e3 * median(there), pairs, median(ratios),
             *std::ranges::min_element(ratios), *std::ranges::max_element(ratios));
  return {};
}

int run(const std::vector<std::string_view>& arguments) {
  int pairs = 15;
  bool cold = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--cold") {
      cold = true;
    } else if (arguments[i] == "--pairs" && i + 1 < arguments.size()) {
      pairs = std::max(1, std::stoi(std::string(arguments[++i])));
    } else if (const Status status = compare(arguments[i], pairs, cold); !status) {
      fmt::print(stderr, "isolated_reading: {}\n", status.error().line());
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace axescope

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == axescope::hdf5::readWorkerCommand)
    return axescope::hdf5::runReadWorker();
  return axescope::run({argv + 1, argv + argc});
}
