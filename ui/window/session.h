// SPDX-License-Identifier: GPL-3.0-or-later
// What was on the screen, as a small JSON file: files by relative path, study, results, selection, layout.
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

#include "core/base/error.h"

namespace axescope::ui {

inline constexpr int sessionVersion = 1;

struct Session {
  QStringList models;  // absolute paths
  int currentModel = -1;
  QString results;    // empty: none
  QStringList added;  // results drawn beside them
  QString study;      // JSON as in the study's own files
  QString page;       // its object name
  QString layer;
  int channel = -1;
  QList<int> points;
  QByteArray geometry;
  QByteArray layout;
  QByteArray seal;  // of both, see sealOf()

  friend bool operator==(const Session&, const Session&) = default;
};

/// Tells geometry and layout that a window of this user wrote from others: Qt believes these bytes and may crash on
/// what a stranger put there. A keyed hash; the key is made on first use and stays in the user's settings.
QByteArray sealOf(const Session& session);

/// Whole or not at all. Paths are written relative to the session's folder, so that a folder can move as a whole.
Status saveSession(const Session& session, const QString& path);
/// Errors: notFound, corrupt (no JSON), unsupported (another format, a newer version), wrongType.
Result<Session> loadSession(const QString& path);

}  // namespace axescope::ui
