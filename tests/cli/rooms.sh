#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/rooms: a sound tree passes, and each violation that is planted in a copy
# of tools/ or userspace/ is found and named.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tools_lib.sh"
rooms=$top/tests/rooms
peers=exit,inject,orc,qmp,ways,window

# tree [FOLDER]: a new copy of tools/, or of another folder, without what is built
tree() {
	rm -rf "$tmp/${1:-tools}"
	mkdir "$tmp/${1:-tools}"
	(cd "$top/${1:-tools}" && tar -c --exclude .output .) | tar -x -C "$tmp/${1:-tools}"
}

# object NAME: build this object of the copy
object() {
	make -s --no-print-directory -C "$tmp/tools" ".output/obj/$1.o" >&2
}

# rooms OPTION...: of the copy; exit code in $rc, output in $tmp/out and $tmp/err
rooms() {
	rc=0
	(cd "$tmp" && "$rooms" "$@") >"$tmp/out" 2>"$tmp/err" || rc=$?
}

# found NAME TEXT: exactly this is wrong
found() {
	is "$1: exit code" "$rc" 1
	is "$1: it is named, and nothing else" "$(sed '$d' "$tmp/out")" "$2"
}

# refused TEXT OPTION...: exit code 2 and one line
refused() {
	text=$1
	shift
	rooms "$@"
	is "refused: $text" "$rc $(cat "$tmp/err")" "2 rooms: $text"
}

tree
rc=0
(cd "$top" && "$rooms" --circles --objects tools/.output/obj tools lib $peers) >"$tmp/out" || rc=$?
is "tools: sound, objects included" "$rc" 0
is "tools: every source but the guest's has an object" \
	"$(sed -n 's/.*objects of \([0-9]*\) .*/\1/p' "$tmp/out")" \
	"$(find "$top/tools" -name '*.c' ! -path '*/guest/*' | wc -l)"
is "tools: at most 3 files outside the rooms" \
	"$(($(find "$top/tools" -maxdepth 1 -type f | wc -l) <= 3))" 1

echo '#include "inject/inject.h"' >>"$tmp/tools/qmp/main.c"
rooms tools lib $peers
found 'a header of another tool' \
	"qmp/main.c:$(wc -l <"$tmp/tools/qmp/main.c"): includes inject/inject.h: qmp is not to use inject"
tree
echo '#include "../orc/check.h"' >>"$tmp/tools/lib/qmp.h"
rooms tools lib $peers
found 'a header of a tool in lib, by a relative name' \
	"lib/qmp.h:$(wc -l <"$tmp/tools/lib/qmp.h"): includes orc/check.h: lib is not to use orc"
tree
cat >>"$tmp/tools/qmp/main.c" <<'END'
int orc_check(const char *path);
int planted(void);
int planted(void)
{
	return orc_check("");
}
END
ok 'a name: the objects are built' object qmp/main
ok 'a name: and those of the other' object orc/check
rooms tools lib $peers
is 'a name: the sources do not tell' "$rc" 0
rooms --objects tools/.output/obj tools lib $peers
found 'a name' 'qmp/main.c: uses orc_check of orc/check.c: qmp is not to use orc'
tree
echo '#include "lib/gdb_rsp.h"' >>"$tmp/tools/lib/unix_socket.h"
rooms tools lib $peers
is 'a circle: the order is kept' "$rc" 0
rooms --circles tools
is 'a circle: exit code' "$rc" 1
has 'a circle: both are named' "$tmp/out" '^circle:( lib/gdb_rsp| lib/unix_socket){2}$'
tree
touch "$tmp/tools/stray.c"
rooms tools lib $peers
found 'a file outside the rooms' 'stray.c: in no room'
tree
rooms tools lib $peers gone
found 'a room that is not there' 'gone: an empty room'
mkdir "$tmp/empty"
rooms --objects empty tools lib $peers
found 'no objects' 'empty: no object of any source'

tree userspace
order=$(make -s --no-print-directory -C "$tmp/userspace" rooms)
ln -s "$top/module" "$top/bpf" "$top/vm" "$tmp"
# Words, each a room:
# shellcheck disable=SC2086
{
	ok "userspace: sound, objects included" make -s --no-print-directory -C "$top/userspace" check-rooms
	is "userspace: at most 3 files outside the rooms" \
		"$(($(find "$tmp/userspace" -maxdepth 1 -type f | wc -l) <= 3))" 1
	echo '#include "run/rundir.h"' >>"$tmp/userspace/base/csv.h"
	rooms userspace $order
	found "userspace: a header of a later room" \
		"base/csv.h:$(wc -l <"$tmp/userspace/base/csv.h"): includes run/rundir.h: base is not to use run"
	tree userspace
	echo '#include "trace/trace.h"' >>"$tmp/userspace/audit/rows.c"
	rooms userspace $order
	found "userspace: a header of a room at the same place" \
		"audit/rows.c:$(wc -l <"$tmp/userspace/audit/rows.c"): includes trace/trace.h: audit is not to use trace"
	tree userspace
	echo '#include "base/words.h"' >>"$tmp/userspace/base/log.h"
	echo '#include "base/log.h"' >>"$tmp/userspace/base/words.h"
	rooms --circles userspace $order
	is "userspace: a circle: exit code" "$rc" 1
	has "userspace: a circle in a room: both are named" "$tmp/out" '^circle:( base/log| base/words){2}$'
	tree userspace
	cat >>"$tmp/userspace/machine/syscalls.c" <<'END'
int store_run(const void *dir, void *run);
int planted(void *run);
int planted(void *run)
{
	return store_run("", run);
}
END
	ok "userspace: a name: the objects are built" \
		make -s --no-print-directory -C "$tmp/userspace" .output/machine/syscalls.o .output/analyse/store.o
	rooms --objects userspace/.output userspace $order
	found "userspace: a name" \
		"machine/syscalls.c: uses store_run of analyse/store.c: machine is not to use analyse"
}

refused 'which folder?'
refused 'gone: no such folder' gone lib
refused '--objects: which folder?' --objects
refused 'no option --soon' --soon tools lib
refused 'no rooms, and no --circles' tools
rooms --help
is "--help" "$rc" 0
has "--help tells the exit codes" "$tmp/out" '^Exit code: 0 nothing is wrong, 1 '
tap_done
