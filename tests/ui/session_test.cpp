// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/session.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

class SessionFile : public ::testing::Test {
 protected:
  QString path(const char* name) const { return folder_.filePath(QString::fromLatin1(name)); }
  void write(const QString& file, const QByteArray& content) const {
    QFile out(file);
    ASSERT_TRUE(out.open(QIODevice::WriteOnly));
    out.write(content);
  }
  Session example() const {
    return {.models = {path("models/a.h5"), path("b.h5")},
            .currentModel = 1,
            .results = path("out/r.h5"),
            .added = {path("out/other.h5")},
            .study = QStringLiteral(R"({"format":"axescope-study","settings":{"inner_bits":[12,14]},"version":1})"),
            .page = QStringLiteral("pareto"),
            .layer = QStringLiteral("conv1"),
            .channel = 3,
            .points = {4, 2},
            .geometry = QByteArray("\x01\x00\xff", 3),
            .layout = QByteArray("layout"),
            .seal = QByteArray("seal")};
  }
  QTemporaryDir folder_;
};

TEST_F(SessionFile, ComesBackAsItWas) {
  ASSERT_TRUE(saveSession(example(), path("s.axescope")).has_value());
  const auto loaded = loadSession(path("s.axescope"));
  ASSERT_TRUE(loaded.has_value()) << loaded.error().line();
  EXPECT_EQ(*loaded, example());
}

TEST_F(SessionFile, ASealHoldsForTheBytesItWasMadeOf) {
  Session session = example();
  const QByteArray seal = sealOf(session);
  EXPECT_EQ(sealOf(session), seal);
  session.channel = 4;
  EXPECT_EQ(sealOf(session), seal);
  session.layout += 'x';
  EXPECT_NE(sealOf(session), seal);
  // A byte may not pass from the one to the other.
  session = example();
  session.layout.prepend(session.geometry.back());
  session.geometry.chop(1);
  EXPECT_NE(sealOf(session), seal);
}

TEST_F(SessionFile, MovesWithItsFolder) {
  ASSERT_TRUE(QDir(folder_.path()).mkpath(QStringLiteral("old/models")));
  Session session;
  session.models = {path("old/models/a.h5")};
  ASSERT_TRUE(saveSession(session, path("old/s.axescope")).has_value());
  ASSERT_TRUE(QDir(folder_.path()).rename(QStringLiteral("old"), QStringLiteral("new")));
  const auto loaded = loadSession(path("new/s.axescope"));
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->models, QStringList{path("new/models/a.h5")});
}

TEST_F(SessionFile, WhatIsNoneIsRefusedByName) {
  EXPECT_EQ(loadSession(path("absent")).error().code, ErrorCode::notFound);
  write(path("text"), "not JSON");
  EXPECT_EQ(loadSession(path("text")).error().code, ErrorCode::corrupt);
  write(path("other"), R"({"format":"something"})");
  EXPECT_EQ(loadSession(path("other")).error().code, ErrorCode::unsupported);
  write(path("newer"), R"({"format":"axescope-session","version":99})");
  const auto newer = loadSession(path("newer"));
  EXPECT_EQ(newer.error().code, ErrorCode::unsupported);
  EXPECT_NE(newer.error().line().find("99"), std::string::npos);
}

TEST_F(SessionFile, AFolderThatCannotBeWrittenIsReported) {
  write(path("file"), "in the way");
  EXPECT_EQ(saveSession(example(), path("file/s.axescope")).error().code, ErrorCode::writeFailed);
}

}  // namespace
}  // namespace axescope::ui
