// SPDX-License-Identifier: GPL-3.0-or-later
// A file read by another process gives what it gives here, values and errors alike.
#include <cstring>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>

#include "core/hdf5/reader.h"
#include "core/hdf5/writer.h"
#include "tests/core/dump/reading_process.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {

static bool operator==(const DatasetInfo& a, const DatasetInfo& b) {
  return a.path == b.path && a.shape == b.shape && a.kind == b.kind && a.bytesPerElement == b.bytesPerElement &&
         a.rowsTogether == b.rowsTogether && a.plainAt == b.plainAt;
}

static bool operator==(const Reader::Column& a, const Reader::Column& b) {
  return a.name == b.name && a.isText == b.isText && a.isInteger == b.isInteger && a.numbers == b.numbers &&
         a.texts == b.texts;
}

namespace {

using testing::chunked;
using testing::FailsWith;
using testing::HasValueThat;
using testing::temporaryPath;

class IsolatedReader : public testing::CraftedFileTest {
 protected:
  /// The same question to both.
  template <class Question>
  void expectSame(const Question& question) {
    const auto here = question(*here_);
    const auto there = question(*there_);
    ASSERT_EQ(here.has_value(), there.has_value()) << (here ? there.error() : here.error()).line();
    if (here) {
      EXPECT_TRUE(*here == *there);
    } else {
      EXPECT_EQ(here.error().code, there.error().code);
      EXPECT_EQ(here.error().line(), there.error().line());
    }
  }
  void openBoth(const Limits& limits = {}) {
    here_.emplace(reader(limits));
    auto there = Reader::open(path, limits, testing::readerProcesses());
    ASSERT_TRUE(there) << there.error().line();
    there_.emplace(*std::move(there));
  }

