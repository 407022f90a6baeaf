// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/about_dialog.h"

#include <QDialogButtonBox>
#include <QFile>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextCursor>
#include <QVBoxLayout>
#include <map>

#include "axescope_version.h"
#include "core/study/provenance.h"
#include "ui/theme/icons.h"

namespace axescope::ui {

namespace {

constexpr int iconSize = 72;

struct Paper {
  const char* number;  // on arXiv
  const char* title;
  const char* use;
};

constexpr Paper papers[] = {
    {"2409.17092", "Accumulator-Aware Post-Training Quantization for Large Language Models",
     QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "AXE: the constraint at the heart of this program")},
    {"2308.13504", "A2Q: Accumulator-Aware Quantization with Guaranteed Overflow Avoidance",
     QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "the ℓ₁ bound")},
    {"2401.10432", "A2Q+: Improving Accumulator-Aware Weight Quantization",
     QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "the zero-centred bound, and EP-init")},
    {"2404.00103", "PikeLPN: Mitigating Overlooked Inefficiencies of Low-Precision Neural Networks",
     QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "the cost of what is not a product")},
};

struct Library {
  const char* name;
  const char* use;
  const char* licence;
};

constexpr Library libraries[] = {
    {"Qt", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "the window"), "LGPL-3.0"},
    {"Qt Charts", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "axes and series of the plots"), "GPL-3.0"},
    {"HDF5", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "dumps, quantized files and results"), "BSD-3-Clause"},
    {"oneDNN", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "float and 8-bit matrix products"), "Apache-2.0"},
    {"oneTBB", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "parallel loops"), "Apache-2.0"},
    {"Eigen", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "matrices and the Cholesky factor"), "MPL-2.0"},
    {"OpenSSL", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "SHA-256 of inputs"), "Apache-2.0"},
    {"OpenMP", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "the threads of oneDNN"), "GPL-3.0 + GCC exception"},
    {"fmt", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "text"), "MIT"},
    {"nlohmann-json", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "studies and provenance"), "MIT"},
    {"muParser", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "formulas of cost tables"), "BSD-2-Clause"},
    {"tl-expected", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "errors as values"), "CC0-1.0"},
    {"CLI11", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "the command line"), "BSD-3-Clause"},
    {"viridis", QT_TRANSLATE_NOOP("axescope::ui::AboutDialog", "the colour map of heatmaps"), "CC0-1.0"},
};

// "HDF5 1.10.8, oneDNN 2.6.3" by name.
std::map<QString, QString> versionsInUse() {
  const QString qt = QString::fromLatin1(qVersion());
  std::map<QString, QString> versions{{QStringLiteral("Qt"), qt}, {QStringLiteral("Qt Charts"), qt}};
  for (const QString& entry : QString::fromStdString(libraryVersions()).split(QStringLiteral(", "))) {
    versions[entry.section(QLatin1Char(' '), 0, -2)] = entry.section(QLatin1Char(' '), -1);
  }
  return versions;
}

QTextBrowser* browser(const QString& accessibleName) {
  auto* browser = new QTextBrowser;
  browser->setAccessibleName(accessibleName);
  browser->setOpenExternalLinks(true);
  browser->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  browser->document()->setDocumentMargin(14);
  return browser;
}

QString papersHtml() {
  QString html = AboutDialog::tr(
      "<p>Open an HDF5 dump of a network's weights and calibration data, sweep accumulator widths, tile "
      "sizes, bit widths and methods, and see accuracy, error and proofs of overflow freedom for every "
      "point.</p><p><b>Papers it stands on</b></p>");
  for (const Paper& paper : papers) {
    const QString number = QString::fromLatin1(paper.number);
    html += QStringLiteral("<p><a href='https://arxiv.org/abs/%1'>%2</a><br>arXiv:%1 — %3</p>")
                .arg(number, QString::fromUtf8(paper.title), AboutDialog::tr(paper.use));
  }
  return html;
}

