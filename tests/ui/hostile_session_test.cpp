// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions that no window of ours wrote: refused in one line, or restored as far as they make sense.
#include <QCoreApplication>
#include <QFile>
#include <QTemporaryDir>
#include <random>

#include <gtest/gtest.h>

#include "ui/window/main_window.h"

namespace axescope::ui {
namespace {

class HostileSession : public ::testing::Test {
 protected:
  Result<Session> load(const QByteArray& content) const {
    const QString path = folder_.filePath(QStringLiteral("s.axescope"));
    QFile file(path);
    EXPECT_TRUE(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    return loadSession(path);
  }
  static QByteArray with(const QByteArray& members) {
    return R"({"format":"axescope-session","version":1,)" + members + "}";
  }
  QTemporaryDir folder_;
};

TEST_F(HostileSession, TextThatIsNoSessionIsOneLine) {
  for (const QByteArray& content :
       {QByteArray(), QByteArray("[]"), QByteArray("{"), QByteArray(3'000'000, '['), QByteArray(3'000'000, '{'),
        QByteArray(100'000, '[') + QByteArray(100'000, ']'), with("\"models\":NaN"), with("\"channel\":Infinity"),
        with("\"page\":\"\xFF\xFE\""), with("\"points\":[1,2"), QByteArray(1000, '\0'),
        QByteArray(R"({"format":["axescope-session"],"version":1})"),
        QByteArray(R"({"format":"axescope-session","version":1e300})")}) {
    const auto session = load(content);
    if (session) continue;  // Qt reads what is like JSON
    EXPECT_EQ(session.error().line().find('\n'), std::string::npos);
    EXPECT_NE(session.error().line().find("s.axescope"), std::string::npos);
  }
  for (const QByteArray& content : {QByteArray(3'000'000, '['), QByteArray("[]"), QByteArray("{")})
    EXPECT_FALSE(load(content).has_value());
}

TEST_F(HostileSession, MembersOfTheWrongTypeAreLeftOut) {
  const char* keys[] = {"models", "current_model", "results", "study",    "page",
                        "layer",  "channel",       "points",  "geometry", "layout"};
  const char* values[] = {"null",
                          "true",
                          "-1",
                          "1e300",
                          "99999999999999999999",
                          "\"text\"",
                          "[]",
                          "[[[]]]",
                          "{}",
                          "[{\"a\":[null]}]",
                          "[1e300,-5,\"x\",null]",
                          "\"\\ud800\""};
  for (const char* key : keys) {
    for (const char* value : values) {
      const auto session = load(with("\"" + QByteArray(key) + "\":" + value));
      ASSERT_TRUE(session.has_value()) << key << " " << value << " " << session.error().line();
    }
  }
  const auto twice = load(with(R"("channel":1,"channel":2)"));
  ASSERT_TRUE(twice.has_value());
}

TEST_F(HostileSession, AWindowRestoresWhatMakesSenseAndLivesOn) {
  std::mt19937 random(5);
  MainWindow window;
  window.show();
  for (int round = 0; round < 60; ++round) {
    const auto bytes = [&] {
      QByteArray all(static_cast<int>(random() % 300), '\0');
      for (char& byte : all) byte = static_cast<char>(random() % 256);
      return all;
    };
    Session session;
    // Now and then what a window did write, altered a little.
    session.geometry = random() % 2 == 0 ? bytes() : window.saveGeometry();
    session.layout = random() % 2 == 0 ? bytes() : window.saveState();
    for (QByteArray* saved : {&session.geometry, &session.layout}) {
      if (!saved->isEmpty()) (*saved)[static_cast<int>(random() % static_cast<unsigned>(saved->size()))] ^= 1;
    }
    session.currentModel = static_cast<int>(random());
    session.channel = static_cast<int>(random());
    session.layer = QString::fromLatin1(bytes());
    session.page = round % 3 == 0 ? QStringLiteral("budgets") : QString::fromLatin1(bytes());
    session.points = {static_cast<int>(random()), -1, 0, INT32_MAX, INT32_MIN};
    session.study = round % 2 == 0 ? QString(200'000, QLatin1Char('[')) : QString::fromLatin1(bytes());
    window.restore(session);
    QCoreApplication::processEvents();
    EXPECT_EQ(window.state().model(), nullptr);
    EXPECT_TRUE(window.state().selection().points().isEmpty());
  }
}

}  // namespace
}  // namespace axescope::ui
