// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/whole_file.h"

#include <QSaveFile>

namespace axescope::ui {

Status writeWholeFile(const QString& path, const QByteArray& content) {
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit()) {
    return fail(ErrorCode::writeFailed, path.toStdString(), {}, "a file that can be written",
                file.errorString().toStdString());
  }
  return {};
}

}  // namespace axescope::ui
