import type { LabHost } from '../host.ts';
import { genuine } from './model.ts';

/** Clients that hold connections to the API of dockerd open and ask nothing. */
export interface HeldConnections {
  readonly dockerd: number;
  /** What dockerd may open. */
  readonly limit: number;
  undo(): Promise<void>;
}

const DROP_IN = '/etc/systemd/system/docker.service.d/90-few-files.conf';

/** Connects `held` times at once and then `perSecond` times more each second, until it is undone. */
const CLIENT = (held: number, perSecond: number) => `
  use IO::Socket::UNIX; my @kept;
  sub hold { my $s = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => "/run/docker.sock") or return; push @kept, $s }
  hold() for 1 .. ${held};
  open my $ready, ">", "/run/held-connections"; close $ready;
  while (1) { select undef, undef, undef, ${1 / perSecond}; hold() }`;

/** A dockerd that may open few files, and a client that takes most of them and goes on. */
export async function plantHeldConnections(
  host: LabHost,
  { limit, held, perSecond }: { readonly limit: number; readonly held: number; readonly perSecond: number },
): Promise<HeldConnections> {
  const restart = 'systemctl daemon-reload; systemctl reset-failed docker.service; systemctl restart docker.service';
  await host.must(`
    mkdir -p ${DROP_IN.replace(/\/[^/]*$/, '')}
    printf '[Service]\\nLimitNOFILE=${limit}\\n' >${DROP_IN}
    ${restart}
    until docker version >/dev/null 2>&1; do sleep 0.1; done
    cat >/run/held-connections.pl <<'PERL'
${CLIENT(held, perSecond)}
PERL
    setsid perl /run/held-connections.pl </dev/null >/dev/null 2>&1 &
    echo $! >/run/held-connections.pid
    until [ -e /run/held-connections ]; do sleep 0.1; done
  `);
  const dockerd = Number(await host.must('cat /run/docker.pid'));
  const open = Number(await host.must(`sleep 0.5; ls /proc/${dockerd}/fd | wc -l`));
  genuine(open > held, 'dockerd did not take the connections', `${open} descriptors`);
  return {
    dockerd,
    limit,
    async undo() {
      await host.must(`kill "$(cat /run/held-connections.pid)"; rm -f /run/held-connections* ${DROP_IN}; ${restart}`);
      await host.must('until docker version >/dev/null 2>&1; do sleep 0.1; done');
    },
  };
}
