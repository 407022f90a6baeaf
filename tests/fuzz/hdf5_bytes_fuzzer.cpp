// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a dump and as a quantized file. The HDF5 library, which is not ours to mend, crashes on some: those runs
// are counted apart (run_fuzzer.py), and isolated reading is what protects from them.
#include "fuzzed_file.h"
#include "read_all.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace axescope;
  static const testing::FuzzedFile file;
  file.fill(data, size);
  testing::readDump(file.path(), {});
  testing::readDump(file.path(), {{.name = "w", .dataset = "/layers/fc/weight", .axisOrder = "OI", .input = ""}});
  testing::readQuantized(file.path());
  return 0;
}
