/**
 * True for a Docker that makes the home of its layers private, so that services which copied the mounts of the host
 * never hear an unmount (moby#36047: until 17.12.0, and in 18.01 and 18.02). Undefined for what is no version.
 */
export function marksLayersPrivate(version: string): boolean | undefined {
  const found = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (found === null) return undefined;
  const [major, minor, patch] = found.slice(1).map((part) => Number(part ?? 0));
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  if (major === 18) return minor < 3;
  if (major === 17) return minor < 12 || (minor === 12 && patch < 1);
  return major < 17;
}
