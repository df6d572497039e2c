/*
 * legacy-rmdir COMMAND [ARGUMENT...]
 *
 * Runs COMMAND under the rule that Linux had before 3.18 (and EL7 has while
 * fs.may_detach_mounts is 0): a directory that is a mount point in any mount
 * namespace cannot be removed. The rule is emulated: a seccomp filter sends
 * rmdir and unlinkat(AT_REMOVEDIR) to a supervisor, which answers EBUSY if the
 * dentry is a mount point anywhere, and lets the kernel go on otherwise.
 *
 * A caller in a container, told by its pid namespace, is always let through; one
 * in a mere mount namespace of its own is not, as little as by the old kernel. The
 * supervisor itself stays in the mount namespace of process 1, so that it does not
 * keep one alive that COMMAND has left.
 */
#define _GNU_SOURCE
#include "mount-tables.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "only x86-64 and arm64 are known here"
#endif
#ifndef __NR_rmdir
#define __NR_rmdir -1
#endif

static char ruled_namespace[64];

static void die(const char *what) {
  fprintf(stderr, "legacy-rmdir: %s: %s\n", what, strerror(errno));
  exit(125);
}

/* ---- one request -------------------------------------------------------- */

static int read_path(pid_t tid, uint64_t address, char *out) {
  char file[64];
  snprintf(file, sizeof file, "%d/mem", tid);
  int fd = openat(proc_fd, file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t n = pread(fd, out, PATH_MAX - 1, (off_t)address);
  /* A string near the end of a mapping: read what is there, byte by byte. */
  if (n <= 0)
    for (n = 0; n < PATH_MAX - 1 && pread(fd, out + n, 1, (off_t)address + n) == 1 && out[n]; n++) {
    }
  close(fd);
  if (n < 0) return 0;
  out[n] = 0;
  return out[0] != 0;
}

static int in_ruled_namespace(pid_t tid) {
  char file[64], name[64];
  snprintf(file, sizeof file, "%d/ns/pid", tid);
  ssize_t n = readlinkat(proc_fd, file, name, sizeof name - 1);
  if (n <= 0) return 0;
  name[n] = 0;
  return !strcmp(name, ruled_namespace);
}

static int mount_id_of(int fd) {
  char path[64], text[512];
  snprintf(path, sizeof path, "self/fdinfo/%d", fd);
  int info = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
  ssize_t n = info < 0 ? -1 : read(info, text, sizeof text - 1);
  if (info >= 0) close(info);
  if (n <= 0) return -1;
  text[n] = 0;
  char *line = strstr(text, "mnt_id:");
  return line ? atoi(line + 7) : -1;
}

/* Splits off the last component; "." and ".." are the kernel's to refuse. */
static int split(char *path, const char **parent, const char **last) {
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') path[--length] = 0;
  char *slash = strrchr(path, '/');
  *last = slash ? slash + 1 : path;
  if (!**last || !strcmp(*last, ".") || !strcmp(*last, "..")) return 0;
  if (!slash) *parent = ".";
  else if (slash == path) *parent = "/.";
  else *slash = 0, *parent = path;
  return 1;
}

static int open_parent(pid_t tid, int at, const char *parent) {
  static char path[PATH_MAX + 64];
  if (parent[0] == '/') snprintf(path, sizeof path, "%d/root%s", tid, parent);
  else if (at == AT_FDCWD) snprintf(path, sizeof path, "%d/cwd/%s", tid, parent);
  else snprintf(path, sizeof path, "%d/fd/%d/%s", tid, at, parent);
  return openat(proc_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int resolve(pid_t tid, int at, char *path, struct directory *out) {
  static char full[PATH_MAX * 2];
  const char *parent, *last;
  char link[64], *text = NULL;
  struct mount *table = NULL;
  int found = 0;
  if (!split(path, &parent, &last)) return 0;
  int fd = open_parent(tid, at, parent);
  if (fd < 0) return 0;
  snprintf(link, sizeof link, "self/fd/%d", fd);
  ssize_t n = readlinkat(proc_fd, link, full, PATH_MAX - 1);
  int id = mount_id_of(fd);
  snprintf(link, sizeof link, "%d/mountinfo", tid);
  int info = openat(proc_fd, link, O_RDONLY | O_CLOEXEC);
  if (n > 0 && info >= 0 && (text = slurp(info))) {
    full[n] = 0;
    snprintf(full + n, sizeof full - (size_t)n, "%s%s", n == 1 ? "" : "/", last);
    size_t count = parse_table(text, &table);
    const struct mount *through = by_id(table, count, id);
    found = through && locate(through, full, out);
  }
  free(table);
  free(text);
  if (info >= 0) close(info);
  close(fd);
  return found;
}

static int is_refused(int listener, const struct seccomp_notif *call) {
  static char path[PATH_MAX];
  static struct directory wanted;
  int by_fd = call->data.nr == __NR_unlinkat;
  pid_t tid = (pid_t)call->pid;
  if (!in_ruled_namespace(tid)) return 0;
  if (!read_path(tid, call->data.args[by_fd], path)) return 0;
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id)) return 0;
  if (!resolve(tid, by_fd ? (int)call->data.args[0] : AT_FDCWD, path, &wanted)) return 0;
  return is_mount_point_anywhere(&wanted);
}

/* ---- supervisor and start ------------------------------------------------ */

static void supervise(int listener) {
  static struct seccomp_notif call;
  static struct seccomp_notif_resp answer;
  struct pollfd wait = {.fd = listener, .events = POLLIN};
  for (;;) {
    if (poll(&wait, 1, -1) < 0 && errno != EINTR) die("poll");
    if (wait.revents & POLLHUP) exit(0); /* nobody is left under the filter */
    if (!(wait.revents & POLLIN)) continue;
    memset(&call, 0, sizeof call);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call)) continue; /* the caller was killed */
    memset(&answer, 0, sizeof answer);
    answer.id = call.id;
    if (is_refused(listener, &call)) answer.error = -EBUSY;
    else answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
}

