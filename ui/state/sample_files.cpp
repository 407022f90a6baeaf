// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/sample_files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QLocale>

namespace axescope::ui {

namespace {

struct SampleText {
  const char* file;
  const char* title;
  const char* description;
  int layers;
};

constexpr SampleText texts[] = {
    {"digits-cnn.h5", QT_TRANSLATE_NOOP("SampleFiles", "Handwritten digits"),
     QT_TRANSLATE_NOOP("SampleFiles",
                       "A small convolutional network with labelled images: sweep it and watch accuracy "
                       "fall off the cliff."),
     5},
    {"digits-mobilenet.h5", QT_TRANSLATE_NOOP("SampleFiles", "Handwritten digits, MobileNet"),
     QT_TRANSLATE_NOOP("SampleFiles",
                       "Depthwise and pointwise convolutions with batch norms between them: short dot products, and "
                       "much work around them."),
     12},
    {"fir-bank.h5", QT_TRANSLATE_NOOP("SampleFiles", "Filter banks"),
     QT_TRANSLATE_NOOP("SampleFiles",
                       "Two banks of FIR filters over a signal: narrow accumulators outside deep "
                       "learning."),
     2},
    {"text-lm.h5", QT_TRANSLATE_NOOP("SampleFiles", "Licence texts"),
     QT_TRANSLATE_NOOP("SampleFiles",
                       "A small language model, judged by its perplexity: tiles keep accumulators narrow where dot "
                       "products are long."),
     13},
};

QString samplesFolder() {
  const QString program = QCoreApplication::applicationDirPath();
  const QDir installed(program + QStringLiteral("/../share/axescope/samples"));
  if (installed.exists()) return installed.canonicalPath();
  QDir folder(program);
  do {
    if (folder.exists(QStringLiteral("samples/digits-cnn.h5"))) return folder.filePath(QStringLiteral("samples"));
  } while (folder.cdUp());
  return {};
}

QString translated(const char* text) {
  return QCoreApplication::translate("SampleFiles", text);
}

}  // namespace

std::vector<SampleFile> sampleFiles() {
  std::vector<SampleFile> samples;
  const QString folder = samplesFolder();
  if (folder.isEmpty()) return samples;
  for (const SampleText& text : texts) {
    const QFileInfo file(QDir(folder), QString::fromLatin1(text.file));
    if (!file.exists()) continue;
    const QString size = QLocale().formattedDataSize(file.size(), 0, QLocale::DataSizeSIFormat);
    samples.push_back({file.absoluteFilePath(), translated(text.title), translated(text.description),
                       translated(QT_TRANSLATE_NOOP("SampleFiles", "%1 layers · %2")).arg(text.layers).arg(size)});
  }
  return samples;
}

}  // namespace axescope::ui
