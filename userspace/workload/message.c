// SPDX-License-Identifier: GPL-2.0-only
/* Workloads of servers: messages over a socket pair, epoll. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "workload/script.h"
#include "workload/workload.h"

#define MESSAGE_BYTES 64

/** struct message - what both calls point to */
struct message {
	struct msghdr header;
	struct iovec part;
	char bytes[MESSAGE_BYTES];
};

static int unsupported(struct bench_ctx *ctx, const char *why)
{
	ctx->why = why;
	return -EOPNOTSUPP;
}

static int message_setup(struct bench_ctx *ctx)
{
	struct message *message;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return errno == EAFNOSUPPORT || errno == ENOSYS ?
			       unsupported(ctx,
					   "the kernel has no Unix sockets "
					   "(CONFIG_UNIX)") :
			       -errno;
	ctx->fd = ends[0];
	ctx->fd2 = ends[1];
	message = calloc(1, sizeof(*message));
	if (!message)
		return -ENOMEM;
	ctx->mem = (unsigned char *)message;
	message->part.iov_base = message->bytes;
	message->part.iov_len = MESSAGE_BYTES;
	message->header.msg_iov = &message->part;
	message->header.msg_iovlen = 1;
	bench_script_add(ctx, SYS_sendmsg, ctx->fd, (long)&message->header, 0,
			 0)
		->expect = MESSAGE_BYTES;
	bench_script_add(ctx, SYS_recvmsg, ctx->fd2, (long)&message->header, 0,
			 0)
		->expect = MESSAGE_BYTES;
	return 0;
}

static int epoll_setup(struct bench_ctx *ctx)
{
	struct epoll_event *event = calloc(1, sizeof(*event));

	if (!event)
		return -ENOMEM;
	ctx->mem = (unsigned char *)event;
	ctx->fd = epoll_create1(EPOLL_CLOEXEC);
	if (ctx->fd < 0)
		return errno == ENOSYS ?
			       unsupported(ctx, "the kernel has no epoll "
						"(CONFIG_EPOLL)") :
			       -errno;
	ctx->fd2 = eventfd(1, EFD_CLOEXEC);
	if (ctx->fd2 < 0)
		return errno == ENOSYS ?
			       unsupported(ctx, "the kernel has no eventfd(2) "
						"(CONFIG_EVENTFD)") :
			       -errno;
	event->events = EPOLLIN;
	if (epoll_ctl(ctx->fd, EPOLL_CTL_ADD, ctx->fd2, event))
		return -errno;
	bench_script_add(ctx, SYS_epoll_wait, ctx->fd, (long)event, 1, 0)
		->expect = 1;
	return 0;
}

static void message_teardown(struct bench_ctx *ctx)
{
	if (ctx->fd >= 0)
		close(ctx->fd);
	if (ctx->fd2 >= 0)
		close(ctx->fd2);
	free(ctx->mem);
}

const struct workload bench_sendmsg_recvmsg = {
	.name = "sendmsg_recvmsg",
	.help = "sendmsg(2) and recvmsg(2) of 64 bytes, a Unix socket pair",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 64,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 2 } },
	.setup = message_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = message_teardown,
};

const struct workload bench_epoll_wait = {
	.name = "epoll_wait",
	.help = "epoll_wait(2) for an event that is there already",
	.path = PTI_PATH_SYSCALL64,
	.iterations = 64,
	.batch = true,
	.entries = { { PTI_PATH_SYSCALL64, 1 } },
	.setup = epoll_setup,
	.sample = bench_script_sample,
	.overhead = bench_script_overhead,
	.teardown = message_teardown,
};
