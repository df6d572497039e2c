#define _GNU_SOURCE
#include "mount-tables.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_NAMESPACES = 4096 };

int proc_fd;

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

/* Where a directory was found mounted before is asked first: Docker repeats a refused rmdir fifty times. */
enum { REMEMBERED = 64 };
static struct {
  struct directory what;
  char table[600];
} known[REMEMBERED];
static size_t next_known;

static int table_holds(const char *path, const struct directory *wanted) {
  int fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  int found = table_has_mount_on(fd, wanted);
  close(fd);
  return found;
}

static int known_holds(const struct directory *wanted) {
  for (size_t i = 0; i < REMEMBERED; i++)
    if (!strcmp(known[i].what.path, wanted->path) && !strcmp(known[i].what.dev, wanted->dev) &&
        table_holds(known[i].table, wanted))
      return 1;
  return 0;
}

static int task_holds(const char *pid, const char *tid, const struct directory *wanted) {
  char path[600];
  if (!is_new_view(pid, tid)) return 0;
  snprintf(path, sizeof path, "%s/task/%s/mountinfo", pid, tid);
  if (!table_holds(path, wanted)) return 0;
  known[next_known].what = *wanted;
  strcpy(known[next_known].table, path);
  next_known = (next_known + 1) % REMEMBERED;
  return 1;
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

int is_mount_point_anywhere(const struct directory *wanted) {
  int held = known_holds(wanted) || any_task_holds(wanted) || any_pinned_holds(wanted);
  forget_all();
  return held;
}