static int install_filter(void) {
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 0, 6),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)__NR_rmdir, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_unlinkat, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, AT_REMOVEDIR, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof rules / sizeof *rules, .filter = rules};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static void send_fd(int socket, int fd) {
  char control[CMSG_SPACE(sizeof fd)] = {0}, byte = 0;
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (sendmsg(socket, &message, 0) != 1) die("sendmsg");
}

static int receive_fd(int socket) {
  int fd = -1;
  char control[CMSG_SPACE(sizeof fd)] = {0}, byte;
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&message)) return -1;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  return fd;
}

static void become_supervisor(int socket) {
  int listener = receive_fd(socket);
  if (listener < 0) exit(1);
  /* Sockets that systemd passed belong to the command alone. */
  int keep = 3;
  if (listener != keep) dup3(listener, keep, O_CLOEXEC);
  close_range(keep + 1, ~0U, 0);
  proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ssize_t n = readlinkat(proc_fd, "self/ns/pid", ruled_namespace, sizeof ruled_namespace - 1);
  int first = openat(proc_fd, "1/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (proc_fd < 0 || n <= 0 || first < 0 || setns(first, CLONE_NEWNS)) die("/proc");
  signal(SIGTERM, SIG_IGN); /* outlives the command while its children are under the filter */
  signal(SIGINT, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  supervise(keep);
}

int main(int argc, char **argv) {
  int ends[2];
  if (argc < 2) return fprintf(stderr, "usage: legacy-rmdir COMMAND [ARGUMENT...]\n"), 125;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) die("socketpair");
  pid_t supervisor = fork();
  if (supervisor < 0) die("fork");
  if (supervisor == 0) {
    close(ends[0]);
    if (fork() == 0) become_supervisor(ends[1]); /* a grandchild: the command sees no child it did not start */
    _exit(0);
  }
  while (waitpid(supervisor, NULL, 0) < 0 && errno == EINTR) {
  }
  int listener = install_filter();
  if (listener < 0) die("seccomp");
  send_fd(ends[0], listener);
  close(listener);
  execvp(argv[1], argv + 1);
  die(argv[1]);
}
