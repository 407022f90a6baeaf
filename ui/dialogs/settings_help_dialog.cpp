// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/settings_help_dialog.h"

#include <QDialogButtonBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QVBoxLayout>
#include <map>

#include "core/study/method_pages.h"
#include "ui/plots/symbol_text.h"
#include "ui/state/setting_text.h"
#include "ui/state/text_view.h"

namespace axescope::ui {

namespace {

QLabel* label(const QString& text, const char* property = nullptr) {
  auto* label = new QLabel(text);
  if (property != nullptr) label->setProperty(property, true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

QLabel* wrapped(const QString& text, const char* property = nullptr) {
  QLabel* result = label(text, property);
  result->setWordWrap(true);
  return result;
}

// What one method is, below its setting.
QFrame* makePage(const MethodPage& page) {
  auto* frame = new QFrame;
  frame->setAccessibleName(fromView(page.title));
  auto* layout = new QVBoxLayout(frame);
  layout->setContentsMargins(14, 6, 0, 2);
  layout->setSpacing(2);
  auto* first = new QHBoxLayout;
  first->setSpacing(8);
  first->addWidget(label(fromView(page.title), "heading"));
  first->addStretch();
  first->addWidget(label(fromView(page.choice), "code"));
  QLabel* formula = wrapped(fromView(page.formula));
  formula->setObjectName(QStringLiteral("formula"));
  layout->addLayout(first);
  layout->addWidget(formula);
  layout->addWidget(wrapped(fromView(page.use)));
  layout->addWidget(wrapped(fromView(page.source), "muted"));
  return frame;
}

QString wordsOf(const MethodPage& page) {
  return QStringList{fromView(page.title), fromView(page.choice), fromView(page.source), fromView(page.use)}.join(
      QLatin1Char('\n'));
}

// Title, symbol and flag in a row; what may be entered; what it means.
QFrame* makeEntry(const SettingInfo& info) {
  auto* frame = new QFrame;
  frame->setObjectName(QStringLiteral("entry"));
  frame->setAccessibleName(fromView(info.title));
  auto* layout = new QVBoxLayout(frame);
  layout->setContentsMargins(14, 10, 14, 12);
  layout->setSpacing(4);
  auto* first = new QHBoxLayout;
  first->setSpacing(8);
  first->addWidget(label(fromView(info.title), "heading"));
  if (!info.symbol.empty()) first->addWidget(label(symbolHtml(fromView(info.symbol)), "muted"));
  first->addStretch();
  first->addWidget(label(QString::fromStdString(info.flag()), "code"));
  auto* help = label(helpHtml(info));
  help->setTextFormat(Qt::RichText);
  help->setWordWrap(true);
  auto* range = label(SettingsHelpDialog::tr("%1  ·  default %2").arg(rangeText(info), defaultText(info)), "muted");
  range->setWordWrap(true);
  layout->addLayout(first);
  layout->addWidget(help);
  layout->addWidget(range);
  for (const MethodPage& page : methodPages()) {
    if (page.setting == info.key) layout->addWidget(makePage(page));
  }
  return frame;
}

}  // namespace

SettingsHelpDialog::SettingsHelpDialog(QWidget* parent)
    : QDialog(parent), filter_(new QLineEdit), nothing_(new QLabel) {
  setWindowTitle(tr("Settings of a study"));
  resize(720, 760);
  filter_->setPlaceholderText(tr("Find a setting: a word, a symbol, a flag"));
  filter_->setAccessibleName(tr("Find a setting"));
  filter_->setClearButtonEnabled(true);
  nothing_->setProperty("muted", true);
  nothing_->setAlignment(Qt::AlignCenter);
  nothing_->hide();
  auto* introduction =
      new QLabel(tr("A setting takes one value, a list such as <b>4,8</b> or a range such as <b>10:20</b>; a study is "
                    "made of all combinations. On the command line each has the flag at its right."));
  introduction->setWordWrap(true);

  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(makeList());
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(filter_, &QLineEdit::textChanged, this, &SettingsHelpDialog::applyFilter);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(18, 18, 18, 14);
  layout->setSpacing(12);
  layout->addWidget(introduction);
  layout->addWidget(filter_);
  layout->addWidget(nothing_);
  layout->addWidget(scroll, 1);
  layout->addWidget(buttons);
  filter_->setFocus();
}

QWidget* SettingsHelpDialog::makeList() {
  auto* list = new QWidget;
  list->setObjectName(QStringLiteral("plain"));
  auto* layout = new QVBoxLayout(list);
  layout->setContentsMargins(0, 0, 8, 0);
  layout->setSpacing(8);
  const std::pair<bool, QString> sections[] = {{false, tr("Each point of a study")},
                                               {true, tr("Shared by the whole study")}};
  for (const auto& [perStudy, title] : sections) {
    auto* heading = label(title, "section");
    layout->addWidget(heading);
    for (const SettingInfo& info : settingSchema()) {
      if (info.perStudy != perStudy) continue;
      QFrame* entry = makeEntry(info);
      layout->addWidget(entry);
      QStringList words{fromView(info.title), fromView(info.symbol), fromView(info.symbol).remove(QLatin1Char('_')),
                        fromView(info.key),   fromView(info.help),   QString::fromStdString(info.flag()),
                        rangeText(info)};
      for (const MethodPage& page : methodPages()) {
        if (page.setting == info.key) words << wordsOf(page);
      }
      entries_.push_back({entry, heading, words.join(QLatin1Char('\n'))});
    }
  }
  layout->addStretch();
  return list;
}

void SettingsHelpDialog::applyFilter(const QString& text) {
  const QString wanted = text.trimmed();
  std::map<QWidget*, bool> sectionHasAny;
  bool any = false;
  for (const Entry& entry : entries_) {
    const bool fits = entry.words.contains(wanted, Qt::CaseInsensitive);
    entry.widget->setVisible(fits);
    sectionHasAny[entry.heading] |= fits;
    any |= fits;
  }
  for (const auto& [heading, visible] : sectionHasAny) heading->setVisible(visible);
  nothing_->setText(tr("No setting speaks of “%1”.").arg(wanted));
  nothing_->setVisible(!any);
}

}  // namespace axescope::ui
