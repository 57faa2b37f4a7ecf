// SPDX-License-Identifier: GPL-2.0-only
// A shared object that is no plug-in.
int nothing() { return 0; }
