# namespace-tools: the ways to unmount one mount in another mount namespace; release-mount.sh chooses among them.
#
# in_perl, in_python: enter, compare with the witness, resolve the path to a mount id, unmount and look again, in one process. All
#   code is loaded before they enter; nothing of the namespace is run, and no library or configuration of it is read.
#   Arguments: file of the namespace, inode, plain or lazy, mount id, parent id, peer group of the parent or -, major:minor, root,
#   mount point, type. They print the records found, below and errno. Exit: as release-mount.sh; 13 if they cannot do it on this machine.
# compare: the comparison alone, for awk, over a mountinfo; with the walk that the kernel takes to the path.

# Numbers of setns(2) and umount2(2) by machine; 0x20000 is CLONE_NEWNS, 0x200000 O_PATH, 8 UMOUNT_NOFOLLOW, 2 MNT_DETACH.
# shellcheck disable=SC2016,SC2034
in_perl='
  require Config; my $machine = $Config::Config{archname};
  my ($setns, $umount) = $machine =~ /^x86_64-linux(?!.*x32)/ ? (308, 166) : $machine =~ /^i[3-6]86-/ ? (346, 52)
    : $machine =~ /^(aarch64|riscv64|loongarch64)/ ? (268, 39) : $machine =~ /^(powerpc64|ppc64)/ ? (350, 52)
    : $machine =~ /^s390x/ ? (339, 52) : $machine =~ /^arm/ ? (375, 52) : exit 13;
  my ($file, $inode, $mode, $id, $parent, $group, $device, $root, $point, $type) = @ARGV;
  sub out { my @f = @_; s/([\\\t\n])/sprintf "\\%03o", ord $1/ge for @f; syswrite STDOUT, join("\t", @f) . "\n" }
  sub stale { out("found", @_); exit 10 }
  sub table {
    my %rows;
    open(my $in, "<", "mountinfo") or exit 20;
    while (<$in>) {
      chomp; my @f = split / /; my ($dash) = grep { $f[$_] eq "-" } 6 .. $#f;
      my ($peers) = map { /^shared:(\d+)$/ ? $1 : () } @f[6 .. $dash - 1];
      s/\\([0-7]{3})/chr oct $1/ge for @f[3, 4];
      $rows{$f[0]} = [@f[1 .. 4], $f[$dash + 1], defined $peers ? $peers : "-"];
    }
    return \%rows;
  }
  open(my $ns, "<", $file) or stale("the namespace is gone");
  (stat $ns)[1] == $inode or stale("another namespace");
  opendir(my $self, "/proc/self") or exit 20;
  if (syscall($setns, fileno($ns), 0x20000) != 0) { out("errno", $! + 0); exit($! == 1 ? 12 : 20) }
  chdir($self) or exit 20;
  my $rows = table(); my $row = $rows->{$id} or stale("no mount $id");
  my @want = ($parent, $device, $root, $point, $type);
  for (0 .. 4) { stale("$row->[$_] instead of $want[$_]") if $row->[$_] ne $want[$_] }
  my $above = $rows->{$parent}; my $peers = $above ? $above->[5] : "-";
  stale("peer group $peers of the parent instead of $group") if $peers ne $group;
  my @below = map { $_->[3] } grep { $_->[0] == $id } values %$rows;
  if (@below) { out("below", $_) for sort @below; exit 11 }
  sysopen(my $place, $point, 0x200000) or stale("the mount point is out of reach");
  open(my $info, "<", "fdinfo/" . fileno($place)) or exit 20;
  my ($seen) = map { /^mnt_id:\s+(\d+)/ ? $1 : () } <$info>;
  stale("mount $seen at this path") if defined $seen && $seen != $id;
  if (!defined $seen) {
    my $d = (stat $place)[0]; $seen = ($d >> 8 & 0xfff) . ":" . ($d & 0xff | $d >> 12 & 0xfff00);
    stale("file system $seen at this path") if $seen ne $device;
  }
  close $place; close $info;
  my $failed = syscall($umount, $point, 8 | ($mode eq "lazy" ? 2 : 0)) != 0; my $errno = $! + 0;
  exit 0 if !exists table()->{$id};
  out("errno", $failed ? $errno : 0);
  exit($errno == 16 ? 11 : $errno == 1 || $errno == 22 ? 12 : 20) if $failed;
  exit 20;'

in_python='
import os, sys
try: import ctypes
except ImportError: sys.exit(13)
args = [a if isinstance(a, bytes) else os.fsencode(a) for a in sys.argv[1:]]
file, inode, mode, id, parent, group, device, root, point, kind = args
libc = ctypes.CDLL(None, use_errno=True)
def out(*fields):
    os.write(1, b"\t".join(f.replace(b"\\", b"\\134").replace(b"\t", b"\\011").replace(b"\n", b"\\012") for f in fields) + b"\n")
def leave(code, *fields):
    if fields: out(*fields)
    os._exit(code)
