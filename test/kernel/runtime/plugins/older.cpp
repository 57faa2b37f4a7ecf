// SPDX-License-Identifier: GPL-2.0-only
// A plug-in of another form of the interface.
#include <libscx.h>

extern "C" unsigned scx_user_interface() { return 0; }
scx::UserPolicy *scx_user_policy(const scx::UserQueue &) { return nullptr; }
