/*
 * bed NAMESPACES MOUNTS PROCESSES TOKEN DIRECTORY
 *
 * Makes NAMESPACES mount namespaces of MOUNTS mounts each (real overlay and tmpfs, named as Docker names them) with
 * PROCESSES processes spread over them; three of the namespaces have one more mount, below DIRECTORY/TOKEN. Prints
 * "ready" and stays until its stdin ends; everything is gone with it.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void folder(char *path) {
  for (char *at = path + 1; *at; at++)
    if (*at == '/') { *at = 0; mkdir(path, 0700); *at = '/'; }
  mkdir(path, 0700);
}

/* Eight layers, as an image has them; Docker names them by short links. */
static const char *layers(const char *top) {
  static char all[2048];
  char one[600];
  if (*all) return all;
  for (int each = 0; each < 8; each++) {
    snprintf(one, sizeof one, "%s/overlay2/l/%026d", top, each);
    folder(one);
    snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", each ? ":" : "", one);
  }
  return all;
}

static void mount_one(const char *top, int number) {
  char place[512], lower[600], options[4000];
  if (number % 2) {
    snprintf(place, sizeof place, "%s/containers/%064d/mounts/shm", top, number);
    folder(place);
    if (mount("shm", place, "tmpfs", 0, "size=64k")) fail("tmpfs");
    return;
  }
  snprintf(place, sizeof place, "%s/overlay2/%064d/merged", top, number);
  folder(place);
  snprintf(lower, sizeof lower, "%s/overlay2/%064d/diff", top, number);
  mkdir(lower, 0700);
  snprintf(lower, sizeof lower, "%s/overlay2/%064d/work", top, number);
  mkdir(lower, 0700);
  snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s/overlay2/%064d/diff,workdir=%s/overlay2/%064d/work",
           layers(top), top, number, top, number);
  if (mount("overlay", place, "overlay", 0, options)) fail("overlay");
}

static void until_parent_ends(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) pause();
}

static void inhabit(const char *top, const char *token, int number, int processes, int tell) {
  char place[600];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (unshare(CLONE_NEWNS)) fail("unshare");
  if (number < 3) {
    snprintf(place, sizeof place, "%s/overlay2/%s/merged", top, token);
    folder(place);
    if (mount("leak", place, "tmpfs", 0, "size=64k")) fail("leak");
  }
  for (int each = 1; each < processes; each++)
    if (fork() == 0) until_parent_ends();
  if (write(tell, "x", 1) != 1) exit(1);
  for (;;) pause();
}

int main(int count, char **words) {
  int tell[2];
  char byte;
  if (count != 6 || pipe(tell)) return 2;
  int namespaces = atoi(words[1]), mounts = atoi(words[2]), processes = atoi(words[3]);
  const char *token = words[4], *top = words[5];
  if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) fail("unshare");
  if (mount("bed", top, "tmpfs", 0, NULL)) fail("bed");
  for (int each = 0; each < mounts; each++) mount_one(top, each);
  for (int each = 0; each < namespaces; each++) {
    int share = processes / namespaces + (each < processes % namespaces);
    if (fork() == 0) inhabit(top, token, each, share, tell[1]);
  }
  for (int each = 0; each < namespaces; each++)
    if (read(tell[0], &byte, 1) != 1) return 1;
  puts("ready");
  fflush(stdout);
  while (read(0, &byte, 1) > 0) continue;
  return 0;
}
