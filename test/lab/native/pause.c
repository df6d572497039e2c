/* The one program of a scratch image: waits until it is told to go. */
#include <signal.h>
#include <unistd.h>

static void leave(int signal_number) {
  (void)signal_number;
  _exit(0);
}

/* With any argument it only shows that it can be started. */
int main(int argc, char **argv) {
  (void)argv;
  if (argc > 1) return 0;
  signal(SIGTERM, leave);
  signal(SIGINT, leave);
  for (;;) pause();
}
