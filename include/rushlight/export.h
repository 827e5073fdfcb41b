// Marks what the shared library exports; everything else is hidden.
#pragma once
#define RL_API [[gnu::visibility("default")]]
