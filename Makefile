# SPDX-License-Identifier: GPL-2.0-only
#
# For people; the kernel module's build is module/Kbuild.

# V=1 shows every command.
V ?= 0
export V
Q := $(if $(filter 1,$(V)),,@)

# Kernel and series that everything is for: a version that patches/ has a series for
KERNEL ?=
# Its source, if not Debian's package: an archive or a tree
KSRC ?=
export KERNEL KSRC
# Kernels of the guests: links to what vm/build-kernel keeps in its cache
KERNELS := $(patsubst $(CURDIR)/%,%,$(shell KERNEL='$(KERNEL)' KSRC='$(KSRC)' top='$(CURDIR)' sh -c '. vm/lib.sh; kernels_dir'))
# Kernel that `make module` builds for, if it is not the guests' own
KDIR ?=
# 1: `make bench` takes few samples, and one boot of each variant of the patched kernel, in which
# early, late and off are one image: the other is not built
QUICK ?=
VARIANTS := $(if $(and $(filter 1,$(QUICK)),$(filter bench,$(MAKECMDGOALS))),patched,stock patched)
# Boots of each variant in make bench
BOOTS ?=
# Its lanes: icount, bochs, tcg, with commas
LANES ?=
# How long `make fuzz` works on each target
FUZZ_SECONDS ?= 600
# Where make install puts things, below DESTDIR
DESTDIR ?=
PREFIX ?= /usr/local
# Where below DESTDIR the module's sources go for DKMS; empty: nowhere
DKMS_SRC ?= /usr/src
# Configuration of make kernel-deb: a file, or vm; empty: that of the running kernel
KCONFIG ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help deps kernel module bpf cli tools bench peers test soak fuzz install uninstall kernel-deb check clean

help:
	@echo 'make bench    boot every variant in QEMU, measure, compare, plot: results/latest'
	@echo "              QUICK=1: few samples, one boot of each variant, one kernel to build;"
	@echo "              BOOTS=N: so many boots"
	@echo "              LANES=A,B of icount, bochs, tcg (icount,bochs)"
	@echo 'make peers    what ptiscope and other tools add to each system call: results/peers'
	@echo 'make test     all tests'
	@echo 'make soak     the long tests, tests/soak'
	@echo 'make fuzz     fuzz the readers of files, FUZZ_SECONDS=$(FUZZ_SECONDS) all targets at once'
	@echo
	@echo 'make deps     install the Debian packages that the rest needs (as root)'
	@echo 'make kernel   the two kernels of the guests: stock and patched'
	@echo 'make module   ptiscope.ko for both, or for your own kernel:'
	@echo '              make module KDIR=/lib/modules/$$(uname -r)/build'
	@echo 'make bpf      BPF object and skeleton'
	@echo 'make cli      the command: userspace/.output/ptiscope'
	@echo 'make tools    what looks at guests and kernels from outside: tools/.output'
	@echo 'make kernel-deb  Debian packages of the patched kernel, KCONFIG=/boot/config-RELEASE or vm'
	@echo 'make install  what make cli built, its manual pages and bash completion, and the'
	@echo '              module for DKMS; DESTDIR=, PREFIX=/usr/local, DKMS_SRC=/usr/src.'
	@echo '              make uninstall undoes it'
	@echo 'make check    style and static checks of patches, module, C and scripts'
	@echo 'make clean    drop what was built here (the kernel cache stays)'
	@echo
	@echo 'KERNEL=VERSION  of a series in patches/: everything is for that kernel (6.12)'
	@echo 'KSRC=PATH       of an archive or a tree, e.g. a git checkout: its source is that'
	@echo 'V=1 shows every command.  Kernels and logs: $${XDG_CACHE_HOME:-~/.cache}/ptiscope'

deps:
	$(Q)vm/deps

kernel: deps
	$(Q)mkdir -p $(KERNELS)
	$(Q)for v in $(VARIANTS); do \
		dir=$$(vm/build-kernel $$v) && ln -sfn "$$dir" $(KERNELS)/$$v || exit; \
	done

ifeq ($(KDIR),)
module: kernel
	$(Q)for v in $(VARIANTS); do vm/build-module $(KERNELS)/$$v || exit; done
else
module: deps
	$(Q)vm/build-module $(KDIR)
endif

bpf: kernel
	$(Q)$(MAKE) --no-print-directory -C bpf VMLINUX=$(abspath $(KERNELS)/patched/vmlinux)

cli: bpf
	$(Q)$(MAKE) --no-print-directory -C userspace

tools: deps
	$(Q)$(MAKE) --no-print-directory -C tools

bench: cli module
	$(Q)vm/bench $(if $(filter 1,$(QUICK)),--quick --kernels patched) $(if $(BOOTS),--boots '$(BOOTS)') \
		$(if $(LANES),--lanes '$(LANES)')

peers: cli module
	$(Q)vm/peers

test: cli module tools
	$(Q)tests/run

soak: cli module tools
	$(Q)tests/run soak

fuzz: deps
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run tests/cli/fuzz.sh

kernel-deb: deps
	$(Q)packaging/kernel-deb $(if $(KCONFIG),--config '$(KCONFIG)')

# Both are for root, who builds nothing.
install uninstall:
	$(Q)DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' DKMS_SRC='$(DKMS_SRC)' packaging/install $@

check: cli tools
	$(Q)tests/check

clean:
	$(Q)rm -rf .output module/.output
	$(Q)$(MAKE) --no-print-directory -C bpf clean
	$(Q)$(MAKE) --no-print-directory -C tools clean
	$(Q)$(MAKE) --no-print-directory -C vm/tlb clean
	$(Q)$(MAKE) --no-print-directory -C userspace clean
