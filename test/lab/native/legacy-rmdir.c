/*
 * legacy-rmdir COMMAND [ARGUMENT...]
 *
 * Runs COMMAND under the rule that Linux had before 3.18 (and EL7 has while
 * fs.may_detach_mounts is 0): a directory that is a mount point in any mount
 * namespace cannot be removed. The rule is emulated: a seccomp filter sends
 * rmdir and unlinkat(AT_REMOVEDIR) to a supervisor, which answers EBUSY if the
 * dentry is a mount point anywhere, and lets the kernel go on otherwise.
 *
 * A caller in another mount namespace than COMMAND's (a container) is always let
 * through. The supervisor itself stays in that of process 1, so that it does not
 * keep a namespace alive that COMMAND has left.
 */
#define _GNU_SOURCE
#include <dirent.h>
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

enum { MAX_NAMESPACES = 4096, TABLE_BYTES = 8 << 20 };

struct mount {
  int id, parent;
  char dev[32];
  char *root, *point;
};

struct directory {
  char dev[32];
  char path[PATH_MAX]; /* from the root of its file system */
};

static char ruled_namespace[64];
static int proc_fd;

static void die(const char *what) {
  fprintf(stderr, "legacy-rmdir: %s: %s\n", what, strerror(errno));
  exit(125);
}

/* ---- mount tables ------------------------------------------------------ */

static void unescape(char *s) {
  char *out = s;
  for (; *s; s++) {
    if (s[0] == '\\' && s[1] && s[2] && s[3]) {
      *out++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
      s += 3;
    } else {
      *out++ = *s;
    }
  }
  *out = 0;
}

static char *slurp(int fd) {
  char *text = malloc(TABLE_BYTES);
  size_t used = 0;
  ssize_t n;
  if (!text) return NULL;
  while (used < TABLE_BYTES - 1 && (n = read(fd, text + used, TABLE_BYTES - 1 - used)) > 0) used += (size_t)n;
  text[used] = 0;
  return text;
}

/* Splits mountinfo text in place; the entries point into it. */
static size_t parse_table(char *text, struct mount **table) {
  size_t count = 0, room = 0;
  *table = NULL;
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    char *fields[5], *save = line;
    int i = 0;
    while (i < 5 && (fields[i] = strsep(&save, " "))) i++;
    if (i < 5) continue;
    if (count == room) *table = realloc(*table, (room = room ? room * 2 : 256) * sizeof **table);
    struct mount *m = &(*table)[count++];
    m->id = atoi(fields[0]);
    m->parent = atoi(fields[1]);
    snprintf(m->dev, sizeof m->dev, "%s", fields[2]);
    unescape(m->root = fields[3]);
    unescape(m->point = fields[4]);
  }
  return count;
}

static const struct mount *by_id(const struct mount *table, size_t count, int id) {
  for (size_t i = 0; i < count; i++)
    if (table[i].id == id) return &table[i];
  return NULL;
}

/* The place of an absolute path on the file system of the mount it is reached through. */
static int locate(const struct mount *through, const char *path, struct directory *out) {
  size_t skip = strcmp(through->point, "/") ? strlen(through->point) : 0;
  if (strncmp(path, through->point, skip)) return 0;
  const char *root = strcmp(through->root, "/") ? through->root : "";
  snprintf(out->dev, sizeof out->dev, "%s", through->dev);
  int length = snprintf(out->path, sizeof out->path, "%s%s", root, path + skip);
  return length > 0 && (size_t)length < sizeof out->path;
}

