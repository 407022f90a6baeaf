// SPDX-License-Identifier: GPL-3.0-or-later
// Damage of every kind, read in a process of its own: this process always lives on, with one line to show.
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "tests/core/dump/altered_dump.h"
#include "tests/core/dump/reading_process.h"

namespace axescope {
namespace {

/// Counts what became of files, and checks each line.
struct Tally {
  int whole = 0;
  int refused = 0;
  int crashed = 0;
  int hung = 0;

  void add(const Status& status) {
    if (status) {
      ++whole;
      return;
    }
    const std::string line = status.error().line();
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_NE(line.find("altered.h5"), std::string::npos) << line;
    if (line.find("crashed, signal") != std::string::npos) {
      ++crashed;
    } else if (line.find("processor time") != std::string::npos || line.find("no answer") != std::string::npos) {
      ++hung;
    } else {
      ++refused;
    }
  }
  void print(const char* what) const {
    std::cout << what << ": " << whole << " read, " << refused << " refused, " << crashed
              << " crashed the reading process, " << hung << " ran out of time\n";
  }
};

class AlteredFile : public ::testing::Test {
 protected:
  void read(const std::string& bytes) {
    testing::putBytes(path_, bytes);
    processes_->prepare();
    tally_.add(testing::readWhole(path_, processes_));
  }
  std::string whole_ = testing::wholeDump();
  std::filesystem::path path_ = testing::temporaryPath("altered.h5");
  std::shared_ptr<hdf5::ReaderProcesses> processes_ = testing::readerProcesses(std::chrono::seconds(5));
  Tally tally_;
};

TEST_F(AlteredFile, TruncatedAtEvery64thByteIsRefused) {
  read(whole_);
  ASSERT_EQ(tally_.whole, 1);
  for (std::size_t length = 0; length < whole_.size(); length += 64) read(whole_.substr(0, length));
  tally_.print("truncated at every 64th byte");
  EXPECT_EQ(tally_.whole, 1);
  EXPECT_EQ(tally_.crashed + tally_.hung, 0);
}

TEST_F(AlteredFile, BitsFlippedAtRandomNeverEndThisProcess) {
  std::mt19937 random(20'240'601);
  constexpr int files = 1500;
  for (int i = 0; i < files; ++i) {
    std::string altered = whole_;
    for (unsigned flips = 1 + random() % 8; flips > 0; --flips) {
      char& byte = altered[random() % altered.size()];
      byte = static_cast<char>(byte ^ (1 << (random() % 8)));
    }
    read(altered);
  }
  tally_.print("bits flipped at random");
  EXPECT_EQ(tally_.whole + tally_.refused + tally_.crashed + tally_.hung, files);
  EXPECT_GT(tally_.whole, 0);
  EXPECT_GT(tally_.refused, 0);
}

TEST_F(AlteredFile, BytesOfMetadataReplacedNeverEndThisProcess) {
  // Next to bytes that are not zero is where the library's structures are.
  std::vector<std::size_t> metadata;
  for (std::size_t i = 4; i + 4 < whole_.size(); ++i) {
    if (whole_.substr(i - 4, 9).find_first_not_of('\0') != std::string::npos) metadata.push_back(i);
  }
  std::mt19937 random(7);
  constexpr int files = 1500;
  for (int i = 0; i < files; ++i) {
    std::string altered = whole_;
    for (unsigned bytes = 1 + random() % 4; bytes > 0; --bytes)
      altered[metadata[random() % metadata.size()]] = static_cast<char>(random() % 3 == 0 ? 0xFF : random() % 256);
    read(altered);
  }
  tally_.print("bytes of metadata replaced");
  EXPECT_EQ(tally_.whole + tally_.refused + tally_.crashed + tally_.hung, files);
  EXPECT_GT(tally_.refused, 0);
}

}  // namespace
}  // namespace axescope
