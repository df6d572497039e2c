/*
 * odd-task thread        a thread goes into a private copy of the mount namespace; its leader stays
 * odd-task zombie        the same, and then the leader ends while its thread lives on
 * odd-task name NAME     calls itself NAME (15 bytes count)
 *
 * Each prints "ready" and waits to be ended.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

static void wait_forever(void) {
  puts("ready");
  fflush(stdout);
  for (;;) pause();
}

static void *leave(void *unused) {
  (void)unused;
  if (unshare(CLONE_FS | CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) _exit(1);
  usleep(100000);
  wait_forever();
  return NULL;
}

int main(int count, char **words) {
  pthread_t thread;
  if (count < 2) return 2;
  if (count > 2 && !strcmp(words[1], "name")) {
    prctl(PR_SET_NAME, words[2]);
    wait_forever();
  }
  if (pthread_create(&thread, NULL, leave, NULL)) return 1;
  if (!strcmp(words[1], "zombie")) pthread_exit(NULL);
  for (;;) pause();
}
