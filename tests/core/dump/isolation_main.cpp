// SPDX-License-Identifier: GPL-3.0-or-later
// The test program is its own reading process.
#include <string_view>

#include <gmock/gmock.h>

#include "core/hdf5/read_worker.h"

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == axescope::hdf5::readWorkerCommand)
    return axescope::hdf5::runReadWorker();
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