  std::optional<Reader> here_;
  std::optional<Reader> there_;
};

TEST_F(IsolatedReader, AnswersEveryQuestionAlike) {
  file.attribute("/", "format", "axescope-dump");
  file.attribute("/", "version", std::int64_t{1});
  file.attribute("/", "scale", 0.25);
  file.attribute("/", "stride", std::vector<std::int64_t>{2, 1});
  file.attribute("/", "names", std::vector<std::string>{"a", "bc"});
  file.floats("layers/fc/weight", {2, 3}, {1, -2, 3, 4, 5, 6});
  file.integers("labels", {4}, {3, 1, 2, 0});
  file.text("graph", "{\"Größe\": 1}");
  openBoth();
  EXPECT_EQ(there_->fileName(), path.string());
  for (const std::string object : {"/", "/layers", "/layers/fc", "/absent", "/labels"}) {
    EXPECT_EQ(here_->hasGroup(object), there_->hasGroup(object)) << object;
    EXPECT_EQ(here_->hasDataset(object), there_->hasDataset(object)) << object;
    expectSame([&](const Reader& r) { return r.children(object); });
    expectSame([&](const Reader& r) { return r.datasetsBelow(object); });
    expectSame([&](const Reader& r) { return r.readString(object); });
    expectSame([&](const Reader& r) { return r.readTable(object); });
    expectSame([&](const Reader& r) { return r.dataset(object); });
    expectSame([&](const Reader& r) { return r.readFloats(object); });
    for (const std::string name : {"format", "version", "scale", "stride", "names", "absent"}) {
      expectSame([&](const Reader& r) { return r.stringAttribute(object, name); });
      expectSame([&](const Reader& r) { return r.stringListAttribute(object, name); });
      expectSame([&](const Reader& r) { return r.integerAttribute(object, name); });
      expectSame([&](const Reader& r) { return r.integerListAttribute(object, name); });
      expectSame([&](const Reader& r) { return r.realAttribute(object, name); });
    }
  }
  expectSame([](const Reader& r) { return r.readFloats("/layers/fc/weight"); });
  expectSame([](const Reader& r) { return r.readDoubles("/layers/fc/weight"); });
  expectSame([](const Reader& r) { return r.readIntegers("/layers/fc/weight"); });
  expectSame([](const Reader& r) { return r.readIntegers("/labels"); });
  expectSame([](const Reader& r) { return r.readString("/graph"); });
}

// What is asked of one layer is answered for all (foresight.h): these differ in every way.
TEST_F(IsolatedReader, AnswersAlikeForEachOfManyLayers) {
  std::vector<std::string> groups;
  for (int layer = 0; layer < 40; ++layer) {
    const std::string group = "/layers/l" + std::to_string(layer);
    groups.push_back(group);
    if (layer % 5 != 4) file.floats(group + "/weight", {2, 3}, std::vector<float>(6, static_cast<float>(layer)));
    if (layer % 5 == 4) file.integers(group, {1}, {layer});
    if (layer % 3 == 0) file.integers(group + (layer % 5 == 4 ? "extra" : "/bias"), {2}, {1, layer});
    if (layer % 4 == 1) file.attribute(group, "kind", "kind " + std::to_string(layer));
    if (layer % 4 == 2) file.attribute(group, "kind", std::int64_t{layer});
    if (layer % 4 == 3) file.attribute(group, "kind", std::vector<std::string>{"two", "texts"});
  }
  openBoth();
  expectSame([](const Reader& r) { return r.children("/layers"); });
  groups.emplace_back("/layers/absent");
  for (const std::string& group : groups) {
    EXPECT_EQ(here_->hasGroup(group), there_->hasGroup(group)) << group;
    EXPECT_EQ(here_->hasDataset(group + "/bias"), there_->hasDataset(group + "/bias")) << group;
    expectSame([&](const Reader& r) { return r.dataset(group + "/weight"); });
    expectSame([&](const Reader& r) { return r.stringAttribute(group, "kind"); });
    expectSame([&](const Reader& r) { return r.integerAttribute(group, "kind"); });
    expectSame([&](const Reader& r) { return r.readFloats(group + "/weight"); });
  }
}

TEST_F(IsolatedReader, NeedsNoFurtherAnswersForWhatIsForeseen) {
  for (const char* layer : {"a", "b", "c"}) file.floats(std::string("/layers/") + layer + "/weight", {1}, {1});
  openBoth();
  ASSERT_TRUE(there_->children("/layers"));
  EXPECT_TRUE(there_->dataset("/layers/a/weight"));
  EXPECT_TRUE(there_->dataset("/layers/b/weight"));
  testing::signalReadingChildren(SIGKILL);
  EXPECT_TRUE(there_->dataset("/layers/c/weight"));
  EXPECT_FALSE(there_->readDoubles("/layers/c/weight"));
}

TEST_F(IsolatedReader, PassesOnTensorsOfManyPieces) {
  constexpr hsize_t rows = 3001;
  constexpr hsize_t columns = 701;  // 8 MiB, no multiple of a piece
  std::vector<float> values(rows * columns);
  std::mt19937 random(7);
  for (float& value : values) value = static_cast<float>(random() % 1000);
  file.floats("plain", {rows, columns}, values);
  for (const hsize_t together : {1, 100, 3001}) {
    const hid_t creation = chunked({together, 300});
    H5Pset_deflate(creation, 1);
    file.dataset("chunks" + std::to_string(together), {rows, columns}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(),
                 creation);
    H5Pclose(creation);
  }
  openBoth();
  for (const std::string name : {"plain", "chunks1", "chunks100", "chunks3001"}) {
    EXPECT_THAT(there_->readFloats(name), HasValueThat(::testing::Eq(values))) << name;
    for (const auto& [first, count] : {std::pair<std::int64_t, std::int64_t>{0, 0}, {7, 1}, {99, 1500}, {3000, 1}}) {
      expectSame([&, f = first, c = count](const Reader& r) { return r.readFloats(name, f, c); });
    }
    for (const auto& [first, count] : {std::pair<std::int64_t, std::int64_t>{-1, 1}, {0, 3002}, {3001, 1}, {1, -1}}) {
      expectSame([&, f = first, c = count](const Reader& r) { return r.readFloats(name, f, c); });
    }
    expectSame([&](const Reader& r) { return r.readDoubles(name); });
  }
}

TEST_F(IsolatedReader, ScalarsAndEmptyAxesPass) {
  const float value = 2.5F;
  file.dataset("scalar", {}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, &value);
  file.floats("none", {0, 5}, {});
  file.floats("empty", {5, 0}, {});
  openBoth();
  for (const std::string name : {"scalar", "none", "empty"}) {
    expectSame([&](const Reader& r) { return r.readFloats(name); });
    expectSame([&](const Reader& r) { return r.dataset(name); });
  }
}

TEST_F(IsolatedReader, LimitsHoldThereToo) {
  file.floats("weight", {1000, 100}, std::vector<float>(100'000, 1.0F));
  file.attribute("/", "long", std::string(5000, 'x'));
  Limits limits;
  limits.readBytes = 100'000;
  limits.attributeBytes = 4096;
  openBoth(limits);
  expectSame([](const Reader& r) { return r.readFloats("weight"); });
  expectSame([](const Reader& r) { return r.readFloats("weight", 1, 251); });
  expectSame([](const Reader& r) { return r.readFloats("weight", 1, 250); });
  expectSame([](const Reader& r) { return r.stringAttribute("/", "long"); });
}

TEST_F(IsolatedReader, ADamagedPieceAmongWholeOnesIsItsError) {
  constexpr hsize_t rows = 2048;
  const std::vector<float> values(rows * 1024, 1.0F);  // 8 MiB
  const hid_t creation = chunked({128, 1024});
  H5Pset_deflate(creation, 1);
  file.dataset("weight", {rows, 1024}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), creation);
  H5Pclose(creation);
  const hid_t dataset = H5Dopen2(file.id(), "weight", H5P_DEFAULT);
  const std::array<hsize_t, 2> offset{1920, 0};
  const std::vector<char> stream(600, 'x');
  ASSERT_GE(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, offset.data(), stream.size(), stream.data()), 0);
  H5Dclose(dataset);
  file.floats("whole", {2}, {1, 2});
  openBoth();
  expectSame([](const Reader& r) { return r.readFloats("weight"); });
  EXPECT_THAT(there_->readFloats("weight"), FailsWith(ErrorCode::corrupt, "weight"));
  expectSame([](const Reader& r) { return r.readFloats("whole"); });
}

TEST_F(IsolatedReader, TablesPass) {
  file.close();
  auto writer = Writer::create(path);
  ASSERT_TRUE(writer);
  std::vector<double> numbers(20'000);
  std::vector<std::string> texts(20'000);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<double>(i) / 3.0;
    texts[i] = "row " + std::to_string(i);
  }
  ASSERT_TRUE(writer->table("/points", std::vector<TableColumn>{{"number", numbers}, {"text", texts}}));
  ASSERT_TRUE(writer->commit());
  openBoth();
  expectSame([](const Reader& r) { return r.readTable("/points"); });
}

TEST_F(IsolatedReader, ErrorsOfOpeningAreTheSame) {
  const auto both = [](const std::filesystem::path& which) {
    const auto here = Reader::open(which);
    const auto there = Reader::open(which, {}, testing::readerProcesses());
    ASSERT_FALSE(here);
    ASSERT_FALSE(there);
    EXPECT_EQ(here.error().code, there.error().code);
    EXPECT_EQ(here.error().line(), there.error().line());
  };
  both(temporaryPath("absent.h5"));
  both(temporaryPath("absent.h5").parent_path());
  const auto text = temporaryPath("notes-\xFF.h5");  // a name that is no UTF-8
  std::ofstream(text) << "notes";
  both(text);
}

TEST_F(IsolatedReader, SeveralThreadsMayShareIt) {
  std::vector<float> values(200'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  file.floats("weight", {2000, 100}, values);
  openBoth();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) EXPECT_THAT(there_->readFloats("weight"), HasValueThat(::testing::Eq(values)));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(IsolatedReader, NoProcessOutlivesItsReader) {
  file.floats("weight", {1}, {1});
  openBoth();
  EXPECT_EQ(testing::readingChildren().size(), 1U);
  there_.reset();
  EXPECT_TRUE(testing::readingChildren().empty());
}

TEST_F(IsolatedReader, TheProcessOpensNothingElseOnceItsFileIsOpen) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need system calls of their own";
#endif
  if (::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) GTEST_SKIP() << "this kernel has no filters of system calls";
  file.floats("weight", {1}, {1});
  openBoth();
  for (const pid_t child : testing::readingChildren()) {
    std::ifstream statusFile("/proc/" + std::to_string(child) + "/status");
    const std::string status{std::istreambuf_iterator<char>(statusFile), {}};
    EXPECT_NE(status.find("Seccomp:\t2"), std::string::npos) << status;  // a filter
  }
}

TEST_F(IsolatedReader, AProcessPreparedInAdvanceIsUsed) {
  file.floats("weight", {1}, {1});
  file.close();
  const auto processes = testing::readerProcesses();
  processes->prepare();
  const auto before = testing::awaitReadingChildren();
  ASSERT_EQ(before.size(), 1U);
  const auto opened = Reader::open(path, {}, processes);
  ASSERT_TRUE(opened);
  EXPECT_EQ(testing::readingChildren(), before);
}

TEST_F(IsolatedReader, APreparedProcessThatDiedIsReplaced) {
  file.floats("weight", {1}, {1});
  file.close();
  const auto processes = testing::readerProcesses();
  processes->prepare();
  ASSERT_EQ(testing::awaitReadingChildren().size(), 1U);
  testing::signalReadingChildren(SIGKILL);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(Reader::open(path, {}, processes));
}

}  // namespace
}  // namespace axescope::hdf5
