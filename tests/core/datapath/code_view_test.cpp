// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/code_view.h"

#include <gtest/gtest.h>

namespace axescope {
namespace {

const std::vector<std::uint8_t> bytes{1, 2, 250, 99, 3, 4, 255, 99};  // two rows of three, stride four

CodeView unsignedRows() {
  return {bytes.data(), CodeView::Type::u8, 4};
}

TEST(CodeView, LaterRowsKeepTypeAndStride) {
  const CodeView second = unsignedRows().from(1);
  EXPECT_EQ(second.data, bytes.data() + 4);
  EXPECT_EQ(second.stride, 4);
  const std::vector<std::int16_t> words(8);
  EXPECT_EQ((CodeView{words.data(), CodeView::Type::s16, 3}.from(2).data), words.data() + 6);
}

TEST(CodeView, BytesAreUsedWhereTheyLie) {
  std::vector<std::uint8_t> storage;
  const ByteRows rows = asBytes(unsignedRows(), 2, 3, true, storage);
  EXPECT_EQ(rows.data, bytes.data());
  EXPECT_FALSE(rows.isSigned);
  EXPECT_EQ(rows.stride, 4);
}

TEST(CodeView, WordsOfBothSignsBecomeBytes) {
  const std::vector<std::int16_t> words{-128, 127, 77, -1, 5, 77};
  std::vector<std::uint8_t> storage;
  const ByteRows rows = asBytes({words.data(), CodeView::Type::s16, 3}, 2, 2, true, storage);
  EXPECT_TRUE(rows.isSigned);
  EXPECT_EQ(rows.stride, 2);
  EXPECT_EQ(storage, (std::vector<std::uint8_t>{128, 127, 255, 5}));
}

TEST(CodeView, BytesBecomeWords) {
  std::vector<std::int16_t> storage;
  const WordRows rows = asWords(unsignedRows(), 2, 3, storage);
  EXPECT_EQ(rows.data, storage.data());
  EXPECT_EQ(storage, (std::vector<std::int16_t>{1, 2, 250, 3, 4, 255}));
  asWords({bytes.data(), CodeView::Type::s8, 4}, 2, 3, storage);
  EXPECT_EQ(storage, (std::vector<std::int16_t>{1, 2, -6, 3, 4, -1}));
}

TEST(CodeView, LanesWithoutASampleAreZero) {
  std::vector<std::int16_t> lanes(3 * 4, 42);
  transposeIntoLanes(unsignedRows(), 2, 3, 4, lanes.data());
  EXPECT_EQ(lanes, (std::vector<std::int16_t>{1, 3, 0, 0, 2, 4, 0, 0, 250, 255, 0, 0}));
}

}  // namespace
}  // namespace axescope
