// SPDX-License-Identifier: GPL-3.0-or-later
// A window whose files other processes read: what they find is shown as ever, and when one of them crashes, hangs or is
// killed, the banner has a line and the window goes on.
#include <QCoreApplication>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QThreadPool>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/core/dump/crashing_file.h"
#include "tests/core/dump/reading_process.h"
#include "ui/state/reader_program.h"
#include "ui/window/main_window.h"

namespace axescope::ui {
namespace {

constexpr int patience = 60'000;  // milliseconds

class IsolatedWindow : public ::testing::Test {
 protected:
  IsolatedWindow() { window_.show(); }

  static QString sample(const char* name) {
    return QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/") + QString::fromLatin1(name);
  }
  bool opens(const QString& path) {
    QSignalSpy opened(&window_.state(), &AppState::opened);
    window_.open(path);
    return opened.wait(patience);
  }
  /// Lets the pages finish what they read in the background for a file that has just opened.
  static void awaitPages() {
    // Some start on timers, when what is on the screen has settled.
    for (int round = 0; round < 50; ++round) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      QCoreApplication::processEvents();
      ASSERT_TRUE(QThreadPool::globalInstance()->waitForDone(patience));
    }
  }
  /// What the banner says.
  QString refusalOf(const QString& path) {
    QSignalSpy failed(&window_.state(), &AppState::failed);
    window_.open(path);
    EXPECT_TRUE(failed.wait(patience));
    EXPECT_TRUE(window_.banner()->isVisible());
    const QString text = window_.banner()->text();
    EXPECT_FALSE(text.contains(QLatin1Char('\n'))) << text.toStdString();
    return text;
  }

  QTemporaryDir folder_;
  MainWindow window_;
};

TEST_F(IsolatedWindow, ShowsWhatItsProcessRead) {
  window_.state().setReaderProcesses(testing::readerProcesses());
  ASSERT_TRUE(opens(sample("digits-cnn.h5")));
  const auto model = window_.state().model();
  ASSERT_NE(model, nullptr);
  const auto here = Model::open(sample("digits-cnn.h5").toStdString());
  ASSERT_TRUE(here.has_value());
  ASSERT_EQ(model->dump().layers().size(), (*here)->dump().layers().size());
  for (std::size_t layer = 0; layer < model->dump().layers().size(); ++layer)
    EXPECT_EQ((*model->layerTensors(layer))->weight, (*(*here)->layerTensors(layer))->weight);
  EXPECT_EQ(*model->sha256(), *(*here)->sha256());
  EXPECT_FALSE(testing::readingChildren().empty());
}

TEST_F(IsolatedWindow, AFileThatCrashesTheLibraryIsALineAndTheNextOneOpens) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer turns the crash into its own exit";
#endif
  const auto crashing = testing::temporaryPath("crashing.h5");
  testing::writeCrashingDump(crashing);
  // The reading processes alone have a small stack.
  const QString program = folder_.filePath(QStringLiteral("reader"));
  QFile script(program);
  ASSERT_TRUE(script.open(QIODevice::WriteOnly));
  script.write("#!/bin/sh\nulimit -s 512\nexec '" + QCoreApplication::applicationFilePath().toUtf8() + "' \"$@\"\n");
  script.close();
  script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
  window_.state().setReaderProcesses(
      std::make_shared<hdf5::ReaderProcesses>(hdf5::ReaderProcesses::Options{.program = program.toStdString()}));
  const QString text = refusalOf(QString::fromStdString(crashing.string()));
  for (const char* part : {"crashing.h5", "/layers/fc", "crashed, signal 11"})
    EXPECT_TRUE(text.contains(QString::fromLatin1(part))) << part << " in " << text.toStdString();
  EXPECT_EQ(window_.state().model(), nullptr);
  EXPECT_TRUE(opens(sample("digits-cnn.h5")));
  EXPECT_NE(window_.state().model(), nullptr);
}

TEST_F(IsolatedWindow, AProcessThatHangsIsALineWhenPatienceEnds) {
  window_.state().setReaderProcesses(testing::readerProcesses(std::chrono::milliseconds(400)));
  ASSERT_FALSE(testing::awaitReadingChildren().empty());
  testing::signalReadingChildren(SIGSTOP);
  const QString text = refusalOf(sample("digits-cnn.h5"));
  EXPECT_TRUE(text.contains(QStringLiteral("gave no answer within 0.4 s"))) << text.toStdString();
  window_.state().setReaderProcesses(testing::readerProcesses());
  EXPECT_TRUE(opens(sample("digits-cnn.h5")));
}

TEST_F(IsolatedWindow, AProcessThatIsKilledIsReplaced) {
  window_.state().setReaderProcesses(testing::readerProcesses());
  ASSERT_TRUE(opens(sample("fir-bank.h5")));
  awaitPages();  // or one of them meets the killed process, and this test its replacement
  const auto killed = testing::readingChildren();
  testing::signalReadingChildren(SIGKILL);
  // Signals arrive when they do: a spare process that is still dying would be taken for a living one.
  for (const pid_t child : killed) {
    siginfo_t ending{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ending, WEXITED | WNOWAIT), 0);
  }
  const auto model = window_.state().model();
  ASSERT_NE(model, nullptr);
  const auto first = model->dump().loadLayerInput(0, 0, 1);  // packed: the library has to read it
  ASSERT_FALSE(first.has_value());
  EXPECT_NE(first.error().line().find("was killed"), std::string::npos) << first.error().line();
  EXPECT_TRUE(model->dump().loadLayerInput(0, 0, 1).has_value());
  EXPECT_TRUE(opens(sample("digits-cnn.h5")));
}

TEST(ReaderProgram, IsLookedForInOneFolderOnly) {
  const QTemporaryDir folder;
  EXPECT_EQ(readerProcessesIn(folder.path()), nullptr);
  const QString program = folder.filePath(QStringLiteral("axescope-cli"));
  QFile file(program);
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.close();
  EXPECT_EQ(readerProcessesIn(folder.path()), nullptr) << "not executable";
  file.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
  const auto found = readerProcessesIn(folder.path());
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->options().program, program.toStdString());
}

}  // namespace
}  // namespace axescope::ui
