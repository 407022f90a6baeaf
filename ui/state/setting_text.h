// SPDX-License-Identifier: GPL-3.0-or-later
// The words of the settings schema as they are shown: real subscripts, ranges, lists.
#pragma once

#include <QString>
#include <string_view>

#include "core/study/setting_schema.h"

namespace axescope::ui {

/// Help as rich text: exponents raised, names of choices that the text explains in bold.
QString helpHtml(const SettingInfo& info);
/// What may be entered, as plain text: "2 … 63", "at least 1, or full", "wrap, saturate".
QString rangeText(const SettingInfo& info);
/// The value of a point with every default; "none" for an empty text.
QString defaultText(const SettingInfo& info);

}  // namespace axescope::ui
