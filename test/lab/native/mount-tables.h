/*
 * Mount tables as text (mountinfo), and where on its file system a directory is.
 */
#ifndef MOUNT_TABLES_H
#define MOUNT_TABLES_H

#include <limits.h>
#include <stddef.h>

struct mount {
  int id, parent;
  char dev[32];
  char *root, *point;
};

/* A dentry, told by its file system and its path from the root of that. */
struct directory {
  char dev[32];
  char path[PATH_MAX];
};

/* An open /proc: the way there stays the same whatever namespace one is in. */
extern int proc_fd;

/* All of a file, or NULL. */
char *slurp(int fd);

/* Splits mountinfo text in place; the entries point into it. */
size_t parse_table(char *text, struct mount **table);

const struct mount *by_id(const struct mount *table, size_t count, int id);

/* The place of an absolute path on the file system of the mount it is reached through. */
int locate(const struct mount *through, const char *path, struct directory *out);

/* Whether the directory is a mount point in an open mount table. */
int table_has_mount_on(int fd, const struct directory *wanted);

/* Whether the directory is a mount point in any mount namespace: of a process, of a thread, or of none. */
int is_mount_point_anywhere(const struct directory *wanted);

#endif
