// SPDX-License-Identifier: GPL-2.0-only
/*
 * Are the answers right?  While threads move from CPU to CPU, and wherever an ID
 * changes: fork, exec, credentials, namespaces of users and processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "skipcheck.h"

/* Users that nobody else is */
#define SOME_ID 1000
#define SUID_FILE "/tmp/skipcheck-suid"
#define OVERFLOW_UID "/proc/sys/kernel/overflowuid"

struct mover {
	pthread_t thread;
	unsigned int place;
	unsigned long rounds;
};

static void *move(void *arg)
{
	struct mover *mover = arg;
	unsigned int cpu = mover->place, all = cpus();
	struct ids want;

	ids_slowly(&want);
	for (unsigned long i = 0; i < mover->rounds; i++) {
		check_ids("a thread that moves", &want);
		if (i % 64 == 0)
			pin(++cpu % all);
		if (i % 4096 == 0)
			check_all_ways("a thread that moves", &want);
	}
	return NULL;
}

/* Two threads, of a user of their own */
static void move_process(unsigned long rounds)
{
	static unsigned int place;
	struct mover mover[2];
	uid_t id = SOME_ID + (uid_t)getpid();

	if (setresgid(id, id + 1, 0) || setresuid(id + 2, id + 3, 0))
		broken("setresuid");
	for (int i = 0; i < 2; i++) {
		mover[i].place = place++;
		mover[i].rounds = rounds;
		if (pthread_create(&mover[i].thread, NULL, move, &mover[i]))
			broken("pthread_create");
	}
	for (int i = 0; i < 2; i++)
		pthread_join(mover[i].thread, NULL);
}

/* More processes than CPUs, each of another user; this one goes on in @meanwhile. */
static void move_all(unsigned long n, void (*meanwhile)(void))
{
	unsigned int processes = cpus() + 1, left = processes;
	int status;

	for (unsigned int i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (!pid) {
			move_process(n / CALLS / processes / 2 + 1);
			_exit(0);
		}
		if (pid < 0)
			broken("fork");
	}
	while (left) {
		pid_t pid = waitpid(-1, &status, meanwhile ? WNOHANG : 0);

		if (pid < 0 || (pid > 0 && status))
			broken("a process that moves ended with 0x%x", status);
		if (pid)
			left--;
		else
			meanwhile();
	}
}

void ids_migrate(unsigned long n)
{
	move_all(n, NULL);
}

static void toggle_cpu(void)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY);

	if (fd < 0 || write(fd, "0", 1) != 1 || write(fd, "1", 1) != 1)
		broken("CPU 1 off and on");
	close(fd);
	usleep(20000);
}

/* The same while a CPU goes and comes */
void ids_hotplug(unsigned long n)
{
	move_all(n, toggle_cpu);
}

static void *thread_of_child(void *arg)
{
	struct ids want = *(struct ids *)arg;

	want.id[CALL_TID] = call_slowly(CALL_TID);
	if (want.id[CALL_TID] == want.id[CALL_PID])
		broken("a second thread has the number of its process");
	for (int i = 0; i < 8; i++)
		check_ids("a thread", &want);
	return NULL;
}

static void forked(const struct ids *parent, int to_parent)
{
	struct ids want = *parent;
	pthread_t thread;
	/* First of all straight: whatever the parent's answers left is wrong now. */
	long first[2] = { call_straight(CALL_PID), call_straight(CALL_TID) };

	want.id[CALL_PID] = want.id[CALL_TID] = call_slowly(CALL_PID);
	check_ids("a child", &want);
	if (pthread_create(&thread, NULL, thread_of_child, &want) ||
	    pthread_join(thread, NULL))
		broken("a child's thread");
	check_ids("a child", &want);
	if (write(to_parent, first, sizeof(first)) != sizeof(first))
		broken("a child's answer");
	_exit(0);
}

/* A child that shares the memory: the parent has to be itself again afterwards. */
static void vforked(const struct ids *parent)
{
	static volatile long first;
	pid_t pid = vfork();

	if (!pid) {
		first = call_straight(CALL_PID);
		_exit(0);
	}
	check_ids("behind vfork", parent);
	if (pid < 0 || first != pid)
		atomic_fetch_add(&tally->wrong, 1);
	waitpid(pid, NULL, 0);
}

void ids_fork(unsigned long n)
{
	struct ids want;
	long first[2];
	int pipes[2];

	ids_slowly(&want);
	if (pipe(pipes)) {
		broken("pipe");
		return;
	}
	for (unsigned long i = 0; i < n / 100 + 1; i++) {
		pid_t pid = fork();

		if (!pid)
			forked(&want, pipes[1]);
		check_ids("a parent", &want);
		if (pid < 0 ||
		    read(pipes[0], first, sizeof(first)) != sizeof(first))
			broken("fork");
		else if (first[0] != pid || first[1] != pid)
			atomic_fetch_add(&tally->wrong, 1);
		waitpid(pid, NULL, 0);
		vforked(&want);
	}
	close(pipes[0]);
	close(pipes[1]);
}

