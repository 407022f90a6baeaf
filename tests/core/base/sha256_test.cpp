// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/sha256.h"

#include <fstream>

#include <gtest/gtest.h>

namespace axescope {
namespace {

std::filesystem::path fileOf(const std::string& content) {
  const ::testing::TestInfo& test = *::testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path path =
      std::filesystem::path(::testing::TempDir()) / (std::string("axescope_sha256_") + test.name());
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

// Examples published with the standard (FIPS 180-4).
TEST(Sha256, OfFilesWithPublishedDigests) {
  const std::pair<std::string, const char*> known[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {std::string(1'000'000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
  for (const auto& [content, digest] : known) {
    const auto path = fileOf(content);
    const auto found = sha256OfFile(path);
    std::filesystem::remove(path);
    ASSERT_TRUE(found) << found.error().line();
    EXPECT_EQ(*found, digest);
  }
}

// Two whole pieces of 1 MiB and one byte: the digest of the pieces in order, computed by coreutils.
TEST(Sha256, OfAFileReadInSeveralPieces) {
  std::string content(2 * (1 << 20), 'a');
  content += 'b';
  const auto path = fileOf(content);
  const auto found = sha256OfFile(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, "7603e6773fe035271eca09d39e22d0220145b9eaeba5ab227adca76bb2a6566c");
}

TEST(Sha256, OfAFileThatIsNotThereIsAnError) {
  const auto found = sha256OfFile(std::filesystem::path(::testing::TempDir()) / "axescope_sha256_absent");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::notFound);
}

}  // namespace
}  // namespace axescope
