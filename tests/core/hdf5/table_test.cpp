// SPDX-License-Identifier: GPL-3.0-or-later
// Compound tables: one row per point, columns found by name.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/hdf5/reader.h"
#include "core/hdf5/writer.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using testing::CraftedFile;
using ::testing::ElementsAre;
using testing::FailsWith;
using testing::temporaryPath;

Result<std::vector<Reader::Column>> roundTrip(const std::vector<TableColumn>& columns) {
  const auto path = temporaryPath("table.h5");
  AXESCOPE_TRY(Writer writer, Writer::create(path));
  AXESCOPE_CHECK(writer.table("/points", columns));
  AXESCOPE_CHECK(writer.commit());
  AXESCOPE_TRY(const Reader reader, Reader::open(path));
  return reader.readTable("/points");
}

TEST(Table, ColumnsOfAllKindsRoundTrip) {
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  const auto columns = roundTrip({{"algorithm", std::vector<std::string>{"optq", "", "optq-größer"}},
                                  {"inner_bits", std::vector<std::int64_t>{12, -1, 1LL << 52}},
                                  {"accuracy", std::vector<double>{0.9, nothing, 1e-300}}});
  ASSERT_TRUE(columns) << columns.error().line();
  ASSERT_EQ(columns->size(), 3U);
  EXPECT_EQ((*columns)[0].name, "algorithm");
  EXPECT_TRUE((*columns)[0].isText);
  EXPECT_THAT((*columns)[0].texts, ElementsAre("optq", "", "optq-größer"));
  EXPECT_TRUE((*columns)[1].isInteger);
  EXPECT_THAT((*columns)[1].numbers, ElementsAre(12, -1, std::ldexp(1, 52)));
  EXPECT_FALSE((*columns)[2].isInteger);
  EXPECT_EQ((*columns)[2].numbers[0], 0.9);
  EXPECT_TRUE(std::isnan((*columns)[2].numbers[1]));
  EXPECT_EQ((*columns)[2].numbers[2], 1e-300);
}

TEST(Table, NoRowsAreATable) {
  const auto columns = roundTrip({{"name", std::vector<std::string>{}}, {"error", std::vector<double>{}}});
  ASSERT_TRUE(columns) << columns.error().line();
  ASSERT_EQ(columns->size(), 2U);
  EXPECT_TRUE((*columns)[0].isText);
  EXPECT_TRUE((*columns)[0].texts.empty());
  EXPECT_TRUE((*columns)[1].numbers.empty());
}

TEST(Table, ManyRowsRoundTrip) {
  std::vector<std::int64_t> numbers(50'000);
  std::vector<std::string> texts(50'000);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<std::int64_t>(i);
    texts[i] = "row " + std::to_string(i);
  }
  const auto columns = roundTrip({{"n", numbers}, {"t", texts}});
  ASSERT_TRUE(columns) << columns.error().line();
  EXPECT_EQ((*columns)[0].numbers.back(), 49'999);
  EXPECT_EQ((*columns)[1].texts, texts);
}

TEST(Table, ColumnsMustFitTogether) {
  EXPECT_THAT(roundTrip({}), FailsWith(ErrorCode::invalidArgument, "no column"));
  EXPECT_THAT(roundTrip({{"a", std::vector<double>{1}}, {"b", std::vector<double>{}}}),
              FailsWith(ErrorCode::invalidArgument, "0 rows in column b, 1 in a"));
  EXPECT_THAT(roundTrip({{"a", std::vector<double>{1}}, {"a", std::vector<double>{1}}}),
              FailsWith(ErrorCode::invalidArgument, "two columns named a"));
  EXPECT_THAT(roundTrip({{"", std::vector<double>{1}}}), FailsWith(ErrorCode::invalidArgument, "without a name"));
}

TEST(Table, OnlyNumbersAndFixedTextAreColumns) {
  const auto path = temporaryPath("table.h5");
  CraftedFile file(path);
  const hid_t variable = H5Tcopy(H5T_C_S1);
  H5Tset_size(variable, H5T_VARIABLE);
  const hid_t row = H5Tcreate(H5T_COMPOUND, sizeof(char*));
  H5Tinsert(row, "name", 0, variable);
  const char* text = "x";
  file.dataset("variable", {1}, row, row, &text);
  const hid_t nested = H5Tcreate(H5T_COMPOUND, sizeof(char*));
  H5Tinsert(nested, "inner", 0, row);
  file.dataset("nested", {1}, nested, nested, &text);
  H5Tclose(nested);
  H5Tclose(row);
  H5Tclose(variable);
  file.floats("plain", {1}, {1});
  file.close();
  const auto reader = Reader::open(path);
  ASSERT_TRUE(reader);
  EXPECT_THAT(reader->readTable("/variable"), FailsWith(ErrorCode::wrongType, "/variable.name"));
  EXPECT_THAT(reader->readTable("/nested"), FailsWith(ErrorCode::wrongType, "a compound type"));
  EXPECT_THAT(reader->readTable("/plain"), FailsWith(ErrorCode::wrongType, "a table"));
}

}  // namespace
}  // namespace axescope::hdf5
