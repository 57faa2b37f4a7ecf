# SPDX-License-Identifier: GPL-2.0-only
# Looked for by name only (mutations.test).
