import { describe, expect, it } from 'vitest';
import { parseGoroutines } from '../../../src/diagnosis/goroutine-dump.ts';

const COUNTED = `goroutine profile: total 4
3 @ 0x43a3d6 0x44a6b7
# labels: {"a":"b"}
#	0x43a3d5	sync.(*Mutex).Lock+0x1a			/usr/local/go/src/sync/mutex.go:90
#	0x44a6b6	github.com/docker/docker/daemon.(*Daemon).Kill.func1+0x2	/go/src/daemon/kill.go:17

1 @ 0x1
#	0x1	main.main+0x2	/x/main.go:3
`;

const STACKS = `goroutine 7 [chan receive, 12 minutes]:
github.com/docker/docker/daemon.(*Daemon).Kill(0xc0004, {0x1, 0x2})
	/go/src/daemon/kill.go:162 +0x215
net/http.HandlerFunc.ServeHTTP(...)
	/usr/local/go/src/net/http/server.go:2109
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:2900 +0x3

goroutine 8 gp=0xc000 m=nil [chan receive, 5 minutes, locked to thread]:
github.com/docker/docker/daemon.(*Daemon).Kill(0xc0009, {0x3, 0x4})
	/go/src/daemon/kill.go:162 +0x215
net/http.HandlerFunc.ServeHTTP(...)
	/usr/local/go/src/net/http/server.go:2109

goroutine 1 [running]:
main.main()
	/x/main.go:3 +0x1
`;

describe('a dump of goroutines', () => {
  it('is read as counts', () => {
    const dump = parseGoroutines(COUNTED);
    expect(dump?.total).toBe(4);
    expect(dump?.groups.map(({ count, frames }) => [count, frames.map(({ name }) => name)])).toEqual([
      [3, ['sync.(*Mutex).Lock', 'github.com/docker/docker/daemon.(*Daemon).Kill.func1']],
      [1, ['main.main']],
    ]);
    expect(dump?.groups[0]?.frames[0]?.place).toBe('/usr/local/go/src/sync/mutex.go:90');
  });

  it('is read as whole stacks, equal ones together, with states and the longest wait', () => {
    const dump = parseGoroutines(STACKS);
    expect(dump?.total).toBe(3);
    expect(dump?.groups[0]).toMatchObject({ count: 2, states: ['chan receive'], longestMinutes: 12 });
    expect(dump?.groups[0]?.frames).toEqual([
      { name: 'github.com/docker/docker/daemon.(*Daemon).Kill', place: '/go/src/daemon/kill.go:162' },
      { name: 'net/http.HandlerFunc.ServeHTTP', place: '/usr/local/go/src/net/http/server.go:2109' },
    ]);
    expect(dump?.groups[1]).toMatchObject({ count: 1, states: ['running'], longestMinutes: undefined });
  });

  it('keeps that its end is missing', () => {
    const half = parseGoroutines(COUNTED.slice(0, 120), true);
    expect([half?.total, half?.cut, half?.groups.length]).toEqual([4, true, 1]);
  });

  it('knows by its head that its end is missing, as of a daemon that ended meanwhile', () => {
    expect(parseGoroutines(COUNTED)?.cut).toBe(false);
    expect(parseGoroutines(COUNTED.slice(0, COUNTED.indexOf('1 @')))?.cut).toBe(true);
  });

  it.each(['', 'page not found', 'goroutine', '{"message":"no"}'])('is not what it is not: %j', (text) => {
    expect(parseGoroutines(text)).toBeUndefined();
  });
});
