// SPDX-License-Identifier: GPL-3.0-or-later
// Files that the window cannot show: one line in the banner says which, where and why, and nothing else changes.
#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "core/hdf5/writer.h"
#include "core/study/results_file.h"
#include "ui/window/main_window.h"

namespace axescope::ui {
namespace {

constexpr int patience = 60'000;  // milliseconds

class RefusedFile : public ::testing::Test {
 protected:
  RefusedFile() { window_.show(); }

  template <class Fill>
  QString crafted(const char* name, const Fill& fill) {
    const QString path = folder_.filePath(QString::fromLatin1(name));
    auto writer = hdf5::Writer::create(path.toStdString());
    EXPECT_TRUE(writer.has_value());
    fill(*writer);
    EXPECT_TRUE(writer->commit().has_value());
    return path;
  }

  /// What the banner says.
  QString refusalOf(const QString& path) {
    QSignalSpy failed(&window_.state(), &AppState::failed);
    window_.open(path);
    EXPECT_TRUE(failed.wait(patience));
    EXPECT_TRUE(window_.banner()->isVisible());
    EXPECT_EQ(window_.state().model(), nullptr);
    EXPECT_EQ(window_.state().points().rowCount(), 0);
    return window_.banner()->text();
  }

  QTemporaryDir folder_;
  MainWindow window_;
};

TEST_F(RefusedFile, ResultsOfANewerVersionNameBothVersions) {
  const QString text = refusalOf(crafted("newer.h5", [](hdf5::Writer& file) {
    ASSERT_TRUE(file.attribute("/", "format", std::string(resultsFormatName)).has_value());
    ASSERT_TRUE(file.attribute("/", "version", std::int64_t{99}).has_value());
  }));
  for (const char* part : {"newer.h5", "@version", "expected 1", "99", "newer AxeScope"}) {
    EXPECT_TRUE(text.contains(QString::fromLatin1(part))) << part << " in " << text.toStdString();
  }
}

TEST_F(RefusedFile, AnHdf5FileOfAnotherProgramSaysWhatItLacks) {
  const QString text = refusalOf(crafted("foreign.h5", [](hdf5::Writer& file) {
    const std::vector<std::int64_t> shape{2, 3};
    ASSERT_TRUE(file.tensor("/experiment/readings", shape, std::vector<float>(6, 1.0F)).has_value());
  }));
  EXPECT_TRUE(text.contains(QStringLiteral("foreign.h5"))) << text.toStdString();
  EXPECT_TRUE(text.contains(QStringLiteral("expected"))) << text.toStdString();
}

TEST_F(RefusedFile, AMalformedDumpNamesTheObjectThatIsWrong) {
  const QString text = refusalOf(crafted("malformed.h5", [](hdf5::Writer& file) {
    ASSERT_TRUE(file.attribute("/", "format", std::string("axescope-dump")).has_value());
    ASSERT_TRUE(file.attribute("/", "version", std::int64_t{1}).has_value());
    const std::vector<std::int64_t> shape{2, 3, 4};
    ASSERT_TRUE(file.tensor("/layers/fc/weight", shape, std::vector<float>(24, 1.0F)).has_value());
    ASSERT_TRUE(file.attribute("/layers/fc", "kind", std::string("linear")).has_value());
    ASSERT_TRUE(file.attribute("/layers/fc", "axis_order", std::string("OI")).has_value());
  }));
  for (const char* part : {"malformed.h5", "/layers/fc", "expected", "found"}) {
    EXPECT_TRUE(text.contains(QString::fromLatin1(part))) << part << " in " << text.toStdString();
  }
}

TEST_F(RefusedFile, ATextFileIsNamed) {
  const QString text = refusalOf(QStringLiteral(AXESCOPE_SOURCE_DIR "/README.md"));
  EXPECT_TRUE(text.contains(QStringLiteral("README.md"))) << text.toStdString();
}

}  // namespace
}  // namespace axescope::ui