def number(n): return b"".join(DIGITS[int(c)] for c in str(n))
DIGITS = [b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9"]
def read(name):
    fd, text = os.open(name, os.O_RDONLY), b""
    while True:
        part = os.read(fd, 65536)
        if not part: break
        text += part
    os.close(fd)
    return text
def plain(text):
    parts = text.split(b"\\")
    made = parts[0]
    for part in parts[1:]: made += BYTES[int(part[:3], 8)] + part[3:]
    return made
BYTES = [bytes(bytearray([n])) for n in range(256)]
def table():
    rows = {}
    for line in read("mountinfo").split(b"\n")[:-1]:
        f = line.split(b" ")
        dash = f.index(b"-", 6)
        peers = [tag[7:] for tag in f[6:dash] if tag.startswith(b"shared:")]
        rows[f[0]] = [f[1], f[2], plain(f[3]), plain(f[4]), f[dash + 1], peers[0] if peers else b"-"]
    return rows
def check(rows):
    if id not in rows: leave(10, b"found", b"no mount " + id)
    for seen, want in zip(rows[id], [parent, device, root, point, kind]):
        if seen != want: leave(10, b"found", seen + b" instead of " + want)
    peers = rows[parent][5] if parent in rows else b"-"
    if peers != group: leave(10, b"found", b"peer group " + peers + b" of the parent instead of " + group)
    below = sorted(row[3] for row in rows.values() if row[0] == id)
    for other in below: out(b"below", other)
    if below: leave(11)
    try: place = os.open(point, 0x200000)
    except OSError: leave(10, b"found", b"the mount point is out of reach")
    seen = [line.split()[1] for line in read("fdinfo/" + str(place)).split(b"\n") if line.startswith(b"mnt_id:")]
    if seen and seen[0] != id: leave(10, b"found", b"mount " + seen[0] + b" at this path")
    if not seen:
        dev = os.fstat(place).st_dev
        dev = number(os.major(dev)) + b":" + number(os.minor(dev))
        if dev != device: leave(10, b"found", b"file system " + dev + b" at this path")
    os.close(place)
def work():
    try: ns = os.open(file, os.O_RDONLY)
    except OSError: leave(10, b"found", b"the namespace is gone")
    if number(os.fstat(ns).st_ino) != inode: leave(10, b"found", b"another namespace")
    home = os.open("/proc/self", os.O_RDONLY)
    if libc.setns(ns, 0x20000) != 0:
        errno = ctypes.get_errno()
        leave(12 if errno == 1 else 20, b"errno", number(errno))
    os.fchdir(home)
    check(table())
    failed = libc.umount2(point, 8 | (2 if mode == b"lazy" else 0)) != 0
    errno = ctypes.get_errno() if failed else 0
    if id not in table(): leave(0)
    leave({16: 11, 1: 12, 22: 12}.get(errno, 20), b"errno", number(errno))
try: work()
except BaseException: pass
os._exit(20)'

# shellcheck disable=SC2016,SC2034
compare='
  function plain(text,  at, made) {
    while (at = index(text, "\\")) {
      made = made substr(text, 1, at - 1) sprintf("%c", substr(text, at + 1, 1) * 64 + substr(text, at + 2, 1) * 8 + substr(text, at + 3, 1))
      text = substr(text, at + 4)
    }
    return made text
  }
  function safe(s) { gsub(/\\/, "\\134", s); gsub(/\t/, "\\011", s); gsub(/\n/, "\\012", s); return s }
  function stale(why) { print "found\t" safe(why); exit 10 }
  function at(i, key, want) { if (want != ENVIRON[key]) stale(want " instead of " ENVIRON[key]) }
  function leads(point, path) { return point == "/" || path == point || index(path, point "/") == 1 }
  {
    for (dash = 7; dash < NF && $dash != "-"; dash++) if ($dash ~ /^shared:/) peers[$1] = substr($dash, 8)
    parent[$1] = $2; device[$1] = $3; root[$1] = plain($4); point[$1] = plain($5); type[$1] = $(dash + 1)
    if ($5 == "/" && !($2 in parent)) top = $1
  }
  END {
    id = ENVIRON["ID"]; if (!(id in parent)) stale("no mount " id)
    at(1, "PARENT", parent[id]); at(2, "DEVICE", device[id]); at(3, "ROOT", root[id]); at(4, "POINT", point[id]); at(5, "TYPE", type[id])
    at(6, "GROUP", (parent[id] in peers) ? peers[parent[id]] : "-")
    for (other in parent) if (parent[other] == id) { below = 1; print "below\t" safe(point[other]) }
    if (below) exit 11
    # Mounts on the way, the nearest to the root first: where this walk ends is what the path means.
    for (here = top; ; here = next_one) {
      next_one = ""
      for (other in parent)
        if (parent[other] == here && other != here && leads(point[other], point[id]) &&
            (next_one == "" || length(point[other]) < length(point[next_one]))) next_one = other
      if (next_one == "") break
    }
    if (here != id) stale("mount " here " at this path")
  }'
