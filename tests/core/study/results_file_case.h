// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of results files share: a folder of their own, provenance and points.
#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "core/study/results_file.h"

namespace axescope {

class ResultsFileTest : public ::testing::Test {
 protected:
  ResultsFileTest()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "results.h5";
    provenance_.inputFile = "model.h5";
    provenance_.inputSha256 = std::string(64, 'a');
    provenance_.settings = Study().toJson();
    provenance_.version = "0.1.0";
    provenance_.seed = 7;
  }

  static PointResult point(int innerBits) {
    PointResult result;
    result.settings.innerBits = innerBits;
    result.settings.tileSize = innerBits % 2 == 0 ? 64 : 0;
    result.settings.layers = "conv*, \"quoted\"";
    result.measurement.accuracy = 0.5 + 0.01 * innerBits;
    result.measurement.error = 0.1;
    result.measurement.guaranteed = true;
    result.measurement.macCount = 40'551'040;
    result.measurement.outerBitsUsed = innerBits + 2;
    result.layers.push_back({.layer = "conv1", .error = 0.25, .guaranteed = true, .outerBits = 18});
    result.seconds = 1.5;
    return result;
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
  Provenance provenance_;
};

}  // namespace axescope
