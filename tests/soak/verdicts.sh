#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# 1000 campaigns of each kind, simulated from runs to verdicts: false verdicts, missed
# ones, and what the intervals cover.  docs/method.md has the table.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
make -C "$top/userspace" .output/unit/test_verdicts >&2 || exit 1
SIMULATE=${SIMULATE:-1000} CMOCKA_MESSAGE_OUTPUT=TAP exec "$top/userspace/.output/unit/test_verdicts"
