// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/temporary_folder.h"

#include <fstream>
#include <limits>

#include <gtest/gtest.h>

namespace axescope::bench {
namespace {

TEST(TemporaryFolders, AreGoneWithTheirOwner) {
  auto folder = TemporaryFolder::create(1);
  ASSERT_TRUE(folder.has_value()) << folder.error().line();
  const std::filesystem::path path = (*folder)->path();
  std::ofstream(path / "file") << "content";
  EXPECT_TRUE(std::filesystem::exists(path / "file"));
  folder->reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TemporaryFolders, AreRefusedWhereTooLittleFits) {
  const auto folder = TemporaryFolder::create(std::numeric_limits<std::uintmax_t>::max());
  ASSERT_FALSE(folder.has_value());
  EXPECT_EQ(folder.error().code, ErrorCode::writeFailed);
  EXPECT_NE(folder.error().expected.find("MiB of free disk"), std::string::npos);
}

}  // namespace
}  // namespace axescope::bench
