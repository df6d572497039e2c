#define _GNU_SOURCE
#include "mount-tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TABLE_BYTES = 8 << 20 };

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

char *slurp(int fd) {
  char *text = malloc(TABLE_BYTES);
  size_t used = 0;
  ssize_t n;
  if (!text) return NULL;
  while (used < TABLE_BYTES - 1 && (n = read(fd, text + used, TABLE_BYTES - 1 - used)) > 0) used += (size_t)n;
  text[used] = 0;
  return text;
}

size_t parse_table(char *text, struct mount **table) {
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

const struct mount *by_id(const struct mount *table, size_t count, int id) {
  for (size_t i = 0; i < count; i++)
    if (table[i].id == id) return &table[i];
  return NULL;
}

int locate(const struct mount *through, const char *path, struct directory *out) {
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

int table_has_mount_on(int fd, const struct directory *wanted) {
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
