# Plays the API of a Docker daemon on a UNIX socket, for tests: dockerd MODE unix://SOCKET [--exec-root DIRECTORY]; one
# connection after the other. SIGUSR1 makes it write a list of goroutines into the directory, as Docker does.
# answer: as Docker does | silent: connections wait in the queue of the socket | garbage: bytes | huge: an answer without end | empty: hangs up
# | old: no /debug | stuck-info: /info never ends.
use strict;
use IO::Socket::UNIX;
my ($mode, $path, undef, $directory) = @ARGV;
$SIG{USR1} = sub {
  open my $file, '>', "$directory/goroutine-stacks-" . time . '.log' or return;
  print $file "goroutine 1 [select, 3 minutes]:\ngithub.com/docker/docker/daemon.(*Daemon).Kill(0x1)\n\t/x/kill.go:1 +0x1\n";
  close $file;
};
$path =~ s{^unix://}{};
unlink $path;
my $listener = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => 64) or die "listen: $!";
$SIG{PIPE} = 'IGNORE';
my @kept;
my %bodies = (
  '/_ping' => 'OK',
  '/odd' => "tab\there, back\\slash, two\n\nlines",
  '/version' => '{"Version":"20.10.24+dfsg1","Components":[{"Name":"Engine","Version":"20.10.24+dfsg1"},'
    . '{"Name":"containerd","Version":"1.6.20~ds1"},{"Name":"runc","Version":"1.1.5+ds1"}]}',
  '/info' => '{"ContainersRunning":2}',
  '/debug/pprof/goroutine?debug=1' => "goroutine profile: total 3\n2 \@ 0x1 0x2\n#\t0x1\tmain.two+0x1\t/x/main.go:2\n\n"
    . "1 \@ 0x3\n#\t0x3\tgithub.com/docker/docker/libcontainerd/remote.(*client).processEventStream+0x1\t/x/client.go:1\n",
);
sleep while $mode eq 'silent';
while (1) {
  # A signal ends the wait with nothing.
  my $client = $listener->accept or next;
  my $asked = <$client> // '';
  while (defined(my $line = <$client>)) { last if $line =~ /^\r?$/ }
  if ($mode eq 'empty') { close $client; next }
  if ($mode eq 'garbage') { print $client "\0\1\2\t\\\n\xff\xfe"; close $client; next }
  my ($what) = $asked =~ /^GET (\S+) HTTP/;
  if ($mode eq 'stuck-info' and $what eq '/info') { push @kept, $client; next }
  my $found = exists $bodies{$what} && !($mode eq 'old' and $what =~ /debug/);
  print $client "HTTP/1.0 ", $found ? '200 OK' : '404 Not Found', "\r\nContent-Type: text/plain\r\n\r\n";
  if ($mode eq 'huge') { while (print $client 'x' x 65536) { } }
  print $client $found ? $bodies{$what} : "page not found\n";
  close $client;
}