static const char *last_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static int table_has_mount_on(int fd, const struct directory *wanted) {
  static struct directory place;
  const char *name = last_name(wanted->path);
  struct mount *table;
  int found = 0;
  char *text = slurp(fd);
  size_t count = text ? parse_table(text, &table) : 0;
  for (size_t i = 0; i < count && !found; i++) {
    /* Whatever the way there, a mount point ends in the name of the directory it is on. */
    if (strcmp(last_name(table[i].point), name)) continue;
    const struct mount *under = by_id(table, count, table[i].parent);
    if (!under || under == &table[i] || strcmp(under->dev, wanted->dev)) continue;
    found = locate(under, table[i].point, &place) && !strcmp(place.path, wanted->path);
  }
  if (text) free(table);
  free(text);
  return found;
}

/* ---- every mount namespace --------------------------------------------- */

static char *seen[MAX_NAMESPACES];
static size_t seen_count;

static int first_sight(const char *name) {
  for (size_t i = 0; i < seen_count; i++)
    if (!strcmp(seen[i], name)) return 0;
  if (seen_count < MAX_NAMESPACES) seen[seen_count++] = strdup(name);
  return 1;
}

static void forget_all(void) {
  while (seen_count) free(seen[--seen_count]);
}

/* A chroot'ed task sees a part of its namespace only, so it counts as another view. */
static int is_new_view(const char *pid, const char *tid) {
  char path[600], view[PATH_MAX + 64];
  snprintf(path, sizeof path, "%s/task/%s/ns/mnt", pid, tid);
  ssize_t name = readlinkat(proc_fd, path, view, 64);
  if (name <= 0) return 0;
  snprintf(path, sizeof path, "%s/task/%s/root", pid, tid);
  ssize_t root = readlinkat(proc_fd, path, view + name, PATH_MAX - 1);
  if (root <= 0) return 0;
  view[name + root] = 0;
  return first_sight(view);
}

static int task_holds(const char *pid, const char *tid, const struct directory *wanted) {
  char path[600];
  if (!is_new_view(pid, tid)) return 0;
  snprintf(path, sizeof path, "%s/task/%s/mountinfo", pid, tid);
  int fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  int found = table_has_mount_on(fd, wanted);
  close(fd);
  return found;
}

static int any_task_holds(const struct directory *wanted) {
  int found = 0;
  DIR *pids = fdopendir(openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (struct dirent *p; pids && !found && (p = readdir(pids));) {
    char path[600];
    if (p->d_name[0] < '0' || p->d_name[0] > '9') continue;
    snprintf(path, sizeof path, "%s/task", p->d_name);
    int fd = openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *tids = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *t; tids && !found && (t = readdir(tids));)
      if (t->d_name[0] != '.') found = task_holds(p->d_name, t->d_name, wanted);
    if (tids) closedir(tids);
  }
  if (pids) closedir(pids);
  return found;
}

/* A namespace without a process is readable only from inside: a child goes there. */
static int pinned_file_holds(const char *file, const struct directory *wanted) {
  pid_t child = fork();
  if (child == 0) {
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNS)) _exit(0);
    int info = openat(proc_fd, "self/mountinfo", O_RDONLY | O_CLOEXEC);
    _exit(info >= 0 && table_has_mount_on(info, wanted));
  }
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status);
}

static int any_pinned_holds(const struct directory *wanted) {
  int found = 0, fd = openat(proc_fd, "self/mountinfo", O_RDONLY | O_CLOEXEC);
  char *text = fd < 0 ? NULL : slurp(fd);
  struct mount *table = NULL;
  size_t count = text ? parse_table(text, &table) : 0;
  for (size_t i = 0; i < count && !found; i++)
    if (!strncmp(table[i].root, "mnt:[", 5) && first_sight(table[i].root))
      found = pinned_file_holds(table[i].point, wanted);
  free(table);
  free(text);
  if (fd >= 0) close(fd);
  return found;
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
  snprintf(file, sizeof file, "%d/ns/mnt", tid);
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
  int held = any_task_holds(&wanted) || any_pinned_holds(&wanted);
  forget_all();
  return held;
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
  ssize_t n = readlinkat(proc_fd, "self/ns/mnt", ruled_namespace, sizeof ruled_namespace - 1);
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
