// The warning hook and its default handler.
#include "rushlight/warn.h"

#include <atomic>
#include <cstdio>
#include <mutex>
#include <set>
#include <string>

namespace rushlight {
namespace {

void print_once(std::string_view text) {
  static auto* mutex = new std::mutex;  // leaked on purpose: ops may still warn at exit
  static auto* seen = new std::set<std::string, std::less<>>;
  const std::lock_guard<std::mutex> lock(*mutex);
  if (seen->find(text) != seen->end()) return;
  seen->emplace(text);
  std::fprintf(stderr, "[rushlight] Warning: %.*s\n", static_cast<int>(text.size()), text.data());
}

std::atomic<WarnHandler> handler{&print_once};

thread_local int muted = 0;

}  // namespace

MuteWarnings::MuteWarnings() noexcept { ++muted; }
MuteWarnings::~MuteWarnings() { --muted; }

void warn(std::string_view text) {
  if (muted == 0) handler.load(std::memory_order_acquire)(text);
}

WarnHandler set_warn_handler(WarnHandler replacement) noexcept {
  return handler.exchange(replacement ? replacement : &print_once, std::memory_order_acq_rel);
}

}  // namespace rushlight