/* The rest of the command line: the answers that the new program must give */
int ids_after_exec(char **words)
{
	struct ids want;

	for (enum call call = 0; call < CALLS; call++) {
		if (!words[call])
			return 2;
		want.id[call] = atol(words[call]);
	}
	for (int i = 0; i < 100; i++)
		check_ids("behind exec", &want);
	check_all_ways("behind exec", &want);
	return 0;
}

struct executor {
	const char *file;
	struct ids want;
};

static void *exec_it(void *arg)
{
	const struct executor *executor = arg;
	char word[CALLS][24];
	char *argv[CALLS + 3] = { "skipcheck", "--after-exec" };

	for (enum call call = 0; call < CALLS; call++) {
		snprintf(word[call], sizeof(word[call]), "%ld",
			 executor->want.id[call]);
		argv[2 + call] = word[call];
	}
	argv[2 + CALLS] = NULL;
	execv(executor->file, argv);
	broken("exec of %s", executor->file);
	return NULL;
}

/* Of a thread that is not the first: it takes over the first one's number. */
static void exec_by_thread(unsigned long n)
{
	struct executor executor = { .file = "/proc/self/exe" };
	pthread_t thread;

	(void)n;
	ids_slowly(&executor.want);
	if (pthread_create(&thread, NULL, exec_it, &executor))
		broken("pthread_create");
	for (;;)
		check_ids("who is about to be exec'd away", &executor.want);
}

static void exec_suid(unsigned long n)
{
	struct executor executor = { .file = SUID_FILE };

	(void)n;
	if (setresgid(SOME_ID, SOME_ID, SOME_ID) ||
	    setresuid(SOME_ID, SOME_ID, SOME_ID))
		broken("setresuid");
	ids_slowly(&executor.want);
	executor.want.id[CALL_EUID] = SOME_ID + 1;
	executor.want.id[CALL_EGID] = SOME_ID + 2;
	exec_it(&executor);
}

