// SPDX-License-Identifier: GPL-3.0-or-later
// Results files and journals that no sweep wrote: one line, or what can be read of them; never a crash.
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>

#include "core/hdf5/writer.h"
#include "core/study/results_journal.h"
#include "tests/core/study/results_file_case.h"

namespace axescope {
namespace {

using hdf5::TableColumn;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

class HostileResults : public ResultsFileTest {
 protected:
  /// A file of one point with these columns.
  Result<StoredResults> with(const std::vector<TableColumn>& points, const std::vector<TableColumn>& layers = {},
                             const std::string& settings = "{}", const std::string& earlier = "") {
    auto writer = hdf5::Writer::create(path_);
    EXPECT_TRUE(writer.has_value());
    EXPECT_TRUE(writer->attribute("/", "format", std::string(resultsFormatName)).has_value());
    EXPECT_TRUE(writer->attribute("/", "version", resultsFormatVersion).has_value());
    EXPECT_TRUE(writer->string("/provenance/settings", settings).has_value());
    if (!earlier.empty()) {
      EXPECT_TRUE(writer->string("/provenance/earlier", earlier).has_value());
    }
    EXPECT_TRUE(writer->table("/points", points).has_value());
    if (!layers.empty()) {
      EXPECT_TRUE(writer->table("/layer_points", layers).has_value());
    }
    EXPECT_TRUE(writer->commit().has_value());
    return readResults(path_);
  }
  static TableColumn real(const std::string& name, double value) { return {name, std::vector<double>{value}}; }
  static TableColumn whole(const std::string& name, std::int64_t value) {
    return {name, std::vector<std::int64_t>{value}};
  }
  static TableColumn text(const std::string& name, const std::string& value) {
    return {name, std::vector<std::string>{value}};
  }
  void expectRefused(const Result<StoredResults>& results, const std::string& object) const {
    ASSERT_FALSE(results.has_value()) << object;
    EXPECT_EQ(results.error().code, ErrorCode::corrupt) << results.error().line();
    EXPECT_NE(results.error().line().find(object), std::string::npos) << results.error().line();
    EXPECT_EQ(results.error().line().find('\n'), std::string::npos);
  }
};

TEST_F(HostileResults, NumbersThatAColumnCannotHaveAreRefusedByName) {
  for (const ResultColumn& column : resultColumns()) {
    if (column.kind != SettingKind::integer || (!column.isSetting && column.restore == nullptr)) continue;
    const std::string name(column.name);
    for (const double value : {1e300, -1e300, infinity, -infinity, nan, 0x1p63, -0x1p63})
      expectRefused(with({real(name, value)}), "/points@" + name);
    for (const std::int64_t value : {INT64_MAX, INT64_MIN}) {
      if (column.setting != nullptr && column.setting->most >= 9.2e18) continue;  // a seed may be any number
      expectRefused(with({whole(name, value)}), "/points@" + name);
    }
  }
}

TEST_F(HostileResults, RealColumnsTakeAnyNumberAndLeaveNaNOut) {
  for (const double value : {infinity, -infinity, 1e-320, nan}) {
    const auto results = with({real("error", value), whole("guaranteed", 1)});
    ASSERT_TRUE(results.has_value()) << results.error().line();
    EXPECT_EQ(results->points.front().measurement.error.has_value(), !std::isnan(value));
    EXPECT_FALSE(resultsCsv(results->provenance, results->points).empty());
  }
}

TEST_F(HostileResults, TextWhereNumbersBelongIsRefusedOrLeftOut) {
  for (const ResultColumn& column : resultColumns()) {
    const auto results = with({text(std::string(column.name), "\"; drop\r\n\x01 … 🙂")});
    if (!results) {
      EXPECT_EQ(results.error().line().find('\n'), std::string::npos);
    } else {
      EXPECT_EQ(results->points.size(), 1U);
    }
  }
}

TEST_F(HostileResults, LayersOfPointsThatAreNotThereAreRefused) {
  const std::vector<TableColumn> points{whole("guaranteed", 1)};
  for (const double row : {-1.0, 1.0, 1e300, nan, infinity})
    expectRefused(with(points, {real("point", row), text("layer", "fc")}), "/layer_points@point");
  expectRefused(with(points, {whole("point", 0)}), "/layer_points");
  expectRefused(with(points, {text("point", "0"), text("layer", "fc")}), "/layer_points");
  for (const double bits : {1e300, -1.0, nan, infinity})
    expectRefused(with(points, {whole("point", 0), text("layer", "fc"), real("outer_bits", bits)}),
                  "/layer_points@outer_bits");
}

TEST_F(HostileResults, ColumnsOfTheFutureAreLeftOut) {
  const auto known = with({whole("guaranteed", 1), real("of_the_future", 3.0)});
  ASSERT_TRUE(known.has_value());
  EXPECT_TRUE(known->points.front().measurement.guaranteed);
}

TEST_F(HostileResults, ProvenanceMayBeAnyTextOfAnyDepth) {
  constexpr std::size_t deep = 2'000'000;
  const std::vector<TableColumn> points{whole("guaranteed", 1)};
  std::string nested;
  for (int i = 0; i < 200'000; ++i) nested += R"([{"earlier":)";
  for (const std::string& value :
       {std::string(deep, '['), std::string(deep, '[') + std::string(deep, ']'), std::string(deep, '{'), nested,
        std::string("[1,null,\"x\",{\"earlier\":7,\"seed\":1e300,\"mappings\":{\"a\":1}}]"), std::string("null"),
        std::string("\"\\ud800\"")}) {
    const auto results = with(points, {}, value, value);
    ASSERT_TRUE(results.has_value()) << results.error().line();
    EXPECT_EQ(results->points.size(), 1U);
    EXPECT_FALSE(results->provenance.toJson().empty());
  }
}

TEST_F(HostileResults, JournalLinesThatCannotBeEndTheJournal) {
  const std::vector<TableColumn> points{whole("guaranteed", 1)};
  const auto before = with(points);
  ASSERT_TRUE(before.has_value());
  const std::string good = ResultsJournal::line(1, ResultsJournal::describe(point(12)));
  std::string deep = R"({"row":1,"layers":[],"point":)";
  deep += std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}\n";
  for (const std::string& bad :
       {std::string("\n"), std::string("null\n"), std::string("[]\n"), deep, std::string(3'000'000, '[') + "\n",
        std::string(R"({"row":-1,"point":{},"layers":[]})") + "\n",
        std::string(R"({"row":1e300,"point":{},"layers":[]})") + "\n",
        std::string(R"({"row":18446744073709551615,"point":{},"layers":[]})") + "\n",
        std::string(R"({"row":1,"point":{"inner_bits":1e400},"layers":[]})") + "\n",
        std::string(R"({"row":1,"point":{"inner_bits":99999999999999999999},"layers":[]})") + "\n",
        std::string(R"({"row":1,"point":{"guaranteed":18446744073709551615},"layers":[]})") + "\n",
        std::string(R"({"row":1,"point":{"mac_count":-5},"layers":[]})") + "\n",
        std::string(R"({"row":1,"point":[],"layers":{}})") + "\n",
        std::string(R"({"row":1,"point":{},"layers":[{"layer":"a","outer_bits":1e300}]})") + "\n",
        std::string(R"({"row":1,"point":{},"layers":[{"layer":7}]})") + "\n", std::string("\xFF\xFE\n"),
        std::string(1'000'000, '\0') + "\n"}) {
    std::ofstream(ResultsJournal::pathOf(path_), std::ios::binary) << before->provenance.toJson() << '\n'
                                                                   << bad << good;
    const auto results = readResults(path_);
    ASSERT_TRUE(results.has_value()) << results.error().line();
    // A row that is behind the end and not next to it is no line to stop at, but nothing after it can be next either.
    EXPECT_LE(results->points.size(), 2U) << bad.substr(0, 80);
    EXPECT_GE(results->points.size(), 1U);
  }
  std::ofstream(ResultsJournal::pathOf(path_), std::ios::binary) << before->provenance.toJson() << '\n' << good;
  EXPECT_EQ(readResults(path_)->points.size(), 2U);
}

TEST_F(HostileResults, AJournalOfTheWrongKindIsNone) {
  const std::vector<TableColumn> points{whole("guaranteed", 1)};
  ASSERT_TRUE(with(points).has_value());
  std::filesystem::create_directory(ResultsJournal::pathOf(path_));
  EXPECT_EQ(readResults(path_)->points.size(), 1U);
  std::filesystem::remove(ResultsJournal::pathOf(path_));
  // Mostly a hole: nobody waits until it has been read.
  std::ofstream(ResultsJournal::pathOf(path_)) << "{}\n";
  std::filesystem::resize_file(ResultsJournal::pathOf(path_), std::uintmax_t{1} << 40);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(readResults(path_)->points.size(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  std::filesystem::remove(ResultsJournal::pathOf(path_));
}

TEST_F(HostileResults, ATableOfMorePointsThanAStudyHasIsRefused) {
  // Ten million and one rows of a byte that deflates to almost nothing.
  auto writer = hdf5::Writer::create(path_);
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE(writer->attribute("/", "format", std::string(resultsFormatName)).has_value());
  ASSERT_TRUE(writer->attribute("/", "version", resultsFormatVersion).has_value());
  ASSERT_TRUE(writer->string("/provenance/settings", "{}").has_value());
  const std::vector<TableColumn> rows{{"failure", std::vector<std::string>(10'000'001)}};
  ASSERT_TRUE(writer->table("/points", rows).has_value());
  ASSERT_TRUE(writer->commit().has_value());
  const auto results = readResults(path_);
  ASSERT_FALSE(results.has_value());
  EXPECT_EQ(results.error().code, ErrorCode::tooLarge);
}

}  // namespace
}  // namespace axescope
