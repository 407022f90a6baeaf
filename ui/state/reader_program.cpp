// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/reader_program.h"

#include <QDir>
#include <QFileInfo>

namespace axescope::ui {

std::shared_ptr<hdf5::ReaderProcesses> readerProcessesIn(const QString& folder) {
  const QFileInfo program(QDir(folder).filePath(QStringLiteral("axescope-cli")));
  if (!program.isFile() || !program.isExecutable()) return nullptr;
  return std::make_shared<hdf5::ReaderProcesses>(
      hdf5::ReaderProcesses::Options{.program = program.absoluteFilePath().toStdString()});
}

}  // namespace axescope::ui