static bool make_suid(void)
{
	char buffer[65536];
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int to = open(SUID_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	ssize_t n = -1;

	while (from >= 0 && to >= 0 &&
	       (n = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, (size_t)n) != n)
			break;
	if (!n && (fchown(to, SOME_ID + 1, SOME_ID + 2) || fchmod(to, 06755)))
		n = -1;
	close(from);
	close(to);
	return !n;
}

void ids_exec(unsigned long n)
{
	if (!make_suid())
		broken("a setuid copy of this program");
	for (unsigned long i = 0; i < n / 1000 + 1; i++) {
		in_child("exec by a thread", exec_by_thread, 0);
		in_child("exec of a setuid program", exec_suid, 0);
	}
	unlink(SUID_FILE);
}

/* This thread's alone: the C library would change all threads of the process. */
static void *change_credentials(void *arg)
{
	struct mover *mover = arg;
	unsigned int seed = mover->place + 1;
	struct ids want;

	ids_slowly(&want);
	for (unsigned long i = 0; i < mover->rounds; i++) {
		for (enum call call = CALL_UID; call < CALLS; call++)
			want.id[call] = rand_r(&seed) % 60000 + 1;
		/* Root stays the saved one, and makes the next change. */
		if (syscall(SYS_setresuid, -1, 0, -1) ||
		    syscall(SYS_setresgid, want.id[CALL_GID],
			    want.id[CALL_EGID], -1) ||
		    syscall(SYS_setresuid, want.id[CALL_UID],
			    want.id[CALL_EUID], 0))
			broken("setresuid");
		for (int again = 0; again < 4; again++)
			check_ids("new credentials", &want);
		if (i % 1024 == 0)
			check_all_ways("new credentials", &want);
	}
	return NULL;
}

static void change_process(unsigned long n)
{
	struct mover mover[3];

	for (unsigned int i = 0; i < 3; i++) {
		mover[i].place = i;
		mover[i].rounds = n / CALLS / 12 + 1;
		if (pthread_create(&mover[i].thread, NULL, change_credentials,
				   &mover[i]))
			broken("pthread_create");
	}
	for (unsigned int i = 0; i < 3; i++)
		pthread_join(mover[i].thread, NULL);
}

void ids_credentials(unsigned long n)
{
	in_child("credentials", change_process, n);
}

static bool write_file(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 &&
		    write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

/* Another changes what it is answered: once it says so, each answer is the new one. */
static void loop_until_set(const struct ids *before, const struct ids *after)
{
	unsigned int watched = 0;

	tally->entered = 1;
	while (watched < 100) {
		bool set = tally->set;

		for (enum call call = 0; call < CALLS; call++) {
			long seen = call_straight(call);

			/* Between the change and the word of it both are right. */
			if (seen != after->id[call] &&
			    (set || seen != before->id[call]))
				tally->wrong++;
		}
		watched += set;
	}
}

/* A user who has no number in the new namespace until another process writes its map */
static void wait_for_map(unsigned long n)
{
	struct ids before, after;

	(void)n;
	if (setresuid(SOME_ID, SOME_ID, SOME_ID) || unshare(CLONE_NEWUSER)) {
		broken("unshare of users");
		_exit(1);
	}
	ids_slowly(&before);
	check_all_ways("an unmapped user", &before);
	after = before;
	after.id[CALL_UID] = after.id[CALL_EUID] = 7;
	loop_until_set(&before, &after);
	check_all_ways("a mapped user", &after);
}

static void map_user(pid_t pid)
{
	char file[64], text[64];

	before_setting();
	snprintf(file, sizeof(file), "/proc/%d/uid_map", (int)pid);
	snprintf(text, sizeof(text), "7 %d 1", SOME_ID);
	if (!write_file(file, text))
		broken("%s", file);
	after_setting();
}

static void with_mapping(void (*child)(unsigned long), void (*parent)(pid_t))
{
	int status = 0;
	pid_t pid;

	begin_setting();
	pid = fork();
	if (!pid) {
		child(0);
		_exit(0);
	}
	parent(pid);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		broken("a user namespace: the process ended with 0x%x", status);
}

void ids_user_namespace(unsigned long n)
{
	for (unsigned long i = 0; i < n / 1000 + 1; i++)
		with_mapping(wait_for_map, map_user);
}

/* Who has no number in a namespace is shown as a user that another may change. */
static void wait_for_overflow(unsigned long n)
{
	struct ids before, after;

	(void)n;
	if (unshare(CLONE_NEWUSER)) {
		broken("unshare of users");
		_exit(1);
	}
	ids_slowly(&before);
	after = before;
	after.id[CALL_UID] = after.id[CALL_EUID] = 60001;
	loop_until_set(&before, &after);
	check_all_ways("an unmapped user", &after);
}

static void change_overflow(pid_t pid)
{
	(void)pid;
	before_setting();
	if (!write_file(OVERFLOW_UID, "60001"))
		broken(OVERFLOW_UID);
	after_setting();
}

void ids_overflow(unsigned long n)
{
	for (unsigned long i = 0; i < n / 1000 + 1; i++) {
		with_mapping(wait_for_overflow, change_overflow);
		if (!write_file(OVERFLOW_UID, "65534"))
			broken(OVERFLOW_UID);
	}
}

/* The first process of a namespace, @n levels below */
static void pid_level(unsigned long n)
{
	struct ids want;
	int fd;

	ids_slowly(&want);
	want.id[CALL_PID] = want.id[CALL_TID] = 1;
	check_all_ways("the first of a PID namespace", &want);
	if (!n)
		return;
	fd = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || unshare(CLONE_NEWPID))
		broken("unshare of processes");
	/* It changes what its children get, and nothing of its own. */
	check_ids("unshare of processes", &want);
	in_child("a PID namespace below", pid_level, n - 1);
	check_ids("behind a PID namespace below", &want);
	if (setns(fd, CLONE_NEWPID))
		broken("setns");
	close(fd);
	check_all_ways("setns back", &want);
}

static void second_of_namespace(unsigned long levels)
{
	struct ids want;

	ids_slowly(&want);
	want.id[CALL_PID] = want.id[CALL_TID] = 2;
	check_all_ways("who entered a PID namespace", &want);
	if (unshare(CLONE_NEWPID))
		broken("unshare of processes");
	in_child("a PID namespace below", pid_level, levels);
}

static void pid_namespace(unsigned long levels)
{
	struct ids want;
	char name[64];
	pid_t first;
	int fd, status;

	ids_slowly(&want);
	if (unshare(CLONE_NEWPID))
		broken("unshare of processes");
	first = fork();
	if (!first) {
		pid_level(0);
		pause();
		_exit(0);
	}
	snprintf(name, sizeof(name), "/proc/%d/ns/pid", (int)first);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (first < 0 || fd < 0 || setns(fd, CLONE_NEWPID))
		broken("setns to %s", name);
	check_all_ways("setns", &want);
	in_child("who enters", second_of_namespace, levels);
	close(fd);
	kill(first, SIGKILL);
	waitpid(first, &status, 0);
}

void ids_pid_namespace(unsigned long n)
{
	for (unsigned long i = 0; i < n / 200 + 1; i++)
		in_child("PID namespaces", pid_namespace, i % 3);
}
