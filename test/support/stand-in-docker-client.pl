# Plays the docker client, for tests: perl FILE SOCKET ARGUMENT... It asks whoever listens on the socket and prints the answer.
# Asked: the arguments, then the text of the file behind --env-file, each with a NUL at its end. Answered: exit number, length of what goes
# to stderr, a newline; then that, then what goes to stdout.
use strict;
use Socket;
my ($path, @words) = @ARGV;
my $environment = '';
for my $i (1 .. $#words) {
  next if $words[$i - 1] ne '--env-file';
  open my $file, '<', $words[$i] or die "$words[$i]: $!";
  local $/;
  $environment = <$file> // '';
}
socket my $daemon, PF_UNIX, SOCK_STREAM, 0 or die "socket: $!";
connect $daemon, sockaddr_un($path) or die "connect: $!";
syswrite $daemon, join '', map { "$_\0" } @words, $environment;
shutdown $daemon, 1;
my $head = <$daemon> // die 'no answer';
my ($code, $length) = $head =~ /^(\d+) (\d+)$/ or die "odd answer: $head";
my $said = do { local $/; <$daemon> } // '';
print STDERR substr $said, 0, $length;
print substr $said, $length;
exit $code;
