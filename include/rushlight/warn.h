// Warnings: one text at a time to a handler that a front door may replace.
#pragma once
#include <string_view>

#include "rushlight/export.h"

namespace rushlight {

// Hands `text` to the handler. The default handler prints each text once to stderr; Python's raises a UserWarning.
RL_API void warn(std::string_view text);

// Replaces the handler (nullptr: the default); returns the one before. It may throw: the op then fails with that error.
using WarnHandler = void (*)(std::string_view text);
RL_API WarnHandler set_warn_handler(WarnHandler handler) noexcept;

// While one exists, this thread's warnings go nowhere.
class RL_API MuteWarnings {
 public:
  MuteWarnings() noexcept;
  ~MuteWarnings();
  MuteWarnings(const MuteWarnings&) = delete;
  MuteWarnings& operator=(const MuteWarnings&) = delete;
};

}  // namespace rushlight