QString librariesHtml() {
  const auto versions = versionsInUse();
  const QString row = QStringLiteral("<tr><td><b>%1</b></td><td>%2</td><td>%3</td><td>%4</td></tr>");
  QString html = QStringLiteral("<table width='100%' cellpadding='5'>");
  for (const Library& library : libraries) {
    const QString name = QString::fromLatin1(library.name);
    const auto version = versions.find(name);
    html += row.arg(name, version == versions.end() ? QString() : version->second, AboutDialog::tr(library.use),
                    QString::fromLatin1(library.licence));
  }
  return html + QStringLiteral("</table>");
}

QString licenceHtml() {
  return AboutDialog::tr(
      "<p>AxeScope is free software: you can redistribute it and modify it under the terms of the <b>GNU General "
      "Public "
      "License, version 3 or later</b> (GPL-3.0-or-later), as published by the Free Software Foundation.</p>"
      "<p>It is distributed in the hope that it will be useful, but without any warranty; without even the implied "
      "warranty of merchantability or fitness for a particular purpose. "
      "<a href='https://www.gnu.org/licenses/gpl-3.0.html'>The whole licence</a></p>"
      "<p><b>Why this licence?</b> The plots stand on Qt Charts, which is available under the GPL, version 3. A "
      "program "
      "that uses it has to be free software of the same kind; all other libraries allow that.</p>"
      "<p>What you make with AxeScope — results, figures, quantized models — is yours.</p>");
}

QString notices() {
  QFile file(QStringLiteral(":/THIRD_PARTY_NOTICES.md"));
  const bool there = file.open(QIODevice::ReadOnly);
  Q_ASSERT(there);
  return there ? QString::fromUtf8(file.readAll()) : QString();
}

// Markdown's headings are as large as a poster's; in a tab they are bold and have air above them.
void calmHeadings(QTextDocument* document) {
  constexpr double airAbove = 14.0;
  for (QTextBlock block = document->begin(); block.isValid(); block = block.next()) {
    const int level = block.blockFormat().headingLevel();
    if (level == 0) continue;
    QTextCursor cursor(block);
    cursor.select(QTextCursor::BlockUnderCursor);
    QTextCharFormat size;
    size.setProperty(QTextFormat::FontSizeAdjustment, level == 1 ? 2 : level == 2 ? 1 : 0);
    cursor.mergeCharFormat(size);
    QTextBlockFormat air;
    air.setTopMargin(level == 1 ? 0.0 : airAbove);
    cursor.mergeBlockFormat(air);
  }
}

QWidget* makeHeader() {
  auto* header = new QWidget;
  header->setObjectName(QStringLiteral("plain"));
  auto* layout = new QHBoxLayout(header);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(18);
  auto* mark = new QLabel;
  mark->setPixmap(applicationIcon().pixmap(QSize(iconSize, iconSize), header->devicePixelRatio()));
  auto* name = new QLabel(QStringLiteral("AxeScope"));
  name->setProperty("title", true);
  auto* version = new QLabel(AboutDialog::tr("Version %1").arg(QString::fromLatin1(versionString)));
  version->setProperty("muted", true);
  version->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* sentence = new QLabel(AboutDialog::tr("See what a narrow accumulator costs a quantized neural network."));
  auto* words = new QVBoxLayout;
  words->setSpacing(2);
  words->addStretch();
  for (QLabel* line : {name, version, sentence}) words->addWidget(line);
  words->addStretch();
  layout->addWidget(mark);
  layout->addLayout(words, 1);
  return header;
}

}  // namespace

AboutDialog::AboutDialog(QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("About AxeScope"));
  resize(660, 620);
  auto* tabs = new QTabWidget;
  tabs->setDocumentMode(true);
  const auto addTab = [tabs](const QString& title) {
    auto* page = browser(title);
    tabs->addTab(page, title);
    return page;
  };
  addTab(tr("About"))->setHtml(papersHtml());
  addTab(tr("Libraries"))->setHtml(librariesHtml());
  addTab(tr("Licence"))->setHtml(licenceHtml());
  auto* noticesPage = addTab(tr("Notices"));
  noticesPage->setMarkdown(notices());
  calmHeadings(noticesPage->document());
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(22, 20, 22, 14);
  layout->setSpacing(14);
  layout->addWidget(makeHeader());
  layout->addWidget(tabs, 1);
  layout->addWidget(buttons);
  buttons->button(QDialogButtonBox::Close)->setFocus();
}

}  // namespace axescope::ui
